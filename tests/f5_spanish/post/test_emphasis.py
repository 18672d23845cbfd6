"""Emphasis: inside a span pitch range and level grow with the level asked for, outside nothing changes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import post_signals as signals

pytest.importorskip("parselmouth")

from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.post.emphasis import Stressed, emphasize

RATE = signals.RATE
START_S, END_S = 0.5, 1.3
INSIDE = slice(round(START_S * RATE), round(END_S * RATE))


def phrase(f0=160.0, semitones=3.0):
    time = np.arange(2 * RATE) / RATE
    contour = f0 * 2 ** (semitones / 12 * np.sin(2 * np.pi * 2.5 * time))
    return signals.voiced(contour, amplitude=0.05)


def pitch_range(wave):
    """Standard deviation of the pitch in semitones, and its median in Hz."""
    hertz = signals.pitch(wave[INSIDE])
    return np.std(12 * np.log2(hertz)), np.median(hertz)


@pytest.mark.parametrize("f0", [110.0, 160.0, 210.0])
def test_pitch_range_and_level_rise_with_the_level_by_what_is_said(f0):
    plain = phrase(f0)
    made = [plain, *(emphasize(plain, RATE, [Stressed(START_S, END_S, level)]) for level in (1, 2, 3))]
    ranges, medians = np.array([pitch_range(wave) for wave in made]).T
    levels = np.array([signals.db(wave[INSIDE]) for wave in made])
    np.testing.assert_allclose(ranges / ranges[0], [1, 1.1, 1.2, 1.3], atol=0.045)
    assert np.all(np.diff(ranges) > 0)
    np.testing.assert_allclose(medians, medians[0], rtol=0.02)
    np.testing.assert_allclose(levels - levels[0], [0, 1, 2, 3], atol=0.5)
    assert np.all(np.diff(levels) > 0)


@pytest.mark.parametrize("level", [1, 3])
def test_outside_the_spans_every_bit_stays(level):
    wave = phrase()
    made = emphasize(wave, RATE, [Stressed(0.2, 0.45, level), Stressed(1.1, 1.4, level)])
    assert made.size == wave.size
    changed = np.flatnonzero(made != wave)
    first, second = changed[changed < RATE // 2], changed[changed >= RATE // 2]
    for places, start_s, end_s in ((first, 0.2, 0.45), (second, 1.1, 1.4)):
        assert round(start_s * RATE) <= places[0] < round((start_s + 0.002) * RATE)
        assert round((end_s - 0.002) * RATE) < places[-1] < round(end_s * RATE)


def test_edges_of_a_span_do_not_click():
    wave = phrase()
    made = emphasize(wave, RATE, [Stressed(START_S, END_S, 3)])
    for edge in (INSIDE.start, INSIDE.stop):
        around = slice(edge - 300, edge + 300)
        assert np.abs(np.diff(made[around])).max() < 1.5 * np.abs(np.diff(wave)).max()


def test_recorded_speech_is_emphasized_too():
    wave = signals.prompt(0)
    inside = slice(round(0.5 * RATE), round(1.4 * RATE))
    made = [emphasize(wave, RATE, [Stressed(0.5, 1.4, level)])[inside] for level in (1, 2, 3)]
    assert np.all(np.diff([signals.db(wave[inside]), *map(signals.db, made)]) > 0.4)


def test_a_span_without_voice_is_only_made_louder():
    wave = signals.noise(1.0, -30)
    made = emphasize(wave, RATE, [Stressed(0.2, 0.6, 2)])
    middle = slice(round(0.22 * RATE), round(0.58 * RATE))
    gain = 10 ** (2 / 20)
    np.testing.assert_allclose(made[middle], wave[middle] * gain, rtol=1e-5)
    start, stop, fade = round(0.2 * RATE), round(0.6 * RATE), round(0.01 * RATE)
    ramp = 1 + (gain - 1) * np.linspace(0, 1, fade)
    np.testing.assert_allclose(made[start : start + fade], wave[start : start + fade] * ramp, rtol=1e-5)
    np.testing.assert_allclose(made[stop - fade : stop], wave[stop - fade : stop] * ramp[::-1], rtol=1e-5)


@pytest.mark.parametrize("seconds", [1 / RATE, 0.003, 0.02])
def test_a_wave_too_short_for_a_pitch_is_only_made_louder(seconds):
    wave = signals.tone(200, seconds)
    made = emphasize(wave, RATE, [Stressed(0, 1, 3)])
    assert made.size == wave.size
    assert np.abs(made).max() >= np.abs(wave).max()


def test_no_sample_exceeds_full_scale():
    wave = signals.tone(180, 1.0, amplitude=0.98)
    made = emphasize(wave, RATE, [Stressed(0.2, 0.8, 3)])
    assert 0.98 < np.abs(made).max() <= 1.0


def test_no_span_changes_nothing_and_a_span_beyond_the_end_is_cut_off():
    wave = phrase()
    np.testing.assert_array_equal(emphasize(wave, RATE, []), wave)
    np.testing.assert_array_equal(emphasize(wave, RATE, [Stressed(5.0, 6.0, 1), Stressed(0.5, 0.5, 1)]), wave)
    assert emphasize(wave, RATE, [Stressed(1.5, 9.0, 1)]).size == wave.size


@pytest.mark.parametrize(
    "span", [(0.1, 0.2, 0), (0.1, 0.2, 4), (0.3, 0.2, 1), (-0.1, 0.2, 1), (0, float("nan"), 1)]
)
def test_a_level_or_a_time_that_is_none_is_refused(span):
    with pytest.raises(PipelineError, match=f"emphasis of level {span[2]}"):
        emphasize(phrase(), RATE, [Stressed(*span)])
