"""The trend of what was accepted, machine by machine; nothing is measured, and nothing fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tts_baseline.baseline.store import Store, stores
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
    machines = [
        (store, key)
        for store in stores(root / settings.dir)
        if settings.pipeline in (EVERY, store.identity.pipeline)
        for key in store.machines()
    ]
    histories = [
        history
        for store, key in machines
        if machine in key
        for history in trace(store.runs(key), gates()[gate], limit, store.tainted())
    ]
    if not histories:
        raise _nothing(root / settings.dir, settings.pipeline, gate, machine, machines)
    return tuple(histories)


def _nothing(
    baselines: Path, pipeline: str, gate: str, machine: str, machines: Sequence[tuple[Store, str]]
) -> BaselineError:
    if not machines:
        others = sorted({store.identity.pipeline for store in stores(baselines) if store.machines()})
        elsewhere = f"; there are runs of {', '.join(others)}" if others else ""
        return BaselineError(
            f"no run of {pipeline} was accepted yet{elsewhere}",
            where=str(baselines),
            hint=f"tts-baseline review --pipeline {EVERY}" if others else "tts-baseline run",
        )
    if not any(machine in key for _, key in machines):
        return BaselineError(
            f"no machine is called {machine!r}",
            where=str(machines[0][0].folder / "machines"),
            hint=f"choose from {', '.join(sorted({key for _, key in machines}))}",
        )
    return BaselineError(
        f"no accepted run has a value of {gate}", where=str(baselines), hint="tts-baseline review"
    )
