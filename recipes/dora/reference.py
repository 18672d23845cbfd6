"""The clip that the voice continues: a sentence that Kokoro-82M speaks in even time, six frames a character.

    python recipes/dora/reference.py KOKORO_JS OUT.flac

As long as its letters, and so is what is spoken after it. `OUT.txt` is what it says.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import soundfile
import teacher
from onnx import TensorProto, helper

TEXT = "La mentira y la verdad no pueden vivir en paz."  # as many bytes as letters
_FRAMES = 6  # as `tts_baseline.training.even`
_STEPS = 93.75 / 40  # frames of 256 samples in the model's steps of 600
_TAIL = 1200  # samples of silence that the pipeline puts behind a clip
_LONGEST = 4  # steps: what is longer is a pause
_EDGE_DB = -42.0  # what is quieter at its edges is cut by the pipeline
_EDGE = teacher.RATE // 100


class Metronome:
    """The model, told how long each phone is."""

    def __init__(self, speaker: Path) -> None:
        model = onnx.load_from_string(teacher.weights())
        model.graph.node.remove(next(node for node in model.graph.node if teacher.DURATIONS in node.output))
        model.graph.input.append(
            helper.make_tensor_value_info(teacher.DURATIONS, TensorProto.FLOAT, [1, "phones"])
        )
        self._session = onnxruntime.InferenceSession(
            model.SerializeToString(), providers=["CPUExecutionProvider"]
        )
        self._styles = teacher.styles_of(speaker)

    def speak(self, sentence: teacher.Sentence, steps: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The samples of a sentence whose phones last so many steps."""
        given = teacher.asked(sentence, self._styles)
        given[teacher.DURATIONS] = steps[None].astype(np.float32)
        samples: np.ndarray[Any, Any] = self._session.run(None, given)[0].reshape(-1)
        return samples


def even(sentence: teacher.Sentence, steps: np.ndarray[Any, Any], late: int) -> np.ndarray[Any, Any]:
    """The steps of each phone where every word lasts as long as its letters; all of it `late` steps later."""
    words = sentence.text.split(" ")
    ends = [place + 2 for place, phone in enumerate(sentence.phones) if phone == " "]
    timed, start, now, letters = steps.astype(int), 1, 0, 0
    for word, end in zip(words, [*ends, len(steps) - 1], strict=True):
        letters += len(word) + 1
        weights = steps[start:end].clip(0.3, _LONGEST).cumsum()
        room = letters * _FRAMES / _STEPS + late - now
        edges = np.round(now + weights / weights[-1] * room).astype(int)
        timed[start:end] = np.diff(edges, prepend=now)
        start, now = end, int(edges[-1])
    return timed


def cut(samples: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The samples without their quiet edges, as the pipeline cuts them."""
    windows = samples[: len(samples) // _EDGE * _EDGE].reshape(-1, _EDGE)
    level = 20 * np.log10(np.sqrt(np.mean(windows**2, axis=1)) + 1e-9)
    loud = np.flatnonzero(level >= _EDGE_DB)
    return samples[loud[0] * _EDGE : (loud[-1] + 1) * _EDGE]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("kokoro_js", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    speaker = options.kokoro_js / "voices" / "ef_dora.bin"
    sentence = next(teacher.sentences_in([TEXT]))
    steps = teacher.Teacher(speaker, options.out.parent).lengths(sentence)
    metronome = Metronome(speaker)
    clips = [cut(metronome.speak(sentence, even(sentence, steps, late))) for late in range(9)]
    # The pipeline closes the text with two spaces, and the clip with its tail.
    wanted = _FRAMES * (len(TEXT) + 2) * 256 - _TAIL
    clip = min(clips, key=lambda samples: abs(len(samples) - wanted))
    soundfile.write(options.out, clip / max(1.0, np.abs(clip).max() / 0.99), teacher.RATE, subtype="PCM_16")
    options.out.with_suffix(".txt").write_text(TEXT + "\n", encoding="utf-8")
    print(f"{(len(clip) + _TAIL) / 256 / (len(TEXT) + 2):.2f} frames a character")


if __name__ == "__main__":
    main()
