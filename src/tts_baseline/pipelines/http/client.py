"""A client that keeps one connection to a speech server, and reports every way in which a call can fail."""

from __future__ import annotations

import os
import re
import time
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    HTTPSConnection,
    IncompleteRead,
    responses,
)
from multiprocessing.connection import wait
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from tts_baseline.core.errors import PipelineError, RequestFailed, SettingsError
from tts_baseline.core.records import Record
from tts_baseline.pipelines.http.answer import excerpt

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


class Answer(Struct, frozen=True):
    """The body of a 200, and when its first byte arrived, by perf_counter."""

    body: bytes
    first_byte: float


class _Transient(RequestFailed):
    """A failure that may pass; `after_s` is how long the server asks to wait."""

    after_s = 0.0


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


class Client:
    """Posts bodies over one connection, which is reopened if the server closed it; for one thread at a time.

    Redirects and proxies are not followed, because every call would pay for them.
    """

    def __init__(self, to: Endpoint, *, key_variable: str | None, timeout: float, retries: int) -> None:
        connection = HTTPSConnection if to.secure else HTTPConnection
        self._connection = connection(to.host, to.port, timeout=timeout)
        self._to, self._key_variable, self._timeout, self._retries = to, key_variable, timeout, retries

    @property
    def secret(self) -> str:
        """The API key, or "" if none is configured; SettingsError if its variable has no valid key."""
        if self._key_variable is None:
            return ""
        key = os.environ.get(self._key_variable, "").strip()
        if key and key.isascii() and key.isprintable():
            return key
        # The message has neither name nor value: someone may have put the key in place of the name.
        raise SettingsError(
            "the environment variable that api_key_env names "
            + ("holds characters that no header may have" if key else "is not set"),
            where=f"api_key_env in {TABLE}",
            hint="export that variable, and let CI pass it to this job",
        )

    def open(self) -> str:
        """The Server header, or "", after opening the connection with a HEAD request.

        Raises PipelineError if no HTTP server answers.
        """
        headers = self._headers()
        self.close()
        try:
            self._connection.request("HEAD", self._to.target, headers=headers)
            response = self._connection.getresponse()
            response.read()
            if self._connection.sock is None:
                self._connection.connect()
        except (OSError, HTTPException) as error:
            self.close()
            raise PipelineError(
                f"no speech server answers: {_reason(error)}", where=self._to.shown, hint=self._look
            ) from error
        server = response.getheader("Server", "")
        return excerpt(server.encode(), self.secret) if server else ""

    def close(self) -> None:
        """Close the connection; the next request opens another. May be called any number of times."""
        self._connection.close()

    def ask(self, body: bytes) -> Answer:
        """The complete answer to a body of JSON.

        Raises RequestFailed for a status other than 200, an answer that is late or cut off, and a lost
        connection; before that, tries again where that may help.
        """
        left = self._retries
        while True:
            try:
                return self._ask(body)
            except RequestFailed as error:
                self.close()
                if not left or not isinstance(error, _Transient):
                    raise
                left -= 1
                time.sleep(error.after_s)

    def _ask(self, body: bytes) -> Answer:
        connection, headers = self._connection, self._headers()
        # Between requests, a readable socket means that the server closed the idle connection.
        if connection.sock is not None and wait([connection.sock], 0):
            connection.close()
        try:
            connection.request("POST", self._to.target, body, headers)
            response = connection.getresponse()
            declared = response.length
            first = response.read(1)
            first_byte = time.perf_counter()
            answer = first + response.read()
        except TimeoutError as error:
            raise self._failed(
                f"the server sent nothing for {self._timeout:g} s", f"raise timeout in {TABLE}"
            ) from error
        except IncompleteRead as error:
            raise self._failed("the server's answer is cut off") from error
        except (OSError, HTTPException) as error:
            what = f"the connection failed: {_reason(error)}"
            raise _Transient(what, where=self._to.shown, hint=self._look) from error
        if declared is not None and len(answer) < declared:
            raise self._failed(f"the server's answer is cut off after {len(answer)} of {declared} bytes")
        if response.status != 200:
            raise self._refused(response, answer)
        return Answer(answer, first_byte)

    def _refused(self, response: HTTPResponse, answer: bytes) -> RequestFailed:
        what = f"the server answered {response.status} {responses.get(response.status, '')}".rstrip()
        if 300 <= response.status < 400:
            # The query and the user of an address may be secret.
            address = re.sub(r"(?<=//)[^/]*@|[?#].*", "", response.getheader("Location", ""))
            target = excerpt(address.encode(), self.secret)
            return self._failed(
                f"{what}: a redirect to {target}, which each call would pay for",
                f"set url in {TABLE} to the final address",
            )
        what += f": {excerpt(answer, self.secret)}"
        after = response.getheader("Retry-After", "")
        if response.status not in (429, 503) or not after.isdecimal() or int(after) > self._timeout:
            return self._failed(what)
        failed = _Transient(what, where=self._to.shown, hint=f"set retries in {TABLE}")
        failed.after_s = float(after)
        return failed

    def _headers(self) -> dict[str, str]:
        key = self.secret
        return {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})

    def _failed(self, what: str, hint: str = "") -> RequestFailed:
        return RequestFailed(what, where=self._to.shown, hint=hint)

    @property
    def _look(self) -> str:
        return f"curl --head '{self._to.shown}'"


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]
