"""The sound at full scale, for what must not depend on its level."""

from __future__ import annotations

from tts_baseline.core.sounds import Sound, feature


@feature
def full_scale(sound: Sound) -> Sound:
    """The same sound with its largest sample at 1 or -1; it must not be silent."""
    return Sound(sound.samples / abs(sound.samples).max(), sound.rate)
