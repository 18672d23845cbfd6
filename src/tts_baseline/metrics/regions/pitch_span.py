"""How far the pitch of a tone unit ranges."""

from __future__ import annotations

from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.cepstrum import STEP_S
from tts_baseline.metrics.features.nuclear import voiced
from tts_baseline.metrics.features.spoken import TimedSpeech
from tts_baseline.metrics.prosody.declination import units
from tts_baseline.metrics.regions.tokens import RegionalToken, unmeasured

UNIT = "st"
_FEWEST = 30  # frames, as of `declination`
_LOW, _HIGH = 5, 95  # percentiles: a frame that is tracked wrong widens nothing


@feature
def pitch_span(sound: Sound, script: SpeechScript, spoken: TimedSpeech) -> tuple[RegionalToken, ...]:
    """Each tone unit: the 95th less the 5th percentile of its pitch, in semitones. It has no classes.

    A unit is what stands between two marks. Not measured with less than 0.3 s of voice.
    """
    import numpy as np

    pitch = voiced(sound)
    found = []
    for first, last in units(script):
        word = script.words[last].text
        said = [each for each in spoken.syllables if first <= each.word <= last]
        start_s, stop_s = (said[0].start_s, said[-1].end_s) if said else (0.0, 0.0)
        heard = pitch[round(start_s / STEP_S) : round(stop_s / STEP_S) + 1]
        heard = heard[~np.isnan(heard)]
        if heard.size < _FEWEST:
            found.append(unmeasured(word))
            continue
        low, high = np.percentile(heard, (_LOW, _HIGH))
        found.append(RegionalToken(word, start_s, stop_s, float(high - low), ""))
    return tuple(found)
