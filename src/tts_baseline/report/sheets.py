"""The tables of a run: its suite's verdicts, the single cases that are not fine, its readings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tts_baseline.core import units
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.readings import by_case
from tts_baseline.core.records import Case, Reading, Run
from tts_baseline.core.registry import gates, metrics
from tts_baseline.core.verdict import FAILING, Status, Verdict
from tts_baseline.gate.explain import reason
from tts_baseline.gate.verdicts import gating
from tts_baseline.report.aggregate import suite_value
from tts_baseline.report.table import WIDTH, Sheet

_ORDER: tuple[Status, ...] = (
    "invalid", "regressed", "undecided", "no baseline", "not comparable", "improved", "worse", "better", "ok",
)  # fmt: skip
_ODD: tuple[Status, ...] = (*FAILING, "improved", "worse", "better")
SHOWN_CASES = 12
WARNED = "ok, warned"
_ALL_COLUMNS = 10_000
_CELL = 9  # the width of a value beside others in 80 columns
_SCALED = ("s", "B")  # each number is scaled by itself, so that a change may be in s beside a limit in ms


def suite_sheet(run: Run, verdicts: Sequence[Verdict]) -> Sheet:
    """One row a gate for the whole suite, worst first, then the metrics that are only reported."""
    sheet = verdict_sheet(f"{run.pipeline} @ {run.variant}, suite {run.suite}", verdicts)
    judged = {verdict.metric for verdict in verdicts if verdict.case is None}
    rows = []
    for metric in metrics().values():
        spec = metric.spec
        value = suite_value(run, spec)
        if spec.name not in judged and value is not None:
            rows.append(("reported", spec.name, "", units.value(value, spec.unit, most=_CELL), "", ""))
    return Sheet(sheet.title, sheet.heads, (*sheet.rows, *rows))


def verdict_sheet(title: str, verdicts: Sequence[Verdict]) -> Sheet:
    """One row a gate for the whole suite, worst first."""
    own = sorted((v for v in verdicts if v.case is None), key=lambda v: _ORDER.index(v.status))
    heads = (
        ("verdict", 14), ("gate", 11), ("baseline", _CELL), ("current", _CELL), ("change [95%]", 24),
        ("limit", 8),
    )  # fmt: skip
    return Sheet(title, heads, tuple(_suite_row(verdict) for verdict in own))


def case_sheets(verdicts: Sequence[Verdict], most: int | None = SHOWN_CASES) -> list[Sheet]:
    """The single cases that are not fine, worst first, in one table; none where all are. `most` None: all."""
    latest = {(v.case, v.gate): v for v in verdicts if v.case and v.status in _ODD}
    odd = sorted(latest.values(), key=lambda v: _ORDER.index(v.status))
    if not odd:
        return []
    rows = [
        (
            _word(v),
            f"{v.case}",
            v.gate,
            _change_and_cause(v),
        )
        for v in odd[:most]
    ]
    if most is not None and len(odd) > most:
        rows.append((f"+ {len(odd) - most} more", "", "", "-v, or report.html, lists all"))
    heads = (("verdict", 14), ("case", 22), ("gate", 11), ("change", 30))
    return [Sheet("single cases", heads, tuple(rows))]


def compared_sheets(run: Run, verdicts: Sequence[Verdict]) -> list[Sheet]:
    """Every case with every reading in one table, what is accepted beside it: '4.64 → 1.89'."""
    accepted: dict[str, dict[str | None, float]] = {}
    for verdict in verdicts:
        if verdict.baseline is not None:
            accepted.setdefault(verdict.metric, {})[verdict.case] = verdict.baseline

    def column(spec: MetricSpec) -> list[str]:
        then, written = accepted.get(spec.name, {}), units.writer(spec.unit)
        now = zip(run.cases, _measured(run, spec), strict=True)
        return [f"{written(then[case.id])} → {cell}" if case.id in then else cell for case, cell in now]

    return _by_case("readings, accepted → measured", run, column, _ALL_COLUMNS)


def reading_sheets(run: Run, width: int = WIDTH) -> list[Sheet]:
    """Every case with every reading, split by columns into as many tables as the width asks for."""
    return _by_case("readings", run, lambda spec: _measured(run, spec), width)


def _by_case(title: str, run: Run, column: Callable[[MetricSpec], list[str]], width: int) -> list[Sheet]:
    """A row a case, and a column for each metric that has a value of some case."""
    columns = [
        metric.spec
        for name, metric in metrics().items()
        if any(case and reading.value is not None for case, reading in run.by_metric.get(name, {}).items())
    ]
    names = [case.id for case in run.cases]
    id_width = max(len("case"), *map(len, names))
    room = max(1, (width - id_width) // 12)
    sheets = []
    for start in range(0, len(columns), room):
        part = columns[start : start + room]
        rows = tuple(zip(names, *map(column, part), strict=True))
        heads = (("case", id_width), *((spec.name, 11) for spec in part))
        sheets.append(Sheet(title, heads, rows))
    return sheets


def _measured(run: Run, spec: MetricSpec) -> list[str]:
    """What a metric read, case by case."""
    readings, written = run.by_metric[spec.name], units.writer(spec.unit)
    values = [readings[case.id].value if case.id in readings else None for case in run.cases]
    return ["-" if value is None else written(value) for value in values]


def counts(verdicts: Iterable[Verdict]) -> str:
    """'1 regressed, 2 undecided, 5 ok': the suite's verdicts, worst first; 'nothing judged' without any.

    Single cases that fail the build where their suite does not come before: '2 cases invalid, 5 ok'.
    """
    deciding = gating(verdicts)
    statuses = [verdict.status for verdict in deciding if verdict.case is None]
    failed = {verdict.gate for verdict in deciding if verdict.case is None and verdict.status in FAILING}
    alone = [verdict for verdict in deciding if verdict.case and verdict.gate not in failed]
    counted = []
    for status in FAILING[::-1]:
        if cases := len({verdict.case for verdict in alone if verdict.status == status}):
            counted.append(f"{cases} {'case' if cases == 1 else 'cases'} {status}")
    counted += [f"{statuses.count(status)} {status}" for status in _ORDER if status in statuses]
    return ", ".join(counted) or "nothing judged"


def _change_and_cause(v: Verdict) -> str:
    """'+907; 907 clipped runs': how much, and what the metric says of it; else the reason, as of words."""
    if v.change is None or v.grounds.rewordings:
        return reason(v)
    return units.joined(units.change(v.change, v.unit, relative=v.relative), v.grounds.note)


def _suite_row(v: Verdict) -> tuple[str, ...]:
    change = units.change(v.change, v.unit, relative=v.relative) if v.change is not None else ""
    if v.unit not in _SCALED:
        change = change.removesuffix(f" {v.unit}")  # the values beside it carry the unit
    bounds = units.interval(v.low, v.high, v.unit, relative=v.relative)
    return (
        _word(v),
        v.gate,
        units.value(v.baseline, v.unit, most=_CELL),
        units.value(v.current, v.unit, most=_CELL),
        f"{change} {bounds}".strip(),
        _limit(v),
    )


def _limit(v: Verdict) -> str:
    """The limit with its sign; empty for a case without any utterance, which has no gate."""
    gate = gates().get(v.gate)
    if gate is None and v.limit is None:
        return ""
    better = gate.better if gate else "lower"  # a loss, which is no metric
    return units.limit(v.limit, v.unit, better, relative=v.relative)


def _word(verdict: Verdict) -> str:
    if verdict.status == "ok" and verdict.warned is not None:
        return WARNED
    return verdict.status.upper() if verdict.status in FAILING else verdict.status


def worst_status(verdicts: Iterable[Verdict]) -> Status:
    """The worst of some verdicts; 'ok' for none."""
    return min((verdict.status for verdict in verdicts), key=_ORDER.index, default="ok")


def worst_first(run: Run, verdicts: Sequence[Verdict]) -> list[Case]:
    """The cases of a run, by their worst verdict; cases alike in the order of the suite."""
    own = by_case(verdicts)
    return sorted(run.cases, key=lambda case: _ORDER.index(worst_status(own.get(case.id, ()))))


def case_sheet(verdicts: Sequence[Verdict], readings: Sequence[Reading]) -> Sheet:
    """One row a gate for one case, worst first, then what is only reported of it: baseline beside current."""
    own = sorted(verdicts, key=lambda v: _ORDER.index(v.status))
    judged = {verdict.metric for verdict in own}
    rows = [*dict.fromkeys((*_suite_row(v), reason(v)) for v in own)]  # a failure is one of each family
    for reading in readings:
        spec = metrics()[reading.metric].spec
        is_told = reading.value is not None or spec.family == "quality"  # without torch there is no work
        if reading.metric not in judged and is_told:
            now = units.value(reading.value, spec.unit)
            rows.append(("reported", reading.metric, "", now, "", "", reading.reason or reading.note))
    heads = ("verdict", "gate", "baseline", "current", "change", "limit", "why")
    return Sheet("", tuple((head, 0) for head in heads), tuple(rows))
