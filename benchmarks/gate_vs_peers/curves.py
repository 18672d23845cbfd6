"""Draws the operating curves from results.json: how often a build fails, by how much slower it really is.

    python benchmarks/gate_vs_peers/curves.py

One column a rig. Above, every tool as its documentation has people use it; below, on all recorded calls.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path
from typing import Any

from tts_baseline.core.errors import MissingExtra, NothingMeasured, TtsBaselineError

HERE = Path(__file__).resolve().parent
OURS = "tts-baseline judge"
UNDECIDED = "tts-baseline judge: undecided"
READINGS = {"as used": "as used", "all": "on all calls"}
# Colours that stay apart for people who see fewer of them (Okabe and Ito 2008).
COLOURS = ("#0072B2", "#56B4E9", "#009E73", "#D55E00", "#CC79A7", "#E69F00", "#7F7F7F", "#9467BD", "#8C564B")
MARKERS = "ovs^D<>Px"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--results", type=Path, default=HERE / "results.json")
    parser.add_argument("--out", type=Path, default=HERE.parents[1] / "docs" / "operating_curves.svg")
    options = parser.parse_args()
    try:
        if not options.results.exists():
            raise NothingMeasured(
                "there are no results yet",
                where=str(options.results),
                hint="python benchmarks/gate_vs_peers/replay.py --write",
            )
        options.out.write_bytes(draw(json.loads(options.results.read_text(encoding="utf-8"))))
    except TtsBaselineError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def draw(results: dict[str, Any]) -> bytes:
    """The picture as SVG, the same bytes for the same results; raises MissingExtra."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("matplotlib is not installed", extra="bench") from error
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "gate_vs_peers", "font.size": 9})
    rigs = list(results["rigs"])
    # Wide enough for the legend: two columns of names below one rig, three below more.
    figure = Figure(figsize=(max(3.1 * len(rigs) + 0.6, 5.0), 7.8), layout="constrained")
    panels = figure.subplots(len(READINGS), len(rigs), sharex=True, sharey=True, squeeze=False)
    names = [name for name in dict.fromkeys(row["gate"] for row in results["gates"]) if name != OURS]
    looks = {
        name: {"color": COLOURS[number % len(COLOURS)], "marker": MARKERS[number % len(MARKERS)]}
        for number, name in enumerate(names)
    }
    for panel_row, (reading, title) in zip(panels, READINGS.items(), strict=True):
        for panel, rig in zip(panel_row, rigs, strict=True):
            rows = [row for row in results["gates"] if row["rig"] == rig]
            for name in names:
                _line(panel, rows, name, reading, **looks[name])
            _ours(panel, [row for row in rows if row["gate"] == OURS])
            panel.axvline(100 * results["limit"], color="#BBBBBB", linestyle=":", zorder=0)
            panel.set_title(f"{rig}, {title}", fontsize=9)
            panel.set_ylim(-3, 103)
    for panel in panels[-1]:
        panel.set_xlabel("executed slowdown in %")
    for panel in panels[:, 0]:
        panel.set_ylabel("builds that fail, in %")
    drawn: dict[str, Any] = {}
    for panel in panels.flat:
        drawn |= {line.get_label(): line for line in (*panel.get_lines(), *panel.collections)}
    shown = {name: drawn[name] for name in (OURS, UNDECIDED, *names)}
    figure.legend(
        shown.values(),
        shown.keys(),
        loc="outside lower center",
        ncols=3 if len(rigs) > 1 else 2,
        frameon=False,
    )
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()


def _line(panel: Any, rows: list[dict[str, Any]], name: str, reading: str, **style: Any) -> None:
    points = sorted(
        (100 * row["level"], 100 * row["fails"]["share"])
        for row in rows
        if row["gate"] == name and row["reading"] == reading
    )
    if points:
        panel.plot(*zip(*points, strict=True), label=name, linewidth=1.2, markersize=4, **style)


def _ours(panel: Any, rows: list[dict[str, Any]]) -> None:
    """The judge has one reading: its line, and above it the share that it leaves undecided."""
    rows = sorted(rows, key=lambda row: row["level"])
    levels = [100 * row["level"] for row in rows]
    fails = [100 * row["fails"]["share"] for row in rows]
    tops = [below + 100 * row["undecided"]["share"] for below, row in zip(fails, rows, strict=True)]
    panel.fill_between(levels, fails, tops, color="#E5E5E5", zorder=0, linewidth=0, label=UNDECIDED)
    panel.plot(levels, fails, color="black", linewidth=2.2, marker="o", markersize=4, label=OURS)


if __name__ == "__main__":
    sys.exit(main())
