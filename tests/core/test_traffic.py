"""What belongs together in a stored measurement under load."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.runs import run
from tts_baseline.core import whole
from tts_baseline.core.traffic import LoadLevel, Mixup, Traffic

CLOSED = LoadLevel(
    clients=2,
    seconds=5.0,
    requests=50,
    answered=48,
    throughput=10.0,
    audio=20.0,
    goodput=9.0,
    errors={"timeout": 2},
)
OPEN = replace(CLOSED, clients=0, share=0.7, offered=7.0, answered=50, errors={})
TRAFFIC = Traffic(way="workers", levels=(CLOSED, OPEN), knees=(10.0,), checked=98, proven={"sound": 97})


def test_a_measurement_under_load_that_holds_together_is_taken() -> None:
    whole.check(replace(run(), traffic=TRAFFIC))
    whole.check(replace(run(), traffic=None))
    crossed = Mixup(kind="swapped", request="one", other="other")
    whole.check(replace(run(), traffic=replace(TRAFFIC, mixups=(crossed,))))


@pytest.mark.parametrize(
    ("traffic", "says"),
    [
        (
            replace(TRAFFIC, levels=(replace(CLOSED, answered=49), OPEN)),
            r"levels\[0\]: its answers and failures",
        ),
        (
            replace(TRAFFIC, levels=(CLOSED, replace(OPEN, share=0.0))),
            r"levels\[1\]: it has clients or arrivals",
        ),
        (replace(TRAFFIC, levels=(replace(CLOSED, share=0.5),)), r"levels\[0\]: it has clients or arrivals"),
        (replace(TRAFFIC, proven={"sound": 99}), "more answers are proven or mixed up than the 98"),
        (
            replace(TRAFFIC, mixups=(Mixup(kind="stale", request="a"),) * 2),
            "more answers are proven or mixed up",
        ),
    ],
)
def test_what_does_not_hold_together_is_refused(traffic: Traffic, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        whole.check(replace(run(), traffic=traffic))
