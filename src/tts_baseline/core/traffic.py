"""What a pipeline did under load: levels of load with their figures, and answers that were not their own."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from tts_baseline.core import bounds

Way = Literal["workers", "batch", "server", "stream"]
MixupKind = Literal["swapped", "duplicated", "stitched", "stale", "cut off", "unknown"]


class _Record(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As the records of a run, which hold these."""


class LoadLevel(_Record, frozen=True, kw_only=True):
    """One level of load: `clients` that each wait for their answer, or 0 of them and arrivals at `offered`.

    clients:    of a closed loop; 0 in an open one.
    share:      the part of the knee's throughput that an open loop offers; 0 in a closed one.
    offered:    requests a second that an open loop sends, whatever comes back; 0 in a closed one.
    seconds:    the window that the rates are of: without the first wave, and without the last requests.
    requests:   sent. answered: of these, those with a sound.
    throughput: answers a second. audio: seconds of sound a second. goodput: answers a second within the
                deadline.
    p50_s, p95_s, p99_s: latency from the intended start; None of fewer than 20, and 100, answers.
    late_s:     the 99th percentile of how much too late the generator itself sent; 0 in a closed loop.
    errors:     how many requests failed, by kind.
    first_audio_p50_s, first_audio_p95_s: of streamed answers, until something is heard, from the intended
                start; None of so few, and where nothing is streamed.
    starved:    the part of streamed answers whose player runs dry, if it begins with the first chunk.
    is_knee:    it has the fewest clients of those that bring the most.
    """

    clients: bounds.Natural = 0
    share: bounds.Part = 0.0
    offered: bounds.NotNegative = 0.0
    seconds: bounds.Seconds
    requests: bounds.Natural
    answered: bounds.Natural
    throughput: bounds.NotNegative
    audio: bounds.NotNegative
    goodput: bounds.NotNegative
    p50_s: bounds.Seconds | None = None
    p95_s: bounds.Seconds | None = None
    p99_s: bounds.Seconds | None = None
    late_s: bounds.Seconds = 0.0
    errors: dict[str, bounds.Natural] = {}
    first_audio_p50_s: bounds.Seconds | None = None
    first_audio_p95_s: bounds.Seconds | None = None
    starved: bounds.Part | None = None
    is_knee: bool = False


class Mixup(_Record, frozen=True, kw_only=True):
    """An answer that is not the answer of its own request; `other` is the request whose sound it has.

    Requests are named by level, number and case: '8 clients, request 12 (es-03)'. `other` is empty where
    nothing that was asked sounds like it.
    """

    kind: MixupKind
    request: bounds.Text
    other: str = ""


class Traffic(_Record, frozen=True, kw_only=True):
    """One measurement under load, way in, and what every answer was proven by.

    `knees` are the throughputs at the knee, one a pass. `deadline_s` is None for real time: an answer within
    the seconds of its own audio. `wait_s` is how long a request waits at most for others of its length, where
    those are answered together. `proven` counts answers by what proved them; `checked` are all that had a
    sound.
    """

    way: Way
    workers: bounds.Natural = 1
    deadline_s: bounds.Duration | None = None
    wait_s: bounds.Duration | None = None
    levels: tuple[LoadLevel, ...]
    knees: tuple[bounds.NotNegative, ...] = ()
    checked: bounds.Natural = 0
    proven: dict[str, bounds.Natural] = {}
    mixups: tuple[Mixup, ...] = ()
