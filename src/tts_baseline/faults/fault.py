"""What a fault is: how it is planted, at which strengths, and which gates say what it is."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np

    from tts_baseline.core.sounds import Samples

_AUDIBLE = 2.0**-16  # half a step of 16 bits: a smaller difference is rounded away


class Original(Struct, frozen=True, eq=False):
    """A recording, float64 samples of shape (n,) at `rate` Hz, and another sentence of its voice, if any."""

    wave: Samples
    rate: int
    other: Samples | None = None


Plant: TypeAlias = "Callable[[Original, float, np.random.Generator], Samples | None]"


class Fault(Struct, frozen=True, kw_only=True):
    """One kind of fault; `what` says in words what is done.

    strengths: five, from faint to gross; faults are compared at the middle one.
    shown:     how a strength is said, a format such as "{:g} dB".
    plant:     the recording with the fault of a strength; None where the recording has no place for it.
    gates:     those whose name says what it is.
    is_gross:  at its last strength so much is lost that a single sentence should fail by itself.
    """

    name: str
    what: str
    strengths: tuple[float, ...]
    shown: str
    plant: Plant
    gates: frozenset[str]
    is_gross: bool = False

    @property
    def middle(self) -> float:
        """The strength at which faults are compared."""
        return self.strengths[len(self.strengths) // 2]

    def at(self, strength: float) -> str:
        """A strength as people write it: '30 dB'."""
        return self.shown.format(strength)


class Harmless(Struct, frozen=True, kw_only=True):
    """A change that nobody hears: `plant` makes it, of this strength."""

    name: str
    strength: float
    plant: Plant


def planted(change: Fault | Harmless, strength: float, original: Original, case: str) -> Samples | None:
    """The recording with the change, within full scale; None where that changes nothing.

    Chance is that of the case and the change: equal strengths hit the same place.
    """
    import numpy as np

    dice = np.random.default_rng([zlib.crc32(case.encode()), zlib.crc32(change.name.encode())])
    changed = change.plant(original, strength, dice)
    if changed is None or (
        changed.size == original.wave.size and np.abs(changed - original.wave).max() < _AUDIBLE
    ):
        return None
    return changed / max(1.0, float(np.abs(changed).max()))
