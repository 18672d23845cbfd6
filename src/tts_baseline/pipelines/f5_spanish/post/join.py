"""Joins the waves of chunks: crossfades where speech goes on, room tone where a pause is planned."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tts_baseline.core.errors import PipelineError
from tts_baseline.core.records import Record
from tts_baseline.pipelines.f5_spanish.post.room import QUIET, Filter, Room
from tts_baseline.pipelines.f5_spanish.post.silence import SampleRange, Wave, edge_silence
from tts_baseline.pipelines.f5_spanish.post.step import PostStep, Task, Track

SEEDS = 2**63
_EDGE_FADE_S = 0.005
_EMPTY = np.zeros(0, dtype=np.float32)

_Buffer = NDArray[np.float64]


class Crossfade(Record, frozen=True, kw_only=True):
    """A seam where the next chunk fades in while the last fades out; 0 seconds: end to end."""

    seconds: float


class Pause(Record, frozen=True, kw_only=True):
    """A seam with a planned pause between two chunks."""

    seconds: float


Seam = Crossfade | Pause


def join(
    waves: Sequence[Wave], rate: int, seams: Sequence[Seam], *, tones: Sequence[Filter] = (), seed: int = 0
) -> Track:
    """The waves as one, with `seams[i]` between wave i and wave i + 1, in time linear in their length.

    A crossfade is upstream's (f5-tts 1.1.22, `infer_batch_process`): linear, int(seconds * rate) samples,
    no more than either side has. Upstream promotes to float64; so does this, and rounds to float32 once, at
    the end: the result is upstream's, cast to float32, sample for sample. It never reaches back over a pause.

    A pause is round(seconds * rate) samples of room tone: Gaussian noise of variance 1, the same for the same
    seed, through its filter of `tones` (see `room.room_tone`; by default `room.QUIET`). The tone fades in and
    out over 5 ms of the speech beside it, which fades out and in, so the pause itself is level. For a pause
    at the start or the end, join with an empty wave.

    Raises PipelineError for a wrong number of seams and for seconds that are negative or not finite.
    """
    _check(len(waves), seams)
    lengths = [round(seam.seconds * rate) if isinstance(seam, Pause) else 0 for seam in seams]
    out = np.zeros(sum(wave.size for wave in waves) + sum(lengths), dtype=np.float64)
    pauses: list[SampleRange] = []
    end = reach = 0
    for wave, seam, length in zip(waves, (Crossfade(seconds=0), *seams), (0, *lengths), strict=False):
        if isinstance(seam, Pause):
            pauses.append((end, end + length))
            end = reach = end + length
        overlap = min(int(seam.seconds * rate), end - reach, wave.size) if isinstance(seam, Crossfade) else 0
        fade_out, fade_in = _fades(overlap)
        out[end - overlap : end] *= fade_out
        out[end - overlap : end] += wave[:overlap] * fade_in
        out[end : end + wave.size - overlap] = wave[overlap:]
        end += wave.size - overlap
    tones = tones or [QUIET] * len(pauses)
    _fill_pauses(out[:end], pauses, round(_EDGE_FADE_S * rate), tones, seed)
    return Track(samples=out[:end].astype(np.float32), pauses=tuple(pauses))


def bare_edges(waves: Sequence[Wave], rate: int, seams: Sequence[Seam], *, keep_s: float = 0.0) -> list[Wave]:
    """The waves without their own silence beside planned pauses, but for `keep_s` seconds of it.

    Otherwise a listener would hear that silence on top of the pause. Edges at crossfades, the start
    and the end stay. Where the silence is, `silence.edge_silence` says.
    """
    _check(len(waves), seams)
    sides = (None, *seams, None)
    beside = zip(waves, sides, sides[1:], strict=False)
    return [_bare(wave, rate, before, after, round(keep_s * rate)) for wave, before, after in beside]


def _bare(wave: Wave, rate: int, before: Seam | None, after: Seam | None, keep: int = 0) -> Wave:
    lead, trail = edge_silence(wave, rate)
    start = max(0, lead - keep) if isinstance(before, Pause) else 0
    cut = max(0, trail - keep) if isinstance(after, Pause) else 0
    return wave[start : wave.size - cut].copy()


def _check(waves: int, seams: Sequence[Seam]) -> None:
    if len(seams) != max(0, waves - 1):
        raise PipelineError(
            f"{waves} waves have {max(0, waves - 1)} seams between them, not {len(seams)}",
            where="joining chunks",
            hint="give one Crossfade or Pause between each wave and the next",
        )
    for seam in seams:
        if not (math.isfinite(seam.seconds) and seam.seconds >= 0):
            raise PipelineError(
                f"a {type(seam).__name__.lower()} of {seam.seconds:g} seconds",
                where="joining chunks",
                hint="seconds are finite and not negative",
            )


def _fill_pauses(
    out: _Buffer, pauses: Sequence[SampleRange], ramp: int, tones: Sequence[Filter], seed: int
) -> None:
    """Writes room tone into the pauses of `out`, and crossfades it with up to `ramp` samples beside each."""
    noise = np.random.default_rng(seed)
    for i, ((start, stop), tone) in enumerate(zip(pauses, tones, strict=True)):
        before = min(ramp, start - (pauses[i - 1][1] if i else 0))
        after = min(ramp, (pauses[i + 1][0] if i + 1 < len(pauses) else out.size) - stop)
        length = before + stop - start + after
        if not length:
            continue
        room = np.convolve(noise.standard_normal(length + tone.size - 1), tone, mode="valid")
        for beside, part, turned in (
            (out[start - before : start], room[:before], 1),
            (out[stop : stop + after], room[length - after :], -1),
        ):
            fade_out, fade_in = _fades(part.size)
            beside *= fade_out[::turned]
            part *= fade_in[::turned]
        out[start - before : stop + after] += room


@functools.lru_cache(maxsize=64)
def _fades(samples: int) -> tuple[_Buffer, _Buffer]:
    """Linear fade-out and fade-in, read-only because they are shared."""
    fades = np.linspace(1, 0, samples), np.linspace(0, 1, samples)
    for fade in fades:
        fade.flags.writeable = False
    return fades


class Chunks:
    """The waves of a plan's chunks as they come; what is heard in each is heard once.

    Each pause between them is the tone of the room, as heard until then.
    """

    def __init__(self, task: Task) -> None:
        self._task, self._room = task, Room(task.rate)
        self._seams: list[Seam] = [
            Pause(seconds=chunk.pause_s) if chunk.pause_s else Crossfade(seconds=task.settings.crossfade_s)
            for chunk in task.plan.chunks[:-1]
        ]
        self._bare: list[Wave] = []
        self._tones: list[Filter] = []

    def __len__(self) -> int:
        return len(self._bare)

    def add(self, wave: Wave) -> None:
        """The wave of the next chunk."""
        before, after = ([None, *self._seams, None][len(self) + side] for side in (0, 1))
        tone = self._room.after(wave)
        self._bare.append(_bare(wave, self._task.rate, before, after))
        if isinstance(after, Pause):
            self._tones.append(tone)

    def joined(self) -> Track:
        """All of them as one."""
        return self._as_one(self._bare)

    def begun(self) -> tuple[Track, int]:
        """The first ones as one, and how many of its samples stay, whatever comes next."""
        track = self._as_one([*self._bare, _EMPTY])
        seam = self._seams[len(self) - 1]
        fading = 0 if isinstance(seam, Pause) else int(seam.seconds * self._task.rate)
        paused = track.pauses[-1][1] if track.pauses else 0
        return track, max(paused, track.samples.size - fading)

    def _as_one(self, waves: Sequence[Wave]) -> Track:
        seams, seed = self._seams[: len(waves) - 1], self._task.seed % SEEDS
        return join(waves, self._task.rate, seams, tones=self._tones, seed=seed)


def joined(waves: Sequence[Wave], task: Task) -> Track:
    """The waves of all chunks of a plan as one."""
    chunks = Chunks(task)
    for wave in waves:
        chunks.add(wave)
    return chunks.joined()


STEP = PostStep(name="join", setting="crossfade_s", scope="seam", stage="post")
