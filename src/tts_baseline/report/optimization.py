"""What an optimization found: a table of all that was tried, and the plot of speed against quality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tts_baseline.core import outside, units
from tts_baseline.core.preset import Attempt, Preset
from tts_baseline.core.switches import named
from tts_baseline.report import table
from tts_baseline.report.pareto import pareto

PLOT, PAGE = "pareto.svg", "report.md"


def sheet(preset: Preset) -> table.Sheet:
    """One row an attempt: the variant, what it stood beside, its verdict, gain, and what it cost."""
    heads = (
        ("switches", 24), ("beside", 12), ("verdict", 10), ("time [95%]", 22), ("rtf", 8), ("worst", 20),
    )  # fmt: skip
    return table.Sheet(f"preset {preset.name} of {preset.pipeline}", heads, tuple(map(_row, preset.attempts)))


def lines(preset: Preset) -> list[str]:
    """What the preset is, on what it rests, and why attempts were not taken, in words."""
    names = " + ".join(preset.switches) or "none: the reference is the fastest that is as good"
    said = [f"preset {preset.name}: {names}"]
    if (proven := preset.proven) and proven.time:
        change, low, high = proven.time.change, proven.time.low, proven.time.high
        said.append(
            f"latency {units.change(change, 's', relative=True)} "
            f"{units.interval(low, high, 's', relative=True)} of the reference's"
            + (f", rtf {proven.rtf:.3g}" if proven.rtf is not None else "")
        )
    said += [
        f"{named(each.switches)}: {each.verdict}: {'; '.join(each.reasons)}" for each in _refused(preset)
    ]
    cases = f"{len(preset.cases)} cases of {preset.suite}"
    said.append(f"{cases}, {preset.environment.key}, in {units.seconds(preset.seconds)}")
    said += [preset.stopped] if preset.stopped else []
    return said


def terminal(preset: Preset, *, color: bool = False) -> str:
    """The report for a terminal."""
    shown = table.text([sheet(preset)], width=100, color=color)
    return "\n\n".join([shown, "\n".join(map(outside.line, lines(preset)))])


def markdown(preset: Preset) -> str:
    """The report as a page."""
    notes = [f"- {outside.paragraph(line)}" for line in lines(preset)]
    return "\n".join([table.markdown([sheet(preset)]), *notes, ""])


def files(preset: Preset) -> Mapping[str, str]:
    """What is written beside `optimization.json`, by name."""
    return {PAGE: markdown(preset), PLOT: f"{pareto(preset.attempts)}\n"}


def as_json(preset: Preset, folder: str, path: str) -> str:
    """JSON: `{folder, path, preset}`; `path` is the preset's file, '' where none was written."""
    page: dict[str, Any] = {"folder": folder, "path": path, "preset": preset}
    return msgspec.json.format(msgspec.json.encode(page), indent=1).decode()


def _refused(preset: Preset) -> list[Attempt]:
    return [each for each in preset.attempts if each.reasons]


def _row(attempt: Attempt) -> tuple[str, ...]:
    time = attempt.time
    gain = (
        f"{units.change(time.change, 's', relative=True)} "
        f"{units.interval(time.low, time.high, 's', relative=True)}"
        if time
        else "-"
    )
    worst = max(
        (each for each in attempt.quality if each.loss is not None),
        key=lambda each: each.loss or 0,
        default=None,
    )
    return (
        named(attempt.switches),
        named(attempt.beside),
        attempt.verdict,
        gain,
        "-" if attempt.rtf is None else f"{attempt.rtf:.3g}",
        "-" if worst is None or not worst.loss else f"{worst.gate} {worst.loss:.2f} limits",
    )
