"""What a verdict must not depend on: zeros at the end, the rate, the gain, polarity, 16 bits.

    nice -n 19 python benchmarks/metrics_vs_reference/invariance.py

Six recordings are accepted as they are and judged after each change, all of them changed and each alone,
by the gate under the limits that come with the package. A gate that fails is one that `DECLARED` names, for
it measures what was changed; any other is an error, exit status 1. invariance.json has each metric's largest
change, in its limits.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from clips import ROOT, clips
from ladder import gated, worse

sys.path.insert(0, str(ROOT / "benchmarks" / "sound_gate"))
from sound_gate import quality
from tts_baseline.core import environment
from tts_baseline.core.records import Reading, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.gate import limits
from tts_baseline.gate.limits import parse
from tts_baseline.session.planting import GoldenCase, Readings, builds, heard, heard_again, suite_of

RESULTS = Path(__file__).with_name("invariance.json")
_PEAK = 0.45  # so that 6 dB more fit
_ZEROS_S = 0.5
_STEP = 2.0**-15
Wave = tuple[np.ndarray, int]


def _at_rate(rate: int) -> Callable[[np.ndarray, int], Wave]:
    return lambda wave, own: (soxr.resample(wave, own, rate, quality="VHQ"), rate)


CHANGES: Mapping[str, Callable[[np.ndarray, int], Wave]] = {
    "0.5 s of zeros at the end": lambda wave, rate: (np.pad(wave, (0, round(_ZEROS_S * rate))), rate),
    "24 kHz": _at_rate(24_000),
    "44.1 kHz": _at_rate(44_100),
    "48 kHz": _at_rate(48_000),
    "6 dB louder": lambda wave, rate: (wave * 10 ** (6 / 20), rate),
    "6 dB softer": lambda wave, rate: (wave * 10 ** (-6 / 20), rate),
    "other polarity": lambda wave, rate: (-wave, rate),
    "16 bits": lambda wave, rate: (np.round(wave / _STEP) * _STEP, rate),
}
# The gates that measure what is changed: how long it is, what is at its end, and how loud it is. The level is
# that of all samples, so that half a second of zeros lowers it by 1.1 dB where the sentence has 1.8 s.
DECLARED: Mapping[str, frozenset[str]] = {
    "0.5 s of zeros at the end": frozenset({"duration", "level", "pauses"}),
    "6 dB louder": frozenset({"level"}),
    "6 dB softer": frozenset({"level"}),
}


def main() -> int:
    sentences = [accepted(clip) for clip in clips()]
    unchanged = {each.case.id: heard((each, None)).readings[0.0] or () for each in sentences}
    page: dict[str, Any] = {
        "command": "python benchmarks/metrics_vs_reference/invariance.py",
        "machine": environment.read("cpu").hardware,
        "clips": sorted(unchanged),
        "gated": len(gated()),
        "changes": {},
    }
    undeclared = 0
    for name in CHANGES:
        found = heard_changed(sentences, name)
        failing = failing_gates(sentences, unchanged, found, name)
        others = sorted({gate for gates in failing for gate in gates} - DECLARED.get(name, frozenset()))
        undeclared += len(others)
        page["changes"][name] = {
            "builds": len(failing),
            "gates that fail": {
                gate: sum(gate in gates for gates in failing) for gate in sorted(frozenset().union(*failing))
            },
            "declared": sorted(DECLARED.get(name, ())),
            "not declared": others,
            "largest in limits": _largest(unchanged, found),
        }
        print(time.strftime("%H:%M:%S"), name, page["changes"][name]["gates that fail"], flush=True)
    RESULTS.write_text(json.dumps(page, indent=1) + "\n", encoding="utf-8")
    return int(bool(undeclared))


def accepted(clip: GoldenCase) -> GoldenCase:
    """The clip with room for 6 dB more."""
    samples = clip.golden.samples * np.float32(_PEAK / np.abs(clip.golden.samples).max())
    return GoldenCase(
        clip.case, Utterance(samples=samples, sample_rate=clip.golden.sample_rate), None, clip.script
    )


def heard_changed(sentences: list[GoldenCase], change: str) -> dict[str, Readings]:
    """What is read of each sentence with the change."""
    found = {}
    for each in sentences:
        wave, rate = CHANGES[change](each.golden.samples.astype(np.float64), each.golden.sample_rate)
        said = Utterance(samples=wave.astype(np.float32), sample_rate=rate)
        found[each.case.id] = heard_again((each, said))
    return found


def failing_gates(
    sentences: list[GoldenCase],
    unchanged: Mapping[str, Readings],
    found: Mapping[str, Readings],
    change: str,
) -> list[frozenset[str]]:
    """The gates that fail each build: all sentences changed, a quarter of them, each alone."""
    suite = suite_of(
        quality("study", sentences, unchanged),
        "study",
        environment.read("cpu"),
        limits.chosen({}),
        [each.case for each in sentences],
        unchanged,
    )
    return [
        suite.build(build) for chosen in builds(found, len(sentences), change).values() for build in chosen
    ]


def _largest(unchanged: Mapping[str, Readings], found: Mapping[str, Readings]) -> dict[str, float | str]:
    """Each gated metric's largest change for the worse over the clips, in limits; from 0.05 on."""
    largest: dict[str, float | str] = {}
    for metric in gated():
        spec = metrics()[metric].spec
        limit = parse(spec.limit or "", spec)
        losses = []
        for case, readings in found.items():
            then, now = _value(unchanged[case], metric), _value(readings, metric)
            if (then is None) != (now is None):
                largest[metric] = "a value is lost" if now is None else "a value is gained"
            if then is not None and now is not None:
                amount = limit.absolute + limit.relative * abs(then)
                losses.append(worse(metric, now, then) / (amount or 0.5))
        if losses and metric not in largest and max(losses) >= 0.05:
            largest[metric] = round(max(losses), 2)
    return largest


def _value(readings: tuple[Reading, ...], metric: str) -> float | None:
    return next((reading.value for reading in readings if reading.metric == metric), None)


if __name__ == "__main__":
    sys.exit(main())
