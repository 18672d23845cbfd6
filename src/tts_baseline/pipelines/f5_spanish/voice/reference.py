"""Reference clips: the recording whose voice is continued, ready for the model.

The clip goes through what upstream's `preprocess_ref_audio_text` and `infer_batch_process` do with one of
up to 12 s: edges below -42 dBFS cut, 50 ms of silence appended, mixed to mono, raised to a level of 0.1,
resampled to 24 kHz. A longer one is refused: upstream clips it and keeps the whole transcript, so that the
model reads a text that it does not hear and speaks several times too fast.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile
import torch
from msgspec import Struct
from torch import Tensor

from tts_baseline.core.errors import SettingsError
from tts_baseline.pipelines.f5_spanish.settings import REFERENCES

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE_RATE = 24_000
HOP = 256
TRAINING_S = 22.0
LONGEST_S = 12.0
LEVEL = 0.1
_EDGE_DB = -42.0
_FRAME_MS = 10
# Upstream's 50 ms of silence are 551 samples at 11,025 Hz, which pydub brings to the clip's rate.
_TAIL_SAMPLES, _TAIL_RATE = 551, 11_025


class Recording(Struct, frozen=True, kw_only=True):
    """The sound of a reference: mono samples at 24 kHz, their level before it was raised, a content hash."""

    samples: np.ndarray[Any, Any]
    level: float
    sha256: str


class Reference(Struct, frozen=True, kw_only=True):
    """A clip and its transcript as the model gets them: log mel (1, n, m) and the text that it says.

    `frames` counts whole hops of the clip; the mel has one frame more. `level` is the clip's own RMS.
    """

    mel: Tensor
    text: str
    frames: int
    level: float

    @property
    def bytes_per_s(self) -> float:
        """UTF-8 bytes of text a second: what durations are estimated with."""
        return len(self.text.encode()) / (self.frames * HOP / SAMPLE_RATE)

    @property
    def room_s(self) -> float:
        """Seconds of speech that fit beside the clip into what the model was trained on, 22 s as upstream."""
        return TRAINING_S - self.frames * HOP / SAMPLE_RATE

    def duration(self, text: str, speed: float, *, short: float = 0.3) -> int:
        """Frames of clip and speech, for a text of this many UTF-8 bytes; upstream's rule.

        A text under 10 bytes is spoken at this share of the speed, `short`.
        """
        size = len(text.encode())
        pace = short * speed if size < 10 else speed
        return self.frames + int(self.frames / len(self.text.encode()) * size / pace)


def read_clip(path: Path) -> Recording:
    """The clip in an audio file of any rate and number of channels.

    Raises SettingsError where it cannot be read, is silent, or is longer than 12 s without its edges.
    """
    try:
        raw = path.read_bytes()
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, TypeError, soundfile.SoundFileError) as error:
        raise SettingsError(
            f"the reference clip cannot be read: {error}", where=str(path), hint=f"set audio in {REFERENCES}"
        ) from error
    if not np.isfinite(samples).all():
        raise SettingsError(
            "the reference clip holds NaN or infinite samples",
            where=str(path),
            hint=f"set audio in {REFERENCES} to a clip that is sound throughout",
        )
    samples = without_edges(samples, rate)
    seconds = len(samples) / rate
    if not len(samples):
        raise SettingsError(
            f"the reference clip is silent: nothing in it is above {_EDGE_DB:g} dBFS",
            where=str(path),
            hint=f"set audio in {REFERENCES} to 3 to 12 s of clean speech",
        )
    if seconds > LONGEST_S:
        raise SettingsError(
            f"the reference clip is {seconds:.1f} s long; the model is used with up to {LONGEST_S:g} s",
            where=str(path),
            hint="cut it and its transcript to the same sentence: sox clip.wav short.wav trim 0 8",
        )
    tail = np.zeros(((_TAIL_SAMPLES - 1) * rate // _TAIL_RATE + 1, samples.shape[1]), dtype=np.float32)
    mono = torch.from_numpy(np.concatenate([samples, tail])).T
    mono = torch.mean(mono, dim=0, keepdim=True) if mono.shape[0] > 1 else mono
    level = torch.sqrt(torch.mean(torch.square(mono)))
    if level < LEVEL:
        mono = mono * LEVEL / level
    if rate != SAMPLE_RATE:
        import torchaudio

        mono = torchaudio.transforms.Resample(rate, SAMPLE_RATE)(mono)
    return Recording(
        samples=mono[0].contiguous().numpy(), level=float(level), sha256=hashlib.sha256(raw).hexdigest()
    )


def reference(clip: Recording, transcript: str, *, device: str) -> Reference:
    """The clip with its transcript, ready for the model."""
    wave = torch.from_numpy(clip.samples).unsqueeze(0)
    return Reference(
        mel=log_mel(wave).to(device),
        text=closed(transcript),
        frames=wave.shape[-1] // HOP,
        level=clip.level,
    )


def closed(transcript: str) -> str:
    """The transcript as upstream hands it to the model: ending in a full stop and two spaces."""
    text = transcript.strip()
    return (text if text.endswith(".") else text + ".") + "  "


def log_mel(wave: Tensor) -> Tensor:
    """The natural-log mel spectrogram (1, 1 + samples // 256, 100) of a wave (1, samples) at 24 kHz."""
    from torchaudio.transforms import MelSpectrogram

    extract = MelSpectrogram(
        sample_rate=SAMPLE_RATE, n_fft=1024, hop_length=HOP, n_mels=100, power=1, center=True, norm=None
    )
    mel: Tensor = extract(wave).clamp(min=1e-5).log().permute(0, 2, 1)
    return mel


def without_edges(samples: np.ndarray[Any, Any], rate: int) -> np.ndarray[Any, Any]:
    """The samples (n, channels) from the first to the last 10 ms that reach -42 dBFS RMS, in whole ms."""
    return samples[inner(samples, rate)]


def inner(samples: np.ndarray[Any, Any], rate: int) -> slice:
    """Where the samples (n, channels) are without their quiet edges, see `without_edges`."""
    start = int(_quiet_ms(samples, rate) * rate / 1000)
    kept = samples[start:]
    end = _quiet_ms(kept[::-1], rate)
    length = round(1000 * len(kept) / rate)
    return slice(start, start + int((length - end) * rate / 1000) if end else None)


def _quiet_ms(samples: np.ndarray[Any, Any], rate: int) -> int:
    """Milliseconds before the first frame that is loud enough, in steps of 10; pydub's rule and rounding."""
    length = round(1000 * len(samples) / rate)
    amplitudes = np.round(samples.astype(np.float64) * 32768)
    for begin in range(0, length, _FRAME_MS):
        frame = amplitudes[int(begin * rate / 1000) : int((begin + _FRAME_MS) * rate / 1000)]
        rms = int(np.sqrt(np.mean(np.square(frame)))) if frame.size else 0
        if rms and 20 * np.log10(rms / 32768) >= _EDGE_DB:
            return begin
    return length
