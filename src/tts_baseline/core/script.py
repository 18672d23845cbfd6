"""What a text asks a voice for, as metrics read it: words, syllables, stress, pauses, sentences."""

from __future__ import annotations

from typing import Literal

from tts_baseline.core.records import Phone, Record

Asking = Literal["statement", "wh_question", "yes_no_question", "choice", "exclamation", "suspended"]


class ScriptWord(Record, frozen=True, kw_only=True):
    """A word: its syllables in spelling, the index of the stressed one (None: unstressed), and its emphasis.

    `pause_s` is None where nothing breaks after it, else the seconds of silence that are planned or usual.
    `voseo` is true of a verb form of vos that is stressed on its last syllable, where people say vos.
    """

    text: str
    syllables: tuple[str, ...]
    stress: int | None = None
    emphasis: int = 0
    pause_s: float | None = None
    voseo: bool = False


class ScriptSentence(Record, frozen=True, kw_only=True):
    """A sentence by its first and last word, what it is, and the word that bears its nuclear accent."""

    first: int
    last: int
    asks: Asking
    nucleus: int


class Recital(Record, frozen=True, kw_only=True):
    """The script spoken by another voice that tells its phones: 16-bit samples at `rate` Hz."""

    pcm: bytes
    rate: int
    phones: tuple[Phone, ...]


class SpeechScript(Record, frozen=True, kw_only=True):
    """The words and sentences of a text in a region, and a recital, where a voice for that is installed."""

    region: str
    words: tuple[ScriptWord, ...]
    sentences: tuple[ScriptSentence, ...]
    recital: Recital | None = None

    @property
    def syllables(self) -> int:
        """The number of syllables of all words."""
        return sum(len(word.syllables) for word in self.words)
