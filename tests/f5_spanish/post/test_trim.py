"""Trimming: silence goes, speech stays to the last sample, planned pauses come through as planned."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import post_signals as signals
from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.post.join import Pause, join
from tts_baseline.pipelines.f5_spanish.post.silence import frame_levels, loud_level
from tts_baseline.pipelines.f5_spanish.post.trim import adaptive, fixed

RATE = signals.RATE


def pieces(*parts):
    """Speech for a seed (int), room noise of -70 dBFS for seconds (float), in order."""
    made = [signals.speech(0.4, p) if isinstance(p, int) else signals.noise(p, -70, 9) for p in parts]
    return np.concatenate(made)


def test_fixed_takes_whole_quiet_frames_from_both_ends_and_nothing_else():
    quiet, loud = np.full(500, 0.007, np.float32), np.full(1000, 0.009, np.float32)
    wave = np.concatenate([quiet, loud, quiet, loud, quiet])
    # -43.1 and -40.9 dBFS about the threshold of -42: two quiet frames of 240 go at each end.
    np.testing.assert_array_equal(fixed(wave, RATE).samples, wave[480:-480])
    np.testing.assert_array_equal(fixed(wave, RATE, threshold_db=-44.0).samples, wave)


def test_fixed_takes_quiet_speech_for_speech_and_stops_at_planned_pauses():
    quiet, loud = np.full(4800, 0.004, np.float32), np.full(4800, 0.02, np.float32)
    np.testing.assert_array_equal(fixed(quiet, RATE).samples, quiet)
    wave = np.concatenate([quiet, np.zeros(2400, np.float32), loud, np.zeros(1200, np.float32), quiet])
    keep = [(4800, 7200), (12000, 13200)]
    np.testing.assert_array_equal(fixed(wave, RATE, keep).samples, wave)
    edged = np.concatenate([np.zeros(480, np.float32), loud, np.zeros(2400, np.float32), loud[:960], quiet])
    np.testing.assert_array_equal(fixed(edged, RATE, [(5280, 7680)]).samples, edged[480:8640])


def test_fixed_leaves_a_wave_with_loud_ends_as_it_is():
    wave = signals.speech(0.5)
    np.testing.assert_array_equal(fixed(wave, RATE).samples, wave)


@pytest.mark.parametrize("floor_db", [-100, -60, -48])
@pytest.mark.parametrize("around_s", [0.0, 0.053, 0.4])
@pytest.mark.parametrize("threshold_db", [-42.0, -30.0])
def test_fixed_trims_what_pydub_trims(floor_db, around_s, threshold_db):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("pydub")
        from pydub import AudioSegment
        from pydub.silence import detect_leading_silence
    wave = signals.prompt(1, around_s)
    wave = wave[: wave.size // 240 * 240]  # pydub thinks in whole milliseconds
    wave = wave + signals.noise(wave.size / RATE, floor_db)[: wave.size]
    pcm = np.round(wave * 32768).astype(np.int16)
    sound = AudioSegment(pcm.tobytes(), frame_rate=RATE, sample_width=2, channels=1)
    start = detect_leading_silence(sound, silence_threshold=threshold_db)
    rest = sound[start:]
    stop = len(sound) - detect_leading_silence(rest.reverse(), silence_threshold=threshold_db)
    np.testing.assert_array_equal(
        fixed(wave, RATE, threshold_db=threshold_db).samples, wave[start * 24 : stop * 24]
    )


def test_adaptive_cuts_edges_to_the_guard_and_long_silences_to_the_longest():
    wave = pieces(0.3, 1, 0.9, 2, 0.2, 3, 0.4)
    trimmed = adaptive(wave, RATE, longest_s=0.5, guard_s=0.030)
    assert trimmed.pauses == ()
    talk = [signals.speech(0.4, seed) for seed in (1, 2, 3)]
    starts = [trimmed.samples.tobytes().index(part.tobytes()) // 4 for part in talk]
    expected = np.cumsum([0.03, 0.4 + 0.5, 0.4 + 0.2])
    np.testing.assert_allclose(np.array(starts) / RATE, expected, atol=0.0051)
    assert trimmed.samples.size == pytest.approx((expected[-1] + 0.4 + 0.03) * RATE, abs=121)


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100])
def test_a_shortened_silence_is_exactly_the_longest(rate):
    frame = round(0.005 * rate)
    loud = np.full(100 * frame, 0.1, np.float32)
    wave = np.concatenate([loud, np.zeros(200 * frame, np.float32), loud])
    trimmed = adaptive(wave, rate, longest_s=0.3).samples
    expected = np.concatenate([loud, np.zeros(round(0.3 * rate), np.float32), loud])
    np.testing.assert_array_equal(trimmed, expected)


def test_a_cut_inside_a_silence_does_not_click():
    hum = signals.tone(47, 3.0, amplitude=0.001)
    wave = hum.copy()
    wave[: RATE // 2] += signals.speech(0.5)
    wave[2 * RATE + 131 :] += signals.speech(1.0, 1)[: RATE - 131]
    trimmed = adaptive(wave, RATE, longest_s=0.2).samples
    assert trimmed.size < 2.1 * RATE
    inside = trimmed[RATE // 2 + 480 : RATE // 2 + 4320]
    # The hum's own steepest step is 1.2e-5; cut hard, the seam here would be a step of 1e-3.
    assert np.abs(np.diff(inside)).max() < 3e-5


@pytest.mark.parametrize("longest_s", [0.0, 0.001, 0.01])
def test_not_even_a_longest_of_nothing_lets_a_seam_touch_speech(longest_s):
    wave = pieces(1, 0.9, 2)
    trimmed = adaptive(wave, RATE, longest_s=longest_s, guard_s=0.0).samples
    for seed in (1, 2):
        assert signals.speech(0.4, seed).tobytes() in trimmed.tobytes()


@pytest.mark.parametrize("wave", [np.zeros(RATE, np.float32), signals.noise(1, -60), signals.speech(0.7)])
def test_adaptive_leaves_a_wave_without_contrast_as_it_is(wave):
    np.testing.assert_array_equal(adaptive(wave, RATE).samples, wave)


@st.composite
def plans(draw):
    """Chunks of speech and silence, and the pauses planned between them."""
    chunk = st.lists(st.one_of(st.integers(1, 4), st.sampled_from([0.004, 0.05, 0.3, 0.8])), max_size=4)
    chunks = draw(st.lists(chunk, min_size=1, max_size=4))
    seconds = st.sampled_from([0.0, 1 / RATE, 0.003, 0.08, 0.35, 1.2])
    return chunks, draw(st.lists(seconds, min_size=len(chunks) - 1, max_size=len(chunks) - 1))


@given(plan=plans(), longest_s=st.sampled_from([0.0, 0.1, 0.5]), guard_s=st.sampled_from([0.0, 0.03]))
@settings(max_examples=60, deadline=None)
def test_every_planned_pause_survives_to_the_sample(plan, longest_s, guard_s):
    chunks, seconds = plan
    waves = [pieces(*chunk) if chunk else np.empty(0, np.float32) for chunk in chunks]
    joined = join(waves, RATE, [Pause(seconds=s) for s in seconds])
    trimmed = adaptive(joined.samples, RATE, joined.pauses, longest_s=longest_s, guard_s=guard_s)
    assert len(trimmed.pauses) == len(seconds)
    for (start, stop), (before, after), s in zip(trimmed.pauses, joined.pauses, seconds, strict=True):
        assert stop - start == round(s * RATE)
        np.testing.assert_array_equal(trimmed.samples[start:stop], joined.samples[before:after])
    # What lies between two pauses before lies between the same two afterwards, and lost no speech.
    bounds = [0, *np.ravel(trimmed.pauses).astype(int).tolist(), trimmed.samples.size]
    for chunk, start, stop in zip(chunks, bounds[::2], bounds[1::2], strict=True):
        between = trimmed.samples[start:stop].tobytes()
        for seed in (part for part in chunk if isinstance(part, int)):
            middle = signals.speech(0.4, seed)[240:-240]  # its edges fade beside a pause
            assert middle.tobytes() in between


def test_silence_beside_a_planned_pause_is_cut_like_an_edge():
    joined = join([pieces(1, 0.4), pieces(0.4, 2)], RATE, [Pause(seconds=0.35)])
    trimmed = adaptive(joined.samples, RATE, joined.pauses, guard_s=0.02)
    ((start, stop),) = trimmed.pauses
    assert start == pytest.approx((0.4 + 0.02) * RATE, abs=121)
    assert trimmed.samples.size - stop == pytest.approx((0.4 + 0.02) * RATE, abs=121)


def test_each_piece_between_pauses_has_its_own_noise_floor():
    noisy = np.concatenate([signals.noise(0.3, -55), signals.speech(0.6), signals.noise(0.3, -55, 1)])
    clean = np.concatenate([signals.noise(0.3, -85), signals.speech(0.6) * 0.5, signals.noise(0.3, -85, 1)])
    joined = join([noisy, clean], RATE, [Pause(seconds=0.2)])
    trimmed = adaptive(joined.samples, RATE, joined.pauses, guard_s=0.03)
    ((start, stop),) = trimmed.pauses
    assert [start, trimmed.samples.size - stop] == pytest.approx([0.66 * RATE] * 2, abs=241)


@pytest.mark.parametrize("keep", [[(-1, 5)], [(5, 3)], [(0, 101)], [(0, 50), (40, 60)], [(50, 60), (0, 10)]])
def test_intervals_that_overlap_or_leave_the_wave_are_refused(keep):
    with pytest.raises(PipelineError, match="overlaps another or leaves the wave of 100 samples"):
        adaptive(np.zeros(100, np.float32), RATE, keep)


@pytest.mark.parametrize("floor_db", [-100, -70, -60, -55])
def test_no_recorded_speech_is_clipped(floor_db):
    # Speech: 10 ms frames of the clean recording within 35 dB of its loud ones.
    clean = signals.clip()
    noisy = clean + signals.noise(clean.size / RATE, floor_db)[: clean.size]
    frames = [noisy[i : i + 240].tobytes() for i in range(0, clean.size - 239, 240)]
    spoken = frame_levels(clean, RATE)[: len(frames)] > loud_level(clean, RATE) - 35
    trimmed = adaptive(noisy, RATE).samples
    assert trimmed.size < clean.size - RATE
    kept = trimmed.tobytes()
    lost = [i for i in np.flatnonzero(spoken) if frames[i] not in kept]
    print(floor_db, "clipped ms", 10 * len(lost), "of", 10 * int(spoken.sum()))
    assert lost == []
