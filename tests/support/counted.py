"""Runs whose work was counted, made of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from tests.support.runs import Maker
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Environment, Replicate, Run, Work
from tts_baseline.core.registry import metrics

CASES = ("c0", "c1", "c2")
GATES = ("allocated", "flops", "operators", "syncs")
USUAL = Work(
    operators={"aten.add": 7, "aten.mm": 4, "aten._local_scalar_dense": 1},
    flops={"aten.mm": 8_000},
    syncs={"aten._local_scalar_dense": 1},
    allocated={"aten.add": 700, "aten.mm": 400},
)


def more(work: Work = USUAL, **operators: int) -> Work:
    """That work, with more (or fewer) dispatches of some operators."""
    counts = dict(work.operators)
    for name, count in operators.items():
        counts[f"aten.{name}"] = counts.get(f"aten.{name}", 0) + count
    return replace(work, operators={name: count for name, count in counts.items() if count})


def counted(
    make: Maker,
    work: Work | Mapping[str, Work] | None = USUAL,
    *,
    machine: str = "here",
    torch: str = "2.11.0",
    python: str = "3.11.7",
    processor: str = "x86_64",
    device: str = "cpu",
    cases: Sequence[str] = CASES,
    lengths: Sequence[float] = (2.0, 2.0, 2.0),
    **fields: object,
) -> Run:
    """A run with these counters in every case, or case by case."""
    blank = make.run(cases=cases, device=device, **fields)
    by_case = work if isinstance(work, Mapping) else dict.fromkeys(cases, work)
    replicates = tuple(
        Replicate(
            cold_start=process.cold_start,
            calls={
                case: replace(calls, work=by_case[case] if not index else None, audio_s=lengths[index])
                for case, calls in process.calls.items()
            },
        )
        for index, process in enumerate(blank.replicates)
    )
    readings = [
        metrics()[gate].read(Evidence(case=case, calls=tuple(r.calls[case.id] for r in replicates)))
        for gate in GATES
        for case in blank.cases
    ]
    environment = Environment(
        key=machine,
        device=device,
        hardware={"machine": processor},
        software={"python": python} | ({"torch": torch} if torch else {}),
    )
    return replace(
        blank,
        replicates=replicates,
        readings=(*blank.readings, *readings),
        environment=environment,
    )
