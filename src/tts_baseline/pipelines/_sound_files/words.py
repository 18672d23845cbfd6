"""What a server or a command said, fit to print: one short line of text, without secrets."""

from __future__ import annotations

import json
from collections.abc import Collection

from tts_baseline.core.redaction import redacted
from tts_baseline.pipelines._sound_files.kinds import kind, text

_LINE_CHARS = 200  # chosen: two lines of a terminal


def line(said: str, secrets: Collection[str] = ()) -> str:
    """A text that came from outside on one line of at most 200 characters, its secrets replaced by ***."""
    shown = redacted(said, secrets)
    return " ".join("".join(c if c.isprintable() else " " for c in shown).split())[:_LINE_CHARS]


def excerpt(body: bytes, secrets: Collection[str] = ()) -> str:
    """An answer that is no audio: its JSON error message, its text, or how many bytes of what it is."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        said = text(body)
    else:
        said = _message(message)
    if said is None:
        return f"{len(body):,} bytes of {kind(body) or 'something that is no text'}"
    return line(said, secrets) or "nothing"


def _message(answer: object) -> str:
    for name in ("error", "message", "detail"):
        if isinstance(answer, dict) and answer.get(name):
            answer = answer[name]
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
