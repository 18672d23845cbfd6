"""Rate, pauses, emphasis, declination and lengthening of a voice of which all of this is known."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.sounds import RATE, heard, noise
from tests.support.voices import Sung, said, sung, written
from tts_baseline.core.records import Case, Utterance
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features import spoken as spoken_module
from tts_baseline.metrics.features.f0 import f0
from tts_baseline.metrics.features.silences import silences
from tts_baseline.metrics.golden import ffe
from tts_baseline.metrics.prosody import (
    declination,
    emphasis,
    lengthening,
    nuclear,
    pausing,
    speech_rate,
)
from tts_baseline.session.scripts import scripts

ALL = (declination, emphasis, lengthening, nuclear, pausing, speech_rate)


def words(count: int, **altered: Sung) -> list[Sung]:
    """So many words «mana» of 0.36 s; `altered` are vowels by their number, as v3."""
    phones = []
    for number in range(2 * count):
        phones += [Sung("m", 0.06), altered.get(f"v{number}", Sung("a", 0.12))]
    return phones


def text(count: int, **asked):
    return written(*["m'a-na"] * count, **asked)


def paused(after: int, seconds: float, count: int = 6) -> list[Sung]:
    phones = words(count)
    return [*phones[: 4 * (after + 1)], Sung("", seconds), *phones[4 * (after + 1) :]]


# --- pitch


@pytest.mark.parametrize("st_a_second", [-12.0, -3.0, 3.0, 12.0])
def test_the_pitch_of_a_glide_is_read_to_half_a_cent(st_a_second):
    seconds = np.arange(round(1.5 * RATE)) / RATE
    start = 250.0 if st_a_second < 0 else 120.0
    hz = start * 2 ** (st_a_second * seconds / 12)
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    pitch = f0(Sound(0.1 * sum(np.sin(n * phase) / n for n in range(1, 12)), RATE))
    inside = ~np.isnan(pitch.hz)
    true = start * 2 ** (st_a_second * pitch.times_s[inside] / 12)
    cents = 1200 * np.log2(pitch.hz[inside] / true)
    assert abs(np.median(cents)) <= 0.5
    assert inside.mean() > 0.95


# --- pauses


@pytest.mark.parametrize("seconds", [0.2, 0.35, 0.8])
def test_an_inserted_gap_is_recovered_to_5_ms(seconds):
    utterance = sung(paused(2, seconds))
    ((start, stop),) = silences(Sound(utterance.samples, RATE)).pauses_s
    assert stop - start == pytest.approx(seconds, abs=0.005)
    assert start == pytest.approx(12 * 0.09, abs=0.005)


def test_what_is_shorter_is_no_pause():
    assert silences(Sound(sung(paused(2, 0.1)).samples, RATE)).pauses_s.size == 0


@pytest.mark.parametrize(
    ("asked", "heard_after", "f1", "note"),
    [
        ((2,), 2, 1.0, ""),
        ((2,), None, 0.0, "none after «mana»"),
        ((2,), 3, 0.0, "none after «mana», one after «mana»"),
        ((), 3, 0.0, "one after «mana»"),
        ((), None, 1.0, ""),
        ((1, 2), 2, 2 / 3, "none after «mana»"),
    ],
)
def test_a_pause_counts_where_it_is_asked_for(asked, heard_after, f1, note):
    phones = words(6) if heard_after is None else paused(heard_after, 0.3)
    reading = pausing.read(said(sung(phones), text(6, pauses=asked)))
    assert reading.value == pytest.approx(f1)
    assert reading.note == note


def test_a_pause_at_the_end_is_not_asked_for():
    assert pausing.read(said(sung(words(6)), text(6, pauses=(5,)))).value == 1.0


# --- pace


def test_the_rate_is_of_the_texts_syllables_without_pauses():
    """12 syllables in 12 · 0.18 s, whatever the pause and the silence around it."""
    plain = speech_rate.read(said(sung(words(6)), text(6))).value
    assert plain == pytest.approx(12 / 2.16, rel=0.005)
    around = [Sung("", 0.4), *paused(2, 0.5), Sung("", 0.7)]
    assert speech_rate.read(said(sung(around), text(6))).value == pytest.approx(plain, rel=0.01)


def test_an_empty_text_has_no_rate():
    reading = speech_rate.read(said(sung(words(6)), None))
    assert (reading.value, reading.reason) == (None, "no words are known of the text")


# --- emphasis


@pytest.mark.parametrize(
    ("altered", "rank"),
    [
        ({"v6": Sung("a", 0.12, 4.0, gain=1.6), "v7": Sung("a", 0.12, 4.0, gain=1.6)}, 1.0),  # +4 st, +4 dB
        ({"v6": Sung("a", 0.3, 0.0), "v7": Sung("a", 0.3, 0.0)}, 1.0),
        ({"v6": Sung("a", 0.08, -3.0, gain=0.5), "v7": Sung("a", 0.08, -3.0, gain=0.5)}, 8.0),
    ],
)
def test_the_emphasised_word_has_the_place_that_it_stands_out_to(altered, rank):
    reading = emphasis.read(said(sung(words(8, **altered)), text(8, emphasis=(3,))))
    assert reading.value == rank
    assert (reading.note == "") is (rank == 1.0)


def test_a_wrong_word_that_stands_out_is_named():
    loud = {"v2": Sung("a", 0.2, 5.0, gain=1.8), "v3": Sung("a", 0.2, 5.0, gain=1.8)}
    plan = text(8, emphasis=(3,))
    plan = replace(plan, words=tuple(replace(w, text=f"{w.text}{n}") for n, w in enumerate(plan.words)))
    reading = emphasis.read(said(sung(words(8, **loud)), plan))
    assert reading.value >= 2
    assert reading.note == "«mana1» stands out more than «mana3»"


def test_each_of_pitch_level_and_length_makes_a_word_stand_out():
    for phone in (Sung("a", 0.12, 4.0), Sung("a", 0.12, gain=1.8), Sung("a", 0.22)):
        reading = emphasis.read(said(sung(words(8, v6=phone, v7=phone)), text(8, emphasis=(3,))))
        assert reading.value == 1.0
        plan = text(8, emphasis=(3,))
        plan = replace(plan, words=tuple(replace(w, text=f"{w.text}{n}") for n, w in enumerate(plan.words)))
        reading = emphasis.read(said(sung(words(8, v2=phone, v3=phone)), plan))
        assert reading.note == "«mana1» stands out more than «mana3»"


def test_no_word_is_emphasised_or_too_few_are_said():
    assert emphasis.read(said(sung(words(8)), text(8))).reason == "the text emphasises no word"
    few = emphasis.read(said(sung(words(3)), text(3, emphasis=(0,))))
    assert few.reason == "fewer than four words are found"


# --- declination and lengthening


@pytest.mark.parametrize("st_a_second", [-5.0, -2.0, 0.0, 3.0])
def test_a_line_of_pitch_reads_its_slope(st_a_second):
    phones, at = [], 0.0
    for phone in words(8):
        end = at + phone.seconds
        phones.append(Sung(phone.symbol, phone.seconds, st_a_second * at, st_a_second * end))
        at = end
    assert declination.read(said(sung(phones), text(8))).value == pytest.approx(st_a_second, abs=0.05)


def test_a_slope_is_that_of_each_unit_and_a_reset_between_them_is_none():
    unit = [Sung(p.symbol, p.seconds, -0.36 * n, -0.36 * (n + 1)) for n, p in enumerate(words(4))]
    reading = declination.read(said(sung([*unit, Sung("", 0.3), *unit]), text(8, pauses=(3,))))
    assert reading.value == pytest.approx(-0.36 / 0.09, abs=0.6)
    assert reading.note == "2 units"
    short = declination.read(said(sung(words(2)), text(2)))
    assert short.reason == "no tone unit of 0.8 s with 0.3 s of voice"


@pytest.mark.parametrize("times", [0.5, 1.0, 2.0])
def test_the_last_syllable_reads_how_many_times_as_long_it_is(times):
    """Others take 0.18 s from vowel to vowel."""
    last = {"v11": Sung("a", 0.18 * times)}
    reading = lengthening.read(said(sung(words(6, **last)), text(6)))
    assert reading.value == pytest.approx(times, rel=0.02)


def test_lengthening_needs_three_other_syllables():
    reading = lengthening.read(said(sung(words(1)), text(1)))
    assert reading.reason == "fewer than three syllables beside the last"


# --- against the golden


def voiced_then(hz: list[float]) -> np.ndarray:
    """Stretches of half a second, each at its pitch; 0 is noise, as loud."""
    parts = []
    for number, each in enumerate(hz):
        time = np.arange(RATE // 2) / RATE
        tone = sum(np.sin(2 * np.pi * each * n * time) / n for n in range(1, 15)) if each else 0.0
        parts.append(0.1 * (tone if each else noise(time.size, number)))
    return np.concatenate(parts)


def test_ffe_counts_gross_errors_and_voicing_errors():
    """Of ten stretches one is 25 % high, one 15 % high, which is no gross error, and one whispers."""
    plain = sung(words(10))
    golden = plain.samples
    reading = ffe.read(heard(golden * 0.5, golden=golden))
    assert reading.value == pytest.approx(0.0, abs=0.01)
    for st, low, high in ((12 * np.log2(1.25), 0.08, 0.2), (12 * np.log2(1.15), 0.0, 0.03)):
        altered = {f"v{n}": Sung("a", 0.12, st) for n in (6, 7, 8)}
        value = ffe.read(heard(sung(words(10, **altered)).samples, golden=golden)).value
        assert low <= value <= high


def test_ffe_tells_gpe_and_vde(monkeypatch):
    """Of 20 frames 2 are 25 % off, 1 is 15 % off, 3 are voiced in one alone, and 4 in neither."""
    accepted = np.full(20, 200.0)
    heard_hz = accepted.copy()
    heard_hz[:2], heard_hz[2], heard_hz[3:5], accepted[5] = 250.0, 230.0, np.nan, np.nan
    heard_hz[6:10] = accepted[6:10] = np.nan
    monkeypatch.setattr(ffe, "pitches", lambda *_: (heard_hz, accepted, np.arange(20) / 100))
    samples = sung(words(2)).samples
    reading = ffe.read(heard(samples * 0.5, golden=samples))
    assert reading.value == pytest.approx(5 / 20)
    assert reading.note == "GPE 15.4%, VDE 15.0%"


# --- what cannot be read


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.SPEC.name)
@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        (np.zeros(RATE), RATE),
        (np.full(RATE, np.nan), RATE),
        (np.full(RATE, 0.5), RATE),
        (0.1 * noise(RATE // 10, 0), RATE),
        (0.1 * noise(8_000, 0), 8_000),
        (0.1 * noise(96_000, 0), 96_000),
        (np.zeros(0), RATE),
        (np.array([0.0, 0.5, 0.0]), RATE),
    ],
    ids=["silence", "NaN", "DC", "0.1 s", "8 kHz", "96 kHz", "empty", "three samples"],
)  # fmt: skip
def test_anything_reads_a_value_or_a_reason(metric, samples, rate):
    phones = sung(words(1)).phones
    for script in (text(4, emphasis=(1,), pauses=(1,)), text(2), None):
        for told in (phones, ()):
            utterance = Utterance(samples=samples, sample_rate=rate, phones=told)
            reading = metric.read(said(utterance, script))
            assert (reading.value is None) == bool(reading.reason)


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.SPEC.name)
@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.full(RATE, 0.5), "nothing is said: all samples are one value"),
        (0.1 * noise(RATE // 10, 0), "0.1 s are too short for the text's 8 syllables"),
    ],
    ids=["DC", "0.1 s"],
)
def test_what_cannot_be_these_words_has_no_value(metric, samples, reason):
    utterance = Utterance(samples=samples, sample_rate=RATE, phones=sung(words(4)).phones)
    reading = metric.read(said(utterance, text(4, emphasis=(1,), pauses=(1,))))
    assert reading.value is None
    assert reading.reason in (reason, "less than 0.1 s of speech")


def test_an_offset_from_zero_hides_no_pause():
    utterance = sung(paused(1, 0.3))
    offset = replace(utterance, samples=0.5 * utterance.samples + 0.3)
    for metric in (pausing, speech_rate):
        values = [metric.read(said(each, text(6, pauses=(1,)))).value for each in (utterance, offset)]
        assert values[0] == pytest.approx(values[1], rel=1e-3)


def test_a_long_text_is_followed_part_by_part_as_a_whole_is(monkeypatch):
    """Every 40th vowel is not said, every 70th is said twice: no part that is cut may shift the rest."""
    vowels = np.random.default_rng(0).choice(list("aeiou"), 1_500)
    places = [p for p in range(vowels.size) if p % 40 for _ in range(1 + (p % 70 == 0))]
    said_ = [(one, places[other]) for one, other in spoken_module._alike(vowels, vowels[places])]
    assert np.mean([one == place for one, place in said_]) > 0.97
    assert len(said_) > 0.97 * (vowels.size - vowels.size / 40)
    monkeypatch.setattr(spoken_module, "_AT_ONCE", 10 * vowels.size)
    whole = {(one, places[other]) for one, other in spoken_module._alike(vowels, vowels[places])}
    assert len(whole ^ set(said_)) < 0.02 * vowels.size


@pytest.mark.parametrize("rate", [8_000, 24_000, 96_000])
def test_the_rate_of_the_samples_does_not_matter(rate):
    plan = text(8, emphasis=(3,), pauses=(3,))
    loud = {"v6": Sung("a", 0.2, 4.0), "v7": Sung("a", 0.2, 4.0)}
    at_16, other = (said(sung(words(8, **loud), rate=r), plan) for r in (RATE, rate))
    for metric in ALL:
        assert metric.read(other).value == pytest.approx(metric.read(at_16).value, rel=0.05, abs=0.1)


def test_a_recital_tells_the_phones_of_a_voice_that_does_not():
    pytest.importorskip("espeakng_loader")
    from tts_baseline.pipelines.espeak import create

    case = Case(id="a", text="¿Vienes mañana a la playa, o te quedas en casa con los niños?")
    known = scripts([case])[case.id]
    utterance = create(rate=150, pitch=40).synthesize(case.request)
    told = replace(known, recital=None)
    for metric in (declination, lengthening, pausing):
        by_recital = metric.read(said(replace(utterance, phones=()), known)).value
        by_voice = metric.read(said(utterance, told)).value
        assert by_recital == pytest.approx(by_voice, rel=0.35, abs=0.35)
    without = nuclear.read(said(replace(utterance, phones=()), told))
    assert without.reason == "nothing tells its phones: install pytest-tts-baseline[espeak]"
