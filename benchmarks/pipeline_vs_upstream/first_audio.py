"""How soon a stream of the embedded voice is heard, by the length of its first chunk.

    nice -n 19 python benchmarks/pipeline_vs_upstream/first_audio.py [--write]

CPU seconds of one thread until the first piece is there and until the first sample in it that is no silence
would have been played, if nothing else ran; seconds of sound in that piece; and CPU seconds of the whole.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from statistics import fmean
from typing import Any

import torch

from tts_baseline.core import git
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.post.silence import edge_silence

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).with_suffix(".json")
TEXTS = (
    "El libro que me prestaste está sobre la mesa de la cocina, al lado de las llaves de tu hermano.",
    "Cuando llegamos a la estación ya no quedaba nadie, y el último tren había salido hacía una hora.",
)
ARMS: dict[str, dict[str, Any]] = {
    "as it is": {"settings": {}},
    "first_chunk_s = 1.5": {"settings": {"first_chunk_s": 1.5}},
    "first_chunk_s = 1.5, epss_7": {"settings": {"first_chunk_s": 1.5}, "optimize": ("epss_7",)},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"replace {RESULTS.name}")
    options = parser.parse_args()
    torch.set_num_threads(1)
    page: dict[str, Any] = {"commit": git.commit(ROOT)[0]}
    for name, arm in ARMS.items():
        voice = create(settings={"weights": "embedded", **arm["settings"]}, optimize=arm.get("optimize", ()))
        voice.synthesize(Request(text="Ya."))
        rows = [streamed(voice, Request(text=text, seed=1)) for text in TEXTS]
        page[name] = {key: round(fmean(row[key] for row in rows), 2) for key in rows[0]}
        print(name, page[name], flush=True)
    if options.write:
        RESULTS.write_text(json.dumps(page, indent=1) + "\n", encoding="utf-8")


def streamed(voice: Any, request: Request) -> dict[str, float]:
    """What a request's stream took, and what its first piece is."""
    begun = time.process_time()
    pieces, at = [], []
    for piece in voice.stream(request):
        at.append(time.process_time() - begun)
        pieces.append(piece)
    first = pieces[0]
    silence_s = edge_silence(first.samples, first.sample_rate)[0] / first.sample_rate
    return {
        "first piece": at[0], "first audible": at[0] + silence_s,
        "sound in it": len(first.samples) / first.sample_rate, "pieces": len(pieces), "whole": at[-1],
        "sound": sum(len(piece.samples) for piece in pieces) / first.sample_rate,
    }  # fmt: skip


if __name__ == "__main__":
    main()
