"""Draws sentences that have something to read out from Debian's Spanish documentation, by a seed.

    python benchmarks/reading/sentences.py DRAWN.toml [--count 500] [--technical 225] [--seed 1]
        [--unpacked FOLDER] [--except REVIEWED.toml ...]
    python benchmarks/reading/sentences.py --pool

The packages are downloaded by `apt-get download` and unpacked in a temporary folder (`--unpacked`: in
this one, which is kept, and those that it has are not downloaded again). They give sentences by their
shares, as far as they have them; a sentence of an excepted file is not drawn again.
With `--technical` so many are technical by their form, and the others prose (`registers.py`).
What is drawn has our reading of today and the verdict "unread": read each line, and say "right", or
"wrong" and what should be said. `--pool` counts the prose and the technical sentences of all packages,
those that were read before too, and replaces the part "pool" of results.json.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import manual
import messages
import registers
import review
import spoken

_LOCALE = "es/LC_MESSAGES/*.mo"
_MESSAGES = f"usr/share/locale/{_LOCALE}"
# Package: its Spanish pages or messages, the licence of its copyright file, and its share.
PACKAGES = {
    "apt": ("usr/share/man/es/man*/*.gz", "GPL-2+", 1),
    "apt-doc": ("usr/share/doc/apt-doc/*.es.html/*.html", "GPL-2+", 1),
    "aptitude-common": ("usr/share/man/es/man*/*.gz", "GPL-2+", 1),
    "aptitude-doc-es": ("usr/share/doc/aptitude/html/es/*.html", "GPL-2+", 1),
    "claws-mail-doc": ("usr/share/doc/claws-mail/manual/es/*.html", "GPL-3+", 1),
    "debconf-doc": ("usr/share/man/es/man*/*.gz", "BSD-2-clause", 1),
    "debhelper": ("usr/share/man/es/man*/*.gz", "GPL-2+", 1),
    "debian-edu-doc-es": ("usr/share/doc/debian-edu-doc-es/debian-edu-bookworm-manual.html", "GPL-2+", 1),
    "debian-handbook": ("usr/share/doc/debian-handbook/html/es-ES/*.html", "CC-BY-SA-3.0 or GPL-2+", 2),
    "debian-reference-es": ("usr/share/debian-reference/*.es.html", "GPL-2+", 1),
    "debsums": ("usr/share/man/es/man*/*.gz", "GPL-2+", 1),
    "evince-common": ("usr/share/help/es/evince/*.page", "CC-BY-SA-3.0", 1),
    "evolution-common": ("usr/share/help/es/evolution/*.page", "CC-BY-SA-3.0", 1),
    "fortunes-es": ("usr/share/games/fortunes/es/*.fortunes", "GPL-2+", 4),
    "freeciv-data": (_MESSAGES, "GPL-2+", 1),
    "freedombox-doc-es": ("usr/share/freedombox/manual/es/*.html", "CC-BY-SA-4.0", 1),
    "gnome-devel-docs": ("usr/share/help/es/gnome-devel-demos/*.page", "CC-BY-SA-3.0", 1),
    "gnome-mahjongg": ("usr/share/help/es/gnome-mahjongg/*.page", "CC-BY-SA-3.0", 1),
    "gnome-mines": ("usr/share/help/es/gnome-mines/*.page", "CC-BY-SA-3.0", 1),
    "gnome-sudoku": ("usr/share/help/es/gnome-sudoku/*.page", "CC-BY-SA-3.0", 1),
    "gnome-user-docs": ("usr/share/help/es/*/*.page", "CC-BY-SA-3.0", 1),
    "gnucash-common": (_MESSAGES, "GPL-2+", 1),
    "gramps": (_MESSAGES, "GPL-2+", 1),
    "harden-doc": ("usr/share/doc/harden-doc/html/es-ES/*.html", "GPL-2+", 2),
    "homebank-data": (_MESSAGES, "GPL-2+", 1),
    "installation-guide-amd64": ("usr/share/doc/installation-guide-amd64/es/*.html", "GPL-2+", 2),
    "kalzium-data": (_MESSAGES, "GPL-2+", 1),
    "kicad-doc-es": ("usr/share/doc/kicad/help/es/*.html", "GPL-3+ or CC-BY-3.0+", 1),
    "kmymoney-common": (_MESSAGES, "GPL-2+", 1),
    "kstars-data": (_MESSAGES, "GPL-2+", 1),
    "libreoffice-help-es": ("usr/share/libreoffice/help/es/text/**/*.html", "MPL-2.0", 1),
    "lincity-ng-data": ("usr/share/games/lincity-ng/help/es/*.xml", "GPL-2+", 1),
    "live-manual-html": ("usr/share/doc/live-manual/html/live-manual/*.es.html", "GPL-3+", 1),
    "maint-guide-es": ("usr/share/doc/maint-guide-es/html/*.html", "GPL-2+", 1),
    "man-db": ("usr/share/man/es/man*/*.gz", "GPL-2+", 1),
    "manpages-es": ("usr/share/man/es/man*/*.gz", "GPL-3+", 2),
    "manpages-es-dev": ("usr/share/man/es/man*/*.gz", "GPL-3+", 2),
    "mc-data": ("usr/share/man/es/man*/*.gz", "GPL-3+", 1),
    "mplayer-doc": ("usr/share/doc/mplayer/HTML/es/*.html", "GPL-2+", 1),
    "orca": ("usr/share/help/es/orca/*.page", "LGPL-2.1+", 1),
    "po-debconf": ("usr/share/man/es/man*/*.gz", "GPL-2+", 1),
    "po4a": ("usr/share/man/es/man*/*.gz", "GPL-2+", 1),
    "solfege-doc": ("usr/share/doc/solfege/help/es/*.html", "GPL-3+", 1),
    "sylpheed-doc": ("usr/share/doc/sylpheed-doc/manual/es/*.html", "GPL-2+", 1),
    "ubuntu-packaging-guide-html-es": (
        "usr/share/doc/ubuntu-packaging-guide-html-es/*.html",
        "CC-BY-SA-3.0",
        1,
    ),
    **{
        f"wesnoth-1.16-{campaign}": (f"usr/share/games/wesnoth/1.16/locale/{_LOCALE}", "GPL-2+", 1)
        for campaign in ("dm", "dw", "ei", "httt", "l", "low", "nr", "sof", "sotbe", "thot", "trow", "utbs")
    },
}
# Pages without tags, whose paragraphs a line parts.
_PLAIN = frozenset(
    package for package, (at, *_) in PACKAGES.items() if at.endswith((".gz", ".mo", ".fortunes"))
)
_SPAN = re.compile(r"\d|[%€$£°ºª&@#<>=+§×]|\b[A-ZÑ]{2,}\b|\b[XVI]+\b|\b(?:\w{1,4}\.)[ \w]|\w['’]\w|\w/\w|_")
_SPANISH = re.compile(r"\b(?:el|la|los|las|un|una|de|del|que|en|y|se|por|con|para|es|su|no)\b")
_END = re.compile(r"(?<=[a-záéíóúñü]{4}[.?!…])[»”\")]?\s+(?=[¿¡«“A-ZÁÉÍÓÚÑ])")
_BLOCKS = {
    "p",
    "li",
    "dd",
    "dt",
    "td",
    "th",
    "h1",
    "h2",
    "h3",
    "h4",
    "title",
    "div",
    "item",
    "flowPara",
    "br",
}
_UNREAD = {"pre", "script", "style", "screen", "head", "math", "table", "info"}
RESULTS = Path(__file__).with_name("results.json")
_LENGTHS = range(30, 260)
_NO_PROSE = re.compile(r" [.,;)](?: |$)|\b(?:the|with|and|from)\b")  # a hole where a picture was, and English


class _Paragraphs(HTMLParser):
    """The paragraphs of a page, without program listings."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = [""]
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unread += tag in _UNREAD
        self._block(tag)

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in _UNREAD and self._unread > 0
        self._block(tag)

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.found[-1] += data

    def _block(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.found.append("")


def sentences(page: str, *, markup: bool) -> Iterator[str]:
    """The Spanish sentences of a page that have a number, a sign, an abbreviation or capitals in them."""
    return (
        sentence
        for sentence in every_sentence(page, markup=markup)
        if len(sentence) in _LENGTHS and is_spanned(sentence)
    )


def is_spanned(sentence: str) -> bool:
    """True for a sentence that has a number, a sign, an abbreviation or capitals in it."""
    return _SPAN.search(sentence) is not None


def every_sentence(page: str, *, markup: bool) -> Iterator[str]:
    """The Spanish sentences of a page."""
    paragraphs: Iterable[str] = re.split(r"\n%\n", page)
    if markup:
        parser = _Paragraphs()
        parser.feed(page)
        paragraphs = parser.found
    for paragraph in paragraphs:
        for sentence in _END.split(" ".join(paragraph.split())):
            if len(_SPANISH.findall(sentence)) > 2 and not _NO_PROSE.search(sentence):
                yield sentence


def unpack(folder: Path) -> None:
    """Download every package that the folder lacks, and unpack each in a folder of its name."""
    for package in PACKAGES:
        if (folder / package).exists():
            continue
        subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True, stdout=sys.stderr)
        (archive,) = folder.glob(f"{package}_*.deb")
        subprocess.run(["dpkg-deb", "-x", str(archive), str(folder / package)], check=True)
        archive.unlink()


def pages(package: str, folder: Path) -> Iterator[str]:
    """The text of each Spanish page of an unpacked package."""
    for path in sorted(folder.glob(PACKAGES[package][0])):
        if path.suffix == ".mo":
            yield "\n%\n".join(messages.paragraphs(path.read_bytes()))
        elif path.suffix != ".gz":
            yield path.read_text(encoding="utf-8", errors="replace")
        elif not path.is_symlink():  # the same page by another name
            page = gzip.decompress(path.read_bytes()).decode("utf-8", errors="replace")
            yield "\n%\n".join(manual.paragraphs(page))


def drawn(
    folder: Path, count: int, seed: int, known: set[str], register: registers.Register | None = None
) -> Iterator[review.Sentence]:
    """Sentences of all packages by their shares, as far as there are; the rest from those that have more.

    register: only those that are prose, or technical ones.
    """

    def order(text: str) -> bytes:
        return hashlib.sha256(f"{seed} {text}".encode()).digest()

    left: dict[str, list[str]] = {}
    for package in PACKAGES:
        fresh = every(package, folder / package) - known
        asked = (text for text in fresh if register in (None, registers.register(text)))
        left[package] = sorted(asked, key=order)
    while count > 0 and any(left.values()):
        turn = [package for package, (_, _, share) in PACKAGES.items() if left[package] for _ in range(share)]
        for package in turn[:count]:
            if left[package]:
                count -= 1
                written = left[package].pop()
                yield review.Sentence(written=written, read=_read(written), package=package)


def _read(written: str) -> str:
    try:
        return spoken.plan(written, "neutral").text
    except spoken.Refused:
        return ""


def every(package: str, folder: Path) -> set[str]:
    """The sentences of a package that have something to read out."""
    markup = package not in _PLAIN
    return {text for page in pages(package, folder) for text in sentences(page, markup=markup)}


def pool(folder: Path) -> dict[str, object]:
    """How many sentences of each register a package has, and the share of the technical ones by its share."""
    counted = {
        package: Counter(registers.register(text) for text in every(package, folder / package))
        for package in PACKAGES
    }
    weights = {package: PACKAGES[package][2] for package, found in counted.items() if found.total()}
    technical = sum(
        weight * counted[package]["technical"] / counted[package].total()
        for package, weight in weights.items()
    )
    return {
        "command": "python benchmarks/reading/sentences.py --pool",
        "technical": technical / sum(weights.values()),
        "packages": {
            package: {"share": PACKAGES[package][2], "prose": found["prose"], "technical": found["technical"]}
            for package, found in counted.items()
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, nargs="?", default=Path("drawn.toml"))
    parser.add_argument("--pool", action="store_true", help="count all packages, and draw nothing")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--technical", type=int, help="how many are technical; without it, as they come")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unpacked", type=Path, help="a folder that keeps the unpacked packages")
    parser.add_argument("--except", dest="known", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    known = {sentence.written for file in options.known for sentence in review.sentences(file)}
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.unpacked or Path(scratch)
        unpack(folder)
        if options.pool:
            results = json.loads(RESULTS.read_text(encoding="utf-8")) | {"pool": pool(folder)}
            RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            return
        if options.technical is None:
            found = list(drawn(folder, options.count, options.seed, known))
        else:
            parts: tuple[tuple[registers.Register, int], ...] = (
                ("technical", options.technical),
                ("prose", options.count - options.technical),
            )
            found = [
                row
                for register, count in parts
                for row in drawn(folder, count, options.seed, known, register)
            ]
    options.file.write_text(review.page(found), encoding="utf-8")
    print(f"{len(found)} sentences in {options.file}")


if __name__ == "__main__":
    main()
