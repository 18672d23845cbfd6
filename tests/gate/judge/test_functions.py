"""Which function grew, by stacks whose seconds are known."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.verdicts import verdict
from tts_baseline.core.profile import OperatorTime, PairedProfile, Stack
from tts_baseline.gate import explain
from tts_baseline.gate.judge.functions import growth, loudest, named
from tts_baseline.gate.moved import where


def profile(*stacks: tuple[str, float, float]) -> PairedProfile:
    """Of functions 'a.f > b.g' with their milliseconds in base and head; `voice` alone is the project's."""
    made = tuple(
        Stack(functions=tuple(path.split(" > ")), base_s=base / 1e3, head_s=head / 1e3)
        for path, base, head in stacks
    )
    return PairedProfile(cases=("hola",), calls=4, stacks=made, own=("voice",))


def test_what_a_library_does_belongs_to_the_function_that_called_it() -> None:
    found = growth(
        profile(
            ("voice.say > voice.encode", 2.0, 2.5),
            ("voice.say > voice.store > json.dumps > json.encoder.encode", 3.0, 7.0),
            ("voice.say", 1.0, 1.0),
            ("voice.say > voice.store", 0.5, 0.0),
        )
    )
    assert [(each.name, round(each.change_s * 1e3, 6)) for each in found] == [
        ("voice.store", 3.5),
        ("voice.encode", 0.5),
        ("voice.say", 0.0),
    ]


def test_without_any_function_of_the_project_the_innermost_one_is_named() -> None:
    (only,) = growth(profile(("threading.run > queue.get", 0.0, 2.0)))
    assert only.name == "queue.get"


def test_named_are_at_most_three_that_grew_at_least_a_fifth_as_much_as_the_first() -> None:
    grew = growth(
        profile(*((f"voice.f{n}", 1.0, 1.0 + n) for n in (10, 9, 1.5, 8, 7)), ("voice.g", 5.0, 1.0))
    )
    assert [each.name for each in loudest(grew)] == ["voice.f10", "voice.f9", "voice.f8"]
    few = growth(profile(("voice.f", 1.0, 11.0), ("voice.g", 1.0, 2.9), ("voice.h", 2.0, 1.0)))
    assert [each.name for each in loudest(few)] == ["voice.f"]
    assert loudest(growth(profile(("voice.h", 2.0, 1.0)))) == ()
    assert loudest(()) == ()


def test_a_verdict_on_calls_that_regressed_has_them_and_says_them() -> None:
    grown = profile(("voice.smooth", 31.0, 45.0))
    regressed, calm = verdict(gate="latency", status="regressed"), verdict(gate="latency", status="ok")
    size = verdict(gate="memory", status="regressed")
    found = named((regressed, calm, size), grown)
    assert where(found[0]) == "voice.smooth +14.0 ms a call (31.0 ms -> 45.0 ms)"
    assert (found[1], found[2]) == (calm, size)
    assert named((regressed,), None) == (regressed,)
    assert list(explain.as_json(found[0])["grounds"]["functions"]) == [
        {"name": "voice.smooth", "base_s": pytest.approx(0.031), "head_s": pytest.approx(0.045)}
    ]


def test_the_operators_that_grew_are_said_after_the_functions() -> None:
    times = {"aten::mm": (10.0, 10.1), "aten::sort": (2.0, 9.0), "aten::erf": (4.0, 1.0)}
    taken = replace(
        profile(("voice.smooth", 31.0, 45.0)),
        operators=tuple(
            OperatorTime(name=name, base_s=base / 1e3, head_s=head / 1e3)
            for name, (base, head) in times.items()
        ),
    )
    (found,) = named((verdict(gate="latency", status="regressed"),), taken)
    assert [each.name for each in found.grounds.operator_times] == ["aten::sort"]
    assert where(found) == (
        "voice.smooth +14.0 ms a call (31.0 ms -> 45.0 ms); aten::sort +7.00 ms a call (2.00 ms -> 9.00 ms)"
    )
