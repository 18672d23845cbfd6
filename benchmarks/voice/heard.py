"""How many words of 40 sentences a recogniser hears wrong: of a voice, or of recordings that are there.

    python benchmarks/voice/heard.py                       # the embedded voice
    python benchmarks/voice/heard.py --recordings FOLDER --name teacher
    python benchmarks/voice/heard.py --steps 8 --name 8-steps
    python benchmarks/voice/heard.py --voice FOLDER --name student   # a folder of `train export --vocoder`

The recogniser is Whisper base of the extra `[whisper]`; `--opinions` adds DNSMOS (`[mos]`). `FOLDER` has
00.wav to 39.wav, as `--keep FOLDER` leaves them. The sentences are of Debian's Spanish packages, and the
voice has learned from none of them. Results go to `heard.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from statistics import fmean
from typing import Any

import jiwer
import numpy as np
import soundfile
import torch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.recogniser import joined  # noqa: E402
from tts_baseline.core.records import Request  # noqa: E402
from tts_baseline.core.sounds import Sound  # noqa: E402
from tts_baseline.metrics.asr.repeated_words import repeats  # noqa: E402
from tts_baseline.metrics.features import dnsmos  # noqa: E402
from tts_baseline.metrics.features.transcript import transcript  # noqa: E402
from tts_baseline.pipelines.f5_spanish import create  # noqa: E402

HERE = Path(__file__).parent
RESULTS = HERE / "heard.json"


def spoken(texts: list[str], settings: dict[str, Any]) -> tuple[list[Sound], float]:
    """What the voice says, and how many CPU seconds a second of it took."""
    voice = create(settings=settings)
    voice.synthesize(Request(text=texts[0]))
    start, said = time.process_time(), []
    for seed, text in enumerate(texts):
        utterance = voice.synthesize(Request(text=text, seed=seed))
        said.append(Sound(np.asarray(utterance.samples), utterance.sample_rate))
    took = time.process_time() - start
    return said, took / sum(len(sound.samples) / sound.rate for sound in said)


def letters(text: str) -> str:
    """The words alone, in small letters."""
    return " ".join(re.findall(r"[a-záéíóúüñ]+", text.lower()))


def read(texts: list[str], sounds: list[Sound]) -> dict[str, Any]:
    """Errors of words and of characters over all, and the words of phrases that are heard twice in a row."""
    with tempfile.TemporaryDirectory() as name:
        model = joined(Path(name))
        heard = [transcript(sound, model).text for sound in sounds]
    wanted, found = [letters(text) for text in texts], [letters(text) for text in heard]
    return {
        "sentences": len(texts),
        "wer": round(jiwer.wer(wanted, found), 4),
        "cer": round(jiwer.cer(wanted, found), 4),
        "repeated": sum(
            max(0, repeats(other.split()) - repeats(text.split()))
            for text, other in zip(wanted, found, strict=True)
        ),
        "heard": dict(zip(wanted, found, strict=True)),
    }


def opinions(sounds: list[Sound]) -> dict[str, float]:
    """The mean opinions of DNSMOS, by P.808 and overall by P.835."""
    found = [dnsmos.dnsmos(sound) for sound in sounds]
    return {
        "p808": round(fmean(fmean(each.p808) for each in found), 3),
        "ovrl": round(fmean(fmean(each.overall) for each in found), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--voice", default="embedded")
    parser.add_argument("--steps", type=int, help="instead of the voice's own")
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--name", default="voice")
    parser.add_argument("--keep", type=Path, help="a folder for what the voice says")
    parser.add_argument("--opinions", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    texts = (HERE / "sentences.txt").read_text(encoding="utf-8").splitlines()
    found: dict[str, Any] = {}
    if options.recordings:
        read_in = (soundfile.read(options.recordings / f"{n:02d}.wav") for n in range(len(texts)))
        sounds = [Sound(samples, rate) for samples, rate in read_in]
    else:
        settings = {"weights": options.voice} | ({"steps": options.steps} if options.steps else {})
        sounds, found["rtf_of_one_thread"] = spoken(texts, settings)
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        for number, sound in enumerate(sounds):
            soundfile.write(options.keep / f"{number:02d}.wav", sound.samples, sound.rate)
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    found |= opinions(sounds) if options.opinions else {}
    results[options.name] = read(texts, sounds) | found
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{options.name}: {results[options.name]['wer']:.1%} of words{os.linesep}")


if __name__ == "__main__":
    main()
