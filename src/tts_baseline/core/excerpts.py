"""Parts of texts that may be of any length: what an exception says, what a process has printed."""

from __future__ import annotations

from collections.abc import Collection

from tts_baseline.core.outside import storable
from tts_baseline.core.redaction import redacted

# A secret that is cut in two is not found, so what stands beside a cut is left out: as many characters as a
# secret may take that is spelled with escapes, or a line of it.
_LONGEST_SPELLING = 12  # '&#x000041;' and '%2525C3%2525A9' for a character
_MOST = 2**13  # chosen: above a line of 256 characters in that spelling; secrets are found line by line, too


def excerpt(text: str, *, head: int, tail: int, secrets: Collection[str] = ()) -> str:
    """The text without secrets, as UTF-8 can hold it; of a long one so many characters of both its ends."""
    beside = _beside(secrets)
    if len(text) <= head + tail + 2 * beside:
        return _cut(redacted(storable(text), secrets), head, tail)
    begun, ended = text[: head + beside], text[-tail - beside :]
    return joined(begun, ended, len(text) - len(begun) - len(ended), head=head, tail=tail, secrets=secrets)


def joined(begun: str, ended: str, between: int, *, head: int, tail: int, secrets: Collection[str]) -> str:
    """The excerpt of a text of which `between` characters are missing after its beginning, if more than 0."""
    if between <= 0:
        return excerpt(begun + ended, head=head, tail=tail, secrets=secrets)
    first, last = (redacted(storable(part), secrets) for part in (begun, ended))
    beside = _beside(secrets)
    head, tail = (min(most, max(len(part) - beside, 0)) for most, part in ((head, first), (tail, last)))
    length = len(begun) + between + len(ended)
    return f"{first[:head]} … ({length:,} characters in all) … {last[len(last) - tail :]}"


def described(error: BaseException) -> str:
    """Its type and what it says, whatever becomes of asking it."""
    try:
        return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    except BaseException as another:  # noqa: BLE001 - its __str__ is code of the pipeline
        return f"{type(error).__name__}, whose text cannot be had ({type(another).__name__})"


def _beside(secrets: Collection[str]) -> int:
    return min(_LONGEST_SPELLING * max(map(len, secrets), default=0), _MOST)


def _cut(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail:
        return text
    return f"{text[:head]} … ({len(text):,} characters in all) … {text[len(text) - tail :]}"
