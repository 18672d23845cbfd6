"""What was certified on this machine, and whether the project's limits keep to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from tts_baseline.core import environment
from tts_baseline.core.certificate import Certificate
from tts_baseline.core.records import Case, Run
from tts_baseline.gate import certificate as rules
from tts_baseline.gate.limits import Limit
from tts_baseline.report.certificate import line
from tts_baseline.session.project import Project


def check(project: Project, device: Literal["cpu", "cuda"], cases: Sequence[Case]) -> str:
    """What this machine's certificate says, in a line; empty where there is none for these cases.

    Raises LimitError where the project's latency limit is tighter than what was certified.
    """
    key = environment.read(device).key
    found = project.store(project.variant(device)).certificate(key)
    if found is None or not _is_of(found, project.suite, cases):
        return ""
    rules.check(found, project.limits)
    return line(found)


def check_run(project: Project, run: Run, limits: Mapping[str, Limit]) -> None:
    """Raise LimitError where these limits are tighter than what was certified on the machine of `run`."""
    found = project.store_of(run).certificate(run.environment.key)
    if found is not None and _is_of(found, run.suite, run.cases):
        rules.check(found, limits)


def _is_of(found: Certificate, suite: str, cases: Sequence[Case]) -> bool:
    """A mean over other sentences would spread otherwise."""
    return found.suite == suite and set(found.cases) == {case.id for case in cases}
