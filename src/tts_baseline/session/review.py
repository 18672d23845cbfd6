"""The trend of what was accepted, machine by machine; nothing is measured, and nothing fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tts_baseline.baseline.store import Store, slug
from tts_baseline.core.errors import BaselineError, LimitError
from tts_baseline.core.registry import gates, nearest, ratio_gates
from tts_baseline.core.settings import Settings
from tts_baseline.gate import limits
from tts_baseline.report.history import History, trace

EVERY = "all"


def review(
    root: Path, settings: Settings, *, gate: str = "latency", machine: str = ""
) -> tuple[History, ...]:
    """The histories of one gate, for every variant and machine of the chosen pipeline ('all': of every one).

    `machine` is a part of a machine's key. Raises LimitError for a gate that has no history (quality is not
    kept by machine) and BaselineError where no accepted run has a value of it.
    """
    known = ratio_gates()
    if gate not in known:
        raise LimitError(
            f"no history is kept of {gate!r}{nearest(gate, known)}", hint=f"choose from {', '.join(known)}"
        )
    limit = limits.chosen(settings.limits)[gate]
    folders = _machines(root / settings.dir, settings.pipeline)
    histories = [
        history
        for folder in folders
        if machine in folder.name
        for history in trace(_store(folder).runs(folder.name), gates()[gate], limit)
    ]
    if not histories:
        raise _nothing(root / settings.dir, settings.pipeline, gate, machine, folders)
    return tuple(histories)


def _machines(baselines: Path, pipeline: str) -> list[Path]:
    name = "*" if pipeline == EVERY else slug(pipeline)
    return sorted(path for path in baselines.glob(f"{name}/*/machines/*") if path.is_dir())


def _store(machine: Path) -> Store:
    variant = machine.parents[1]
    return Store(variant.parents[1], variant.parent.name, variant.name)


def _nothing(
    baselines: Path, pipeline: str, gate: str, machine: str, folders: Sequence[Path]
) -> BaselineError:
    if not folders:
        others = sorted({path.parents[2].name for path in _machines(baselines, EVERY)})
        elsewhere = f"; there are runs of {', '.join(others)}" if others else ""
        return BaselineError(
            f"no run of {pipeline} was accepted yet{elsewhere}",
            where=str(baselines),
            hint=f"tts-baseline review --pipeline {EVERY}" if others else "tts-baseline run",
        )
    if not any(machine in folder.name for folder in folders):
        return BaselineError(
            f"no machine is called {machine!r}",
            where=str(folders[0].parent),
            hint=f"choose from {', '.join(sorted({folder.name for folder in folders}))}",
        )
    return BaselineError(
        f"no accepted run has a value of {gate}", where=str(baselines), hint="tts-baseline review"
    )
