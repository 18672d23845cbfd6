"""After the vocoder: the chunks' waves become one, with the pauses that were planned, then it is enhanced.

Every step is a switch of the settings and is not called where it is off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tts_baseline.pipelines.f5_spanish.post import trim
from tts_baseline.pipelines.f5_spanish.post.join import Crossfade, Pause, Seam, bare_edges, join
from tts_baseline.pipelines.f5_spanish.post.silence import Wave, edge_silence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tts_baseline.pipelines.f5_spanish.plan import Chunk, Plan
    from tts_baseline.pipelines.f5_spanish.settings import Settings

_SHELF_CORNER_HZ = 4_000.0
_EMPTY = np.zeros(0, dtype=np.float32)
_SEEDS = 2**63


def cleaned(waves: Sequence[Wave], settings: Settings, rate: int) -> Sequence[Wave]:
    """The chunks' waves without their noise, where `denoise` is on: before room tone is put between them."""
    if not settings.denoise:
        return waves
    from tts_baseline.pipelines.f5_spanish.post.denoise import denoise

    return [denoise(wave, rate, strength=settings.denoise) for wave in waves]


def delivered(wave: Wave, chunk: Chunk, rate: int) -> Wave:
    """A chunk's wave, stretched and emphasized as its plan says."""
    if chunk.stretch != 1.0:
        from tts_baseline.pipelines.f5_spanish.post.stretch import stretch

        wave = stretch(wave, rate, chunk.stretch)
    if chunk.emphasis:
        from tts_baseline.pipelines.f5_spanish.post.emphasis import Span, emphasize

        # Where a word lies in the sound is estimated by its share of the bytes, as the duration itself is.
        lead, trail = edge_silence(wave, rate)
        second = (wave.size - lead - trail) / rate / len(chunk.text.encode())
        spans = [
            Span(lead / rate + each.start * second, lead / rate + each.end * second, each.level)
            for each in chunk.emphasis
        ]
        wave = emphasize(wave, rate, spans)
    return wave


def joined(waves: Sequence[Wave], plan: Plan, settings: Settings, rate: int, *, seed: int) -> Wave:
    """The waves of a plan's chunks as one, its pauses as exact room tone, trimmed as the settings say."""
    if not plan.chunks:
        return _EMPTY
    parts = [delivered(wave, chunk, rate) for wave, chunk in zip(waves, plan.chunks, strict=True)]
    inner: list[Seam] = [
        Pause(seconds=chunk.pause_s) if chunk.pause_s else Crossfade(seconds=settings.crossfade_s)
        for chunk in plan.chunks[:-1]
    ]
    sound = join(bare_edges(parts, rate, inner), rate, inner, seed=seed % _SEEDS)
    samples = sound.samples
    if settings.trim == "fixed":
        samples = trim.fixed(samples, rate, sound.pauses)
    elif settings.trim == "adaptive":
        samples = trim.adaptive(samples, rate, sound.pauses).samples
    # What was trimmed are the utterance's own edges; a pause that was asked for there comes on top.
    edges = [plan.lead_s, plan.chunks[-1].pause_s]
    if not any(edges):
        return samples
    outer: list[Seam] = [Pause(seconds=pause) if pause else Crossfade(seconds=0) for pause in edges]
    padded = [_EMPTY, samples, _EMPTY]
    return join(bare_edges(padded, rate, outer), rate, outer, seed=(seed + 1) % _SEEDS).samples


def enhanced(wave: Wave, settings: Settings, rate: int) -> Wave:
    """The wave after high shelf, de-esser and loudness, where they are on."""
    if settings.high_shelf_db:
        from tts_baseline.pipelines.f5_spanish.post.equalize import high_shelf

        wave = high_shelf(wave, rate, settings.high_shelf_db, _SHELF_CORNER_HZ)
    if settings.de_ess_db:
        from tts_baseline.pipelines.f5_spanish.post.equalize import de_ess

        wave = de_ess(wave, rate, settings.de_ess_db)
    if settings.loudness_lufs is not None:
        from tts_baseline.pipelines.f5_spanish.post.loudness import normalize

        wave = normalize(wave, rate, settings.loudness_lufs).samples
    return wave
