"""How sentences end, how far the pitch ranges, and where it peaks, of a voice whose melody is imposed."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.sounds import RATE
from tests.support.voices import Sung, sung, written
from tts_baseline.core.records import Utterance
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.spoken import spoken
from tts_baseline.metrics.regions.finals import finals
from tts_baseline.metrics.regions.peaks import peaks
from tts_baseline.metrics.regions.pitch_span import pitch_span
from tts_baseline.metrics.regions.tokens import UNMEASURED


def found(probe, utterance: Utterance, script):
    sound = Sound(utterance.samples, utterance.sample_rate)
    return probe(sound, script, spoken(sound, script, utterance.phones))


def hushed(utterance: Utterance, start_s: float, stop_s: float) -> Utterance:
    """The utterance, with noise for its voice between two seconds."""
    noise = 0.02 * np.random.default_rng(0).standard_normal(utterance.samples.size)
    times = np.arange(noise.size) / RATE
    samples = np.where((times > start_s) & (times < stop_s), noise, utterance.samples)
    return replace(utterance, samples=samples)


# --- finals


def ending(peak_st: float, end_st: float) -> list[Sung]:
    """«la moneda»: level, then over «éda» to a peak and to an end."""
    level = [Sung("l", 0.06), Sung("a"), Sung("m", 0.06), Sung("o"), Sung("n", 0.06)]
    return [*level, Sung("e", 0.2, 0.0, peak_st), Sung("d", 0.08, peak_st), Sung("a", 0.2, peak_st, end_st)]


@pytest.mark.parametrize(
    ("peak_st", "end_st", "size", "tone"),
    [(6.0, -2.0, 6.0, "HL%"), (5.0, 1.0, 4.0, "HL%"), (0.0, -5.0, 0.0, "L%"), (6.0, 6.0, 0.0, "HH%")],
)
def test_a_circumflex_has_the_smaller_of_its_rise_and_its_fall(peak_st, end_st, size, tone):
    (token,) = found(finals, sung(ending(peak_st, end_st)), written("la", "mo-n'e-da"))
    assert (token.word, token.kind, token.place) == ("moneda", tone, "statement")
    assert token.value == pytest.approx(size, abs=0.7)


def test_what_a_sentence_asks_is_its_place_and_a_suspended_one_is_left_out():
    voice = sung(ending(0.0, -5.0))
    (token,) = found(finals, voice, written("la", "mo-n'e-da", asks="yes_no_question"))
    assert token.place == "yes no question"
    assert found(finals, voice, written("la", "mo-n'e-da", asks="suspended")) == ()


def test_an_end_that_nobody_voices_is_not_measured():
    voice = hushed(sung(ending(0.0, 0.0)), 0.4, 1.0)
    (token,) = found(finals, voice, written("la", "mo-n'e-da"))
    assert (token.kind, token.value) == (UNMEASURED, None)


# --- pitch span


@pytest.mark.parametrize("width_st", [0.0, 4.0, 10.0])
def test_a_ramp_spans_nine_tenths_of_its_width_from_its_first_vowel_on(width_st):
    """From the 5th to the 95th percentile, without the 0.06 s of 1.44 s before the first vowel."""
    steps = np.linspace(0, width_st, 17)
    phones = [
        each
        for n in range(8)
        for each in (
            Sung("m", 0.06, steps[2 * n], steps[2 * n] + width_st / 48),
            Sung("a", 0.12, steps[2 * n] + width_st / 48, steps[2 * n + 2]),
        )
    ]
    (token,) = found(pitch_span, sung(phones), written(*["m'a-ma"] * 4))
    assert token.value == pytest.approx(0.9 * 1.38 / 1.44 * width_st, abs=0.25)
    assert (token.word, token.kind) == ("mama", "")


@pytest.mark.parametrize("widths", [(2.0, 8.0), (8.0, 2.0)])
def test_a_span_is_that_of_each_unit(widths):
    def unit(st: float) -> list[Sung]:
        return [Sung("m", 0.06), Sung("a", 0.12, 0.0, st), Sung("m", 0.06, st), Sung("a", 0.12, st, 0.0)] * 3

    phones = [*unit(widths[0]), Sung("", 0.3), *unit(widths[1])]
    tokens = found(pitch_span, sung(phones), written(*["m'a-ma"] * 6, pauses=(2,)))
    assert [token.value for token in tokens] == pytest.approx(widths, abs=0.8)


def test_a_unit_with_little_voice_is_not_measured():
    (token,) = found(pitch_span, sung([Sung("m", 0.06), Sung("a", 0.1)]), written("m'a"))
    assert token.kind == UNMEASURED


# --- peaks


def accented(low: float, top: float, bottom: float, *, late: bool) -> list[Sung]:
    """«la mana bola»: over «má» the pitch rises to its end, or on into «na»."""
    rise = (low, top) if not late else (low, (low + top) / 2)
    fall = [Sung("n", 0.06, top, (top + bottom) / 2), Sung("a", 0.12, (top + bottom) / 2, bottom)]
    if late:
        fall = [Sung("n", 0.06, rise[1], rise[1]), Sung("a", 0.12, rise[1], top)]
    rest = [
        Sung("b", 0.06, bottom),
        Sung("o", 0.12, bottom),
        Sung("l", 0.06, bottom),
        Sung("a", 0.12, bottom),
    ]
    return [
        Sung("l", 0.06, low),
        Sung("a", 0.12, low),
        Sung("m", 0.06, low),
        Sung("a", 0.12, *rise),
        *fall,
        *rest,
    ]


MANA = written("la", "m'a-na", "b'o-la")


@pytest.mark.parametrize(("late", "kind", "value"), [(False, "early", 1.0), (True, "late", 2.4)])
def test_a_peak_is_within_the_stressed_syllable_or_after_it(late, kind, value):
    """«má» has 0.12 s from its vowel on, and «na» ends 0.18 s later: 0.3 / 0.12 at the latest."""
    (token,) = found(peaks, sung(accented(0.0, 5.0, 0.0, late=late)), MANA)
    assert (token.word, token.kind) == ("mana", kind)
    assert token.value == pytest.approx(value, abs=0.15)


def test_a_consonant_after_the_vowel_belongs_to_the_syllable():
    """«man-da»: a peak in the n is within the syllable, of «ma-na» it is not."""
    phones = [
        *(Sung("l", 0.06), Sung("a", 0.12), Sung("m", 0.06), Sung("a", 0.12, 0.0, 3.0)),
        *(Sung("n", 0.1, 3.0, 5.0), Sung("d", 0.04, 4.0), Sung("a", 0.12, 2.0, 0.0)),
        *(Sung("b", 0.06), Sung("o"), Sung("l", 0.06), Sung("a")),
    ]
    (with_coda,) = found(peaks, sung(phones), written("la", "m'an-da", "b'o-la"))
    (without,) = found(peaks, sung(phones), written("la", "m'a-nda", "b'o-la"))
    assert (with_coda.kind, without.kind) == ("early", "late")
    assert with_coda.value == pytest.approx(0.21 / 0.22, abs=0.06)


def test_a_fall_or_a_step_that_nobody_hears_has_no_peak():
    for low, top, bottom in ((0.0, 1.0, 0.0), (0.0, 0.0, -6.0)):
        (token,) = found(peaks, sung(accented(low, top, bottom, late=False)), MANA)
        assert token.kind == UNMEASURED


def test_a_step_up_from_the_syllable_before_is_risen_to():
    phones = accented(4.0, 4.0, 0.0, late=False)
    phones[0], phones[1] = Sung("l", 0.06, 0.0), Sung("a", 0.12, 0.0)
    (token,) = found(peaks, sung(phones), MANA)
    assert token.kind == "early"


def test_no_peak_is_looked_for_across_a_pause_or_in_whispered_vowels():
    phones = accented(0.0, 5.0, 0.0, late=False)
    paused = [*phones[:4], Sung("", 0.3), *phones[4:]]
    (token,) = found(peaks, sung(paused), MANA)
    assert token.kind == UNMEASURED
    (token,) = found(peaks, hushed(sung(phones), 0.24, 0.36), MANA)
    assert token.kind == UNMEASURED
