"""What upstream's own `F5TTS` says, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tests.support import small

_SCRIPT = """
import sys, warnings
warnings.simplefilter("ignore")
import numpy
from f5_tts.api import F5TTS
made, asked, out = (eval(word) for word in sys.argv[1:])
samples, rate, _ = F5TTS(**made, device="cpu").infer(**asked, progress=None)
assert rate == 24000
numpy.save(out, samples)
"""


def spoken(
    model: small.Small,
    vocabulary: Path,
    text: str,
    folder: Path,
    *,
    seed: int,
    steps: int,
    configuration: str = "",
    transcript: str = small.TRANSCRIPT,
) -> Any:
    """The samples that upstream makes of a text with a checkpoint, else a small v1 one, in [-1, 1].

    It computes on as many threads as this process: sums are rounded by how they are shared out.
    """
    of = {
        "model": configuration or small.configuration(folder),
        "ckpt_file": str(model.checkpoint),
        "vocab_file": str(vocabulary),
        "vocoder_local_path": str(model.vocoder),
    }
    asked = {
        "ref_file": str(model.reference), "ref_text": transcript, "gen_text": text, "seed": seed,
        "nfe_step": steps,
    }  # fmt: skip
    out = folder / "theirs.npy"
    words = [repr(of), repr(asked), repr(str(out))]
    threads = {"OMP_NUM_THREADS": str(torch.get_num_threads())}
    subprocess.run([sys.executable, "-c", _SCRIPT, *words], check=True, env=os.environ | threads)
    return np.clip(np.load(out), -1, 1)
