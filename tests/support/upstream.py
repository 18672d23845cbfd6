"""What upstream's own `F5TTS` says, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from tests.support import small

# Intel's processors round as upstream's do, bit for bit; AMD's do not: up to 4.6e-6 was measured.
ROUNDING = 0.0 if "GenuineIntel" in Path("/proc/cpuinfo").read_text(encoding="utf-8") else 2e-5

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
    """The samples that upstream makes of a text with a checkpoint, else a small v1 one, in [-1, 1]."""
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
    subprocess.run([sys.executable, "-c", _SCRIPT, repr(of), repr(asked), repr(str(out))], check=True)
    return np.clip(np.load(out), -1, 1)
