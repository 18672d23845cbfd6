"""How much alike two voices are, where both sounds are long and clear enough to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.noise_floor import noise_floor
from tts_baseline.metrics.features.voice_activity import voice_activity
from tts_baseline.metrics.pooling import shorter

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

# research/quality.md 2(f): of one speaker, 6 s read 0.92, 1 to 2 s 0.84, and 6 s with noise at 20 dB 0.81.
_SHORTEST_S, _LEAST_SNR_DB = 3.0, 25.0


def untellable(sound: Sound) -> str:
    """Why nothing can be said of the speaker of a sound, else ''."""
    import numpy as np

    if reason := shorter(sound, _SHORTEST_S):
        return reason
    speech, _ = voice_activity(sound)
    if not speech.any():
        return "no speech found"
    noise = float((10 ** (noise_floor(sound).level_db / 10)).sum())
    power = float((sound.samples[speech] ** 2).mean())
    if noise and power < noise * 10 ** (_LEAST_SNR_DB / 10):
        return f"noise at {10 * np.log10(power / noise):.0f} dB below the speech: a voice needs 25 dB"
    return ""


def cosine(one: Samples, other: Samples) -> float:
    """The cosine of the angle between two vectors: 1 for the same direction."""
    import numpy as np

    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
