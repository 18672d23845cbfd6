"""Asks the hostile pipelines of pipelines.toml to speak, and tells what came of it."""

from __future__ import annotations

import os
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, convert

from tests.support import REPOSITORY
from tts_baseline.core.errors import PipelineError, SettingsError, sentence
from tts_baseline.core.records import Case
from tts_baseline.core.units import bytes_in
from tts_baseline.measure.protocol import WorkerSpec
from tts_baseline.measure.replicate import ReplicatePace, measure

FILE = Path(__file__).with_name("pipelines.toml")
MARK = "HOSTILE_MARK"
PLAIN, HOSTILE = Case(id="plain", text="Hola."), Case(id="hostile", text="Hostil es esta frase.")
SECRETS = {"HOSTILE_TOKEN": "tok-4f9c2a7781d3e6b5"}
PRELUDE = """\
import ctypes, multiprocessing, os, resource, signal, subprocess, sys, threading, time
import numpy as np
from tts_baseline.extend import RequestFailed, Request, Utterance

SOUND = (0.3 * np.sin(np.arange(8000) / 5)).astype(np.float32)
SLEEP = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]

def pipes():
    ends = []
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) > 2 and os.readlink(f"/proc/self/fd/{name}").startswith("pipe:"):
                ends.append(int(name))
        except OSError:
            pass
    return ends

"""


class Pipeline(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pipeline and what must come of it.

    `source` is its module after PRELUDE. `kind` is that of the hostile case's failure, 'load' where no worker
    starts, 'fine' where both cases are measured. `says` stands in the sentence. `alone`: the plain case must
    be measured.
    """

    id: str
    source: str
    kind: str
    says: tuple[str, ...] = ()
    target: str = "voice:synthesize"
    sample: bool = False
    alone: bool = True
    timeout: float = 10.0
    memory_limit: str = ""


class Answer(Struct, frozen=True, kw_only=True):
    """What came of it: kind and sentence of the failures, seconds, and the processes that are left."""

    kind: str
    sentence: str
    plain: str
    seconds: float
    left: tuple[str, ...] = ()


def pipelines() -> dict[str, Pipeline]:
    """All of them, by id."""
    listed = tomllib.loads(FILE.read_text(encoding="utf-8"))["pipeline"]
    return {pipeline.id: pipeline for pipeline in (convert(entry, Pipeline) for entry in listed)}


def spec(pipeline: Pipeline, folder: Path) -> WorkerSpec:
    """How a worker builds it, its module written into `folder`."""
    (folder / "voice.py").write_text(PRELUDE + pipeline.source, encoding="utf-8")
    return WorkerSpec(
        builder="tts_baseline.pipelines._prepare:prepare",
        target=pipeline.target,
        settings={},
        device="cpu",
        optimize=(),
        root=str(folder),
        paths=(str(folder), str(REPOSITORY)),
        memory_limit=bytes_in(pipeline.memory_limit) if pipeline.memory_limit else 0,
        logs=str(folder / "logs"),
    )


def ask(pipeline: Pipeline, folder: Path) -> Answer:
    """One restart over a plain case and a hostile one."""
    begun = time.monotonic()
    pace = ReplicatePace(passes=1, timeout=pipeline.timeout, load_timeout=pipeline.timeout)
    kind, told, plain = "fine", "", "fine"
    try:
        taken = measure(spec(pipeline, folder), [PLAIN, HOSTILE], index=1, pace=pace)
    except (PipelineError, SettingsError) as error:
        kind, told, plain = "load", sentence(error), "load"
    else:
        failed = {failure.case: failure for failure in taken.failures}
        if failure := failed.get(HOSTILE.id):
            kind, told = failure.kind, failure.message
        if failure := failed.get(PLAIN.id):
            plain = f"{failure.kind}: {failure.message}"
    return Answer(
        kind=kind, sentence=told, plain=plain, seconds=time.monotonic() - begun, left=tuple(left(str(folder)))
    )


def left(mark: str) -> Iterator[str]:
    """The processes that have this mark in their environment."""
    wanted = f"{MARK}={mark}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = wanted in (folder / "environ").read_bytes().split(b"\0")
            if is_ours and int(folder.name) != os.getpid():
                yield f"{folder.name} {(folder / 'cmdline').read_bytes()[:100]!r}"
        except OSError:
            continue
