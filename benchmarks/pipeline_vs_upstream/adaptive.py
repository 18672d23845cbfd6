"""Whether the beginning of a flow tells how many steps a chunk needs.

    nice -n 19 python benchmarks/pipeline_vs_upstream/adaptive.py [--chunks 40]

The schedules of 7, 10 and 12 steps begin with the same five: what is known after them costs nothing, and
which of the three goes on may be chosen then. Chunks of the built-in suites on the embedded voice, each with
a seed of its own; errors are of mels, in dB: the power of the mel of 16 steps over that of its difference.

`chunks`    what is known, and the errors. They are kept in `adaptive.json`: run again, it goes on.
`foretold`  how well each figure foretells an error: rank correlation, and what a line through all other
            chunks misses, beside their mean alone.
`shared`    10 steps for half of the chunks and 7 for the others: for those of which the best figure, through
            all other chunks, foretells the least of 7 steps; by chance; by who knows the errors. Means, and
            the tenth part of the chunks with the least. Brackets are 95 % over chunks.
`quarter`   the chunks with the least in 7 steps, and all others: what more steps bring to either; and of four
            each `early`: the steps of 16 until schedules meet, and those of 7 from there on.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import torch
from fewer import power_db
from msgspec.structs import replace
from scipy.stats import spearmanr

from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.solver.euler import noise, schedule
from tts_baseline.suites.reader import read

RESULTS = Path(__file__).with_suffix(".json")
SUITES = ("es", "es_short", "es_edge")
SWITCHES = ("fused_norm", "fused_qkv", "packed")
EARLY = 4  # chunks of each kind
SHARED, STEPS, USUAL = 5, (7, 10, 12), 16  # evaluations that all begin with; who then goes on; the reference
LONGEST = 500  # frames of speech: one core would take a minute for longer ones
DRAWS = 2000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--chunks", type=int, default=40)
    options = parser.parse_args()
    torch.set_num_threads(1)
    page: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    rows: dict[str, dict[str, Any]] = page.get("chunks", {})
    voice = Beginnings()
    for name, job in voice.jobs():
        if len(rows) >= options.chunks:
            break
        if name not in rows:
            with torch.inference_mode():
                rows[name] = voice.row(job)
            print(name, rows[name], flush=True)
            keep(rows)
    chunks = dict(voice.jobs())
    order = sorted(rows, key=lambda name: rows[name]["7 steps"])
    for name in (*order[:EARLY], *order[-EARLY:]):
        if "early" not in rows[name]:
            with torch.inference_mode():
                rows[name]["early"] = voice.early(chunks[name])
            print(name, rows[name]["early"], flush=True)
            keep(rows)
    print(json.dumps(keep(rows), indent=1))


def keep(rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the chunks say, kept beside them."""
    found = list(rows.values())
    said = {"foretold": tables(found), "shared": shared(found), "quarter": quarter(found)}
    text = json.dumps({**said, "chunks": rows}, ensure_ascii=False, indent=1)
    RESULTS.write_text(text + "\n", encoding="utf-8")
    return said


class Beginnings:
    """The embedded voice, and what is known of its chunks after the steps that all schedules begin with."""

    def __init__(self) -> None:
        self.pipeline = create(settings={"weights": "embedded"}, optimize=SWITCHES)
        parts = self.pipeline.engine.parts
        self.network, self.solver = parts.network, parts.solver
        self.times = {
            steps: schedule(replace(self.solver, steps=steps)).tolist() for steps in (*STEPS, USUAL)
        }

    def jobs(self) -> Any:
        """The chunks that are short enough, by name: first those of every other case."""
        cases = [(suite, case) for suite in SUITES for case in read(suite, Path.cwd())]
        for number, (suite, case) in enumerate((*cases[::2], *cases[1::2])):
            request = Request(text=case.text, seed=1000 + number)
            for index, job in enumerate(self.pipeline.jobs(request, self.pipeline.plan(request))):
                if job.frames - job.reference.frames <= LONGEST:
                    yield f"{suite}/{case.id}/{index}", job

    def solved(self, job: Any) -> Any:
        """The chunk's guided flow with what guides, what follows it along times, and the noise."""
        given = self.network.prepare(job)

        def flow(state: Any, time: float) -> tuple[Any, Any]:
            (both,) = self.network.flow([state], time, [given], guided=True)
            return self.solver._guided(both), both.conditional - both.free

        def along(state: Any, times: Sequence[float], known: Any = None) -> Any:
            for begin, end in itertools.pairwise(times):
                state = state + (end - begin) * (flow(state, begin)[0] if known is None else known)
                known = None
            return state

        return flow, along, noise(job.frames, job.reference.mel.shape[2], job.seed)

    def early(self, job: Any) -> float:
        """How far the steps of 16 until schedules meet, and then those of 7, are from 16."""
        _, along, start = self.solved(job)
        times, few = self.times[USUAL], self.times[STEPS[0]]
        meets = min(range(len(times)), key=lambda at: abs(times[at] - few[SHARED - 1]))
        there, clip = along(start, times[: meets + 1]), job.reference.frames
        usual = along(there, times[meets:])[:, clip:]
        return power_db(usual - usual.mean(), along(there, few[SHARED - 1 :])[:, clip:] - usual)

    def row(self, job: Any) -> dict[str, Any]:
        """What is known of a chunk, and how far each number of steps is from 16."""
        flow, along, start = self.solved(job)
        clip = job.reference.frames
        usual = along(start, self.times[USUAL])[:, clip:]
        state, flows, ends, guided = start, [], [], []
        for begin, end in itertools.pairwise(self.times[STEPS[0]][: SHARED + 1]):
            last = state
            guiding, apart = flow(state, begin)
            flows.append(guiding[:, clip:])
            ends.append((state + (1 - begin) * guiding)[:, clip:])
            guided.append(apart[:, clip:])
            state = state + (end - begin) * guiding
        errors = {
            f"{steps} steps": along(last, self.times[steps][SHARED - 1 :], guiding)[:, clip:] - usual
            for steps in STEPS
        }
        return {
            "frames": job.frames - clip,
            "tokens": len(job.tokens),
            **{f"end moved {n}": power_db(b - b.mean(), b - a) for n, (a, b) in _pairs(ends)},
            **{f"flow moved {n}": power_db(b, b - a) for n, (a, b) in _pairs(flows)},
            **{f"guided {n}": power_db(a, b) for n, (a, b) in enumerate(zip(flows, guided, strict=True), 1)},
            **{name: power_db(usual - usual.mean(), error) for name, error in errors.items()},
        }


def _pairs(values: Sequence[Any]) -> Any:
    return enumerate(itertools.pairwise(values), 2)


def tables(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What each figure foretells, the best first."""
    errors = [f"{steps} steps" for steps in STEPS]
    known = [name for name in rows[0] if name not in (*errors, "early")]
    page = {}
    for error in errors:
        seen = [{**row, "error": row[error]} for row in rows]
        found = {name: foretold(seen, name) for name in known}
        page[error] = dict(sorted(found.items(), key=lambda each: each[1]["line misses"]))
    return page


def foretold(rows: Sequence[dict[str, Any]], name: str) -> dict[str, float]:
    """How well a figure foretells the error: rank correlation, and what a line through all other jobs misses.

    `mean misses` is what the mean of all other jobs does; both are the root of the mean square, in dB.
    """
    known, wanted = (np.array([row[key] for row in rows]) for key in (name, "error"))
    missed = []
    for left_out in range(len(rows)):
        others = np.arange(len(rows)) != left_out
        slope, start = np.polyfit(known[others], wanted[others], 1)
        guesses = (slope * known[left_out] + start, wanted[others].mean())
        missed.append([(guess - wanted[left_out]) ** 2 for guess in guesses])
    by_line, by_mean = np.sqrt(np.mean(missed, axis=0))
    ranks = spearmanr(wanted, known)
    found = {"rho": ranks.statistic, "p": ranks.pvalue, "line misses": by_line, "mean misses": by_mean}
    return {key: round(float(value), 3) for key, value in found.items()}


def shared(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What 10 steps bring that half of the chunks get."""
    few, more = (np.array([row[f"{steps} steps"] for row in rows]) for steps in STEPS[:2])
    best = next(iter(tables(rows)[f"{STEPS[0]} steps"]))
    figure = np.array([row[best] for row in rows])
    guesses = []
    for left_out in range(len(rows)):
        others = np.arange(len(rows)) != left_out
        guesses.append(np.polyval(np.polyfit(figure[others], few[others], 1), figure[left_out]))
    dice = np.random.default_rng(0)
    drawn = dice.integers(len(rows), size=(DRAWS, len(rows)))
    page: dict[str, Any] = {"figure": best}
    for name, order in (
        ("foretold", np.array(guesses)),
        ("least error known", few),
        ("gain known", few - more),
    ):
        got = np.where(np.argsort(np.argsort(order)) < len(rows) // 2, more, few)
        page[name] = summary(got, (few + more) / 2, drawn)
    page["all 7"], page["all 10"] = (summary(each, each, drawn) for each in (few, more))
    page["chance"] = float(np.mean((few + more) / 2))
    return page


def quarter(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The means of the chunks with the least in 7 steps and of the others, and the rank correlation."""
    order = sorted(rows, key=lambda row: row["7 steps"])
    parts = {"the least": order[: len(rows) // 4], "others": order[len(rows) // 4 :]}
    page: dict[str, Any] = {
        name: {f"{steps} steps": round(fmean(row[f"{steps} steps"] for row in part), 2) for steps in STEPS}
        for name, part in parts.items()
    }
    gains = [row["10 steps"] - row["7 steps"] for row in rows]
    ranks = spearmanr([row["7 steps"] for row in rows], gains)
    page["7 steps and what 10 bring"] = {"rho": round(ranks.statistic, 2), "p": float(f"{ranks.pvalue:.1g}")}
    for name, part in (("the least", order[:EARLY]), ("the most", order[-EARLY:])):
        if all("early" in row for row in part):
            each = {
                key: round(fmean(row[key] for row in part), 2) for key in ("7 steps", "12 steps", "early")
            }
            page[f"{EARLY} of {name}"] = each
    return page


def summary(got: Any, chance: Any, drawn: Any) -> dict[str, Any]:
    """The mean, what it gains over chance, and the tenth part with the least."""
    gains = (got - chance)[drawn].mean(axis=1)
    low, high = np.quantile(gains, (0.025, 0.975))
    return {
        "dB": round(float(got.mean()), 2),
        "over chance": [round(float(each), 2) for each in ((got - chance).mean(), low, high)],
        "tenth part": round(float(np.quantile(got, 0.1)), 2),
    }


if __name__ == "__main__":
    main()
