"""The wording of verdicts, and nowhere else: tests of the gates ask for causes and numbers."""

from __future__ import annotations

import json
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tts_baseline.core.verdict import (
    Cause,
    Change,
    Grounds,
    MeasuredChange,
    Operator,
    Rewording,
    Source,
    Verdict,
)
from tts_baseline.gate import explain
from tts_baseline.gate.moved import where

STEPS = Change("steps", "16", "7")
OLD, NEW = "4f2a" + "0" * 12, "91c0" + "f" * 60


def verdict(cause: Cause = "", status: str = "undecided", **fields: object) -> Verdict:
    grounds = Grounds(
        **{name: fields.pop(name) for name in list(fields) if name in Grounds.__struct_fields__}
    )
    known = Verdict(
        gate="latency", metric="latency", family="latency", case=None, status=status, unit="s", relative=True,
        baseline=0.1, current=0.112, change=0.12, low=0.1, high=0.14, limit=0.05, runs=3, cause=cause,
        grounds=grounds,
    )  # fmt: skip
    return replace(known, **fields)


JUDGED = verdict("resolution", change=0.04, low=0.03, high=0.05, runs=6, decided_by="judge", seen=0.09)

SENTENCES = [
    (verdict(), ""),
    (
        verdict("resolution", seen=0.174),
        "could have seen +17% or more; 3 accepted runs, 4 give this machine's own spread",
    ),
    (
        verdict("resolution", seen=0.174, runs=1),
        "could have seen +17% or more; 1 accepted run, 4 give this machine's own spread",
    ),
    (
        verdict("resolution", seen=0.174, runs=4),
        "could have seen +17% or more; a quieter machine would settle it",
    ),
    (
        verdict("resolution", seen=0.174, runs=8),
        "could have seen +17% or more; a quieter machine would settle it",
    ),
    (JUDGED, "could have seen +9% or more with 6 restarts"),
    (replace(JUDGED, runs=3), "could have seen +9% or more with 3 restarts"),
    (verdict("many cases", of=6), "beyond the limit alone, not among 6 cases"),
    (verdict("clocks disagree"), "the wall clock says +12.0%, against the reference computation"),
    (
        verdict("machine slower", slower_machine=0.5),
        "slower by the wall clock, but so was the machine: +50% by the reference computation",
    ),
    (verdict("throttled", throttled=0.25), "the device was throttled in 25% of the quads"),
    (
        verdict("always throttled"),
        "the device was throttled whenever a case was to be measured in some restart",
    ),
    (
        verdict("slow drift"),
        "slow drift: the change is against the anchor run, the limit twice the usual one",
    ),
    (
        verdict("cpu time", cpu_time=MeasuredChange(0.073, 0.06, 0.086)),
        "CPU time tells, +7.3% [+6.0, +8.6]: other processes disturbed the wall clock",
    ),
    (
        verdict("environment", against="main", judged=JUDGED, around=(STEPS, Change("torch", "2", "3"))),
        (
            "environment: the code is innocent (+4.0% [+3.0, +5.0] against main, 6 restarts side by side); "
            "changed around it: steps 16 -> 7, torch 2 -> 3"
        ),
    ),
    (
        verdict("environment", against="main", judged=JUDGED, same_code=True),
        (
            "environment: both ran the same code (+4.0% [+3.0, +5.0] against main, 6 restarts side by side); "
            "changed around it: nothing that is recorded"
        ),
    ),
    (
        verdict("before the base", against="main", judged=JUDGED),
        (
            "not since main (+4.0% [+3.0, +5.0] against main, 6 restarts side by side): "
            "before it, or around the code"
        ),
    ),
    (
        verdict("unconfirmed"),
        "faster than earlier runs, which may have been disturbed; no judge confirms it",
    ),
    (
        verdict("many cases", of=6, against="main", judged=JUDGED),
        (
            "beyond the limit alone, not among 6 cases; the judge: +4.0% [+3.0, +5.0] against main, "
            "6 restarts side by side; could have seen +9% or more with 6 restarts"
        ),
    ),
    (
        verdict("cpu time", cpu_time=MeasuredChange(0.073, 0.06, 0.086), against="main", decided_by="judge"),
        (
            "the judge: +12.0% [+10.0, +14.0] against main, 3 restarts side by side; "
            "CPU time tells, +7.3% [+6.0, +8.6]: other processes disturbed the wall clock"
        ),
    ),
    (verdict("median", valid=5, of=6), "median of 5 of 6 cases"),
    (
        verdict("median", valid=5, of=6, case="c4", note="hum: a tone at 50 Hz"),
        "median of 5 of 6 cases, most in c4; hum: a tone at 50 Hz",
    ),
    (
        verdict("between", valid=5, of=6),
        "median of 5 of 6 cases; its interval holds the limit: listen to the worst, or add cases",
    ),
    (verdict("chance"), "beyond the limit, and chance between utterances may have done it"),
    (
        replace(verdict("traded"), metric="snr_vad", gate="snr"),
        "no gain: bandwidth fell with it",
    ),
    (verdict("gross"), "so far beyond the limit that this case fails alone"),
    (verdict("worst case", worse=1, of=6, case="c4"), "1 of 6 cases worse, most in c4"),
    (
        verdict("few valid", valid=2, of=6, different=0),
        "measured in 2 of 6 cases; all equivalent to their goldens",
    ),
    (
        verdict("few valid", valid=2, of=6, different=3),
        "measured in 2 of 6 cases; 3 differ from their goldens: listen, then accept or mend",
    ),
    (
        verdict("operators", unit="operators", operators=(Operator("mm", 12, 13), Operator("add", 5, 3))),
        "mm +1 (12 -> 13), add -2 (5 -> 3)",
    ),
    (
        verdict("operators", unit="B", operators=tuple(Operator(name, 0, 2**20) for name in "abcde")),
        "a +1.0 MiB (0 B -> 1.0 MiB), b +1.0 MiB (0 B -> 1.0 MiB), c +1.0 MiB (0 B -> 1.0 MiB) and 2 more",
    ),
    (
        verdict(
            "operators", unit="operators", operators=(Operator("mm", 1, 2),), source=Source("r7", "there")
        ),
        "mm +1 (1 -> 2); against run r7 of there",
    ),
    (
        verdict("reworded", worse=1, of=6, rewordings=(Rewording("c1", "10", "diez", "las", "de"),)),
        "read otherwise in 1 of 6 cases: c1 las [-10-]{+diez+} de",
    ),
    (
        replace(
            verdict("unsteady", rewordings=(Rewording("c1", "", "y"), Rewording("c1", "tres", ""))), case="c1"
        ),
        "differs from process to process; {+y+} … [-tres-]",
    ),
    (verdict(source=Source("r7", "there")), "against run r7 of there"),
    (verdict("nothing accepted"), "nothing was accepted yet"),
    (verdict("new case"), "the case is new"),
    (verdict("new text"), "its text has changed since it was accepted"),
    (verdict("new metric"), "the metric is new"),
    (verdict("new"), "the text or the metric is new, or the text has changed since it was accepted"),
    (verdict("new case or text"), "the case or its text is new"),
    (verdict("never counted"), "it was not counted in what was accepted"),
    (verdict("not counted then"), "it was not counted when it was accepted"),
    (
        verdict("other machine", machine="box-2c", of=2),
        "nothing accepted on this machine (box-2c), 2 other machines known",
    ),
    (verdict("other software", around=(Change("torch", "2", "3"), STEPS)), "torch 2 -> 3, steps 16 -> 7"),
    (
        verdict("restless"),
        "the audio's length differs from process to process, and so may the work: give the pipeline a seed",
    ),
    (verdict("no value", message="no pause"), "no pause"),
    (
        verdict("no value", message="a thread ran", around=(Change("python", "3.12", "3.11"),)),
        "a thread ran (python 3.12 -> 3.11)",
    ),
    (verdict("error", message="ValueError: x"), "error: ValueError: x"),
    (verdict("timeout", message="60 s"), "timeout: 60 s"),
    (verdict("crash", message="signal 11"), "crash: signal 11"),
    (verdict("gave up", message="three times"), "gave up: three times"),
]


@pytest.mark.parametrize(("known", "sentence"), SENTENCES)
def test_a_cause_is_told_with_its_numbers(known: Verdict, sentence: str) -> None:
    assert explain.reason(known) == sentence


def test_every_cause_has_a_sentence() -> None:
    assert {known.cause for known, _ in SENTENCES} == set(get_args(Cause))


# What was configured differently


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (STEPS, "steps 16 -> 7"),
        (Change("voice", "-", "bell"), "voice - -> bell"),
        (Change("checkpoint", OLD, NEW), "checkpoint 4f2a… -> 91c0…"),
        (Change("file", f"a.bin {OLD}", f"b.bin {OLD}"), "file a.bin 4f2a… -> b.bin 4f2a…"),
        (Change("checkpoint", OLD, "4f2a1" + "0" * 11), "checkpoint 4f2a0… -> 4f2a1…"),
        (Change("checkpoint", "4f2a", "91c0"), "checkpoint 4f2a -> 91c0"),
        (Change("text", "abecedarian sentence", "decade"), "text abecedarian sentence -> decade"),
    ],
)
def test_a_change_is_told_and_a_long_hash_shortened(change: Change, sentence: str) -> None:
    assert explain.shown(change) == sentence


@given(st.lists(st.text("0123456789abcdef", min_size=12, max_size=64), min_size=2, max_size=2, unique=True))
def test_two_hashes_never_look_the_same(hashes: list[str]) -> None:
    before, _, now = (
        explain.shown(Change("checkpoint", *hashes)).removeprefix("checkpoint ").partition(" -> ")
    )
    assert before != now
    assert hashes[0].startswith(before.rstrip("…"))
    assert hashes[1].startswith(now.rstrip("…"))


def test_the_causes_of_several_verdicts_stand_together() -> None:
    slower, faster = (
        verdict(status="regressed", changed=(STEPS,)),
        verdict(status="improved", changed=(STEPS,)),
    )
    other = replace(slower, gate="snr", changed=(STEPS, Change("voice", "a", "b")))
    sentences = explain.causes([slower, replace(faster, gate="flops"), verdict(), other])
    assert sentences == [
        "latency regressed, flops improved: because steps 16 -> 7",
        "snr regressed: because steps 16 -> 7, voice a -> b",
    ]


# Where


@pytest.mark.parametrize(
    ("moved", "sentence"),
    [
        ({}, ""),
        ({"model": 0.0, "text": 0.0}, ""),
        ({"text": 0.001, "model": 0.099}, "model +99.0 ms; text within 19.8 ms"),
        ({"text": 0.02, "model": -0.1, "post": 0.019}, "model -100.0 ms, text +20.0 ms; post within 20.0 ms"),
        ({"model": 0.1}, "model +100.0 ms"),
    ],
)
def test_the_screens_stages(moved: dict[str, float], sentence: str) -> None:
    assert where(verdict(stage_seconds=moved)) == sentence


STAGES = [
    ({}, ""),
    ({"model": MeasuredChange(0.0, 0.0, 0.0)}, ""),
    (
        {"text": MeasuredChange(0.0, -0.001, 0.002), "model": MeasuredChange(0.1, 0.09, 0.11)},
        "model +10.0% [+9.0, +11.0] of the whole; text unchanged (within 0.2%)",
    ),
    (  # the largest first; less than a fifth of it is no move, however sure
        {
            "text": MeasuredChange(0.1, 0.1, 0.1),
            "model": MeasuredChange(-0.25, -0.25, -0.25),
            "vocoder": MeasuredChange(-0.045, -0.045, -0.045),
        },
        (
            "model -25.0% [-25.0, -25.0], text +10.0% [+10.0, +10.0] of the whole; "
            "vocoder unchanged (within 4.5%)"
        ),
    ),
    (  # nor is what may be nothing
        {"model": MeasuredChange(0.3, -0.1, 0.7), "text": MeasuredChange(-0.3, -0.7, 0.1)},
        "no stage alone; model, text unchanged (within 70.0%)",
    ),
    ({"elsewhere": MeasuredChange(0.3, 0.2, 0.4)}, "elsewhere +30.0% [+20.0, +40.0] of the whole"),
]


@pytest.mark.parametrize(("shares", "sentence"), STAGES)
def test_the_judges_stages(shares: dict[str, MeasuredChange], sentence: str) -> None:
    assert where(verdict(stage_shares=shares)) == sentence


# The whole verdict


def test_a_headline_has_the_numbers_or_the_reason() -> None:
    plain = verdict(status="regressed")
    assert explain.headline(plain, "es") == "es: latency regressed, +12.0% (95% [+10.0, +14.0]; limit 5.0%)"
    case = replace(plain, case="hola", cause="environment", against="main", judged=JUDGED)
    assert explain.headline(case, "es").startswith("es/hola: latency regressed (environment), +12.0%")
    new = verdict("new case", "no baseline", change=None)
    assert explain.headline(new, "es") == "es: latency no baseline: the case is new"
    assert explain.headline(replace(new, cause=""), "es") == "es: latency no baseline"
    decibels = verdict(status="ok", unit="dB", relative=False, change=-0.2, low=None, high=None, limit=1.0)
    assert explain.headline(decibels, "es") == "es: latency ok, -0.20 dB (limit 1.00 dB)"


def test_json_keeps_the_fields_and_the_sentences() -> None:
    known = verdict("many cases", of=6, changed=(STEPS,), stage_seconds={"model": 0.1})
    page = json.loads(msgspec.json.encode(explain.as_json(known)))
    fields = json.loads(msgspec.json.encode(known))
    assert {name: page[name] for name in fields} == fields
    assert page["changed"] == [{"name": "steps", "before": "16", "now": "7"}]
    assert {name: page[name] for name in page.keys() - fields.keys()} == {
        "is_environment": False,
        "reason": "beyond the limit alone, not among 6 cases",
        "because": "steps 16 -> 7",
        "where": "model +100.0 ms",
    }
