"""A profile of both arms, where the judge finds one slower: it names functions, and decides nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tts_baseline.core.errors import TtsBaselineError, sentence
from tts_baseline.core.profile import PairedProfile
from tts_baseline.core.records import Case
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Verdict
from tts_baseline.measure import profile
from tts_baseline.measure.pair import PairPace
from tts_baseline.session.judge.bench import CALLS_IN_A_QUAD, Bench
from tts_baseline.session.measurement.progress import Progress

# chosen: 2,000 samples of each arm, in quads that cancel a drift of the machine; of slow calls, one quad.
SECONDS = 4.0
_QUADS = 8


def taken(
    bench: Bench,
    cases: Sequence[Case],
    verdicts: Sequence[Verdict],
    progress: Progress,
    *,
    pace: PairPace,
    left: float,
) -> PairedProfile | None:
    """The profile of the cases that got slower; None without one, or if `left` seconds are too few."""
    slower = _slower(cases, verdicts)
    if not slower:
        return None
    call_s = bench.pilot.pass_s / len(cases)
    affordable = max(1, round(SECONDS / (CALLS_IN_A_QUAD * call_s))) if call_s else _QUADS
    quads = min(_QUADS, affordable)
    calls = affordable // quads
    # With those of torch's profiler, one quad, and the first call of each case.
    all_calls = CALLS_IN_A_QUAD * (quads * calls + 1) + 2 * min(quads, len(slower))
    if 2 * bench.pilot.start_s + all_calls * call_s > left:
        progress.say("no profile: the budget is used up")
        return None
    progress.say("a profile of both, to name the functions that grew")
    try:
        return profile.measure(bench.arms, slower, quads=quads, calls=calls, pace=pace)
    except TtsBaselineError as error:
        progress.say(f"no profile: {sentence(error)}")
        return None


def _slower(cases: Sequence[Case], verdicts: Sequence[Verdict]) -> list[Case]:
    """The cases that regressed by themselves, or all where the suite did; the largest change first."""
    timed = [v for v in verdicts if v.metric in metrics() and metrics()[v.metric].spec.has_stages]
    changes = {v.case: v.change or -math.inf for v in timed if v.case}
    alone = {v.case for v in timed if v.case and v.status == "regressed"}
    if not alone and not any(v.status == "regressed" for v in timed):
        return []
    chosen = [case for case in cases if case.id in changes and (not alone or case.id in alone)]
    return sorted(chosen, key=lambda case: -changes[case.id])
