"""The committed clip of speech, noise of a known level, and evidence made of them."""

from __future__ import annotations

import functools

import numpy as np
import soundfile

from tests.support import REPOSITORY
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Utterance

RATE = 16_000
CASE = Case(id="saludo", text="Hola.")


@functools.cache
def _recorded() -> tuple[np.ndarray, int]:
    return soundfile.read(REPOSITORY / "tests" / "data" / "speech_es_mx.flac")


def clip() -> np.ndarray:
    samples, rate = _recorded()
    assert rate == RATE
    return samples.copy()


def spans(mask: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(int), [0]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def speech_mask(samples: np.ndarray, rate: int = RATE) -> np.ndarray:
    """True where the clip speaks: everywhere but in stretches of 0.3 s or more of digital silence."""
    mask = np.ones(samples.size, dtype=bool)
    for start, stop in spans(np.abs(samples) < 1e-9):
        if stop - start >= 0.3 * rate:
            mask[start:stop] = False
    return mask


def noise(size: int, seed: int, colour: str = "white") -> np.ndarray:
    """Gaussian noise of power 1: white, or pink (power falls as 1/f)."""
    white = np.random.default_rng(seed).standard_normal(size)
    if colour == "white":
        return white
    frequencies = np.arange(size // 2 + 1.0)
    frequencies[0] = 1.0
    pink = np.fft.irfft(np.fft.rfft(white) / np.sqrt(frequencies), size)
    return pink / np.sqrt(np.mean(pink**2))


def at_snr(samples: np.ndarray, snr_db: float, added: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """`samples` plus `added`, of power 1, scaled so that power(samples in mask) / power(added) is the SNR."""
    power = np.mean(samples[mask] ** 2)
    return samples + added * np.sqrt(power / 10 ** (snr_db / 10))


def utterance(samples: np.ndarray, rate: int = RATE) -> Utterance:
    return Utterance(samples=samples, sample_rate=rate)


def heard(
    *utterances: np.ndarray, rate: int = RATE, golden: np.ndarray | None = None, golden_rate: int = 0
) -> Evidence:
    """Evidence of these utterances, all of one case, with an optional golden."""
    return Evidence(
        case=CASE,
        utterances=tuple(utterance(samples, rate) for samples in utterances),
        golden=None if golden is None else utterance(golden, golden_rate or rate),
    )
