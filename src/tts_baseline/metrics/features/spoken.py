"""When each syllable of a script is said: by the voice's own phones, or by a recital laid over the sound."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Phone, Reading
from tts_baseline.core.script import Recital, SpeechScript
from tts_baseline.core.sounds import Sound, fault, feature
from tts_baseline.metrics.features.cepstrum import STEP_S
from tts_baseline.metrics.features.digital_silence import digital_silence
from tts_baseline.metrics.features.resampled import resampled
from tts_baseline.metrics.features.warping import warping
from tts_baseline.metrics.pooling import Measured, no_value, over_utterances

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

_RATE = 16_000  # as `cepstrum` has it
_STRONG, _WEAK = "aeo", "iu"
_CLASSES = {"ɛ": "e", "ɔ": "o", "ɐ": "a", "ə": "e", "ɪ": "i", "ʊ": "u", "y": "i"}
_AROUND_S = 0.2  # chosen: around both, so that silence at an end of one has something to be laid over
_PAUSE_S = 0.05  # chosen: espeak-ng's shortest pause at a comma is longer, its glides are shorter
_FOLLOWED = 0.8  # chosen: of fewer syllables, the phones are of another text
_MOST_A_SECOND = 20.0  # chosen: far above what anybody says; espeak-ng at its fastest says 15
# chosen: syllables; what is longer is matched a part at once, for to match takes time by their square
_AT_ONCE, _KEPT = 1_000, 500


class TimedPhone(NamedTuple):
    """A phone in IPA, without its stress mark, and its seconds."""

    symbol: str
    start_s: float
    stop_s: float


class TimedSyllable(NamedTuple):
    """A syllable by its word and its place in it; the seconds of its vowel, and when the next phone is none.

    `is_last` is true where a pause, or nothing, comes before the next vowel.
    """

    word: int
    place: int
    start_s: float
    stop_s: float
    end_s: float
    is_last: bool


class TimedSpeech(NamedTuple):
    """The phones of a sound, and those syllables of its script that were found among them, in order."""

    phones: tuple[TimedPhone, ...]
    syllables: tuple[TimedSyllable, ...]

    def of_word(self, word: int) -> tuple[TimedSyllable, ...]:
        """The syllables of a word."""
        return tuple(each for each in self.syllables if each.word == word)


def over_spoken(
    spec: MetricSpec, evidence: Evidence, measure: Callable[[Sound, SpeechScript, TimedSpeech], Measured]
) -> Reading:
    """The reading of `measure(sound, script, spoken)` over the scored utterances, as `over_utterances`."""
    script = evidence.script
    if script is None or not script.words:
        return no_value(spec, evidence, "no words are known of the text")
    told = {id(evidence.sounds.of(each)): each.phones for each in evidence.utterances}

    def measured(sound: Sound) -> Measured:
        heard = spoken(sound, script, told[id(sound)])
        return Measured(None, heard) if isinstance(heard, str) else measure(sound, script, heard)

    return over_utterances(spec, evidence, measured)


@feature
def spoken(sound: Sound, script: SpeechScript, told: tuple[Phone, ...] = ()) -> TimedSpeech | str:
    """When the syllables of the script are said, or why that is not known; the sound must not be silent.

    The script's recital is laid over the sound, so that a recording reads what the utterance read. Without
    one, the phones that the voice itself told count.
    """
    seconds = sound.samples.size / sound.rate
    if script.syllables > _MOST_A_SECOND * seconds:
        return f"{seconds:.1f} s are too short for the text's {script.syllables} syllables"
    if digital_silence(sound).all():
        return "nothing is said: all samples are one value"
    if script.recital is not None:
        phones = _laid_over(sound, script.recital)
    elif told:
        phones = _spans(told, seconds)
    else:
        return "nothing tells its phones: install pytest-tts-baseline[espeak]"
    syllables = tuple(_found(script, phones))
    if len(syllables) < _FOLLOWED * script.syllables:
        return f"the phones follow {len(syllables)} of the text's {script.syllables} syllables"
    return TimedSpeech(phones, syllables)


def _spans(phones: Sequence[Phone], end_s: float) -> tuple[TimedPhone, ...]:
    """The phones with their ends; one without a symbol is a pause, or lengthens the phone before it."""
    ends = [*(phone.start_s for phone in phones[1:]), end_s]
    return tuple(
        TimedPhone(phone.symbol.lstrip("ˈˌ"), phone.start_s, end)
        for phone, end in zip(phones, ends, strict=True)
    )


def _laid_over(sound: Sound, recital: Recital) -> tuple[TimedPhone, ...]:
    import numpy as np

    said = np.frombuffer(recital.pcm, "<i2") / 32768
    if fault(said):
        return ()
    ours, theirs = map(_amid_silence, (sound, Sound(said, recital.rate)))
    seconds = np.clip(warping(ours, theirs) - _AROUND_S, 0.0, sound.samples.size / sound.rate)
    given = _spans(recital.phones, len(recital.pcm) / 2 / recital.rate)
    return tuple(
        TimedPhone(symbol, _at(seconds, start + _AROUND_S), _at(seconds, stop + _AROUND_S))
        for symbol, start, stop in given
    )


def _amid_silence(sound: Sound) -> Sound:
    import numpy as np

    return Sound(np.pad(resampled(sound, _RATE), round(_AROUND_S * _RATE)), _RATE)


def _at(seconds: Samples, moment_s: float) -> float:
    import numpy as np

    return float(np.interp(moment_s / STEP_S, np.arange(seconds.size), seconds))


def _found(script: SpeechScript, phones: Sequence[TimedPhone]) -> Iterator[TimedSyllable]:
    """The script's syllables among the vowels of the phones: those that are alike, in their order."""
    wanted = [
        (word, index, vowel_class(syllable))
        for word, each in enumerate(script.words)
        for index, syllable in enumerate(each.syllables)
    ]
    vowels = [
        (place, vowel_class(phone.symbol)) for place, phone in enumerate(phones) if vowel_class(phone.symbol)
    ]
    for one, other in _alike([vowel for _, _, vowel in wanted], [vowel for _, vowel in vowels]):
        (word, index, _), (place, _) = wanted[one], vowels[other]
        yield TimedSyllable(word, index, phones[place].start_s, phones[place].stop_s, *_end(phones, place))


def _alike(wanted: Sequence[str], vowels: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Which of the wanted vowels is which of those that are said, in their order."""
    one = other = 0
    while one < len(wanted) and other < len(vowels):
        ours, theirs = wanted[one : one + _AT_ONCE], vowels[other : other + _AT_ONCE]
        # Where a part is cut, its end has no counterpart: the next part begins before it.
        is_last = one + len(ours) == len(wanted) and other + len(theirs) == len(vowels)
        matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
        found = [
            (one + first + step, other + start + step)
            for tag, first, last, start, stop in matcher.get_opcodes()
            if tag == "equal" or (tag == "replace" and last - first == stop - start)
            for step in range(last - first)
        ]
        kept = found if is_last else [pair for pair in found if pair[0] - one < _KEPT]
        yield from kept
        if is_last or not kept:
            return
        one, other = kept[-1][0] + 1, kept[-1][1] + 1


def _end(phones: Sequence[TimedPhone], place: int) -> tuple[float, bool]:
    """When the last phone before the next vowel or pause ends, and whether that is a pause or the end."""
    after = place + 1
    while after < len(phones) and not vowel_class(phones[after].symbol) and not _is_pause(phones[after:]):
        after += 1
    return phones[after - 1].stop_s, after == len(phones) or not vowel_class(phones[after].symbol)


def _is_pause(phones: Sequence[TimedPhone]) -> bool:
    """True where no phone is said for a while from the first of these on: a glide has no symbol, either."""
    silent = list(itertools.takewhile(lambda phone: not phone.symbol, phones))
    return bool(silent) and (len(silent) == len(phones) or silent[-1].stop_s - silent[0].start_s >= _PAUSE_S)


def vowel_class(symbol: str) -> str:
    """The class of a syllable's or a phone's vowel: the open one of a diphthong; empty where it has none."""
    plain = unicodedata.normalize("NFD", symbol.lower())
    letters = [_CLASSES.get(letter, letter) for letter in plain]
    strong = [letter for letter in letters if letter in _STRONG]
    weak = [letter for letter in letters if letter in _WEAK]
    return strong[0] if strong else weak[-1] if weak else ""
