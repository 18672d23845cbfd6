"""The kinds of values that stored records are made of: each with the bounds that sense sets it.

A bound refuses what no run can have, so that no formula behind the door overflows on a number. msgspec checks
them where a file, a message or a setting is decoded, and not where our own code makes a record.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

# `$` alone lets a newline at the end pass.
_END = r"(?!\n)$"
LONGEST_NAME = 200  # chosen: names of files have 255 bytes at most, and a hash and an ending need their part
LONGEST_TEXT = 1_000_000  # chosen: characters that are read out; eleven minutes of speech have 10,000
_LARGEST_INT = 2**63 - 1  # what JSON of msgspec, msgpack and torch's seeds hold, with a sign
LONGEST_S = 1e8  # chosen: three years, a number that no clock of ours shows
_SHORTEST_S = 1e-9  # a nanosecond: clocks are kept to 100
_LARGEST = 1e24  # chosen: its square and its ratio to the smallest are far from overflow (1e308)
SMALLEST_RATIO = 1e-15  # chosen: a value of a ratio is positive, and its logarithm not far from others
LEAST_RATE, MOST_RATE = 4_000, 192_000  # chosen: below, no speech; above, no converter
MOST_SAMPLES = 16_000_000  # chosen: 11 minutes at 24 kHz; as float32 a message of a worker (measure/frames)
_QUIETEST_GAIN = 1e-40  # 1 over the largest float32 is 2.9e-39
# RFC 9639, section 9: a frame that saves nothing holds the samples as they are, with at most 16 + 2 + 1 bytes
# around them. libFLAC puts 4,096 samples in a frame, and less than 16 KiB before the first.
_FRAME_SAMPLES, _AROUND_FRAME, _BEFORE_FRAMES = 4_096, 19, 2**14
_SAMPLE_BYTES = 3  # of 24 bits


def largest_flac(samples: int) -> int:
    """The most bytes that so many samples of 24 bits take in a FLAC file."""
    frames = -(-samples // _FRAME_SAMPLES)
    return _BEFORE_FRAMES + samples * _SAMPLE_BYTES + frames * _AROUND_FRAME


Name = Annotated[str, Meta(pattern=rf"^[a-z0-9][a-z0-9_-]*{_END}", max_length=LONGEST_NAME)]
Text = Annotated[str, Meta(min_length=1)]
Texts = tuple[Annotated[str, Meta(max_length=LONGEST_TEXT)], ...]
Moment = Annotated[str, Meta(max_length=40, extra_json_schema={"format": "date-time"})]
Sha256 = Annotated[str, Meta(pattern=rf"^[0-9a-f]+{_END}", min_length=64, max_length=64)]
Digest = Annotated[str, Meta(pattern=rf"^[0-9a-f]+{_END}", min_length=8, max_length=64)]
Commit = Annotated[str, Meta(pattern=rf"^[0-9a-f]+{_END}", min_length=4, max_length=64)]
Seed = Annotated[int, Meta(ge=-_LARGEST_INT - 1, le=_LARGEST_INT)]
Natural = Annotated[int, Meta(ge=0, le=_LARGEST_INT)]
Solved = Annotated[
    tuple[tuple[Natural, Natural], ...], Meta(max_length=10_000)
]  # frames and steps of a chunk
Epoch = Annotated[int, Meta(ge=0, le=2**31)]
Sessions = Annotated[int, Meta(ge=1, le=2**31)]
Seconds = Annotated[float, Meta(ge=0, le=LONGEST_S)]
Duration = Annotated[float, Meta(ge=_SHORTEST_S, le=LONGEST_S)]
Number = Annotated[float, Meta(ge=-_LARGEST, le=_LARGEST)]
Positive = Annotated[float, Meta(ge=SMALLEST_RATIO, le=_LARGEST)]
NotNegative = Annotated[float, Meta(ge=0, le=_LARGEST)]
Part = Annotated[float, Meta(ge=0, le=1)]
Speed = Annotated[float, Meta(gt=0, le=_LARGEST)]
Gain = Annotated[float, Meta(ge=_QUIETEST_GAIN, le=1)]
Rate = Annotated[int, Meta(ge=LEAST_RATE, le=MOST_RATE)]
FileSize = Annotated[int, Meta(ge=0, le=largest_flac(MOST_SAMPLES))]
Length = Annotated[int, Meta(ge=0, le=MOST_SAMPLES)]
