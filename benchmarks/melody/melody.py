"""Plants faults of melody and of regional sounds in synthetic speech; counts which are caught and named.

    nice -n 19 python -m benchmarks.melody.melody --minutes 30 --kept rows.jsonl
    nice -n 19 python -m benchmarks.melody.melody --minutes 30 --kept embedded.jsonl --spoken FOLDER

needs [espeak,prosody]. espeak-ng says the suite `es` and sentences.txt; with `--spoken`, it is what the
embedded voice has said into that folder for words_heard.py, heard as a question and as a statement.
Contours and emphasis are imposed by Praat's PSOLA, pauses are put in, sounds are changed in espeak-ng's
phoneme names. A fault is caught where the reading is worse than that of the sound without it by more than
the limit; of regional sounds, which have none, where half of the tokens or more are of the other class. It
is named where the note says which word or contour; a pause, where the report names a word beside it. What
is unchanged but for what nobody hears must not be caught. It goes on where `--kept` was left; results.json
has the counts, and each that passed or alarmed.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import random
import re
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import parselmouth
from msgspec.structs import replace

from benchmarks.words_heard.words_heard import SENTENCES, Speaker, drawn
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.script import Recital, SpeechScript
from tts_baseline.core.sounds import Sound
from tts_baseline.faults.catalogue import HARMLESS
from tts_baseline.faults.fault import Original, planted
from tts_baseline.metrics.features.nuclear import voiced
from tts_baseline.metrics.features.spoken import TimedSpeech, spoken
from tts_baseline.metrics.golden import pauses, words
from tts_baseline.metrics.prosody import emphasis, nuclear
from tts_baseline.metrics.prosody.contours import Movement, accepted
from tts_baseline.metrics.regions.coda_s import coda_s
from tts_baseline.metrics.regions.palatals import palatals
from tts_baseline.metrics.regions.tokens import UNMEASURED
from tts_baseline.pipelines import espeak
from tts_baseline.pipelines._renderings import renderings
from tts_baseline.session import hearing
from tts_baseline.session.scripts import scripts
from tts_baseline.stats.proportion import bounds
from tts_baseline.suites.reader import read

RESULTS = Path(__file__).with_name("results.json")
REGIONS = ("neutral", "castilian", "mexican", "rioplatense", "colombian")
_PHONEMES = 0x100  # espeakPHONEMES of espeak-ng/speak_lib.h
# The peak and the end of each class, in semitones above the beginning of the last stressed vowel.
CONTOURS = {"L%": (0.0, -5.0), "M%": (0.0, 0.0), "LH%": (3.0, 3.0), "HH%": (7.0, 7.0), "HL%": (5.0, -3.0)}
_CONSONANT = r"(?=[ptkbdgmnlfBDGrR]|\s|$)"
_MEDIAN_HZ = 100.0  # of the resynthesized voice
call = parselmouth.praat.call
# What was planted, whether it was caught and named, and what was read.
Found = tuple[str, bool, bool, str]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--kept", type=Path, required=True, help="rows that are measured, one a line")
    parser.add_argument("--spoken", type=Path, help="what the embedded voice has said: words_heard.py")
    parser.add_argument("--only", choices=KINDS, help="one kind of fault; the others keep their counts")
    options = parser.parse_args()
    until = time.monotonic() + 60 * options.minutes
    rows = (
        [json.loads(line) for line in options.kept.read_text().splitlines()] if options.kept.exists() else []
    )
    known = {row["case"] for row in rows}
    for case, say in _embedded(options.spoken) if options.spoken else _espeak():
        if case.id in known or time.monotonic() > until:
            continue
        names = ("planted", "caught", "named", "read")
        fresh = [
            {"case": case.id} | dict(zip(names, found, strict=True))
            for found in _heard(case, say(case), (options.only,) if options.only else KINDS)
        ] or [{"case": case.id}]
        rows += fresh
        with options.kept.open("a") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in fresh)
    results = json.loads(RESULTS.read_text("utf-8"))
    found = results.setdefault("embedded" if options.spoken else "espeak", {"faults": {}})
    if not options.only:
        found["sentences"] = len({row["case"] for row in rows})
    found["faults"] |= _counts(rows)
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _counts(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How many of each kind were caught and named, with the 95 % interval, and which went wrong."""
    counts: dict[str, Any] = {}
    for kind in dict.fromkeys(row["planted"] for row in rows if "planted" in row):
        of_kind = [row for row in rows if row.get("planted") == kind]
        caught, harmless = sum(row["caught"] for row in of_kind), kind.startswith(("unchanged", "a semitone"))
        counts[kind] = {
            "planted": len(of_kind),
            "caught": caught,
            "interval": [round(bound, 3) for bound in bounds(caught, len(of_kind))],
            "named": sum(row["named"] for row in of_kind),
            "alarms" if harmless else "passed": [
                f"{row['case']}: {row['read']}" for row in of_kind if row["caught"] == harmless
            ],
        }
    return counts


def _espeak() -> Iterator[tuple[Case, Callable[[Case], Utterance]]]:
    """Each case, and who says it."""
    pipeline = espeak.create()
    lines = Path(__file__).with_name("sentences.txt").read_text("utf-8").splitlines()
    more = [
        Case(id=f"line-{number}", region=region, text=text)
        for number, (region, text) in enumerate(line.split("|") for line in lines)
    ]
    for case in (*read("es", Path.cwd()), *more):
        yield case, lambda case: replace(pipeline.synthesize(case.request), phones=())


def _embedded(folder: Path) -> Iterator[tuple[Case, Callable[[Case], Utterance]]]:
    """The same for what the embedded voice has said: as a question, and with a pause that is asked for."""
    say = Speaker(None, folder)
    for number in range(SENTENCES):
        words = drawn(random.Random(number))
        if not say.has(words):
            continue
        region = REGIONS[number % len(REGIONS)]
        asked, paused = f"¿{' '.join(words).capitalize()}?", f"{' '.join(words[:3])}, {' '.join(words[3:])}."
        for kind, text in (("asked", asked), ("said", paused)):
            yield Case(id=f"{kind}-{number}", region=region, text=text), lambda _, words=words: say(words)


def _heard(case: Case, utterance: Utterance, kinds: Collection[str]) -> Iterator[Found]:
    """What is caught of each fault that this sentence has a place for."""
    script = scripts([case]).get(case.id)
    if script is None or script.recital is None:
        return
    sound = Sound(utterance.samples.astype(np.float64), utterance.sample_rate)
    timed = spoken(sound, script)
    if isinstance(timed, str):
        return
    embedded = {"asked": ("contours",), "said": ("contours", "emphasis", "pauses", "unchanged")}
    for kind in embedded.get(case.id.partition("-")[0], tuple(KINDS)):
        if kind in kinds:
            yield from KINDS[kind](case, script, sound, timed)


def _contours(case: Case, script: SpeechScript, sound: Sound, timed: TimedSpeech) -> Iterator[Found]:
    """Each sentence ends as it may, and then as it may not."""
    sentence = script.sentences[-1]
    allowed = accepted(sentence.asks, script.region)
    stress = script.words[sentence.nucleus].stress or 0
    start = [s for s in timed.of_word(sentence.nucleus) if s.place == stress]
    if not allowed or not start or not timed.syllables:
        return
    one = replace(script, sentences=(sentence,))
    ends = start[0].start_s, timed.syllables[-1].end_s
    right = _read(nuclear, case, one, _moved(sound, *ends, *CONTOURS[allowed[0]]), sound.rate)
    if right.value is None:
        return
    for tone, (peak, end) in CONTOURS.items():
        if min(Movement(peak, end).misses(each) for each in allowed) <= limit("nuclear"):
            continue
        wrong = _read(nuclear, case, one, _moved(sound, *ends, peak, end), sound.rate)
        caught = wrong.value is not None and wrong.value - right.value > limit("nuclear")
        kind = "flat question" if "question" in sentence.asks and tone == "M%" else "wrong contour"
        yield kind, caught, caught and "accepted" in wrong.note, f"{tone}: {right.value} {wrong}"


def limit(metric: str) -> float:
    """The limit of a metric, in its unit."""
    return float((metrics()[metric].spec.limit or "").split()[0])


def _emphasis(case: Case, script: SpeechScript, sound: Sound, timed: TimedSpeech) -> Iterator[Found]:
    """One word stands out by 5 semitones and 5 dB; then another one does."""
    stressed = [n for n, word in enumerate(script.words) if word.stress is not None and timed.of_word(n)]
    if len(stressed) < 4 or len(script.words) > 25:
        return
    asked, other = stressed[1], stressed[2]
    words = tuple(replace(w, emphasis=int(n == asked)) for n, w in enumerate(script.words))
    plan = replace(script, words=words)
    waves = [_louder(sound, timed, n) for n in (asked, other)]
    right, wrong = (_read(emphasis, case, plan, wave, sound.rate) for wave in waves)
    if right.value is None or right.value > 2:
        yield "emphasis that is heard", False, False, f"{right}"
        return
    original = Original(waves[0], sound.rate, None)
    for change in HARMLESS:
        now = _read(emphasis, case, plan, planted(change, change.strength, original, case.id), sound.rate)
        caught = now.value is not None and now.value - right.value > limit("emphasis")
        yield "unchanged, emphasis", caught, False, f"{change.name}: {right.value} {now}"
    caught = wrong.value is not None and wrong.value - right.value > limit("emphasis")
    named = caught and f"«{script.words[other].text}»" in wrong.note
    yield "emphasis on the wrong word", caught, named, f"{right.value} {wrong}"


def _pauses(case: Case, script: SpeechScript, sound: Sound, timed: TimedSpeech) -> Iterator[Found]:
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
    evidence = Evidence(case=case, utterances=(said,), golden=golden)
    # where the words that it jumps last as long as the pause, the words may be what moved
    read_of = {gate.SPEC.name: gate.read(evidence).value or 0.0 for gate in (pauses, words)}
    failed = {name: metrics()[name] for name, value in read_of.items() if value > limit(name)}
    (rendering,) = renderings([case.request])
    heard = hearing._places(case, failed, (golden, said), rendering)
    named = {name: ", ".join(place.words for place in places) for name, places in heard.items()}
    beside = {script.words[n].text for n in (place + 2, place + 3)}
    is_named = bool(beside & set(re.findall(r"\w+", " ".join(named.values()))))
    yield "pause moved", bool(failed), is_named, f"«{script.words[place].text}»: {named}"


def _sounds(case: Case, script: SpeechScript, _: Sound, __: TimedSpeech) -> Iterator[Found]:
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
            yield fault, caught, caught, ", ".join(f"{t.word} {t.value} {t.kind}" for t in (*before, *after))


def _unchanged(case: Case, script: SpeechScript, sound: Sound, _: TimedSpeech) -> Iterator[Found]:
    """What nobody hears must not be caught; nor should the same words a semitone lower, by PSOLA."""
    then = _read(nuclear, case, script, sound.samples, sound.rate).value
    original = Original(sound.samples, sound.rate, None)
    waves = [
        ("unchanged", change.name, planted(change, change.strength, original, case.id)) for change in HARMLESS
    ]
    waves.append(("a semitone lower", "", _moved(sound, 0.0, 0.0, 0.0, 0.0, by=-1.0)))
    for name, what, wave in waves:
        now = _read(nuclear, case, script, wave, sound.rate)
        if None not in (now.value, then):
            yield name, now.value - then > limit("nuclear"), False, f"{what} {then} {now}"


def _read(metric: Any, case: Case, script: SpeechScript, samples: np.ndarray, rate: int) -> Any:
    said = Utterance(samples=samples, sample_rate=rate)
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


KINDS: dict[str, Callable[[Case, SpeechScript, Sound, TimedSpeech], Iterator[Found]]] = {
    "contours": _contours,
    "emphasis": _emphasis,
    "pauses": _pauses,
    "unchanged": _unchanged,
    "sounds": _sounds,
}


if __name__ == "__main__":
    main()
