"""A pipeline that keeps a diary: one line for each thing it does, with its process and the time.

The clock is the machine's monotonic one, so that lines of different processes can be compared.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import numpy as np

import tts_baseline
from tts_baseline.core.records import Utterance

CALL_S = 0.004


class Diarist:
    """Takes at least `CALL_S` for every text; where it is in `trouble`, it cannot say the text 'trouble'."""

    def __init__(self, settings):
        self.path, self.arm, self.trouble = settings["diary"], settings["arm"], settings.get("trouble")
        self.provenance = {
            "arm": self.arm,
            "tts_baseline": tts_baseline.__file__,
            "PYTHONPATH": os.environ.get("PYTHONPATH", "unset"),
        }
        others = {line["pid"] for line in read(self.path)}
        alive = [pid for pid in others if Path(f"/proc/{pid}").exists()]
        if settings.get("greedy") and alive:
            raise MemoryError("no room for two")
        self.note("load", alive=alive, mark=os.environ.get("MARK", ""))

    def note(self, what, **more):
        line = {"arm": self.arm, "pid": os.getpid(), "what": what, "at": time.monotonic(), **more}
        with Path(self.path).open("a") as file:
            file.write(json.dumps(line) + "\n")

    def synthesize(self, request):
        begun = time.monotonic()
        if request.text == "trouble" and self.trouble == "raise":
            raise ValueError("no such phoneme")
        if request.text == "trouble" and self.trouble == "hang":
            time.sleep(600)
        if request.text == "trouble" and self.trouble == "exit":
            os._exit(7)
        time.sleep(CALL_S)
        samples = np.full(len(request.text), 0.5, dtype=np.float32)
        self.note("speak", text=request.text, begun=begun)
        return Utterance(samples=samples, sample_rate=16000, stages={"model": CALL_S})


def prepare(target, settings, *, device, optimize):
    if target == "broken":
        raise ImportError("no module named voice")
    return lambda: Diarist(settings)


def read(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines()] if Path(path).exists() else []
