"""Plants faults of melody and of regional sounds in espeak-ng's speech; counts which are caught and named.

    nice -n 19 python benchmarks/melody/melody.py [--sentences 49]

Contours and emphasis are imposed by Praat's PSOLA (`[prosody]`), pauses are cut and put in, sounds are
changed in espeak-ng's phoneme names. A fault is caught where the reading is worse than that of the sound
without it by more than the limit; of regional sounds, which have none, where half of the tokens or more are
of the other class. It is named where the note says which word or contour. What is unchanged but for what
nobody hears must not be caught. results.json has the counts.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import parselmouth
from msgspec.structs import replace

from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Utterance
from tts_baseline.core.script import Recital, SpeechScript
from tts_baseline.core.sounds import Sound
from tts_baseline.faults.catalogue import HARMLESS
from tts_baseline.faults.fault import Original, planted
from tts_baseline.metrics.features.nuclear import voiced
from tts_baseline.metrics.features.spoken import TimedSpeech, spoken
from tts_baseline.metrics.golden import pauses
from tts_baseline.metrics.prosody import emphasis, nuclear, pausing
from tts_baseline.metrics.prosody.contours import Movement, accepted
from tts_baseline.metrics.regions.coda_s import coda_s
from tts_baseline.metrics.regions.palatals import palatals
from tts_baseline.metrics.regions.tokens import UNMEASURED
from tts_baseline.pipelines import espeak
from tts_baseline.session.scripts import scripts
from tts_baseline.suites.reader import read

RESULTS = Path(__file__).with_name("results.json")
_PHONEMES = 0x100  # espeakPHONEMES of espeak-ng/speak_lib.h
# The peak and the end of each class, in semitones above the beginning of the last stressed vowel.
CONTOURS = {"L%": (0.0, -5.0), "M%": (0.0, 0.0), "LH%": (3.0, 3.0), "HH%": (7.0, 7.0), "HL%": (5.0, -3.0)}
_CONSONANT = r"(?=[ptkbdgmnlfBDGrR]|\s|$)"
_MEDIAN_HZ = 100.0  # of the resynthesized voice
call = parselmouth.praat.call


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=1000)
    options = parser.parse_args()
    cases = read("es", Path.cwd())[: options.sentences]
    known = scripts(cases)
    pipeline = espeak.create()
    counts: dict[str, dict[str, int]] = {}
    for number, case in enumerate(cases):
        if (script := known.get(case.id)) is None or script.recital is None:
            continue
        utterance = replace(pipeline.synthesize(case.request), phones=())
        sound = Sound(utterance.samples.astype(np.float64), utterance.sample_rate)
        timed = spoken(sound, script)
        if isinstance(timed, str):
            continue
        for name, caught, named in _all(case, script, sound, timed):
            row = counts.setdefault(name, {"planted": 0, "caught": 0, "named": 0})
            row["planted"] += 1
            row["caught"] += caught
            row["named"] += named
        print(f"{time.strftime('%H:%M:%S')} {number + 1} of {len(cases)} {case.id}: {counts}", flush=True)
    RESULTS.write_text(json.dumps({"sentences": len(cases), "faults": counts}, indent=1) + "\n", "utf-8")


def _all(
    case: Case, script: SpeechScript, sound: Sound, timed: TimedSpeech
) -> Iterator[tuple[str, bool, bool]]:
    yield from _contours(case, script, sound, timed)
    yield from _emphasis(case, script, sound, timed)
    yield from _pauses(case, script, sound, timed)
    yield from _sounds(case, script)
    yield from _unchanged(case, script, sound)


def _contours(
    case: Case, script: SpeechScript, sound: Sound, timed: TimedSpeech
) -> Iterator[tuple[str, bool, bool]]:
    """Each sentence ends as it may, and then as it may not."""
    sentence = script.sentences[-1]
    allowed = accepted(sentence.asks, script.region)
    stress = script.words[sentence.nucleus].stress or 0
    start = [s for s in timed.of_word(sentence.nucleus) if s.place == stress]
    if not allowed or not start or not timed.syllables:
        return
    one = replace(script, sentences=(sentence,))
    ends = start[0].start_s, timed.syllables[-1].end_s
    right = _read(nuclear, case, one, _moved(sound, *ends, *CONTOURS[allowed[0]]))
    if right.value is None:
        return
    for tone, (peak, end) in CONTOURS.items():
        if min(Movement(peak, end).misses(each) for each in allowed) <= nuclear_limit():
            continue
        wrong = _read(nuclear, case, one, _moved(sound, *ends, peak, end))
        caught = wrong.value is not None and wrong.value - right.value > nuclear_limit()
        kind = "flat question" if "question" in sentence.asks and tone == "M%" else "wrong contour"
        yield kind, caught, caught and "accepted" in wrong.note


def nuclear_limit() -> float:
    """The limit of `nuclear` in semitones."""
    return float((nuclear.SPEC.limit or "").split()[0])


def emphasis_limit() -> float:
    """The limit of `emphasis` in places."""
    return float((emphasis.SPEC.limit or "").split()[0])


def _emphasis(
    case: Case, script: SpeechScript, sound: Sound, timed: TimedSpeech
) -> Iterator[tuple[str, bool, bool]]:
    """One word stands out by 5 semitones and 5 dB; then another one does."""
    stressed = [n for n, word in enumerate(script.words) if word.stress is not None and timed.of_word(n)]
    if len(stressed) < 4 or len(script.words) > 25:
        return
    asked, other = stressed[1], stressed[2]
    words = tuple(replace(w, emphasis=int(n == asked)) for n, w in enumerate(script.words))
    plan = replace(script, words=words)
    waves = [_louder(sound, timed, n) for n in (asked, other)]
    right, wrong = (_read(emphasis, case, plan, wave) for wave in waves)
    if right.value is None or right.value > 2:
        yield "emphasis that is heard", False, False
        return
    original = Original(waves[0], sound.rate, None)
    for change in HARMLESS:
        now = _read(emphasis, case, plan, planted(change, change.strength, original, case.id))
        yield (
            "unchanged, emphasis",
            now.value is not None and now.value - right.value > emphasis_limit(),
            False,
        )
    caught = wrong.value is not None and wrong.value - right.value > emphasis_limit()
    yield "emphasis on the wrong word", caught, caught and f"«{script.words[other].text}»" in wrong.note


def _pauses(
    case: Case, script: SpeechScript, sound: Sound, timed: TimedSpeech
) -> Iterator[tuple[str, bool, bool]]:
    """0.3 s of pause after a word that asks for it, and then two words later."""
    asked = [
        n
        for n, w in enumerate(script.words[:-3])
        if w.pause_s and timed.of_word(n + 1) and timed.of_word(n + 3)
    ]
    if not asked:
        return
    place = asked[0]
    right, wrong = (_paused(sound, timed, n) for n in (place, place + 2))
    golden = Utterance(samples=right, sample_rate=sound.rate)
    said = Utterance(samples=wrong, sample_rate=sound.rate)
    gate = pauses.read(Evidence(case=case, utterances=(said,), golden=golden))
    before, after = (_read(pausing, case, script, each) for each in (right, wrong))
    caught = gate.value is not None and gate.value > 0.08
    named = None not in (before.value, after.value) and after.value < before.value
    yield (
        "pause moved",
        caught,
        caught and named and f"one after «{script.words[place + 2].text}»" in after.note,
    )


def _sounds(case: Case, script: SpeechScript) -> Iterator[tuple[str, bool, bool]]:
    """[ʃ] for [ʝ], and s left out or breathed, in espeak-ng's phoneme names; heard with the usual recital."""
    text = " ".join(word.text for word in script.words)
    names = _names(text)
    usual = _spoken_names(names)
    known = replace(script, recital=_recital(usual))
    for fault, probe, pattern, sound, kinds in (
        ("[ʃ] for [ʝ]", palatals, r"J\^|jj", "S", ("ʃ",)),
        ("coda s breathed", coda_s, f"s{_CONSONANT}", "h", ("aspirated", "dropped")),
        ("coda s left out", coda_s, f"s{_CONSONANT}", "", ("dropped", "aspirated")),
    ):
        if not re.search(pattern, names):
            continue
        tokens = []
        for utterance in (usual, _spoken_names(re.sub(pattern, sound, names))):
            wave = Sound(utterance.samples, utterance.sample_rate)
            timed = spoken(wave, known)
            found = () if isinstance(timed, str) else probe(wave, known, timed)
            tokens.append([token for token in found if token.kind != UNMEASURED])
        before, after = tokens
        if before and after:
            share_before, share = (sum(t.kind in kinds for t in each) / len(each) for each in (before, after))
            caught = share - share_before >= 0.5
            yield fault, caught, caught


def _unchanged(case: Case, script: SpeechScript, sound: Sound) -> Iterator[tuple[str, bool, bool]]:
    """What nobody hears must not be caught; nor should the same words a semitone lower, by PSOLA."""
    then = _read(nuclear, case, script, sound.samples).value
    original = Original(sound.samples, sound.rate, None)
    waves = [("unchanged", planted(change, change.strength, original, case.id)) for change in HARMLESS]
    waves.append(("a semitone lower", _moved(sound, 0.0, 0.0, 0.0, 0.0, by=-1.0)))
    for name, wave in waves:
        now = _read(nuclear, case, script, wave)
        if None not in (now.value, then):
            yield name, now.value - then > nuclear_limit(), False


def _read(metric: Any, case: Case, script: SpeechScript, samples: np.ndarray) -> Any:
    said = Utterance(samples=samples, sample_rate=espeak.SAMPLE_RATE)
    return metric.read(Evidence(case=case, utterances=(said,), script=script))


def _resynthesized(sound: Sound, bend: Callable[[float, float], float]) -> np.ndarray:
    """The sound with each pitch, at its second, as `bend` says (in semitones above the median)."""
    manipulation = call(parselmouth.Sound(sound.samples, sound.rate), "To Manipulation", 0.01, 60, 500)
    pitch = voiced(sound)
    tier = call("Create PitchTier", "bent", 0.0, sound.samples.size / sound.rate)
    for frame in np.flatnonzero(~np.isnan(pitch)).tolist():
        call(tier, "Add point", frame / 100, _MEDIAN_HZ * 2 ** (bend(frame / 100, float(pitch[frame])) / 12))
    call([tier, manipulation], "Replace pitch tier")
    wave = call(manipulation, "Get resynthesis (overlap-add)").values[0]
    return np.asarray(0.5 * wave / np.abs(wave).max(), dtype=np.float64)


def _moved(
    sound: Sound, start: float, stop: float, peak: float, end: float, *, by: float = 0.0
) -> np.ndarray:
    """The sound whose pitch goes from `start` over a peak in the middle to its end at `stop`."""

    def bend(second: float, pitch: float) -> float:
        if by or second < start:
            return pitch + by
        middle = start + 0.4 * (stop - start)
        return float(np.interp(second, [start, middle, max(middle, stop - 0.06)], [0.0, peak, end]))

    return _resynthesized(sound, bend)


def _louder(sound: Sound, timed: TimedSpeech, word: int) -> np.ndarray:
    """A word by 5 semitones and 5 dB above what it was."""
    found = timed.of_word(word)
    first, last = found[0].start_s - 0.03, found[-1].stop_s + 0.02
    wave = _resynthesized(sound, lambda second, pitch: pitch + 5.0 * (first <= second <= last))
    times = np.arange(wave.size) / sound.rate
    gain = np.interp(times, [first - 0.02, first, last, last + 0.02], [0.0, 5.0, 5.0, 0.0])
    return 0.5 * wave * 10 ** (gain / 20)


def _paused(sound: Sound, timed: TimedSpeech, word: int) -> np.ndarray:
    """0.3 s of silence where the next word begins, in the middle of the softest 60 ms before its vowel."""
    before, after = timed.of_word(word), timed.of_word(word + 1)
    start, stop = (
        round(s * sound.rate) for s in (before[-1].stop_s, max(before[-1].stop_s + 0.02, after[0].start_s))
    )
    at = (start + stop) // 2
    return np.concatenate([sound.samples[:at], np.zeros(round(0.3 * sound.rate)), sound.samples[at:]])


def _names(text: str) -> str:
    """espeak-ng's phoneme names of a text."""
    pipeline = espeak.create(voice="es-419")
    with pipeline._engine("es-419", pipeline.rate) as engine:
        engine.espeak_TextToPhonemes.restype = ctypes.c_char_p
        rest, found = ctypes.c_char_p(text.encode()), []
        while rest.value:
            found.append(engine.espeak_TextToPhonemes(ctypes.byref(rest), 1, 0).decode())
    return " ".join(found)


def _spoken_names(names: str) -> Utterance:
    pipeline = espeak.create(voice="es-419")
    said = espeak._Said([], [], [])
    text = f"[[{names}]]".encode()
    with pipeline._engine("es-419", pipeline.rate) as engine:
        callback = espeak._Callback(espeak._recorder(said))
        engine.espeak_SetSynthCallback(callback)
        engine.espeak_Synth(text, len(text) + 1, 0, 1, 0, 1 | _PHONEMES, None, None)
    samples = np.frombuffer(b"".join(said.pcm), np.int16) / 32768
    return Utterance(samples=samples, sample_rate=espeak.SAMPLE_RATE, phones=espeak.phones_of(said))


def _recital(utterance: Utterance) -> Recital:
    pcm = np.round(utterance.samples * 32768).astype("<i2").tobytes()
    return Recital(pcm=pcm, rate=utterance.sample_rate, phones=utterance.phones)


if __name__ == "__main__":
    main()
