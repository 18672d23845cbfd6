"""Ten planted faults, and what a developer who has never seen the tool finds in the terminal.

A voice that is not the one that words are found by says a sentence; the fault is planted in its recording.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import soundfile
from scipy.signal import butter, sosfiltfilt

from tests.support.projects import left, make_project
from tts_baseline.core.records import Request, Utterance
from tts_baseline.pipelines._renderings import Rendering, spelled
from tts_baseline.pipelines.espeak import create
from tts_baseline.session import hearing
from tts_baseline.session.accept import accept_run
from tts_baseline.session.project import open_project

TEXT = "Mañana por la tarde llega el tren de Sevilla, y el jueves salimos todos hacia Granada."
OTHER = "No quiero que nadie se olvide de cerrar bien las ventanas antes de dormir."
WORD, SECOND = "tren", 0.15
RUN = "20260102-000000-bbbb"
# What is said of a gate and of the place of its fault.
FOUND = re.compile(
    r"^cases\S*: (\w+) regressed.*\n(?:  .*\n)*?  where +(\S+): (.+?)(?:, (\d+\.\d\d) .*)?$", re.MULTILINE
)

Wave = np.ndarray
RATE = 22_050


class Said(NamedTuple):
    """A sentence as the voice under test says it, and by word from which sample to which."""

    wave: Wave
    words: Mapping[str, tuple[int, int]]

    def span(self, word: str) -> slice:
        return slice(*self.words[word])


@functools.cache
def say(text: str, *, rate: int = 150, pitch: int = 30) -> Said:
    said = spelled(create(voice="es", rate=rate, pitch=pitch), Request(text=text))
    wave = np.frombuffer(said.samples, "<i2") / 32768
    silence = np.zeros(RATE // 3)
    tokens = {match.start(): match[0].strip(",.") for match in re.finditer(r"\S+", text)}
    words = {
        tokens.get(at, ""): (int((a + 1 / 3) * RATE), int((b + 1 / 3) * RATE)) for at, a, b in said.words
    }
    return Said(np.concatenate([silence, wave, silence]), words)


def _in_word(said: Said, change: Callable[[Wave], Wave]) -> Wave:
    wave, word = said.wave.copy(), said.span(WORD)
    wave[word] = change(wave[word])
    return wave


def _noise(said: Said) -> Wave:
    dice = np.random.default_rng(0)
    return _in_word(said, lambda word: word + word.std() * dice.standard_normal(word.size))


def _low_pass(said: Said) -> Wave:
    return _in_word(said, lambda word: sosfiltfilt(butter(6, 600, fs=RATE, output="sos"), word))


def _clipped(said: Said) -> Wave:
    return _in_word(said, lambda word: word.clip(-0.4 * abs(word).max(), 0.4 * abs(word).max()))


def _dropped(said: Said) -> Wave:
    return np.delete(said.wave, said.span(WORD))


def _doubled(said: Said) -> Wave:
    word = said.span(WORD)
    return np.concatenate([said.wave[: word.stop], said.wave[word.start :]])


def _moved_pause(said: Said) -> Wave:
    """The pause at the comma is put before the word."""
    pause = slice(said.words["Sevilla"][1], said.words["y"][0])
    without = np.delete(said.wave, pause)
    return np.insert(without, said.words[WORD][0], np.zeros(pause.stop - pause.start))


def _hum(said: Said) -> Wave:
    return _in_word(said, lambda word: word + 0.1 * np.sin(2 * np.pi * 100 * np.arange(word.size) / RATE))


def _click(said: Said) -> Wave:
    def clicked(word: Wave) -> Wave:
        word[word.size // 2] += 0.8 * abs(said.wave).max()
        return word

    return _in_word(said, clicked)


def _cut_end(said: Said) -> Wave:
    return said.wave[: said.words["Granada"][0] + 1000]


def _wrong(_: Said) -> Wave:
    return say(OTHER).wave


class Fault(NamedTuple):
    plant: Callable[[Said], Wave]
    gate: str
    word: str = WORD


FAULTS = {
    "noise": Fault(_noise, "pesq_wb"),
    "low-pass": Fault(_low_pass, "pesq_wb"),
    "clipping": Fault(_clipped, "structure"),
    "dropped word": Fault(_dropped, "words"),
    "doubled word": Fault(_doubled, "words"),
    "moved pause": Fault(_moved_pause, "pauses"),
    "hum": Fault(_hum, "pesq_wb"),
    "click": Fault(_click, "clicks"),
    "cut end": Fault(_cut_end, "words", "Granada"),
    "wrong sentence": Fault(_wrong, "words", "the whole sentence"),
}


@functools.cache
def rendered(request: Request) -> Rendering:
    return spelled(create(), request)


def leave(folder: Path, wave: Wave, name: str) -> None:
    """A run in the project, whose only sentence sounds like this."""
    (folder / "cases.toml").write_text(f'[[case]]\nid = "train"\ntext = "{TEXT}"\n', encoding="utf-8")
    said = {"train": Utterance(samples=wave.astype(np.float32), sample_rate=RATE)}
    left(open_project(folder, {}), name, said, texts={"train": TEXT})


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose voice says the sentence well."""
    folder = tmp_path_factory.mktemp("accepted")
    make_project(folder)
    leave(folder, say(TEXT).wave, "20260101-000000-aaaa")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CI", raising=False)
        accept_run(open_project(folder, {}), "last", reason="heard it")
    return folder


@pytest.fixture
def project(accepted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = shutil.copytree(accepted, tmp_path / "project")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(hearing, "renderings", lambda requests: tuple(map(rendered, requests)))
    return folder


def planted(folder: Path, fault: Fault) -> None:
    wave = fault.plant(say(TEXT))
    leave(folder, wave / max(1.0, abs(wave).max()), RUN)


@pytest.mark.no_cover  # counting lines takes twice as long; tests beside it count them
@pytest.mark.parametrize("name", FAULTS)
def test_the_terminal_names_sentence_word_and_second(project: Path, call, name: str) -> None:
    fault = FAULTS[name]
    planted(project, fault)
    answer = call("compare", "last")
    assert answer.status == 1
    read = FOUND.findall(answer.out)
    assert fault.gate in [gate for gate, *_ in read]
    start, stop = (sample / RATE for sample in say(TEXT).words.get(fault.word, (0, 0)))
    for gate, case, words, second in read:
        assert case == "train"
        assert fault.word in words, (gate, words)
        assert not second or start - SECOND <= float(second) <= stop + SECOND, gate
    assert any(second for *_, second in read) == (fault.word in say(TEXT).words)
    hear = answer.out.partition("Hear:\n")[2].splitlines()[:3]
    assert hear[0] == f"  train    {TEXT}"
    before, after = (line.split()[1] for line in hear[1:])
    assert soundfile.info(before).samplerate == soundfile.info(after).samplerate == RATE
    assert f"hear    tts-baseline compare {RUN} --case train --play" in answer.out


def test_without_a_rendering_the_words_are_a_guess_and_said_to_be(project: Path, call, monkeypatch) -> None:
    monkeypatch.setattr(hearing, "renderings", lambda requests: (None,) * len(requests))
    planted(project, FAULTS["dropped word"])
    words, second = FOUND.search(call("compare", "last").out).groups()[2:]
    assert words.startswith("about «")
    assert float(second) == pytest.approx(say(TEXT).words[WORD][0] / RATE, abs=SECOND)


def test_a_fault_that_is_everywhere_is_in_the_whole_sentence(project: Path, call) -> None:
    def noisy(said: Said) -> Wave:
        return said.wave + 0.02 * np.random.default_rng(0).standard_normal(said.wave.size)

    planted(project, Fault(noisy, "snr"))
    found = {gate: words for gate, _, words, _ in FOUND.findall(call("compare", "last").out)}
    assert found["pesq_wb"] == "the whole sentence"


def test_json_has_the_places_and_the_files(project: Path, call) -> None:
    planted(project, FAULTS["dropped word"])
    heard = json.loads(call("compare", "last", "--json").out)["heard"]["train"]
    (place,) = heard["places"]["words"]
    assert (place["words"], place["guessed"]) == ("«tren»", False)
    assert place["stop_s"] - place["start_s"] == pytest.approx(0.28, abs=0.05)
    assert place["heard_stop_s"] == pytest.approx(place["heard_start_s"], abs=0.02)
    assert Path(heard["before"]).is_file()
    assert Path(heard["after"]).is_file()


def test_an_unchanged_sound_has_no_place(project: Path, call) -> None:
    leave(project, say(TEXT).wave, RUN)
    answer = call("compare", "last")
    assert answer.status == 0
    assert "Hear:" not in answer.out
    assert json.loads(call("compare", "last", "--json").out)["heard"] == {}
