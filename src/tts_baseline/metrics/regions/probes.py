"""The probes of this folder, one file each: a module with a `UNIT`, and a function of its own name."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics import regions
from tts_baseline.metrics.features.spoken import TimedSpeech
from tts_baseline.metrics.regions.tokens import RegionalToken


class Probe(NamedTuple):
    """What listens for a regional feature: its name, the unit of its values, what it is, and its function."""

    name: str
    unit: str
    doc: str
    listen: Callable[[Sound, SpeechScript, TimedSpeech], tuple[RegionalToken, ...]]


@functools.cache
def probes() -> Mapping[str, Probe]:
    """Every probe by name."""
    modules = [
        importlib.import_module(f"{regions.__name__}.{found.name}")
        for found in pkgutil.iter_modules(regions.__path__)
        if found.name != __name__.rpartition(".")[2]
    ]
    known = {module.__name__.rpartition(".")[2]: module for module in modules if hasattr(module, "UNIT")}
    return {
        name: Probe(name, module.UNIT, (module.__doc__ or "").partition("\n")[0], getattr(module, name))
        for name, module in known.items()
    }
