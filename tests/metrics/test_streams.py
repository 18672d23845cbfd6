"""first_audio and smooth_start of streams whose times are known."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.calls import calls
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case
from tts_baseline.core.registry import metrics
from tts_baseline.core.stream import Stream, Streams

CASE = Case(id="hola", text="Hola.")
PLAIN = Stream(
    chunks=3, audio_s=1.0, first_chunk_s=0.1, first_audio_s=0.2, smooth_s=0.4,
    starved_s=(0.3, 0.2, 0.1, 0.0, 0.0),
)  # fmt: skip
FAILED = calls([0.5], streams=Streams(fault="no second chunk"))


def of(*replicates: tuple[Stream, ...], **columns: object) -> Evidence:
    return Evidence(
        case=CASE,
        calls=tuple(calls([0.5], streams=Streams(taken=streams), **columns) for streams in replicates),
    )


def read(name: str, evidence: Evidence):
    return metrics()[name].read(evidence)


def slower(factor: float) -> Stream:
    return replace(PLAIN, first_audio_s=0.2 * factor, smooth_s=0.4 * factor)


def test_the_value_is_the_geometric_mean_of_the_middles_of_processes() -> None:
    evidence = of((slower(1), slower(9), slower(2)), (slower(8), slower(8)))
    first = read("first_audio", evidence)
    assert first.values == pytest.approx((0.4, 1.6))
    assert first.value == pytest.approx(0.8)
    assert first.note == "the first of 3 chunks is there after 100.0 ms"
    smooth = read("smooth_start", evidence)
    assert smooth.value == pytest.approx(1.6)
    assert smooth.note == (
        "a player starves for 300.0 ms from the first chunk on; "
        "200.0 ms with 100.0 ms, 100.0 ms with 200.0 ms of audio before it begins"
    )


def test_a_stream_that_starves_nobody_says_so() -> None:
    smooth = read("smooth_start", of((replace(PLAIN, smooth_s=0.1, starved_s=(0.0,) * 5),)))
    assert (smooth.value, smooth.note) == (pytest.approx(0.1), "no underrun from the first chunk on")


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (Evidence(case=CASE, calls=(calls([0.5]),)), "the pipeline does not stream"),
        (of((PLAIN,), ()), "the pipeline does not stream"),
        (
            Evidence(case=CASE, calls=(calls([0.5], streams=Streams(fault="no second chunk")),)),
            "no second chunk",
        ),
        (of((PLAIN, replace(PLAIN, first_audio_s=None))), "a stream is silent"),
        (of((PLAIN,), audio_s=1.1), "a stream has 1.00 s of audio, the utterance 1.10 s"),
    ],
)
@pytest.mark.parametrize("name", ["first_audio", "smooth_start"])
def test_what_is_no_whole_stream_has_no_value(name: str, evidence: Evidence, reason: str) -> None:
    reading = read(name, evidence)
    assert (reading.value, reading.reason) == (None, reason)


def test_takes_that_differ_may_be_shorter() -> None:
    takes = (
        calls([0.5], streams=Streams(taken=(PLAIN,)), audio_s=1.5),
        calls([0.5], streams=Streams(taken=(PLAIN,)), audio_s=1.2, sha256="1" * 64),
    )
    assert read("first_audio", Evidence(case=CASE, calls=takes)).value == pytest.approx(0.2)
