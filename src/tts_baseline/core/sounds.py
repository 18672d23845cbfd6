"""Sounds, and their features: what several metrics need to know about one utterance, computed once.

A feature is a pure function of a sound (and of numbers, or of another sound) under `@feature`. Its result
is kept with the sound, so that twenty metrics that ask for it cost one computation.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from msgspec import Struct, field
from msgspec.structs import force_setattr

from tts_baseline.core.records import Utterance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float64]

P = ParamSpec("P")
R = TypeVar("R")


class Sound(Struct, frozen=True, eq=False):
    """Mono audio: float64 samples, shape (n,), which cannot be written to, and their rate in Hz.

    `features` holds what was computed of it; only `feature` looks inside.
    """

    samples: Samples
    rate: int
    features: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Guard the samples, which all metrics share; the array that was given stays as it is."""
        force_setattr(self, "samples", _read_only(self.samples.view()))


class Sounds:
    """The sounds of utterances, one for each content: the same samples at one rate share their features.

    Of a golden that serves in several evidences, every feature is thus computed once. Lives as long as
    one case is scored: the features of a whole suite would fill the memory.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, str, int], Sound] = {}

    def of(self, utterance: Utterance) -> Sound:
        """The utterance's sound."""
        given = utterance.samples
        key = (hashlib.sha256(given.tobytes()).digest(), given.dtype.str, utterance.sample_rate)
        if key not in self._known:
            self._known[key] = Sound(given.astype("f8"), utterance.sample_rate)
        return self._known[key]


def feature(compute: Callable[Concatenate[Sound, P], R]) -> Callable[Concatenate[Sound, P], R]:
    """`compute`, with its result kept for each sound and further arguments, which must be hashable.

    Arrays in the result, or in a tuple of it, are made read-only, because metrics share them.
    """
    signature = inspect.signature(compute)

    @functools.wraps(compute)
    def shared(sound: Sound, /, *args: P.args, **kwargs: P.kwargs) -> R:
        asked = signature.bind(sound, *args, **kwargs)
        asked.apply_defaults()
        key = (compute, *asked.args[1:], *asked.kwargs.items())
        if key not in sound.features:
            sound.features[key] = _read_only(compute(sound, *args, **kwargs))
        known: R = sound.features[key]
        return known

    return shared


def _read_only(result: Any) -> Any:
    import numpy as np

    for part in result if isinstance(result, tuple) else (result,):
        if isinstance(part, np.ndarray):
            part.flags.writeable = False
    return result
