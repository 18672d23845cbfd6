from __future__ import annotations

import math
import random
from collections import Counter
from statistics import median

import pytest
from msgspec.structs import replace
from scipy import stats

from tests.support.baselines import HOLA, baseline_of, quality_of
from tests.support.runs import Maker
from tests.support.verdicts import screened
from tts_baseline.core.records import Baseline, Quality, Reading, Run, Score
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import FAILING, Grounds, Verdict
from tts_baseline.gate.limits import chosen, parse
from tts_baseline.gate.quality import decide
from tts_baseline.gate.quality.pairs import Pair, PairedSample, apart, sampled
from tts_baseline.gate.screen.accepted import accepted
from tts_baseline.gate.screen.quality import verdicts as verdicts_of
from tts_baseline.gate.verdicts import changed, fails, gating, verdicts


def judged(make, verdict, then, now, gate="snr", case=None, case_scores=None, **limits):
    baseline = baseline_of(quality=quality_of(then))
    return verdict(make.run(scores=now, case_scores=case_scores), baseline, gate, case, **limits)


@pytest.mark.parametrize(
    ("now", "status"),
    [(30.0, "ok"), (29.01, "ok"), (28.99, "regressed"), (30.99, "ok"), (31.01, "improved")],
)
def test_snr_fails_when_it_falls_by_more_than_one_db(make, verdict, now: float, status: str) -> None:
    v = judged(make, verdict, {"snr_vad": 30.0}, {"snr_vad": now})
    assert (v.status, v.change) == (status, pytest.approx(now - 30.0))
    assert (v.cause, v.grounds) == ("median", Grounds(valid=6, of=6))


@pytest.mark.parametrize(
    ("levels", "case", "note"), [((-30, -28), "c5", "hum, -28 dB"), ((-50, -48), "", "")]
)
def test_a_suite_that_is_not_fine_says_what_its_worst_case_has(levels, case: str, note: str) -> None:
    spec = metrics()["hum"].spec
    pairs = [
        Pair(f"c{n}", -50.0, now, now + 50.0, (), 0.0, f"hum, {now} dB")
        for n, now in enumerate([levels[0]] * 5 + [levels[1]])
    ]
    sample = sampled(spec, parse("3 dB", spec), pairs, part=1.0)
    suite, *_ = decide.verdicts(sample, [], [pair.case for pair in pairs], [])
    assert suite.status == ("regressed" if case else "ok")
    assert suite.grounds == Grounds(valid=6, of=6, case=case, note=note)


def test_snr_is_capped_so_that_digital_silence_counts_for_nothing(make, verdict) -> None:
    assert judged(make, verdict, {"snr_vad": 100.0}, {"snr_vad": 61.0}).status == "ok"
    assert judged(make, verdict, {"snr_vad": 100.0}, {"snr_vad": 58.9}).status == "regressed"


def decisive(make, scores: dict[str, float], **one_case: float) -> list[Verdict]:
    """What fails where each case had these scores, and c0 has others now."""
    changed_case = {(metric, "c0"): value for metric, value in one_case.items()}
    run = make.run(scores=scores, case_scores=changed_case)
    return [v for v in gating(screened(run, baseline_of(quality=quality_of(scores)))) if v.status in FAILING]


def test_the_median_over_cases_speaks_and_one_case_that_is_worse_does_not(make, verdict) -> None:
    score = {("snr_vad", "c0"): 26.0}
    suite = judged(make, verdict, {"snr_vad": 30.0}, {"snr_vad": 30.0}, case_scores=score)
    assert (suite.status, suite.change) == ("undecided", 0.0)  # one of six is within the interval
    case = judged(make, verdict, {"snr_vad": 30.0}, {"snr_vad": 30.0}, case="c0", case_scores=score)
    assert case.status == "worse"
    assert decisive(make, {"snr_vad": 30.0}, snr_vad=26.0) == []


@pytest.mark.parametrize(
    ("metric", "then", "now"),
    [("snr_vad", 40.0, 34.9), ("level", -20.0, -23.1), ("level", -20.0, -16.9), ("duration", 2.0, 1.69)],
)
def test_one_case_that_is_ruined_fails_alone(make, metric: str, then: float, now: float) -> None:
    (v,) = decisive(make, {metric: then}, **{metric: now})
    assert (v.case, v.status, v.cause) == ("c0", "regressed", "gross")
    assert v.limit == pytest.approx({"snr_vad": 5.0, "level": 3.0, "duration": 0.15}[metric])


def test_a_limit_of_ones_own_moves_the_limit_of_a_single_case_too(make, verdict) -> None:
    ruined = {("snr_vad", "c0"): 20.0}
    for limit, status in (("1 dB", "regressed"), ("3 dB", "worse")):
        v = judged(
            make, verdict, {"snr_vad": 30.0}, {"snr_vad": 30.0}, case="c0", case_scores=ruined, snr=limit
        )
        assert v.status == status


def unseeded(run: Run, metric: str, deviation: float, seed: int) -> Run:
    """The run with three utterances a case, which differ by chance; their median is read."""
    dice = random.Random(seed)

    def rendered(reading: Reading) -> Reading:
        if reading.metric != metric or reading.value is None:
            return reading
        values = tuple(reading.value + dice.gauss(0, deviation) for _ in range(3))
        return replace(reading, value=median(values), values=values)

    return replace(run, readings=tuple(map(rendered, run.readings)))


def failing(run: Run, then: dict[str, float]) -> list[Verdict]:
    return [v for v in gating(screened(run, baseline_of(quality=quality_of(then)))) if v.status in FAILING]


@pytest.mark.no_cover  # hundreds of suites; tests beside it count these lines
def test_chance_between_utterances_fails_no_case(make) -> None:
    """Six cases whose level differs by 2 dB from utterance to utterance: 200 unchanged runs."""
    alarms = [
        failing(unseeded(make.run(scores={"level": -20.0}), "level", 2.0, seed), {"level": -20.0})
        for seed in range(200)
    ]
    assert sum(map(bool, alarms)) <= 1


def suite_statuses(make, metric: str, then: float, now: float, deviation: float, builds: int) -> Counter[str]:
    """The suite's verdicts of builds whose 16 cases are said three times, and differ by chance."""
    names = [f"c{n}" for n in range(16)]
    texts = {name: f"hola {name}" for name in names}
    statuses: Counter[str] = Counter()
    for seed in range(builds):
        accepted = unseeded(make.run(scores={metric: then}, cases=names), metric, deviation, 1000 + seed)
        scores = {
            r.case: Score(value=r.value, values=r.values) for r in accepted.readings if r.metric == metric
        }
        quality = quality_of({metric: then}, texts)
        cases = {
            case: replace(known, scores=known.scores | {metric: scores[case]})
            for case, known in quality.cases.items()
        }
        run = unseeded(make.run(scores={metric: now}, cases=names), metric, deviation, seed)
        verdicts = screened(run, baseline_of(quality=replace(quality, cases=cases)))
        statuses.update(v.status for v in verdicts if v.metric == metric and v.case is None)
    return statuses


@pytest.mark.parametrize(
    ("metric", "value", "deviation"), [("level", -20.0, 2.0), ("pesq_wb", 3.0, 0.3), ("snr_vad", 30.0, 0.3)]
)
def test_unchanged_builds_of_a_voice_without_a_seed_pass(
    make, metric: str, value: float, deviation: float
) -> None:
    statuses = suite_statuses(make, metric, value, value, deviation, 100)
    assert statuses["ok"] >= 90
    assert statuses["regressed"] == 0


@pytest.mark.parametrize(
    ("metric", "then", "now", "deviation"), [("snr_vad", 30.0, 28.5, 0.3), ("level", -20.0, -21.5, 0.3)]
)
def test_a_change_beyond_the_limit_and_chance_fails(
    make, metric: str, then: float, now: float, deviation: float
) -> None:
    assert suite_statuses(make, metric, then, now, deviation, 40)["regressed"] >= 38


def accepted_by_chance(metric: str, then: float, deviation: float, names: list[str]) -> Quality:
    """Of each case the scores of three utterances, which differ by chance."""
    dice = random.Random(7)
    quality = quality_of({metric: then}, {name: f"hola {name}" for name in names})
    cases = {}
    for name, known in quality.cases.items():
        values = tuple(then + dice.gauss(0, deviation) for _ in range(3))
        cases[name] = replace(known, scores={metric: Score(value=median(values), values=values)})
    return replace(quality, cases=cases)


@pytest.mark.parametrize(("now", "status"), [(-23.5, "ok"), (-40.0, "regressed")])
def test_one_utterance_of_one_case_is_judged_by_what_chance_did_when_it_was_accepted(
    make, verdict, now: float, status: str
) -> None:
    """Levels of 16 cases that differ by 2 dB from utterance to utterance: -3.5 dB is nothing then."""
    quality = accepted_by_chance("level", -20.0, 2.0, [f"c{n}" for n in range(16)])
    run = make.run(scores={"level": now}, cases=["c0"])
    v = verdict(run, baseline_of(quality=quality), "level")
    assert v.status == status
    assert v.limit > 3 * 2.0
    alone = quality_of({"level": -20.0}, {"c0": "hola c0"})
    assert verdict(run, baseline_of(quality=alone), "level").status == "regressed"


def test_a_build_that_is_less_steady_widens_no_limit(make, verdict) -> None:
    """The limit is by what was accepted; what chance does now widens the interval alone."""
    names = [f"c{n}" for n in range(16)]
    quality = accepted_by_chance("level", -20.0, 0.2, names)
    limits = {}
    for deviation in (0.2, 4.0):
        run = unseeded(make.run(scores={"level": -20.0}, cases=names), "level", deviation, 3)
        v = verdict(run, baseline_of(quality=quality), "level")
        limits[deviation] = v.limit
    assert limits == {0.2: 1.0, 4.0: 1.0}
    assert (v.status, v.high - v.low > 2) == ("undecided", True)


def test_a_count_that_chance_may_make_passes_one_that_it_seldom_makes_is_undecided(make, verdict) -> None:
    run = unseeded(make.run(scores={"words": 0.0}, case_scores={("words", "c0"): 0.2}), "words", 0.1, 2)
    v = verdict(run, baseline_of(quality=quality_of({"words": 0.0})), "words")
    assert (v.status, v.limit > 0.2) == ("ok", True)
    scores = {("words", "c0"): 0.7}
    run = unseeded(make.run(scores={"words": 0.0}, case_scores=scores), "words", 0.1, 2)
    v = verdict(run, baseline_of(quality=quality_of({"words": 0.0})), "words")
    assert (v.status, v.cause) == ("undecided", "chance")
    assert decide.is_open([v])
    assert not decide.is_open([replace(v, case="c0"), replace(v, status="regressed")])


def clicking(rate: float, seed: int, *, more: int = 0, cases: int = 16) -> tuple[Run, Quality]:
    """A run and what was accepted, of sentences of which every fourth clicks in half of its utterances."""
    dice = random.Random(seed)
    names = [f"c{n}" for n in range(cases)]

    def counts(name: str) -> tuple[float, ...]:
        own = 0.5 if int(name[1:]) % 4 == 0 else rate
        return tuple(float(dice.random() < own) for _ in range(3))

    quality = quality_of({}, {name: f"hola {name}" for name in names})
    known = {name: counts(name) for name in names}
    accepted = {
        name: replace(case, scores={"clicks": Score(value=median(known[name]), values=known[name])})
        for name, case in quality.cases.items()
    }
    now = {name: tuple(count + more for count in counts(name)) for name in names}
    readings = tuple(
        Reading(metric="clicks", case=name, value=median(values), values=values)
        for name, values in now.items()
    )
    return replace(Maker().run(cases=names), readings=readings), replace(quality, cases=accepted)


def clicks_of(run: Run, quality: Quality) -> Verdict:
    spec, limit = metrics()["clicks"].spec, parse("0", metrics()["clicks"].spec)
    baseline = baseline_of(quality=quality)
    return verdicts_of(spec, limit, run, baseline, accepted(run, baseline), ())[0]


@pytest.mark.no_cover  # hundreds of suites; tests beside it count these lines
def test_counts_that_chance_moves_fail_no_unchanged_suite() -> None:
    """A sentence may well click by chance in all utterances of today, and in none that was accepted."""
    statuses = [clicks_of(*clicking(0.02, seed)).status for seed in range(150)]
    assert set(statuses) <= {"ok", "improved", "undecided"}
    assert statuses.count("undecided") <= 5


def test_a_click_more_in_every_sentence_fails_together_where_none_fails_alone() -> None:
    v = clicks_of(*clicking(0.02, 1, more=1))
    assert (v.status, v.cause, v.grounds.of) == ("regressed", "worst case", 16)
    assert v.grounds.worse >= 8


def test_a_click_more_of_a_voice_with_a_seed_fails(make) -> None:
    run = make.run(scores={"clicks": 0.0}, case_scores={("clicks", "c3"): 1.0})
    assert clicks_of(run, quality_of({"clicks": 0.0})).status == "regressed"


def test_each_look_has_its_part_of_the_error_rate(make, verdict) -> None:
    """Of 16 cases and three utterances: the interval, and the limit, are of the first look's 0.35 %."""
    names = [f"c{n}" for n in range(16)]
    run = unseeded(make.run(scores={"level": -20.0}, cases=names), "level", 2.0, 3)
    quality = accepted_by_chance("level", -20.0, 2.0, names)
    at_first = verdict(run, baseline_of(quality=quality), "level")
    (whole, *_) = decide.verdicts(sample_of(run, quality, part=1.0), [], names, run.by_metric)
    of_t = stats.t.ppf(1 - 0.14 * 0.025, 64) / stats.t.ppf(1 - 0.025, 64)
    assert (at_first.high - at_first.low) / (whole.high - whole.low) == pytest.approx(of_t)
    of_limit = stats.t.ppf(1 - 0.14 * 0.025, 32) / stats.t.ppf(1 - 0.025, 32)
    assert at_first.limit / whole.limit == pytest.approx(of_limit)


def sample_of(run: Run, quality: Quality, *, part: float) -> PairedSample:
    """The pairs of a run's levels with the accepted ones, at a look with this part of the error rates."""
    spec, limit = metrics()["level"].spec, parse("1 dB", metrics()["level"].spec)
    scores = {case: known.scores["level"] for case, known in quality.cases.items()}
    readings = [r for r in run.readings if r.metric == "level"]
    pairs = [apart(spec, limit, r.case, scores[r.case], r, is_single=False) for r in readings]
    return sampled(spec, limit, pairs, accepted=scores.values(), part=part)


def measured(run: Run, error: float) -> Run:
    """The run with this standard error of every ratio of signal to noise."""
    readings = (replace(r, error=error) if r.metric == "snr_vad" else r for r in run.readings)
    return replace(run, readings=tuple(readings))


@pytest.mark.parametrize(
    ("now", "error", "status"),
    [
        (28.5, 0.0, "regressed"),
        (28.5, 0.3, "regressed"),
        (28.5, 0.8, "undecided"),
        (29.5, 0.8, "undecided"),
        (29.5, 0.3, "ok"),
        (30.0, 9.0, "ok"),  # not a bit has changed
    ],
)
def test_what_was_measured_from_little_decides_little(
    make, verdict, now: float, error: float, status: str
) -> None:
    run = measured(make.run(scores={"snr_vad": now}), error)
    v = verdict(run, baseline_of(quality=quality_of({"snr_vad": 30.0})), "snr")
    assert v.status == status
    half = 1.96 * math.sqrt(2) * error * math.sqrt(math.pi / 2 / (5 + math.pi / 2)) if now != 30 else 0.0
    assert (v.high - v.low) / 2 == pytest.approx(half, rel=0.01)


@pytest.mark.parametrize(("error", "failures"), [(0.0, 1), (0.5, 1), (2.0, 0)])
def test_a_case_whose_score_is_uncertain_does_not_fail_alone(make, error: float, failures: int) -> None:
    run = measured(make.run(scores={"snr_vad": 30.0}, case_scores={("snr_vad", "c0"): 20.0}), error)
    assert len(failing(run, {"snr_vad": 30.0})) == failures


def test_a_ruined_case_fails_in_spite_of_chance(make) -> None:
    run = make.run(scores={"level": -20.0}, case_scores={("level", "c0"): -40.0})
    (v,) = failing(unseeded(run, "level", 0.5, 1), {"level": -20.0})
    assert (v.case, v.cause) == ("c0", "gross")


def test_changes_in_both_directions_do_not_cancel(make) -> None:
    """Half of the cases are 2 dB louder, half 2 dB softer: their median is nothing, their size is not."""
    then = {"level": -20.0}
    scores = {("level", f"c{n}"): -18.0 if n % 2 else -22.0 for n in range(6)}
    run = make.run(scores=then, case_scores=scores)
    (v,) = [v for v in failing(run, then) if v.case is None]
    assert abs(v.change) == pytest.approx(2.0)


def test_an_interval_that_holds_the_limit_is_undecided(make, verdict) -> None:
    scores = {("snr_vad", f"c{n}"): 30.0 - n for n in range(6)}  # -0 to -5 dB, -2.5 in the middle
    v = judged(make, verdict, {"snr_vad": 30.0}, {"snr_vad": 30.0}, case_scores=scores)
    assert (v.status, v.cause, v.change) == ("undecided", "between", pytest.approx(-2.5))
    assert (v.low, v.high) == (pytest.approx(-5.0), pytest.approx(0.0))


@pytest.mark.no_cover  # hundreds of suites; tests beside it count these lines
@pytest.mark.parametrize("count", [16, 49])
def test_error_rates_of_the_suite_at_the_limit_and_without_a_change(make, count: int) -> None:
    """Paired differences of 0.5 dB of chance, 400 suites each: at the limit, and unchanged."""
    dice = random.Random(count)
    spec = metrics()["snr_vad"].spec
    limit = parse(spec.limit, spec)
    names = [f"c{n}" for n in range(count)]

    def share_that_fails(shift: float) -> float:
        failed = 0
        for _ in range(400):
            pairs = [Pair(name, 30.0, 30.0, shift + dice.gauss(0, 0.5), (), 1.0, "") for name in names]
            sample = sampled(spec, limit, pairs, part=1.0)
            failed += decide.verdicts(sample, [], names, {})[0].status == "regressed"
        return failed / 400

    assert share_that_fails(-1.0) <= 0.025 + 3 * (0.025 * 0.975 / 400) ** 0.5
    assert share_that_fails(0.0) == 0.0
    assert share_that_fails(-2.0) >= 0.95


def test_a_case_that_can_no_longer_be_measured_is_invalid(make, verdict) -> None:
    lost = {("level", "c0"): None}
    v = judged(make, verdict, {"level": -20.0}, {"level": -20.0}, "level", "c0", lost)
    assert v.status == "invalid"
    assert v in gating([v])
    assert fails(v, missing="record", undecided="warn")


def test_a_lost_pause_says_only_that_snr_cannot_tell(make, verdict) -> None:
    lost = {("snr_vad", "c0"): None}
    v = judged(make, verdict, {"snr_vad": 30.0}, {"snr_vad": 30.0}, case="c0", case_scores=lost)
    assert (v.status, v.cause) == ("undecided", "no value")
    assert not fails(v, missing="fail", undecided="fail")


def test_a_recording_that_no_longer_fits_its_golden_is_not_comparable(make, verdict) -> None:
    longer = {("stoi", f"c{n}"): None for n in range(6)}
    v = judged(make, verdict, {"stoi": 1.0}, {"stoi": 1.0}, gate="stoi", case_scores=longer)
    assert v.status == "not comparable"
    some = {("stoi", "c0"): None}
    v = judged(make, verdict, {"stoi": 1.0}, {"stoi": 0.9}, gate="stoi", case_scores=some)
    assert (v.status, v.grounds) == ("regressed", Grounds(valid=5, of=6))


def test_a_case_that_never_could_be_measured_is_not_missed(make) -> None:
    run = make.run(scores={"snr_vad": None, "snr_golden": 100.0})
    verdicts = screened(run, baseline_of(quality=quality_of({"snr_vad": None})))
    assert [v.status for v in verdicts if v.gate == "snr"] == ["ok"]


def test_a_metric_that_reads_nothing_anywhere_has_no_verdict(make) -> None:
    nothing = {"pesq_wb": None}
    for baseline in (baseline_of(quality=quality_of(nothing)), baseline_of()):
        verdicts = screened(make.run(scores=nothing), baseline)
        assert [v.status for v in verdicts if v.gate == "pesq_wb"] == []


class TestTooFewCasesWithAPause:
    """Fewer than 80 % have a value: closeness to the goldens decides."""

    few = {("snr_vad", f"c{n}"): None for n in range(4)}

    def judge(self, make, verdict, closeness: float, now: float = 30.0):
        then = {"snr_vad": 30.0, "snr_golden": 100.0}
        quality = quality_of(then)
        for n in range(4):
            quality.cases[f"c{n}"].scores["snr_vad"] = (
                quality.cases["c0"].scores["snr_vad"].__class__(value=None)
            )
        run = make.run(scores={"snr_vad": now, "snr_golden": closeness}, case_scores=self.few)
        return verdict(run, baseline_of(quality=quality), "snr")

    def test_all_equivalent_is_ok(self, make, verdict) -> None:
        v = self.judge(make, verdict, closeness=60.0)
        assert (v.status, v.cause, v.grounds) == ("ok", "few valid", Grounds(valid=2, of=6, different=0))

    def test_changed_audio_is_undecided(self, make, verdict) -> None:
        v = self.judge(make, verdict, closeness=59.9)
        assert (v.status, v.change) == ("undecided", 0.0)
        assert (v.cause, v.grounds.different) == ("few valid", 6)

    def test_the_few_that_fell_are_enough_to_fail(self, make, verdict) -> None:
        assert self.judge(make, verdict, closeness=30.0, now=20.0).status == "regressed"


@pytest.mark.parametrize(
    ("now", "status"), [(2.0, "ok"), (2.09, "ok"), (2.11, "regressed"), (1.91, "ok"), (1.89, "regressed")]
)
def test_duration_may_move_neither_way(make, verdict, now: float, status: str) -> None:
    v = judged(make, verdict, {"duration": 2.0}, {"duration": now}, gate="duration")
    assert (v.status, v.relative, v.change) == (status, True, pytest.approx(now / 2 - 1))


def test_a_limit_of_two_parts_allows_their_sum(make, verdict) -> None:
    inside = judged(
        make, verdict, {"duration": 0.5}, {"duration": 0.6}, gate="duration", duration="1% + 100 ms"
    )
    outside = judged(
        make, verdict, {"duration": 0.5}, {"duration": 0.61}, gate="duration", duration="1% + 100 ms"
    )
    assert (inside.status, outside.status) == ("ok", "regressed")
    assert inside.limit == pytest.approx(0.21)


def test_one_new_fault_in_one_case_fails_the_suite(make, verdict) -> None:
    fault = {("structure", "c4"): 3.0}
    v = judged(make, verdict, {"structure": 2.0}, {"structure": 2.0}, gate="structure", case_scores=fault)
    assert (v.status, v.change, v.cause) == ("regressed", 1.0, "worst case")
    assert v.grounds == Grounds(worse=1, of=6, case="c4")


def test_faults_that_were_accepted_stay_accepted(make, verdict) -> None:
    assert judged(make, verdict, {"structure": 2.0}, {"structure": 2.0}, gate="structure").status == "ok"


def test_broken_audio_is_invalid_once_and_without_a_baseline_too(make) -> None:
    run = make.run(scores={"structure": None, "duration": None, "pesq_wb": None})
    for baseline in (Baseline(), baseline_of(quality=quality_of({"structure": 0.0, "duration": 2.0}))):
        invalid = [v for v in screened(run, baseline) if v.status == "invalid"]
        assert {v.gate for v in invalid} == {"structure"}
        assert len(invalid) == 6


def test_what_cannot_be_compared_with_its_golden_is_not_broken(make) -> None:
    run = make.run(scores={"contour": None, "duration": None})
    baseline = baseline_of(quality=quality_of({"contour": 0.0, "duration": 2.0}))
    statuses = {v.gate: v.status for v in screened(run, baseline) if v.case == "c0"}
    assert (statuses["contour"], statuses["duration"]) == ("not comparable", "invalid")


def test_nothing_accepted_yet(make, verdict) -> None:
    v = verdict(make.run(scores={"duration": 2.0}), Baseline(), "duration")
    assert (v.status, v.current, v.cause) == ("no baseline", 2.0, "nothing accepted")
    assert fails(v, missing="fail", undecided="warn")
    assert not fails(v, missing="record", undecided="warn")


def test_a_metric_that_came_after_accepting_has_no_baseline(make, verdict) -> None:
    baseline = baseline_of(quality=quality_of({"duration": 2.0}))
    v = verdict(make.run(scores={"duration": 2.0, "stoi": 0.9}), baseline, "stoi")
    assert (v.status, v.current, v.cause) == ("no baseline", 0.9, "new metric")


def test_a_changed_text_is_not_compared(make, verdict) -> None:
    baseline = baseline_of(quality=quality_of({"duration": 2.0}, dict.fromkeys(HOLA, "adiós")))
    v = verdict(make.run(scores={"duration": 9.0}), baseline, "duration", "c0")
    assert (v.status, v.cause) == ("no baseline", "new text")


def test_a_case_that_failed_is_invalid_in_every_family(make) -> None:
    run = make.run(scores={"duration": 2.0}, failures=["c9"])
    verdicts = screened(run, Baseline())
    failed = [v for v in verdicts if v.gate == "utterance"]
    assert {v.family for v in failed} == {"latency", "memory", "quality"}
    assert {(v.case, v.status, v.cause, v.grounds.message) for v in failed} == {
        ("c9", "invalid", "crash", "signal 11")
    }


def test_only_a_change_of_time_or_memory_starts_an_epoch(make) -> None:
    runs = [make.run(0.1, wobble=0, scores={"duration": 2.0}) for _ in range(3)]
    baseline = baseline_of(runs, quality=quality_of({"duration": 2.0}))
    longer = make.run(0.1, wobble=0, scores={"duration": 3.0})
    slower = make.run(0.2, wobble=0, scores={"duration": 2.0})
    faster = make.run(0.05, wobble=0, scores={"duration": 2.0})
    noisy = make.run(0.112, wobble=0, scores={"duration": 2.0})
    near = make.run(0.107, wobble=0, scores={"duration": 2.0})
    decided = [verdicts(run, baseline, None, chosen({})) for run in (noisy, near, longer, slower, faster)]
    assert list(map(changed, decided)) == [True, False, False, True, False]
