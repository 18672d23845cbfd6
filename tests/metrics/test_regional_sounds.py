"""Vowels of a voice of known resonances; stress of vos, and [θ], of espeak-ng's minimal pairs."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.minimal_pairs import phonemes
from tests.support.sounds import RATE
from tests.support.voices import written
from tts_baseline.core.records import Case, Phone, Utterance
from tts_baseline.core.script import Recital
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.formants import Formants, formants
from tts_baseline.metrics.features.spoken import spoken
from tts_baseline.metrics.regions.distincion import distincion
from tts_baseline.metrics.regions.probes import probes
from tts_baseline.metrics.regions.tokens import UNMEASURED
from tts_baseline.metrics.regions.voseo import voseo
from tts_baseline.metrics.regions.vowels import vowels
from tts_baseline.session.scripts import script as script_of

# Much like a man's: targets to synthesize, and no threshold of anything.
SPANISH = {"a": (700, 1450), "e": (450, 1850), "i": (300, 2250), "o": (480, 1000), "u": (330, 750)}


def vowel(first: float, second: float, *, seconds: float = 0.2, pitch: float = 110.0) -> np.ndarray:
    """Pulses of a voice through resonators (Klatt 1980): two formants of 70 Hz width, three above them."""
    from scipy.signal import lfilter

    samples = np.zeros(round(seconds * RATE))
    samples[:: round(RATE / pitch)] = 1.0
    samples = lfilter([1.0], [1.0, -0.97], samples)
    for hz, width in ((first, 70), (second, 80), (2_700, 120), (3_600, 150), (4_600, 200)):
        radius = np.exp(-np.pi * width / RATE)
        turn = 2 * radius * np.cos(2 * np.pi * hz / RATE)
        samples = lfilter([1 - turn + radius**2], [1.0, -turn, radius**2], samples)
    return 0.3 * samples / np.abs(samples).max()


@pytest.mark.parametrize("kind", SPANISH)
@pytest.mark.parametrize("pitch", [90.0, 130.0, 180.0])
def test_resonances_are_read_as_formants(kind, pitch):
    read = formants(Sound(vowel(*SPANISH[kind], pitch=pitch), RATE), 0.05, 0.15)
    assert read is not None
    for hz, true in zip(read, SPANISH[kind], strict=True):
        assert hz == pytest.approx(true, rel=0.06, abs=45)


def test_a_bark_is_that_of_traunmueller():
    first, second = Formants(500.0, 1_500.0).bark
    assert first == pytest.approx(4.92, abs=0.01)
    assert second == pytest.approx(11.09, abs=0.01)


def test_silence_and_a_single_tone_have_no_formants():
    assert formants(Sound(np.r_[np.zeros(RATE), 0.1], RATE), 0.2, 0.4) is None
    tone = 0.1 * np.sin(2 * np.pi * 3_500 * np.arange(RATE) / RATE)
    assert formants(Sound(tone, RATE), 0.2, 0.4) is None
    assert formants(Sound(vowel(700, 1450), RATE), 0.19, 0.191) is None


def speaking(*kinds: str, clear: float = 1.0) -> Utterance:
    """The vowels one after another, between weak [m]s; `clear` is how far they are from the middle one."""
    parts, phones, at = [], [], 0.0
    middle = np.mean(list(SPANISH.values()), axis=0)
    for kind in kinds:
        first, second = middle + clear * (np.array(SPANISH[kind]) - middle)
        phones += [Phone(symbol="m", start_s=at), Phone(symbol=kind, start_s=at + 0.05)]
        parts += [0.01 * vowel(250, 1_000, seconds=0.05), vowel(first, second)]
        at += 0.25
    return Utterance(samples=np.concatenate(parts), sample_rate=RATE, phones=tuple(phones))


def found(probe, utterance: Utterance, script):
    sound = Sound(utterance.samples, utterance.sample_rate)
    return probe(sound, script, spoken(sound, script, utterance.phones))


def syllables(kinds: str):
    return written(*(f"m'{kind}" for kind in kinds))


def test_vowels_are_as_far_from_their_middle_as_their_resonances():
    tokens = found(vowels, speaking(*"aeiou"), syllables("aeiou"))
    points = np.array([Formants(*map(float, SPANISH[kind])).bark for kind in "aeiou"])
    away = np.linalg.norm(points - points.mean(axis=0), axis=1)
    assert [token.kind for token in tokens] == list("aeiou")
    assert [token.value for token in tokens] == pytest.approx(away, abs=0.35)


def test_the_middle_is_that_of_the_kinds_however_often_each_is_said():
    often = found(vowels, speaking(*"aaaaeiou"), syllables("aaaaeiou"))
    once = found(vowels, speaking(*"aeiou"), syllables("aeiou"))
    assert often[-1].value == pytest.approx(once[-1].value, abs=0.15)


def test_slurred_vowels_are_nearer_to_each_other():
    clear, slurred = (
        np.mean([t.value for t in found(vowels, speaking(*"aeiou", clear=each), syllables("aeiou"))])
        for each in (1.0, 0.5)
    )
    assert slurred < 0.7 * clear


def test_two_kinds_of_vowels_have_no_middle():
    tokens = found(vowels, speaking(*"aeae"), syllables("aeae"))
    assert [token.kind for token in tokens] == 4 * [UNMEASURED]


# --- vos


def of_vos(text: str, *, region: str = "rioplatense"):
    return script_of(Case(id="a", text=text, region=region))


def test_the_text_says_which_words_are_verb_forms_of_vos():
    known = of_vos("¿Vos tenés ganas? Mirá, además el inglés tiene dos papás.")
    assert [word.text for word in known.words if word.voseo] == ["tenés", "Mirá"]
    assert not any(word.voseo for word in of_vos("¿Tenés ganas?", region="mexican").words)


@pytest.mark.parametrize("pitch", [30, 50])
@pytest.mark.parametrize(
    ("names", "kind"),
    [("ten'es g'anas", "final"), ("t'enes g'anas", "earlier"), ("ker'es", "final"), ("k'eres", "earlier")],
)
def test_the_stress_of_vos_is_heard(names, kind, pitch):
    pytest.importorskip("espeakng_loader")
    text = "¿Tenés ganas?" if " " in names else "¿Querés?"
    (token,) = found(voseo, phonemes(names, pitch=pitch), of_vos(text))
    assert token.kind == kind
    assert abs(token.value) > 3.0


def test_the_stress_of_vos_is_heard_where_the_recital_has_it_otherwise():
    pytest.importorskip("espeakng_loader")
    usual = phonemes("ten'es g'anas")
    pcm = np.round(usual.samples * 32767).astype("<i2").tobytes()
    recital = Recital(pcm=pcm, rate=usual.sample_rate, phones=usual.phones)
    known = replace(of_vos("¿Tenés ganas?"), recital=recital)
    for names, kind in (("ten'es g'anas", "final"), ("t'enes g'anas", "earlier")):
        (token,) = found(voseo, phonemes(names, pitch=40), known)
        assert (token.word.lower(), token.kind) == ("tenés", kind)


@pytest.mark.parametrize(("last", "decibels"), [(2.0, 6.0), (0.5, -6.0)])
def test_the_energy_of_a_vowel_is_its_level_and_its_length(last, decibels):
    """Twice the amplitude, and then twice the length as well."""
    known = replace(written("ma-m'a"), words=(replace(written("ma-m'a").words[0], voseo=True),))
    phones = tuple(Phone(symbol=s, start_s=t) for s, t in (("m", 0.0), ("a", 0.1), ("m", 0.3), ("a", 0.4)))
    tone = np.sin(2 * np.pi * 200 * np.arange(round(0.2 * RATE)) / RATE)
    quiet = np.zeros(RATE // 10)
    for length, more in ((1, 0.0), (2, 3.0)):
        samples = 0.1 * np.concatenate([quiet, tone, quiet, last * np.tile(tone, length)])
        (token,) = found(voseo, Utterance(samples=samples, sample_rate=RATE, phones=phones), known)
        assert token.value == pytest.approx(decibels + more, abs=0.05)
        assert token.kind == ("final" if last > 1 else "earlier")


# --- z, ce, ci


@pytest.mark.parametrize("pitch", [30, 50])
@pytest.mark.parametrize(("sound", "kind", "softer"), [("T", "θ", -12.0), ("s", "s", 0.0)])
def test_theta_is_softer_than_the_voices_own_s(sound, kind, softer, pitch):
    pytest.importorskip("espeakng_loader")
    known = written("c'a-sa", "c'a-za", "m'e-sa", "c'e-na")
    tokens = found(distincion, phonemes(f"k'asa k'a{sound}a m'esa {sound}'ena", pitch=pitch), known)
    assert [(token.word, token.kind) for token in tokens] == [("caza", kind), ("cena", kind)]
    assert [token.value for token in tokens] == pytest.approx([softer, softer], abs=1.5)


@pytest.mark.parametrize(("sound", "kind", "softer"), [("T", "θ", -12.0), ("s", "s", 0.0)])
def test_before_a_glide_it_is_the_consonant_that_is_heard(sound, kind, softer):
    """Of cielo and suelo it is the first sound, never the [j] or [w] after it."""
    pytest.importorskip("espeakng_loader")
    known = written("s'ue-lo", "m'e-sa", "c'ie-lo", "na-c'ió")
    tokens = found(distincion, phonemes(f"sw'elo m'esa {sound}j'elo na{sound}j'o"), known)
    assert [(token.word, token.kind) for token in tokens] == [("cielo", kind), ("nació", kind)]
    assert [token.value for token in tokens] == pytest.approx([softer, softer], abs=3.0)


def test_the_level_of_the_whole_does_not_matter():
    pytest.importorskip("espeakng_loader")
    known = written("c'a-sa", "c'a-za", "m'e-sa")
    utterance = phonemes("k'asa k'aTa m'esa")
    (plain,) = found(distincion, utterance, known)
    (softer,) = found(distincion, replace(utterance, samples=0.1 * utterance.samples), known)
    assert softer.value == pytest.approx(plain.value, abs=1e-6)


def test_with_one_s_of_its_own_or_at_8_khz_nobody_knows():
    pytest.importorskip("espeakng_loader")
    one = found(distincion, phonemes("k'asa k'aTa"), written("c'a-sa", "c'a-za"))
    utterance = phonemes("k'asa k'aTa m'esa")
    low = Utterance(samples=utterance.samples[::3].copy(), sample_rate=8_000, phones=utterance.phones)
    for tokens in (one, found(distincion, low, written("c'a-sa", "c'a-za", "m'e-sa"))):
        assert [(token.word, token.kind) for token in tokens] == [("caza", UNMEASURED)]


# --- all of them


def test_every_probe_of_the_folder_is_known():
    known = set(probes())
    assert known >= {"palatals", "coda_s", "finals", "pitch_span", "peaks", "distincion", "voseo", "vowels"}
    for name, probe in probes().items():
        assert (probe.name, probe.doc[-1:], bool(probe.unit)) == (name, ".", True)


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        (np.full(RATE, 0.5), RATE),
        (0.1 * np.random.default_rng(0).standard_normal(RATE // 10), RATE),
        (0.1 * np.random.default_rng(0).standard_normal(8_000), 8_000),
        (0.1 * np.random.default_rng(0).standard_normal(96_000), 96_000),
        (np.array([0.0, 0.5, 0.0]), RATE),
    ],
    ids=["DC", "0.1 s", "8 kHz", "96 kHz", "three samples"],
)
def test_anything_has_a_class_or_is_not_measured(samples, rate):
    known = of_vos("Tenés que traer zapatos y dos sillas a la calle, ¿querés?")
    symbols = "teneskeeltɾaeɾsapatosidossiʝasalakaʝekeɾes"
    phones = tuple(
        Phone(symbol=symbol, start_s=n * samples.size / rate / len(symbols))
        for n, symbol in enumerate(symbols)
    )
    sound = Sound(samples, rate)
    timed = spoken(sound, known, phones)
    if samples.size < rate / 2 or np.ptp(samples) == 0:
        assert isinstance(timed, str)
        return
    assert not isinstance(timed, str)
    for probe in probes().values():
        tokens = probe.listen(sound, known, timed)
        assert tokens, probe.name
        for token in tokens:
            assert token.kind != UNMEASURED or token.value is None
            assert token.value is None or np.isfinite(token.value)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_the_rate_and_the_sign_of_the_samples_do_not_matter(rate):
    """Of a sentence of espeak-ng at 22,050 Hz."""
    pytest.importorskip("espeakng_loader")
    import soxr

    utterance = phonemes("ten'es k'e tra'er sap'atos i d'os s'iJas a la k'aJe k'asa")
    known = of_vos("Tenés que traer zapatos y dos sillas a la calle casa.")
    other = -soxr.resample(utterance.samples, utterance.sample_rate, rate)
    again = Utterance(samples=other, sample_rate=rate, phones=utterance.phones)
    for probe in probes().values():
        plain, moved = (found(probe.listen, each, known) for each in (utterance, again))
        assert [token.kind for token in moved] == [token.kind for token in plain], probe.name
