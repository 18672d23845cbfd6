"""A limit that only warns, and limits of tags: what passes, what is said, and whose verdict is another."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from tests.support.baselines import baseline_of
from tests.support.runs import CASES, Maker
from tts_baseline.core.errors import LimitError
from tts_baseline.core.records import Baseline, Run
from tts_baseline.core.registry import gates
from tts_baseline.gate.explain import as_json, reason
from tts_baseline.gate.limits import Limit, chosen, parse, texts, widened
from tts_baseline.gate.verdicts import fails, verdicts
from tts_baseline.report.reasons import reasons
from tts_baseline.report.sheets import suite_sheet

WARNING = "5%, warn 2%"


@pytest.fixture
def baseline(make: Maker) -> Baseline:
    """Eight quiet runs."""
    wobbles = (0.0, 1e-3, -1e-3, 5e-4, -5e-4, 2e-4, -2e-4, 0.0)
    return baseline_of([make.run(0.1 * math.exp(wobble), wobble=0) for wobble in wobbles])


def of(run: Run, baseline: Baseline, limit: str, case: str | None = None):
    decided = verdicts(run, baseline, None, chosen({"latency": limit})).combined
    return next(v for v in decided if v.gate == "latency" and v.case == case)


def test_what_is_beyond_the_soft_limit_alone_passes_and_is_warned_of(make, baseline) -> None:
    found = of(make.run(0.1035, wobble=0), baseline, WARNING)
    assert (found.status, found.warned) == ("ok", pytest.approx(0.02))
    assert not fails(found, missing="fail", undecided="fail")
    assert reason(found).startswith("beyond the soft limit, +2.0%")
    assert as_json(found)["warned"] == pytest.approx(0.02)
    run = make.run(0.1035, wobble=0)
    assert ("ok, warned", "latency") in [row[:2] for row in suite_sheet(run, (found,)).rows]
    assert reasons((found,))[0].startswith("latency ok: beyond the soft limit")


@pytest.mark.parametrize(("seconds", "status"), [(0.1, "ok"), (0.12, "regressed")])
def test_what_is_within_it_or_fails_is_not_warned_of(make, baseline, seconds: float, status: str) -> None:
    found = of(make.run(seconds, wobble=0), baseline, WARNING)
    assert (found.status, found.warned) == (status, None)


def test_cases_with_a_tag_have_its_limit_and_others_and_the_suite_their_own(make, baseline) -> None:
    run = make.run(0.112, wobble=0)
    tags = {"c0": ("long",), "c1": ("numbers", "long"), "c2": ("numbers",)}
    run = replace(run, cases=tuple(replace(case, tags=tags.get(case.id, ())) for case in run.cases))
    limit = "5%, @numbers 8%, @long 20%"
    found = {case: of(run, baseline, limit, case) for case in (None, *CASES)}
    assert {case: v.status for case, v in found.items()} == {
        None: "regressed", "c0": "ok", "c1": "regressed", "c2": "regressed", "c3": "regressed",
        "c4": "regressed", "c5": "regressed",
    }  # fmt: skip
    assert {case: round(v.limit, 3) for case, v in found.items()} == {
        None: 0.05, "c0": 0.2, "c1": 0.08, "c2": 0.08, "c3": 0.05, "c4": 0.05, "c5": 0.05,
    }  # fmt: skip


def test_what_people_write_is_read() -> None:
    limit = parse("20% + 8 MiB, warn 10%, @long 30% + 16 MiB, @numbers 1 MiB", gates()["memory"])
    assert limit == Limit(
        0.2,
        8 * 2**20,
        soft=Limit(0.1, 0.0),
        by_tag=(("long", Limit(0.3, 16 * 2**20)), ("numbers", Limit(0.0, 2**20))),
    )


@pytest.mark.parametrize(
    "text",
    [
        "5%,",
        "5%, 3%",
        "warn 3%",
        "5%, warn",
        "5%, @ 3%",
        "5%, @a",
        "5%, warn 1%, warn 2%",
        "5%, @a 1%, @a 2%",
    ],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(LimitError, match="cannot be read") as caught:
        parse(text, gates()["latency"])
    assert "warn" in caught.value.hint


def test_a_warning_beyond_the_limit_is_refused() -> None:
    with pytest.raises(LimitError, match="warns of what it lets fail"):
        parse("5%, warn 6%", gates()["latency"])


@pytest.mark.parametrize(
    ("then", "now", "is_widened"),
    [
        ("5%", "5%, warn 3%", False),
        ("5%", "5%, @long 4%", False),
        ("5%", "5%, @long 6%", True),
        ("5%, @long 8%", "5%, @long 7%", False),
        ("5%, @long 8%", "5%, @long 9%", True),
    ],
)
def test_a_wider_limit_of_a_tag_is_a_wider_limit(then: str, now: str, is_widened: bool) -> None:  # noqa: FBT001
    known = texts({"latency": then})
    assert ("latency" in widened(known, chosen({"latency": now}))) == is_widened
