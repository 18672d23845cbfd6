"""The messages of a program's translation (gettext .mo) that are read as they stand."""

from __future__ import annotations

import re
import struct

# A field is filled in before anybody reads the message; a mnemonic is no sign of the text.
_FIELDS = re.compile(
    r"%(?:\d+\$)?[-+#0 ]?\d*(?:\.\d+)?l{0,2}[a-zA-Z](?![a-z])|%\d|%%|%\(|\$\{?\w|\{[\w$.:]*\}|<[%$]"
    r"|~[A-Za-z](?![a-z])|(?<!\w)[_&]\w|\w[_&](?=[a-z])|\|"
)
_TAG = re.compile(r"</?\w[^<>]*>")
_LINES = re.compile(r"\\?\n\s*\\?\n|\n\s*(?=[-*•\d])")


def paragraphs(catalogue: bytes) -> list[str]:
    """The paragraphs of all translated messages without fields and mnemonics, each once, without tags."""
    texts = (text for text in _translated(catalogue) if not _FIELDS.search(text))
    found = (" ".join(part.split()) for text in texts for part in _LINES.split(_TAG.sub("", text)))
    return list(dict.fromkeys(part for part in found if part))


def _translated(catalogue: bytes) -> list[str]:
    """The translations, plural forms apart, without the catalogue's own header."""
    order = "<" if catalogue[:4] == b"\xde\x12\x04\x95" else ">"
    _, _, count, originals, translations = struct.unpack_from(f"{order}5I", catalogue)
    texts = []
    for index in range(count):
        length, _ = struct.unpack_from(f"{order}2I", catalogue, originals + 8 * index)
        if length:
            length, place = struct.unpack_from(f"{order}2I", catalogue, translations + 8 * index)
            texts += catalogue[place : place + length].decode("utf-8", errors="replace").split("\0")
    return texts
