"""Of recordings, the good ones become a dataset and every bad one is left out by name; in all known forms."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.f5.test_references import recognizer
from tests.support import spoilt
from tests.support.spoilt import SPOILT, Spoken
from tts_baseline.cli import main
from tts_baseline.core.errors import NothingMeasured, PipelineError, SettingsError
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.training import dataset, prepare, recordings
from tts_baseline.training.recordings import Recorded

VOCABULARY = Vocabulary.default()
GOOD = 30


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> list[Spoken]:
    return spoilt.good(GOOD, tmp_path_factory.mktemp("suite"))


@pytest.fixture(scope="module")
def written(good: list[Spoken], tmp_path_factory: pytest.TempPathFactory) -> list[Recorded]:
    folder = tmp_path_factory.mktemp("good")
    return [
        Recorded(
            audio=str(spoilt.write(folder / f"{number}.wav", spoken.samples, spoken.rate)),
            text=spoken.text,
            speaker=f"s{number % 3}",
        )
        for number, spoken in enumerate(good)
    ]


def defect_of(recorded: Recorded, out: Path) -> str:
    try:
        report = prepare.prepare([recorded], out, vocabulary=VOCABULARY)
    except NothingMeasured:
        report = json.loads((out / prepare.REPORT).read_text())
        return str(report["left_out"][0]["defect"])
    assert not report.left_out
    return ""


@pytest.mark.parametrize("name", SPOILT)
def test_a_bad_recording_is_left_out_by_name(name: str, good: list[Spoken], tmp_path: Path) -> None:
    for spoken in good[:3]:
        samples, rate, text = SPOILT[name].spoil(spoken)
        path = spoilt.write(tmp_path / "bad.wav", samples, rate)
        assert defect_of(Recorded(audio=str(path), text=text), tmp_path / "out") == SPOILT[name].defect


def test_there_are_twenty_kinds_of_bad_ones() -> None:
    assert len(SPOILT) >= 20
    told = {defect.name for defect in (*prepare.TEXT_DEFECTS, *prepare.SOUND_DEFECTS)} | set(
        prepare.FILE_DEFECTS
    )
    assert told - {spoil.defect for spoil in SPOILT.values()} == {
        "missing",
        "unreadable",
        "twice",
        "other words",
    }


def test_no_good_recording_is_left_out(written: list[Recorded], tmp_path: Path) -> None:
    report = prepare.prepare(
        written, tmp_path, vocabulary=VOCABULARY, preparation=prepare.Preparation(held_out=0.3)
    )
    assert report.left_out == ()
    assert sum(report.clips.values()) == GOOD
    assert set(report.clips) == {"train", "held_out"}
    assert set(report.hours_by["speaker"]) == {"s0", "s1", "s2"}
    train, held = dataset.read(tmp_path), dataset.read(tmp_path, "held_out")
    assert {clip.text for clip in train.clips}.isdisjoint(clip.text for clip in held.clips)
    clip = train.clips[0]
    assert "".join(VOCABULARY.tokens[token] for token in clip.tokens).replace(" ", "") == clip.text.replace(
        " ", ""
    )
    assert sum(count for _, count in clip.sentences) == len(clip.tokens)
    assert {kind for each in train.clips for kind, _ in each.sentences} >= {"statement", "wh_question"}
    seconds = (
        len(soundfile.read(written[int(clip.id)].audio)[0])
        / soundfile.info(written[int(clip.id)].audio).samplerate
    )
    assert clip.frames * 256 / 24000 == pytest.approx(seconds, abs=0.6)
    mel = train.mels[clip.start : clip.start + clip.frames]
    assert np.isfinite(mel).all()
    assert -12 < float(mel.min()) < float(mel.max()) < 7


def test_of_two_hundred_good_ones_none_is_left_out_and_every_bad_one_is() -> None:
    """All of them in one dataset, and what the manual says of it."""
    script = Path(__file__).parents[2] / "benchmarks/training/prepare.py"
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    counted = json.loads(ended.stdout)
    assert (counted["good"], counted["good left out"]) == (200, {})
    assert counted["kinds"] == len(SPOILT) >= 20
    assert counted["bad left out by name"] == counted["bad left out"] == counted["bad"] == 9 * len(SPOILT)
    said = json.loads(script.with_suffix(".json").read_text())
    facts = ("good", "good left out", "kinds", "bad", "bad left out", "bad left out by name")
    assert {name: said[name] for name in facts} == {name: counted[name] for name in facts}


def test_a_speaker_is_held_out_and_what_he_says_is_learned_from_nobody(
    written: list[Recorded], tmp_path: Path
) -> None:
    samples, rate = soundfile.read(written[1].audio)
    path = spoilt.write(tmp_path / "again.wav", 0.9 * samples, rate)
    rows = [*written, Recorded(audio=str(path), text=written[1].text.upper(), speaker="s0")]
    chosen = prepare.Preparation(held_out=0.1, held_out_speakers=("s1",))
    report = prepare.prepare(rows, tmp_path / "data", vocabulary=VOCABULARY, preparation=chosen)
    assert report.left_out == ()
    train, held = dataset.read(tmp_path / "data"), dataset.read(tmp_path / "data", "held_out")
    assert {clip.speaker for clip in train.clips} == {"s0", "s2"}
    assert {clip.speaker for clip in held.clips} >= {"s0", "s1"}
    assert {clip.text for clip in train.clips}.isdisjoint(clip.text for clip in held.clips)
    assert f"{len(rows) - 1:06d}" in {clip.id for clip in held.clips}
    unknown = prepare.Preparation(held_out_speakers=("s9",))
    with pytest.raises(SettingsError, match=r"no recording is by a speaker 's9'"):
        prepare.prepare(rows, tmp_path / "other", vocabulary=VOCABULARY, preparation=unknown)


def test_missing_unreadable_and_repeated_ones_are_left_out(written: list[Recorded], tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    bad = [
        Recorded(audio=str(tmp_path / "nowhere.wav"), text="Hola."),
        Recorded(audio=str(tmp_path / "text.wav"), text="Hola."),
        written[0],
    ]
    report = prepare.prepare([*written[:2], *bad], tmp_path / "out", vocabulary=VOCABULARY)
    assert [left.defect for left in report.left_out] == ["missing", "unreadable", "twice"]
    assert prepare.counted(report) == {"missing": 1, "unreadable": 1, "twice": 1}


def test_what_is_heard_otherwise_is_left_out(
    written: list[Recorded], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers are heard in digits or in words, and accents are not letters of their own; other words are."""
    pytest.importorskip("jiwer")
    rate = soundfile.info(written[0].audio).samplerate
    texts = ["El tren sale a las 15:30.", "Hola, ¿qué tal?", "No se lo digas a nadie."]
    rows = [Recorded(audio=row.audio, text=text) for row, text in zip(written, texts, strict=False)]
    words = iter(["el tren sale a las quince treinta", "¡Hola! ¿Que tal?", "mañana llueve en la sierra"])
    asked: list[tuple[int, int]] = []

    def hears(samples: Any, of: int) -> str:
        asked.append((samples.ndim, of))
        return next(words)

    def loaded(model: str) -> Callable[..., str]:
        assert model == "a/whisper"
        return hears

    monkeypatch.setattr(prepare, "recognizer", loaded)
    loose = prepare.Bounds(slowest_bytes_per_s=1.0, fastest_bytes_per_s=99.0)
    chosen = prepare.Preparation(asr_model="a/whisper", bounds=loose)
    report = prepare.prepare(rows, tmp_path, vocabulary=VOCABULARY, preparation=chosen)
    assert [left.defect for left in report.left_out] == ["other words"]
    assert report.left_out[0].audio == rows[2].audio
    assert "'mañana llueve en la sierra'" in report.left_out[0].why
    assert asked == [(1, rate)] * 3


@pytest.mark.filterwarnings("ignore")
def test_a_recognizer_listens_and_one_that_cannot_is_refused(written: list[Recorded], tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    pytest.importorskip("jiwer")
    rows = [Recorded(audio=written[0].audio, text=written[0].text)]
    chosen = prepare.Preparation(asr_model=recognizer(tmp_path / "whisper"))
    with pytest.raises(NothingMeasured, match="1 other words"):
        prepare.prepare(rows, tmp_path / "data", vocabulary=VOCABULARY, preparation=chosen)
    (left,) = json.loads((tmp_path / "data" / prepare.REPORT).read_text())["left_out"]
    assert set(left["why"].rpartition(": ")[2]) == {"'", "a"}
    with pytest.raises(PipelineError, match="the recognizer cannot be loaded") as refused:
        prepare.prepare(
            rows, tmp_path / "data", vocabulary=VOCABULARY,
            preparation=prepare.Preparation(asr_model=str(tmp_path / "none")),
        )  # fmt: skip
    assert "asr_model" in refused.value.hint


def lines(rows: list[Recorded], folder: Path) -> Path:
    manifest = folder / "manifest.jsonl"
    manifest.write_text(
        "".join(
            json.dumps({"audio": row.audio, "text": row.text, "speaker": row.speaker}) + "\n" for row in rows
        )
    )
    return folder


def ljspeech(rows: list[Recorded], folder: Path) -> Path:
    (folder / "wavs").mkdir()
    for number, row in enumerate(rows):
        (folder / "wavs" / f"LJ{number}.wav").write_bytes(Path(row.audio).read_bytes())
    (folder / "metadata.csv").write_text(
        "".join(f"LJ{n}|{row.text}|{row.text}\n" for n, row in enumerate(rows))
    )
    return folder


def common_voice(rows: list[Recorded], folder: Path) -> Path:
    (folder / "clips").mkdir()
    text = "client_id\tpath\tsentence\tgender\taccents\n"
    for number, row in enumerate(rows):
        (folder / "clips" / f"{number}.wav").write_bytes(Path(row.audio).read_bytes())
        text += f"{row.speaker}\t{number}.wav\t{row.text}\tfemale\tRioplatense: Argentina, Uruguay\n"
    (folder / "validated.tsv").write_text(text)
    return folder


def f5_csv(rows: list[Recorded], folder: Path) -> Path:
    (folder / "metadata.csv").write_text(
        "audio_file|text\n" + "".join(f"{row.audio}|{row.text}\n" for row in rows)
    )
    return folder


def f5_arrow(rows: list[Recorded], folder: Path) -> Path:
    datasets = pytest.importorskip("datasets", reason="f5-tts is not installed")
    with datasets.arrow_writer.ArrowWriter(path=str(folder / "raw.arrow")) as writer:
        for row in rows:
            writer.write({"audio_path": row.audio, "text": list(row.text), "duration": 1.0})
        writer.finalize()
    return folder


def pairs(rows: list[Recorded], folder: Path) -> Path:
    for number, row in enumerate(rows):
        (folder / f"{number}.wav").write_bytes(Path(row.audio).read_bytes())
        (folder / f"{number}.txt").write_text(row.text + "\n")
    return folder


@pytest.mark.parametrize("form", [lines, ljspeech, common_voice, f5_csv, f5_arrow, pairs])
def test_every_form_is_read(form: Callable[..., Path], written: list[Recorded], tmp_path: Path) -> None:
    rows = written[:3]
    found = recordings.read(form(rows, tmp_path))
    assert [row.text for row in found] == [row.text for row in rows]
    assert all(
        Path(one.audio).read_bytes() == Path(row.audio).read_bytes()
        for one, row in zip(found, rows, strict=True)
    )
    if form is common_voice:
        assert {(row.region, row.gender) for row in found} == {("rioplatense", "female")}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("metadata.csv", "no bar in it"),
        ("manifest.jsonl", '{"audio": 3}'),
        ("manifest.jsonl", '{"audio": "a.wav", "text": "Hola.", "sayer": "x"}'),
        ("validated.tsv", "a\tb\n1\t2\n"),
        ("raw.arrow", "nothing"),
        ("list.xml", "<a/>"),
        (None, None),
    ],
)
def test_what_is_no_list_is_refused(name: str | None, content: str | None, tmp_path: Path) -> None:
    if name:
        (tmp_path / name).write_text(str(content))
    with pytest.raises(SettingsError):
        recordings.read(tmp_path / name if name == "list.xml" else tmp_path)


def test_the_command_says_what_became_of_them(written: list[Recorded], tmp_path: Path, capsys: Any) -> None:
    missing = Recorded(audio="nowhere.wav", text="Hola.")
    folder = lines([*written[:3], missing], tmp_path)
    bounds = tmp_path / "bounds.toml"
    bounds.write_text("held_out = 0.0\n[bounds]\nsnr_db = 10\n")
    words = ["train", "prepare", str(folder), "--out", str(tmp_path / "data"), "--bounds", str(bounds)]
    assert main(words) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("train      3 clips, ")
    assert said[1] == "left out   1 missing"
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["clips"] == {"train": 3}
    bounds.write_text("[bounds]\nsnr = 10\n")
    assert main(words) == 2
    bounds.write_text("heldout = 1\n")
    assert main(words) == 2
    assert "held_out" in capsys.readouterr().err
