"""A small speech-shaped network on all cores: embedding, transformer over frames, samples by a projection.

Its weights are random and it says nothing; what it has of a real model is where the time goes: multi-threaded
matrix products, attention and convolutions, whose length follows the text.
"""

from __future__ import annotations

import time

import numpy as np
import torch
from torch import nn

from tts_baseline import Request, Utterance

RATE = 24_000
WIDTH, BLOCKS, HOP, FRAMES_PER_LETTER = 192, 4, 256, 3


class Voice:
    """The pipeline."""

    def load(self) -> None:
        torch.manual_seed(0)
        self._letters = nn.Embedding(256, WIDTH)
        layer = nn.TransformerEncoderLayer(
            WIDTH, 4, 4 * WIDTH, dropout=0.0, batch_first=True, norm_first=True
        )
        self._blocks = nn.TransformerEncoder(layer, BLOCKS, enable_nested_tensor=False).eval()
        self._smooth = nn.Conv1d(WIDTH, WIDTH, 7, padding=3)
        self._samples = nn.Linear(WIDTH, HOP)

    @torch.inference_mode()
    def synthesize(self, request: Request) -> Utterance:
        begun = time.perf_counter()
        letters = torch.frombuffer(bytearray(request.text.encode()), dtype=torch.uint8).long()
        read = time.perf_counter()
        frames = self._blocks(self._letters(letters).repeat_interleave(FRAMES_PER_LETTER, 0)[None])
        modelled = time.perf_counter()
        smooth = self._smooth(frames.transpose(1, 2)).transpose(1, 2)
        samples = 0.1 * torch.tanh(self._samples(smooth)).flatten()
        done = time.perf_counter()
        return Utterance(
            samples=np.ascontiguousarray(samples.numpy(), dtype=np.float32),
            sample_rate=RATE,
            stages={"text": read - begun, "model": modelled - read, "vocoder": done - modelled},
        )
