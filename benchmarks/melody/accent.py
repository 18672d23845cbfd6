"""Says the suite's Rioplatense sentences with other regional sounds, and prints what their accent scores.

    python -m benchmarks.melody.accent

The sounds are changed in the phoneme names of espeak-ng, one after the other; the recital stays its own and
knows nothing of them. The score must follow what was planted. accent.json has the scores.
"""

from __future__ import annotations

import ctypes
import json
import re
from pathlib import Path

import numpy as np

from tests.support.minimal_pairs import phonemes
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.spoken import spoken
from tts_baseline.metrics.regions.passport import accent_score, customs
from tts_baseline.metrics.regions.probes import probes
from tts_baseline.pipelines import espeak
from tts_baseline.session.scripts import scripts
from tts_baseline.suites.reader import read

RESULTS = Path(__file__).with_name("accent.json")
VOICE = "es-419"
# What is planted, in this order: as espeak-ng names it, and instead.
PLANTED = (
    ("as espeak-ng says it", "", ""),
    ("[ʃ] for [ʝ]", r"J\^|jj", "S"),
    ("and s breathed before a consonant", r"s(?=[_'|%]*[ptkbdgmnlfBDGQrR])", "h"),
    ("and s left out at the end of a word, too", r"s(?=\s|$)", ""),
)


def main() -> None:
    cases = [case for case in read("es", Path.cwd()) if case.region == "rioplatense"]
    known = scripts(cases)
    names = {case.id: _names(" ".join(word.text for word in known[case.id].words)) for case in cases}
    found = {}
    for planted, sound, instead in PLANTED:
        names = {case: re.sub(sound, instead, text) if sound else text for case, text in names.items()}
        heard = {}
        for case, text in names.items():
            utterance = phonemes(text, voice=VOICE, pitch=40)
            wave = Sound(utterance.samples.astype(np.float64), utterance.sample_rate)
            timed = spoken(wave, known[case])
            if not isinstance(timed, str):
                heard[case] = {
                    name: probe.listen(wave, known[case], timed) for name, probe in probes().items()
                }
        score = accent_score(customs("rioplatense"), heard)
        found[planted] = {"score": score.value, "low": score.low, "high": score.high} if score else None
        print(f"{planted}: {found[planted]}", flush=True)
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _names(text: str) -> str:
    """espeak-ng's phoneme names of a text."""
    pipeline = espeak.create(voice=VOICE)
    with pipeline._engine(VOICE, pipeline.rate) as engine:
        engine.espeak_TextToPhonemes.restype = ctypes.c_char_p
        rest, found = ctypes.c_char_p(text.encode()), []
        while rest.value:
            found.append(engine.espeak_TextToPhonemes(ctypes.byref(rest), 1, 0).decode())
    return " ".join(found)


if __name__ == "__main__":
    main()
