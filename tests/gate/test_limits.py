from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts_baseline.core.errors import LimitError
from tts_baseline.core.registry import gates
from tts_baseline.gate.limits import Limit, chosen, parse


@pytest.mark.parametrize(
    ("gate", "text", "expected"),
    [
        ("latency", "5%", Limit(0.05, 0.0)),
        ("latency", "20 ms", Limit(0.0, 0.02)),
        ("latency", "5% + 20ms", Limit(0.05, 0.02)),
        ("latency", "300 µs", Limit(0.0, 3e-4)),
        ("latency", "1 s", Limit(0.0, 1.0)),
        ("memory", "20% + 8 MiB", Limit(0.2, 8 * 2**20)),
        ("memory", "512 B", Limit(0.0, 512)),
        ("memory", "4 KiB", Limit(0.0, 4 * 2**10)),
        ("memory", "1 GiB", Limit(0.0, 2**30)),
        ("snr", "1 dB", Limit(0.0, 1.0)),
        ("snr", "0.5", Limit(0.0, 0.5)),
        ("structure", "0", Limit(0.0, 0.0)),
    ],
)
def test_reads_what_people_write(gate: str, text: str, expected: Limit) -> None:
    limit = parse(text, gates()[gate])
    assert (limit.relative, limit.absolute) == pytest.approx((expected.relative, expected.absolute))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "five",
        "5 dB",
        "-1%",
        "5%%",
        "1e3",
        "5% +",
        "5",
        "0.05",
        "9" * 400 + "%",
        "2" * 200 + " ms",
        "inf%",
        "nan%",
    ],
)
def test_refuses_what_it_cannot_read_and_says_how(text: str) -> None:
    with pytest.raises(LimitError, match="limit .* of latency") as caught:
        parse(text, gates()["latency"])
    assert "5%" in caught.value.hint


def test_an_unknown_gate_names_the_nearest() -> None:
    with pytest.raises(LimitError, match="did you mean 'latency'"):
        chosen({"latencey": "5%"})


def test_defaults_are_those_of_the_contract() -> None:
    defaults = chosen({})
    assert defaults["latency"] == Limit(0.05, 0.0)
    assert defaults["snr"] == Limit(0.0, 1.0)


@given(st.floats(0, 2), st.floats(0, 1e3), st.floats(1e-3, 1e6))
def test_the_log_bound_is_the_whole_limit(relative: float, absolute: float, baseline: float) -> None:
    limit = Limit(relative, absolute)
    worst = baseline * (1 + relative) + absolute
    assert limit.log_of(baseline) == pytest.approx(math.log(worst / baseline), abs=1e-9)
