"""Every shape in which a function may return its sound: taken, or refused with the line to write."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Request
from tts_baseline.pipelines._answers import utterance
from tts_baseline.pipelines._prepare import prepare

RATE = 8000
WAVE = np.array([0.0, 0.25, -0.5, 1.0, -1.0, 0.5], np.float32)
INT16 = np.array([0, 8192, -16384, 32767, -32768, 16384], np.int16)


class FakeTensor:
    """As torch's: on a device it is no array, bfloat16 is none either, and gradients are in the way."""

    def __init__(
        self, array: np.ndarray, *, where: str = "cuda", grad: bool = True, bf16: bool = False
    ) -> None:
        self.array, self.where, self.grad, self.bf16 = array, where, grad, bf16

    def detach(self):
        return FakeTensor(self.array, where=self.where, grad=False, bf16=self.bf16)

    def cpu(self):
        return FakeTensor(self.array, where="cpu", grad=self.grad, bf16=self.bf16)

    def float(self):
        return FakeTensor(self.array.astype(np.float32), where=self.where, grad=self.grad)

    def is_floating_point(self):
        return self.array.dtype.kind == "f"

    def numpy(self):
        if self.where != "cpu" or self.grad or self.bf16:
            raise TypeError("can't convert it")
        return self.array


def file_of(form: str, samples: np.ndarray = WAVE) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, RATE, format=form, subtype="PCM_16")
    return buffer.getvalue()


def chunks(*rates: int) -> Any:
    for number, rate in enumerate(rates):
        yield WAVE[3 * number : 3 * number + 3], rate


TAKEN: dict[str, tuple[Any, float]] = {
    "float32": ((WAVE, RATE), 0.0),
    "float64": ((WAVE.astype(np.float64), RATE), 0.0),
    "float16": ((WAVE.astype(np.float16), RATE), 0.0),
    "int16": ((INT16, RATE), 1 / 32768),
    "(1, n)": ((WAVE[np.newaxis], RATE), 0.0),
    "(n, 1)": ((WAVE[:, np.newaxis], RATE), 0.0),
    "equal channels, by rows": ((np.stack([WAVE, WAVE]), RATE), 0.0),
    "equal channels, by columns": ((np.stack([WAVE, WAVE], axis=1), RATE), 0.0),
    "a list": ((WAVE.tolist(), RATE), 0.0),
    "a tensor on a device": ((FakeTensor(WAVE), RATE), 0.0),
    "a tensor of (1, n)": ((FakeTensor(WAVE[np.newaxis]), RATE), 0.0),
    "a tensor of bfloat16": ((FakeTensor(WAVE, bf16=True), RATE), 0.0),
    "a tensor of int16": ((FakeTensor(INT16), RATE), 1 / 32768),
    "bytes of a WAV": (file_of("WAV"), 1 / 32768),
    "bytes of a FLAC": (bytearray(file_of("FLAC")), 1 / 32768),
    "bytes of a WAV with equal channels": (file_of("WAV", np.stack([WAVE, WAVE], axis=1)), 1 / 32768),
}
REFUSED: dict[str, tuple[Any, str, str]] = {
    "channels that differ": ((np.stack([WAVE, -WAVE]), RATE), "shape (2, 6)", "samples.mean(axis=0)"),
    "a WAV whose channels differ": (
        file_of("WAV", np.stack([WAVE, -WAVE], axis=1)), "channels that differ", "samples.mean(axis=1)",
    ),
    "int32": ((INT16.astype(np.int32), RATE), "of type int32", "samples / 2**31"),
    "a batch": ((np.zeros((2, 3, 4)), RATE), "shape (2, 3, 4)", "samples.reshape(-1)"),
    "bytes without a header": (b"\1\2" * 9, "18 bytes", "np.frombuffer(data, '<i2')"),
    "bytes of samples, with a rate": ((INT16.tobytes(), RATE), "12 bytes", "np.frombuffer(data, '<i2')"),
    "a WAV that is cut off": (file_of("WAV")[:20], "ends before its samples", ""),
    "a path to nothing": ("nothing.wav", "a str: 'nothing.wav'", "soundfile.read(path)"),
    "samples alone": (WAVE, "not an Utterance or", "return samples, sample_rate"),
    "a rate alone": ((RATE, WAVE), "", "(in this order)"),
    "None": (None, "returned None", "return samples, sample_rate"),
    "a dict": ({"wav": WAVE, "rate": RATE}, "the keys wav, rate", "result['wav'], result['rate']"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_it_is_taken(name: str) -> None:
    returned, within = TAKEN[name]
    made = utterance(returned)
    assert (made.sample_rate, made.samples.dtype, made.samples.shape) == (RATE, np.float32, (6,))
    assert np.abs(made.samples - WAVE).max() <= within


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_the_line_to_write(name: str) -> None:
    returned, says, line = REFUSED[name]
    with pytest.raises(RequestFailed) as caught:
        utterance(returned, where="here")
    assert says in caught.value.what
    assert line in caught.value.hint


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_to_a_sound_file_is_read(tmp_path: Path, kind: type) -> None:
    (tmp_path / "said.wav").write_bytes(file_of("WAV"))
    assert np.abs(utterance(kind(tmp_path / "said.wav")).samples - WAVE).max() <= 1 / 32768


def test_chunks_are_joined() -> None:
    made = utterance(chunks(RATE, RATE))
    assert (made.samples.tolist(), made.sample_rate) == (WAVE.tolist(), RATE)


@pytest.mark.parametrize(
    ("parts", "says"), [(chunks(RATE, 16000), "the rates [8000, 16000]"), (chunks(), "without a chunk")]
)
def test_chunks_of_two_rates_and_none_are_refused(parts: Any, says: str) -> None:
    with pytest.raises(RequestFailed, match="the pipeline returned") as caught:
        utterance(parts)
    assert says in caught.value.what
    assert caught.value.hint.startswith("yield samples, sample_rate")


def test_a_generator_function_streams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "chunky.py").write_text(
        "import numpy as np\n"
        "def speak(text):\n"
        "    for letter in text:\n"
        "        yield np.full(3, 0.5, np.float32), 8000\n"
        "def plain(text):\n"
        "    return np.ones(3, np.float32), 8000\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    voice = prepare("chunky:speak", {}, device="cpu", optimize=())()
    assert voice.streams
    assert [len(chunk.samples) for chunk in voice.stream(Request(text="sí"))] == [3, 3]
    assert len(voice.synthesize(Request(text="sí")).samples) == 6
    assert not prepare("chunky:plain", {}, device="cpu", optimize=())().streams
