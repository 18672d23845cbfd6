"""What scoring costs: 40 sentences of 5 s, all metrics, unchanged, all changed, and without what saves work.

    python benchmarks/scoring/scoring.py [--repeats 3] [--write]

Sentences are cut from tests/data/speech_es_mx.flac, at 24 kHz; changed ones have noise, 50 dB below them.
Each number is of a fresh process and all that it starts: CPU seconds, user and system, and wall seconds. Of
`scoring`, what a process takes that only makes the sentences is taken off. `without` scores as if nothing
were shared or known: each metric by itself, and golden metrics once more against the utterance. `command` is
the whole of `tts-baseline run`: three processes that speak, and all else.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import soundfile
import soxr

from tts_baseline.core import environment, git
from tts_baseline.core.protocols import Evidence, Metric
from tts_baseline.core.records import Acceptance, Case, Quality, QualityCase, Score, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.scored_by import scored_by
from tts_baseline.session.measurement.score import audio_of, score

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).with_name("results.json")
CASES, SECONDS, RATE = 40, 5, 24_000
KINDS = ("made", "unchanged", "changed", "without")
COMMANDS = ("first", "unchanged", "changed")
VOICE = """
import numpy as np

def synthesize(text):
    return np.load(f"{kind} {{text}}.npy"), {rate}
"""
SETTINGS = '[tool.tts-baseline]\npipeline = "voice:synthesize"\nsuite = "cases.toml"\nmissing = "record"\n'


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--write", action="store_true", help=f"replace {RESULTS.name}")
    parser.add_argument("--score", choices=KINDS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.score:
        scored(asked.score)
        return
    page = {"machine": environment.read("cpu").hardware, "commit": commit()}
    page |= {"sentences": CASES, "seconds": SECONDS, "rate": RATE, "metrics": len(quality_metrics())}
    with tempfile.TemporaryDirectory() as folder:
        page["scoring"] = scoring(asked.repeats)
        page["command"] = commands(Path(folder), asked.repeats)
    shown = json.dumps(page, indent=1)
    print(shown)
    if asked.write:
        RESULTS.write_text(shown + "\n", encoding="utf-8")


def scoring(repeats: int) -> dict[str, object]:
    """CPU and wall seconds of scoring, by kind, and how they compare with all changed."""
    took = {kind: [timed([__file__, "--score", kind]) for _ in range(repeats)] for kind in KINDS}
    middle = {kind: [median(column) for column in zip(*took[kind], strict=True)] for kind in KINDS}
    found = {
        kind: [round(a - b, 2) for a, b in zip(middle[kind], middle["made"], strict=True)]
        for kind in KINDS[1:]
    }
    changed = found["changed"][0]
    return {
        "cpu_s": {kind: found[kind][0] for kind in found},
        "wall_s": {kind: found[kind][1] for kind in found},
        "cpu_of_changed": {kind: round(found[kind][0] / changed, 3) for kind in found},
    }


def commands(folder: Path, repeats: int) -> dict[str, object]:
    """CPU and wall seconds of the whole `tts-baseline run`."""
    cases = [f'[[case]]\nid = "c{n:02}"\ntext = "Frase {n}"\n' for n in range(CASES)]
    (folder / "cases.toml").write_text("".join(cases))
    for n in range(CASES):
        for kind in COMMANDS[1:]:
            np.save(folder / f"{kind} Frase {n}.npy", sentence(n, changed=kind == "changed"))
    (folder / "pyproject.toml").write_text(SETTINGS)
    run = ["-c", "import sys; from tts_baseline.cli import main; sys.exit(main())", "run"]
    took = {}
    for kind in COMMANDS:
        (folder / "voice.py").write_text(VOICE.format(kind=kind.replace("first", "unchanged"), rate=RATE))
        several = 1 if kind == "first" else repeats
        took[kind] = [timed(run, folder) for _ in range(several)]
    return {
        name: {kind: round(median(times[column] for times in took[kind]), 2) for kind in COMMANDS}
        for column, name in enumerate(("cpu_s", "wall_s"))
    }


def timed(words: list[str], folder: Path = ROOT) -> tuple[float, float]:
    """CPU seconds of one process of Python and all that it has waited for, and its wall seconds."""
    begun = time.perf_counter()
    child = subprocess.Popen([sys.executable, *words], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(words)} ended with {child.returncode}")
    return used.ru_utime + used.ru_stime, time.perf_counter() - begun


def sentence(number: int, *, changed: bool) -> np.ndarray:
    """Five seconds of speech; of another place for each number."""
    samples, rate = soundfile.read(ROOT / "tests" / "data" / "speech_es_mx.flac")
    samples = soxr.resample(np.tile(samples, 2), rate, RATE)
    start = number * samples.size // 2 // CASES
    wave = samples[start : start + SECONDS * RATE]
    if changed:
        level = np.sqrt(np.mean(wave**2)) * 10 ** (-50 / 20)
        wave = wave + level * np.random.default_rng(number).standard_normal(wave.size)
    return wave.astype(np.float32)


def scored(kind: str) -> None:
    """Make the sentences and what is accepted of them, and score them as a run does, in this process."""
    cases = [Case(id=f"c{n:02}", text=f"Frase {n}") for n in range(CASES)]
    golden = {case.id: utterance(sentence(n, changed=False)) for n, case in enumerate(cases)}
    other = {case.id: utterance(sentence(n, changed=True)) for n, case in enumerate(cases)}
    said = golden if kind == "unchanged" else other
    software = environment.read("cpu").software
    known = accepted(cases, golden, software)
    if kind == "without":
        for case in cases:
            alone(case, said[case.id], golden[case.id])
    elif kind != "made":
        score(cases, [], {case: (heard,) for case, heard in said.items()}, known, golden, software)


def alone(case: Case, said: Utterance, golden: Utterance) -> None:
    """Every metric by itself; golden ones of the utterance itself, too, but for the rounding of a sample."""
    itself = said.samples.copy()
    itself[0] += np.float32(2.0**-24)
    for metric in quality_metrics():
        metric.read(Evidence(case=case, utterances=(said,), golden=golden))
        if metric.spec.golden:
            metric.read(Evidence(case=case, utterances=(said,), golden=utterance(itself)))


def accepted(cases: list[Case], golden: dict[str, Utterance], software: dict[str, str]) -> Quality:
    """These goldens, with scores that were made up, by what would compute them now."""
    scores = {
        metric.spec.name: Score(value=0.0, by=scored_by(metric, software)) for metric in quality_metrics()
    }
    return Quality(
        pipeline="voice:synthesize",
        variant="cpu",
        acceptance=Acceptance(reason="made", author="", at="2026-01-01T00:00:00+00:00", commit=None),
        software=software,
        provenance={},
        cases={
            case.id: QualityCase(
                request=case.request,
                audio=audio_of((golden[case.id],)),
                recording="0" * 64,
                run="r",
                scores=scores,
            )
            for case in cases
        },
    )


def utterance(samples: np.ndarray) -> Utterance:
    return Utterance(samples=samples, sample_rate=RATE)


def quality_metrics() -> list[Metric]:
    return [metric for metric in metrics().values() if metric.spec.family == "quality"]


def commit() -> str:
    return git.commit(ROOT)[0] or ""


if __name__ == "__main__":
    main()
