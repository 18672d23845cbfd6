"""One step of ours is one step of upstream's, on the same draw; and both begin at the same place."""

from __future__ import annotations

import random
import warnings
from importlib.util import find_spec
from typing import Any

import pytest
import torch

from tests.support import small
from tts_baseline.pipelines.f5_spanish.network.architecture import Architecture
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.training import network, objective, schedule
from tts_baseline.training.objective import Batch
from tts_baseline.training.recipes import Chances

needs_upstream = pytest.mark.skipif(find_spec("f5_tts") is None, reason="f5-tts is not installed")
SIZES = Architecture(version="v1", tokens=50, text_hidden=2 * small.SIZES["text_dim"], **small.SIZES)
# With upstream's chances, one of these seeds drops nothing, one the audio, and one both.
SEEDS = {"nothing": 0, "audio": 1, "all": 2}
CLOSE = 1e-5


def upstream_of(version: str) -> Any:
    """Upstream's CFM, of the small sizes, as its trainer builds it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from f5_tts.model import CFM, DiT
    sizes = small.SIZES
    dit = DiT(
        dim=sizes["dim"], depth=sizes["depth"], heads=sizes["heads"], ff_mult=2, dropout=0.0, mel_dim=100,
        text_num_embeds=SIZES.tokens, text_dim=sizes["text_dim"], conv_layers=sizes["text_blocks"],
        text_mask_padding=version != "v0", text_embedding_average_upsampling=version == "v1_average",
        pe_attn_head=1 if version == "v0" else None,
    )  # fmt: skip
    return CFM(dit, mel_spec_kwargs={"n_mel_channels": 100})


def ours_of(version: str) -> Transformer:
    made = network.untrained(Architecture(**{**_fields(SIZES), "version": version}), seed=0)
    small.redrawn(made, seed=3)
    return made


def _fields(architecture: Architecture) -> dict[str, Any]:
    return {name: getattr(architecture, name) for name in architecture.__struct_fields__}


def batch(frames: tuple[int, ...] = (60, 83, 71), channels: int = 100) -> Batch:
    dice = torch.Generator().manual_seed(5)
    lengths = torch.tensor(frames)
    mel = torch.randn(len(frames), max(frames), channels, generator=dice)
    mel[torch.arange(max(frames)) >= lengths[:, None]] = 0
    tokens = torch.randint(0, SIZES.tokens, (len(frames), 20), generator=dice)
    tokens[0, 14:] = -1
    return Batch(mel, tokens, lengths, torch.full((len(frames), max(frames)), objective.UNLABELLED))


def seed_that_drops(what: str) -> int:
    """A seed whose draw drops this, by upstream's chances."""
    for seed in range(100):
        drawn = objective.draw(batch(), Chances(), objective.dice(seed))
        if {"nothing": (False, False), "audio": (True, False), "all": (True, True)}[what] == drawn[3:5]:
            return seed
    raise AssertionError(what)


def one_step(parameters: list[Any], loss: torch.Tensor) -> float:
    optimizer = torch.optim.AdamW(parameters, lr=1e-3)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    return loss.item()


@needs_upstream
@pytest.mark.parametrize("version", ["v0", "v1", "v1_average"])
@pytest.mark.parametrize("drops", ["nothing", "audio", "all"])
def test_one_step_is_upstreams(version: str, drops: str) -> None:
    ours, theirs = ours_of(version), upstream_of(version)
    theirs.transformer.load_state_dict(ours.state_dict())
    seed, given = seed_that_drops(drops), batch()
    dice = objective.dice(seed)
    expected = theirs_with(theirs, given, dice)
    theirs_loss = one_step(list(theirs.transformer.parameters()), expected)
    drawn = objective.draw(given, Chances(), objective.dice(seed))
    ours_loss = one_step(list(ours.parameters()), objective.loss(ours, given, drawn))
    assert ours_loss == pytest.approx(theirs_loss, abs=CLOSE)
    after = theirs.transformer.state_dict()
    apart = {name: float((weight - after[name]).abs().max()) for name, weight in ours.state_dict().items()}
    assert max(apart.values()) < CLOSE, apart


def theirs_with(theirs: Any, given: Batch, dice: objective.Dice) -> Any:
    """Upstream's loss, its global dice in the state of these."""
    torch.set_rng_state(dice.numbers.get_state())
    random.setstate(dice.drops.getstate())
    return theirs(given.mel, given.tokens, lens=given.lengths)[0]


@needs_upstream
def test_it_begins_where_upstream_begins() -> None:
    ours, theirs = network.untrained(SIZES, seed=0), upstream_of("v1").transformer
    theirs = theirs.state_dict()
    assert set(ours.state_dict()) == set(theirs)
    for name, weight in ours.state_dict().items():
        other = theirs[name].float()
        assert weight.shape == other.shape, name
        assert float(weight.std() if weight.numel() > 1 else 0) == pytest.approx(
            float(other.std() if other.numel() > 1 else 0), rel=0.35, abs=0.02
        ), name
        assert (weight == 0).all() == (other == 0).all(), name


def test_the_same_seed_begins_at_the_same_weights() -> None:
    torch.manual_seed(8)
    before = torch.rand(1)
    torch.manual_seed(8)
    first, again, other = (network.untrained(SIZES, seed=seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(before, torch.rand(1))  # nobody else's dice were thrown
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(
        first["proj_out.weight"] + first["input_embed.proj.weight"][:100, :128],
        other["input_embed.proj.weight"][:100, :128],
    )


def test_a_draw_hides_what_the_chances_say() -> None:
    given = batch((400,) * 200, channels=1)
    drawn = objective.draw(given, Chances(span=(0.25, 0.5)), objective.dice(1))
    shares = drawn.span.float().mean(dim=1)
    assert 0.24 < float(shares.min()) < 0.27
    assert 0.48 < float(shares.max()) <= 0.5
    assert (drawn.span.int().diff(dim=1).abs().sum(dim=1) <= 2).all()  # one stretch each
    drops = [
        objective.draw(batch((2,), 1), Chances(), objective.dice(7, update))[3:5] for update in range(2000)
    ]
    assert sum(audio for audio, _ in drops) / 2000 == pytest.approx(0.3 + 0.2 - 0.06, abs=0.04)
    assert sum(text for _, text in drops) / 2000 == pytest.approx(0.2, abs=0.04)


def test_early_draws_early_times_more_often_and_nothing_else_anew() -> None:
    given = batch((2,) * 2000, channels=1)
    uniform, early = (objective.draw(given, Chances(early=early), objective.dice(4)) for early in (1.0, 2.0))
    assert float((uniform.times < 0.2).float().mean()) == pytest.approx(0.2, abs=0.04)
    assert float((early.times < 0.2).float().mean()) == pytest.approx(0.2**0.5, abs=0.04)
    assert torch.equal(uniform.times**2, early.times)
    assert torch.equal(uniform.noise, early.noise)
    assert torch.equal(uniform.span, early.span)


@pytest.mark.parametrize(("drops", "hears", "reads"), [("nothing", 1, 1), ("audio", 0, 1), ("all", 0, 0)])
def test_what_is_dropped_is_not_seen(drops: str, hears: int, reads: int) -> None:
    ours, given = ours_of("v1"), batch()
    drawn = objective.draw(given, Chances(), objective.dice(seed_that_drops(drops)))
    span = drawn.span.unsqueeze(-1)
    heard_otherwise = given._replace(mel=given.mel.where(span | (given.mel == 0), given.mel + 1))
    others = (given.tokens + 7) % SIZES.tokens
    read_otherwise = given._replace(tokens=others.where(given.tokens >= 0, given.tokens))
    # The flow of what is hidden: the mel around it is part of the state, and that is as before.
    with torch.no_grad():
        before = flow(ours, given, drawn)
        noise = _noise_for(heard_otherwise, given, drawn)
        heard = flow(ours, heard_otherwise, drawn._replace(noise=noise))
        other = flow(ours, read_otherwise, drawn)
    assert torch.allclose(before, heard, atol=1e-5) is not bool(hears)
    assert torch.allclose(before, other, atol=1e-5) is not bool(reads)


def flow(ours: Transformer, given: Batch, drawn: objective.Draw) -> torch.Tensor:
    return network.predicted(ours, objective.scene_of(given, drawn))


def _noise_for(other: Batch, given: Batch, drawn: objective.Draw) -> torch.Tensor:
    """The noise with which another mel makes the same state."""
    moment = drawn.times[:, None, None]
    return drawn.noise + moment / (1 - moment) * (given.mel - other.mel)


def test_padding_is_never_learned() -> None:
    given, drawn = batch(), objective.draw(batch(), Chances(), objective.dice(3))
    frames = torch.arange(given.mel.shape[1])
    assert not (drawn.span & (frames >= given.lengths[:, None])).any()


def test_the_rate_is_that_of_upstreams_trainer() -> None:
    from torch.optim.lr_scheduler import LinearLR, SequentialLR

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=2e-3)
    parts = [
        LinearLR(optimizer, start_factor=1e-8, end_factor=1.0, total_iters=20),
        LinearLR(optimizer, start_factor=1.0, end_factor=1e-8, total_iters=80),
    ]
    theirs = SequentialLR(optimizer, schedulers=parts, milestones=[20])
    for update in range(100):
        assert schedule.rate(update, peak=2e-3, warmup=20, updates=100) == pytest.approx(
            optimizer.param_groups[0]["lr"], rel=1e-6, abs=1e-12
        ), update
        optimizer.step()
        theirs.step()


@pytest.mark.skipif(find_spec("ema_pytorch") is None, reason="ema-pytorch is not installed")
def test_the_average_is_that_of_upstreams_trainer() -> None:
    from ema_pytorch import EMA

    learner = torch.nn.Linear(3, 3)
    theirs = EMA(learner, include_online_model=False)
    average = learner.weight.detach().clone()
    dice = torch.Generator().manual_seed(0)
    for update in range(1, 400):
        with torch.no_grad():
            learner.weight += torch.randn(3, 3, generator=dice)
        theirs.update()
        average.lerp_(learner.weight.detach(), 1 - schedule.share_kept(update, average=0.9999))
        assert torch.allclose(average, theirs.ema_model.weight, atol=1e-5), update
