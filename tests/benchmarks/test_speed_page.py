"""docs/speed.md says what the results beside the benchmark say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
FOLDER = ROOT / "benchmarks" / "pipeline_vs_upstream"
RESULTS: dict[str, Any] = json.loads((FOLDER / "results.json").read_text(encoding="utf-8"))
AMX: dict[str, Any] = json.loads((FOLDER / "results_amx.json").read_text(encoding="utf-8"))
AVX2: dict[str, Any] = json.loads((FOLDER / "results_avx2.json").read_text(encoding="utf-8"))
SCHEDULES: dict[str, Any] = json.loads((FOLDER / "schedules.json").read_text(encoding="utf-8"))

LADDER: dict[str, Any] = json.loads((FOLDER / "ladder.json").read_text(encoding="utf-8"))
LADDER_AMX: dict[str, Any] = json.loads((FOLDER / "ladder_amx.json").read_text(encoding="utf-8"))
LADDER_AVX2: dict[str, Any] = json.loads((FOLDER / "ladder_avx2.json").read_text(encoding="utf-8"))
VOCODERS: dict[str, Any] = json.loads((FOLDER / "vocoders.json").read_text(encoding="utf-8"))
ADAPTIVE: dict[str, Any] = json.loads((FOLDER / "adaptive.json").read_text(encoding="utf-8"))
LAYOUTS: dict[str, Any] = json.loads((FOLDER / "layouts.json").read_text(encoding="utf-8"))
FEWER: dict[str, Any] = json.loads((FOLDER / "fewer.json").read_text(encoding="utf-8"))


def rows() -> list[list[str]]:
    """The cells of every row of the page's tables."""
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("arm", RESULTS["work"])
def test_work(arm: str) -> None:
    work, upstream = RESULTS["work"][arm], RESULTS["work"]["upstream"]
    share = f"{work['operators'] / upstream['operators']:.2f}"
    wanted = [arm, str(work["operators"]), share, str(work["syncs"]), f"{work['allocated'] / 2**20:.0f} MiB"]
    assert wanted in rows()


@pytest.mark.parametrize("arm", RESULTS["start"]["seconds"])
def test_start(arm: str) -> None:
    seconds, held = (RESULTS["start"][what][arm] for what in ("seconds", "bytes"))
    of = [f"{each['of_upstream']:.2f}" for each in (seconds, held)]
    assert [arm, f"{seconds['median']:.1f}", of[0], f"{held['median'] / 2**30:.2f} GiB", of[1]] in rows()


@pytest.mark.parametrize("results", [RESULTS, AMX], ids=["amd", "amx"])
@pytest.mark.parametrize(
    "arm", [arm for arm in RESULTS["steps of 4 blocks"]["562"] if arm not in ("upstream", "floor")]
)
def test_steps(arm: str, results: dict[str, Any]) -> None:
    timed = results["steps of 4 blocks"]["562"][arm]
    low, high = timed["interval_95"]
    share = f"{timed['of_upstream']:.2f} [{low:.2f}, {high:.2f}]"
    assert [arm, f"{timed['seconds']:.2f}", share] in [row[:3] for row in rows()]


@pytest.mark.parametrize("arm", [arm for arm in AVX2["steps"]["562"] if arm not in ("upstream", "floor")])
def test_steps_of_all_blocks(arm: str) -> None:
    cells = []
    for frames in ("562", "1031"):
        timed = AVX2["steps"][frames][arm]
        cells += [f"{timed['seconds']:.2f}", span([timed["of_upstream"], *timed["interval_95"]])]
    assert [arm, *cells] in rows()


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules(schedule: str) -> None:
    found = SCHEDULES[schedule]
    apart = [found["beside 16 steps dB"], found["beside 64 steps dB"]]
    cells = ["" if each is None else f"{each:.1f} dB" for each in apart]
    assert [schedule, str(found["flows"]), *cells] in rows()


FORETELLING = {
    "guided 2": "how much guidance was in the second flow",
    "end moved 5": "how far the fifth moved the foreseen end",
    "flow moved 5": "how far the fifth flow turned",
    "frames": "frames of speech",
    "tokens": "tokens",
}


@pytest.mark.parametrize("name", FORETELLING)
def test_what_foretells_errors(name: str) -> None:
    found = ADAPTIVE["foretold"]["7 steps"][name]
    misses = [f"{found[by]:.2f} dB" for by in ("line misses", "mean misses")]
    wanted = [FORETELLING[name], f"{found['rho']:.2f} (p {found['p']:.2f})", *misses]
    assert wanted in rows()


def test_the_figures_in_the_table_are_the_best_ones_and_those_that_others_choose_by() -> None:
    assert list(ADAPTIVE["foretold"]["7 steps"])[:3] == list(FORETELLING)[:3]


@pytest.mark.parametrize(
    ("name", "part"), [("the quarter with the least in 7 steps", "the least"), ("all others", "others")]
)
def test_what_more_steps_bring(name: str, part: str) -> None:
    found = ADAPTIVE["quarter"][part]
    assert [name, *(f"{found[f'{steps} steps']:.1f} dB" for steps in (7, 10, 12))] in rows()


@pytest.mark.parametrize("arm", LAYOUTS["arms"])
def test_batches_and_threads_on_the_voice(arm: str) -> None:
    found = LAYOUTS["arms"][arm]
    share = span([found["of one by one"], *found["rounds"]])
    assert [arm, f"{found['seconds']:.2f}", share] in rows()


@pytest.mark.parametrize("name", FEWER.get("blocks", {}))
def test_kept_blocks(name: str) -> None:
    found = FEWER["blocks"][name]
    assert [name, f"{found['work of 16 steps']:.0%}", f"{found['dB']:.1f} dB"] in rows()


@pytest.mark.parametrize("name", [name for name in FEWER.get("search", {}) if name != "tried"])
def test_searched_schedules(name: str) -> None:
    found = FEWER["search"][name]
    heard = [f"{found[of]:.1f} dB" for of in ("train dB", "test dB")]
    assert [name, ", ".join(map(str, found["nodes"])), *heard] in rows()


@pytest.mark.parametrize(
    ("results", "arm"),
    [(results, arm) for results in (LADDER, LADDER_AMX, LADDER_AVX2) for arm in results["arms"]],
)
def test_the_ladder_on_the_voice(results: dict[str, Any], arm: str) -> None:
    found = results["arms"][arm]
    reference = "1" if arm == "reference" else span(found["of_reference"])
    timed = [arm, str(found["sentences"]), reference, span(found["of_upstream"])]
    (row,) = [row for row in rows() if row[:4] == timed]
    if "loss" not in found:
        assert row[4] == "not heard"
        return
    assert row[4] == f"{found['wrong words']} of {found['of words']}"
    assert row[6] == f"{found['pesq_wb']:.2f}"
    assert row[-1].replace("`", "") == (", ".join(found["fails"]) or "none")


def span(values: list[float]) -> str:
    middle, low, high = values
    return f"{middle:.2f} [{low:.2f}, {high:.2f}]"


@pytest.mark.parametrize(
    ("name", "cells"),
    [("its copy by Vocos", ("own clip", "vocos")), ("its copy by Griffin-Lim", ("own clip", "griffin-lim"))],
)
def test_vocoders(name: str, cells: tuple[str, str]) -> None:
    found = VOCODERS[cells[0]][cells[1]]
    heard = [f"{found['pesq_wb']:.2f}", f"{found['stoi']:.3f}", f"{found['lsd']:.1f} dB"]
    opinions = [f"{found['p808']:.2f}", f"{found['ovrl']:.2f}", f"{found['CPU seconds a second']:.3f}"]
    assert [name, *heard, *opinions] in rows()
