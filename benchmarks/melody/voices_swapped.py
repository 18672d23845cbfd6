"""Swaps the voice and the region's voice beneath the same words; counts which are caught and named.

    OMP_NUM_THREADS=1 nice -n 19 python benchmarks/melody/voices_swapped.py [--sentences 49] [--speakers 16]

needs [espeak,speaker]. Another region's voice: espeak-ng's Latin American voice for its Castilian one, and
the other way round, in each sentence of `es` with a z, ce or ci; caught where the share of [θ] moves by half,
by the probe that the passport has. Another speaker: espeak-ng for the embedded voice, espeak-ng at another
pitch, and the embedded voice for a recorded one; caught where `speaker` falls by more than its limit.
What is unchanged but for what nobody hears must not be caught. voices_swapped.json has the counts.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile
from msgspec.structs import replace

from tts_baseline.baseline.store import Store
from tts_baseline.core.ears import Ears
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Utterance
from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound
from tts_baseline.faults.fault import Original, planted
from tts_baseline.faults.harmless import HARMLESS
from tts_baseline.metrics.features.spoken import spoken
from tts_baseline.metrics.regions.distincion import distincion
from tts_baseline.metrics.regions.tokens import UNMEASURED
from tts_baseline.metrics.speaker import speaker
from tts_baseline.pipelines import espeak
from tts_baseline.session.scripts import scripts
from tts_baseline.suites.reader import read

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).with_suffix(".json")
CASTILIAN, AMERICAN = "es", "es-419"
HIGHER = 85  # of 99; usual is 50
RECORDED = ROOT / "tests" / "data" / "speech_es_mx.flac"
PIECE_S = 4.0
EARS = Ears(models={"speaker": "resemblyzer"})
Counts = dict[str, dict[str, int]]


class Swapped(NamedTuple):
    """What was accepted, and what is heard instead."""

    kind: str
    golden: Utterance
    heard: Utterance


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--speakers", type=int, default=16, help="sentences of each kind")
    options = parser.parse_args()
    cases = read("es", Path.cwd())[: options.sentences]
    counts: Counts = {}
    known = scripts(cases)
    for case in cases:
        if script := known.get(case.id):
            for name, caught in _regions(case, script):
                _count(counts, name, is_caught=caught)
    print(time.strftime("%H:%M:%S"), counts, flush=True)
    for number, swapped in enumerate(_speakers(options.speakers)):
        for name, caught in _heard(swapped, number):
            _count(counts, name, is_caught=caught)
        print(time.strftime("%H:%M:%S"), counts, flush=True)
    page = {"command": "python benchmarks/melody/voices_swapped.py", "faults": counts}
    RESULTS.write_text(json.dumps(page, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _count(counts: Counts, name: str, *, is_caught: bool) -> None:
    row = counts.setdefault(name, {"planted": 0, "caught": 0})
    row["planted"] += 1
    row["caught"] += is_caught


def _regions(case: Case, script: SpeechScript) -> Iterator[tuple[str, bool]]:
    """The voice of either region where the other's was, and a change that nobody hears."""
    said = {voice: _plain(espeak.create(voice=voice), case) for voice in (CASTILIAN, AMERICAN)}
    shares = {voice: _share(utterance, script) for voice, utterance in said.items()}
    if None in shares.values():
        return
    for voice, other in ((CASTILIAN, AMERICAN), (AMERICAN, CASTILIAN)):
        yield "another region's voice", abs(shares[other] - shares[voice]) >= 0.5
    for number, change in enumerate(HARMLESS):
        voice = (CASTILIAN, AMERICAN)[number % 2]
        now = _share(_changed(said[voice], number, case.id), script)
        if now is not None:
            yield f"unchanged, region ({change.name})", abs(now - shares[voice]) >= 0.5


def _share(utterance: Utterance, script: SpeechScript) -> float | None:
    """The share of [θ] among the measured z, ce and ci; None where there are none."""
    sound = Sound(utterance.samples.astype(np.float64), utterance.sample_rate)
    timed = spoken(sound, script)
    tokens = () if isinstance(timed, str) else distincion(sound, script, timed)
    kinds = [token.kind for token in tokens if token.kind != UNMEASURED]
    return sum(kind == "θ" for kind in kinds) / len(kinds) if kinds else None


def _speakers(count: int) -> Iterator[Swapped]:
    """Sentences of 3 s or more, as accepted and by another voice."""
    own = _goldens("f5_spanish")
    plain, higher = espeak.create(voice=AMERICAN), espeak.create(voice=AMERICAN, pitch=HIGHER)
    for case in read("es", Path.cwd()):
        if case.id in own and _is_long(own[case.id]):
            yield Swapped("espeak-ng for the embedded voice", own[case.id], _plain(plain, case))
    long = [case for case in read("es", Path.cwd()) if _is_long(_plain(plain, case))]
    for case in long[:count]:
        yield Swapped("espeak-ng at another pitch", _plain(plain, case), _plain(higher, case))
    samples, rate = soundfile.read(RECORDED, dtype="float32")
    size = round(PIECE_S * rate)
    others = [each for each in own.values() if _is_long(each)]
    for number, start in enumerate(range(0, samples.size - size, size)):
        piece = Utterance(samples=samples[start : start + size], sample_rate=rate)
        yield Swapped("the embedded voice for a recorded one", piece, others[number % len(others)])


def _goldens(pipeline: str) -> dict[str, Utterance]:
    store = Store(ROOT / "baselines", pipeline, "cpu")
    return store.goldens(store.quality())


def _is_long(utterance: Utterance) -> bool:
    return len(utterance.samples) >= 3.2 * utterance.sample_rate


def _heard(swapped: Swapped, number: int) -> Iterator[tuple[str, bool]]:
    """Whether the other voice is caught, and the same one with a change that nobody hears."""
    unchanged = _changed(swapped.golden, number, str(number))
    for name, utterance in ((swapped.kind, swapped.heard), ("unchanged, speaker", unchanged)):
        reading = speaker.read(Evidence(utterances=(utterance,), golden=swapped.golden, ears=EARS))
        if reading.value is None:
            print(name, reading.reason, flush=True)
        else:
            yield name, 1 - reading.value > float(speaker.SPEC.limit or 0)


def _plain(pipeline: Any, case: Case) -> Utterance:
    """What a voice says of a case's words, whatever its region, without its phones."""
    return replace(pipeline.synthesize(replace(case.request, region="neutral")), phones=())


def _changed(utterance: Utterance, number: int, case: str) -> Utterance:
    """The utterance with one of the changes that nobody hears."""
    change = HARMLESS[number % len(HARMLESS)]
    original = Original(utterance.samples.astype(np.float64), utterance.sample_rate)
    wave = planted(change, change.strength, original, case)
    return replace(utterance, samples=(original.wave if wave is None else wave).astype(np.float32))


if __name__ == "__main__":
    main()
