"""A server with OpenAI's speech API: `POST /v1/audio/speech`, text in, an audio file out.

One connection serves all calls, so that no call pays for setting up TCP and TLS. If the server closed it
while idle, the next call opens it again, as part of `first_byte`. Times are what a client sees: they include
the network and the server's queue.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Record, Request, Utterance
from tts_baseline.core.redaction import redacted, secrets_of
from tts_baseline.core.registry import nearest
from tts_baseline.pipelines._sound_files import Format, Wanted, pcm
from tts_baseline.pipelines._voices import voice_of
from tts_baseline.pipelines.http.answer import Answer, decoded
from tts_baseline.pipelines.http.client import Client
from tts_baseline.pipelines.http.endpoint import TABLE, endpoint, unfit

if TYPE_CHECKING:
    import numpy as np

_OURS = ("model", "input", "voice", "instructions", "response_format", "speed")
_HEARD = ("model", "voice", "voices", "styles", "response_format")


class Options(Record, frozen=True, kw_only=True):
    """The settings of `create`, with their types checked."""

    url: str
    model: str | None
    voice: str | None
    voices: dict[str, str]
    styles: dict[str, str]
    seed_field: str | None
    text_header: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9-]+\Z")] | None
    response_format: Format
    sample_rate: Annotated[int, Meta(gt=0)] | None
    content_type: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+\Z")] | None
    max_answer_bytes: Annotated[int, Meta(ge=1, le=2_000_000_000)]  # a WAV file's sizes end at 2 GiB
    api_key_env: Annotated[str, Meta(pattern=r"\A[A-Za-z_][A-Za-z0-9_]*\Z")] | None
    timeout: Annotated[float, Meta(gt=0, le=86_400)]  # chosen: a day, so that the socket takes it
    retries: Annotated[int, Meta(ge=0, le=10)]  # chosen: all tries count as latency
    stream: bool
    extra: dict[str, Any]


def create(
    *,
    url: str,
    model: str | None = None,
    voice: str | None = None,
    voices: dict[str, str] | None = None,
    styles: dict[str, str] | None = None,
    seed_field: str | None = None,
    text_header: str | None = None,
    response_format: str = "wav",
    sample_rate: int | None = None,
    content_type: str | None = None,
    max_answer_bytes: int = 50_000_000,  # chosen: 17 minutes of 24 kHz, 16 bits
    api_key_env: str | None = None,
    timeout: float = 50.0,
    retries: int = 0,
    stream: bool = False,
    extra: dict[str, Any] | None = None,
) -> Http:
    """The http pipeline; its settings are the keys of `[tool.tts-baseline.pipelines.http]`.

    url: the server's (`http://localhost:8000`, with or without `/v1`), or one that ends in `/audio/speech`.
    model, voice: sent unchanged; not sent if not set.
    voices: voice by region; other regions get `voice`.
    styles: `instructions` by style; without it, a case's style has no effect.
    seed_field: the field of the body for the case's seed, if the server takes one.
    text_header: the header of the answer with the text that is read out, in UTF-8 or percent-encoded.
    response_format: "wav", "flac" or "pcm" (16 bits, little-endian, mono), which needs `sample_rate` in Hz.
    content_type: one more Content-Type to take for that format, if the server names it wrongly.
    max_answer_bytes: an answer of more bytes, or with more samples, is refused before it fills the memory.
    api_key_env: the environment variable with the API key; the key itself cannot be set here.
    timeout: seconds without a byte from the server; keep it under the session's own `timeout`.
    retries: further tries after a lost connection, and after a 429 or 503, as late as Retry-After asks, or
        after half a second, doubled each time; one that asks for more than `timeout` is not tried again.
        They count as latency.
    stream: hear the answer as it arrives, too: when something is heard, and whether a player runs dry. It
        needs "pcm", whose pieces are sound; a stream is never tried again.
    extra: more fields for the body.

    Raises SettingsError for a wrong value, without repeating what may be secret.
    """
    chosen: dict[str, Any] = dict(locals())
    chosen |= {name: chosen[name] or {} for name in ("voices", "styles", "extra")}
    try:
        options = msgspec.convert(chosen, Options)
    except msgspec.ValidationError as error:
        raise unfit(str(error)) from error
    if (options.response_format == "pcm") != (options.sample_rate is not None):
        raise unfit('sample_rate goes with response_format = "pcm", and only with it')
    if options.stream and options.response_format != "pcm":
        raise unfit('stream goes with response_format = "pcm": what is no raw sound is read to its end')
    if options.seed_field in options.extra:
        raise unfit(f"extra sets the field {options.seed_field!r}, which the case's seed goes into")
    taken = [name for name in (*options.extra, options.seed_field) if name in _OURS]
    if taken:
        raise unfit(f"the pipeline fills the field {taken[0]!r} itself")
    try:
        json.dumps(options.extra, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise unfit(f"extra cannot be sent as JSON: {error}") from error
    return StreamingHttp(options) if options.stream else Http(options)


class Http:
    """A pipeline that sends requests to a server; for one thread at a time."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._to = endpoint(options.url)
        self._client = Client(
            self._to,
            key_variable=options.api_key_env,
            secrets=secrets_of({"url": options.url, "extra": options.extra}, {}),
            timeout=options.timeout,
            retries=options.retries,
            max_answer_bytes=options.max_answer_bytes,
            text_header=options.text_header,
        )
        self._server = ""

    @property
    def provenance(self) -> dict[str, str]:
        """Where the sound comes from: the address without its query, the settings, the Server header."""
        options = self._options
        asked = {name: getattr(options, name) for name in _HEARD}
        if options.extra:
            asked["extra"] = redacted(
                json.dumps(options.extra, sort_keys=True), secrets_of(options.extra, {})
            )
        origin = {"url": self._to.shown, **asked, "server": self._server}
        return {
            name: value if isinstance(value, str) else json.dumps(value, sort_keys=True)
            for name, value in origin.items()
            if value
        }

    def load(self) -> None:
        """Open the connection; PipelineError if no server answers, SettingsError if the key is missing."""
        self._server = self._client.open()

    def close(self) -> None:
        """Close the connection; the next request opens another. May be called any number of times."""
        self._client.close()

    def synthesize(self, request: Request) -> Utterance:
        """The server's answer as mono float32 at the file's own rate, and seconds by stage.

        first_byte: until the first byte of the audio file, with retries; transfer: until the last; post:
        decoding. There are no phones.

        Raises RequestFailed for a region without a voice, a style without instructions, a status other than
        200, an answer that is late, cut off, too long or in another format than requested, sizes and rates
        that contradict each other, and channels that differ.
        """
        started = time.perf_counter()
        answer = self._client.ask(self._body(request))
        arrived = time.perf_counter()
        samples, rate = self._decoded(answer)
        stages = {
            "first_byte": answer.first_byte - started,
            "transfer": arrived - answer.first_byte,
            "post": time.perf_counter() - arrived,
        }
        return Utterance(samples=samples, sample_rate=rate, stages=stages, text=answer.text)

    def _decoded(self, answer: Answer) -> tuple[np.ndarray[Any, Any], int]:
        options = self._options
        wanted = Wanted(
            format=options.response_format,
            sample_rate=options.sample_rate,
            most=options.max_answer_bytes,
        )
        try:
            return decoded(answer, wanted, options.content_type, self._client.secrets)
        except RequestFailed as error:
            error.where = self._to.shown
            raise

    def _body(self, request: Request) -> bytes:
        options = self._options
        if not math.isfinite(request.speed):
            raise RequestFailed(f"JSON has no number for the speed {request.speed}")
        fields = {
            "model": options.model,
            "input": request.text,
            "voice": voice_of(request.region, options.voices, options.voice, table=TABLE),
            "instructions": self._instructions(request.style),
            "response_format": options.response_format,
            "speed": request.speed,
        }
        seed = {options.seed_field: request.seed} if options.seed_field else {}
        sent = {name: value for name, value in fields.items() if value is not None}
        return json.dumps(sent | seed | options.extra).encode()

    def _instructions(self, style: str | None) -> str | None:
        styles = self._options.styles
        if style in (None, "neutral") or not styles:
            return None
        if style not in styles:
            raise RequestFailed(
                f"no instructions are set for the style {style!r}{nearest(style, styles)}",
                hint=f"set {style} in the table styles of {TABLE}",
            )
        return styles[style]


class StreamingHttp(Http):
    """The http pipeline of a server that is heard while it answers."""

    def stream(self, request: Request) -> Iterator[Utterance]:
        """The server's answer in pieces of raw sound, each as it arrives.

        Raises as `synthesize` does, at the piece where it shows.
        """
        rate, left = 0, b""
        for piece in self._client.pieces(self._body(request)):
            came = left + piece.body
            left = came[len(came) // 2 * 2 :]  # the first byte of a sample whose second has not arrived
            if not (whole := came[: len(came) // 2 * 2]):
                continue
            if rate:
                samples = pcm(whole)
            else:  # its headers and its beginning say whether it is what was asked for
                samples, rate = self._decoded(replace(piece, body=whole))
            yield Utterance(samples=samples, sample_rate=rate)
        if left:
            raise RequestFailed(
                "the answer is not 16-bit pcm: it has an odd number of bytes", where=self._to.shown
            )
