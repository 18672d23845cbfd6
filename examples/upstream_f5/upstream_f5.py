"""Upstream's `f5_tts.api.F5TTS.infer`, unchanged, as a pipeline with seconds by stage."""

from __future__ import annotations

import contextlib
import io
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from f5_tts.api import F5TTS
from stage_clock import StageClock

from tts_baseline import Request, Utterance
from tts_baseline.core.errors import PipelineError, SettingsError


class UpstreamF5:
    """F5-TTS as upstream ships it; its settings are those of the table in pyproject.toml.

    model: a file of f5_tts/configs, without .yaml. checkpoint, vocabulary: files. vocoder: the folder of a
    Vocos. reference_audio, reference_text: what it shall sound like, and what is said there, word for word.
    The request's seed and speed act; its region and style do not.
    """

    def __init__(
        self,
        *,
        model: str,
        checkpoint: str,
        vocabulary: str,
        vocoder: str,
        reference_audio: str,
        reference_text: str,
        steps: int = 32,
        device: str = "cpu",
    ) -> None:
        if not reference_text.strip():
            raise SettingsError(
                "reference_text is empty: upstream would have Whisper write it, and that would be timed",
                hint="write down what the reference says",
            )
        self._files = {"ckpt_file": checkpoint, "vocab_file": vocabulary, "vocoder_local_path": vocoder}
        self._reference = {"ref_file": reference_audio, "ref_text": reference_text}
        self._model, self._steps, self._device = model, steps, device
        self.provenance = {
            "f5-tts": version("f5-tts"),
            "model": model,
            "checkpoint": Path(checkpoint).name,
            "reference": Path(reference_audio).name,
            "steps": str(steps),
        }

    def load(self) -> None:
        """Load both networks, and put the clock around them."""
        for path in (*self._files.values(), self._reference["ref_file"]):
            if not Path(path).exists():
                raise PipelineError(f"there is no {path}", hint="correct pyproject.toml, or fetch the file")
        with _silence():
            self._f5 = F5TTS(model=self._model, device=self._device, **self._files)
        on_gpu = self._device.startswith("cuda")
        self._clock = StageClock(torch.cuda.synchronize if on_gpu else lambda: None)
        self._clock.watch(self._f5.ema_model, "sample", "model")
        self._clock.watch(self._f5.vocoder, "decode", "vocoder")
        self.provenance["dtype"] = str(next(self._f5.ema_model.parameters()).dtype)

    def synthesize(self, request: Request) -> Utterance:
        """What upstream makes of the text, at 24 kHz; no samples where it finds nothing to say."""
        start = self._clock.now()
        with _silence():
            samples, rate, _ = self._f5.infer(
                **self._reference,
                gen_text=request.text,
                seed=request.seed,
                speed=request.speed,
                nfe_step=self._steps,
                show_info=lambda _: None,
                progress=None,
            )
        stages = self._clock.stages(start)
        return Utterance(
            samples=np.zeros(0, np.float32) if samples is None else samples, sample_rate=rate, stages=stages
        )


def _silence() -> contextlib.redirect_stdout[io.StringIO]:
    # Upstream prints every text, whatever show_info is.
    return contextlib.redirect_stdout(io.StringIO())
