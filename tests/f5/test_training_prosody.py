"""A network is told sentence type, region and style: it begins as if it were not, and learns them apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import save_file

from tests.support import small
from tests.support.training import TINY, bits, launched, write_recipe
from tts_baseline.cli import main
from tts_baseline.core.errors import SettingsError
from tts_baseline.pipelines.f5_spanish.network import sidecar
from tts_baseline.pipelines.f5_spanish.network.labels import UNTOLD, Labels, named
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.training import adapters, begin, checkpoints, dataset, export, held_out, objective, run
from tts_baseline.training.dataset import Clip, Dataset
from tts_baseline.training.objective import Batch, Draw
from tts_baseline.training.recipes import Recipe

VOCABULARY = Vocabulary.default()
TYPES = ("statement", "yes_no_question")
REGIONS = ("neutral", "rioplatense")
STYLES = ("neutral", "happy")
# Tokens are spread evenly over the frames, as they are in these clips: the alignment need not be learned.
RECIPE = Recipe(
    arch="v1_average", sizes=TINY, updates=6, frames=300, warmup=2, accumulate=2, checkpoint_s=0,
    prosody=True, check_every=3, seed=11,
)  # fmt: skip
FRAMES = 6  # of a letter


def made(folder: Path, clips: int = 24) -> Path:
    """Clips whose letters are tones; what is told of them is heard in bands that no letter has."""
    dice = np.random.default_rng(0)

    def each() -> Iterator[tuple[Clip, Any]]:
        for number in range(clips):
            region, style = (names[dice.integers(2)] for names in (REGIONS, STYLES))
            sentences = tuple((TYPES[dice.integers(2)], int(dice.integers(3, 6))) for _ in range(2))
            letters = "".join(dice.choice(list("abcdef"), sum(count for _, count in sentences)))
            mel = np.full((FRAMES * len(letters), 100), -3.0)
            asked = [kind == "yes_no_question" for kind, count in sentences for _ in range(count)]
            for place, letter in enumerate(letters):
                here = mel[FRAMES * place : FRAMES * (place + 1)]
                band = 10 * "abcdef".index(letter)
                here[:, band : band + 10] = 2.0
                here[:, 60:70] = 2.0 if asked[place] else -3.0
            mel[:, 70:80] = 2.0 if region == "rioplatense" else -3.0
            mel[:, 80:90] = 2.0 if style == "happy" else -3.0
            clip = Clip(
                id=f"c{number}", text=letters, tokens=tuple(VOCABULARY.encode(list(letters))),
                start=0, frames=1,
                part="held_out" if number % 4 == 3 else "train", region=region, style=style,
                sentences=sentences, phones=tuple((letter, FRAMES) for letter in letters),
            )  # fmt: skip
            yield clip, mel

    dataset.write(folder, each(), VOCABULARY)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published checkpoint: it knows nothing of prosody, and none of its weights is zero."""
    path = tmp_path_factory.mktemp("start") / "model.safetensors"
    begun = begin.network(replace(RECIPE, prosody=False), VOCABULARY, start=None, root=path.parent)
    save_file(small.published(small.redrawn(begun, seed=4).state_dict()), path)
    sidecar.path_of(path).write_text('{"arch": "v1_average"}')
    return path


def begun(data: Path, start: Path | None = None, recipe: Recipe = RECIPE) -> Transformer:
    return begin.network(
        recipe, VOCABULARY, start=str(start) if start else None, root=data, names=dataset.read(data).names
    )


def vectors_of(network: Transformer) -> list[torch.nn.Parameter]:
    """The vectors of sentence type, region and style."""
    assert network.text_embed.prosody is not None
    return list(network.text_embed.prosody.parameters())


def question(data: Path, network: Transformer) -> tuple[Batch, Draw]:
    """A batch that is told what the network knows, and a draw that drops nothing."""
    batch = dataset.read(data).told_as(network.architecture.labels).batch(range(6))
    drawn = objective.draw(batch, RECIPE.chances, objective.dice(5))
    return batch, drawn._replace(drops_audio=False, drops_text=False, drops_prosody=False)


def asked(network: Transformer, batch: Batch, drawn: Draw) -> torch.Tensor:
    with torch.no_grad():
        return objective.losses(network, batch, drawn)


def test_each_token_is_told_what_its_clip_says(data: Path) -> None:
    clips = dataset.read(data)
    labels = Labels(region=("neutral", "x", "rioplatense"), style=("happy", "neutral"))
    batch = clips.told_as(labels).batch(range(3))
    assert clips.batch(range(3)).labels is None
    assert batch.labels is not None
    for told, clip in zip(batch.labels, clips.clips[:3], strict=True):
        kinds = [kind for kind, count in clip.sentences for _ in range(count)]
        wanted = [
            [labels.sentence.index(kind), labels.region.index(clip.region), labels.style.index(clip.style)]
            for kind in kinds
        ]
        assert told[: len(clip.tokens)].tolist() == wanted
        assert (told[len(clip.tokens) :] == UNTOLD).all()


def test_the_names_are_those_of_all_clips_and_neutral(data: Path, tmp_path: Path) -> None:
    assert dataset.read(data).names == Labels(region=("neutral", "rioplatense"), style=("neutral", "happy"))
    clip = Clip(id="a", text="a", tokens=(1,), start=0, frames=1, region="mexican", style="")
    dataset.write(tmp_path, [(clip, np.zeros((9, 100)))], VOCABULARY)
    assert dataset.read(tmp_path).names == named(["mexican"], []) == Labels(region=("neutral", "mexican"))


def test_a_published_checkpoint_begins_unchanged(data: Path, start: Path) -> None:
    plain = begun(data, start, replace(RECIPE, prosody=False))
    told = begun(data, start)
    assert plain.architecture.labels is None
    assert told.architecture.labels == dataset.read(data).names
    batch, drawn = question(data, told)
    assert batch.labels is not None
    for drops in (False, True):
        drawn = drawn._replace(drops_text=drops)
        assert torch.equal(asked(plain, batch, drawn), asked(told, batch, drawn))
    for name, weight in plain.state_dict().items():
        assert torch.equal(weight, told.state_dict()[name]), name


def test_an_untrained_network_begins_as_one_that_is_told_nothing(data: Path) -> None:
    plain, told = begun(data, recipe=replace(RECIPE, prosody=False)), begun(data)
    state = told.state_dict()
    assert all(torch.equal(weight, state[name]) for name, weight in plain.state_dict().items())
    assert not any(state[name].any() for name in set(state) - set(plain.state_dict()))


@pytest.mark.parametrize("column", range(3), ids=["sentence", "region", "style"])
def test_one_vector_changes_what_is_told_it_and_nothing_else(data: Path, start: Path, column: int) -> None:
    plain, told = begun(data, start, replace(RECIPE, prosody=False)), begun(data, start)
    batch, drawn = question(data, told)
    assert batch.labels is not None
    number = int(batch.labels[0, 0, column])
    with torch.no_grad():
        vectors_of(told)[column][number] = 0.1
    before, after = asked(plain, batch, drawn), asked(told, batch, drawn)
    has_it = (batch.labels[:, :, column] == number).any(dim=1)
    assert has_it.any()
    assert ((before != after) == has_it).all()


def test_what_is_told_is_dropped_with_the_text(data: Path, start: Path) -> None:
    told = begun(data, start)
    small.redrawn(told, seed=7)
    batch, drawn = question(data, told)
    assert batch.labels is not None
    silent = batch._replace(labels=torch.full_like(batch.labels, UNTOLD))
    assert not torch.equal(asked(told, batch, drawn), asked(told, silent, drawn))
    for drops in ({"drops_text": True}, {"drops_prosody": True}):
        blind = drawn._replace(**drops)
        assert torch.equal(asked(told, batch, blind), asked(told, silent, blind))
        told.zero_grad()
        objective.loss(told, batch, blind).backward()
        # Zero and not none: processes that drop it stay in step with those that do not.
        grads = [weight.grad for weight in vectors_of(told)]
        assert all(grad is not None and not grad.any() for grad in grads)
    readable = drawn._replace(drops_prosody=True)
    other = batch._replace(tokens=(batch.tokens + 3).where(batch.tokens >= 0, batch.tokens))
    assert not torch.equal(asked(told, batch, readable), asked(told, other, readable))


def test_it_is_left_out_now_and_then(data: Path) -> None:
    batch, _ = question(data, begun(data))
    drops = [
        objective.draw(batch, RECIPE.chances, objective.dice(7, update)).drops_prosody
        for update in range(1000)
    ]
    assert sum(drops) / 1000 == pytest.approx(0.1, abs=0.03)


@pytest.fixture(scope="module")
def taught(data: Path) -> Transformer:
    """A network that has learned from every clip but those that are held out."""
    network = begun(data)
    clips = dataset.read(data).told_as(network.architecture.labels)
    recipe = replace(RECIPE, peak=5e-3, updates=250, accumulate=1)
    trainee = run.Trainee(network, recipe, None)
    everything = clips.batch(range(len(clips.clips)))
    for _ in range(recipe.updates):
        trainee.learn([everything])
    return network


def otherwise(clips: Dataset, kind: str) -> Dataset:
    """The clips, told the other name of this kind."""

    def other(name: str, names: tuple[str, ...]) -> str:
        return names[1 - names.index(name)]

    def told(clip: Clip) -> Clip:
        if kind == "sentence":
            swapped: Any = tuple((other(name, TYPES), count) for name, count in clip.sentences)
            return replace(clip, sentences=swapped)
        return replace(clip, **{kind: other(getattr(clip, kind), REGIONS if kind == "region" else STYLES)})

    return replace(clips, clips=tuple(map(told, clips.clips)))


@pytest.mark.parametrize("kind", ["sentence", "region", "style"])
def test_what_was_learned_is_told_apart(data: Path, taught: Transformer, kind: str) -> None:
    clips = dataset.read(data, "held_out").told_as(taught.architecture.labels)
    right = held_out.losses(taught, clips, draws=4)
    wrong = held_out.losses(taught, otherwise(clips, kind), draws=4)
    untold = held_out.losses(taught, clips.told_as(None), draws=4)
    assert np.mean(list(right.values())) < 0.95 * np.mean(list(wrong.values()))
    assert np.mean(list(right.values())) < np.mean(list(untold.values()))
    assert sum(right[name] < wrong[name] for name in right) >= 0.8 * len(right)


def learned(data: Path, folder: Path, words: list[str] | None = None, **changed: Any) -> dict[str, Any]:
    """What `train run` leaves in a folder."""
    recipe = folder.with_suffix(".toml")
    write_recipe(recipe, replace(RECIPE, **changed))
    told = ["train", "run", str(data), "--out", str(folder), "--recipe", str(recipe), *(words or [])]
    assert main(told) == 0
    return bits(folder)


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    learned(data, folder)
    return folder


def test_a_run_that_was_stopped_ends_as_one_that_was_not(data: Path, whole: Path, tmp_path: Path) -> None:
    clips, held = dataset.read(data), dataset.read(data, "held_out")
    for stop in (1, 2):
        left = iter([False] * stop + [True])
        ended = run.run(
            begun(data), clips, RECIPE, tmp_path, held_out=held, stopping=lambda left=left: next(left)
        )
        assert ended.is_stopped
    run.run(begun(data), clips, RECIPE, tmp_path, held_out=held)
    assert bits(tmp_path) == bits(whole)
    kept = bits(whole)
    assert kept["origin"]["labels"]["region"] == REGIONS
    vectors = "text_embed.prosody.region.weight"
    assert kept["weights"][vectors] != kept["average"][vectors]


def test_a_run_goes_on_with_its_own_names_only(data: Path, start: Path, whole: Path, tmp_path: Path) -> None:
    (tmp_path / checkpoints.LAST).write_bytes((whole / checkpoints.LAST).read_bytes())
    other = begin.network(RECIPE, VOCABULARY, start=None, root=data, names=named(["mexican"], []))
    with pytest.raises(SettingsError, match="another start, which knows other regions or styles"):
        run.run(other, dataset.read(data), RECIPE, tmp_path)


def test_adapters_and_the_vectors_of_prosody_learn(data: Path, start: Path, tmp_path: Path) -> None:
    pytest.importorskip("peft", reason="peft is not installed")
    words = ["--start", str(start), "--lora", "2"]
    before = {name: weight.clone() for name, weight in begun(data, start).state_dict().items()}
    learned(data, tmp_path / "run", words, lora=0, peak=1e-2, warmup=0)
    state = checkpoints.read(tmp_path / "run")
    assert state is not None
    assert {name.split(".")[1] for name in state.average if ".lora_" not in name} == {"prosody"}
    own = adapters.merged({**state.weights, **state.average})
    moved = {name for name, weight in own.items() if not torch.equal(weight, before[name])}
    assert {f"text_embed.prosody.{kind}.weight" for kind in ("sentence", "region", "style")} < moved
    assert all("prosody" in name or "transformer_blocks" in name for name in moved)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_it_learns_the_alignment_too(data: Path, tmp_path: Path, precision: str) -> None:
    state = learned(data, tmp_path / "run", align=0.5, precision=precision)
    assert "alignment.1.weight" in state["average"]
    assert any(state["average"]["text_embed.prosody.style.weight"][2])


@pytest.mark.parametrize("align", [0.0, 0.5])
def test_two_processes_learn_what_one_does(data: Path, tmp_path: Path, align: float) -> None:
    """Also where one of them drops what it is told, and the other does not."""
    drops = replace(RECIPE.chances, drop_all=0.4, drop_prosody=0.4)
    recipe = tmp_path / "recipe.toml"
    write_recipe(recipe, replace(RECIPE, align=align, chances=drops))
    words = ["train", "run", str(data), "--recipe", str(recipe), "--out"]
    ended = launched(2, [*words, str(tmp_path / "two")], tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert main([*words, str(tmp_path / "one")]) == 0
    two, alone = checkpoints.read(tmp_path / "two"), checkpoints.read(tmp_path / "one")
    assert two is not None
    assert alone is not None
    for name, weight in two.weights.items():
        assert torch.allclose(weight, alone.weights[name], rtol=0, atol=1e-6), name
    assert alone.weights["text_embed.prosody.region.weight"].any()


def test_clips_whose_sentences_are_not_known_are_refused(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of a dataset of an earlier version."""
    clips = dataset.read(data)
    old = (
        (replace(clip, sentences=()), clips.mels[clip.start : clip.start + clip.frames])
        for clip in clips.clips
    )
    dataset.write(tmp_path / "old", old, VOCABULARY)
    write_recipe(tmp_path / "recipe.toml", RECIPE)
    words = ["train", "run", str(tmp_path / "old"), "--out", str(tmp_path / "run")]
    assert main([*words, "--recipe", str(tmp_path / "recipe.toml")]) == 2
    assert "no clip of this dataset has the types of its sentences" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("styles", "flaw"),
    [
        (["x" * 101], "the name of a style is empty, or longer than 100 characters"),
        ([" "], "the name of a style is empty"),
        ([f"s{number}" for number in range(1000)], "more than 1000 names of a style"),
    ],
)
def test_names_that_are_none_are_refused(data: Path, tmp_path: Path, styles: list[str], flaw: str) -> None:
    clips = dataset.read(data)
    told = (replace(clips.clips[0], style=style, phones=(), sentences=()) for style in styles)
    dataset.write(tmp_path, ((clip, np.zeros((60, 100))) for clip in told), VOCABULARY)
    hostile = dataset.read(tmp_path)
    network = begin.network(RECIPE, VOCABULARY, start=None, root=tmp_path, names=hostile.names)
    with pytest.raises(SettingsError, match=flaw):
        begin.lesson(network, RECIPE, hostile)


def test_any_other_name_is_learned(data: Path, tmp_path: Path) -> None:
    """A style is what a manifest says; it is shown as text, whatever it is."""
    clips, style = dataset.read(data), "\x1b[2J\u202e'; drop \n| table"
    frames = clips.clips[0].frames
    clip = replace(clips.clips[0], region="neutral", style=style)
    dataset.write(tmp_path / "data", [(clip, clips.mels[:frames])], VOCABULARY)
    state = learned(tmp_path / "data", tmp_path / "run", check_every=0, updates=1)
    assert state["origin"]["labels"]["style"] == ("neutral", style)
    out = tmp_path / "voice"
    export.export(tmp_path / "run", tmp_path / "data", out, licence="none")
    assert sidecar.read(out / export.CHECKPOINT) == sidecar.Sidecar(
        arch="v1_average", prosody=Labels(style=("neutral", style))
    )
    assert "\x1b" not in (out / "README.md").read_text()
