"""The voices of the studies: human prompts of two countries from Debian's packages, the test clip, espeak.

asterisk-core-sounds-es-g722   a Mexican voice, 16 kHz
asterisk-prompt-es-co          a Colombian voice, by telephone: GSM at 8 kHz
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import soundfile

from tts_baseline.baseline.store import Store
from tts_baseline.core.records import Utterance

ROOT = Path(__file__).parents[2]
MEXICAN, COLOMBIAN = "asterisk-core-sounds-es-g722", "asterisk-prompt-es-co"
_LONGEST_S = 9.0
_CLIP = ROOT / "tests" / "data" / "speech_es_mx.flac"
_PIECE_S = 3.0

Waves = dict[str, Utterance]


def mexican(folder: Path, count: int, seed: int) -> Waves:
    """So many prompts of 5 to 9 s by name."""
    return _drawn(_files(folder, MEXICAN, "g722"), count, seed, shortest_s=5.0)


def colombian(folder: Path, count: int, seed: int) -> Waves:
    """So many prompts of 2 to 9 s by name; this voice has few that are longer than 5 s."""
    return _drawn(_files(folder, COLOMBIAN, "gsm"), count, seed, shortest_s=2.0)


def clip(_folder: Path, _count: int, _seed: int) -> Waves:
    """The clip of the tests in pieces of 3 s."""
    samples, rate = soundfile.read(_CLIP, dtype="float32")
    size = round(_PIECE_S * rate)
    return {
        f"clip-{number}": Utterance(samples=samples[start : start + size], sample_rate=rate)
        for number, start in enumerate(range(0, samples.size - size + 1, size))
    }


def espeak(_folder: Path, count: int, seed: int) -> Waves:
    """So many accepted recordings of the embedded pipeline."""
    store = Store(ROOT / "baselines", "espeak", "cpu")
    goldens = store.goldens(store.quality())
    return {case: goldens[case] for case in _some(sorted(goldens), count, seed)}


VOICES: Mapping[str, Callable[[Path, int, int], Waves]] = {
    "mexican": mexican,
    "colombian": colombian,
    "clip": clip,
    "espeak": espeak,
}


def _drawn(found: Mapping[str, Path], count: int, seed: int, *, shortest_s: float) -> Waves:
    fit = {}
    for name, path in sorted(found.items()):
        about = soundfile.info(path)
        if not name.isdigit() and shortest_s <= about.duration <= _LONGEST_S:
            fit[name] = path
    return {name: _read(fit[name]) for name in _some(sorted(fit), count, seed)}


def _some(names: list[str], count: int, seed: int) -> list[str]:
    order = np.random.default_rng(seed).permutation(len(names))[:count]
    return sorted(names[place] for place in order)


def _read(path: Path) -> Utterance:
    samples, rate = soundfile.read(path, dtype="float32")
    return Utterance(samples=samples, sample_rate=rate)


def _files(folder: Path, package: str, ending: str) -> dict[str, Path]:
    """The package's prompts as WAV files by name; fetched by apt-get, decoded by ffmpeg, once."""
    root = folder / package
    if not root.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "-qq", package], cwd=folder, check=True)
        archive = next(folder.glob(f"{package}_*.deb"))
        subprocess.run(["dpkg-deb", "--extract", archive, root], check=True)
    return {path.stem: _decoded(path, ending) for path in sorted(root.rglob(f"*.{ending}"))}


def _decoded(path: Path, ending: str) -> Path:
    wave = path.with_suffix(".wav")
    if not wave.exists():
        command = ["ffmpeg", "-nostdin", "-v", "error", "-f", ending, "-i", path, wave]
        subprocess.run(command, check=True)
    return wave
