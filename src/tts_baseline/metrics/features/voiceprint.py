"""What a network keeps of a voice, whatever it says: Resemblyzer's vector of a speaker."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING, Any

from tts_baseline.core.errors import MissingExtra
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.resampled import resampled

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

_RATE = 16_000  # Resemblyzer's
_LEVEL = 10 ** (-30 / 20)  # its own, to which it only ever raises: a louder voice would be another one


@feature
def voiceprint(sound: Sound) -> Samples:
    """256 numbers of length 1 (GE2E, Wan et al. 2018), at one level, with long silences cut short.

    Raises MissingExtra without Resemblyzer.
    """
    import numpy as np

    package, encoder = _resemblyzer()
    samples = resampled(sound, _RATE)
    level = np.sqrt((samples**2).mean()) or 1.0
    heard = package.preprocess_wav(np.clip(_LEVEL / level * samples, -1.0, 1.0).astype(np.float32))
    return np.asarray(encoder.embed_utterance(heard), dtype=np.float64)


@functools.cache
def _resemblyzer() -> Any:
    """The package and its network, which is small: it runs on the CPU."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it imports names that scipy is about to drop
            import resemblyzer
    except ImportError as missing:
        error = MissingExtra("telling speakers needs Resemblyzer", extra="speaker")
        error.hint += " && pip install --no-deps Resemblyzer"  # it asks for a `typing` that breaks Python
        raise error from missing
    return resemblyzer, resemblyzer.VoiceEncoder("cpu", verbose=False)
