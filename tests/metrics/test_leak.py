"""`leak`: bytes more after each request of a soak, by hand."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence
from tts_baseline.core.soak import Allocation, Soak
from tts_baseline.metrics.performance.leak import read


def soak(grown: int, count: int = 80, warm: int = 20, **fields) -> Soak:
    """Caches fill by 1 MiB a request while it is warmed, and then so much stays of each request."""
    held = [number << 20 for number in range(warm)]
    held += [(warm << 20) + grown * number for number in range(count - warm)]
    return Soak(held=tuple(held), warm=warm, **fields)


def test_it_is_the_growth_after_what_is_kept_on_purpose_is_there() -> None:
    lines = (Allocation(where="voice.py:12 in synthesize", bytes=49_152.0),)
    reading = read(Evidence(soak=soak(50_000, peak=2**27, lines=lines)))
    assert reading.value == 50_000
    assert reading.case is None
    assert reading.note == (
        "a request, over 60 warm ones; at most 128.0 MiB resident; "
        "kept by voice.py:12 in synthesize (48.0 KiB)"
    )


def test_what_cannot_be_told_has_a_reason() -> None:
    assert read(Evidence()).reason == "no soak"
    assert "a program outside" in read(Evidence(soak=Soak(held=(), warm=0))).reason
    assert read(Evidence(soak=soak(0, count=69))).reason == "49 warm requests; 50 are needed"
    assert read(Evidence(soak=soak(0, count=70))).value == 0
