"""How our pitch tracker compares with Praat and swift-f0: on voices of known pitch, and on recorded speech.

    python benchmarks/pitch/pitch.py --sounds FOLDER [--write]

Needs `pip install praat-parselmouth swift-f0`, which the package itself does not. FOLDER keeps the prompts
(fetched by apt-get, decoded by ffmpeg).
"""

from __future__ import annotations

import argparse
import functools
import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "sound_gate"))
import voices

import sound_gate
from tts_baseline.core import environment
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.f0 import CEILING_HZ, FLOOR_HZ, f0

RESULTS = Path(__file__).with_name("results.json")
RATE = 16_000
STEP_S = 0.010
_FAR_CENTS = 100.0  # a semitone: another period was taken for the pitch
Wave = np.ndarray


class Track(NamedTuple):
    """Pitch in Hz, 0 where unvoiced, and when, in seconds."""

    hz: Wave
    times_s: Wave


def ours(wave: Wave) -> Track:
    """The pitch by our own tracker."""
    heard = f0(Sound(wave, RATE))
    return Track(np.nan_to_num(heard.hz), heard.times_s)


def praat(wave: Wave) -> Track:
    """The pitch by Praat's autocorrelation, with its defaults."""
    sound = importlib.import_module("parselmouth").Sound(wave, RATE)
    heard = sound.to_pitch_ac(time_step=STEP_S, pitch_floor=FLOOR_HZ, pitch_ceiling=CEILING_HZ)
    return Track(heard.selected_array["frequency"], heard.xs())


def swift(wave: Wave) -> Track:
    """The pitch by swift-f0; a frame is voiced from a confidence of 0.5 on, as it says."""
    heard = _swift().detect(wave.astype(np.float32), RATE)
    return Track(np.where(heard.confidence >= 0.5, heard.pitch_hz, 0.0), heard.timestamps)


@functools.cache
def _swift() -> Any:
    return importlib.import_module("swift_f0").SwiftF0()


TRACKERS: dict[str, Callable[[Wave], Track]] = {"ours": ours, "praat": praat, "swift-f0": swift}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sounds", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    spoken = [heard.samples for heard in voices.mexican(asked.sounds, 12, 15).values()]
    waves = [wave[: wave.size // 320 * 320].astype(np.float64) for wave in spoken]
    known = {"steady, 150 Hz": np.full(RATE, 150.0), "glide, 110 to 330 Hz": np.geomspace(110, 330, 2 * RATE)}
    page: dict[str, Any] = {
        "command": "python benchmarks/pitch/pitch.py --sounds FOLDER --write",
        "commit": sound_gate._commit(),
        "machine": environment.read("cpu").hardware,
        "seconds": round(sum(wave.size for wave in waves) / RATE, 1),
        "trackers": {},
    }
    for name, track in TRACKERS.items():
        track(waves[0])  # what is loaded once
        begun = time.process_time()
        tracks = [track(wave) for wave in waves]
        page["trackers"][name] = {
            "CPU seconds a second": round((time.process_time() - begun) / page["seconds"], 4),
            "largest error in cents": {what: _error(track, hz) for what, hz in known.items()},
            "from ours": _apart(tracks, [ours(wave) for wave in waves]),
        }
    print(json.dumps(page, indent=1))
    if asked.write:
        RESULTS.write_text(json.dumps(page, indent=1) + "\n", encoding="utf-8")
    return 0


def _error(track: Callable[[Wave], Track], hz: Wave) -> float:
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    heard = track(0.1 * np.sum([np.sin(n * phase) / n for n in range(1, 11)], axis=0))
    true = hz[np.minimum(np.round(heard.times_s * RATE).astype(int), hz.size - 1)]
    voiced = heard.hz > 0
    return round(float(np.abs(_cents(heard.hz[voiced], true[voiced])).max()), 2)


def _apart(tracks: list[Track], reference: list[Track]) -> dict[str, float]:
    """How far they are from ours where both are voiced, and how often they agree on what is."""
    apart, agree = [], []
    for track, own in zip(tracks, reference, strict=True):
        there = own.hz[np.minimum(np.round(track.times_s / STEP_S).astype(int), own.hz.size - 1)]
        both = (track.hz > 0) & (there > 0)
        apart.append(np.abs(_cents(track.hz[both], there[both])))
        agree.append((track.hz > 0) == (there > 0))
    cents = np.concatenate(apart)
    return {
        "median, cents": round(float(np.median(cents)), 2),
        "nine tenths within, cents": round(float(np.quantile(cents, 0.9)), 2),
        "further than a semitone": round(float(np.mean(cents > _FAR_CENTS)), 4),
        "alike voiced": round(float(np.concatenate(agree).mean()), 3),
    }


def _cents(heard: Wave, true: Wave) -> Wave:
    return 1_200 * np.log2(heard / true)


if __name__ == "__main__":
    sys.exit(main())
