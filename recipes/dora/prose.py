"""Sentences that a voice learns from: Spanish prose of Debian's packages, letters and punctuation only.

    python recipes/dora/prose.py TEXTS.txt [--count 3000]

The packages are those of `benchmarks/reading/sentences.py`, with their licences.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks" / "reading"))

import sentences  # noqa: E402

_LENGTHS = range(20, 141)  # chosen: two to ten seconds, so that a batch has many clips
# Words of small letters or with a capital, and punctuation that is heard: all else is read by the front end.
_WORD = r"[A-ZÁÉÍÓÚÑ]?[a-záéíóúüñ]+"
_PLAIN = re.compile(rf"[¿¡]?{_WORD}(?:[,;:]? [¿¡]?{_WORD})*[.?!]")


def plain(folder: Path) -> list[str]:
    """The plain sentences of all unpacked packages, each once, in an order that chance decided once."""
    found = {
        text
        for package in sentences.PACKAGES
        for page in sentences.pages(package, folder / package)
        for text in sentences.every_sentence(page, markup=package != "fortunes-es")
        if len(text) in _LENGTHS and _PLAIN.fullmatch(text)
    }
    return sorted(found, key=lambda text: hashlib.sha256(text.encode()).digest())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--count", type=int, default=3000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sentences.unpacked(Path(scratch))
        found = plain(Path(scratch))
    options.file.write_text("".join(f"{text}\n" for text in found[: options.count]), encoding="utf-8")
    print(f"{min(len(found), options.count)} of {len(found)} sentences in {options.file}")


if __name__ == "__main__":
    main()
