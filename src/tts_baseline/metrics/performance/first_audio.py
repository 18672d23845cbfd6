"""Seconds from request to the first audible sample of a streamed answer that is played as it comes."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.stream import Stream
from tts_baseline.core.units import seconds
from tts_baseline.metrics.streams import over_streams

SPEC = MetricSpec(
    name="first_audio",
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
    """The geometric mean over replicates of the median stream's time until something is heard (docs/load.md).

    Silence before the first audible sample counts: a player has to play it. The note has the first chunk.
    """
    return over_streams(SPEC, evidence, lambda stream: stream.first_audio_s, _note)


def _note(stream: Stream) -> str:
    return f"the first of {stream.chunks} chunks is there after {seconds(stream.first_chunk_s)}"
