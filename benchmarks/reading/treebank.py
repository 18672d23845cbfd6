"""Sentences of Universal Dependencies' Spanish treebanks, and what a reader said of our reading of each.

    python benchmarks/reading/treebank.py es_gsd-ud-test.conllu es_ancora-ud-test.conllu [--unread]

The files are those of a release (https://universaldependencies.org), which you download: nobody claims the
texts of GSD, so they are not ours to ship. `treebanks.toml` has each sentence by its `sent_id`, and our
reading by its hash. A sentence that is still read as it was reviewed keeps its verdict, any other is
"unread" until somebody reads it; `--unread` prints these. What has no number, sign, abbreviation or
capitals is left out, as in `sentences.py`. Without a file the verdicts are counted as they were reviewed.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import review
import sentences
import spoken
from msgspec.structs import replace

from tts_baseline.core.records import Record

REVIEWED = Path(__file__).with_name("treebanks.toml")
_SENTENCE = re.compile(
    r"^# sent_id = (?P<id>\S+)\n(?:# (?!text = ).*\n)*# text = (?P<text>.+)$", re.MULTILINE
)


class Verdict(Record, frozen=True, kw_only=True):
    """What a reader said of our reading of a treebank's sentence.

    id: its `sent_id`. sample: of which drawing it is. words: the hash of the words of our reading.
    kind: what was wrong as it was met, in a few words; with the verdict "right" it is mended since.
    """

    id: str
    sample: str
    words: str
    verdict: Literal["right", "wrong", "unread"]
    kind: str = ""


class _Page(Record, frozen=True, kw_only=True):
    sentence: tuple[Verdict, ...]


def reviewed() -> tuple[Verdict, ...]:
    """The verdicts of `treebanks.toml`, each as it was said of the reading of then."""
    return msgspec.toml.decode(REVIEWED.read_bytes(), type=_Page).sentence


def texts(conllu: str) -> Iterator[tuple[str, str]]:
    """The `sent_id` and the text of each sentence that has something to read out."""
    for match in _SENTENCE.finditer(conllu):
        if sentences.is_spanned(match["text"]):
            yield match["id"], match["text"]


def fingerprint(read: str) -> str:
    """The hash of a reading's words."""
    return hashlib.sha256(" ".join(spoken.words(read)).encode()).hexdigest()[:16]


def today(row: Verdict, text: str) -> tuple[Verdict, str]:
    """The verdict on the reading of now, and that reading."""
    read = spoken.plan(text, "neutral").text
    words = fingerprint(read)
    return (row if words == row.words else replace(row, words=words, verdict="unread")), read


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--unread", action="store_true", help="print what is not reviewed as it is read now")
    options = parser.parse_args()
    known = {row.id: row for row in reviewed()}
    found = dict(pair for file in options.files for pair in texts(file.read_text(encoding="utf-8")))
    now = {id_: today(known[id_], text) for id_, text in found.items() if id_ in known}
    for sample in dict.fromkeys(row.sample for row in known.values()):
        met = [row for row in known.values() if row.sample == sample]
        wrong = sum(row.verdict == "wrong" for row in met)
        print(
            f"{sample}: as met, {review.share(sum(row.kind != '' for row in met), len(met))}; {wrong} since"
        )
        count = Counter(row.verdict for row, _ in now.values() if row.sample == sample)
        if count:
            print(f"{sample}: of the {count.total()} in these files {count['unread']} are read anew")
    if options.unread:
        for id_, (row, read) in now.items():
            if row.verdict == "unread":
                print(f"{id_}: {found[id_]!r}: {read!r}")


if __name__ == "__main__":
    main()
