"""The clip that a voice is cloned from, as a sound."""

from __future__ import annotations

import functools

from tts_baseline.core.errors import SettingsError, brief
from tts_baseline.core.sounds import Sound, fault


@functools.lru_cache(maxsize=4)
def reference_clip(file: str) -> Sound:
    """The sound of a file, of its channels the mean; read once. Raises SettingsError for what is no sound."""
    import soundfile

    hint = "name a recording of 3 s or more: WAV, FLAC, Ogg, MP3"
    where = f"ears.reference = {file!r}"
    try:
        samples, rate = soundfile.read(file, always_2d=True)
    except (OSError, RuntimeError) as error:
        what = f"the reference clip cannot be read: {brief(error)}"
        raise SettingsError(what, where=where, hint=hint) from error
    sound = Sound(samples.mean(axis=1), rate)
    if reason := fault(sound.samples):
        raise SettingsError(f"the reference clip cannot be used: {reason}", where=where, hint=hint)
    return sound
