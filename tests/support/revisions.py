"""A project of two revisions whose pipeline sleeps: no machine can miss the changes of these tests."""

from __future__ import annotations

from pathlib import Path

from tests.support.git_folder import Folder, new

VOICE = """
import time

import numpy as np

SECONDS = {seconds}


class Voice:
    provenance = {{"file": __file__}}

    def __init__(self, voice="ana", optimize=()):
        self.factor = 3.0 if "turtle" in optimize else 1.0
        self.level = 0.25 if "quiet" in optimize else 0.5

    def synthesize(self, request):
        from tts_baseline import Utterance

        begun = time.perf_counter()
        time.sleep(SECONDS * self.factor)
        made = time.perf_counter()
        samples = np.sin(np.arange(8000) / (10 + len(request.text))).astype("f4") * self.level
        stages = {{"model": made - begun, "post": time.perf_counter() - made}}
        return Utterance(samples=samples, sample_rate=16000, stages=stages)
"""

PROJECT = """
[tool.tts-baseline]
pipeline = "voice:Voice"
suite = "cases.toml"
limits = { latency = "50%", cold_start = "100000%", memory = "100000%" }
"""

SUITE = """
[[case]]
id = "hola"
text = "Hola."

[[case]]
id = "adios"
text = "Adiós, amigo."
"""


def write(folder: Folder, seconds: float) -> None:
    (folder.root / "voice.py").write_text(VOICE.format(seconds=seconds))


def commit(folder: Folder, seconds: float) -> None:
    write(folder, seconds)
    folder.commit(f"{seconds} seconds")


def started(root: Path) -> Folder:
    """The project with one commit."""
    folder = new(root, PROJECT, SUITE)
    commit(folder, 0.01)
    return folder
