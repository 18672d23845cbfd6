"""Sounds and their features, which metrics share and which are computed once.

A feature is a pure function of a sound (and of numbers, or another sound), decorated with `@feature`. Its
result is kept with the sound, so that twenty metrics that need it cost one computation.
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
    """Mono audio: read-only float64 samples of shape (n,), and their rate in Hz.

    `features` keeps the results of its features; only `feature` reads it.
    """

    samples: Samples
    rate: int
    features: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the samples read-only, because metrics share them; the caller's array stays writable."""
        force_setattr(self, "samples", _read_only(self.samples.view()))


class Sounds:
    """The sounds of utterances; equal samples at the same rate are one sound, with one set of features.

    So each feature of a golden is computed once. An instance serves one case only, because the features of a
    whole suite would fill the memory.
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
    """`compute`, cached by sound and by its other arguments, which must be hashable.

    Arrays that it returns, alone or in a tuple, are made read-only, because metrics share them.
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
