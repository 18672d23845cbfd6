"""Pipelines for the worker's tests: what they do is said by the text they are asked to speak."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
import time

import numpy as np

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Utterance

# Computes for as many seconds of CPU time as it is asked, a line a time, or once by its argument.
BUSY = """
import sys, time

def compute(seconds):
    end = time.process_time() + float(seconds)
    while time.process_time() < end:
        pass

for line in sys.argv[1:] or sys.stdin:
    compute(line)
    print(flush=True)
"""
CHILD = [sys.executable, "-S", "-u", "-c", BUSY]


class Tone:
    provenance = {"voice": "tone"}

    def __init__(self, settings):
        self.calls = 0
        self.settings = settings
        self.spins = True
        self.helper = None

    def ask_helper(self, seconds):
        """Have a child process that lives on compute for so long."""
        self.helper = self.helper or subprocess.Popen(CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.helper.stdin.write(b"%g\n" % seconds)
        self.helper.stdin.flush()
        self.helper.stdout.readline()

    def _spin(self):
        while self.spins:
            pass

    def synthesize(self, request):
        self.calls += 1
        text = request.text
        if text == "print":
            print("to stdout")
            os.write(1, b"to fd 1\n")
            os.write(2, b"to fd 2\n")
        elif text == "raise":
            raise ValueError("no such phoneme")
        elif text == "refuse":
            raise RequestFailed("too long", where="line 3", hint="say less")
        elif text == "hang":
            time.sleep(600)
        elif text == "segfault":
            ctypes.string_at(0)
        elif text == "exit":
            os._exit(7)
        elif text in ("grandchild", "emancipated"):
            child = subprocess.Popen(
                [sys.executable, "-c", "import time; time.sleep(600)"],
                start_new_session=text == "emancipated",
            )
            return _tone(child.pid)
        elif text == "lingers":
            threading.Thread(target=time.sleep, args=(600,)).start()
            sys.exit(3)
        elif text == "stop the clocks":
            for name in ("perf_counter", "monotonic", "process_time"):
                setattr(time, name, lambda: 0.0)
        elif text == "spin in the background":
            threading.Thread(target=self._spin, daemon=True).start()
        elif text == "stop spinning":
            self.spins = False
        elif text == "memory":
            np.ones(64 * 2**20, dtype=np.uint8).sum()
        elif text == "sleep":
            time.sleep(0.05)
        elif text == "shells out":
            subprocess.run([*CHILD, "0.1"], check=True, stdout=subprocess.DEVNULL)
        elif text == "shells out by a shell":
            subprocess.run(["sh", "-c", '"$@"; true', "sh", *CHILD, "0.1"], check=True)
        elif text == "asks a child that lives on":
            self.ask_helper(0.1)
        elif text == "leaves a zombie":
            subprocess.Popen([*CHILD, "0.1"], stdout=subprocess.PIPE).stdout.read()
        elif text == "waits for a child":
            subprocess.run(["sleep", "0.2"], check=True)
        elif text == "counter":
            return _tone(self.calls)
        elif text == "imported torch":
            return _tone(int("torch" in sys.modules))
        return _tone(len(text))


class Streaming(Tone):
    streams = True

    def stream(self, request):
        """Two halves of the tone; what the text says fails after the first."""
        whole = self.synthesize(request)
        half = len(whole.samples) // 2
        yield Utterance(samples=whole.samples[:half], sample_rate=whole.sample_rate)
        if request.text == "no stream":
            raise RequestFailed("the second chunk is missing")
        if request.text == "stream exits":
            os._exit(7)
        yield Utterance(samples=whole.samples[half:], sample_rate=whole.sample_rate)


def _tone(length):
    return Utterance(
        samples=np.linspace(-0.5, 0.5, length, dtype=np.float32),
        sample_rate=16000,
        stages={"model": 0.001},
        solved=((300, 16),),
    )


def prepare(target, settings, *, device, optimize):
    if target == "broken":
        raise ImportError("no module named voice")
    if target == "dies":
        os._exit(3)
    if target == "hangs":
        time.sleep(600)

    def load():
        if target == "slow":
            time.sleep(0.3)
        return Streaming(settings) if target == "streams" else Tone(settings)

    return load
