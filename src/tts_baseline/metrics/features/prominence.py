"""How much each word stands out from the others: higher, louder, longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.cepstrum import STEP_S, cepstrum
from tts_baseline.metrics.features.nuclear import voiced
from tts_baseline.metrics.features.spoken import TimedSpeech

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

_HIGH = 95
_FEWEST_WORDS = 4
# chosen: semitones, dB and seconds; where words differ by less, that is no reason to hear one of them more
_HEARD = (1.0, 1.0, 0.02)


@feature
def prominence(sound: Sound, script: SpeechScript, spoken: TimedSpeech) -> Samples:
    """z(pitch) + z(level) + z(seconds a syllable) of each word, NaN where it is not found; shape (words,).

    Pitch in semitones and level in dB are 95th percentiles over the word, from its first vowel to its last; z
    is about the mean and by the deviation over the words, which is at least 1 st, 1 dB and 20 ms. Empty with
    fewer than four words. A word without pitch has the mean of it.
    """
    import numpy as np

    pitch, level = voiced(sound), cepstrum(sound).level_db
    rows = np.full((len(script.words), 3), np.nan)
    for number, row in enumerate(rows):
        found = spoken.of_word(number)
        if found:
            span = slice(round(found[0].start_s / STEP_S), round(found[-1].stop_s / STEP_S) + 1)
            heard = pitch[span][~np.isnan(pitch[span])]
            row[0] = np.percentile(heard, _HIGH) if heard.size else np.nan
            row[1] = np.percentile(level[span], _HIGH) if level[span].size else np.nan
            row[2] = sum(each.stop_s - each.start_s for each in found) / len(found)
    if (~np.isnan(rows[:, 2])).sum() < _FEWEST_WORDS:
        return np.zeros(0)
    spread = np.maximum(np.nanstd(rows, axis=0), _HEARD)
    standard = (rows - np.nanmean(rows, axis=0)) / spread
    total: Samples = np.nansum(standard, axis=1)
    return np.where(np.isnan(rows[:, 2]), np.nan, total)
