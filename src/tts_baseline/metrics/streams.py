"""What the metrics of streamed calls share: their values, one a replicate, or why there are none."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Calls, Reading
from tts_baseline.core.stream import Stream
from tts_baseline.core.units import seconds
from tts_baseline.metrics.pooling import no_value, over_replicates

# chosen: of the utterance's length; takes that differ are up to twice as long as each other
_WHOLE, _WHOLE_UNSEEDED = 0.95, 0.5


def over_streams(
    spec: MetricSpec, evidence: Evidence, of: Callable[[Stream], float | None], note: Callable[[Stream], str]
) -> Reading:
    """The geometric mean over replicates of the median of `of` over their streamed calls.

    The note is of the first stream. A stream that failed, is silent or lacks audio leaves no value.
    """
    if broken := next(filter(None, map(_broken, evidence.calls)), ""):
        return no_value(spec, evidence, broken)
    taken = [calls.streams.taken if calls.streams else () for calls in evidence.calls]
    if not taken or not all(taken):
        return no_value(spec, evidence, "the pipeline does not stream")
    least = _WHOLE if len({calls.sha256 for calls in evidence.calls}) == 1 else _WHOLE_UNSEEDED
    for calls, streams in zip(evidence.calls, taken, strict=True):
        shortest = min(stream.audio_s for stream in streams)
        if shortest < least * calls.audio_s:
            what = f"a stream has {seconds(shortest)} of audio, the utterance {seconds(calls.audio_s)}"
            return no_value(spec, evidence, what)
    values = [[value for value in map(of, streams) if value is not None] for streams in taken]
    return over_replicates(spec, evidence, list(map(median, values)), note(taken[0][0]))


def _broken(calls: Calls) -> str:
    if calls.streams is None:
        return ""
    silent = any(stream.first_audio_s is None for stream in calls.streams.taken)
    return calls.streams.fault or ("a stream is silent" if silent else "")
