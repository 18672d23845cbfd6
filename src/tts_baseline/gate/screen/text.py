"""The gate on what is read out: any word that differs from the accepted text, the same on every machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec.structs import replace

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Baseline, QualityCase, Run
from tts_baseline.core.verdict import Cause, Grounds, Rewording, Status, Verdict
from tts_baseline.gate.changes import because, between
from tts_baseline.gate.drafts import draft
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.rewordings import rewordings, words
from tts_baseline.gate.screen.accepted import why_new

_NO_CAUSE: Mapping[str, Cause] = MappingProxyType({})
_SILENT = "the pipeline does not tell what it reads out any more"


def is_concerned(run: Run, known: Mapping[str, QualityCase]) -> bool:
    """True where the run, or what was accepted of its cases, tells what was read out."""
    return bool(run.texts) or any(case.texts for case in known.values())


def verdicts(
    spec: MetricSpec, limit: Limit, run: Run, baseline: Baseline, known: Mapping[str, QualityCase]
) -> list[Verdict]:
    """The verdict on the suite, then those on its cases, of which `known` are accepted.

    There is none for a pipeline that never told. A case that was told when it was accepted and is not now is
    `invalid`.
    """
    told = {
        case.id: (known[case.id].texts if case.id in known else (), run.texts.get(case.id, ()))
        for case in run.cases
        if case.id in run.audio or run.texts.get(case.id)
    }
    new = {case.id: why_new(case, baseline) for case in run.cases}
    changed = between(baseline.quality.provenance, run.provenance) if baseline.quality else ()
    return because(of_pairs(spec, limit, told, new), changed)


def of_pairs(
    spec: MetricSpec,
    limit: Limit,
    told: Mapping[str, tuple[Sequence[str], Sequence[str]]],
    new: Mapping[str, Cause] = _NO_CAUSE,
) -> list[Verdict]:
    """The verdicts on what was told then and now, by case: the suite's before its cases'.

    `new` says why nothing was told then.
    """
    pairs: list[_Pair] = []
    alone: list[Verdict] = []  # of cases that no pair is made of
    for case, (then, now) in told.items():
        if now and then:
            pairs.append(_pair(case, then, now))
        elif now:
            cause = new.get(case, "")
            alone.append(_drafted(spec, limit, case, "no baseline", now=_count(now), cause=cause))
        elif then:
            why: dict[str, Any] = {"cause": "no value", "grounds": Grounds(message=_SILENT)}
            alone.append(_drafted(spec, limit, case, "invalid", then=_count(then), **why))
    decided = [*(_compared(spec, limit, pair) for pair in pairs), *alone]
    return [*_suite(spec, limit, pairs, decided), *decided]


class _Pair(NamedTuple):
    """A case's words then and now, and which are read otherwise."""

    case: str
    then: int
    now: int
    changes: tuple[Rewording, ...]
    is_steady: bool


def _pair(case: str, then: Sequence[str], now: Sequence[str]) -> _Pair:
    """Every text of now has to be one of those accepted, or to have the same words."""
    changes = [rewordings(min(then, key=lambda old: _apart(old, text)), text, case) for text in now]
    return _Pair(case, _count(then), _count(now), max(changes, key=words), len(now) == 1)


def _apart(before: str, now: str) -> int:
    return words(rewordings(before, now)) if before != now else 0


def _compared(spec: MetricSpec, limit: Limit, pair: _Pair) -> Verdict:
    change = words(pair.changes)
    status: Status = "regressed" if change > _allowed(limit, pair.then) else "ok"
    cause: Cause = ("reworded" if pair.is_steady else "unsteady") if change else ""
    grounds = Grounds(rewordings=pair.changes)
    return _drafted(
        spec,
        limit,
        pair.case,
        status,
        then=pair.then,
        now=pair.now,
        change=change,
        cause=cause,
        grounds=grounds,
    )


def _suite(
    spec: MetricSpec, limit: Limit, pairs: Sequence[_Pair], decided: Sequence[Verdict]
) -> list[Verdict]:
    """The suite's verdict: regressed where a case is; where no pair is made, that of the first case."""
    if not pairs:
        now = sum(verdict.current or 0.0 for verdict in decided) or None
        return [replace(decided[0], case=None, baseline=None, current=now)] if decided else []
    changes = tuple(change for pair in pairs for change in pair.changes)
    changed = [pair for pair in pairs if pair.changes]
    cause: Cause = "unsteady" if any(not pair.is_steady for pair in changed) else "reworded"
    return [
        _drafted(
            spec,
            limit,
            None,
            "regressed" if any(verdict.status == "regressed" for verdict in decided) else "ok",
            then=sum(pair.then for pair in pairs),
            now=sum(pair.now for pair in pairs),
            change=words(changes),
            cause=cause if changes else "",
            grounds=Grounds(worse=len(changed), of=len(pairs), rewordings=changes),
        )
    ]


def _drafted(
    spec: MetricSpec,
    limit: Limit,
    case: str | None,
    status: Status,
    *,
    then: int | None = None,
    now: int | None = None,
    **fields: Any,
) -> Verdict:
    numbers = {"baseline": then, "current": now, "limit": _allowed(limit, then or 0)}
    return draft(spec, case, status, relative=False, **numbers, **fields)


def _allowed(limit: Limit, then: int) -> float:
    return limit.relative * then + limit.absolute


def _count(texts: Sequence[str]) -> int:
    return len(texts[0].split())
