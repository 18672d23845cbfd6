"""A scratch project with a pipeline of its own, and the regressions that are planted in it as commits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

PYPROJECT = """\
[tool.tts-baseline]
pipeline = "voice:synthesize"
suite = "cases.toml"
timeout = 5
"""

CASES = {
    "hello": "Hola, ¿qué tal? Muy bien, gracias.",
    "train": "El tren sale a las ocho; llega a las nueve, si no hay niebla.",
    "question": "¿Dónde está la estación, por favor? No la encuentro.",
    "voseo": "Vos tenés razón: llueve, y yo no traje paraguas.",
    "numbers": "Son veintiún años, treinta y una semanas, y dos días.",
    "story": "Bajé en zapatillas, bajo la lluvia. Ahí estaban los vecinos, todos mojados.",
}

VOICE = """\
import ctypes
import time

import numpy as np

from tts_baseline import Request
from tts_baseline.pipelines.espeak import create

weights = np.ones({megabytes} * 2**20, dtype=np.uint8)
engine = create()
engine.load()


def synthesize(text):
    begun = time.perf_counter()
    heard = engine.synthesize(Request(text=text))
    samples = heard.samples
    {plant}
    return samples, heard.sample_rate
"""

_LATER = "while time.perf_counter() < begun + {factor} * took: pass"


class Plant(NamedTuple):
    """A change of the pipeline, and the gate, or the word, that has to name it."""

    code: str
    named: str
    megabytes: int = 64


def slower(factor: float) -> str:
    """A busy loop that makes each call `factor` times as long as it was."""
    return f"took = time.perf_counter() - begun; exec({_LATER.format(factor=factor)!r})"


PLANTS = {
    "40 % slower": Plant(slower(1.4), "latency regressed"),
    "white noise at 30 dB": Plant(
        "samples = samples + np.random.default_rng(1).normal(0, 1, len(samples)).astype('f4') "
        "* np.sqrt(np.mean(samples**2)) * 10 ** (-30 / 20)",
        "snr regressed",
    ),
    "50 ms clipped": Plant(
        "middle = len(samples) // 2; samples = samples.copy(); "
        "samples[middle:middle + 1102] = np.clip(samples[middle:middle + 1102] * 30, -1, 1)",
        "structure regressed",
    ),
    "NaN": Plant("samples = samples.copy(); samples[100] = np.nan", "structure invalid: NaN"),
    "empty audio": Plant("samples = samples[:0]", "structure invalid: empty"),
    "twice the memory": Plant("pass", "memory regressed", megabytes=192),
    "hang": Plant("time.sleep(3600 if 'tren' in text else 0)", "utterance invalid: timeout"),
    "segfault": Plant("ctypes.string_at(0) if 'tren' in text else None", "utterance invalid: crash"),
}


class Scratch:
    """The project in `folder`, under git; every change of the pipeline is a commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q")
        (folder / "pyproject.toml").write_text(PYPROJECT)
        cases = [f"[[case]]\nid = {id!r}\ntext = {text!r}\n" for id, text in CASES.items()]
        (folder / "cases.toml").write_text("\n".join(cases), encoding="utf-8")
        (folder / ".gitignore").write_text("__pycache__/\n")
        self.plant(Plant("pass", ""))

    def plant(self, plant: Plant) -> None:
        """Commit a pipeline with this change."""
        (self.folder / "voice.py").write_text(VOICE.format(plant=plant.code, megabytes=plant.megabytes))
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", plant.named or "unchanged")

    def gate(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`pytest --tts-baseline`, as a user types it."""
        return self._run("-m", "pytest", "--tts-baseline", "-p", "no:cacheprovider", *words)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`tts-baseline …`."""
        code = "import sys; from tts_baseline.cli import main; sys.exit(main())"
        return self._run("-c", code, *words)

    def accept_runs(self, count: int, *words: str) -> None:
        """Measure and accept `count` unchanged runs; the first is recorded by itself.

        A verdict on them is no error: the next run of a busy machine may be slower, and is accepted as well.
        """
        for number in range(count):
            done = self.gate(*words)
            if number == 0 or done.returncode > 1:
                self._must(done)
            if number:
                self._must(self.command("accept", "last", "--reason", f"unchanged, run {number + 1}"))
            self.git("add", "-A")
            self.git("commit", "-q", "-m", f"accept run {number + 1}")

    def git(self, *words: str) -> None:
        """A git command with an author of its own."""
        who = ("-c", "user.name=scratch", "-c", "user.email=scratch@example.invalid")
        subprocess.run(["git", *who, *words], cwd=self.folder, check=True, capture_output=True)

    def verdicts(self) -> list[dict[str, object]]:
        """The suite's verdicts of the newest run."""
        newest = sorted(self.folder.glob(".tts-baseline/*/verdicts.json"))[-1]
        return [v for v in json.loads(newest.read_text())["verdicts"] if v["case"] is None]

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if k != "CI" and not k.startswith(("TTS_", "COV_"))}
        return subprocess.run(
            [sys.executable, *words], cwd=self.folder, env=clean, capture_output=True, text=True, check=False
        )

    def _must(self, done: subprocess.CompletedProcess[str]) -> None:
        if done.returncode:
            raise SystemExit(f"exit {done.returncode}\n{done.stdout}\n{done.stderr}")
