"""Six recordings with what their texts ask for, and the degradations that they are given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from msgspec import Struct

from tts_baseline.baseline.store import Store
from tts_baseline.core.records import Case, Utterance
from tts_baseline.faults.catalogue import FAULTS
from tts_baseline.faults.fault import Fault, Original
from tts_baseline.faults.hearing import inserted, pauses, replaced, words
from tts_baseline.session.planting import GoldenCase
from tts_baseline.session.scripts import scripts
from tts_baseline.suites.reader import read

ROOT = Path(__file__).parents[2]
SPOKEN = {
    ("espeak", "es"): ("is-lucia-coming", "timetable"),
    ("f5_spanish", "es_short"): ("is-lucia-coming", "timetable"),
}
RECORDED_S = ((2.0, 6.0), (7.0, 11.0))  # of tests/data/speech_es_mx.flac, a woman's prompts
_GAP_S = 0.05


def _coarse(original: Original, bits: float, _: np.random.Generator) -> np.ndarray:
    """The wave in so many bits, its peak at full scale."""
    step = 2 * np.abs(original.wave).max() / 2**bits
    return np.round(original.wave / step) * step


def _longer_pause(original: Original, seconds: float, dice: np.random.Generator) -> np.ndarray | None:
    """So much digital silence more in the longest pause, else where a word may begin."""
    wave, rate = original.wave, original.rate
    places = [sum(span) // 2 for span in pauses(wave, rate)]
    places = places or [start for start, _ in words(wave, rate, _GAP_S, dice, 1)]
    return inserted(wave, rate, places[0], np.zeros(round(seconds * rate))) if places else None


def _swapped_sound(original: Original, seconds: float, dice: np.random.Generator) -> np.ndarray | None:
    """So much from the beginning of the longest swap of a sound: more of the same, in the same place."""
    swap = next(fault for fault in FAULTS if fault.name == "swapped phone")
    swapped = swap.plant(original, swap.strengths[-1], dice)
    if swapped is None:
        return None
    start = int(np.flatnonzero(swapped != original.wave)[0])
    piece = swapped[start : start + round(seconds * original.rate)]
    return replaced(original.wave, original.rate, start, piece)


_OWN = (
    Fault(
        name="fewer bits", what="so many bits a sample are left", strengths=(10, 8, 7, 6, 5),
        shown="{:g} bits", plant=_coarse, gates=frozenset(),
    ),
    Fault(
        name="longer pause", what="a pause is so much longer", strengths=(0.1, 0.2, 0.3, 0.5, 0.8),
        shown="{:g} s", plant=_longer_pause, gates=frozenset(),
    ),
    Fault(
        name="swapped sound", what="so much of a stretch is another sound",
        strengths=(0.06, 0.08, 0.1, 0.15, 0.2), shown="{:g} s", plant=_swapped_sound, gates=frozenset(),
    ),
)  # fmt: skip


class Degradation(Struct, frozen=True):
    """A fault, and the metrics that are there to follow it."""

    fault: Fault
    intended: tuple[str, ...]


_SPECTRA = ("lsd", "mrstft")
_INTENDED = {
    "noise": ("snr_vad", "snr_speech", "snr_golden", "pesq_wb", "stoi", "estoi", "hnr", *_SPECTRA),
    "low-pass": ("bandwidth", "ltas", *_SPECTRA),
    "clipping": ("clipping", "snr_golden", "pesq_wb"),
    "fewer bits": ("snr_golden", "snr_speech", "pesq_wb"),
    "tempo": ("tempo", "duration"),
    "pitch": ("f0",),
    "dropped word": ("words", "duration"),
    "doubled word": ("words", "duration"),
    "longer pause": ("pauses", "duration"),
    "flat question": ("contour",),
    "swapped sound": ("words",),
}
LADDER = tuple(
    Degradation(next(fault for fault in (*FAULTS, *_OWN) if fault.name == name), intended)
    for name, intended in _INTENDED.items()
)


def clips() -> list[GoldenCase]:
    """Two sentences of espeak-ng, two of the embedded voice, two of a recorded voice, by name."""
    found = []
    for (pipeline, suite), names in SPOKEN.items():
        store = Store(ROOT / "baselines", pipeline, "cpu")
        goldens = store.goldens(store.quality())
        cases = [case for case in read(suite, Path.cwd()) if case.id in names]
        known = scripts(cases)
        for case in cases:
            named = Case(id=f"{pipeline}-{case.id}", text=case.text, region=case.region)
            found.append(GoldenCase(named, goldens[case.id], None, known.get(case.id)))
    samples, rate = soundfile.read(ROOT / "tests" / "data" / "speech_es_mx.flac", dtype="float32")
    for number, (start, stop) in enumerate(RECORDED_S, 1):
        wave = Utterance(samples=samples[round(start * rate) : round(stop * rate)], sample_rate=rate)
        found.append(GoldenCase(Case(id=f"recorded-{number}", text="-", region="mexican"), wave, None))
    return found
