"""The servers of servers.toml: one real server on this machine, which answers each address as told there."""

from __future__ import annotations

import base64
import gzip
import html
import io
import socketserver
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import numpy as np
import soundfile

RATE = 16_000
KEY = "sk-hostile/0123+4567=89ab"
QUERY = "tok-9876543210"
SAMPLES = (np.random.default_rng(5).normal(0, 0.1, 8000) * 32768).astype(np.int16)
_STALL_S = 20.0


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One answer: its head, its body of parts (see `_part`), and what happens then.

    framing: how the end of the body is told: "length", "chunked", "close" (not at all), or "raw" for a head
    that is the whole of it. `declared` is a Content-Length that is not the body's; `sent` cuts the body;
    `patch` overwrites bytes of it, in hex by offset. `pieces` are sent one by one.
    """

    status: int = 200
    head: str = ""
    headers: dict[str, str] = {}
    body: list[str] = []
    patch: dict[str, str] = {}
    framing: str = "length"
    declared: str = ""
    sent: int | None = None
    then: str = "keep"  # or "close", "stall", "endless"


class Hostile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A server: its replies in order (the last one again and again), and what the pipeline must make of it.

    says: the sentence that refuses it; where it is empty, all SAMPLES must be heard instead.
    """

    id: str
    replies: list[Reply]
    on_head: str = ""  # "", "close", "body"
    settings: dict[str, Any] = {}
    says: str = ""


def servers() -> dict[str, Hostile]:
    """All servers by id."""
    data = tomllib.loads(Path(__file__).with_name("servers.toml").read_text(encoding="utf-8"))
    return {item.id: item for item in msgspec.convert(data["server"], list[Hostile])}


def secret_forms() -> list[bytes]:
    """Every form in which a server could give the key, or the query's token, away."""
    forms = []
    for secret in (KEY, QUERY):
        encoded = base64.b64encode(b"Bearer " + secret.encode()).decode()
        forms += [secret, quote(secret, safe=""), secret.encode().hex(), encoded[12:-4]]
    return [form.encode() for form in forms]


def _file(samples: np.ndarray, kind: str, **more: Any) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format=kind, **more)
    return file.getvalue()


def _part(part: str) -> bytes:
    """Bytes of a part: "text:…", "hex:…", or a recipe by name, with "*N" behind it for N of them."""
    kind, colon, rest = part.partition(":")
    if colon and kind == "text":
        return _with_secrets(rest).encode()
    if colon and kind in ("utf-16", "latin-1"):
        return rest.encode(kind)
    if colon and kind == "hex":
        return bytes.fromhex(rest)
    name, _, times = part.partition("*")
    return _recipe(name) * int(times or 1)


def _recipe(name: str) -> bytes:
    floats = SAMPLES.astype(np.float32) / np.float32(32768)
    stereo = np.stack([SAMPLES, SAMPLES], axis=1)
    match name:
        case "pcm":
            return SAMPLES.astype("<i2").tobytes()
        case "wav":
            return _file(SAMPLES, "WAV")
        case "wav24":
            return _file(SAMPLES, "WAV", subtype="PCM_24")
        case "wav-float":
            return _file(floats, "WAV", subtype="FLOAT")
        case "wav-extensible":
            return _file(SAMPLES, "WAVEX")
        case "wav-stereo":
            return _file(stereo, "WAV")
        case "wav-two-voices":
            return _file(np.stack([SAMPLES, SAMPLES[::-1]], axis=1), "WAV")
        case "wav-big":
            return _file(SAMPLES, "WAV", endian="BIG")
        case "rf64":
            return _file(SAMPLES, "RF64")
        case "flac" | "mp3" | "ogg" | "aiff":
            return _file(SAMPLES, name.upper())
        case "gzip":
            return gzip.compress(_file(SAMPLES, "WAV"), mtime=0)
        case "data-uri":
            return b"data:audio/wav;base64," + base64.b64encode(_file(SAMPLES, "WAV"))
        case "base64":
            return base64.b64encode(SAMPLES.tobytes())
        case "list":
            return b"LIST\x1a\0\0\0INFOISFT\x0e\0\0\0Lavf60.16.100\0"
        case "zeros":
            return bytes(1_000_000)
        case "noise":
            return np.random.default_rng(1).bytes(1_000_000)
        case "aac":
            frame = bytes.fromhex("fff1508003dffc")  # a header that states 30 bytes
            return (frame + bytes(30 - len(frame))) * 3
    raise ValueError(f"no recipe {name!r}")


def _with_secrets(text: str) -> str:
    forms = {
        "{key}": KEY,
        "{key%}": quote(KEY, safe=""),
        "{key&}": html.escape(KEY),
        "{key-hex}": KEY.encode().hex(),
        "{bearer64}": base64.b64encode(f"Bearer {KEY}".encode()).decode(),
        "{query}": QUERY,
        "{soon}": formatdate(time.time() + 1, usegmt=True),
        "{now}": formatdate(time.time(), usegmt=True),
        "{past}": formatdate(0, usegmt=True),
    }
    for name, form in forms.items():
        text = text.replace(name, form)
    return text


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        while (request := self.rfile.readline()).strip():
            method, target, _ = request.decode("latin-1").split()
            length = 0
            while (header := self.rfile.readline()).strip():
                name, _, value = header.decode("latin-1").partition(":")
                if name.lower() == "content-length":
                    length = int(value)
            self.rfile.read(length)
            hostile = self.server.known[target.split("/")[1]]
            if not self._answer(method, hostile):
                return

    def _answer(self, method: str, hostile: Hostile) -> bool:
        if method == "HEAD":
            if hostile.on_head == "close":
                return False
            self.wfile.write(b"HTTP/1.1 405 No\r\nServer: hostile\r\nContent-Length: 0\r\n\r\n")
            if hostile.on_head == "body":
                self.wfile.write(b"a body that no HEAD has")
            return True
        with self.server.lock:
            count = self.server.asked[hostile.id] = self.server.asked.get(hostile.id, 0) + 1
        return self._send(hostile.replies[min(count, len(hostile.replies)) - 1])

    def _send(self, reply: Reply) -> bool:
        body = bytearray(b"".join(_part(part) for part in reply.body))
        for at, patch in reply.patch.items():
            new = bytes.fromhex(patch)
            body[int(at) : int(at) + len(new)] = new
        head = reply.head or f"HTTP/1.1 {reply.status} Said"
        lines = [head, *(f"{name}: {value}" for name, value in reply.headers.items())]
        if reply.framing == "length" or reply.declared:
            lines.append(f"Content-Length: {reply.declared or len(body)}")
        if reply.framing == "chunked":
            lines.append("Transfer-Encoding: chunked")
        kept = bytes(body[: reply.sent])
        if reply.framing == "chunked":
            kept = b"".join(
                b"%x\r\n%s\r\n" % (len(kept[at : at + 4096]), kept[at : at + 4096])
                for at in range(0, len(kept), 4096)
            )
            kept += b"0\r\n\r\n" * (reply.sent is None)
        self.wfile.write(_with_secrets("\r\n".join(lines)).encode("latin-1") + b"\r\n\r\n" + kept)
        while reply.then == "endless":
            self.wfile.write(kept)
        if reply.then == "stall":
            self.server.over.wait(_STALL_S)
        return reply.then == "keep" and reply.framing != "close"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.known = servers()
        self.asked: dict[str, int] = {}
        self.lock = threading.Lock()
        self.over = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what these tests are about."""


@contextmanager
def serving() -> Iterator[str]:
    """The address of the running server; a hostile server is at /ID/v1/audio/speech."""
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


def address(base: str, name: str) -> str:
    """Where a hostile server is, with a token in its query."""
    return f"{base}/{name}/v1/audio/speech?token={QUERY}"
