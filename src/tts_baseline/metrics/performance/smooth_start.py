"""Seconds from request until a player of a streamed answer may begin that then never runs dry."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.stream import PREBUFFERS, Stream
from tts_baseline.core.units import seconds
from tts_baseline.metrics.streams import over_streams

SPEC = MetricSpec(
    name="smooth_start",
    unit="s",
    better="lower",
    family="latency",
    decide="ratio",
    limit="5%",
    timed=True,
    streamed=True,
    prior={"cpu": 0.06, "cuda": 0.03},
)


def read(evidence: Evidence) -> Reading:
    """The geometric mean over replicates of the median stream's least start without an underrun.

    It is the first chunk's time where no later one is late (docs/load.md). The note has the underruns.
    """
    return over_streams(SPEC, evidence, lambda stream: stream.smooth_s, _note)


def _note(stream: Stream) -> str:
    if not stream.starved_s[0]:
        return "no underrun from the first chunk on"
    starved = ", ".join(
        f"{seconds(lost)} with {seconds(prebuffer)}"
        for prebuffer, lost in zip(PREBUFFERS[1:], stream.starved_s[1:], strict=True)
        if lost
    )
    least = f"; {starved} of audio before it begins" if starved else ""
    return f"a player starves for {seconds(stream.starved_s[0])} from the first chunk on{least}"
