"""The tables of docs/judge.md, written from results.json between two marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

BEGIN = "<!-- figures: python benchmarks/gate_vs_peers/replay.py --write -->"
END = "<!-- end of figures -->"


def write_page(path: Path, results: dict[str, Any]) -> None:
    """Replace what stands between the marks."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n\n{table(results)}\n{END}{after}", encoding="utf-8")


def table(results: dict[str, Any]) -> str:
    """All tables in Markdown: one for all rigs, then rig by rig."""
    return "\n".join(
        [*_summary(results), *(line for rig in results["rigs"] for line in _of_rig(results, rig))]
    )


def percent(share: dict[str, Any]) -> str:
    """A share with its 95 % bounds: `2 % [0, 7]`."""
    low, high = share["bounds_95"]
    return f"{_points(share['share'])} % [{_points(low)}, {_points(high)}]"


def _points(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.0995 else f"{100 * share:.1f}".removesuffix(".0")


def _summary(results: dict[str, Any]) -> Iterator[str]:
    shown = [
        level for level in sorted({row["level"] for row in results["gates"]}) if level != results["limit"]
    ]
    yield f"Of 100 builds, how many fail: {' / '.join(_slower(level) for level in shown)}"
    yield ""
    yield from _markdown(
        ["gate", "reading", *results["rigs"]],
        [
            [*name, *(_shares(results, name, rig, shown) for rig in results["rigs"])]
            for name in dict.fromkeys(tuple(_name(row)) for row in results["gates"])
        ],
    )


def _shares(results: dict[str, Any], name: Sequence[str], rig: str, levels: Sequence[float]) -> str:
    rows = {row["level"]: row for row in results["gates"] if row["rig"] == rig and _name(row) == list(name)}
    return " / ".join(_points(rows[level]["fails"]["share"]) if level in rows else "-" for level in levels)


def _of_rig(results: dict[str, Any], rig: str) -> Iterator[str]:
    about = results["rigs"][rig]
    gates = [row for row in results["gates"] if row["rig"] == rig]
    levels = sorted({row["level"] for row in gates})
    others = about["lowest_median_highest"]["others_cpu"]
    yield f"### {rig}"
    yield ""
    yield (
        f"{about['sessions']} sessions of {about['cases']} cases and {about['restarts']} restarts, "
        f"{about['calls_an_arm']} calls an arm, restart and slowdown; a call takes "
        f"{1000 * about['median_call_s']:.3g} ms (median). Of all cores' time, other processes used "
        f"{_points(others[1])} % (median restart; {_points(others[0])} to {_points(others[2])} %)."
    )
    if about["measured_anew"]:
        yield f"{about['measured_anew']} restarts were measured anew because the machine was not idle."
    yield ""
    yield "Unchanged restarts, by the share of all cores' time that the host gave to other machines:"
    yield ""
    yield from _markdown(
        ["stolen", "restarts", "spread (sd)"],
        [
            [
                f"{_points(row['stolen'][0])} to {_points(row['stolen'][1])} %",
                str(row["restarts"]),
                f"{100 * row['sd']:.2f} %",
            ]
            for row in about["spread"]
        ],
    )
    yield "Builds that fail (share of the sessions, with exact 95 % bounds):"
    yield ""
    yield from _markdown(
        ["gate", "reading", *(_slower(level) for level in levels), "one case, unchanged", "calls", "seconds"],
        [[*_name(row), *_fails(gates, row, levels), *_cost(row)] for row in gates if row["level"] == 0],
    )
    undecided = [row for row in gates if row["level"] == 0 and _is_ever(gates, row, "undecided")]
    if undecided:
        yield "Builds that stay undecided:"
        yield ""
        yield from _markdown(
            ["gate", "reading", *(_slower(level) for level in levels)],
            [
                [*_name(row), *(percent(_at(gates, row, level)["undecided"]) for level in levels)]
                for row in undecided
            ],
        )
    yield "The judge's own figures:"
    yield ""
    yield from _markdown(
        ["slowdown", "interval holds it", "width", "median change", "restarts used", "calls", "seconds"],
        [_own(row) for row in gates if "covered" in row],
    )
    yield "Two clocks (builds that fail / stay undecided):"
    yield ""
    clocks = [row for row in results["clocks"] if row["rig"] == rig]
    yield from _markdown(
        ["rule", *(_slower(level) for level in levels)],
        [
            [rule, *(_both(row) for row in clocks if row["rule"] == rule)]
            for rule in dict.fromkeys(row["rule"] for row in clocks)
        ],
    )


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _name(row: dict[str, Any]) -> list[str]:
    return [row["gate"], row["reading"]]


def _fails(gates: list[dict[str, Any]], row: dict[str, Any], levels: Sequence[float]) -> list[str]:
    shares = [percent(_at(gates, row, level)["fails"]) for level in levels]
    return [*shares, percent(row["case_fails"])]


def _cost(row: dict[str, Any]) -> list[str]:
    return [f"{row['calls']:.0f}", f"{row['seconds']:.2g}"]


def _own(row: dict[str, Any]) -> list[str]:
    return [
        _slower(row["level"]),
        percent(row["covered"]),
        f"{100 * row['width']:.2g} points",
        f"{100 * row['change']:+.2f} %",
        ", ".join(f"{restarts}: {count}" for restarts, count in row["restarts"].items()),
        *_cost(row),
    ]


def _both(row: dict[str, Any]) -> str:
    return f"{_points(row['fails']['share'])} / {_points(row['undecided']['share'])} %"


def _at(gates: list[dict[str, Any]], row: dict[str, Any], level: float) -> dict[str, Any]:
    return next(gate for gate in gates if gate["level"] == level and _name(gate) == _name(row))


def _is_ever(gates: list[dict[str, Any]], row: dict[str, Any], status: str) -> bool:
    return any(gate[status]["count"] for gate in gates if _name(gate) == _name(row))


def _slower(level: float) -> str:
    return "unchanged" if level == 0 else f"+{100 * level:.3g} %"
