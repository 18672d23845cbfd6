"""What computes a score: the code of the metrics, and the versions of their libraries."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path

from tts_baseline.core.ears import SOFTWARE
from tts_baseline.core.protocols import Metric
from tts_baseline.core.registry import METRICS

CODE = "metrics"  # the name of their code among the software of an environment
_PACKAGE = Path(__file__).parents[1]
_DIGITS = 16


@functools.cache
def code() -> str:
    """A digest of the source that readings are computed by; empty where Python has no source of it."""
    folders = (_PACKAGE / "metrics", _PACKAGE / "pipelines" / "f5_spanish" / "text")  # sounds, their scripts
    files = [file for folder in folders for kind in ("*.py", "*.toml") for file in folder.rglob(kind)]
    sources = [*sorted(files), _PACKAGE / "core" / "sounds.py"]
    if len(sources) == 1:
        return ""
    digest = hashlib.sha256()
    for source in sources:
        digest.update(f"{source.relative_to(_PACKAGE)}\n".encode() + source.read_bytes())
    return digest.hexdigest()[:_DIGITS]


def scored_by(metric: Metric, software: Mapping[str, str]) -> str:
    """Equal for equal code, libraries and models: where two are, the same audio reads the same.

    Empty for a metric of another distribution, whose code is not known, and for software without ours.
    """
    if CODE not in software or not metric.read.__module__.startswith(f"{METRICS}."):
        return ""
    model = {f"{SOFTWARE}{metric.spec.needs}"} if metric.spec.needs else set()
    names = sorted({CODE, "numpy", *metric.spec.packages, *model})
    versions = [(name, software.get(name, "")) for name in names]
    return hashlib.sha256(repr(versions).encode()).hexdigest()[:_DIGITS]
