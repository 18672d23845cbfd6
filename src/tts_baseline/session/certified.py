"""What was certified on this machine and of this voice, and whether the project's limits keep to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from tts_baseline.core import environment
from tts_baseline.core.certificate import Certificate
from tts_baseline.core.errors import BaselineError, sentence
from tts_baseline.core.records import Case, Quality, Run
from tts_baseline.gate import certificate as rules
from tts_baseline.gate import limits, sound_certificate
from tts_baseline.gate.limits import Limit
from tts_baseline.report import sound_certificate as sound_report
from tts_baseline.report.certificate import line
from tts_baseline.session.project import Project


def check(project: Project, device: Literal["cpu", "cuda"], cases: Sequence[Case]) -> str:
    """What this machine's certificate says, in a line; empty where there is none for these cases.

    Raises LimitError where the project's latency limit is tighter than what was certified.
    """
    key = environment.read(device).key
    certificate = project.store(project.variant(device)).certificate(key)
    if certificate is None or not _is_of(certificate, project.suite, cases):
        return ""
    rules.check(certificate, project.limits)
    return line(certificate)


def check_run(project: Project, run: Run, limits: Mapping[str, Limit]) -> None:
    """Raise LimitError where these limits are tighter than what was certified on the machine of `run`."""
    certificate = project.store_of(run).certificate(run.environment.key)
    if certificate is not None and _is_of(certificate, run.suite, run.cases):
        rules.check(certificate, limits)


def sound(project: Project, run: Run, quality: Quality | None) -> str:
    """What is certified of the gate of sound of a run's voice, in a line; empty where nothing is.

    A certificate that cannot be read is said, too: the run it would speak of is measured by then.
    """
    try:
        certificate = project.store_of(run).sound_certificate()
    except BaselineError as error:
        return sentence(error)
    if certificate is None or quality is None:
        return ""
    now = sound_certificate.of_sound(limits.texts(project.settings.limits))
    return sound_report.line(certificate, sound_certificate.outdated(certificate, quality, now))


def _is_of(certificate: Certificate, suite: str, cases: Sequence[Case]) -> bool:
    """A mean over other sentences would spread otherwise."""
    return certificate.suite == suite and set(certificate.cases) == {case.id for case in cases}
