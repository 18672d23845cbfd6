"""How a vocoder sounds on clips that it did not learn from."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean
from typing import Any

import msgspec
import torch

from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Record, Utterance
from tts_baseline.metrics.golden import pesq_wb
from tts_baseline.pipelines.f5_spanish.vocoder.load import vocos
from tts_baseline.pipelines.f5_spanish.voice.reference import SAMPLE_RATE, log_mel
from tts_baseline.training.vocoder.sounds import SoundSet

_CLIPS = 24  # chosen: two minutes of sound, and 10 s of a processor


class Likeness(Record, frozen=True, kw_only=True):
    """The means over so many clips: distance of the log mels, and wideband PESQ where it was computed."""

    clips: int
    mel_l1: float
    pesq_wb: float | None


def heard(folder: Path, held_out: SoundSet, *, most: int = _CLIPS) -> Likeness:
    """What the exported vocoder in a folder makes of the mels of held-out clips, beside their recordings."""
    vocoder = vocos(str(folder.absolute()), device="cpu", root=folder)
    distances, scores = [], []
    chosen = range(min(most, len(held_out.clips)))
    for index in chosen:
        wave = torch.from_numpy(held_out.wave(index)).unsqueeze(0)
        mel = log_mel(wave)
        made = vocoder.waves([mel.permute(0, 2, 1)])[0]
        distances.append(float((log_mel(made.unsqueeze(0)) - mel).abs().mean()))
        spoken, golden = (
            Utterance(samples=samples.numpy(), sample_rate=SAMPLE_RATE)
            for samples in (made, wave[0, : len(made)])
        )
        scores.append(pesq_wb.read(Evidence(utterances=(spoken,), golden=golden)).value)
    known = [score for score in scores if score is not None]
    return Likeness(clips=len(chosen), mel_l1=fmean(distances), pesq_wb=fmean(known) if known else None)


def as_table(figures: Likeness) -> dict[str, Any]:
    """The figures in plain values, with four digits."""
    table: dict[str, Any] = msgspec.to_builtins(figures)
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in table.items()}
