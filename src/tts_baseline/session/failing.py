"""For how many runs, and how long, a gate has failed: by the pages of the runs that are still there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import msgspec

from tts_baseline.baseline import pending
from tts_baseline.core.files import read_bounded
from tts_baseline.core.records import Run
from tts_baseline.core.verdict import FAILING, Verdict

_MOST = 50  # chosen: earlier runs that are looked at
_LARGEST = 2**28
_PAGE = "verdicts.json"
_STAMP, _STAMP_LENGTH = "%Y%m%d-%H%M%S", len("20261130-004615")  # how an id begins (measurement/suite)


class _Said(msgspec.Struct):
    gate: str
    case: str | None
    status: str


class _Page(msgspec.Struct):
    run: str
    pipeline: str
    variant: str
    suite: str
    machine: str
    verdicts: tuple[_Said, ...]

    def fails(self) -> set[str]:
        return {v.gate for v in self.verdicts if v.case is None and v.status in FAILING}


def lasting(report: Path, run: Run, verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """'latency fails in 4 runs in a row, since 2026-11-27 (3 days)': a line for each gate of the suite.

    None for what did not fail in the run before, of the same suite and variant on this machine.
    """
    left = {v.gate: [run.id] for v in verdicts if v.case is None and v.status in FAILING}
    failing = dict(left)
    for page in islice(_before(report, run), _MOST if left else 0):
        failed = page.fails()
        left = {gate: ids for gate, ids in left.items() if gate in failed}
        for ids in left.values():
            ids.append(page.run)
        if not left:
            break
    return tuple(_line(gate, ids) for gate, ids in failing.items() if len(ids) > 1)


def _before(report: Path, run: Run) -> Iterator[_Page]:
    """The pages of earlier runs like this one, newest first; what cannot be read is passed over."""
    own = (run.pipeline, run.variant, run.suite, run.environment.key)
    for folder in reversed(pending.listing(report)):
        if folder.name >= run.id:
            continue
        with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            page = msgspec.json.decode(read_bounded(folder / _PAGE, _LARGEST), type=_Page)
            if (page.pipeline, page.variant, page.suite, page.machine) == own:
                yield page


def _line(gate: str, ids: Sequence[str]) -> str:
    first, last = _moment(ids[-1]), _moment(ids[0])
    since = ""
    if first and last:
        days = (last - first).days
        since = f", since {first:%Y-%m-%d}" + (f" ({days} {'day' if days == 1 else 'days'})" if days else "")
    return f"{gate} fails in {len(ids)} runs in a row{since}"


def _moment(run: str) -> datetime | None:
    with contextlib.suppress(ValueError):
        return datetime.strptime(run[:_STAMP_LENGTH], _STAMP).replace(tzinfo=UTC)
    return None
