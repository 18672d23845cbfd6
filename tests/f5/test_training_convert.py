"""A dataset is written in the forms that other trainers read, and reads back as what it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.support import spoilt
from tts_baseline.cli import main
from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.training import convert, dataset, prepare, recordings
from tts_baseline.training.recordings import Recorded
from tts_baseline.training.vocoder import sounds

COUNT = 12


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    rows = [
        Recorded(
            audio=str(spoilt.write(folder / f"{number}.wav", spoken.samples, spoken.rate)),
            text=spoken.text, speaker=f"s{number % 2}", region="mexican",
        )
        for number, spoken in enumerate(spoilt.good(COUNT, tmp_path_factory.mktemp("suite")))
    ]  # fmt: skip
    chosen = prepare.Preparation(held_out=0.3, waves=True)
    prepare.prepare(rows, folder / "data", vocabulary=Vocabulary.default(), preparation=chosen)
    assert all(dataset.has(folder / "data", part) for part in ("train", "held_out"))
    return folder / "data"


def clips_of(data: Path, *parts: dataset.Split) -> dict[str, tuple[str, np.ndarray[Any, Any]]]:
    """Text and samples of each clip, by id."""
    return {
        clip.id: (clip.text, sounds.read(data, part).wave(index))
        for part in parts
        for index, clip in enumerate(sounds.read(data, part).clips)
    }


def check(found: list[Recorded], wanted: dict[str, tuple[str, np.ndarray[Any, Any]]]) -> None:
    assert {Path(row.audio).stem: row.text for row in found} == {
        name: text for name, (text, _) in wanted.items()
    }
    for row in found:
        samples, rate = soundfile.read(row.audio, dtype="float32")
        assert rate == 24_000
        assert np.array_equal(samples, wanted[Path(row.audio).stem][1])


def test_ljspeech_has_every_clip(data: Path, tmp_path: Path) -> None:
    assert convert.convert(data, tmp_path, "ljspeech") == COUNT
    check(recordings.read(tmp_path), clips_of(data, "train", "held_out"))


def test_common_voice_has_its_split_speakers_and_regions(data: Path, tmp_path: Path) -> None:
    convert.convert(data, tmp_path, "common_voice")
    for name, part in (("train", "train"), ("test", "held_out")):
        found = recordings.read(tmp_path / f"{name}.tsv")
        check(found, clips_of(data, part))
        known = {clip.id: clip.speaker for clip in dataset.read(data, part).clips}
        assert {Path(row.audio).stem: row.speaker for row in found} == known


@pytest.mark.filterwarnings("ignore")  # what upstream imports
def test_upstream_s_trainer_reads_what_is_learned_from(data: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="f5-tts is not installed")
    from f5_tts.model.dataset import CustomDataset

    convert.convert(data, tmp_path, "f5_tts")
    wanted = clips_of(data, "train")
    check(recordings.read(tmp_path), wanted)
    # As its `load_dataset` does, which finds a dataset by its name in the package's folder alone.
    durations = json.loads((tmp_path / "duration.json").read_text())["duration"]
    theirs = CustomDataset(datasets.Dataset.from_file(str(tmp_path / "raw.arrow")), durations)
    assert len(theirs) == len(wanted)
    for index, clip in enumerate(dataset.read(data).clips):
        row = theirs[index]
        assert row["text"] == clip.text
        assert theirs.get_frame_len(index) == pytest.approx(clip.frames, abs=1)
        ours = dataset.read(data).mels[clip.start : clip.start + clip.frames].T
        frames = min(ours.shape[1], row["mel_spec"].shape[1])
        assert np.abs(row["mel_spec"].numpy()[:, : frames - 3] - ours[:, : frames - 3]).mean() < 0.02


def test_a_form_that_is_none_and_a_dataset_without_waves_are_refused(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "convert", str(data), "--out", str(tmp_path / "out"), "--to"]
    assert main([*words, "ljspeach"]) == 2
    assert "did you mean 'ljspeech'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert main([*words, "ljspeech"]) == 0
    assert capsys.readouterr().out == f"wrote {COUNT} clips to {tmp_path / 'out'}\n"
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in (dataset.CLIPS, dataset.MELS, dataset.VOCABULARY):
        (bare / name).write_bytes((data / name).read_bytes())
    with pytest.raises(PipelineError, match="waves"):
        convert.convert(bare, tmp_path / "none", "ljspeech")
