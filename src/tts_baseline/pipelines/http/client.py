"""A client that keeps one connection to a speech server, and reports every way in which a call can fail."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    HTTPSConnection,
    IncompleteRead,
    responses,
)
from multiprocessing.connection import wait

from tts_baseline.core.errors import PipelineError, RequestFailed, SettingsError
from tts_baseline.pipelines._sound_files.words import excerpt, line
from tts_baseline.pipelines.http.answer import Answer
from tts_baseline.pipelines.http.body import body as body_of
from tts_baseline.pipelines.http.body import pieces, refusal
from tts_baseline.pipelines.http.endpoint import TABLE, Endpoint
from tts_baseline.pipelines.http.media import media, read_out
from tts_baseline.pipelines.http.retry import pause_s

_BUSY = (429, 503)


class _Transient(RequestFailed):
    """A failure that may pass; `headers` may say how long to wait, and None is no time at all."""

    headers: Message | None = None


class Client:
    """Posts bodies over one connection, which is reopened if the server closed it; for one thread at a time.

    Redirects and proxies are not followed, because every call would pay for them.
    """

    def __init__(
        self,
        to: Endpoint,
        *,
        key_variable: str | None,
        secrets: tuple[str, ...],
        timeout: float,
        retries: int,
        max_answer_bytes: int,
        text_header: str | None = None,
    ) -> None:
        connection = HTTPSConnection if to.secure else HTTPConnection
        self._connection = connection(to.host, to.port, timeout=timeout)
        self._to, self._key_variable, self._timeout, self._retries = to, key_variable, timeout, retries
        self._most, self._secrets, self._text_header = max_answer_bytes, secrets, text_header
        self._answered = False  # by this connection, to a post

    @property
    def secrets(self) -> tuple[str, ...]:
        """What may not be shown: the API key and what else is secret in the settings.

        Raises SettingsError if the key's variable has no valid key.
        """
        return (*self._secrets, self._key())

    def _key(self) -> str:
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
        """The Server header, or "", from a HEAD request; then, the connection is open for posts.

        Raises PipelineError if no HTTP server answers.
        """
        headers = self._headers()
        self.close()
        try:
            self._connection.connect()
            server = self._server(headers)
            # HEAD has a connection of its own: some servers answer it with a body, which a post would read.
            self.close()
            self._connection.connect()
        except (OSError, HTTPException) as error:
            self.close()
            raise PipelineError(
                f"no speech server answers: {self._reason(error)}", where=self._to.shown, hint=self._look
            ) from None
        return line(server, self.secrets)

    def _server(self, headers: dict[str, str]) -> str:
        try:
            self._connection.request("HEAD", self._to.target, headers=headers)
            with self._connection.getresponse() as response:
                return response.getheader("Server", "")
        except ConnectionError:
            return ""  # it may answer a post nevertheless

    def close(self) -> None:
        """Close the connection; the next request opens another. May be called any number of times."""
        self._connection.close()
        self._answered = False

    def ask(self, body: bytes) -> Answer:
        """The complete answer to a body of JSON.

        Raises RequestFailed for a status other than 200, an answer that is late, cut off or too long, and a
        lost connection; before that, tries again where that may help.
        """
        attempt = 0
        while True:
            try:
                return self._ask(body)
            except RequestFailed as error:
                self.close()
                if attempt == self._retries or not isinstance(error, _Transient):
                    raise
                if error.headers is not None:
                    time.sleep(self._pause_s(error, attempt))
                attempt += 1

    def _pause_s(self, busy: _Transient, attempt: int) -> float:
        pause = pause_s(busy.headers or Message(), attempt)
        if pause <= self._timeout:
            return pause
        raise self._failed(
            f"{busy.what}; it asks to wait for {pause:,.0f} s, longer than timeout, {self._timeout:g} s"
        )

    def pieces(self, body: bytes) -> Iterator[Answer]:
        """The answer to a body of JSON in pieces as they arrive, each with what its headers declare.

        Raises as `ask` does, at the piece where it shows; nothing is tried again.
        """
        is_read = False
        try:
            with self._posted(body) as response:
                for piece in pieces(response, self._most):
                    yield Answer(piece, media(response.headers), time.perf_counter())
            is_read = True
        finally:
            if not is_read:  # what is left would be taken for the next answer
                self.close()

    def _ask(self, body: bytes) -> Answer:
        with self._posted(body) as response:
            answer, first_byte = body_of(response, self._most)
            text = read_out(response.headers, self._text_header)
            return Answer(answer, media(response.headers), first_byte, text)

    @contextmanager
    def _posted(self, body: bytes) -> Iterator[HTTPResponse]:
        """A response of 200, to be read; what goes wrong meanwhile is raised as RequestFailed."""
        self._drop_idle()
        connection, headers = self._connection, self._headers()
        try:
            connection.request("POST", self._to.target, body, headers)
            with connection.getresponse() as response:
                if response.status != 200:
                    raise self._refused(response)
                yield response
        except RequestFailed as error:
            error.where = self._to.shown
            raise
        # What http.client quotes may hold secrets: it is not kept as the cause.
        except TimeoutError:
            raise self._failed(
                f"the server sent nothing for {self._timeout:g} s", f"raise timeout in {TABLE}"
            ) from None
        except IncompleteRead:
            raise self._failed("the server's answer is cut off within a chunk") from None
        except (OSError, HTTPException) as error:
            what = f"the connection failed: {self._reason(error)}"
            raise _Transient(what, where=self._to.shown, hint=self._look) from None
        self._answered = True

    def _drop_idle(self) -> None:
        """Close a connection that the server closed, or wrote to, between requests.

        Raises RequestFailed for bytes after an answer: that answer was longer than its headers said.
        """
        connection, answered = self._connection, self._answered
        if connection.sock is None or not wait([connection.sock], 0):
            return
        connection.sock.setblocking(False)
        try:
            surplus = connection.sock.recv(1)
        except OSError:
            surplus = b""
        self.close()
        if surplus and answered:
            raise self._failed("after its last answer, the server sent more bytes than it had declared")

    def _refused(self, response: HTTPResponse) -> RequestFailed:
        what = f"the server answered {response.status} {responses.get(response.status, '')}".rstrip()
        if 300 <= response.status < 400:
            # The query and the user of an address may be secret.
            address = re.sub(r"(?<=//)[^/]*@|[?#].*", "", response.getheader("Location", ""))
            target = line(address, self.secrets) or "nowhere"
            return self._failed(
                f"{what}: a redirect to {target}, which each call would pay for",
                f"set url in {TABLE} to the final address",
            )
        what += f": {excerpt(refusal(response), self.secrets)}"
        if response.status not in _BUSY:
            return self._failed(what)
        busy = _Transient(what, where=self._to.shown, hint=f"set retries in {TABLE}")
        busy.headers = response.headers
        return busy

    def _headers(self) -> dict[str, str]:
        key = self._key()
        return {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})

    def _failed(self, what: str, hint: str = "") -> RequestFailed:
        return RequestFailed(what, where=self._to.shown, hint=hint)

    def _reason(self, error: BaseException) -> str:
        # http.client reads the server's bytes as ISO 8859-1.
        said = str(error).encode("latin-1", "replace")
        shown = excerpt(said, self.secrets)
        return f"{type(error).__name__}: {shown}"

    @property
    def _look(self) -> str:
        return f"curl --head '{self._to.shown}'"
