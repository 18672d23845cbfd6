"""The switch kept_heap: a freed block is taken again, whatever its size; another malloc is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import small
from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.switches import kept_heap

ROOT = Path(__file__).parents[2]

FAULTS = """
import json, resource, sys
import torch
from tts_baseline.pipelines.f5_spanish import create

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.empty(2**24).fill_(1.0)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

create(settings=json.loads(sys.argv[1]), optimize=tuple(sys.argv[2:])).load()
print(min(faults() for turn in range(8)))
"""

DEAF = """
import ctypes
from tts_baseline.pipelines.f5_spanish.switches import kept_heap

class Deaf:
    def __init__(self):
        libc = ctypes.CDLL(None)
        self.mallopt, self.mallinfo2 = lambda *_: 1, libc.mallinfo2
        self.malloc, self.free = libc.malloc, libc.free

print(kept_heap._keeps(Deaf()), kept_heap._keeps(ctypes.CDLL(None)))
"""


def printed(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip()


def test_a_block_that_was_freed_is_taken_again_without_new_pages(models: dict[str, small.Small]) -> None:
    settings = json.dumps(small.table(models["v0"], steps=2))
    # A block of 64 MiB is 16,384 pages of 4 KiB, or 32 of 2 MiB.
    # Small blocks may take its place once, not eight times.
    assert int(printed(FAULTS, settings)) > 16 >= int(printed(FAULTS, settings, "kept_heap"))
    # Another switch after it makes the network anew.
    assert int(printed(FAULTS, settings, "kept_heap", "packed")) <= 16


def test_another_malloc_is_refused(build: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not kept_heap._keeps(object())  # type: ignore[arg-type]
    monkeypatch.setattr(kept_heap, "_keeps", lambda libc: False)
    with pytest.raises(PipelineError, match="sets glibc's malloc"):
        build(optimize=("kept_heap",))


def test_a_malloc_that_takes_the_settings_and_does_not_keep_is_found_out() -> None:
    assert printed(DEAF) == "False True"
