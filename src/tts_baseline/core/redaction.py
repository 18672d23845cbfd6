"""Takes secrets out of text: an API key that a server echoes must reach no file and no terminal."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MASK = "***"
# chosen: what is shorter stands in ordinary words, and no key is that short.
_SHORTEST = 6
_SHORTEST_OF_ENVIRONMENT = 8
# chosen: fewer characters of base64 (3 bytes and more of a key) stand in other text by chance.
_SHORTEST_BASE64 = 8
_SECRET_NAME = re.compile(
    r"(?:api|access|secret|private|auth)[_. -]?key$|(?:^|[_. -])(?:token|secret|password|passwd|passphrase"
    r"|credentials?|authorization|cookie)$|^(?:key|auth|bearer)$",
    re.IGNORECASE,
)
_NAMES_A_VARIABLE = re.compile(r"[_. -](?:env|envvar|variable)$", re.IGNORECASE)
_USER_OF_ADDRESS = re.compile(r"(?P<scheme>\b(?:https?://|\w+://(?=[^/\s@]*:)))[^/\s@]+@", re.IGNORECASE)


def redacted(text: str, secrets: Collection[str]) -> str:
    """The text with *** in place of each secret, and of the user and password in an address.

    A secret is found in upper or lower case, as it is, URL-encoded (twice, too), escaped for JSON or HTML;
    in hexadecimal; and in base64, alone or within more text (`user:key`).
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = re.sub("|".join(_patterns(secret)), MASK, text)
    return _USER_OF_ADDRESS.sub(rf"\g<scheme>{MASK}@", text)


def secrets_of(settings: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[str, ...]:
    """What is secret in a pipeline's settings and in the environment, by the names of keys and variables.

    That is the value of a key such as `api_key` or `token`, of the variable that a key such as `api_key_env`
    names, what stands in the query of an address, and the value of a variable such as HF_TOKEN.
    """
    named = [value for name, value in environ.items() if _SECRET_NAME.search(name)]
    ours = {part for value in _secret_values(settings, environ) for part in _parts(value, _SHORTEST)}
    theirs = {part for value in named for part in _parts(value, _SHORTEST_OF_ENVIRONMENT)}
    return tuple(sorted(ours | theirs))


def _secret_values(settings: object, environ: Mapping[str, str], name: str = "") -> Iterator[str]:
    match settings:
        case Mapping():
            for key, value in settings.items():
                yield from _secret_values(value, environ, str(key))
        case list() | tuple():
            for value in settings:
                yield from _secret_values(value, environ, name)
        case str() if _SECRET_NAME.search(name):
            yield settings
        case str() if _NAMES_A_VARIABLE.search(name):
            yield environ.get(settings, "")
        case str() if "://" in settings:
            yield from _of_address(settings)


def _of_address(address: str) -> Iterator[str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return
    yield parts.password or ""
    yield from (value for _, value in parse_qsl(parts.query))


def _parts(value: str, shortest: int) -> Iterator[str]:
    """A secret as a whole, and line by line; of 'Bearer <key>' the key, too."""
    lines = [line.strip() for line in value.splitlines()]
    words = [line.split()[-1] for line in lines if line]
    return (part for part in (value.strip(), *lines, *words) if len(part) >= shortest)


def _patterns(secret: str) -> Iterator[str]:
    spelled = "".join(f"(?:{'|'.join(_spellings(char))})" for char in secret)
    yield f"(?i:{spelled})"
    data = secret.encode(errors="surrogatepass")
    yield f"(?i:{data.hex()})"
    for before in range(3):
        shown = _base64(data, before)
        if len(shown) >= _SHORTEST_BASE64:
            yield re.escape(shown).replace(r"\+", "[+-]").replace("/", "[/_]") + "[A-Za-z0-9+/_-]?={0,2}"


def _spellings(char: str) -> Iterator[str]:
    """How a character may be written: as it is, and by the escapes of JSON, Python, HTML and addresses."""
    code, octets = ord(char), char.encode(errors="surrogatepass")
    yield from {re.escape(form) for form in (char, html.escape(char), json.dumps(char)[1:-1])}
    yield rf"\\{re.escape(char)}"
    yield "".join(f"%(?:25)*{octet:02x}" for octet in octets)
    yield rf"\\u{code:04x}|\\x{code:02x}|&\#0*{code};|&\#x0*{code:x};"
    if char == " ":
        yield r"\+"


def _base64(data: bytes, before: int) -> str:
    """The characters that a secret has in base64 whatever stands around it, `before` bytes (mod 3) first."""
    shown = base64.b64encode(bytes(before) + data).decode().rstrip("=")
    whole = 8 * (before + len(data)) // 6
    return shown[-(-8 * before // 6) : whole]
