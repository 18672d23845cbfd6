"""Sounds and their features, which metrics share and which are computed once.

A feature is a pure function of a sound (and of numbers, or another sound), decorated with `@feature`. Its
result is kept with the sound, so that twenty metrics that need it cost one computation.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from msgspec import Struct, field
from msgspec.structs import force_setattr

from tts_baseline.core.records import Utterance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float64]

# Samples of 16 bits that were divided by 32767 instead of 32768, and dither of one step on a peak of 1.
FULL_SCALE = 1 + 2.0**-15
_INTEGER_BITS = (15, 23, 31)
# chosen: nobody amplifies by 24 dB, and sound of 16 bits with so small a peak (-66 dB) is silence.
_LARGEST_GAIN = 16.0
_QUIETEST = 2.0**-16  # half a step of 16 bits: a smaller peak is rounded to nothing
_NEAR_FULL_SCALE = 1.005  # two digits would show it as 1.00

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
        self._known: dict[tuple[bytes, int], Sound] = {}
        # By id, so that a content is hashed once; with the utterance, so that nothing else gets its id.
        self._asked: dict[int, tuple[Utterance, Sound]] = {}

    def of(self, utterance: Utterance) -> Sound:
        """The utterance's sound."""
        if id(utterance) not in self._asked:
            self._asked[id(utterance)] = (utterance, self._with_content_of(utterance))
        return self._asked[id(utterance)][1]

    def _with_content_of(self, utterance: Utterance) -> Sound:
        samples = utterance.samples.astype("f8")
        key = (hashlib.sha256(samples.tobytes()).digest(), utterance.sample_rate)
        return self._known.setdefault(key, Sound(samples, utterance.sample_rate))


def unrecordable(samples: np.ndarray[Any, Any]) -> str:
    """Why no recording can hold these samples (several channels, empty, not finite, too large), else ''."""
    import numpy as np

    if samples.ndim != 1:
        return f"samples of the shape {samples.shape}: return one channel, (n,)"
    if samples.size == 0:
        return "empty audio"
    broken = int(np.count_nonzero(~np.isfinite(samples)))
    if broken:
        kind = "NaN" if np.isnan(samples).any() else "infinity"
        return f"{kind} in {broken} sample{'s' if broken > 1 else ''}"
    peak = float(np.abs(samples).max())
    return _above_full_scale(peak) if peak > FULL_SCALE else ""


def fault(samples: np.ndarray[Any, Any]) -> str:
    """Why no metric may read these samples (no recording can hold them, or silence), else ''."""
    return unrecordable(samples) or ("silent audio" if abs(samples).max() < _QUIETEST else "")


def _above_full_scale(peak: float) -> str:
    if peak > _LARGEST_GAIN:
        scale = next((str(2**bits) for bits in _INTEGER_BITS if peak <= 2**bits), f"{peak:.7g}")
        shown = scale if peak > 2 ** _INTEGER_BITS[-1] else f"{peak:.0f}"
        return f"a peak of {shown}, and full scale is 1: return `samples / {scale}`"
    shown = f"{peak:.2f}" if peak >= _NEAR_FULL_SCALE else f"{peak:.5f}"
    factor = math.floor(10 / peak) / 10 or math.floor(100 / peak) / 100
    return f"a peak of {shown}, above full scale (1): return `samples * {factor:g}`"


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
