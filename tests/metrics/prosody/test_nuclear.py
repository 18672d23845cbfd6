"""The nuclear contour: imposed movements are read, and each kind of sentence has its set in each region."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import voices
from tests.support.sounds import RATE, clip
from tests.support.voices import Sung, said, sung, written
from tts_baseline.core.records import Case
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features import nuclear as nuclear_feature
from tts_baseline.metrics.features.nuclear import nuclear as moved
from tts_baseline.metrics.features.nuclear import voiced
from tts_baseline.metrics.prosody import nuclear
from tts_baseline.metrics.prosody.contours import Movement, accepted, rows
from tts_baseline.session.scripts import script

AT = {"L%": (0.0, -5.0), "M%": (0.0, 0.0), "LH%": (3.0, 3.0), "HH%": (7.0, 7.0), "HL%": (5.0, -4.0)}


def ending(peak_st: float, end_st: float) -> list[Sung]:
    """«la moneda»: level, then over «éda» to a peak and to an end."""
    level = [Sung("l", 0.06), Sung("a"), Sung("m", 0.06), Sung("o"), Sung("n", 0.06)]
    return [*level, Sung("e", 0.2, 0.0, peak_st), Sung("d", 0.08, peak_st), Sung("a", 0.2, peak_st, end_st)]


def read(peak_st: float, end_st: float, asks: str = "statement", region: str = "neutral"):
    text = written("la", "mo-n'e-da", asks=asks, region=region)
    return nuclear.read(said(sung(ending(peak_st, end_st)), text))


@pytest.mark.parametrize("semitones", [-6.0, -3.0, 0.0, 3.0, 6.0, 9.0])
def test_an_imposed_movement_is_read(semitones):
    spoken = nuclear.movements
    found = []

    def measure(sound, text, timed):
        found.extend(spoken(sound, text, timed))
        return nuclear.Measured(0.0)

    nuclear.over_spoken(
        nuclear.SPEC, said(sung(ending(semitones, semitones)), written("la", "mo-n'e-da")), measure
    )
    ((_, movement),) = found
    assert movement.end_st == pytest.approx(semitones, abs=0.5)


@pytest.mark.parametrize("semitones", [-6.0, -3.0, 3.0, 6.0, 9.0])
def test_praats_psola_on_recorded_speech_reads_what_it_imposed(semitones):
    """On the end of a prompt, flat but for what is imposed on its last half second (quality.md, 2g)."""
    parselmouth = pytest.importorskip("parselmouth")
    call = parselmouth.praat.call
    samples = clip()[RATE // 4 : 3 * RATE]
    # The prompt ends in a creak, in which Praat marks no period and so imposes nothing.
    end_s = float(np.flatnonzero(~np.isnan(voiced(Sound(samples, RATE))))[-1]) / 100 - 0.1
    manipulation = call(parselmouth.Sound(samples, RATE), "To Manipulation", 0.01, 75, 600)
    tier = call("Create PitchTier", "imposed", 0.0, samples.size / RATE)
    for at, st in ((0.0, 0.0), (end_s - 0.5, 0.0), (end_s, semitones)):
        call(tier, "Add point", at, 120 * 2 ** (st / 12))
    call([tier, manipulation], "Replace pitch tier")
    spoken = call(manipulation, "Get resynthesis (overlap-add)").values[0]
    movement = moved(Sound(0.5 * spoken / np.abs(spoken).max(), RATE), end_s - 0.55, end_s)
    assert movement is not None
    assert movement.end_st == pytest.approx(semitones, abs=0.6)


@pytest.mark.parametrize("tone", AT)
def test_each_class_is_told_apart(tone):
    movement = Movement(*AT[tone])
    assert movement.tone == tone
    assert movement.misses(tone) == 0.0


@pytest.mark.parametrize(
    ("movement", "tone", "misses"),
    [
        (Movement(0.0, 1.0), "L%", 3.0),
        (Movement(3.0, 3.0), "HH%", 1.0),
        (Movement(7.0, 7.0), "LH%", 3.0),
        (Movement(0.0, -1.0), "LH%", 3.0),
        (Movement(2.0, -4.0), "HL%", 1.0),
        (Movement(8.0, 7.0), "HL%", 2.0),
        (Movement(0.0, -5.0), "M%", 3.0),
    ],
)
def test_a_miss_is_counted_in_semitones_to_the_border_of_the_class(movement, tone, misses):
    assert movement.misses(tone) == pytest.approx(misses)


@pytest.mark.parametrize(
    ("asks", "region", "right", "wrong"),
    [
        ("statement", "neutral", ("L%",), ("HH%", "M%", "LH%")),
        ("statement", "mexican", ("L%", "HL%"), ("HH%",)),
        ("wh_question", "neutral", ("L%", "HL%"), ("HH%", "LH%")),
        ("wh_question", "castilian", ("L%",), ("HH%",)),
        ("yes_no_question", "neutral", ("HL%", "LH%"), ("L%", "M%")),
        ("yes_no_question", "castilian", ("HH%",), ("L%", "M%")),
        ("yes_no_question", "mexican", ("LH%", "HH%"), ("L%", "M%")),
        ("yes_no_question", "rioplatense", ("L%", "HL%", "HH%"), ("M%",)),
        ("yes_no_question", "medellin", ("L%",), ("HH%", "LH%")),
        ("yes_no_question", "colombian", ("LH%", "HH%"), ("L%",)),
        ("choice", "neutral", ("L%",), ("HH%",)),
        ("exclamation", "rioplatense", ("L%", "HL%"), ("HH%",)),
    ],
)  # fmt: skip
def test_what_is_right_depends_on_kind_and_region(asks, region, right, wrong):
    for tone in right:
        assert read(*AT[tone], asks, region).value == pytest.approx(0.0, abs=0.05), tone
    for tone in wrong:
        reading = read(*AT[tone], asks, region)
        assert reading.value > 1.5, tone
        assert f"ends {tone}" in reading.note
        assert " or ".join(accepted(asks, region)) in reading.note


def test_a_suspended_sentence_is_not_judged():
    reading = read(*AT["M%"], "suspended")
    assert (reading.value, reading.reason) == (None, "no sentence whose final melody is judged and heard")


def test_every_row_says_who_says_so():
    assert all(len(row.source) > 10 and row.accepts for row in rows())
    assert len({(row.asks, row.region) for row in rows()}) == len(rows())


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("La luna sale.", "statement"),
        ("¿Dónde vive?", "wh_question"),
        ("¿Vienes mañana?", "yes_no_question"),
        ("¿Quieres té o café?", "choice"),
        ("¡Qué alegría!", "exclamation"),
        ("Pues no sé…", "suspended"),
    ],
)
def test_a_text_tells_what_it_asks(text, asks):
    read_out = script(Case(id="a", text=text))
    assert [sentence.asks for sentence in read_out.sentences] == [asks]
    assert read_out.words[read_out.sentences[0].nucleus].stress is not None


def test_a_burst_that_is_tracked_octaves_up_does_not_count():
    phones = ending(0.0, -5.0)
    phones[6] = Sung("e", 0.03, 24.0)  # as the tracker reads the noise of a plosive
    assert nuclear.read(said(sung(phones), written("la", "mo-n'e-da"))).value == pytest.approx(0.0, abs=0.1)


def test_a_fall_below_75_hz_is_a_fall(monkeypatch):
    """A man's voice of 95 Hz ends at 67."""
    monkeypatch.setattr(voices, "BASE_HZ", 95.0)
    assert read(0.0, -6.0).value == 0.0


@pytest.mark.parametrize("onset", [[], [2.0, 0.9, -3.4], [1.3, 0.5, 0.9], [-4.0]])
def test_a_voice_that_begins_off_its_pitch_is_read_from_where_it_has_settled(monkeypatch, onset):
    """A flat question is flat, and a rise its own size, whatever its first 30 ms are."""
    for melody in (np.zeros(40), np.linspace(0.0, 8.0, 40)):
        pitch = np.concatenate([onset, melody])
        monkeypatch.setattr(nuclear_feature, "voiced", lambda _, pitch=pitch: pitch)
        movement = nuclear_feature.nuclear(Sound(np.ones(RATE), RATE), 0.0, 0.01 * (pitch.size - 1))
        assert movement == pytest.approx((melody.max(), melody[-1]), abs=0.6)


@pytest.mark.parametrize("unvoiced", [slice(0, 0), slice(1, 5), slice(2, 5), slice(1, 4), slice(30, 35)])
def test_frames_that_are_called_unvoiced_by_chance_change_nothing(monkeypatch, unvoiced):
    """A fall of a semitone a frame, then a rise: espeak-ng's «tomar» a millisecond later."""
    pitch = np.concatenate([np.linspace(1.4, -2.8, 6), np.linspace(-3.3, 0.2, 34)])
    pitch[unvoiced] = np.nan
    monkeypatch.setattr(nuclear_feature, "voiced", lambda _: pitch)
    movement = nuclear_feature.nuclear(Sound(np.ones(RATE), RATE), 0.0, 0.39)
    assert movement == pytest.approx((0.0, -0.47), abs=0.01)


def test_a_longer_gap_is_not_bridged(monkeypatch):
    """What is voiced before an unvoiced consonant is off its pitch still, however long that lasts."""
    pitch = np.concatenate([[3.0], np.full(20, np.nan), np.zeros(20)])
    monkeypatch.setattr(nuclear_feature, "voiced", lambda _: pitch)
    assert nuclear_feature.nuclear(Sound(np.ones(RATE), RATE), 0.0, 0.4) == (0.0, 0.0)


def test_less_than_80_ms_of_voice_moves_nowhere(monkeypatch):
    pitch = np.array([0.0, 0.0, 0.0, np.nan, np.nan, 5.0, 5.0, 5.0, 5.0])
    monkeypatch.setattr(nuclear_feature, "voiced", lambda _: pitch)
    assert nuclear_feature.nuclear(Sound(np.ones(RATE), RATE), 0.0, 0.08) is None
