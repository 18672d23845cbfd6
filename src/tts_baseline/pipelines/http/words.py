"""What a server said, fit to print: one short line of text, without secrets."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterator
from urllib.parse import quote, quote_plus

from tts_baseline.pipelines.http.kinds import kind, text

_LINE_CHARS = 200  # chosen: two lines of a terminal


def line(said: str, secrets: Collection[str] = ()) -> str:
    """A text of the server's on one line of at most 200 characters, its secrets replaced by ***."""
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


def redacted(said: str, secrets: Collection[str]) -> str:
    """The text with *** in place of each secret, whether it is plain or encoded."""
    forms = {form for secret in secrets if secret for form in _forms(secret)}
    if not forms:
        return said
    # The longest first: one form may be a part of another.
    pattern = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return re.sub(pattern, "***", said, flags=re.IGNORECASE)


def _forms(secret: str) -> Iterator[str]:
    data = secret.encode()
    yield from (secret, secret[::-1], quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1])
    yield data.hex()
    yield data.hex(" ")
    yield "".join(f"%{byte:02x}" for byte in data)
    yield "".join(f"\\u{ord(c):04x}" for c in secret)
    yield "".join(f"&#{ord(c)};" for c in secret)
    for before in range(3):
        # Base64 of a text that holds the secret: characters that it shares with its neighbours are left out.
        encoded = base64.b64encode(b"\0" * before + data).decode().rstrip("=")
        inner = encoded[-(-before * 4 // 3) : len(encoded) - bool((before + len(data)) % 3)]
        yield from (inner, inner.translate(str.maketrans("+/", "-_")))
