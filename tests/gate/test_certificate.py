"""What trials add up to, worked out by hand and by simulation; which limits a certificate refuses."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from statistics import stdev

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import asdict, replace
from scipy import stats

from tests.support.calls import calls
from tests.support.judgements import judgement, restart
from tts_baseline.baseline.schema import json_schema
from tts_baseline.baseline.store import Store
from tts_baseline.core.certificate import Certificate, Trial
from tts_baseline.core.errors import BaselineError, LimitError
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.records import SCHEMA_VERSION, Environment
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate import certificate as rules
from tts_baseline.gate.limits import Limit
from tts_baseline.report import certificate as page
from tts_baseline.stats.sequential import LOOKS, look

FIVE = Limit(0.05, 0.0)
KEY = "box-2c-0123abcd"
OUTCOMES = ("regressed", "improved", "ok", "undecided")


def trial(slower: float = 0.0, outcome: str = "ok", **more) -> Trial:
    usual = {"restarts": 3, "seconds": 10.0, "change": slower, "latency_s": 0.2, "spread": 0.01}
    return Trial(slower=slower, outcome=outcome, **usual | more)


def many(slower: float, **outcomes: int) -> list[Trial]:
    return [trial(slower, outcome) for outcome, count in outcomes.items() for _ in range(count)]


def certificate(trials: Sequence[Trial] | None = None, limit: Limit = FIVE, **more) -> Certificate:
    findings = rules.findings(many(0.0, ok=40) if trials is None else trials, limit)
    usual = {
        "created": "2026-11-22T10:00:00+00:00", "pipeline": "voice:synthesize", "variant": "cpu",
        "suite": "cases", "cases": ("hola", "adios"), "commit": None, "dirty": False,
        "environment": Environment(key=KEY, device="cpu", hardware={}, software={"numpy": "2.0"}),
    }  # fmt: skip
    return Certificate(**usual | asdict(findings) | {"trials": tuple(trials or ())} | more)


PLAIN = certificate([trial()])


# ---- what trials add up to


def test_forty_unchanged_sessions_without_an_alarm_bound_the_rate_at_seven_per_cent() -> None:
    findings = rules.findings(many(0.0, ok=38, undecided=2), FIVE)
    assert findings.false_alarms_below == pytest.approx(1 - 0.05 ** (1 / 40))  # 7.2 %
    (unchanged,) = findings.levels
    assert unchanged.regressed.high == pytest.approx(1 - 0.025 ** (1 / 40))
    assert (unchanged.sessions, unchanged.undecided.count, unchanged.undecided.share) == (40, 2, 0.05)
    # Clopper and Pearson by beta quantiles, not by the function under test
    assert unchanged.undecided.low == pytest.approx(stats.beta.ppf(0.025, 2, 39))
    assert unchanged.undecided.high == pytest.approx(stats.beta.ppf(0.975, 3, 38))


def test_false_alarms_are_counted_among_the_unchanged_only() -> None:
    alarms = [*many(0.0, regressed=2, ok=8), *many(0.1, regressed=10)]
    findings = rules.findings(alarms, FIVE)
    assert findings.levels[0].regressed.count == 2
    assert findings.false_alarms_below == pytest.approx(stats.beta.ppf(0.95, 3, 8))


def test_resolution_and_smallest_visible_slowdown_follow_from_the_spread() -> None:
    spreads = [0.008, 0.012, 0.010, 0.5]  # one session in a storm
    findings = rules.findings([trial(spread=spread) for spread in spreads], FIVE)
    sd = 0.011 / math.sqrt(math.log(2))
    t = stats.t(7)
    half = (t.ppf(1 - 0.025 * 0.44) + t.ppf(0.9)) * sd / math.sqrt(8)
    assert findings.spread == pytest.approx(sd)
    assert math.log1p(findings.resolution) == pytest.approx(half)
    assert math.log1p(findings.smallest_visible) == pytest.approx(math.log(1.05) + half)


def test_the_limit_is_taken_at_the_latency_that_was_measured() -> None:
    findings = rules.findings([trial(latency_s=s) for s in (0.1, 0.2, 0.4)], Limit(0.05, 0.010))
    assert findings.latency_s == 0.2
    assert findings.limit == pytest.approx(0.05 + 0.010 / 0.2)


def test_a_level_has_the_medians_and_the_extremes_of_its_own_sessions() -> None:
    own = [
        trial(0.07, seconds=s, restarts=r, change=c)
        for s, r, c in ((8.0, 3, 0.06), (20.0, 6, 0.08), (30.0, 8, 0.09))
    ]
    level = rules.findings([*own, trial(seconds=99.0)], FIVE).levels[1]
    assert (level.slower, level.sessions) == (0.07, 3)
    assert (level.seconds, level.max_seconds) == (20.0, 30.0)
    assert (level.restarts, level.max_restarts, level.change) == (6, 8, 0.08)


def test_the_smallest_slowdown_seen_is_the_first_with_nine_in_ten() -> None:
    tried = [*many(0.0, regressed=10), *many(0.05, regressed=8, ok=2), *many(0.07, regressed=9, ok=1)]
    assert rules.findings([*tried, *many(0.1, regressed=10)], FIVE).smallest_seen == 0.07
    assert rules.findings(tried[:20], FIVE).smallest_seen is None


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from((0.0, 0.02, 0.1)), st.sampled_from(OUTCOMES)), max_size=40))
def test_every_session_is_in_one_level_and_has_one_outcome(drawn) -> None:
    trials = [trial(), *(trial(slower, outcome) for slower, outcome in drawn)]
    findings = rules.findings(trials, FIVE)
    assert sum(level.sessions for level in findings.levels) == len(trials)
    assert [level.slower for level in findings.levels] == sorted({session.slower for session in trials})
    for level in findings.levels:
        shares = [getattr(level, outcome) for outcome in OUTCOMES]
        assert sum(share.count for share in shares) == level.sessions
        assert all(0 <= s.low <= s.share <= s.high <= 1 for s in shares)
    alarms = findings.levels[0].regressed
    assert alarms.share <= findings.false_alarms_below <= alarms.high


def test_a_statement_needs_two_sessions_at_each_level() -> None:
    trials = [trial(0.0), trial(0.0), trial(0.1)]
    assert not rules.supports(trials, (0.0, 0.1))
    assert rules.supports(trials, (0.0,))
    assert rules.supports([*trials, trial(0.1)], (0.0, 0.1))


# ---- simulated: the formulas hold for the judge that really stops early

SESSIONS = 1000


def simulated(change: float, bound: float, sd: float) -> tuple[list[str], list[float]]:
    """Where the judge ends in sessions of normal noise, and the spread of each one's first restarts."""
    noise = np.random.default_rng(7).normal(change, sd, (SESSIONS, LOOKS[-1])).tolist()
    sides, spreads = [], []
    for session in noise:
        seen = (look(session[:count]).side(bound) for count in LOOKS)
        sides.append(next((side for side in seen if side != "open"), "open"))
        spreads.append(stdev(session[:3]))
    return sides, spreads


def test_unchanged_code_passes_at_the_resolution_and_misses_tighter_limits() -> None:
    sd = 0.02
    spreads = simulated(0.0, 0.05, sd)[1]
    findings = rules.findings([trial(spread=spread) for spread in spreads], FIVE)
    assert findings.spread == pytest.approx(sd, rel=0.05)
    resolved = math.log1p(findings.resolution)
    passed = simulated(0.0, resolved, sd)[0].count("within") / SESSIONS
    assert passed == pytest.approx(0.9, abs=0.025)
    assert simulated(0.0, 0.75 * resolved, sd)[0].count("within") / SESSIONS < 0.8


def test_the_smallest_visible_slowdown_is_seen() -> None:
    sd = 0.02
    bound = math.log(1.05)
    findings = rules.findings([trial(spread=sd * math.sqrt(math.log(2)))], FIVE)
    seen = simulated(math.log1p(findings.smallest_visible), bound, sd)[0].count("above") / SESSIONS
    assert seen == pytest.approx(0.9, abs=0.025)


# ---- one session


def session(slower: Sequence[float]) -> Judgement:
    """Two cases; the head's second is slower by as much again."""
    base = {"hola": calls([0.1] * 2, 1.0), "adios": calls([0.1] * 2, 1.0)}
    heads = [
        {"hola": calls([0.1 * math.exp(log)] * 2), "adios": calls([0.1 * math.exp(2 * log)] * 2)}
        for log in slower
    ]
    return judgement([restart(base, head) for head in heads], "hola", "adios", seconds=12.5)


def verdict(status: str, case: str | None = None, gate: str = "latency") -> Verdict:
    return Verdict(
        gate=gate, metric=gate, family="latency", case=case, status=status, unit="s", relative=True,
        baseline=0.1, change=0.03,
    )  # fmt: skip


def test_a_trial_keeps_what_the_judge_said_and_the_spread_of_the_first_three_restarts() -> None:
    kept = rules.trial(session([0.01, 0.02, 0.04, 0.3]), [verdict("undecided")], 0.02)
    assert (kept.slower, kept.outcome, kept.restarts, kept.seconds) == (0.02, "undecided", 4, 12.5)
    assert (kept.change, kept.latency_s) == (0.03, 0.1)
    assert kept.spread == pytest.approx(1.5 * stdev([0.01, 0.02, 0.04]))  # the mean of once and twice


@pytest.mark.parametrize(
    ("verdicts", "outcome"),
    [
        ([verdict("ok"), verdict("undecided", "hola")], "ok"),
        ([verdict("improved")], "improved"),
        ([verdict("regressed")], "regressed"),
        ([verdict("ok"), verdict("regressed", "hola")], "regressed"),  # a single case fails the build, too
        ([verdict("undecided"), verdict("regressed", gate="cold_start")], "undecided"),
    ],
)
def test_an_outcome_is_what_the_build_would_say_of_latency(verdicts, outcome: str) -> None:
    assert rules.trial(session([0.0, 0.1, 0.2]), verdicts, 0.0).outcome == outcome


# ---- which limits are refused


def test_a_limit_tighter_than_the_resolution_is_refused() -> None:
    certified = certificate(resolution=0.0231)
    with pytest.raises(LimitError) as caught:
        rules.check(certified, {"latency": Limit(0.01, 0.0)})
    assert caught.value.what == (
        "the latency limit of 1% is tighter than what this machine can resolve: 2.31%, "
        "certified on 2026-11-22"
    )
    assert caught.value.where == KEY
    assert caught.value.hint.startswith("raise it to 2.4%, or certify again")
    rules.check(certified, {"latency": Limit(0.024, 0.0)})


def test_an_absolute_limit_is_taken_as_a_share_of_the_certified_latency() -> None:
    certified = certificate(resolution=0.02, latency_s=0.1)
    rules.check(certified, {"latency": Limit(0.0, 0.003)})
    with pytest.raises(LimitError, match=r"latency limit of 1%"):
        rules.check(certified, {"latency": Limit(0.0, 0.001)})


@given(st.floats(0.0001, 0.5), st.floats(0.0001, 0.5))
def test_exactly_the_tighter_ones_are_refused_and_the_hint_is_enough(resolution: float, limit: float) -> None:
    certified = replace(PLAIN, resolution=resolution)
    try:
        rules.check(certified, {"latency": Limit(limit, 0.0)})
    except LimitError as error:
        assert limit < resolution
        enough = float(error.hint.removeprefix("raise it to ").partition("%")[0]) / 100
        rules.check(certified, {"latency": Limit(enough, 0.0)})
    else:
        assert limit > resolution * (1 - 1e-9)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({}, ""),
        ({"suite": "es"}, "it is of 2 cases of suite es, not of these"),
        ({"cases": ("hola",)}, "it is of 1 cases of suite cases, not of these"),
        ({"limit": 0.1}, "it was made under a limit of 10%, not 5%"),
        (
            {"environment": Environment(key=KEY, device="cpu", hardware={}, software={"numpy": "1.0"})},
            "since then numpy 1.0 -> 2.0",
        ),
    ],
)
def test_sessions_are_added_only_to_what_is_like_them(change, what: str) -> None:
    here = certificate().environment
    earlier = replace(certificate(), **change)
    assert rules.obstacle(earlier, "cases", ("hola", "adios"), FIVE, here) == what


# ---- its file


def test_a_certificate_is_read_as_it_was_written_and_fits_the_schema(tmp_path: Path) -> None:
    store = Store(tmp_path, "voice:synthesize", "cpu")
    assert store.certificate(KEY) is None
    certified = certificate([*many(0.0, ok=3), *many(0.07, regressed=2, undecided=1)])
    (path,) = store.write(certificate=certified)
    assert path == tmp_path / "voice-synthesize" / "cpu" / "certificates" / f"{KEY}.json"
    assert store.certificate(KEY) == certified
    page = json.loads(path.read_text(encoding="utf-8"))
    assert page["schema"] == SCHEMA_VERSION
    Draft202012Validator(json.loads(json_schema())).validate(page)
    assert (tmp_path / "schema" / f"v{SCHEMA_VERSION}.json").read_bytes() == json_schema()
    store.write(certificate=replace(certified, created="2027-01-01T00:00:00+00:00"))
    assert store.certificate(KEY).created.startswith("2027")


@pytest.mark.parametrize(
    "tamper",
    [
        lambda page: page.update(schema=SCHEMA_VERSION + 1),
        lambda page: page.update(resolutoin=0.01),
        lambda page: page.pop("levels"),
        lambda page: page["levels"][0]["ok"].update(count="3"),
        lambda page: page["trials"][0].update(outcome="fine"),
    ],
)
def test_a_certificate_that_was_tampered_with_is_named(tmp_path: Path, tamper) -> None:
    store = Store(tmp_path, "voice:synthesize", "cpu")
    (path,) = store.write(certificate=certificate(many(0.0, ok=3)))
    page = json.loads(path.read_text(encoding="utf-8"))
    tamper(page)
    path.write_text(json.dumps(page), encoding="utf-8")
    assert not Draft202012Validator(json.loads(json_schema())).is_valid(page)
    with pytest.raises(BaselineError) as caught:
        store.certificate(KEY)
    assert caught.value.where == str(path)


# ---- what it says


def test_the_line_says_how_often_it_is_wrong_what_it_sees_and_how_soon() -> None:
    seen = [trial(0.07, "regressed" if n < 12 else "undecided", seconds=21.0) for n in range(14)]
    weak = many(0.02, undecided=14)
    certified = certificate([*many(0.0, ok=40), *weak, *seen, *many(0.1, regressed=14)])
    assert page.line(certified) == (
        "this machine is certified (2026-11-22, 40 A/A sessions, limit 5.0%): "
        "false alarms <= 7.2%, sees +7.0% with 86% power in 21.00 s"
    )


def test_a_machine_that_sees_little_says_so_at_the_largest_slowdown() -> None:
    tried = [*many(0.0, undecided=4), *many(0.02, undecided=4), *many(0.1, regressed=1, undecided=3)]
    assert page.line(certificate(tried)).endswith("sees +10.0% with 25% power in 10.00 s")
    assert page.line(certificate(tried[:4])).endswith("false alarms <= 52.7%")


def test_the_table_has_every_level_with_its_bounds() -> None:
    tried = [*many(0.0, ok=9, regressed=1), *many(0.1, regressed=10)]
    shown = page.terminal(certificate(tried))
    rows = [line.split() for line in shown.splitlines()]
    assert ["unchanged", "10", "10%", "[0,", "45]", "90%", "[55,", "100]"] in [row[:8] for row in rows]
    assert ["+10.0%", "10", "100%", "[69,", "100]"] in [row[:5] for row in rows]
    assert "false alarms: 1 of 10 unchanged sessions, so at most 39.4% of builds" in shown
    assert "executed: +10.0% (10 of 10)" in shown
    assert "so 5.0% is refused" not in shown


def test_a_limit_that_the_machine_cannot_resolve_is_said() -> None:
    noisy = [trial(spread=0.2), trial(spread=0.2)]
    assert "so 5.0% is refused: raise it" in page.terminal(certificate(noisy))
    assert "executed: none of those tried" in page.terminal(certificate(noisy))
