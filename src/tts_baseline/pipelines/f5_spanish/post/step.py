"""What a step of post-processing declares: its setting, its scope, its stage, and when it is on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.plan import Chunk, TextPlan
    from tts_baseline.pipelines.f5_spanish.post.silence import SampleRange, Wave
    from tts_baseline.pipelines.f5_spanish.settings import F5Settings

Scope = Literal["chunk", "seam", "utterance"]
Stage = Literal["post", "enhance"]


class Track(Struct, frozen=True, kw_only=True):
    """A joined wave, and start and stop sample of each planned pause in it."""

    samples: Wave
    pauses: tuple[SampleRange, ...] = ()

    def with_samples(self, samples: Wave) -> Track:
        """This track with other samples, as many, at the same times."""
        return replace(self, samples=samples)


class Task(Struct, frozen=True, kw_only=True):
    """What a request's sound is finished by: its plan, the settings, the sample rate, the request's seed."""

    plan: TextPlan
    settings: F5Settings
    rate: int
    seed: int


class PostStep(Struct, frozen=True, kw_only=True):
    """A step; `name` is its file's.

    setting: the setting that switches it on, or that chooses how it is done.
    scope:   the most that it has to hear at once: a chunk, the two sides of a seam, or the whole utterance.
    stage:   the stage that its time is counted in.
    package, extra: what it imports where it is on, and the extra that installs it.
    """

    name: str
    setting: str
    scope: Scope
    stage: Stage
    package: str = ""
    extra: str = ""


class ChunkStep(PostStep, frozen=True, kw_only=True):
    """A step on the wave of one chunk; it is called for the chunks for which it is on."""

    on: Callable[[Task, Chunk], bool]
    apply: Callable[[Wave, Chunk, Task], Wave]


def _heard_whole(track: Track, settled: int, task: Task) -> int:
    """No sample: the step hears the whole before it gives any."""
    return 0


class TrackStep(PostStep, frozen=True, kw_only=True):
    """A step on the joined wave.

    `settled`: how many samples it gives that no later chunk changes, from a track that goes on and how many
    of its own samples are settled; by default none.
    """

    on: Callable[[Task], bool]
    apply: Callable[[Track, Task], Track]
    settled: Callable[[Track, int, Task], int] = _heard_whole
