"""How the time of a call follows the seconds of audio that it makes: a + b·s + c·s², none of them negative.

A fixed part, one that grows with the length, one that attention adds (its square). How much longer a call
takes because its audio is longer follows from it; only the rest is a change of pace.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from tts_baseline.stats.nonnegative import nonnegative

if TYPE_CHECKING:
    from tts_baseline.stats.nonnegative import Array

LEAST_CASES = 5  # chosen: three terms, and two cases more to tell how well they are known
LEAST_SPAN = 1.5  # chosen: lengths that differ by less do not show how time follows them
_PARTS = 5  # a law is known as well as those without each fifth of the cases agree


class LengthLaw(Struct, frozen=True):
    """Seconds of a call by seconds of its audio, but for a factor."""

    fixed: float
    linear: float
    square: float

    def logs(self, audio_s: Array) -> Array:
        """The natural logs of what calls with so much audio take, by this law."""
        import numpy as np

        return np.log(self.fixed + audio_s * (self.linear + audio_s * self.square))


def laws(audio_s: Sequence[float], seconds: Sequence[float]) -> tuple[LengthLaw, ...]:
    """The laws that these cases allow: by all of them first, then without each fifth.

    Where there are too few, or all are about as long: the extremes, a time that does not depend on the
    length, and one that grows by its power 1.5 at the mean length, as where attention takes half of it.
    """
    import numpy as np

    lengths, times = np.asarray(audio_s, float), np.asarray(seconds, float)
    if len(lengths) < LEAST_CASES or lengths.max() < LEAST_SPAN * lengths.min():
        return LengthLaw(1.0, 0.0, 0.0), LengthLaw(0.0, 1.0, 1.0 / float(lengths.mean()))
    by_length = np.argsort(lengths, kind="stable")
    left_out = [np.delete(by_length, np.s_[part::_PARTS]) for part in range(_PARTS)]
    return tuple(_fitted(lengths[chosen], times[chosen]) for chosen in (by_length, *left_out))


def _fitted(lengths: Array, times: Array) -> LengthLaw:
    """Least squares of relative errors without negative terms."""
    import numpy as np

    columns = np.stack([lengths**power for power in range(3)], axis=1) / times[:, None]
    return LengthLaw(*nonnegative(columns)[0].tolist())
