"""What the headers of an answer say about its sound."""

from __future__ import annotations

import re
from collections.abc import Collection
from email.message import Message
from urllib.parse import unquote

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Record
from tts_baseline.pipelines._sound_files import Format
from tts_baseline.pipelines._sound_files.words import line
from tts_baseline.pipelines.http.endpoint import TABLE

TYPES = {
    "wav": ("audio/wav", "audio/x-wav", "audio/wave", "audio/x-wave", "audio/vnd.wave"),
    "flac": ("audio/flac", "audio/x-flac", "application/x-flac"),
    # In RFC 2586, audio/l16 has the high byte first; speech servers that use the name send the low one first.
    "pcm": ("audio/pcm", "audio/x-pcm", "audio/l16", "audio/raw", "audio/x-raw"),
}
_ANY = ("", "application/octet-stream", "binary/octet-stream", "audio/*")
_CHARS = 1000  # chosen: parsing a longer header could take seconds


class Media(Record, frozen=True, kw_only=True):
    """A declaration: `type` in lower case, "" for none; what servers say of rate (Hz), channels and bits."""

    type: str = ""
    encodings: tuple[str, ...] = ()
    rates: frozenset[int] = frozenset()
    channels: frozenset[int] = frozenset()
    bits: frozenset[int] = frozenset()


def read_out(headers: Message, name: str | None) -> str | None:
    """The text in the header of this name, in UTF-8 or percent-encoded; None where there is none."""
    value = headers.get(name) if name else None
    if value is None:
        return None
    # http.client reads the server's bytes as ISO 8859-1.
    return unquote(str(value).encode("latin-1", "replace").decode("utf-8", "replace"))


def media(headers: Message) -> Media:
    """What headers declare: Content-Type with its parameters, and the likes of X-Sample-Rate."""
    stated = Message()
    stated["Content-Type"] = str(headers.get("Content-Type", ""))[:_CHARS]
    parameters = [(name.lower(), str(value)) for name, value in stated.get_params([], unquote=True)[1:]]
    others = [(re.sub("[^a-z]", "", name.lower()), str(value)) for name, value in headers.items()]

    def numbers(parameter: str, *endings: str) -> frozenset[int]:
        values = [value for name, value in parameters if name == parameter]
        values += [value for name, value in others if name.endswith(endings)]
        return frozenset(int(value) for value in values if re.fullmatch(r"\s*[0-9]{1,7}\s*", value))

    encoding = ",".join(headers.get_all("Content-Encoding", [])).lower()
    return Media(
        type=str(stated["Content-Type"]).partition(";")[0].strip().lower(),
        encodings=tuple(
            name for part in encoding.split(",") if (name := part.strip()) not in ("", "identity")
        ),
        rates=numbers("rate", "samplerate", "samplingrate"),
        channels=numbers("channels", "audiochannels", "xchannels"),
        bits=numbers("bits", "bitdepth", "bitspersample"),
    )


def check_encoding(declared: Media, secrets: Collection[str] = ()) -> None:
    """RequestFailed if an answer is compressed: `Accept-Encoding: identity` was sent."""
    if declared.encodings:
        shown = line(declared.encodings[0], secrets)
        raise RequestFailed(
            f"the answer has the Content-Encoding {shown!r}, which was not asked for",
            hint="make the server, or the proxy before it, answer without compression",
        )


def check_type(declared: Media, asked: Format, accepted: str | None, secrets: Collection[str] = ()) -> None:
    """RequestFailed if an answer is declared to be something else than was asked for.

    accepted: one more Content-Type that is taken for the format that was asked for.
    """
    if declared.type not in (*_ANY, *TYPES[asked], (accepted or "").lower()):
        shown = line(declared.type, secrets)
        may_be_sound = declared.type.startswith("audio/") and shown == declared.type
        raise RequestFailed(
            f"the answer's Content-Type is {shown!r}, not {TYPES[asked][0]}",
            hint=f'if it is {asked} nevertheless, set content_type = "{shown}" in {TABLE}' * may_be_sound,
        )


def check_sound(declared: Media, *, rate: int, channels: int | None = None, bits: int | None = None) -> None:
    """RequestFailed if the headers contradict what the sound is read as; None is not compared."""
    for what, stated, read in (
        ("sample rate", declared.rates, rate),
        ("number of channels", declared.channels, channels),
        ("number of bits", declared.bits, bits),
    ):
        if read is not None and stated - {read}:
            raise RequestFailed(
                f"the answer's headers state a {what} of {max(stated - {read}):,}, and it is read as {read:,}"
            )
