"""Which cases of two runs are the same request."""

from __future__ import annotations

from tts_baseline.core.records import Run


def asked_alike(then: Run, now: Run) -> set[str]:
    """The cases of `now` that `then` asked in the same words, region, style, speed and seed."""
    before = {case.id: case for case in then.cases}
    return {
        case.id
        for case in now.cases
        # Most cases are equal, and comparing them takes a tenth of making two requests.
        if (old := before.get(case.id)) is not None and (old == case or old.request == case.request)
    }
