"""Griffin-Lim, the floor under vocoders: it has learned nothing.

Griffin & Lim 1984, "Signal estimation from modified short-time Fourier transform", made fast by Perraudin
et al. 2013. Magnitudes come from the mel by least squares, none below 0; phases are looked for in turn
between the spectrum and the wave, from zero, so that the same mel gives the same samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from tts_baseline.pipelines.f5_spanish.voice.reference import HOP, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

_WINDOW, _MELS = 1024, 100
_ITERATIONS = 32  # chosen: torchaudio's default
_MOMENTUM = 0.99  # of the fast one, which torchaudio has by default


class GriffinLim:
    """The vocoder without weights, one mel after the other."""

    def __init__(self, device: str) -> None:
        from torchaudio.functional import melscale_fbanks

        basis = melscale_fbanks(_WINDOW // 2 + 1, 0.0, SAMPLE_RATE / 2, _MELS, SAMPLE_RATE)
        self._inverse = torch.linalg.pinv(basis.T).to(device)
        self._window = torch.hann_window(_WINDOW, device=device)

    @property
    def overlap(self) -> int:
        """Each iteration looks half a window to either side, in the wave and in the spectrum."""
        return (2 * _ITERATIONS + 1) * _WINDOW // (2 * HOP)

    @torch.inference_mode()
    def waves(self, mels: Sequence[Tensor]) -> list[Tensor]:
        """The wave of each log mel (1, m, n): (256 * (n - 1),) float32."""
        return [self._wave(mel) for mel in mels]

    def _wave(self, mel: Tensor) -> Tensor:
        from torchaudio.functional import griffinlim

        wave: Tensor = griffinlim(
            (self._inverse @ mel.exp()).clamp(min=0.0), self._window, _WINDOW, HOP, _WINDOW,
            power=1.0, n_iter=_ITERATIONS, momentum=_MOMENTUM, length=None, rand_init=False,
        )  # fmt: skip
        return wave[0]
