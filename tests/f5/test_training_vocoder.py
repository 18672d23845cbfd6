"""A vocoder learns by the published losses, goes on like every run, and speaks here and in its package."""

from __future__ import annotations

import json
import sys
import types
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import load_file

from tests.support.training import bits
from tts_baseline.cli import main
from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.pipelines.f5_spanish.vocoder.load import vocos
from tts_baseline.pipelines.f5_spanish.voice.reference import log_mel
from tts_baseline.training import cards, checkpoints, dataset, objective
from tts_baseline.training.dataset import Clip
from tts_baseline.training.loop import Ended
from tts_baseline.training.vocoder import learner, recipe, sounds
from tts_baseline.training.vocoder.recipe import BodySizes, VocoderRecipe

TINY = VocoderRecipe(
    sizes=BodySizes(dim=16, hidden=32, layers=1), updates=4, mel_first=2, items=2, samples=2048,
    periods=(2,), windows=(512,), average=0.5, checkpoint_s=0, seed=3,
)  # fmt: skip
VOCABULARY = Vocabulary(tuple(" ab"))


def voiced(number: int, seconds: float = 0.6) -> np.ndarray[Any, Any]:
    """A buzz that rises: harmonics of a pitch, by number."""
    t = np.arange(round(seconds * 24_000)) / 24_000
    pitch = 110 + 10 * number
    wave = sum(np.sin(2 * np.pi * k * (pitch * t + 20 * t**2)) / k for k in range(1, 12))
    return (0.1 * wave * np.minimum(1, 10 * t)).astype(np.float32)


def made(folder: Path, clips: int = 6) -> Path:
    """A dataset with waves."""

    def each(keep: Any) -> Any:
        for number in range(clips):
            wave = voiced(number)
            keep(wave)
            part = "held_out" if number == 1 else "train"
            mel = log_mel(torch.from_numpy(wave)[None])[0].numpy()
            yield Clip(id=f"c{number}", text="ab", tokens=(1, 2), start=0, frames=1, part=part), mel

    folder.mkdir(parents=True, exist_ok=True)
    with sounds.writing(folder / sounds.WAVES) as keep:
        dataset.write(folder, each(keep), VOCABULARY)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    assert not trained(data, folder).is_stopped
    return folder


def trained(data: Path, folder: Path, chosen: VocoderRecipe = TINY, **more: Any) -> Ended:
    return learner.train(sounds.read(data), chosen, folder, **more)


def crops() -> torch.Tensor:
    wave = voiced(2)
    return torch.from_numpy(np.stack([wave[at : at + 2048] for at in (3000, 7000)]))


def test_the_small_vocoder_has_the_size_that_it_says() -> None:
    modules = learner.untrained(replace(VocoderRecipe(), periods=(2,), windows=(512,)))
    assert sum(weight.numel() for weight in modules["vocoder"].parameters()) == pytest.approx(1.7e6, rel=0.02)


def test_the_waves_are_what_the_mels_were_made_of(data: Path) -> None:
    train, clips = sounds.read(data), dataset.read(data)
    assert [clip.id for clip in train.clips] == ["c0", "c2", "c3", "c4", "c5"]
    for index, clip in enumerate(train.clips):
        wave = train.wave(index)
        assert len(wave) == 256 * clip.frames
        assert np.array_equal(wave[:14_400], voiced(int(clip.id[1:])))
        assert not wave[14_400:].any()
        mel = clips.mels[clip.start : clip.start + clip.frames]
        again = log_mel(torch.from_numpy(wave)[None])[0].numpy()[: clip.frames]
        assert np.abs(again[:-3] - mel[:-3]).max() < 0.01


def test_a_crop_is_a_part_of_its_clip_at_a_published_peak(data: Path) -> None:
    train = sounds.read(data)
    gains = set()
    for seed in range(8):
        crop = train.crops([2], 2048, objective.dice(seed).numbers)[0].numpy()
        wave = train.wave(2)
        power = np.convolve(wave**2, np.ones(2048), "valid")
        place = int(np.argmax(np.correlate(wave, crop) / np.sqrt(power)))
        found = wave[place : place + 2048]
        gain = float(crop.std() / found.std())
        assert np.allclose(crop, gain * found, atol=1e-4), seed
        gain *= float(np.abs(wave).max())
        assert 10 ** (-6 / 20) <= gain <= 10 ** (-1 / 20) + 1e-3
        gains.add(round(gain, 3))
    assert len(gains) > 5
    short = train.crops([0], 20_000, objective.dice(0).numbers)
    assert short.shape == (1, 20_000)


def published(modules: torch.nn.ModuleDict, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The package's own experiment with these modules; of its trainer's package, only a module is used."""
    lightning = types.ModuleType("pytorch_lightning")

    class Bare(torch.nn.Module):
        def save_hyperparameters(self, **_: Any) -> None:
            self.hparams = types.SimpleNamespace(mrd_loss_coeff=0.1)

        def log(self, *_: Any, **__: Any) -> None: ...

    lightning.LightningModule, lightning.Callback = Bare, object  # type: ignore[attr-defined]
    lightning.LightningDataModule = object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pytorch_lightning", lightning)
    monkeypatch.setitem(sys.modules, "transformers", types.ModuleType("transformers"))
    monkeypatch.setitem(sys.modules, "vocos.helpers", types.ModuleType("vocos.helpers"))
    sys.modules["vocos.helpers"].plot_spectrogram_to_numpy = None  # type: ignore[attr-defined]
    monkeypatch.delitem(sys.modules, "vocos.experiment", raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from vocos.experiment import VocosExp

        vocoder = modules["vocoder"]
        theirs = VocosExp(
            vocoder.feature_extractor, vocoder.backbone, vocoder.head, sample_rate=24_000,
            initial_learning_rate=5e-4,
        )  # fmt: skip
    monkeypatch.delitem(sys.modules, "vocos.experiment")
    theirs.multiperioddisc, theirs.multiresddisc = modules["periods"], modules["windows"]
    monkeypatch.setattr(VocosExp, "global_step", 1)  # no picture is logged
    theirs.train_discriminator, theirs.global_rank = True, 0
    return theirs


def test_one_update_is_that_of_the_packages_experiment(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = replace(TINY, mel_first=0, updates=100)
    ours, modules = learner.untrained(chosen), learner.untrained(chosen)
    learner.VocoderLearner(ours, chosen, None).learn([crops()])
    theirs = published(modules, monkeypatch)
    judging = [*theirs.multiperioddisc.parameters(), *theirs.multiresddisc.parameters()]
    speaking = [*theirs.backbone.parameters(), *theirs.head.parameters()]
    for index, weights in enumerate((judging, speaking)):
        optimizer = torch.optim.AdamW(weights, lr=5e-4, betas=(0.8, 0.9))
        optimizer.zero_grad()
        theirs.training_step(crops(), 0, index).backward()
        optimizer.step()
    after = modules.state_dict()
    began = learner.untrained(chosen).state_dict()
    apart = {name: float((weight - after[name]).abs().max()) for name, weight in ours.state_dict().items()}
    assert max(apart.values()) < 1e-5, apart
    moved = [name for name, weight in after.items() if not torch.equal(weight, began[name])]
    assert {name.partition(".")[0] for name in moved} == {"vocoder", "periods", "windows"}


def test_narrower_discriminators_have_the_channels_of_the_recipe_and_learn() -> None:
    chosen = replace(TINY, mel_first=0, period_channels=64, window_channels=4)
    narrow, whole = learner.untrained(chosen), learner.untrained(replace(TINY, mel_first=0))
    _, _, maps, _ = narrow["periods"](y=crops(), y_hat=crops())
    assert [layer.shape[1] for layer in maps[0]] == [8, 32, 64, 64, 1]  # the first layer's map is not kept
    _, _, maps, _ = narrow["windows"](y=crops(), y_hat=crops())
    assert {layer.shape[1] for layer in maps[0][:-1]} == {4}
    _, _, wide, _ = whole["periods"](y=crops(), y_hat=crops())
    assert [layer.shape[1] for layer in wide[0]] == [128, 512, 1024, 1024, 1]
    began = {name: weight.clone() for name, weight in narrow.state_dict().items()}
    learner.VocoderLearner(narrow, chosen, None).learn([crops()])
    moved = {name for name, weight in narrow.named_parameters() if not torch.equal(weight, began[name])}
    assert {name.partition(".")[0] for name in moved} == {"vocoder", "periods", "windows"}


@pytest.mark.skipif(find_spec("transformers") is None, reason="transformers is not installed")
def test_the_rate_is_that_of_the_packages_experiment() -> None:
    from transformers import get_cosine_schedule_with_warmup

    from tts_baseline.training import schedule

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=5e-4)
    theirs = get_cosine_schedule_with_warmup(optimizer, num_warmup_steps=7, num_training_steps=50)
    for update in range(50):
        ours = schedule.cosine(update, peak=5e-4, warmup=7, hold=0, updates=50)
        assert ours == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9, abs=1e-15), update
        held = schedule.cosine(update + 20, peak=5e-4, warmup=7, hold=27, updates=70)
        assert held == (ours if update >= 7 else 5e-4 if update + 20 >= 7 else held)
        optimizer.step()
        theirs.step()


def test_the_first_updates_learn_by_the_mel_loss_alone() -> None:
    chosen = replace(TINY, updates=200, mel_first=100, peak=5e-3)
    modules = learner.untrained(chosen)
    trainee = learner.VocoderLearner(modules, chosen, None)
    before = {name: weight.clone() for name, weight in modules.state_dict().items()}
    seen = [trainee.learn([crops()]) for _ in range(30)]
    assert np.mean(seen[-5:]) < 0.8 * np.mean(seen[:5])
    after = modules.state_dict()
    judges = [name for name in after if not name.startswith("vocoder.")]
    assert all(torch.equal(after[name], before[name]) for name in judges)
    trainee.update = 100
    trainee.learn([crops()])
    weights = [name for name in judges if name.endswith(("original1", "weight_v"))]
    assert weights
    assert not any(torch.equal(after[name], before[name]) for name in weights)


def test_a_run_that_was_stopped_ends_as_one_that_was_not(data: Path, whole: Path, tmp_path: Path) -> None:
    for stop in (1, 2):  # before the discriminators begin to learn, and after
        left = iter([False] * stop + [True])
        assert trained(data, tmp_path, stopping=lambda left=left: next(left)).is_stopped
    assert bits(tmp_path)["update"] == 3
    trained(data, tmp_path)
    assert bits(tmp_path) == bits(whole)


def test_a_run_goes_on_as_what_it_is_only(data: Path, whole: Path, tmp_path: Path) -> None:
    from tts_baseline.training import begin, run
    from tts_baseline.training.recipes import Recipe, Sizes

    (tmp_path / checkpoints.LAST).write_bytes((whole / checkpoints.LAST).read_bytes())
    with pytest.raises(SettingsError, match="begun with another mel\n"):
        trained(data, tmp_path, replace(TINY, mel=1.0))
    voice = Recipe(sizes=Sizes(dim=32, depth=1, heads=1, feed_forward=32, text_dim=16, text_blocks=1))
    clips = dataset.read(data)
    network = begin.network(voice, clips.vocabulary, start=None, root=tmp_path)
    with pytest.raises(SettingsError, match="trains a vocoder, and no voice"):
        run.run(network, clips, voice, tmp_path)


def test_a_dataset_without_waves_is_refused_with_what_to_type(data: Path, tmp_path: Path) -> None:
    for name in (dataset.CLIPS, dataset.MELS, dataset.VOCABULARY):
        (tmp_path / name).write_bytes((data / name).read_bytes())
    with pytest.raises(PipelineError, match="has no waves") as refused:
        sounds.read(tmp_path)
    assert "--waves" in str(refused.value.hint)
    (tmp_path / sounds.WAVES).write_bytes(bytes(1024))
    with pytest.raises(PipelineError, match="there are 256 samples, and"):
        sounds.read(tmp_path)


def test_a_recipe_whose_crops_are_shorter_than_a_window_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text("samples = 2048\nwindows = [4096]\n")
    with pytest.raises(SettingsError, match="crops of 2048 samples are shorter than a window of 4096"):
        recipe.read(path)
    path.write_text("samples = 4096\nperiods = [3, 7]\n[sizes]\ndim = 64\n")
    assert recipe.read(path).sizes == BodySizes(dim=64)


def test_bfloat16_learns_nearly_the_same() -> None:
    weights = []
    for precision in ("float32", "bfloat16"):
        chosen = replace(TINY, mel_first=0, updates=100, precision=precision)
        modules = learner.untrained(chosen)
        assert np.isfinite(learner.VocoderLearner(modules, chosen, None).learn([crops()]))
        weights.append(modules["vocoder"].backbone.embed.weight.detach())
    assert not torch.equal(*weights)
    assert float((weights[0] - weights[1]).abs().mean()) < 1e-4


@pytest.fixture(scope="module")
def exported(data: Path, whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported") / "vocoder"
    assert main(["train", "export", str(whole), "--dataset", str(data), "--out", str(out)]) == 0
    return out


def test_what_is_exported_speaks_here_and_in_the_package(exported: Path, whole: Path) -> None:
    from vocos import Vocos

    weights = load_file(exported / "model.safetensors")
    theirs = Vocos.from_hparams(str(exported / "config.yaml"))
    theirs.load_state_dict(weights)
    state = checkpoints.read(whole)
    assert state is not None
    for name, weight in theirs.state_dict().items():
        wanted = state.average.get(f"vocoder.{name}")
        if wanted is None:  # windows and filters
            assert torch.equal(weight, state.weights[f"vocoder.{name}"])
        else:
            assert weights[name].dtype == torch.float16
            assert torch.equal(weight, wanted.half().float())
    ours = vocos(str(exported), device="cpu", root=exported)
    mel = log_mel(torch.from_numpy(voiced(1))[None]).permute(0, 2, 1)
    with torch.inference_mode():
        expected = theirs.decode(mel)
    assert torch.equal(ours.decode(mel), expected)
    assert float(expected.std()) > 0


def test_the_card_has_the_figures_of_held_out_clips(exported: Path) -> None:
    card = (exported / cards.CARD).read_text()
    assert "Vocos, 16 x 1, 32 inside" in card
    figures = json.loads(next(row for row in card.splitlines() if "held out" in row).split("|")[2])
    assert figures["clips"] == 1
    assert 0 < figures["mel_l1"] < 20
    assert figures["pesq_wb"] is None or 1 <= figures["pesq_wb"] <= 4.7


def test_the_command_trains_and_goes_on(data: Path, whole: Path, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(
        "updates = 4\nmel_first = 2\nitems = 2\nsamples = 2048\nperiods = [2]\nwindows = [512]\n"
        "average = 0.5\ncheckpoint_s = 0\nseed = 3\n[sizes]\ndim = 16\nhidden = 32\nlayers = 1\n"
    )
    words = ["train", "vocoder", str(data), "--out", str(tmp_path / "run"), "--recipe", str(path), "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["update"] == 4
    assert bits(tmp_path / "run") == bits(whole)
    out = tmp_path / "out"
    assert (
        main(["train", "export", str(tmp_path / "run"), "--dataset", str(data), "--out", str(out), "--json"])
        == 0
    )
    assert json.loads(capsys.readouterr().out) == {"vocoder": str(out)}
