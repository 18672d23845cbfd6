"""Regional sounds: espeak-ng's minimal pairs are told apart, by their phones and blind."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.minimal_pairs import phonemes
from tests.support.voices import written
from tts_baseline.core.records import Utterance
from tts_baseline.core.script import Recital
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.spoken import spoken
from tts_baseline.metrics.regions.coda_s import coda_s
from tts_baseline.metrics.regions.palatals import palatals
from tts_baseline.metrics.regions.tokens import UNMEASURED, RegionalToken, shares, tally, unmeasured

pytest.importorskip("espeakng_loader")


def recital(utterance: Utterance) -> Recital:
    pcm = np.round(utterance.samples * 32767).astype("<i2").tobytes()
    return Recital(pcm=pcm, rate=utterance.sample_rate, phones=utterance.phones)


def tokens(
    probe, names: str, script, *, blind: Utterance | None = None, pitch: int = 50, factor: float = 1.0
):
    """What the probe finds in a word: by its own phones, or laid over by another word's recital."""
    utterance = phonemes(names, pitch=pitch)
    sound = Sound(factor * utterance.samples, utterance.sample_rate)
    known = replace(script, recital=recital(blind)) if blind else script
    return probe(sound, known, spoken(sound, known, () if blind else utterance.phones))


@pytest.mark.parametrize("pitch", [30, 50])
@pytest.mark.parametrize(
    ("sound", "kind", "ratio_db"), [("J", "ʝ", -11.5), ("Z", "ʒ", 5.0), ("S", "ʃ", 24.1)]
)
def test_ll_and_y_are_told_apart(sound, kind, ratio_db, pitch):
    for names, script in ((f"k'a{sound}e", written("c'a-lle")), (f"m'a{sound}o", written("m'a-yo"))):
        (token,) = tokens(palatals, names, script, pitch=pitch)
        assert token.kind == kind
        assert token.value == pytest.approx(ratio_db, abs=1.5)


def test_laid_over_by_another_sound_they_are_still_told_apart():
    """The recital says [ʝ], whatever the voice says."""
    usual = phonemes("k'aJe")
    for sound, kind in (("J", "ʝ"), ("Z", "ʒ"), ("S", "ʃ")):
        (token,) = tokens(palatals, f"k'a{sound}e", written("c'a-lle"), blind=usual, pitch=45)
        assert token.kind == kind


def test_after_a_diphthong_the_s_is_measured_and_not_its_glide():
    for names, kind in (("aB'eista", "kept"), ("aB'eihta", "aspirated")):
        (token,) = tokens(coda_s, names, written("ha", "b'eis-ta"))
        assert token.kind == kind


@pytest.mark.parametrize(
    ("names", "script"),
    [
        ("bR'i{}a", written("br'i-lla")),
        ("toRt'i{}as", written("tor-t'i-llas")),
        ("mede{}'in", written("me-de-ll'in")),
    ],
)
def test_beside_an_i_half_of_a_sh_is_enough(names, script):
    """espeak-ng's [ʝ] beside an i is a glide, whose recital is laid over the vowel and half of a [ʃ]."""
    usual = phonemes(names.format("jj"))
    kinds = [tokens(palatals, names.format(sound), script, blind=usual)[0].kind for sound in ("jj", "Z", "S")]
    assert kinds[2] == "ʃ"
    assert "ʃ" not in kinds[:2]


@pytest.mark.parametrize(("names", "kind", "hz"), [("k'asta", "kept", 5613), ("k'ahta", "aspirated", 2279)])
def test_an_s_at_the_end_of_a_syllable_is_kept_or_breathed(names, kind, hz):
    (token,) = tokens(coda_s, names, written("c'as-ta"))
    assert token.kind == kind
    assert token.value == pytest.approx(hz, abs=100)
    (blind,) = tokens(coda_s, names, written("c'as-ta"), blind=phonemes("k'asta"), pitch=45)
    assert blind.kind == kind


def test_an_s_that_is_left_out_is_no_kept_one():
    (token,) = tokens(coda_s, "k'ata", written("c'as-ta"), blind=phonemes("k'asta"))
    assert token.kind in ("dropped", "aspirated")


def test_an_s_before_a_vowel_of_its_word_does_not_count():
    assert tokens(coda_s, "k'asa", written("c'a-sa")) == ()


@pytest.mark.parametrize(
    ("names", "syllables"), [("l'os s'akos", ("l'os", "s'a-cos")), ("dos'entos", ("dos", "c'en-tos"))]
)
def test_an_s_before_another_is_not_measured_where_both_are_one_sound(names, syllables):
    assert tokens(coda_s, names, written(*syllables))[0].kind == UNMEASURED


def test_before_a_theta_it_is_measured():
    known = written("los", "c'e-rros", region="castilian")
    assert tokens(coda_s, "losT'eros", known)[0].kind == "kept"


@pytest.mark.parametrize("factor", [0.1, 0.5])
def test_the_level_does_not_matter(factor):
    for probe, names, script in (
        (palatals, "k'aSe", written("c'a-lle")),
        (coda_s, "k'asta", written("c'as-ta")),
    ):
        (plain,), (softer,) = (tokens(probe, names, script, factor=each) for each in (1.0, factor))
        assert softer.value == pytest.approx(plain.value, rel=1e-6)


def test_a_recording_of_8_khz_says_nothing_of_s():
    utterance = phonemes("k'asta")
    sound = Sound(utterance.samples[::3].copy(), 8_000)
    script = written("c'as-ta")
    (token,) = coda_s(sound, script, spoken(sound, script, utterance.phones))
    assert (token.word, token.kind, token.value) == ("casta", UNMEASURED, None)


def test_shares_say_k_of_n_with_their_interval():
    found = [RegionalToken("a", 0.0, 0.1, 1.0, kind) for kind in ("ʃ", "ʃ", "ʃ", "ʝ")]
    most, least = shares(found)
    assert (most.kind, most.k, most.n) == ("ʃ", 3, 4)
    assert most.low == pytest.approx(0.194, abs=0.01)
    assert most.high == pytest.approx(0.994, abs=0.01)
    assert (least.kind, least.k) == ("ʝ", 1)
    assert shares([]) == ()


def test_a_tally_says_how_many_were_measured_and_their_median():
    found = [RegionalToken("a", 0.0, 0.1, float(value), "ʃ") for value in range(9)]
    all_told = tally([*found, unmeasured("b"), RegionalToken("c", 0.0, 0.1, None, "dropped")])
    assert (all_told.measured, all_told.asked, all_told.median) == (10, 11, 4.0)
    assert (all_told.low, all_told.high) == (1.0, 7.0)  # Hahn & Meeker 1991: the 2nd and the 8th of nine
    assert [(each.kind, each.k, each.n) for each in all_told.shares] == [("ʃ", 9, 10), ("dropped", 1, 10)]
    few = tally(found[:5])
    assert (few.median, few.low, few.high) == (2.0, None, None)
    assert tally([unmeasured("b")])[:4] == (0, 1, (), None)


@pytest.mark.parametrize(
    ("names", "syllables", "place"),
    [
        ("k'asta", ("c'as-ta",), "before a consonant"),
        ("l'os 'otros", ("l'os", "'o-tros"), "before a vowel"),
        ("k'asas", ("c'a-sas",), "before a pause"),
        ("k'as_:_: t'ata", ("c'as", "t'a-ta"), "before a pause"),
        ("tr'ansporte", ("tr'ans-por-te",), "before a consonant"),
    ],
)
def test_a_token_says_what_follows_it(names, syllables, place):
    token = tokens(coda_s, names, written(*syllables))[0]
    assert (token.kind, token.place) == ("kept", place)
