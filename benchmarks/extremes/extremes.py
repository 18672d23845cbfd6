"""Reads each metric of sound on what is at the edge of sound: what it says, how long it takes, what it holds.

    OMP_NUM_THREADS=1 nice -n 19 python benchmarks/extremes/extremes.py [--kinds "96 kHz,30 minutes"]

needs [espeak]; `--ears` are models as settings name them, in JSON, and metrics that lack theirs say so. The
sounds are sentences of the suite `es` by espeak-ng with a little noise, as they are ("usual") and as nobody
would hand them in; the golden is without the noise. The metrics read each kind one after the other in a
process of its own, whose memory is limited. Broken is one that raises, or has neither a finite value nor a
reason; a 0 where the usual sound has something to read is named. results.json keeps the kinds.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tts_baseline.core.ears import Ears
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.resampled import resampled
from tts_baseline.pipelines import espeak
from tts_baseline.session import ears as project_ears
from tts_baseline.session.scripts import scripts
from tts_baseline.suites.reader import read

RESULTS = Path(__file__).with_name("results.json")
SENTENCES = 6  # of the usual sound: 20 s or so
HALF_HOUR_S = 1800.0
MEMORY_GIB = 8
NOISE_DB = -50.0
GAP_S = 0.4
KINDS = (
    "usual",
    "silence",
    "0.1 s",
    "8 kHz",
    "96 kHz",
    "stereo",
    "NaN",
    "offset from zero",
    "empty text",
    "30 minutes",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--ears", default="{}", help="models by name, as settings have them, in JSON")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        for row in readings(options.one, json.loads(options.ears)):
            print(json.dumps(row, ensure_ascii=False), flush=True)
        return
    found = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    for kind in options.kinds.split(","):
        command = [sys.executable, __file__, "--one", kind, "--ears", options.ears]
        rows = []
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            for line in child.stdout or ():
                rows.append(json.loads(line))
                print(time.strftime("%H:%M:%S"), kind, rows[-1], file=sys.stderr, flush=True)
        lost = "" if child.returncode == 0 else f"ended with {child.returncode}"
        found[kind] = summary(rows, lost, found.get("usual", {}).get("metrics", {}))
        print(kind, {key: value for key, value in found[kind].items() if key != "metrics"}, flush=True)
        RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")


def readings(kind: str, models: dict[str, str]) -> Iterator[dict[str, Any]]:
    """What each metric of sound reads of a kind of sound, one after the other."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_GIB << 30, MEMORY_GIB << 30))
    evidence = of_kind(kind, project_ears.of(models, Path.cwd()))
    held = peak_mib()
    yield {"metric": "", "cpu_s": round(time.process_time(), 1), "peak_mib": held}
    for name, metric in metrics().items():
        if metric.spec.family != "quality":
            continue
        began, row = time.process_time(), {"metric": name}
        try:
            reading = metric.read(evidence)
            row |= {"value": reading.value, "reason": reading.reason, "note": reading.note}
        except Exception as error:  # noqa: BLE001
            row |= {"raised": f"{type(error).__name__}: {error}"}
        yield row | {"cpu_s": round(time.process_time() - began, 1), "peak_mib": peak_mib()}


def summary(rows: list[dict[str, Any]], lost: str, usual: dict[str, Any]) -> dict[str, Any]:
    """The readings of a kind of sound: how many have a value, which are broken, what all took."""
    known = {row.pop("metric"): row for row in rows}
    given = known.pop("", {"cpu_s": 0.0, "peak_mib": 0})
    broken = {name: why for name, row in known.items() if (why := fault(row))}
    zeros = [
        name
        for name, row in known.items()
        if row.get("value") == 0 and row["note"] != "identical" and usual.get(name, {}).get("value")
    ]
    return {
        "read": len(known),
        "with a value": sum(row.get("value") is not None for row in known.values()),
        "broken": broken | ({"": lost} if lost else {}),
        "0 where it usually is not": zeros,
        "cpu_s": round(sum(row["cpu_s"] for row in known.values()), 1),
        "peak MiB": max((row["peak_mib"] for row in known.values()), default=0),
        "of that, the sound itself": given["peak_mib"],
        "metrics": known,
    }


def fault(row: dict[str, Any]) -> str:
    """Why a reading is none that a metric may give; else ''."""
    if "raised" in row:
        return str(row["raised"])
    value = row["value"]
    if value is None:
        return "" if row["reason"] else "no value and no reason"
    return "" if math.isfinite(value) else f"a value of {value}"


def peak_mib() -> int:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def of_kind(kind: str, heard: Ears) -> Evidence:
    """The evidence of a kind: its sound, with a little noise, and the golden without it."""
    cases = [case for case in read("es", Path.cwd()) if case.region == "neutral"][:SENTENCES]
    said = {case.id: espeak.create().synthesize(case.request) for case in cases}
    rate = next(iter(said.values())).sample_rate
    gap = np.zeros(round(GAP_S * rate))
    samples = np.concatenate([part for each in said.values() for part in (each.samples.astype("f8"), gap)])
    times = math.ceil(HALF_HOUR_S * rate / samples.size) if kind == "30 minutes" else 1
    text = " ".join(case.text for case in cases)
    case = Case(id="edge", text="" if kind == "empty text" else " ".join([text] * times))
    golden, rate = as_kind(kind, np.tile(samples, times), rate)
    noise = np.random.default_rng(0).standard_normal(golden.shape)
    sound = np.clip(golden + 10 ** (NOISE_DB / 20) * float(np.std(samples)) * noise, -1, 1)
    sound = golden if kind in ("silence", "offset from zero") else sound
    return Evidence(
        case=case,
        utterances=(Utterance(samples=sound.astype("f4"), sample_rate=rate),),
        golden=Utterance(samples=golden.astype("f4"), sample_rate=rate),
        script=scripts([case]).get(case.id) if case.text else None,
        ears=heard,
    )


def as_kind(kind: str, samples: np.ndarray, rate: int) -> tuple[np.ndarray, int]:
    """The sound as that kind has it, and its rate."""
    if kind in ("8 kHz", "96 kHz"):
        other = 1000 * int(kind.split()[0])
        return np.clip(resampled(Sound(samples, rate), other), -1, 1), other
    if kind == "silence":
        return np.zeros_like(samples), rate
    if kind == "0.1 s":
        loudest = int(np.abs(samples).argmax())
        return samples[loudest : loudest + rate // 10], rate
    if kind == "stereo":
        return np.stack([samples, samples], axis=1), rate
    if kind == "NaN":
        return np.where(np.arange(samples.size) == rate, np.nan, samples), rate
    if kind == "offset from zero":
        return np.full_like(samples, 0.3), rate
    return samples, rate


if __name__ == "__main__":
    main()
