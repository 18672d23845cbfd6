"""What other gates would say of the same recordings: thresholds and means of PESQ, STOI and SI-SDR.

pytest-audioeval 0.1.3 asserts that the wideband PESQ of every recording reaches 3.0, its default (`min_mos`),
by the same library as ours. torchmetrics has no gate; people compare its means with stored ones, less a
margin: here our own limits, 0.1 of PESQ and 0.01 of STOI (its `PerceptualEvaluationSpeechQuality` and
`ShortTimeObjectiveIntelligibility` call the libraries `pesq` and `pystoi`), and 20 dB of
`ScaleInvariantSignalDistortionRatio`, which wants equal lengths: the longer is cut.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from statistics import fmean

import numpy as np
import soxr
from msgspec import Struct

_PESQ_RATE, _STOI_RATE = 16_000, 10_000
_LEAST_MOS = 3.0
_PESQ_MARGIN, _STOI_MARGIN, _LEAST_SI_SDR_DB = 0.1, 0.01, 20.0
_HIGHEST_DB = 100.0


class Values(Struct, frozen=True):
    """One recording against its golden; None where the library refuses it."""

    pesq: float | None
    stoi: float | None
    si_sdr: float | None


def values(wave: np.ndarray, golden: np.ndarray, rate: int) -> Values:
    """What the three libraries say of a recording."""
    return Values(_pesq(wave, golden, rate), _stoi(wave, golden, rate), _si_sdr(wave, golden))


def _pesq(wave: np.ndarray, golden: np.ndarray, rate: int) -> float | None:
    from pesq import PesqError, pesq

    ours, theirs = (soxr.resample(sound, rate, _PESQ_RATE, quality="HQ") for sound in (wave, golden))
    try:
        return float(pesq(_PESQ_RATE, theirs, ours, "wb"))
    except PesqError:
        return None


def _stoi(wave: np.ndarray, golden: np.ndarray, rate: int) -> float | None:
    from pystoi import stoi

    size = min(wave.size, golden.size)
    ours, theirs = (soxr.resample(sound[:size], rate, _STOI_RATE, quality="HQ") for sound in (wave, golden))
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            return float(stoi(theirs, ours, _STOI_RATE))
        except RuntimeWarning:
            return None


def _si_sdr(wave: np.ndarray, golden: np.ndarray) -> float | None:
    size = min(wave.size, golden.size)
    ours, theirs = wave[:size] - wave[:size].mean(), golden[:size] - golden[:size].mean()
    target = ours.dot(theirs) / theirs.dot(theirs) * theirs
    error = float(np.sum((ours - target) ** 2))
    return min(10 * float(np.log10(target.dot(target) / error)), _HIGHEST_DB) if error else _HIGHEST_DB


Build = Mapping[str, Values]


def _fixed_threshold(_golden: Build, build: Build) -> bool:
    return any(value.pesq is None or value.pesq < _LEAST_MOS for value in build.values())


def _mean_of_pesq(golden: Build, build: Build) -> bool:
    return _mean("pesq", build) < _mean("pesq", golden) - _PESQ_MARGIN


def _means_of_three(golden: Build, build: Build) -> bool:
    return (
        _mean_of_pesq(golden, build)
        or _mean("stoi", build) < _mean("stoi", golden) - _STOI_MARGIN
        or _mean("si_sdr", build) < _LEAST_SI_SDR_DB
    )


def _mean(name: str, build: Build) -> float:
    known = [value for each in build.values() if (value := getattr(each, name)) is not None]
    return fmean(known) if known else -np.inf


PEERS: Mapping[str, Callable[[Build, Build], bool]] = {
    "PESQ of 3.0 (pytest-audioeval)": _fixed_threshold,
    "mean of PESQ": _mean_of_pesq,
    "means of PESQ, STOI, SI-SDR (torchmetrics)": _means_of_three,
}
