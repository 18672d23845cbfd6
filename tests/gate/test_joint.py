"""The joint verdict, on judgements made of numbers: faster only if it sounds no worse."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from tests.support.judgements import even, judgement
from tts_baseline.core.judgement import Against, PairedSound
from tts_baseline.core.preset import Attempt
from tts_baseline.core.records import Failure, Reading
from tts_baseline.core.switches import Equality, SwitchSpec
from tts_baseline.core.verdict import Change, MeasuredChange
from tts_baseline.gate import joint, limits
from tts_baseline.gate.verdicts import judged
from tts_baseline.report.pareto import front, pareto

CASES = tuple(f"c{number}" for number in range(8))
LIMITS = limits.chosen({})
SOUND = {"duration": 2.0, "words": 0.0, "snr": 30.0, "stoi": 1.0, "snr_golden": 60.0}


def spec(equality: Equality = "perceptual") -> SwitchSpec:
    bound = {"bit-exact": None, "numeric": 1e-5, "perceptual": 8.0}[equality]
    return SwitchSpec(name="it", stage="network", equality=equality, bound=bound)


def heard(identical: tuple[str, ...] = (), **changed: float | None) -> PairedSound:
    """The readings of both arms: the head's are the base's but for what is changed."""
    from tts_baseline.core.registry import metrics

    by_key = {m.spec.key: name for name, m in metrics().items()}

    def of(values: dict[str, float | None]) -> tuple[Reading, ...]:
        return tuple(
            Reading(
                metric=by_key[key], case=case, value=value, values=() if value is None else (value,) * 3,
                reason="none" if value is None else None,
            )
            for key, value in values.items()
            for case in CASES
        )  # fmt: skip

    return PairedSound(base=of(SOUND), head=of(SOUND | changed), identical=identical, cases=CASES)


def tried(
    head_s: float = 0.5, sound: PairedSound | None = None, equality: Equality = "perceptual", **fields: object
) -> Attempt:
    made = judgement([even(CASES, 1.0, head_s)] * 6, sound=sound or heard(), **fields)
    return joint.attempt(made, judged(made, LIMITS), {"it": spec(equality)}, ("it",))


def test_half_the_time_and_the_same_sound_is_faster() -> None:
    found = tried()
    assert (found.verdict, found.reasons, found.loss) == ("faster", (), 0.0)
    assert found.time.change == pytest.approx(-0.5)
    assert found.rtf is not None


@pytest.mark.parametrize(("head_s", "verdict"), [(1.0, "no faster"), (0.97, "no faster"), (1.5, "no faster")])
def test_a_gain_within_the_limit_is_none(head_s: float, verdict: str) -> None:
    assert tried(head_s).verdict == verdict


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"duration": 1.8}, "duration regressed"),
        ({"words": 0.4}, "words regressed"),
        ({"snr": 25.0}, "snr regressed"),
        ({"duration": None}, "duration invalid"),
        ({"snr": None}, "snr can be measured in 0 of the 8 cases"),
    ],
)
def test_what_sounds_worse_is_never_faster(changed: dict[str, float | None], why: str) -> None:
    found = tried(sound=heard(**changed))
    assert found.verdict == "refused"
    assert why in "; ".join(found.reasons)


def test_likeness_to_the_base_counts_only_where_equal_samples_are_promised() -> None:
    assert tried(sound=heard(stoi=0.7)).verdict == "faster"
    assert tried(sound=heard(stoi=0.7), equality="numeric").verdict == "refused"


@pytest.mark.parametrize(
    ("equality", "sound", "verdict"),
    [
        ("bit-exact", heard(identical=CASES), "faster"),
        ("bit-exact", heard(identical=CASES[1:]), "refused"),
        ("numeric", heard(snr_golden=100.0), "faster"),
        ("numeric", heard(snr_golden=60.0), "refused"),
        ("numeric", heard(snr_golden=None), "refused"),
        ("perceptual", heard(snr_golden=3.0), "faster"),
    ],
)
def test_a_class_that_is_broken_is_refused(equality: Equality, sound: PairedSound, verdict: str) -> None:
    assert tried(sound=sound, equality=equality).verdict == verdict


def test_what_no_switch_was_asked_to_change_is_refused() -> None:
    made = judgement([even(CASES, 1.0, 0.5)] * 6, sound=heard())
    honest = (Change("optimize", "none", "it"), Change("switch it", "-", "proof"))
    for changed, verdict in ((honest, "faster"), ((*honest, Change("steps", "16", "8")), "refused")):
        against = replace(Against(name="optimize none"), changed=changed)
        found = joint.joint(replace(made, against=against), judged(made, LIMITS), [spec()])
        assert found[0] == verdict
    assert found[1] == ("no switch was asked to change steps: 16 -> 8",)


def test_a_case_that_only_the_base_can_say_is_refused() -> None:
    lost = (Failure(case="c9", kind="error", message="head: c9: too long"),)
    assert tried(lost=lost).verdict == "refused"


def test_half_of_the_limits_refuses_what_the_whole_lets_pass() -> None:
    made = judgement([even(CASES, 1.0, 0.5)] * 6, sound=heard(snr=29.3))
    for loss, verdict in ((1.0, "faster"), (0.5, "refused")):
        found = joint.joint(made, judged(made, joint.scaled(LIMITS, loss)), [spec()])
        assert found[0] == verdict


@pytest.mark.parametrize(
    ("change", "fresh", "is_kept"),
    [
        (-0.5, [(math.log(0.5), math.log(0.5))] * 8, False),
        (-0.9, [(0.0, 0.0)] * 8, True),
        (-0.9, [(0.0, math.log(0.1))] * 8, False),  # one clock alone may be disturbed
        (-0.9, [(0.0, 0.0)] * 3 + [(-2.3, -2.3)] * 5, False),
        (-0.06, [(0.0, 0.0)] * 8, False),  # single calls cannot tell
        (-0.5, [], True),
    ],
)
def test_a_gain_that_new_texts_lack_is_a_kept_answer(change, fresh, is_kept) -> None:
    assert bool(joint.kept(MeasuredChange(change=change, low=change, high=change), fresh)) is is_kept


def test_the_front_holds_what_no_other_faster_variant_beats_in_both() -> None:
    def variant(name: str, time: float, loss: float, verdict: str = "faster") -> Attempt:
        moved = MeasuredChange(change=time, low=time, high=time)
        return Attempt(switches=(name,), verdict=verdict, time=moved, loss=loss)

    attempts = [
        variant("a", -0.5, 0.5), variant("b", -0.4, 0.7), variant("c", -0.3, 0.1),
        variant("cheat", -0.9, 0.0, "refused"),
    ]  # fmt: skip
    assert [each.switches[0] for each in front(attempts)] == ["c", "a"]
    plot = pareto(attempts)
    assert plot.count("<circle") == 1 + 4 + 4  # the reference, the variants, the legend
    assert "<polyline" in plot


def test_suite_verdicts_alone_are_told_of() -> None:
    found = tried(sound=heard(snr=29.5))
    assert {each.gate for each in found.quality} >= {"duration", "words", "snr"}
    snr = next(each for each in found.quality if each.gate == "snr")
    assert (snr.status, snr.loss) == ("ok", pytest.approx(0.5))
    assert found.loss == pytest.approx(0.5)


def gain(change: float, about: float = 0.05) -> Attempt:
    time = MeasuredChange(change=change, low=change - about, high=change + about)
    return Attempt(switches=("it",), verdict="faster", time=time)


def test_of_gains_that_may_be_equal_what_promises_more_comes_first() -> None:
    specs = {
        "half": spec(),
        "eighth": replace(spec(), bound=30.0),
        "same": spec("bit-exact"),
        "little": spec(),
    }
    gains = {"half": gain(-0.32), "eighth": gain(-0.30), "same": gain(-0.28), "little": gain(-0.1)}
    assert joint.by_gain(gains, specs) == ["same", "eighth", "half", "little"]
    assert joint.by_gain(gains | {"half": gain(-0.6)}, specs) == ["half", "same", "eighth", "little"]
    assert joint.by_gain({"it": Attempt(switches=("it",), verdict="unfit")}, {"it": spec()}) == []
