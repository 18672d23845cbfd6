"""The gates of streamed calls, by the screen: slower, broken, gone."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.baselines import baseline_of
from tests.support.verdicts import screened
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Baseline
from tts_baseline.core.registry import judged_gates, metrics
from tts_baseline.core.stream import Stream, Streams
from tts_baseline.gate.combine import doubtful

NAMES = ("first_audio", "smooth_start")


def stream(factor: float) -> Stream:
    return Stream(
        chunks=3,
        audio_s=1.0,
        first_chunk_s=0.1,
        first_audio_s=0.2 * factor,
        smooth_s=0.4 * factor,
        starved_s=(0.3, 0.2, 0.1, 0.0, 0.0),
    )


def streaming(make, *, broken: str = "", factor: float = 1.0):
    """A run each of whose cases streams; of `c0` the stream is broken in every process."""
    run = make.run(0.1, wobble=0)
    replicates, readings = [], [r for r in run.readings if r.metric not in NAMES]
    for one in run.replicates:
        each = {
            id: replace(own, streams=Streams(taken=(stream(factor),)), audio_s=1.0)
            for id, own in one.calls.items()
        }
        if broken:
            each["c0"] = replace(each["c0"], streams=Streams(fault=broken))
        replicates.append(replace(one, calls=each))
    for case in run.cases:
        evidence = Evidence(case=case, calls=tuple(one.calls[case.id] for one in replicates))
        readings += [*(metrics()[name].read(evidence) for name in NAMES)]
    return replace(run, replicates=tuple(replicates), readings=tuple(readings))


def test_a_slower_stream_is_regressed_and_the_judge_is_not_asked(make) -> None:
    past = baseline_of([streaming(make) for _ in range(4)])
    verdicts = screened(streaming(make, factor=1.5), past)
    suites = {v.gate: v.status for v in verdicts if v.case is None}
    assert suites["first_audio"] == suites["smooth_start"] == "regressed"
    assert suites["latency"] == "ok"
    assert "first_audio" not in {*doubtful(verdicts), *judged_gates()}


@pytest.mark.parametrize("accepted", [0, 4])
def test_a_broken_stream_is_invalid_with_a_baseline_and_without(make, accepted: int) -> None:
    past = baseline_of([streaming(make) for _ in range(accepted)]) if accepted else Baseline()
    found = [v for v in screened(streaming(make, broken="no second chunk"), past) if v.gate == "first_audio"]
    broken = [v for v in found if v.case == "c0"]
    assert [(v.status, v.grounds.message) for v in broken] == [("invalid", "no second chunk")]


def test_a_pipeline_that_no_longer_streams_is_invalid(make) -> None:
    past = baseline_of([streaming(make) for _ in range(4)])
    found = [v for v in screened(make.run(0.1, wobble=0), past) if v.gate == "first_audio"]
    assert {v.status for v in found} == {"invalid"}
