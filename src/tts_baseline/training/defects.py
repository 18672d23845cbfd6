"""What makes a recording unfit to be learned from: one row a defect.

The first defect that a recording has is the reason why it is left out; each is told from what was measured of
the recording and of its text, so a bound that does not suit can be set otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from tts_baseline.core.bounds import NotNegative, Number, Part, Positive
from tts_baseline.core.records import Record
from tts_baseline.pipelines.f5_spanish.post.silence import Wave

_FRAME_S = 0.02
_FULL = 0.999  # of the peak: samples that are as loud as it gets
_RUN = 3  # chosen: as many equal samples at the peak are a clipped crest
_EDGE_S = 0.02
_NOISE, _SPEECH = 0.1, 0.9  # chosen: quantiles of the frames' power
_INSIDE = 0.1  # chosen: a word begins and ends more than 10 dB below loud speech
_SILENCE_DB = -120.0


class Bounds(Record, frozen=True, kw_only=True):
    """What is taken. The usual values are chosen: read speech at a usual pace, fit for a model of 22 s.

    Seconds of speech; bytes of spoken text a second; dB of the speech over the pauses, and of its level; the
    share of clipped samples; that of the power above 4 kHz, in dB; the longest pause inside; the mean of the
    samples; dB that are lost in mono; the share of letters that are Spanish ones; that of
    characters that a recognizer hears otherwise, where one listens.
    """

    shortest_s: Positive = 0.5
    longest_s: Positive = 22.0
    slowest_bytes_per_s: Positive = 5.0
    fastest_bytes_per_s: Positive = 30.0
    snr_db: Number = 15.0
    level_db: Number = -50.0
    clipped: Part = 1e-3
    above_4_khz_db: Number = -55.0
    pause_s: Positive = 2.0
    offset: NotNegative = 0.05
    lost_in_mono_db: NotNegative = 12.0
    letters: Part = 0.5
    misheard: Part = 0.5


class Traits(Struct, frozen=True, kw_only=True):
    """What is measured of a sound: see `Bounds`. `begins` and `ends` say that the edge is in a word."""

    speech_s: float
    level_db: float
    snr_db: float
    clipped: float
    above_4_khz_db: float
    pause_s: float
    offset: float
    lost_in_mono_db: float
    begins: bool
    ends: bool


class WrittenText(Struct, frozen=True, kw_only=True):
    """What is known of a text: as it was written, as it is spoken, and what of it cannot be."""

    written: str
    spoken: str
    unread: str
    letters: float

    @property
    def form(self) -> str:
        """The text in the form in which the Spanish checkpoint is used; see `text/chunks.py`."""
        return self.spoken.lower()


class Defect(NamedTuple):
    """A reason to leave a recording out: its name, what it means, and whether a recording has it."""

    name: str
    why: str
    holds: Callable[[Traits, WrittenText, Bounds], bool]


def _pace(sound: Traits, text: WrittenText) -> float:
    return len(text.spoken.encode()) / sound.speech_s


TEXT_DEFECTS = (
    Defect("no text", "nothing is written", lambda _, t, __: not t.written.strip()),
    Defect("not Spanish", "most of its letters are not Spanish ones", lambda _, t, b: t.letters < b.letters),
    Defect("not readable", "a part of its text has no reading", lambda _, t, __: bool(t.unread)),
    Defect("nothing to say", "its text has no word", lambda _, t, __: not any(map(str.isalpha, t.spoken))),
)
SOUND_DEFECTS = (
    Defect("lost in mono", "its channels cancel", lambda s, _, b: s.lost_in_mono_db > b.lost_in_mono_db),
    Defect("silent", "nothing in it is loud enough", lambda s, _, b: s.level_db < b.level_db),
    Defect("too short", "it is too short", lambda s, _, b: s.speech_s < b.shortest_s),
    Defect("too long", "it is too long", lambda s, _, b: s.speech_s > b.longest_s),
    Defect("offset", "it is shifted from zero", lambda s, _, b: s.offset > b.offset),
    Defect("clipped", "its crests are cut off", lambda s, _, b: s.clipped > b.clipped),
    Defect("noisy", "its pauses are too loud", lambda s, _, b: s.snr_db < b.snr_db),
    Defect("narrow", "it has nothing above 4 kHz", lambda s, _, b: s.above_4_khz_db < b.above_4_khz_db),
    Defect("broken off", "a pause inside is too long", lambda s, _, b: s.pause_s > b.pause_s),
    Defect("cut at its start", "it begins inside a word", lambda s, _, __: s.begins),
    Defect("cut at its end", "it ends inside a word", lambda s, _, __: s.ends),
    Defect("too fast", "too much text for its length", lambda s, t, b: _pace(s, t) > b.fastest_bytes_per_s),
    Defect("too slow", "too little text for its length", lambda s, t, b: _pace(s, t) < b.slowest_bytes_per_s),
)
FILE_DEFECTS = {
    "missing": "there is no such file",
    "unreadable": "it is no audio file that can be read",
    "empty": "it has no samples",
    "not finite": "it holds NaN or infinite samples",
    "twice": "the same sound is there already",
    "other words": "a recognizer hears other words",
}


def measured(channels: Wave, rate: int) -> Traits:
    """What is measured of samples (n, channels), finite and not empty."""
    mono = channels.mean(axis=1)
    centred = mono - mono.mean()
    frame = max(1, round(_FRAME_S * rate))
    power = np.mean(np.square(centred[: len(centred) // frame * frame].reshape(-1, frame)), axis=1)
    if not len(power):
        power = np.array([np.mean(np.square(centred))])
    noise, speech = np.quantile(power, (_NOISE, _SPEECH))
    loud = power > _between(noise, speech)
    places = np.flatnonzero(loud)
    gaps = np.diff(places) - 1
    edge = max(1, round(_EDGE_S * rate))
    return Traits(
        speech_s=(places[-1] + 1 - places[0]) * _FRAME_S if len(places) else len(mono) / rate,
        level_db=_db(float(speech)),
        snr_db=_db(float(speech)) - _db(float(noise)),
        clipped=_clipped(channels),
        above_4_khz_db=_above(centred, rate, 4000.0),
        pause_s=float(gaps.max(initial=0)) * _FRAME_S,
        offset=float(abs(mono.mean())),
        lost_in_mono_db=_db(float(np.mean(np.square(channels)))) - _db(float(np.mean(np.square(mono)))),
        begins=float(np.mean(np.square(centred[:edge]))) > speech * _INSIDE,
        ends=float(np.mean(np.square(centred[-edge:]))) > speech * _INSIDE,
    )


def _between(noise: float, speech: float) -> float:
    """The power, in the middle between pauses and speech in dB, that a frame of speech has."""
    return float(np.sqrt(max(noise, speech * 1e-6) * speech))


def _clipped(channels: Wave) -> float:
    """The share of samples in runs at the peak."""
    size = np.abs(channels)
    peak = size.max()
    if not peak:
        return 0.0
    at_peak = size >= _FULL * peak
    runs = at_peak[2:] & at_peak[1:-1] & at_peak[:-2]
    return float(runs.mean()) if runs.size else 0.0


def _above(mono: Wave, rate: int, frequency: float) -> float:
    """The share of power above a frequency, in dB."""
    spectrum = np.square(np.abs(np.fft.rfft(mono)))
    total = spectrum.sum()
    high = spectrum[np.fft.rfftfreq(len(mono), 1 / rate) > frequency].sum()
    return _db(float(high / total)) if total else 0.0


def _db(power: float) -> float:
    return max(_SILENCE_DB, 10 * float(np.log10(max(power, 1e-30))))
