"""How a student of the embedded voice speaks, beside the voice in its own steps and in as few.

    python benchmarks/voice/student.py FOLDER      # .voice/student, which `make student` leaves

The 40 sentences of `heard.py`, each by all three in turn: words as Whisper base hears them, opinions by
DNSMOS of whole recordings, CPU seconds of one thread. The twelve sentences of `planted.py` are judged by the
voice's accepted recordings. Extras: `[whisper]`, `[mos]`. Results go to `student.json`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np
import torch
from heard import read

from planted import Gate, says
from tts_baseline.core import environment
from tts_baseline.core.records import Request
from tts_baseline.core.sounds import Sound
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.stats.median import median_interval

HERE = Path(__file__).parent
RESULTS = Path(__file__).with_suffix(".json")
sys.path.append(str(HERE.parent / "pipeline_vs_upstream"))

from vocoders import opinions  # noqa: E402

VOICE = "voice"
STEPS = 4  # the student's


def arms(student: str) -> dict[str, dict[str, Any]]:
    """The settings of each arm."""
    return {
        VOICE: {"weights": "embedded"},
        f"voice in {STEPS} steps": {"weights": "embedded", "steps": STEPS},
        "student": {"weights": student},
    }


def spoken(texts: list[str], voices: dict[str, Any]) -> tuple[dict[str, list[Sound]], dict[str, list[float]]]:
    """What each voice says of each text, and its CPU seconds."""
    sounds: dict[str, list[Sound]] = {arm: [] for arm in voices}
    seconds: dict[str, list[float]] = {arm: [] for arm in voices}
    for voice in voices.values():
        voice.synthesize(Request(text=texts[0]))
    for seed, text in enumerate(texts):
        for arm in list(voices)[:: -1 if seed % 2 else 1]:
            begun = time.process_time()
            said = voices[arm].synthesize(Request(text=text, seed=seed))
            seconds[arm].append(time.process_time() - begun)
            sounds[arm].append(Sound(np.asarray(said.samples), said.sample_rate))
    return sounds, seconds


def share(ours: list[float], theirs: list[float]) -> list[float]:
    """The share of the other's seconds: the median over sentences, and its 95 % interval."""
    logs = median_interval([log(a / b) for a, b in zip(ours, theirs, strict=True)])
    return [round(exp(each), 3) for each in logs]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--sentences", type=int, default=40)
    options = parser.parse_args()
    torch.set_num_threads(1)
    texts = (HERE / "sentences.txt").read_text(encoding="utf-8").splitlines()[: options.sentences]
    chosen, gate = arms(options.folder), Gate()
    sounds, seconds = spoken(texts, {arm: create(settings=settings) for arm, settings in chosen.items()})
    results: dict[str, Any] = {"processor": environment.read("cpu").key}
    for arm, settings in chosen.items():
        heard = read(texts, sounds[arm])
        results[arm] = {
            **{key: heard[key] for key in ("sentences", "wer", "cer", "repeated")},
            **opinions([sound.samples for sound in sounds[arm]]),
            "of the voice's seconds": share(seconds[arm], seconds[VOICE]),
            "fails": gate.fails(says(gate.sentences, **settings)),
            "heard": heard["heard"],
        }
        sys.stdout.write(f"{arm}: { ({key: results[arm][key] for key in results[arm] if key != 'heard'}) }\n")
        sys.stdout.flush()
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
