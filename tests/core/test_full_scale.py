"""Samples above full scale are a fault that names the peak and the line to write."""

from __future__ import annotations

import numpy as np
import pytest

from tts_baseline.core.sounds import FULL_SCALE, fault, unrecordable

STEP = 2.0**-15  # of 16 bits
FINE = {
    "full scale": 1.0,
    "the lowest of 16 bits over 32767": -32768 / 32767,
    "dither of a step on full scale": 1 + STEP,
    "softer": 0.01,
}
LINES = {
    1 + 1.01 * STEP: "a peak of 1.00003, above full scale (1): return `samples * 0.9`",
    1.0042: "a peak of 1.00420, above full scale (1): return `samples * 0.9`",
    1.2: "a peak of 1.20, above full scale (1): return `samples * 0.8`",
    -3.5: "a peak of 3.50, above full scale (1): return `samples * 0.2`",
    9.9: "a peak of 9.90, above full scale (1): return `samples * 0.1`",
    15.0: "a peak of 15.00, above full scale (1): return `samples * 0.06`",
    500.0: "a peak of 500, and full scale is 1: return `samples / 32768`",
    -32768.0: "a peak of 32768, and full scale is 1: return `samples / 32768`",
    40_000.0: "a peak of 40000, and full scale is 1: return `samples / 8388608`",
    2.0**30: "a peak of 1073741824, and full scale is 1: return `samples / 2147483648`",
    1e30: "a peak of 1e+30, and full scale is 1: return `samples / 1e+30`",
}


@pytest.mark.parametrize("what", FINE)
def test_rounding_and_dither_are_no_fault(what: str) -> None:
    assert fault(np.array([0.0, FINE[what]], np.float32)) == ""


@pytest.mark.parametrize("peak", LINES)
def test_the_peak_and_the_line_to_write_are_named(peak: float) -> None:
    samples = np.array([0.5, peak, 0.0], np.float32)
    assert unrecordable(samples) == fault(samples) == LINES[peak]


@pytest.mark.parametrize("peak", LINES)
def test_the_line_mends_it(peak: float) -> None:
    samples = np.array([0.5, peak, 0.0])
    line = LINES[peak].split("`")[1]
    assert np.abs(eval(line, {"samples": samples})).max() <= FULL_SCALE


def test_silence_can_be_recorded_and_not_read() -> None:
    assert (unrecordable(np.zeros(5)), fault(np.zeros(5))) == ("", "silent audio")


@pytest.mark.parametrize("peak", [2.0**-17, 1e-20, 1e-40])
def test_what_16_bits_round_to_nothing_is_silence(peak: float) -> None:
    samples = np.array([0.0, -peak, peak])
    assert (unrecordable(samples), fault(samples)) == ("", "silent audio")
    assert fault(np.array([0.0, 2.0**-15])) == ""
