"""A small run: a dataset of tones, a recipe that takes seconds, and what a checkpoint of it holds."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch

from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.training import checkpoints, dataset
from tts_baseline.training.dataset import Clip
from tts_baseline.training.recipes import Recipe, Sizes

VOCABULARY = Vocabulary(tuple(" abcdefgh"))
TINY = Sizes(dim=32, depth=2, heads=1, feed_forward=64, text_dim=16, text_blocks=1)
RECIPE = Recipe(sizes=TINY, updates=24, frames=150, warmup=4, accumulate=2, checkpoint_s=0, seed=11)

_ABORTED = f"exitcode  : {-signal.SIGABRT}"
_TOGETHER = """
import faulthandler
import sys
faulthandler.enable()
from torch import set_num_threads
set_num_threads(1)
from tts_baseline.cli import main
sys.exit(main({words!r}))
"""


def made(folder: Path, clips: int = 12) -> Path:
    """A dataset of tones: each letter has a channel of its own, every fourth clip is held out."""
    dice = np.random.default_rng(0)

    def each() -> Iterator[tuple[Clip, Any]]:
        for number in range(clips):
            tokens = tuple(int(token) for token in dice.integers(1, 9, dice.integers(3, 8)))
            mel = np.full((6 * len(tokens), 100), -3.0)
            for place, token in enumerate(tokens):
                mel[6 * place : 6 * place + 6, 10 * token : 10 * token + 10] = 2.0
            part = "held_out" if number % 4 == 3 else "train"
            text = "".join(VOCABULARY.tokens[token] for token in tokens)
            yield Clip(id=f"c{number}", text=text, tokens=tokens, start=0, frames=1, part=part), mel

    dataset.write(folder, each(), VOCABULARY)
    return folder


def write_recipe(path: Path, recipe: Recipe) -> None:
    """Write a recipe as a TOML file."""
    table = msgspec.to_builtins(recipe)
    tables = {key: table.pop(key) for key in ("sizes", "chances")}
    lines = [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    for name, part in tables.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in part.items())]
    path.write_text("\n".join(lines) + "\n")


def bits(folder: Path, name: str = checkpoints.LAST) -> dict[str, Any]:
    """All that a run's checkpoint holds, as plain values that are equal only bit for bit."""

    def plain(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return (str(value.dtype), tuple(value.shape), value.numpy().tobytes())
        if isinstance(value, dict):
            return {key: plain(part) for key, part in value.items()}
        return value

    state = checkpoints.read(folder, name)
    assert state is not None
    return {field: plain(getattr(state, field)) for field in state.__struct_fields__}


def launched(count: int, words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """The command in so many processes of one thread each, by torch's own launcher."""
    script = folder / "together.py"
    script.write_text(_TOGETHER.format(words=words))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count)]
    ended = subprocess.run([*command, str(script)], capture_output=True, text=True, check=False)
    if _ABORTED in ended.stderr:
        # Seen once in some hundred starts, cause unknown; what is wrong in the product aborts each time.
        print("a process aborted, so they are started anew:", ended.stderr, sep="\n")
        ended = subprocess.run([*command, str(script)], capture_output=True, text=True, check=False)
    return ended
