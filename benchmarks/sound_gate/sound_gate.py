"""Plants the faults of the product in recordings of four voices; counts what its gate, and others, fail.

    python benchmarks/sound_gate/sound_gate.py --sounds FOLDER [--voice mexican] [--count 16] [--write]
    python benchmarks/sound_gate/sound_gate.py --sounds FOLDER --gross 49 [--write]

FOLDER keeps the prompts (fetched by apt-get, decoded by ffmpeg). Nothing is spoken: recordings are scored and
judged as those of a run are, by the functions that `tts-baseline certify --sound` uses. `--gross` plants only
the gross faults, in each single sentence of a larger suite, and the harmless changes. Ctrl-C counts the
sentences that are finished.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import other_gates
from msgspec import Struct
from voices import ROOT, VOICES, Waves

from tts_baseline.core import environment
from tts_baseline.core.records import (
    Acceptance,
    Audio,
    Case,
    Quality,
    QualityCase,
    Reading,
    Score,
    Utterance,
)
from tts_baseline.faults.catalogue import FAULTS, HARMLESS
from tts_baseline.faults.fault import Fault, Harmless, Original, planted
from tts_baseline.gate import limits
from tts_baseline.session.planting import (
    GoldenCase,
    Planted,
    alarms,
    builds,
    catches,
    heard,
    suite_of,
)
from tts_baseline.session.scoring_pool import in_processes

RESULTS = Path(__file__).with_name("results.json")
_NOTHING = "0" * 64
OURS = "tts-baseline"
Change = Fault | Harmless | None


class Compared(Struct, frozen=True):
    """What was heard of a sentence with a change, and what the other libraries say of it, by strength."""

    ours: Planted
    theirs: dict[float, other_gates.Values]


def main() -> int:
    asked = options()
    begun = time.monotonic()
    gross = tuple(
        msgspec.structs.replace(fault, strengths=fault.strengths[-1:]) for fault in FAULTS if fault.is_gross
    )
    faults, count = (gross, asked.gross) if asked.gross else (FAULTS, asked.count)
    goldens = VOICES[asked.voice](asked.sounds, count, asked.seed)
    changes: tuple[Change, ...] = (None, *faults, *HARMLESS)
    planned = _sentences(goldens)
    found: dict[str, dict[str, Compared]] = {}
    with contextlib.suppress(KeyboardInterrupt):
        tasks = ((sentence, change) for sentence in planned for change in changes)
        for number, compared in enumerate(in_processes(compare, tasks, asked.jobs), 1):
            found.setdefault(compared.ours.case, {})[compared.ours.change] = compared
            if number % len(changes) == 0:
                print(f"{compared.ours.case}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    sentences = [each for each in planned if len(found.get(each.case.id, ())) == len(changes)]
    page = _counted(asked.voice, sentences, faults, found)
    for row in page["rows"]:
        print(*row.values(), sep="\t")
    page |= {
        "sentences": len(sentences),
        "planned": len(planned),
        "seconds": round(time.monotonic() - begun),
        "jobs": asked.jobs,
    }
    save(asked.write, "gross" if asked.gross else "planted", asked.voice, page)
    return 0


def options(**counts: int) -> argparse.Namespace:
    """The options of both studies, and how many builds of a kind one of them judges."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sounds", type=Path, required=True, help="the folder of the prompts")
    parser.add_argument("--voice", choices=VOICES, default="mexican")
    parser.add_argument("--count", type=int, default=16, help="how many sentences the suite has")
    parser.add_argument("--gross", type=int, default=0, metavar="N", help="gross faults in suites of N alone")
    parser.add_argument("--seed", type=int, default=15)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--write", action="store_true")
    for name, count in counts.items():
        parser.add_argument(f"--{name}", type=int, default=count)
    return parser.parse_args()


def compare(task: tuple[GoldenCase, Change]) -> Compared:
    """One sentence with one change, scored by ours and by the other libraries."""
    sentence, change = task
    ours = heard(task)
    golden, rate = sentence.golden.samples.astype(np.float64), sentence.golden.sample_rate
    if change is None:
        return Compared(ours, {0.0: other_gates.values(golden, golden, rate)})
    other = sentence.other.samples.astype(np.float64) if sentence.other else None
    waves = {
        strength: planted(change, strength, Original(golden, rate, other), sentence.case.id)
        for strength, readings in ours.readings.items()
        if readings is not None
    }
    return Compared(
        ours, {strength: other_gates.values(wave, golden, rate) for strength, wave in waves.items()}
    )


def _sentences(goldens: Waves) -> list[GoldenCase]:
    names = list(goldens)
    return [
        GoldenCase(Case(id=name, text=name), goldens[name], goldens[names[number - 1]])
        for number, name in enumerate(names)
    ]


def _counted(
    voice: str,
    sentences: Sequence[GoldenCase],
    faults: Sequence[Fault],
    heard_of: Mapping[str, Mapping[str, Compared]],
) -> dict[str, Any]:
    names = [change.name for change in (*faults, *HARMLESS)]
    found = {
        name: {sentence.case.id: heard_of[sentence.case.id][name] for sentence in sentences}
        for name in ("", *names)
    }
    unchanged = {case: compared.ours.readings[0.0] or () for case, compared in found[""].items()}
    cases = [sentence.case for sentence in sentences]
    suite = suite_of(
        quality(voice, sentences, unchanged),
        voice,
        environment.read("cpu"),
        limits.chosen({}),
        cases,
        unchanged,
    )
    theirs = {case: compared.theirs[0.0] for case, compared in found[""].items()}
    rows: list[dict[str, Any]] = []
    for fault in faults:
        ours = {case: compared.ours for case, compared in found[fault.name].items()}
        rows += [{"gate": OURS, **msgspec.to_builtins(row)} for row in catches(suite, fault, ours)]
        rows += _of_peers(fault, theirs, found[fault.name])
    harmless = []
    for change in HARMLESS:
        ours = {case: compared.ours for case, compared in found[change.name].items()}
        harmless += [{"gate": OURS, **msgspec.to_builtins(row)} for row in alarms(suite, change, ours)]
        values = {
            case: compared.theirs[change.strength]
            for case, compared in found[change.name].items()
            if change.strength in compared.theirs
        }
        harmless += _alarms_of_peers(change, theirs, values)
    return {"rows": rows, "harmless": harmless}


def _of_peers(
    fault: Fault, golden: Mapping[str, other_gates.Values], found: Mapping[str, Compared]
) -> Iterator[dict[str, Any]]:
    for strength in fault.strengths:
        changed = {
            case: compared.theirs[strength] for case, compared in found.items() if strength in compared.theirs
        }
        for extent, chosen in builds(changed, len(golden), f"{fault.name} {strength}").items():
            for name, fails in other_gates.PEERS.items():
                caught = sum(fails(golden, {**golden, **build}) for build in chosen)
                yield {
                    "gate": name, "fault": fault.name, "strength": strength, "shown": fault.at(strength),
                    "extent": extent, "sentences": len(changed), "builds": len(chosen), "caught": caught,
                }  # fmt: skip


def _alarms_of_peers(
    change: Harmless, golden: Mapping[str, other_gates.Values], changed: Mapping[str, other_gates.Values]
) -> Iterator[dict[str, Any]]:
    chosen = [
        build for each in builds(changed, len(golden), change.name).values() for build in each
    ]  # fmt: skip
    for name, fails in other_gates.PEERS.items():
        caught = sum(fails(golden, {**golden, **build}) for build in chosen)
        yield {"gate": name, "change": change.name, "builds": len(chosen), "alarms": caught}


def quality(
    voice: str, sentences: Sequence[GoldenCase], scores: Mapping[str, tuple[Reading, ...]]
) -> Quality:
    """What accepting these recordings would keep."""
    return Quality(
        pipeline=voice,
        variant="cpu",
        acceptance=Acceptance(reason="study", author="study", at="2026-01-01T00:00:00+00:00", commit=None),
        software={},
        provenance={},
        cases={
            sentence.case.id: QualityCase(
                request=sentence.case.request,
                audio=_audio(sentence.golden),
                recording=_NOTHING,
                run="golden",
                scores={reading.metric: _score(reading) for reading in scores[sentence.case.id]},
            )
            for sentence in sentences
        },
    )


def _score(reading: Reading) -> Score:
    return Score(value=reading.value, reason=reading.reason, values=reading.values[1:] and reading.values)


def _audio(golden: Utterance) -> Audio:
    return Audio(sha256=_NOTHING, sample_rate=golden.sample_rate, samples=len(golden.samples))


def save(is_asked: bool, section: str, voice: str, page: object) -> None:  # noqa: FBT001
    """Replace one voice's part of a section of the results, where that was asked for."""
    if not is_asked:
        return
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    known["machine"] = environment.read("cpu").hardware
    known.setdefault(section, {})[voice] = {"commit": _commit(), "command": _command()} | page
    RESULTS.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _command() -> str:
    """What was typed, but for where the prompts are on this machine."""
    words = ["FOLDER" if before == "--sounds" else word for before, word in pairwise(sys.argv)]
    return " ".join(["python", f"benchmarks/sound_gate/{Path(sys.argv[0]).name}", *words])


def _commit() -> str:
    words = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    import sound_gate  # processes that score know functions by their module

    sys.exit(sound_gate.main())
