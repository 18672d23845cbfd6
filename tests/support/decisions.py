"""What is decided, asked for in one line."""

from __future__ import annotations

from tts_baseline.core.records import Baseline, Run
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate.limits import chosen
from tts_baseline.gate.verdicts import verdicts


def screened(run: Run, baseline: Baseline, **limits: str) -> tuple[Verdict, ...]:
    """What the screen says, under the usual limits or others."""
    return verdicts(run, baseline, None, chosen(limits)).screen
