"""What belongs together in a stored record: one check for each, by whoever reads or writes its file.

Each raises ValueError, with the key and the case, for what does not. The bounds of single values are in the
records' own types.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import singledispatch
from typing import TypeVar, get_args

from tts_baseline.core.bounds import largest_flac
from tts_baseline.core.certificate import Certificate, TrialOutcome
from tts_baseline.core.history import HistoryEntry
from tts_baseline.core.judgement import Judgement, Paired, PairedSound
from tts_baseline.core.readings import ByMetric, by_metric
from tts_baseline.core.records import Acceptance, Calls, Quality, Reading, Record, Replicate, Run
from tts_baseline.core.sound_certificate import SoundCertificate
from tts_baseline.core.taints import Taints
from tts_baseline.core.traffic import Traffic

T = TypeVar("T")
_ARMS = frozenset("AB")
_SHOWN = 20  # chosen: enough of an order to see what it is


@singledispatch
def check(_record: Record) -> None:
    """Raise ValueError for what does not belong together; of other records nothing is asked."""


@check.register
def _run(run: Run) -> None:
    """Calls, audio, readings and failures are of the run's cases; none is named twice, or left out."""
    _moment("created", run.created)
    _acceptance(run.acceptance)
    cases = _once("cases", (case.id for case in run.cases))
    failed = _once("failures", (failure.case for failure in run.failures))
    _known("failures", failed, cases)
    measured = [case.id for case in run.cases if case.id not in failed]
    for number, replicate in enumerate(run.replicates):
        _replicate(f"replicates[{number}]", replicate, cases)
        _complete(f"replicates[{number}].calls", measured, replicate.calls)
    _known("audio", run.audio, cases)
    _complete("audio", measured, run.audio)
    _known("recordings", run.recordings, run.audio)
    _known("texts", run.texts, run.audio)
    _known("goldens", run.goldens, cases)
    for case, recording in run.recordings.items():
        if recording.size > largest_flac(run.audio[case].samples):
            raise ValueError(f"recordings: {recording.size} bytes are too many for the samples of {case!r}")
    if run.traffic is not None:
        _traffic(run.traffic)
    _readings("readings", run.readings, run.by_metric, cases)
    _readings("own_readings", run.own_readings, by_metric(run.own_readings), cases)


@check.register
def _quality(quality: Quality) -> None:
    """It says when it was accepted."""
    _acceptance(quality.acceptance)


@check.register
def _history(entry: HistoryEntry) -> None:
    """It says when it was written."""
    _moment("at", entry.at)


@check.register
def _taints(taints: Taints) -> None:
    """Each says when it was said."""
    for run, taint in taints.runs.items():
        _moment(f"runs.{run}.at", taint.at)


@check.register
def _judgement(judgement: Judgement) -> None:
    """Restarts are whole; no case is named twice, or lost and judged."""
    _moment("created", judgement.created)
    cases = _once("cases", (case.id for case in judgement.cases))
    lost = _once("lost", (failure.case for failure in judgement.lost))
    if both := sorted(cases & lost):
        raise ValueError(f"lost: the case {both[0]!r} was judged")
    for number, restart in enumerate(judgement.restarts):
        _restart(f"restarts[{number}]", restart)
    if judgement.sound is not None:
        _sound(judgement.sound, cases)
    _known("texts", judgement.texts, cases)
    if judgement.profile is not None:
        _known("profile.cases", judgement.profile.cases, cases)
        _once("profile.stacks", (stack.functions for stack in judgement.profile.stacks))
        _once("profile.operators", (each.name for each in judgement.profile.operators))


@check.register
def _certificate(certificate: Certificate) -> None:
    """The levels are those of the trials, unchanged code first, and count what the trials say."""
    _moment("created", certificate.created)
    _once("cases", certificate.cases)
    tried = [level.slower for level in certificate.levels]
    if tried[0] or tried != sorted(set(tried)):
        raise ValueError(f"levels: {', '.join(f'{slower:g}' for slower in tried)} do not rise from 0")
    if certificate.smallest_seen is not None and certificate.smallest_seen not in tried[1:]:
        raise ValueError(f"smallest_seen: {certificate.smallest_seen:g} is none of the levels")
    outcomes: dict[float, list[str]] = {slower: [] for slower in tried}
    for trial in certificate.trials:
        if trial.slower not in outcomes:
            raise ValueError(f"trials: {trial.slower:g} is none of the levels")
        outcomes[trial.slower].append(trial.outcome)
    for level in certificate.levels:
        own = outcomes[level.slower]
        counted = {name: getattr(level, name).count for name in get_args(TrialOutcome)}
        if level.sessions != len(own) or any(own.count(name) != count for name, count in counted.items()):
            raise ValueError(f"levels: {level.slower:g} does not count the outcomes of its {len(own)} trials")


@check.register
def _sound_certificate(certificate: SoundCertificate) -> None:
    """No row is there twice, or counts more than its builds; what is named was caught."""
    _moment("created", certificate.created)
    cases = _once("cases", certificate.cases)
    _once("faults", ((row.fault, row.strength, row.extent) for row in certificate.faults))
    _once("harmless", (row.change for row in certificate.harmless))
    for row in certificate.faults:
        if not (row.named <= row.caught <= row.builds and row.sentences <= len(cases)):
            raise ValueError(f"faults: {row.fault!r} ({row.shown}, {row.extent}) counts more than there are")
    for alarm in certificate.harmless:
        if alarm.alarms > alarm.builds:
            raise ValueError(f"harmless: {alarm.change!r} counts more than there are")


def _traffic(traffic: Traffic) -> None:
    """No level has more answers than requests, and no more answers are proven than there are."""
    for number, level in enumerate(traffic.levels):
        if level.answered + sum(level.errors.values()) != level.requests:
            raise ValueError(f"traffic.levels[{number}]: its answers and failures are not its requests")
        if bool(level.clients) == bool(level.share):
            raise ValueError(f"traffic.levels[{number}]: it has clients or arrivals, not both or neither")
    if sum(traffic.proven.values()) + len(traffic.mixups) > traffic.checked:
        raise ValueError(f"traffic: more answers are proven or mixed up than the {traffic.checked} checked")


def _sound(sound: PairedSound, cases: Collection[str]) -> None:
    """Readings are of judged cases, each arm's once, and their values are pairs."""
    _known("sound.cases", sound.cases, cases)
    for key, readings in (("sound.base", sound.base), ("sound.head", sound.head)):
        _once(key, ((reading.metric, reading.case) for reading in readings))
        _known(key, (reading.case or "" for reading in readings), sound.cases)
    base = {(reading.metric, reading.case): reading for reading in sound.base}
    for reading in sound.head:
        other = base.get((reading.metric, reading.case))
        are_scored = other is not None and None not in (other.value, reading.value)
        if other and are_scored and len(other.values) != len(reading.values):
            raise ValueError(f"sound: the values of {reading.metric} of {reading.case!r} are no pairs")


def _readings(
    key: str, readings: tuple[Reading, ...], indexed: ByMetric[Reading], cases: Collection[str]
) -> None:
    """They are of the run's cases, each metric's once."""
    if sum(map(len, indexed.values())) < len(readings):
        _once(key, ((reading.metric, reading.case) for reading in readings))
    _known(key, filter(None, set().union(*indexed.values())), cases)


def _restart(key: str, restart: Paired) -> None:
    """Each case's order names every call of both arms, and no other."""
    spoken = {*restart.base.calls, *restart.head.calls}
    for letter, arm, replicate in (("A", "base", restart.base), ("B", "head", restart.head)):
        _replicate(f"{key}.{arm}", replicate, spoken)
        _complete(f"{key}.orders", replicate.calls, restart.orders)
        for case, order in restart.orders.items():
            count = len(replicate.calls[case].wall_s) if case in replicate.calls else 0
            if order.count(letter) != count or not _ARMS.issuperset(order):
                raise ValueError(f"{key}.orders: {order[:_SHOWN]!r} is no order of the calls of {case!r}")


def _replicate(key: str, replicate: Replicate, cases: Collection[str]) -> None:
    _known(f"{key}.calls", replicate.calls, cases)
    if replicate.cold_start is not None and replicate.cold_start.case:
        _known(f"{key}.cold_start", (replicate.cold_start.case,), cases)
    for case, calls in replicate.calls.items():
        if uneven := _uneven(calls):
            raise ValueError(f"{key}.calls: {uneven!r} of {case!r} has not one value a call")


def _uneven(calls: Calls) -> str:
    """The column that has not one value a call, if there is one; a device may miss some cycles."""
    count = len(calls.wall_s)
    if len(calls.cpu_s) != count:
        return "cpu_s"
    if len(calls.reference_s) != count:
        return "reference_s"
    for name, column in calls.stages.items():
        if len(column) != count:
            return name
    return "cycles" if len(calls.cycles) > count else ""


def _acceptance(acceptance: Acceptance | None) -> None:
    if acceptance is not None:
        _moment("acceptance.at", acceptance.at)


def _moment(key: str, text: str) -> None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"{key}: {text!r} is no time with its offset, such as 2026-01-31T12:00:00+00:00")


def _once(key: str, names: Iterable[T]) -> set[T]:
    """The names as a set; ValueError for one that comes twice."""
    listed = list(names)
    found = set(listed)
    if len(found) < len(listed):
        name = next(name for name, count in Counter(listed).items() if count > 1)
        raise ValueError(f"{key}: {name!r} is there twice")
    return found


def _known(key: str, names: Iterable[str], cases: Collection[str]) -> None:
    if unknown := set(names).difference(cases):
        raise ValueError(f"{key}: there is no case {min(unknown)!r}")


def _complete(key: str, cases: Collection[str], names: Collection[str]) -> None:
    if missing := set(cases).difference(names):
        name = next(name for name in cases if name in missing)
        raise ValueError(f"{key}: the case {name!r} is missing")
