"""The long-term spectrum: filters of a known gain, and what is no filter."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from tests.support.sounds import RATE, at_snr, clip, heard, noise, speech_mask
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.long_term_spectrum import long_term_spectrum
from tts_baseline.metrics.golden import ltas


def shelf(samples: np.ndarray, above_hz: float, gain_db: float) -> np.ndarray:
    """`samples` with all above a frequency made louder or softer."""
    spectrum = np.fft.rfft(samples)
    hz = np.fft.rfftfreq(samples.size, 1 / RATE)
    return np.fft.irfft(spectrum * np.where(hz > above_hz, 10 ** (gain_db / 20), 1.0), samples.size)


def read(samples: np.ndarray) -> float:
    return ltas.read(heard(samples, golden=clip())).value


def test_a_band_of_pink_noise_is_as_loud_as_the_next():
    pink = noise(20 * RATE, 1, "pink")
    levels = long_term_spectrum(Sound(pink, RATE), RATE / 2)
    assert levels.hz[9] == 1000.0
    assert levels.hz[-1] == pytest.approx(6349.6, abs=0.1)  # the band about 8 kHz ends above 8 kHz
    assert np.ptp(levels.level_db[5:]) < 0.5  # from 400 Hz on a band has several of the window's frequencies


def test_white_noise_rises_by_its_bandwidth():
    levels = long_term_spectrum(Sound(noise(20 * RATE, 1), RATE), RATE / 2).level_db
    assert np.diff(levels) == pytest.approx(10 * np.log10(2) / 3, abs=0.3)


@pytest.mark.parametrize(("gain_db", "lowest_db"), [(-40.0, -40.0 + 4.01), (-80.0, -50.0)])
def test_a_band_is_read_down_to_50_db_below_the_loudest(gain_db, lowest_db):
    """White noise below 3 kHz, whose loudest band is that of 2520 Hz, the fourth before the last."""
    samples = shelf(0.1 * noise(10 * RATE, 1), 2828.0, gain_db)
    levels = long_term_spectrum(Sound(samples, RATE), RATE / 2).level_db
    assert levels[-1] - levels.max() == pytest.approx(lowest_db, abs=0.3)


@pytest.mark.parametrize(("softer_db", "change_db"), [(-20.0, -2.97), (-40.0, 0.0)])
def test_frames_within_30_db_of_the_loud_ones_speak(softer_db, change_db):
    """Half of it is softer: its frames count, and halve the mean, or they do not."""
    loud = 0.1 * noise(6 * RATE, 1)
    mixed = loud * np.where(np.arange(loud.size) < loud.size // 2, 1.0, 10 ** (softer_db / 20))
    both = [long_term_spectrum(Sound(samples, RATE), RATE / 2).level_db for samples in (loud, mixed)]
    assert (both[1] - both[0])[5:] == pytest.approx(change_db, abs=0.3)


@pytest.mark.parametrize("gain_db", [-3.0, -6.0, 6.0])
def test_a_shelf_reads_its_gain_times_the_root_of_its_share(gain_db):
    """Of the 18 bands, those above 3 kHz are 4; the median band does not change."""
    bands = long_term_spectrum(Sound(clip(), RATE), RATE / 2).hz
    share = np.mean(bands > 3000)
    assert read(shelf(clip(), 2828.0, gain_db)) == pytest.approx(abs(gain_db) * np.sqrt(share), rel=0.1)


def test_the_worst_band_is_said():
    reading = ltas.read(heard(shelf(clip(), 4489.8, -10.0), golden=clip()))
    gain, unit, _, hz, _ = reading.note.split()
    assert (float(gain), unit) == (pytest.approx(-10, abs=0.5), "dB")
    assert float(hz) > 4500


@pytest.mark.parametrize("above_hz", [4000, 5000, 6000])
def test_a_low_pass_is_beyond_the_limit(above_hz):
    assert read(shelf(clip(), above_hz, -80)) > 1.0


HARMLESS = {
    "itself": lambda x: x,
    "softer": lambda x: 0.1 * x,
    "later": lambda x: np.concatenate([np.zeros(800), x]),
    "longer pause at the end": lambda x: np.concatenate([x, np.zeros(RATE)]),
    "noise at 30 dB": lambda x: at_snr(x, 30, noise(x.size, 2), speech_mask(x)),
    "5 % slower and lower": lambda x: soxr.resample(x, 20_000, 21_000, quality="HQ"),
    "by way of 24 kHz": lambda x: soxr.resample(soxr.resample(x, RATE, 24_000), 24_000, RATE),
}


@pytest.mark.parametrize("change", HARMLESS)
def test_what_is_no_filter_is_within_the_limit(change):
    assert read(HARMLESS[change](clip())) < 1.0


def test_the_golden_itself_reads_zero():
    assert read(clip()) == 0.0


def test_two_rates_are_compared_below_the_lower_one():
    fine = soxr.resample(clip(), RATE, 24_000, quality="HQ")
    for evidence in (
        heard(fine, rate=24_000, golden=clip(), golden_rate=RATE),
        heard(clip(), golden=fine, golden_rate=24_000),
    ):
        assert ltas.read(evidence).value < 0.5
