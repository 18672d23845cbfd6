"""Joining: upstream's crossfade to the last bit, pauses exact to the sample and heard as planned."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import post_signals as signals
from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.post import join as module
from tts_baseline.pipelines.f5_spanish.post.join import Crossfade, Pause, bare_edges, join
from tts_baseline.pipelines.f5_spanish.post.silence import edge_silence

RATE = signals.RATE
FADE = round(0.005 * RATE)


def upstream(waves, seconds):
    """Upstream's rule, written the slow way: a new array at each seam, float64 after the first."""
    joined = waves[0]
    for wave in waves[1:]:
        n = min(int(seconds * RATE), len(joined), len(wave))
        head, tail = joined[: len(joined) - n], joined[len(joined) - n :]
        mixed = tail * np.linspace(1, 0, n) + wave[:n] * np.linspace(0, 1, n)
        joined = np.concatenate([head, mixed, wave[n:]])
    return joined


def random_waves(lengths, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1, 1, n).astype(np.float32) for n in lengths]


@given(
    lengths=st.lists(st.integers(0, 900), min_size=1, max_size=6),
    seconds=st.sampled_from([0.0, 1e-5, 0.00029, 0.001, 0.01, 0.0205, 0.03]),
)
@settings(max_examples=150, deadline=None)
def test_crossfades_are_those_of_upstream_to_the_last_bit(lengths, seconds):
    # Waves shorter than two fades are the hard case: a fade then works on what the last fade made.
    waves = random_waves(lengths)
    joined = join(waves, RATE, [Crossfade(seconds=seconds)] * (len(waves) - 1))
    np.testing.assert_array_equal(joined.samples, upstream(waves, seconds).astype(np.float32))
    assert joined.samples.dtype == np.float32
    assert joined.pauses == ()


def test_the_crossfade_of_real_length_is_that_of_upstream():
    waves = [signals.speech(1.0, seed) for seed in range(4)]
    joined = join(waves, RATE, [Crossfade(seconds=0.15)] * 3).samples
    np.testing.assert_array_equal(joined, upstream(waves, 0.15).astype(np.float32))
    assert joined.size == 4 * RATE - 3 * int(0.15 * RATE)


def test_the_first_wave_fades_out_and_the_second_in():
    ones = np.ones(100, np.float32)
    joined = join([ones, 0 * ones], RATE, [Crossfade(seconds=10 / RATE)]).samples
    np.testing.assert_allclose(joined[90:100], np.linspace(1, 0, 10), atol=1e-7)


def test_fades_are_cached_and_cannot_be_written():
    first, again = module._fades(77), module._fades(77)
    assert first[0] is again[0]
    with pytest.raises(ValueError, match="read-only"):
        first[0][0] = 3


@given(
    lengths=st.lists(st.integers(0, 700), min_size=2, max_size=5),
    seconds=st.lists(st.floats(0, 0.05), min_size=4, max_size=4),
    paused=st.lists(st.booleans(), min_size=4, max_size=4),
)
@settings(max_examples=150, deadline=None)
def test_each_pause_is_where_and_as_long_as_it_says_and_the_rest_is_untouched(lengths, seconds, paused):
    waves = random_waves(lengths)
    seams = [
        Pause(seconds=s) if pause else Crossfade(seconds=0)
        for s, pause in zip(seconds[: len(waves) - 1], paused, strict=False)
    ]
    joined = join(waves, RATE, seams)
    expected, spans = [waves[0]], []
    for wave, seam in zip(waves[1:], seams, strict=True):
        if isinstance(seam, Pause):
            at = sum(map(len, expected))
            spans.append((at, at + round(seam.seconds * RATE)))
            expected.append(np.zeros(round(seam.seconds * RATE), np.float32))
        expected.append(wave)
    plain = np.concatenate(expected)
    assert joined.pauses == tuple(spans)
    assert joined.samples.size == plain.size
    touched = np.zeros(plain.size, bool)
    for start, stop in spans:
        touched[max(0, start - FADE) : stop + FADE] = True
        assert np.abs(joined.samples[start:stop]).max(initial=0) < 0.01
    np.testing.assert_array_equal(joined.samples[~touched], plain[~touched])


def test_without_another_tone_a_pause_is_level_noise_at_minus_60_db():
    waves = [signals.speech(0.5), signals.speech(0.5, seed=1)]
    joined = join(waves, RATE, [Pause(seconds=0.3)])
    ((start, stop),) = joined.pauses
    tone = joined.samples[start:stop]
    assert stop - start == 7200
    for part in np.array_split(tone, 5):
        assert signals.db(part) == pytest.approx(-60, abs=0.5)
    assert abs(np.corrcoef(tone[:-1], tone[1:])[0, 1]) < 0.05


def test_the_tone_is_the_seed_s_and_differs_between_pauses():
    waves = [signals.speech(0.2)] * 3
    seams = [Pause(seconds=0.1)] * 2
    once, again, other = (join(waves, RATE, seams, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(once.samples, again.samples)
    first, second = (once.samples[start:stop] for start, stop in once.pauses)
    elsewhere = other.samples[slice(*other.pauses[0])]
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, elsewhere)


def test_speech_fades_beside_a_pause_so_that_nothing_clicks():
    plateau = np.full(2400, 0.5, np.float32)
    joined = join([plateau, plateau], RATE, [Pause(seconds=0.1)])
    ((start, stop),) = joined.pauses
    np.testing.assert_allclose(joined.samples[start - FADE : start], np.linspace(0.5, 0, FADE), atol=0.006)
    np.testing.assert_allclose(joined.samples[stop : stop + FADE], np.linspace(0, 0.5, FADE), atol=0.006)
    assert np.abs(np.diff(joined.samples)).max() < 0.5 / FADE + 0.008
    # The tone fades the other way: it is gone where the speech is whole.
    assert joined.samples[start - FADE] == joined.samples[stop + FADE - 1] == 0.5


def test_a_word_shorter_than_its_fades_leaves_the_pauses_beside_it_alone():
    word, nothing = np.full(48, 0.5, np.float32), np.empty(0, np.float32)
    joined = join([nothing, word, nothing], RATE, [Pause(seconds=0.1)] * 2, tones=[np.zeros(1)] * 2).samples
    np.testing.assert_allclose(joined[:2400], 0, atol=1e-9)
    np.testing.assert_allclose(joined[2448:], 0, atol=1e-9)
    faded = 0.5 * np.linspace(0, 1, 48) * np.linspace(1, 0, 48)
    np.testing.assert_allclose(joined[2400:2448], faded, atol=1e-7)


def test_a_crossfade_never_reaches_back_over_a_pause():
    waves = [signals.speech(0.5), signals.tone(200, 0.004), signals.speech(0.5, seed=1)]
    joined = join(waves, RATE, [Pause(seconds=0.2), Crossfade(seconds=0.15)])
    alone = join(waves[:2], RATE, [Pause(seconds=0.2)])
    np.testing.assert_array_equal(
        joined.samples[slice(*joined.pauses[0])], alone.samples[slice(*alone.pauses[0])]
    )
    assert joined.pauses == alone.pauses


def test_an_empty_wave_makes_a_pause_at_the_start_and_the_end():
    nothing = np.empty(0, np.float32)
    joined = join([nothing, signals.speech(0.1), nothing], RATE, [Pause(seconds=0.2), Pause(seconds=0.3)])
    assert joined.pauses == ((0, 4800), (7200, 14400))
    assert joined.samples.size == 14400


def test_nothing_joined_is_nothing():
    assert join([], RATE, []).samples.size == 0
    assert bare_edges([], RATE, []) == []


@pytest.mark.parametrize("seconds", [-0.1, float("nan"), float("inf")])
@pytest.mark.parametrize("seam", [Pause, Crossfade])
def test_seconds_that_are_none_are_refused(seam, seconds):
    with pytest.raises(PipelineError, match=f"a {seam.__name__.lower()} of {seconds:g} seconds"):
        join(random_waves([5, 5]), RATE, [seam(seconds=seconds)])


@pytest.mark.parametrize("call", [join, bare_edges])
def test_a_wrong_number_of_seams_is_refused(call):
    with pytest.raises(PipelineError, match="3 waves have 2 seams"):
        call(random_waves([5, 5, 5]), RATE, [Pause(seconds=0.1)])


def heard_gap(wave, near, threshold):
    """Seconds around a sample in which no 2 ms come above a level: another way of finding silence."""
    frame = RATE // 500
    loud = [signals.db(wave[i : i + frame]) > threshold for i in range(0, wave.size - frame + 1, frame)]
    before, after = near // frame, near // frame
    while not loud[before]:
        before -= 1
    while not loud[after]:
        after += 1
    return (after - before - 1) * frame / RATE


@pytest.mark.parametrize("floor_db", [-75, -65, -55])
@pytest.mark.parametrize("edges_s", [(0.0, 0.0), (0.03, 0.12), (0.21, 0.3)])
@pytest.mark.parametrize("planned_s", [0.12, 0.4])
def test_a_planned_pause_is_heard_as_planned_on_noisy_chunks_with_quiet_edges(floor_db, edges_s, planned_s):
    chunks = []
    for seed in (1, 2):
        lead, gap, trail = (np.zeros(round(s * RATE)) for s in (edges_s[0], 0.075, edges_s[1]))
        words = signals.speech(0.8, seed), signals.speech(0.6, seed)
        chunk = np.concatenate([lead, words[0], gap, words[1], trail]).astype(np.float32)
        chunks.append(chunk + signals.noise(1, floor_db, seed)[np.arange(chunk.size) % RATE])
    seams = [Pause(seconds=planned_s)]
    joined = join(bare_edges(chunks, RATE, seams), RATE, seams)
    ((start, stop),) = joined.pauses
    assert heard_gap(joined.samples, (start + stop) // 2, -40) == pytest.approx(planned_s, abs=0.020)


@pytest.mark.parametrize("floor_db", [None, -70, -60])
def test_a_planned_pause_between_recorded_prompts_is_heard_as_planned(floor_db):
    prompts = [signals.prompt(i) for i in range(5)]
    if floor_db is not None:
        prompts = [p + signals.noise(p.size / RATE, floor_db, i)[: p.size] for i, p in enumerate(prompts)]
    seams = [Pause(seconds=0.3)] * 4
    joined = join(bare_edges(prompts, RATE, seams), RATE, seams)
    heard = [heard_gap(joined.samples, (start + stop) // 2, -50) for start, stop in joined.pauses]
    assert heard == pytest.approx([0.3] * 4, abs=0.020)


def test_only_edges_beside_a_pause_are_bared_and_some_can_be_kept():
    quiet = signals.noise(0.1, -65)
    chunk = np.concatenate([quiet, signals.speech(0.6), quiet])
    seams = [Crossfade(seconds=0.01), Pause(seconds=0.2)]
    first, second, third = bare_edges([chunk] * 3, RATE, seams)
    np.testing.assert_array_equal(first, chunk)
    lead, trail = edge_silence(chunk, RATE)
    np.testing.assert_array_equal(second, chunk[:-trail])
    np.testing.assert_array_equal(third, chunk[lead:])
    kept = bare_edges([chunk] * 3, RATE, seams, keep_s=0.04)
    assert [wave.size - chunk.size for wave in kept] == [0, 960 - trail, 960 - lead]
    more = bare_edges([chunk] * 3, RATE, seams, keep_s=0.5)
    assert [wave.size for wave in more] == [chunk.size] * 3
