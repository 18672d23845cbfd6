"""Says where a stored file is damaged: by key, and by the case that msgspec's own message leaves out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

_UNNAMED = "[...]"  # how msgspec writes the key of a mapping
_STEPS = re.compile(r"\.(\w+)|\[(\d+)\]|\['([^']*)'\]")


def described(data: bytes, kind: type, error: Exception) -> str:
    """What an error of decoding `data` as `kind` says, with the names of the cases that lead to the place."""
    message = str(error)
    if _UNNAMED not in message:
        return message
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError):  # what comes after the place is damaged, too
        return message

    def complaint() -> str:
        try:
            msgspec.convert(document, kind)
        except msgspec.ValidationError as wrong:
            return str(wrong)
        return ""

    if complaint() != message:
        return message
    named = message
    while _UNNAMED in named:
        before, _, after = named.partition(_UNNAMED)
        place = _at(document, before.rpartition("$")[2])
        named = f"{before}['{_culprit(place, complaint, message)}']{after}"
    return named


def _at(document: Any, path: str) -> dict[str, Any]:
    for name, index, key in _STEPS.findall(path):
        document = document[int(index)] if index else document[name or key]
    return document  # type: ignore[no-any-return]


def _culprit(place: dict[str, Any], complaint: Callable[[], str], message: str) -> str:
    """The key in `place` whose value makes the message, left alone there: found by halves."""
    items = list(place.items())
    while len(items) > 1:
        half = items[: len(items) // 2]
        place.clear()
        place.update(half)
        items = half if complaint() == message else items[len(items) // 2 :]
    place.clear()
    place.update(items)
    return items[0][0]
