"""A run that is told the phones learns where in the text it is; what is exported knows nothing of them."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
import torch
from msgspec.structs import replace
from safetensors.torch import load_file
from torch.nn import functional

from tests.support.training import RECIPE, made
from tts_baseline.cli import main
from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.training import alignment, begin, dataset, network, objective, prepare, recordings
from tts_baseline.training.dataset import Clip
from tts_baseline.training.objective import UNLABELLED, Batch, Draw

LETTER = 6  # frames, see `made`


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset of tones, each labelled with its letter; one clip has no label."""
    folder = made(tmp_path_factory.mktemp("data"))
    path = folder / dataset.CLIPS
    clips = [msgspec.json.decode(line, type=Clip) for line in path.read_bytes().splitlines()]
    labelled = [replace(clip, phones=tuple((letter, LETTER) for letter in clip.text)) for clip in clips[1:]]
    path.write_bytes(b"".join(msgspec.json.encode(clip) + b"\n" for clip in (clips[0], *labelled)))
    return folder


def begun(data: Path) -> Transformer:
    return begin.network(RECIPE, dataset.read(data).vocabulary, start=None, root=data)


def drawn(batch: Batch, *, drops_text: bool = False) -> Draw:
    found = objective.draw(batch, RECIPE.chances, objective.dice(5))
    return found._replace(drops_audio=drops_text, drops_text=drops_text)


def test_a_frame_is_labelled_with_what_is_spoken_in_it(data: Path) -> None:
    clips = dataset.read(data)
    batch = clips.batch([0, 1, 2])
    assert (batch.phones[0] == UNLABELLED).all()
    for row, clip in enumerate(clips.clips[1:3], start=1):
        letters = "".join(clips.phones[label] for label in batch.phones[row][: clip.frames].tolist())
        assert letters == "".join(letter * LETTER for letter in clip.text)
        assert (batch.phones[row][clip.frames :] == UNLABELLED).all()


def test_the_loss_is_that_of_the_flow_and_so_much_of_the_phones(data: Path) -> None:
    clips = dataset.read(data)
    batch = clips.batch([0, 1, 2, 3])
    plain = begun(data)
    flow = objective.loss(plain, batch, drawn(batch))
    taught = alignment.taught(plain, phones=len(clips.phones), seed=0)
    assert torch.equal(objective.loss(taught, batch, drawn(batch)), flow)
    middle = network.computed(taught, objective.scene_of(batch, drawn(batch))).middle
    read = taught.alignment(middle).log_softmax(dim=-1)
    of_frames = [
        -read[row, frame, label]
        for row, labels in enumerate(batch.phones.tolist())
        for frame, label in enumerate(labels)
        if drawn(batch).span[row, frame] and label != UNLABELLED
    ]
    both = alignment.lesson(0.3)(taught, batch, drawn(batch))
    assert both.item() == pytest.approx((flow + 0.3 * torch.stack(of_frames).mean()).item(), rel=1e-5)


def test_where_no_text_is_seen_no_phone_is_asked_for(data: Path) -> None:
    clips = dataset.read(data)
    batch = clips.batch([1, 2])
    taught = alignment.taught(begun(data), phones=len(clips.phones), seed=0)
    blind = drawn(batch, drops_text=True)
    assert torch.equal(alignment.lesson(0.3)(taught, batch, blind), objective.loss(taught, batch, blind))


def test_every_weight_has_a_gradient_whatever_is_dropped(data: Path) -> None:
    """Processes add up what each has: one that lacked some would be out of step."""
    clips = dataset.read(data)
    taught = alignment.taught(begun(data), phones=len(clips.phones), seed=0)
    batch = clips.batch([1, 2])
    alignment.lesson(0.3)(taught, batch, drawn(batch, drops_text=True)).backward()
    assert [name for name, weight in taught.named_parameters() if weight.grad is None] == []
    assert not taught.alignment[1].weight.grad.any()


def test_clips_without_labels_are_learned_from_all_the_same(data: Path) -> None:
    clips = dataset.read(data)
    taught = alignment.taught(begun(data), phones=len(clips.phones), seed=0)
    batch = clips.batch([0])
    assert torch.equal(
        alignment.lesson(0.3)(taught, batch, drawn(batch)), objective.loss(taught, batch, drawn(batch))
    )


def test_the_middle_learns_the_phones_through_the_command(data: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    sizes = ", ".join(f"{name} = {size}" for name, size in msgspec.to_builtins(RECIPE.sizes).items())
    recipe.write_text(f"align = 1.0\nupdates = 150\nframes = 300\nwarmup = 4\nsizes = {{ {sizes} }}\n")
    assert main(["train", "run", str(data), "--out", str(tmp_path / "run"), "--recipe", str(recipe)]) == 0
    state = torch.load(tmp_path / "run" / "last.pt", weights_only=True)
    clips = dataset.read(data)
    taught = alignment.taught(begun(data), phones=len(clips.phones), seed=0)
    taught.load_state_dict(state["weights"])
    batch = clips.batch(range(1, 9))
    found = network.computed(taught, objective.scene_of(batch, drawn(batch)))
    known = (batch.phones != UNLABELLED) & drawn(batch).span
    right = taught.alignment(found.middle).argmax(dim=-1)[known] == batch.phones[known]
    assert right.float().mean() > 0.5  # of eight letters, an eighth by chance
    assert functional.cross_entropy(taught.alignment(found.middle)[known], batch.phones[known]) < 1.5


def test_what_is_exported_has_no_part_of_it(data: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    sizes = ", ".join(f"{name} = {size}" for name, size in msgspec.to_builtins(RECIPE.sizes).items())
    recipe.write_text(f"align = 1.0\nupdates = 2\nframes = 300\nsizes = {{ {sizes} }}\n")
    run, voice = tmp_path / "run", tmp_path / "voice"
    assert main(["train", "run", str(data), "--out", str(run), "--recipe", str(recipe)]) == 0
    assert any(
        name.startswith("alignment.") for name in torch.load(run / "last.pt", weights_only=True)["average"]
    )
    assert main(["train", "export", str(run), "--dataset", str(data), "--out", str(voice)]) == 0
    names = {name.removeprefix("ema_model.transformer.") for name in load_file(voice / "model.safetensors")}
    assert names == set(begun(data).state_dict())


def test_without_phones_there_is_nothing_to_align(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("align = 0.2\n")
    plain = made(tmp_path / "data")
    assert main(["train", "run", str(plain), "--out", str(tmp_path / "run"), "--recipe", str(recipe)]) == 2
    assert "no clip of this dataset has its phones" in capsys.readouterr().err
    with pytest.raises(SettingsError, match="set align = 0"):
        alignment.taught(begun(plain), phones=0, seed=0)


def test_phones_that_do_not_fit_their_clip_are_refused(data: Path, tmp_path: Path) -> None:
    for name in (dataset.MELS, dataset.VOCABULARY):
        (tmp_path / name).write_bytes((data / name).read_bytes())
    lines = (data / dataset.CLIPS).read_text().splitlines()
    row = json.loads(lines[1])
    row["phones"][0][1] += 1
    (tmp_path / dataset.CLIPS).write_text("\n".join([lines[0], json.dumps(row)]) + "\n")
    with pytest.raises(PipelineError, match=f"the phones of the clip c1 have {row['frames'] + 1} frames"):
        dataset.read(tmp_path)


def test_phones_of_a_recording_stay_where_they_are_when_it_is_cut(tmp_path: Path) -> None:
    """Five tones between two silences: their edges in the mel are where the labels change."""
    lengths = {"before": 0.5, "a": 0.3, "b": 0.2, "c": 0.4, "d": 0.3, "after": 0.6}
    rate, dice = 16_000, np.random.default_rng(0)
    pitch = {"a": 300.0, "b": 2000.0, "c": 700.0, "d": 4000.0}
    parts = [
        0.3 * np.sin(2 * np.pi * pitch[name] * np.arange(round(length * rate)) / rate)
        if name in pitch
        else 1e-4 * dice.standard_normal(round(length * rate))
        for name, length in lengths.items()
    ]
    soundfile.write(tmp_path / "tones.wav", np.concatenate(parts), rate)
    row = {"audio": "tones.wav", "text": "Hola, qué tal estás.", "phones": list(lengths.items())}
    (tmp_path / "manifest.jsonl").write_text(json.dumps(row) + "\n")
    report = prepare.prepare(
        recordings.read(tmp_path), tmp_path / "data", vocabulary=Vocabulary.default(),
        preparation=prepare.Preparation(held_out=0.0),
    )  # fmt: skip
    assert report.left_out == ()
    clips = dataset.read(tmp_path / "data")
    labels = [clips.phones[label] for label in clips.batch([0]).phones[0].tolist()]
    loudest = clips.mels[: len(labels)].argmax(axis=1)
    heard = np.flatnonzero(np.abs(np.diff(loudest.astype(int))) > 3)
    for name in ("b", "c", "d"):
        assert np.abs(heard + 1 - labels.index(name)).min() <= 1, name
    assert labels[0] == "before"
    assert labels[-1] == "after"
