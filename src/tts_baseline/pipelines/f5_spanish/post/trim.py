"""Takes silence away: below a fixed threshold, or by the noise floor and sparing planned pauses."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.post.join import Crossfade, join
from tts_baseline.pipelines.f5_spanish.post.silence import (
    SampleRange,
    Wave,
    frame_length,
    frame_levels,
    speech_spans,
)
from tts_baseline.pipelines.f5_spanish.post.step import Task, Track, TrackStep

_FRAME_S = 0.010
_SEAM_S = 0.005
_ROUNDING = 1 + 1e-6  # far above that of a sum of squares


def fixed(wave: Wave, rate: int, keep: Sequence[SampleRange] = (), *, threshold_db: float = -42.0) -> Track:
    """The wave without its leading and trailing 10 ms frames below `threshold_db` dBFS RMS.

    As upstream trims with pydub's `detect_leading_silence`, run from both ends: trailing frames are counted
    from the end. But it never cuts as far as a planned pause in `keep` (start and stop samples, in order),
    and an edge without a louder frame stays: quiet speech is not silence.
    """
    first, last = (keep[0][0], keep[-1][1]) if keep else (wave.size, 0)
    start = _leading(wave[:first], rate, threshold_db)
    end = wave.size - _leading(wave[max(start, last) :][::-1], rate, threshold_db)
    return Track(
        samples=wave[start:end].copy(), pauses=tuple((begin - start, stop - start) for begin, stop in keep)
    )


def adaptive(
    wave: Wave,
    rate: int,
    keep: Iterable[SampleRange] = (),
    *,
    longest_s: float = 0.5,
    guard_s: float = 0.030,
) -> Track:
    """The wave with less silence: edges cut to `guard_s`, silences inside shortened to `longest_s`.

    `keep` are planned pauses as start and stop samples, ordered and disjoint: they come through sample for
    sample. What is between them is judged piece by piece with its own noise floor
    (`silence.speech_spans`); silence beside a planned pause is an edge, because the plan says how long
    that silence is. A piece in which nothing stands out stays as it is.

    Raises PipelineError for intervals that overlap or leave the wave.
    """
    pieces: list[Wave] = []
    kept: list[SampleRange] = []
    end = length = 0
    for start, stop in (*keep, (wave.size, wave.size)):
        if not end <= start <= stop <= wave.size:
            raise PipelineError(
                f"the interval {start} to {stop} overlaps another or leaves the wave of {wave.size} samples",
                where="trimming silence",
                hint="give the planned pauses in order, in samples of this wave",
            )
        piece = _tightened(wave[end:start], rate, longest_s, guard_s)
        kept.append((length + piece.size, length + piece.size + stop - start))
        pieces += [piece, wave[start:stop]]
        end, length = stop, kept[-1][1]
    return Track(samples=np.concatenate(pieces, dtype=np.float32), pauses=tuple(kept[:-1]))


def _leading(wave: Wave, rate: int, threshold_db: float) -> int:
    loud = np.flatnonzero(frame_levels(wave, rate, _FRAME_S) >= threshold_db)
    return int(loud[0]) * frame_length(rate, _FRAME_S) if loud.size else 0


def _tightened(piece: Wave, rate: int, longest_s: float, guard_s: float) -> Wave:
    spans = speech_spans(piece, rate)
    if not spans:
        return piece
    guard, seam = round(guard_s * rate), int(_SEAM_S * rate)
    # A seam must not reach speech: it lies in what is left of a silence.
    longest = max(round(longest_s * rate), 2 * guard, 2 * seam)
    parts = []
    start = max(0, spans[0][0] - guard)
    for (_, stop), (onset, _) in itertools.pairwise(spans):
        if onset - stop > longest:
            # Longer by the seam, which the crossfade takes off again.
            parts.append(piece[start : stop + longest // 2 + seam])
            start = onset - (longest - longest // 2)
    parts.append(piece[start : spans[-1][1] + guard])
    return join(parts, rate, [Crossfade(seconds=_SEAM_S)] * (len(parts) - 1)).samples


def fixed_settled(track: Track, settled: int, rate: int, *, threshold_db: float = -42.0) -> int:
    """How many samples of `fixed` stay where the track goes on after its settled ones, whatever follows.

    Trailing frames are counted from an end that is not known yet: what is before a stretch in which any
    frame is loud stays, and what is before a planned pause.
    """
    pauses = [pause for pause in track.pauses if pause[1] <= settled]
    wave = track.samples[: pauses[0][0] if pauses else settled]
    start = _leading(wave, rate, threshold_db)
    if not pauses and not (frame_levels(wave, rate, _FRAME_S) >= threshold_db).any():
        return 0
    sure = max(start, pauses[-1][1] if pauses else 0)
    return sure + _loud_until(track.samples[sure:settled], rate, threshold_db) - start


def adaptive_settled(track: Track, settled: int, task: Task) -> int:
    """How many samples of `adaptive` stay: a piece has its own noise floor, and ends at a planned pause."""
    done = sum(stop <= settled for _, stop in track.pauses)
    return adaptive(track.samples, task.rate, track.pauses).pauses[done - 1][1] if done else 0


def _loud_until(wave: Wave, rate: int, threshold_db: float) -> int:
    """The last sample by which a frame ends that is loud, wherever the first frame begins; 0 without."""
    frame = frame_length(rate, _FRAME_S)
    power = np.cumsum(np.concatenate(([0.0], np.square(wave, dtype=np.float64))))
    # Summed in another order than by `frame_levels`: a frame at the threshold itself is not counted on.
    quiet = (power[frame:] - power[:-frame]) / frame < 10 ** (threshold_db / 10) * _ROUNDING
    runs = np.diff(np.flatnonzero(np.concatenate(([True], quiet, [True]))))
    ends = np.cumsum(runs)[runs > frame] - 1
    return int(ends[-1]) if ends.size else 0


def _apply(track: Track, task: Task) -> Track:
    trimmed = fixed if task.settings.trim == "fixed" else adaptive
    return trimmed(track.samples, task.rate, track.pauses)


def _settled(track: Track, settled: int, task: Task) -> int:
    if task.settings.trim == "fixed":
        return fixed_settled(track, settled, task.rate)
    return adaptive_settled(track, settled, task)


STEP = TrackStep(
    name="trim",
    setting="trim",
    scope="utterance",
    stage="post",
    on=lambda task: task.settings.trim != "off",
    apply=_apply,
    settled=_settled,
)
