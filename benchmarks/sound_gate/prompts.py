"""Human speech in Spanish: the prompts of Debian's package asterisk-core-sounds-es-g722, a Mexican voice."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import soundfile

PACKAGE = "asterisk-core-sounds-es-g722"
RATE = 16_000
_SHORTEST_S, _LONGEST_S = 5.0, 9.0


def prompts(folder: Path, count: int, seed: int) -> dict[str, np.ndarray]:
    """So many prompts of 5 to 9 s by name, drawn by a seed; fetched by apt-get, decoded by ffmpeg."""
    found = sorted((folder / PACKAGE).rglob("*.g722")) or _fetched(folder)
    spoken = [path for path in found if not path.stem.isdigit() and _is_fit(path)]
    drawn = np.random.default_rng(seed).permutation(len(spoken))[:count]
    return {spoken[place].stem: _decoded(spoken[place]) for place in sorted(drawn)}


def _is_fit(path: Path) -> bool:
    return _SHORTEST_S <= path.stat().st_size / 8_000 <= _LONGEST_S  # 64 kbit/s


def _fetched(folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", "-qq", PACKAGE], cwd=folder, check=True)
    archive = next(folder.glob(f"{PACKAGE}_*.deb"))
    subprocess.run(["dpkg-deb", "--extract", archive, folder / PACKAGE], check=True)
    return sorted((folder / PACKAGE).rglob("*.g722"))


def _decoded(path: Path) -> np.ndarray:
    wave = path.with_suffix(".wav")
    if not wave.exists():
        command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "g722", "-i", path, wave]
        subprocess.run(command, check=True)
    return soundfile.read(wave, dtype="float64")[0]
