"""Screen x judge: the whole table, as data, and what no cell of it may ever do."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.baselines import baseline_of
from tests.support.runs import environment
from tests.support.verdicts import screened
from tts_baseline.core.judgement import Against
from tts_baseline.core.records import Baseline
from tts_baseline.core.verdict import Change, Grounds, MeasuredChange, Verdict
from tts_baseline.gate import combine, explain
from tts_baseline.gate.limits import chosen
from tts_baseline.gate.moved import where
from tts_baseline.gate.verdicts import fails, since, verdicts

COMMIT, OTHER = "a" * 40, "b" * 40
MAIN = Against(name="main", commit=COMMIT)
RUNS = (1, 3, 4, 8)
TORCH = (Change("torch", "2", "3"),)


def screen(
    status: str, change: float | None = 0.0, *, clock: float | None = None, **fields: object
) -> Verdict:
    """A screen's verdict: `change` is corrected for the machine's speed, `clock` is by the clock."""
    known = change is not None
    wall = change if clock is None else clock
    moved = {"model": 0.009} if status == "regressed" else {}
    return replace(
        Verdict(
            gate="latency", metric="latency", family="latency", case=None, status=status, unit="s",
            relative=True, baseline=1.0 if known else None, current=1.0 + wall if known else None,
            change=change, low=change - 0.02 if known else None, high=change + 0.02 if known else None,
            limit=0.05, runs=8, grounds=Grounds(stage_seconds=moved),
        ),
        **fields,
    )  # fmt: skip


JUDGES_GROUNDS = {
    "ok": Grounds(),
    "improved": Grounds(),
    "undecided": Grounds(seen=0.09),
    "regressed": Grounds(stage_shares={"vocoder": MeasuredChange(0.01, 0.005, 0.015)}),
}


def judge(status: str, change: float = 0.01, **fields: object) -> Verdict:
    return replace(
        Verdict(
            gate="latency", metric="latency", family="latency", case=None, status=status, unit="s",
            relative=True, baseline=2.0, current=2.0 * (1 + change), change=change, low=change - 0.01,
            high=change + 0.01, limit=0.05, runs=6, decided_by="judge",
            cause="resolution" if status == "undecided" else "", grounds=JUDGES_GROUNDS[status],
        ),
        **fields,
    )  # fmt: skip


SCREENS = {
    "ok": screen("ok", 0.01),
    "improved": screen("improved", -0.2),
    "undecided, calm": screen("undecided", 0.04, cause="resolution"),
    "undecided, adverse": screen("undecided", 0.08, cause="resolution"),
    "undecided, adverse by the clock": screen("undecided", -0.01, clock=0.3, cause="machine slower"),
    "regressed": screen("regressed", 0.3),
    "regressed, also from the anchor": screen("regressed", 0.3, drift=0.4),
    "slow drift": screen("regressed", 0.15, clock=0.01, drift=0.15, limit=0.1025, cause="slow drift"),
    "invalid": screen("invalid", None, cause="no value"),
    "no baseline": screen("no baseline", None, cause="nothing accepted"),
    "not comparable": screen("not comparable", None, cause="other machine"),
}
JUDGES = {
    "ok": judge("ok"),
    "improved": judge("improved", -0.3),
    "undecided": judge("undecided", 0.04),
    "regressed": judge("regressed", 0.3),
    "regressed by CPU time": judge("regressed", 0.07, cause="cpu time"),
}
# Who called the judge, and against what: the baseline's own commit, or another.
CALLS = ("auto, baseline", "auto, other", "asked, baseline", "asked, other")

# S: the screen's verdict as it is.        S+: with the judge's beside it.
# J: the judge's, and against what.        J=: the judge's as it is.
# E: the environment's.                    N: the screen's: not since that revision.
# U: the screen's gain with the judge's beside it, which does not confirm it.
TABLE = {
    # for a suite, by who called: auto against the baseline, against another; asked, likewise
    ("ok", "ok"): "S S J J",
    ("ok", "improved"): "S S J J",
    ("ok", "undecided"): "S+ S+ J= J=",
    ("improved", "ok"): "E N J J",
    ("improved", "improved"): "J J J J",
    ("improved", "undecided"): "U U J= J=",
    ("undecided, calm", "ok"): "J J J J",
    ("undecided, calm", "improved"): "J J J J",
    ("undecided, calm", "undecided"): "S+ S+ J= J=",
    ("undecided, adverse", "ok"): "E N E N",
    ("undecided, adverse", "improved"): "E N E N",
    ("undecided, adverse", "undecided"): "S+ S+ J= J=",
    ("undecided, adverse by the clock", "ok"): "E N E N",
    ("undecided, adverse by the clock", "improved"): "E N E N",
    ("undecided, adverse by the clock", "undecided"): "S+ S+ J= J=",
    ("regressed", "ok"): "E N E N",
    ("regressed", "improved"): "E N E N",
    ("regressed", "undecided"): "S+ S+ S+ S+",
    ("regressed, also from the anchor", "ok"): "E N E N",
    ("regressed, also from the anchor", "improved"): "E N E N",
    ("regressed, also from the anchor", "undecided"): "S+ S+ S+ S+",
    ("slow drift", "ok"): "S S S S",
    ("slow drift", "improved"): "S S S S",
    ("slow drift", "undecided"): "S S S S",
    ("invalid", "ok"): "S S S S",
    ("invalid", "improved"): "S S S S",
    ("invalid", "undecided"): "S S S S",
    ("no baseline", "ok"): "S S J J",
    ("no baseline", "improved"): "S S J J",
    ("no baseline", "undecided"): "S+ S+ J= J=",
    ("not comparable", "ok"): "S S J J",
    ("not comparable", "improved"): "S S J J",
    ("not comparable", "undecided"): "S+ S+ J= J=",
    **{(name, other): "J J J J" for name in SCREENS for other in JUDGES if "regressed" in other},
}


@pytest.fixture
def combined():
    def joined(by_screen: Verdict, by_judge: Verdict, call: str = CALLS[0], *, around=TORCH) -> Verdict:
        who, against = call.split(", ")
        accepted_there = [by_screen] if against == "baseline" else []
        verdicts = combine.combine(
            [by_screen], [by_judge], MAIN, accepted_there, around, asked=who == "asked"
        )
        assert len(verdicts) == 1
        return verdicts[0]

    return joined


def cells():
    """Every screen and judge in every call, for a suite and for a case, on few and on many runs."""
    for (name, by_screen), (other, by_judge) in itertools.product(SCREENS.items(), JUDGES.items()):
        for call, runs, case in itertools.product(CALLS, RUNS, (None, "hola")):
            yield name, other, call, replace(by_screen, runs=runs, case=case), replace(by_judge, case=case)


def test_the_table_is_whole() -> None:
    assert set(TABLE) == set(itertools.product(SCREENS, JUDGES))


def test_every_cell_is_what_the_table_says(combined) -> None:
    for name, other, call, by_screen, by_judge in cells():
        # A case is what it would be if nobody had asked, unless nothing was accepted of it here.
        speaks = by_screen.case is None or by_screen.status in ("no baseline", "not comparable")
        column = CALLS.index(call if speaks else call.replace("asked", "auto"))
        # A gain that the judge does not see is no verdict.
        beside = replace(by_screen, against="main", judged=by_judge)
        gain = {"status": "better"} if by_screen.status == "improved" else {}
        want = {
            "S": by_screen,
            "S+": beside,
            "J": replace(by_judge, against="main", drift=by_screen.drift),
            "J=": by_judge,
            "E": replace(
                by_screen,
                **{
                    "status": "regressed"
                    if by_screen.status == "regressed" and by_screen.runs >= 4
                    else "undecided"
                }
                | gain,
                decided_by="judge",
                cause="environment",
                grounds=Grounds(around=TORCH),
                against="main",
                judged=by_judge,
            ),
            "N": replace(beside, cause="before the base", **gain),
            "U": replace(beside, cause="unconfirmed", status="better"),
        }[TABLE[name, other].split()[column]]
        assert combined(by_screen, by_judge, call) == want, (
            name,
            other,
            call,
            by_screen.runs,
            by_screen.case,
        )


def test_the_judge_attributes_and_never_clears(combined) -> None:
    for name, other, call, by_screen, by_judge in cells():
        verdict = combined(by_screen, by_judge, call)
        cell = (name, other, call, by_screen.runs, by_screen.case)
        if by_judge.status == "regressed":
            assert (verdict.status, verdict.decided_by) == ("regressed", "judge"), cell
        elif combine.is_adverse(by_screen):
            assert verdict.status in ("regressed", "undecided"), cell
            assert verdict.decided_by == "screen" or verdict.is_environment or other == "undecided", cell
        if by_screen.status == "invalid":
            assert verdict.status in ("invalid", "regressed"), cell
        if by_screen.status == "regressed" and by_screen.runs >= 4:
            assert verdict.status == "regressed", cell


def test_the_judge_alone_makes_fail_what_the_screen_did_not(combined) -> None:
    for name, other, call, by_screen, by_judge in cells():
        verdict = combined(by_screen, by_judge, call)
        if by_judge.status != "regressed" and by_screen.status not in ("regressed", "invalid"):
            assert not fails(verdict, missing="record", undecided="warn"), (name, other, call, by_screen.runs)


def test_nothing_is_lost_in_any_cell(combined) -> None:
    for name, other, call, by_screen, by_judge in cells():
        verdict = combined(by_screen, by_judge, call)
        assert (verdict.gate, verdict.case) == (by_screen.gate, by_screen.case)
        assert verdict.drift == by_screen.drift, (name, other, call)  # accepting asks for it
        if verdict.decided_by == "judge" or verdict != by_screen:
            assert verdict.against or verdict == by_judge, (name, other, call)
        if verdict.is_environment:
            assert (where(verdict), verdict.change, verdict.runs) == (
                "",
                by_screen.change,
                by_screen.runs,
            )


# What is adverse


@pytest.mark.parametrize("name", SCREENS)
def test_what_is_adverse(name: str) -> None:
    wanted = name in ("regressed", "regressed, also from the anchor", "slow drift") or "adverse" in name
    assert combine.is_adverse(SCREENS[name]) is wanted


@pytest.mark.parametrize(
    ("change", "clock", "adverse"), [(0.049, 0.049, False), (0.051, 0, True), (0, 0.051, True)]
)
def test_what_is_beyond_the_limit_by_either_clock(change: float, clock: float, adverse: object) -> None:
    assert combine.is_adverse(screen("undecided", change, clock=clock)) is adverse


def test_what_has_no_numbers_is_not_adverse() -> None:
    for field in ("limit", "baseline", "current"):
        assert not combine.is_adverse(replace(screen("undecided", 0.3), **{field: None}))
    assert not combine.is_adverse(replace(screen("undecided", 0.3), baseline=0.0))
    assert combine.is_adverse(replace(screen("regressed", 0.3), limit=None))  # it was judged
    assert combine.is_adverse(replace(screen("undecided", None), change=None, baseline=1.0, current=1.3))


# What is favourable


@pytest.mark.parametrize("name", SCREENS)
def test_what_is_favourable(name: str) -> None:
    assert combine.is_favourable(SCREENS[name]) is (name == "improved")


@pytest.mark.parametrize(
    ("change", "clock", "favourable"),
    [(-0.047, -0.047, False), (-0.048, 0.0, True), (0.0, -0.048, True), (0.3, 0.3, False)],
)
def test_what_is_beyond_the_limit_on_the_good_side(change: float, clock: float, favourable: object) -> None:
    assert combine.is_favourable(screen("undecided", change, clock=clock)) is favourable
    for field in ("limit", "baseline", "current"):
        assert not combine.is_favourable(replace(screen("undecided", change, clock=clock), **{field: None}))


# Without a judge


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("case", [None, "hola"])
def test_without_a_judge_a_gain_in_time_is_no_verdict_and_the_rest_stays(name: str, case: str | None) -> None:
    alone = replace(SCREENS[name], case=case)
    want = replace(alone, status="better", cause="unconfirmed") if name == "improved" else alone
    assert combine.unconfirmed(alone) == want
    assert combine.combine([alone], [], MAIN, [alone], (), asked=False) == (want,)


@pytest.mark.parametrize(("gate", "metric"), [("memory", "memory"), ("snr", "snr_vad"), ("flops", "flops")])
def test_a_gain_that_no_load_can_feign_needs_no_judge(gate: str, metric: str) -> None:
    alone = replace(SCREENS["improved"], gate=gate, metric=metric)
    assert combine.unconfirmed(alone) == alone
    assert combine.combine([alone], [JUDGES["ok"]], MAIN, [alone], (), asked=False) == (alone,)


# Against what


@pytest.mark.parametrize(
    ("commit", "dirty", "is_it"),
    [
        (COMMIT, False, True),
        (OTHER, False, False),
        (COMMIT, True, False),  # accepted with changes that no commit holds
        (None, False, False),
    ],
)
def test_only_a_clean_run_of_that_commit_was_of_its_code(make, verdict, commit, dirty, is_it) -> None:
    baseline = baseline_of([replace(make.run(0.1), commit=commit, dirty=dirty)])
    run = make.run(0.2)
    by_screen, by_judge = verdict(run, baseline, "latency"), JUDGES["ok"]
    accepted_there = since(COMMIT, run, baseline, chosen({}))
    (both,) = combine.combine([by_screen], [by_judge], MAIN, accepted_there, (), asked=False)
    assert both.is_environment is is_it


def test_what_earlier_commits_added_is_not_the_environments(make, verdict) -> None:
    """Accepted at 0 % and, by another commit, 4 %: 8 % is much after both, and after the last it is not."""
    first = [replace(make.run(0.1, wobble=0), commit=OTHER) for _ in range(3)]
    last = [replace(make.run(0.104, wobble=0), commit=COMMIT) for _ in range(2)]
    run = make.run(0.108, wobble=0)
    by_screen = verdict(run, baseline_of(first + last), "latency")
    assert combine.is_adverse(by_screen)
    accepted_there = since(COMMIT, run, baseline_of(first + last), chosen({}))
    (both,) = combine.combine([by_screen], [JUDGES["ok"]], MAIN, accepted_there, (), asked=False)
    assert not both.is_environment
    assert both.cause == "before the base"
    accepted_there = since(OTHER, run, baseline_of(first + last), chosen({}))
    (both,) = combine.combine([by_screen], [JUDGES["ok"]], MAIN, accepted_there, (), asked=False)
    assert both.is_environment


def test_without_a_baseline_nothing_is_the_environments(make) -> None:
    assert since(COMMIT, make.run(), Baseline(), chosen({})) == ()
    (both,) = combine.combine([SCREENS["regressed"]], [JUDGES["ok"]], MAIN, (), (), asked=False)
    assert not both.is_environment


def test_what_changed_around_the_code_is_kept(combined) -> None:
    by_screen, by_judge = SCREENS["regressed"], JUDGES["ok"]
    around = (*TORCH, Change("driver", "5", "6"))
    assert combined(by_screen, by_judge, around=around).grounds.around == around


def test_code_that_both_share_is_not_called_innocent() -> None:
    shared, by_screen = replace(MAIN, code=False), SCREENS["regressed"]
    (both,) = combine.combine([by_screen], [JUDGES["ok"]], shared, [by_screen], (), asked=False)
    assert both.grounds.same_code
    (both,) = combine.combine([by_screen], [JUDGES["ok"]], MAIN, [by_screen], (), asked=False)
    assert not both.grounds.same_code


# Whose configuration is the cause


STEPS, VOICE = (Change("steps", "16", "7"),), (Change("voice", "a", "b"),)


def test_the_judges_verdict_names_what_its_arms_differ_in() -> None:
    by_screen = replace(SCREENS["regressed"], changed=STEPS)
    by_judge = replace(judge("regressed", 0.3), changed=VOICE)
    for changed, want in ((VOICE, VOICE), ((), VOICE), (None, STEPS)):
        against = replace(MAIN, changed=changed)
        (both,) = combine.combine([by_screen], [by_judge], against, [by_screen], (), asked=False)
        assert both.changed == want


def test_an_old_recording_of_the_judge_blames_nothing_where_nothing_changed() -> None:
    by_screen = replace(SCREENS["undecided, calm"], changed=STEPS)
    (both,) = combine.combine([by_screen], [JUDGES["ok"]], MAIN, [by_screen], (), asked=False)
    assert (both.status, both.changed) == ("ok", ())


def test_what_is_the_environments_is_not_the_configurations() -> None:
    """Each revision ran with its own settings, and they are equally fast."""
    by_screen = replace(SCREENS["regressed"], changed=STEPS)
    (both,) = combine.combine(
        [by_screen], [JUDGES["ok"]], replace(MAIN, changed=STEPS), [by_screen], (), asked=False
    )
    assert (both.cause, both.changed) == ("environment", ())


def test_each_verdict_meets_its_own() -> None:
    latency, memory = SCREENS["regressed"], screen("ok", gate="memory", metric="memory", family="memory")
    quality = screen("ok", gate="snr", metric="snr_vad", family="quality")
    case = replace(SCREENS["ok"], case="hola")
    judged = [judge("regressed", case="hola"), judge("ok"), judge("regressed", case="not on the screen")]
    screened = [quality, latency, case, memory]
    both = combine.combine(screened, judged, MAIN, screened, (), asked=True)
    assert [(v.gate, v.case, v.status, v.is_environment) for v in both] == [
        ("snr", None, "ok", False),
        ("latency", None, "regressed", True),
        ("latency", "hola", "regressed", False),
        ("memory", None, "ok", False),
    ]
    assert (both[0], both[3]) == (quality, memory)


# When the judge is called


@pytest.mark.parametrize(
    ("verdicts", "gates"),
    [
        ([screen("ok"), screen("no baseline", None), screen("invalid", None)], ()),
        ([screen("ok"), screen("improved")], ("latency",)),
        ([screen("ok"), screen("improved", case="hola")], ()),
        ([screen("improved", gate="memory", metric="memory")], ()),
        ([screen("improved", gate="snr", metric="snr_vad")], ()),
        ([screen("undecided")], ("latency",)),
        ([screen("regressed")], ("latency",)),
        ([screen("ok"), screen("regressed", case="hola")], ("latency",)),
        ([screen("ok"), screen("undecided", case="hola")], ()),
        ([screen("undecided", gate="memory", metric="memory")], ()),
        ([screen("regressed", gate="snr", metric="snr_vad")], ()),
        ([screen("invalid", None, gate="utterance", metric="utterance", case="hola")], ()),
        (
            [
                screen("regressed", gate="cold_start", metric="cold_start"),
                screen("undecided"),
                screen("regressed", case="a"),
            ],
            ("cold_start", "latency"),
        ),
    ],
)
def test_which_gates_are_doubtful(verdicts: list[Verdict], gates: tuple[str, ...]) -> None:
    assert combine.doubtful(verdicts) == gates


# The sound, which was accepted for any machine


def of_sound(status: str, change: float | None = 0.0, **fields: object) -> Verdict:
    return Verdict(
        gate="level", metric="level", family="quality", case=None, status=status, unit="dB", relative=False,
        baseline=-20.0, current=-20.0, change=change, low=change, high=change, limit=1.0, **fields,
    )  # fmt: skip


# By screen and judge: what both say, and who says it, where the judge was asked for; then where it was not.
SOUND = {
    ("ok", "ok"): ("ok", "judge", "ok", "screen"),
    ("ok", "undecided"): ("undecided", "judge", "ok", "screen"),
    ("ok", "regressed"): ("regressed", "judge", "regressed", "judge"),
    ("ok", "invalid"): ("invalid", "judge", "invalid", "judge"),
    ("undecided", "ok"): ("ok", "judge", "undecided", "screen"),
    ("undecided", "regressed"): ("regressed", "judge", "regressed", "judge"),
    ("regressed", "ok"): ("regressed", "screen", "regressed", "screen"),
    ("regressed", "undecided"): ("regressed", "screen", "regressed", "screen"),
    ("regressed", "regressed"): ("regressed", "judge", "regressed", "judge"),
    ("invalid", "ok"): ("invalid", "screen", "invalid", "screen"),
    ("no baseline", "ok"): ("ok", "judge", "no baseline", "screen"),
    ("no baseline", "regressed"): ("regressed", "judge", "regressed", "judge"),
}


@pytest.mark.parametrize(("by_screen", "by_judge"), SOUND)
def test_a_change_of_the_sound_that_either_finds_stands(by_screen: str, by_judge: str) -> None:
    judged = of_sound(by_judge, decided_by="judge", runs=3)
    found = []
    for asked in (True, False):
        (both,) = combine.combine([of_sound(by_screen)], [judged], MAIN, [], (), asked=asked)
        found += [both.status, both.decided_by]
        if both.status == "regressed" and by_judge == "ok":
            assert (both.cause, both.judged.status, both.against) == ("before the base", "ok", "main")
            assert "not since main" in explain.reason(both)
    assert tuple(found) == SOUND[by_screen, by_judge]


# Screens that were not made up


def test_a_plain_regression_is_the_judges_to_attribute_though_it_is_far_from_the_anchor_too(
    make, verdict
) -> None:
    """The first accepted run is the anchor of the first epoch, so that any large change is far from both."""
    runs = [replace(make.run(0.1, wobble=0), commit=COMMIT) for _ in range(5)]
    baseline = baseline_of(runs, anchor=runs[0])
    by_screen = verdict(make.run(0.14, wobble=0), baseline, "latency")
    assert (by_screen.status, by_screen.drift) == ("regressed", pytest.approx(0.4))
    (both,) = combine.combine([by_screen], [judge("ok")], MAIN, [by_screen], (), asked=False)
    assert (both.status, both.is_environment, both.drift) == ("regressed", True, by_screen.drift)
    (both,) = combine.combine([by_screen], [judge("regressed")], MAIN, [by_screen], (), asked=False)
    assert (both.decided_by, list(both.grounds.stage_shares)) == ("judge", ["vocoder"])
    assert both.drift == by_screen.drift


COMMITTED = {"commit": COMMIT, "committed": True}


@pytest.mark.parametrize(
    ("count", "then", "now", "numpy", "status", "cause"),
    [
        (1, COMMITTED, COMMITTED, "2", "undecided", "environment"),
        (5, COMMITTED, COMMITTED, "2", "regressed", "environment"),
        (1, COMMITTED, COMMITTED | {"committed": False}, "2", "regressed", ""),
        (1, COMMITTED | {"committed": False}, COMMITTED, "2", "regressed", ""),
        (1, COMMITTED, COMMITTED | {"commit": "d" * 40}, "2", "regressed", ""),
        (1, COMMITTED, COMMITTED, "3", "regressed", ""),
    ],
)
def test_the_accepted_code_is_innocent_of_a_slower_clock(
    make, count: int, then: dict, now: dict, numpy: str, status: str, cause: str
) -> None:
    runs = [replace(make.run(0.1, wobble=0), **then) for _ in range(count)]
    run = replace(make.run(0.3, wobble=0), environment=environment("here", numpy=numpy), **now)
    decided = verdicts(run, baseline_of(runs, anchor=runs[0]), None, chosen({}))
    (latency,) = [v for v in decided.combined if (v.gate, v.case) == ("latency", None)]
    assert (latency.status, latency.cause) == (status, cause)
    assert latency.is_environment == ("same commit" in explain.reason(latency))


def test_the_accepted_code_is_not_innocent_of_its_memory(make) -> None:
    runs = [replace(make.run(memory=100e6), **COMMITTED)]
    decided = verdicts(replace(make.run(memory=300e6), **COMMITTED), baseline_of(runs), None, chosen({}))
    assert [v.status for v in decided.combined if (v.gate, v.case) == ("memory", None)] == ["regressed"]


def test_slow_drift_stays_the_screens(make, verdict) -> None:
    dice = np.random.default_rng(9)
    anchor = make.run(0.1, wobble=0, anchor=True)
    runs = [make.run(0.118 * math.exp(dice.normal(0, 0.002)), wobble=0) for _ in range(6)]
    baseline = baseline_of(runs, anchor=anchor)
    by_screen = verdict(make.run(0.118, wobble=0), baseline, "latency")
    for status in ("ok", "improved", "undecided"):
        assert combine.combine([by_screen], [JUDGES[status]], MAIN, [by_screen], (), asked=True) == (
            by_screen,
        )


def test_an_unchanged_pipeline_on_a_noisy_machine_does_not_fail_by_the_judges_word(make) -> None:
    """A/A, 6 % between sessions: a fifth of the screens are over the limit, and the judge finds nothing."""
    dice = np.random.default_rng(7)

    def session() -> object:
        return replace(make.run(0.1 * math.exp(dice.normal(0, 0.06)), wobble=0), commit=COMMIT)

    adverse = failed = 0
    for _ in range(40):
        baseline = baseline_of([session() for _ in range(6)])
        plain = [v for v in screened(session(), baseline) if v.gate == "latency"]
        judged = [judge("ok", case=v.case) for v in plain]
        both = combine.combine(plain, judged, MAIN, plain, (), asked=False)
        adverse += combine.is_adverse(plain[0])
        failed += any(fails(v, missing="fail", undecided="warn") for v in both)
        assert all(
            v.status != "ok"
            for v, by_screen in zip(both, plain, strict=True)
            if combine.is_adverse(by_screen)
        )
    assert adverse >= 5
    assert failed == 0
