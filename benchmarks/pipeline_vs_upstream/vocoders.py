"""Vocoders on the same mels: how near copies are to the recordings, opinions of both, and seconds.

    nice -n 19 python benchmarks/pipeline_vs_upstream/vocoders.py [--write]

A is the embedded voice's Vocos, B is Griffin-Lim, which has learned nothing. `copies` are mels of recordings:
the voice's own clip, which Vocos has learned from, and three cuts of a man's reading (`tests/data`), which it
has not. `spoken` are mels that the network made. CPU seconds are of one thread, the least of three.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import soundfile
import torch
from speechmos import dnsmos

from tts_baseline.core import git
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Request, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.resampled import resampled
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.vocoder import load
from tts_baseline.pipelines.f5_spanish.voice.reference import log_mel

ROOT = Path(__file__).parents[2]
VOICE = ROOT / "src" / "tts_baseline" / "voices" / "dora"
RESULTS = Path(__file__).with_suffix(".json")
RATE, CUT_S = 24_000, 3
SOURCES = {"vocos": str(VOICE / "vocoder"), "griffin-lim": load.GRIFFIN_LIM}
TEXTS = ("La puerta del jardín quedó abierta.", "¿Viene Lucía con nosotros?", "¡Qué alegría volver a verte!")
HEARD = ("pesq_wb", "stoi", "lsd")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"replace {RESULTS.name}")
    options = parser.parse_args()
    torch.set_num_threads(1)
    vocoders = {name: load.vocoder(source, device="cpu", root=ROOT) for name, source in SOURCES.items()}
    page: dict[str, Any] = {"commit": git.commit(ROOT)[0]}
    sets = {"own clip": copies([clip()]), "another speaker": copies(cuts()), "spoken": (spoken(), None)}
    for name, (mels, originals) in sets.items():
        page[name] = {"recordings": opinions(originals)} if originals else {}
        for vocoder, of in vocoders.items():
            waves = [wave.numpy() for wave in of.waves(mels)]
            page[name][vocoder] = {
                **(beside(waves, originals) if originals else {}), **opinions(waves),
                "CPU seconds a second": min(taken(of, mels) for _ in range(3)),
            }  # fmt: skip
            print(name, vocoder, page[name][vocoder], flush=True)
    if options.write:
        RESULTS.write_text(json.dumps(page, indent=1) + "\n", encoding="utf-8")


def clip() -> np.ndarray:
    """The clip that the voice continues, at 24 kHz."""
    samples, rate = soundfile.read(VOICE / "neutral.flac")
    return resampled(Sound(samples, rate), RATE)


def cuts() -> list[np.ndarray]:
    """Three cuts of somebody else's reading."""
    samples, rate = soundfile.read(ROOT / "tests" / "data" / "speech_es_mx.flac")
    return [
        resampled(Sound(samples[n * CUT_S * rate : (n + 1) * CUT_S * rate], rate), RATE) for n in range(3)
    ]


def copies(recordings: list[np.ndarray]) -> tuple[list[torch.Tensor], list[np.ndarray]]:
    """Their mels, and the recordings as long as waves of those are."""
    mels = [log_mel(torch.from_numpy(each).float().unsqueeze(0)).permute(0, 2, 1) for each in recordings]
    return mels, [each[: 256 * (mel.shape[2] - 1)] for each, mel in zip(recordings, mels, strict=True)]


def spoken() -> list[torch.Tensor]:
    """Mels of sentences, as the network makes them."""
    voice = create(settings={"weights": "embedded"})
    requests = [Request(text=text, seed=1) for text in TEXTS]
    return voice.engine.mels([job for each in requests for job in voice.jobs(each, voice.plan(each))])


def beside(waves: list[np.ndarray], originals: list[np.ndarray]) -> dict[str, float]:
    """How near the copies are to the recordings, by the metrics of golden recordings."""
    case = Case(id="copy", text="copia", region="neutral")
    found: dict[str, list[float]] = {key: [] for key in HEARD}
    for wave, original in zip(waves, originals, strict=True):
        ours, theirs = (
            Utterance(samples=each.astype(np.float32), sample_rate=RATE) for each in (wave, original)
        )
        evidence = Evidence(case=case, utterances=(ours,), golden=theirs)
        for key in HEARD:
            value = metrics()[key].read(evidence).value
            found[key] += [] if value is None else [value]
    return {key: round(fmean(values), 3) for key, values in found.items()}


def opinion(wave: np.ndarray) -> dict[str, float]:
    """What DNSMOS says of a whole sound: `p808_mos`, `ovrl_mos` and its other scores."""
    heard = resampled(Sound(wave.astype(np.float64), RATE), 16_000).clip(-1, 1)
    scores: dict[str, float] = dnsmos.run(heard, 16_000)
    return scores


def opinions(waves: list[np.ndarray]) -> dict[str, float]:
    """The mean opinions of DNSMOS on whole sounds."""
    found = [opinion(wave) for wave in waves]
    return {key: round(fmean(float(each[f"{key}_mos"]) for each in found), 2) for key in ("p808", "ovrl")}


def taken(vocoder: Any, mels: list[torch.Tensor]) -> float:
    begun = time.process_time()
    waves = vocoder.waves(mels)
    return (time.process_time() - begun) * RATE / sum(len(wave) for wave in waves)


if __name__ == "__main__":
    main()
