"""What sessions with a known truth add up to, and which limits that supports.

Error rates are counted, with exact bounds (Clopper and Pearson). What eight restarts resolve follows from
the spread between restarts (docs/method.md, what a machine resolves): t quantiles times sd(e)/sqrt(8).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median, stdev

from msgspec import Struct

from tts_baseline.core.certificate import Certificate, Level, Share, Trial, TrialOutcome
from tts_baseline.core.environment import differences
from tts_baseline.core.errors import LimitError
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.records import Environment
from tts_baseline.core.registry import gates
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate.judge import paired
from tts_baseline.gate.limits import Limit
from tts_baseline.stats.estimate import Estimate
from tts_baseline.stats.proportion import bounds, upper_bound
from tts_baseline.stats.sequential import LOOKS, alpha_at

GATE = "latency"
# chosen: a certificate names what fails nine builds in ten.
POWER = 0.9
# chosen: one session says nothing about a rate.
MIN_SESSIONS = 2

_FIRST, _LAST = LOOKS[0], LOOKS[-1]
# The median of the standard deviations of three normal values each, where the true one is 1.
_MEDIAN_SD_OF_THREE = math.sqrt(math.log(2))


def trial(judgement: Judgement, verdicts: Sequence[Verdict], slower: float) -> Trial:
    """One finished session of the judge, whose head was slowed down by the share `slower`, as a trial."""
    latency = [v for v in verdicts if v.gate == GATE]
    suite = next(v for v in latency if v.case is None)
    by_case = paired.differences(gates()[GATE], judgement.restarts, judgement.cases)
    return Trial(
        slower=slower,
        outcome=_outcome(suite, latency),
        restarts=len(judgement.restarts),
        seconds=judgement.seconds,
        change=suite.change or 0.0,
        latency_s=suite.baseline or 0.0,
        spread=stdev(paired.suite_wide(by_case)[:_FIRST]),
    )


class Findings(Struct, frozen=True, kw_only=True):
    """What trials add up to: the fields of a Certificate that are computed from them."""

    limit: float
    latency_s: float
    levels: tuple[Level, ...]
    false_alarms_below: float
    spread: float
    resolution: float
    smallest_visible: float
    smallest_seen: float | None


def findings(trials: Sequence[Trial], limit: Limit) -> Findings:
    """What these trials, judged under this limit, add up to; ValueError without an A/A session."""
    levels = tuple(_level(slower, trials) for slower in sorted({0.0} | {trial.slower for trial in trials}))
    latency_s = median(trial.latency_s for trial in trials)
    bound = limit.log_of(latency_s)
    spread = typical_spread(trials)
    unchanged = levels[0]
    return Findings(
        limit=limit.share_of(latency_s),
        latency_s=latency_s,
        levels=levels,
        false_alarms_below=upper_bound(unchanged.regressed.count, unchanged.sessions),
        spread=spread,
        resolution=math.expm1(_visible(spread, beyond=0.0)),
        smallest_visible=math.expm1(_visible(spread, beyond=bound)),
        smallest_seen=next(
            (level.slower for level in levels if level.slower and level.regressed.share >= POWER), None
        ),
    )


def typical_spread(trials: Iterable[Trial]) -> float:
    """The spread between restarts (natural log) that half the sessions exceed.

    The median of standard deviations of three values each is 17 % below the true one; that is undone.
    """
    return median(trial.spread for trial in trials) / _MEDIAN_SD_OF_THREE


def supports(trials: Sequence[Trial], levels: Iterable[float]) -> bool:
    """True where every level has as many sessions as a statement needs."""
    return all(sum(trial.slower == level for trial in trials) >= MIN_SESSIONS for level in levels)


def obstacle(
    earlier: Certificate, suite: str, cases: tuple[str, ...], limit: Limit, here: Environment
) -> str:
    """Why sessions made here and now do not belong to an earlier certificate; empty where they do."""
    if (earlier.suite, earlier.cases) != (suite, cases):
        return f"it is of {len(earlier.cases)} cases of suite {earlier.suite}, not of these"
    now = limit.share_of(earlier.latency_s)
    if not math.isclose(earlier.limit, now):
        return f"it was made under a limit of {earlier.limit * 100:.3g}%, not {now * 100:.3g}%"
    changed = differences(earlier.environment, here)
    return f"since then {', '.join(changed)}" if changed else ""


def check(certificate: Certificate, limits: Mapping[str, Limit]) -> None:
    """Raise LimitError where the latency limit is tighter than what the machine was certified to resolve."""
    asked = limits[GATE].share_of(certificate.latency_s)
    if asked > certificate.resolution or math.isclose(asked, certificate.resolution):
        return
    enough = math.ceil(certificate.resolution * 1000) / 10
    raise LimitError(
        f"the {GATE} limit of {asked * 100:.3g}% is tighter than what this machine can resolve: "
        f"{certificate.resolution * 100:.3g}%, certified on {certificate.created[:10]}",
        where=certificate.environment.key,
        hint=f"raise it to {enough:g}%, or certify again when the machine is quieter: tts-baseline certify",
    )


def _outcome(suite: Verdict, verdicts: Iterable[Verdict]) -> TrialOutcome:
    if any(verdict.status == "regressed" for verdict in verdicts):
        return "regressed"
    if suite.status == "improved" or suite.status == "ok":
        return suite.status
    return "undecided"


def _level(slower: float, trials: Iterable[Trial]) -> Level:
    own = [trial for trial in trials if trial.slower == slower]

    def share(outcome: TrialOutcome) -> Share:
        count = sum(trial.outcome == outcome for trial in own)
        low, high = bounds(count, len(own))
        return Share(count=count, share=count / len(own), low=low, high=high)

    return Level(
        slower=slower,
        sessions=len(own),
        regressed=share("regressed"),
        improved=share("improved"),
        ok=share("ok"),
        undecided=share("undecided"),
        change=median(trial.change for trial in own),
        seconds=median(trial.seconds for trial in own),
        max_seconds=max(trial.seconds for trial in own),
        restarts=median(trial.restarts for trial in own),
        max_restarts=max(trial.restarts for trial in own),
    )


def _visible(spread: float, *, beyond: float) -> float:
    """The log change that the last look tells from `beyond` with 90 % power."""
    last = Estimate(0.0, spread / math.sqrt(_LAST), float(_LAST - 1))
    return last.smallest_visible(beyond, POWER, alpha_at(_LAST))
