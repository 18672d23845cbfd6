"""Spoils what the embedded voice says, and asks the gate of sound: what fails, by name? To `planted.json`.

    python benchmarks/voice/planted.py [--seeds 3]

The twelve sentences of `examples/f5_project` are spoken anew and judged by their accepted recordings: as they
are, in four steps, after another clip, and with noise, without what is above 4 kHz, without a word. Under
other seeds they are another take of the same words: what fails then is counted, too, as no fault.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from msgspec.structs import replace

from tts_baseline.core import environment
from tts_baseline.core.records import Utterance
from tts_baseline.faults.catalogue import FAULTS
from tts_baseline.faults.fault import Original, planted
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.session import certify_sound, planting
from tts_baseline.session.planting import GoldenCase, Readings
from tts_baseline.session.project import open_project

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "f5_project"
RESULTS = Path(__file__).with_suffix(".json")
SPOILT = (("noise", 30.0), ("low-pass", 4000.0), ("dropped word", 0.3))


class Gate:
    """The gate of sound of the twelve sentences, by their accepted recordings."""

    def __init__(self) -> None:
        project = open_project(EXAMPLE, {"dir": str(ROOT / "baselines")})
        _, store, quality = certify_sound.accepted_sound(project)
        self.sentences = certify_sound.golden_cases(project, store, quality, 12)
        self._suite = planting.suite_of(
            quality, project.suite, environment.read("cpu"), project.limits,
            [each.case for each in self.sentences],
            self._scored({each.case.id: each.golden for each in self.sentences}),
        )  # fmt: skip

    def fails(self, said: dict[str, Utterance]) -> list[str]:
        """The gates that fail when these are heard instead."""
        return sorted(self._suite.build(self._scored(said)))

    def _scored(self, said: dict[str, Utterance]) -> dict[str, Readings]:
        known = {each.case.id: each for each in self.sentences}
        return {case: planting.heard_again((known[case], utterance)) for case, utterance in said.items()}


def says(sentences: list[GoldenCase], *, seed: int | None = None, **settings: Any) -> dict[str, Utterance]:
    """What the voice says of each case, with other settings or under another seed."""
    voice = create(settings={"weights": "embedded", **settings})
    requests = {each.case.id: each.case.request for each in sentences}
    return {
        case: voice.synthesize(request if seed is None else replace(request, seed=seed))
        for case, request in requests.items()
    }


def spoilt(sentences: list[GoldenCase], name: str, strength: float) -> dict[str, Utterance]:
    """The goldens with a fault of `tts_baseline.faults`, where they have a place for it."""
    fault = next(fault for fault in FAULTS if fault.name == name)
    found = {}
    for each in sentences:
        golden = each.golden
        original = Original(golden.samples.astype(np.float64), golden.sample_rate, None)
        wave = planted(fault, strength, original, each.case.id)
        if wave is not None:
            found[each.case.id] = Utterance(samples=wave.astype(np.float32), sample_rate=golden.sample_rate)
    return found


def changes(sentences: list[GoldenCase], seeds: int) -> Iterator[tuple[str, dict[str, Utterance]]]:
    """Each change by name, with what is then heard of each sentence."""
    yield "unchanged", says(sentences)
    for name, strength in SPOILT:
        yield f"{name} {strength:g}", spoilt(sentences, name, strength)
    yield "4 steps", says(sentences, steps=4)
    with tempfile.TemporaryDirectory() as folder:
        # Another voice: the clip of the tests, which is a man's, of three seconds.
        clip = Path(folder) / "other.wav"
        samples, rate = soundfile.read(ROOT / "tests" / "data" / "speech_es_mx.flac")
        soundfile.write(clip, samples[: 3 * rate], rate)
        other = [{"audio": str(clip), "text": sentences[0].case.text}]
        yield "another clip", says(sentences, references=other)
    for seed in range(1, seeds + 1):
        yield f"seed {seed}", says(sentences, seed=seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    gate = Gate()
    results = {}
    for name, said in changes(gate.sentences, options.seeds):
        results[name] = {"sentences": len(said), "fails": gate.fails(said)}
        sys.stdout.write(f"{name}: {', '.join(results[name]['fails']) or 'nothing fails'}\n")
        sys.stdout.flush()
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
