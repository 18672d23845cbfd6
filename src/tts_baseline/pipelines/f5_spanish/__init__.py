"""F5-TTS in Spanish: the pipeline that this project exists for, as a right and reproducible reference.

The way of a request (`pipeline.py`): `text/` makes a plan of it (`plan.py`); `network/`, `solver/` and
`vocoder/` speak the plan's chunks (`parts.py`); `post/` joins and finishes them.

Importing this package, or its `text`, imports no torch; asking it for `create` does.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import Any

from tts_baseline.core.errors import MissingExtra

PACKAGES = ("torch", "torchaudio", "f5-tts", "vocos", "transformers")
_NEEDED = ("torch", "torchaudio", "safetensors", "rjieba")


def __getattr__(name: str) -> Any:
    if name != "create":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    missing = [package for package in _NEEDED if find_spec(package) is None]
    if missing:
        raise MissingExtra(f"the pipeline f5_spanish needs {', '.join(missing)}", extra="f5")
    if "torch" not in sys.modules:
        # MKL then sums in one order whatever the number of threads; it listens before its first product only.
        os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")
    from tts_baseline.pipelines.f5_spanish.pipeline import create

    return create
