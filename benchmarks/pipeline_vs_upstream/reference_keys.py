"""Keys and values of the clip's frames, kept from another request: what a "KV-cache" of F5-TTS would be.

    python benchmarks/pipeline_vs_upstream/reference_keys.py VOICE [--steps 16]

All frames attend to all, and depend on time, noise and text: there is no exact cache. Kept are the keys and
values of the clip's frames at each step and block while the voice says one sentence; it then says others with
these in the place of their own, as if the clip's frames were not computed. Shown is the power of a mel over
that of the difference from the mel without the cache, in dB.
"""

from __future__ import annotations

import argparse
from typing import Any

import torch
from torch.nn import functional

from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.network.blocks import Attention, rotate

KEPT = Request(text="El tren sale dentro de diez minutos.", seed=1)
SAID = (
    Request(text="El tren sale dentro de diez minutos.", seed=2),
    Request(text="La reunión empieza a las nueve.", seed=1),
    Request(text="No me acuerdo de su nombre.", seed=3),
)


class Cached:
    """Attention that keeps what it computes of the clip's frames, or computes with what was kept."""

    def __init__(self, clip: int) -> None:
        self.clip, self.kept, self.next = clip, [], -1

    def attend(self, own: Attention, x: Any, cosine: Any, sine: Any, mask: Any = None) -> Any:
        q, k, v = (own._by_head(project(x)) for project in (own.to_q, own.to_k, own.to_v))
        turned = slice(None, own.rotated)
        for heads in (q, k):
            heads[:, turned] = rotate(heads[:, turned], cosine, sine)
        if self.next < 0:
            self.kept.append((k[:, :, : self.clip].clone(), v[:, :, : self.clip].clone()))
        else:
            k[:, :, : self.clip], v[:, :, : self.clip] = self.kept[self.next]
            self.next += 1
        attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return own.to_out[0](attended.transpose(1, 2).flatten(2))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("voice", help="a folder of `train export`")
    parser.add_argument("--steps", type=int, default=16)
    options = parser.parse_args()
    torch.set_num_threads(1)
    pipeline = create(settings={"weights": options.voice, "steps": options.steps})

    def mel(request: Request) -> torch.Tensor:
        (job,) = pipeline.jobs(request, pipeline.plan(request))
        return pipeline.engine.mels([job])[0].double()

    own = [mel(request) for request in SAID]
    (job,) = pipeline.jobs(KEPT, pipeline.plan(KEPT))
    cache = Cached(job.reference.mel.shape[1])
    Attention.forward = lambda self, *given: cache.attend(self, *given)  # type: ignore[method-assign]
    mel(KEPT)
    for request, wanted in zip((KEPT, *SAID), (None, *own), strict=True):
        cache.next = 0
        made = mel(request)
        if wanted is not None:
            ratio = wanted.square().sum() / (made - wanted).square().sum()
            print(f"{10 * float(ratio.log10()):.1f} dB  {request.text} (seed {request.seed})", flush=True)


if __name__ == "__main__":
    main()
