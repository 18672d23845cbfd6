"""Where requests go: the address that the settings name, without what may be secret in it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Record

TABLE = "[tool.tts-baseline.pipelines.http]"
_PATH = "/v1/audio/speech"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Endpoint(Record, frozen=True, kw_only=True):
    """Where to post: `target` is for the request line; `shown` is without the query, which may be secret."""

    secure: bool
    host: str
    port: int
    target: str
    shown: str


def endpoint(url: str) -> Endpoint:
    """The speech endpoint of a server's address, with or without `/v1`, or of the endpoint's own.

    Raises SettingsError for anything else, without repeating it, because it may contain a password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise unfit("url is not an address") from error
    if parts.scheme not in _DEFAULT_PORTS or not host or not re.fullmatch(r"[!-&(-~]+", url):
        raise unfit("url must be like http://localhost:8000, without spaces, quotes or letters beyond ASCII")
    if "@" in parts.netloc:
        raise unfit("url must not hold a user or a password; name the key's variable in api_key_env")
    path = parts.path.rstrip("/")
    if not path.endswith("/audio/speech"):
        path = path.removesuffix("/v1") + _PATH
    return Endpoint(
        secure=parts.scheme == "https",
        host=host,
        port=_DEFAULT_PORTS[parts.scheme] if port is None else port,
        target=path + (f"?{parts.query}" if parts.query else ""),
        shown=urlunsplit((parts.scheme, parts.netloc, path, "", "")),
    )


def unfit(what: str) -> SettingsError:
    """The error for a wrong setting."""
    return SettingsError(what, where="the settings of the pipeline http", hint=f"correct it in {TABLE}")
