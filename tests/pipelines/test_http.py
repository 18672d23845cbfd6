"""The http pipeline against a real server on this machine, which answers, stalls, cuts off and refuses."""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from tests.support.git_folder import SCRIPT
from tts_baseline.core.errors import PipelineError, RequestFailed, SettingsError
from tts_baseline.core.records import Request, Utterance
from tts_baseline.core.sounds import fault
from tts_baseline.pipelines import _answers, _load
from tts_baseline.pipelines._sound_files import Format, Wanted
from tts_baseline.pipelines._sound_files.words import excerpt
from tts_baseline.pipelines.http import Http, create
from tts_baseline.pipelines.http.answer import Answer, decoded
from tts_baseline.pipelines.http.retry import pause_s

TONE = (np.random.default_rng(5).normal(0, 0.1, 8000) * 32768).astype(np.int16)
Make = Callable[..., Http]
HEAD_AND_POSTS = 2  # loading opens one connection for HEAD, and one for all posts
SECRET = "sk-never-show-this-0123456789"


def audio(samples: np.ndarray, kind: str = "WAV", rate: int = 16000, **more: Any) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, **more)
    return file.getvalue()


class Handler(BaseHTTPRequestHandler):
    """Leaves what it does with a post to the server's `answer`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_HEAD(self) -> None:
        self.send_response(405)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.asked.append((self.path, dict(self.headers), json.loads(self.rfile.read(length))))
        self.server.answer(self)

    def reply(self, body: bytes, status: int = 200, declared: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if declared is None else declared))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Counts connections and remembers what was asked; `hung_up` is set when a connection is closed."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.connections = 0
        self.hung_up = threading.Event()
        self.answer: Callable[[Handler], None] = lambda handler: handler.reply(audio(TONE))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def body(self) -> dict[str, Any]:
        return self.asked[-1][2]

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.hung_up.set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


@contextmanager
def serving() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


@pytest.fixture
def make(server: Server) -> Iterator[Make]:
    """Pipelines of this server, closed when the test is over."""
    with ExitStack() as stack:

        def one(**settings: Any) -> Http:
            made = create(**({"url": server.url} | settings))
            stack.callback(made.close)
            return made

        yield one


@pytest.fixture
def voice(make: Make) -> Http:
    made = make()
    made.load()
    return made


def say(voice: Http, text: str = "Hola.", **more: Any) -> Utterance:
    return voice.synthesize(Request(text=text, **more))


def asking(server: Server, request: Request | None = None, **settings: Any) -> dict[str, Any]:
    """The body that a pipeline with these settings sends."""
    made = create(url=server.url, **settings)
    made.synthesize(request or Request(text="Hola."))
    made.close()
    return server.body


def refused(voice: Http, **more: Any) -> RequestFailed:
    with pytest.raises(RequestFailed) as caught:
        say(voice, **more)
    return caught.value


# --- what is sent


def test_the_body_is_that_of_the_api(server: Server) -> None:
    body = asking(server, Request(text="¿Qué tal?", speed=1.25), model="tts-1", voice="alloy")
    assert body == {
        "model": "tts-1",
        "input": "¿Qué tal?",
        "voice": "alloy",
        "response_format": "wav",
        "speed": 1.25,
    }
    path, headers, _ = server.asked[-1]
    assert path == "/v1/audio/speech"
    assert headers["Content-Type"] == "application/json"
    assert "Authorization" not in headers


def test_what_is_not_set_is_not_sent(server: Server) -> None:
    body = asking(server, Request(text="Hola.", style="sad", seed=4, region="mexican"))
    assert body.keys() == {"input", "response_format", "speed"}


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("", "/v1/audio/speech"),
        ("/", "/v1/audio/speech"),
        ("/v1", "/v1/audio/speech"),
        ("/v1/", "/v1/audio/speech"),
        ("/tts", "/tts/v1/audio/speech"),
        ("/api/v3/audio/speech", "/api/v3/audio/speech"),
        ("/v1/audio/speech?api-version=2", "/v1/audio/speech?api-version=2"),
        ("/v1/audio/speech#part", "/v1/audio/speech"),
    ],
)
def test_the_address_is_the_servers_or_the_endpoints(
    server: Server, make: Make, path: str, target: str
) -> None:
    made = make(url=server.url + path)
    say(made)
    assert server.asked[-1][0] == target


def test_the_region_chooses_the_voice(server: Server) -> None:
    voices = {"mexican": "lupe", "rioplatense": "elena"}
    spoken = [
        asking(server, Request(text="Hola.", region=region), voices=voices, voice="ana")["voice"]
        for region in ("mexican", "rioplatense", "castilian")
    ]
    assert spoken == ["lupe", "elena", "ana"]


def test_a_region_without_a_voice_is_refused_and_names_the_nearest(server: Server, make: Make) -> None:
    made = make(voices={"mexican": "lupe"})
    error = refused(made, region="mexico")
    assert "'mexico' (did you mean 'mexican'?)" in error.what
    assert "voices" in error.hint
    assert not server.asked


def test_the_style_chooses_the_instructions(server: Server) -> None:
    styles = {"sad": "Habla con tristeza."}
    sad = asking(server, Request(text="Hola.", style="sad"), styles=styles)
    plain = asking(server, Request(text="Hola."), styles=styles)
    assert sad["instructions"] == "Habla con tristeza."
    assert "instructions" not in plain


def test_a_style_without_instructions_is_no_silent_neutral(server: Server, make: Make) -> None:
    made = make(styles={"sad": "Habla con tristeza."})
    assert "'sat' (did you mean 'sad'?)" in refused(made, style="sat").what
    assert not server.asked


def test_the_seed_goes_where_the_server_takes_it(server: Server) -> None:
    assert asking(server, Request(text="Hola.", seed=7), seed_field="seed")["seed"] == 7


@pytest.mark.parametrize("sent", ["a las diez, Núñez", "a%20las%20diez,%20N%C3%BA%C3%B1ez"])
def test_the_text_that_the_server_reads_out_is_told(server: Server, make: Make, sent: str) -> None:
    header = sent.encode().decode("latin-1")
    server.answer = lambda handler: handler.reply(audio(TONE), X_Text=header)
    assert say(make(text_header="X-Text")).text == "a las diez, Núñez"
    assert say(make()).text is None
    assert say(make(text_header="X-Other")).text is None


def test_extra_fields_are_sent(server: Server) -> None:
    body = asking(server, extra={"seed": 3, "lang": "es", "options": {"steps": 16}})
    assert (body["seed"], body["lang"], body["options"]) == (3, "es", {"steps": 16})


@given(text=st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_arrives_as_it_is(shared: tuple[Server, Http], text: str) -> None:
    server, voice = shared
    say(voice, text)
    assert server.body["input"] == text


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[Server, Http]]:
    with serving() as server:
        voice = create(url=server.url)
        yield server, voice
        voice.close()


@pytest.mark.parametrize("speed", [float("nan"), float("inf")])
def test_a_speed_that_json_lacks_is_refused(voice: Http, speed: float) -> None:
    assert "speed" in refused(voice, speed=speed).what


# --- what comes back


@pytest.mark.parametrize(
    ("settings", "kind", "subtype"),
    [({}, "WAV", "PCM_16"), ({"response_format": "flac"}, "FLAC", "PCM_16"), ({}, "WAVEX", "PCM_16")],
)
def test_the_samples_are_the_files(
    server: Server, make: Make, settings: dict[str, Any], kind: str, subtype: str
) -> None:
    server.answer = lambda handler: handler.reply(audio(TONE, kind, 22050, subtype=subtype))
    made = make(**settings)
    said = say(made)
    assert server.body["response_format"] == (settings.get("response_format") or "wav")
    assert said.sample_rate == 22050
    assert said.samples.dtype == np.float32
    assert said.samples.tobytes() == (TONE.astype(np.float32) / np.float32(32768)).tobytes()


def test_float_samples_are_kept_also_beyond_1(server: Server, voice: Http) -> None:
    loud = np.array([0.1, -1.5, 2.0, 0.0], np.float32)
    server.answer = lambda handler: handler.reply(audio(loud, subtype="FLOAT"))
    assert say(voice).samples.tolist() == loud.tolist()


def test_float_samples_at_the_scale_of_integers_are_a_fault_of_the_recording(
    server: Server, voice: Http
) -> None:
    loud = np.array([100.0, -32768.0, 5.0], np.float32)
    server.answer = lambda handler: handler.reply(audio(loud, subtype="FLOAT"))
    assert fault(say(voice).samples).endswith("return `samples / 32768`")


def test_raw_pcm_has_the_rate_that_was_set(server: Server, make: Make) -> None:
    server.answer = lambda handler: handler.reply(TONE.tobytes())
    made = make(response_format="pcm", sample_rate=24000)
    said = say(made)
    assert said.sample_rate == 24000
    assert (said.samples * 32768).tolist() == TONE.tolist()


def test_a_wav_of_unknown_length_is_read_to_its_end(server: Server, voice: Http) -> None:
    streamed = bytearray(audio(TONE))
    for at in (4, streamed.index(b"data") + 4):
        streamed[at : at + 4] = b"\xff\xff\xff\xff"

    def in_chunks(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for start in range(0, len(streamed), 1000):
            piece = streamed[start : start + 1000]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\n\r\n")

    server.answer = in_chunks
    assert say(voice).samples.size == TONE.size
    assert say(voice).samples.size == TONE.size
    assert server.connections == HEAD_AND_POSTS


def test_equal_channels_are_one(server: Server, voice: Http) -> None:
    server.answer = lambda handler: handler.reply(audio(np.stack([TONE, TONE], axis=1)))
    assert (say(voice).samples * 32768).astype(np.int16).tobytes() == TONE.tobytes()


def test_channels_that_differ_are_not_mixed(server: Server, voice: Http) -> None:
    server.answer = lambda handler: handler.reply(audio(np.stack([TONE, TONE // 2], axis=1)))
    assert "2 channels that differ" in refused(voice).what


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "the answer is empty"),
        (b"<html>busy</html>", "the answer is HTML, not wav: <html>busy</html>"),
    ],
    ids=["empty", "html"],
)
def test_what_is_no_wav_is_refused(server: Server, voice: Http, body: bytes, says: str) -> None:
    server.answer = lambda handler: handler.reply(body)
    error = refused(voice)
    assert says in error.what
    assert error.where == f"{server.url}/v1/audio/speech"


def test_a_wav_without_samples_is_an_empty_utterance(server: Server, voice: Http) -> None:
    server.answer = lambda handler: handler.reply(audio(TONE[:0]))
    assert say(voice).samples.shape == (0,)


@given(body=st.binary(max_size=200) | st.binary(max_size=60).map(lambda tail: audio(TONE[:20])[:44] + tail))
def test_any_bytes_are_audio_or_refused(body: bytes) -> None:
    asked: tuple[tuple[Format, int | None], ...] = (("wav", None), ("flac", None), ("pcm", 8000))
    for form, rate in asked:
        wanted = Wanted(format=form, sample_rate=rate, most=10_000)
        try:
            samples, heard = decoded(Answer(body), wanted)
        except RequestFailed:
            continue
        checked = _answers.utterance(Utterance(samples=samples, sample_rate=8000))
        assert checked.samples.dtype == np.float32
        assert heard > 0


@given(body=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_what_an_answer_says_is_one_short_line(body: bytes) -> None:
    line = excerpt(body)
    assert 0 < len(line) <= 200
    assert line.isprintable()


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b'{"error": {"message": "Unknown voice", "type": "x"}}', "Unknown voice"),
        (b'{"error": "Unknown voice"}', "Unknown voice"),
        (b'{"message": "Unknown voice"}', "Unknown voice"),
        (b'{"detail": "Not Found"}', "Not Found"),
        (b'{"detail": [{"loc": ["body", "voice"]}]}', '[{"loc": ["body", "voice"]}]'),
        (b'{"code": 5}', '{"code": 5}'),
        (b"[1, 2]", "[1, 2]"),
        (b"Service\n\n  Unavailable\x1b[31m", "Service Unavailable [31m"),
        (b"", "nothing"),
        (b"[" * 100_000, "[" * 200),
        ("ñ".encode() * 500, "ñ" * 200),
    ],
)
def test_what_an_answer_says(body: bytes, line: str) -> None:
    assert excerpt(body) == line


# --- stages


def test_the_stages_tell_waiting_from_transfer(server: Server, voice: Http) -> None:
    body = audio(TONE)

    def slowly(handler: Handler) -> None:
        time.sleep(0.15)
        handler.reply(body[:1000], declared=len(body))
        time.sleep(0.3)
        handler.wfile.write(body[1000:])

    server.answer = slowly
    begun = time.perf_counter()
    stages = say(voice).stages
    wall = time.perf_counter() - begun
    assert set(stages) == {"first_byte", "transfer", "post"}
    assert stages["first_byte"] >= 0.15
    assert stages["transfer"] >= 0.29
    assert min(stages.values()) > 0
    assert wall - 0.1 < sum(stages.values()) <= wall


def test_the_first_byte_is_the_audios_not_the_headers(server: Server, voice: Http) -> None:
    body = audio(TONE)

    def headers_at_once(handler: Handler) -> None:
        handler.reply(b"", declared=len(body))
        time.sleep(0.2)
        handler.wfile.write(body)

    server.answer = headers_at_once
    assert say(voice).stages["first_byte"] >= 0.19


# --- one connection


def test_all_calls_share_the_connection_that_load_opened(server: Server, voice: Http) -> None:
    for _ in range(5):
        say(voice)
    assert server.connections == HEAD_AND_POSTS


def test_a_connection_that_was_closed_while_idle_is_opened_anew(server: Server, voice: Http) -> None:
    assert server.hung_up.wait(5)  # that of HEAD
    server.hung_up.clear()

    def then_close(handler: Handler) -> None:
        handler.reply(audio(TONE))
        handler.close_connection = True  # without saying so

    server.answer = then_close
    for _ in range(3):
        say(voice)
        assert server.hung_up.wait(5)
        server.hung_up.clear()
    assert len(server.asked) == 3
    assert server.connections == HEAD_AND_POSTS + 2


def test_a_server_that_closes_after_each_answer_is_served(server: Server, make: Make) -> None:
    server.answer = lambda handler: handler.reply(audio(TONE), Connection="close")
    made = make()
    for _ in range(3):
        say(made)
    assert (len(server.asked), server.connections) == (3, 3)


def test_a_connection_lost_while_the_server_works_is_no_second_request(server: Server, voice: Http) -> None:
    say(voice)
    server.answer = lambda handler: setattr(handler, "close_connection", True)
    error = refused(voice)
    assert "the connection failed: RemoteDisconnected" in error.what
    assert len(server.asked) == 2


def test_bytes_after_an_answer_are_no_part_of_the_next(server: Server, voice: Http) -> None:
    heard, written = threading.Event(), threading.Event()

    def too_much(handler: Handler) -> None:
        handler.reply(audio(TONE))
        assert heard.wait(5)
        handler.wfile.write(b"more")
        written.set()

    server.answer = too_much
    say(voice)
    heard.set()
    assert written.wait(5)
    assert refused(voice).what == "after its last answer, the server sent more bytes than it had declared"
    server.answer = lambda handler: handler.reply(audio(TONE))
    assert say(voice).samples.size == TONE.size


def test_after_a_failure_the_next_call_is_answered(server: Server, voice: Http) -> None:
    def half(handler: Handler) -> None:
        handler.reply(b"half", declared=1000)
        handler.close_connection = True
        server.answer = lambda handler: handler.reply(audio(TONE))

    server.answer = half
    refused(voice)
    assert say(voice).samples.size == TONE.size


def test_loading_leaves_a_connection_open_although_the_server_closes_them(
    server: Server, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Handler, "protocol_version", "HTTP/1.0")
    make().load()
    deadline = time.monotonic() + 5
    while server.connections < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.connections == 2


def test_loading_again_opens_a_connection_anew(server: Server, voice: Http) -> None:
    voice.load()
    say(voice)
    assert server.connections == 2 * HEAD_AND_POSTS


def test_closing_twice_is_fine_and_the_pipeline_can_still_speak(voice: Http) -> None:
    voice.close()
    voice.close()
    assert say(voice).samples.size == TONE.size


# --- what a server may do wrong


@pytest.mark.parametrize("kept", [0, 10, 5000])
def test_an_answer_that_is_cut_off_is_refused(server: Server, voice: Http, kept: int) -> None:
    def cut(handler: Handler) -> None:
        handler.reply(audio(TONE)[:kept], declared=len(audio(TONE)))
        handler.close_connection = True

    server.answer = cut
    assert "cut off" in refused(voice).what


def test_a_chunk_that_is_cut_off_is_refused(server: Server, voice: Http) -> None:
    def cut(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(audio(TONE)), audio(TONE)))
        handler.close_connection = True  # without the last chunk

    server.answer = cut
    assert "cut off" in refused(voice).what


@pytest.mark.parametrize("sent", [b"", audio(TONE)[:100]], ids=["before the status", "in the body"])
def test_a_server_that_falls_silent_is_left(server: Server, make: Make, sent: bytes) -> None:
    let_go = threading.Event()

    def stall(handler: Handler) -> None:
        if sent:
            handler.reply(sent, declared=10_000)
        let_go.wait(10)
        handler.close_connection = True

    server.answer = stall
    voice = make(timeout=0.2, retries=2)
    error = refused(voice)
    assert error.what == "the server sent nothing for 0.2 s"
    assert "timeout" in error.hint
    assert len(server.asked) == 1
    server.answer = lambda handler: handler.reply(audio(TONE))
    assert say(voice).samples.size == TONE.size  # while the first answer is still to come
    let_go.set()


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (400, b'{"error": {"message": "Unknown voice: x"}}', "400 Bad Request: Unknown voice: x"),
        (401, b'{"error": {"message": "No key"}}', "401 Unauthorized: No key"),
        (404, b'{"detail": "Not Found"}', "404 Not Found: Not Found"),
        (422, b'{"detail": [{"msg": "missing"}]}', '422 Unprocessable Entity: [{"msg": "missing"}]'),
        (500, b"<h1>Oops</h1>" + b"x" * 1000, "500 Internal Server Error: <h1>Oops</h1>xxx"),
        (503, b"", "503 Service Unavailable: nothing"),
        (204, b"", "204 No Content: nothing"),
        (299, audio(TONE), "the server answered 299: "),
    ],
    ids=lambda value: value if isinstance(value, int) else "",
)
def test_a_refusal_says_what_the_server_said(
    server: Server, voice: Http, status: int, body: bytes, says: str
) -> None:
    server.answer = lambda handler: handler.reply(body, status)
    error = refused(voice)
    assert says in error.what
    assert len(error.what) < 300
    assert error.where == f"{server.url}/v1/audio/speech"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_refused_and_says_where_to(server: Server, voice: Http, status: int) -> None:
    place = "https://ann:secret@other.example/v1/audio/speech?key=secret"
    server.answer = lambda handler: handler.reply(b"", status, Location=place)
    error = refused(voice)
    assert "a redirect to https://other.example/v1/audio/speech," in error.what
    assert "url" in error.hint
    assert "secret" not in str(error)


def test_what_is_no_http_is_an_error(server: Server, make: Make) -> None:
    def otherwise(handler: Handler) -> None:
        handler.wfile.write(b"220 mail.example ESMTP\r\n")
        handler.close_connection = True

    server.answer = otherwise
    assert "the connection failed: BadStatusLine" in refused(make()).what


# --- further tries


def busy_first(times: int, status: int, **headers: str) -> Callable[[Handler], None]:
    left = [times]

    def answer(handler: Handler) -> None:
        left[0] -= 1
        if left[0] >= 0:
            handler.reply(b"busy", status, **headers)
        else:
            handler.reply(audio(TONE))

    return answer


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_says(server: Server, make: Make, status: int) -> None:
    server.answer = busy_first(1, status, Retry_After="1")
    said = say(make(retries=1))
    assert said.stages["first_byte"] >= 1
    assert len(server.asked) == 2


def test_by_default_nothing_is_tried_again(server: Server, voice: Http) -> None:
    server.answer = busy_first(1, 429, Retry_After="0")
    error = refused(voice)
    assert "429 Too Many Requests: busy" in error.what
    assert "retries" in error.hint
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (503, {"Retry_After": "51"}),
        (503, {"Retry_After": "Fri, 31 Dec 9999 23:59:59 GMT"}),
        (500, {"Retry_After": "0"}),
    ],
)
def test_nothing_is_tried_again_after_other_errors_or_beyond_the_timeout(
    server: Server, make: Make, status: int, headers: dict[str, str]
) -> None:
    server.answer = busy_first(1, status, **headers)
    error = refused(make(retries=3))
    assert str(status) in error.what
    assert ("longer than timeout, 50 s" in error.what) == (status == 503)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("after", "seconds"),
    [
        ("3", 3.0),
        ("0.25", 0.25),
        (" 2 ", 2.0),
        ("-5", 0.0),
        ("Sun, 29 Nov 2026 12:00:07 GMT", 7.0),
        ("Sunday, 29-Nov-26 12:00:07 GMT", 7.0),
        ("Sun, 29 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 29 Nov 2026 12:00:07", 7.0),
        ("999999999999", 999_999_999_999.0),
        ("", 2.0),
        ("soon", 2.0),
        ("nan", 2.0),
        ("1e999", 2.0),
        ("Sun, 99 Nov 2026 12:00:07 GMT", 2.0),
        ("Sun, 29 Nov 99999 12:00:07 GMT", 2.0),
    ],
)
def test_a_server_is_asked_again_when_it_says_by_its_own_clock(after: str, seconds: float) -> None:
    headers = Message()
    headers["Date"] = "Sun, 29 Nov 2026 12:00:00 GMT"
    headers["Retry-After"] = after
    assert pause_s(headers, 2) == seconds


def test_without_a_time_each_pause_is_twice_the_last_up_to_8_seconds() -> None:
    assert [pause_s(Message(), attempt) for attempt in range(7)] == [0.5, 1, 2, 4, 8, 8, 8]


def test_the_tries_end(server: Server, make: Make) -> None:
    server.answer = busy_first(9, 503, Retry_After="0")
    assert "503" in refused(make(retries=2)).what
    assert len(server.asked) == 3


def test_a_lost_connection_is_tried_again(server: Server, make: Make) -> None:
    def once(handler: Handler) -> None:
        handler.close_connection = True
        server.answer = lambda handler: handler.reply(audio(TONE))

    server.answer = once
    assert say(make(retries=1)).samples.size == TONE.size
    assert len(server.asked) == 2


# --- loading


def test_a_server_that_is_not_there_shows_when_it_is_loaded() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(PipelineError, match="no speech server answers: ConnectionRefusedError") as caught:
        create(url=url).load()
    assert caught.value.where == f"{url}/v1/audio/speech"
    assert caught.value.hint == f"curl --head '{url}/v1/audio/speech'"


def test_a_name_that_nobody_has_shows_when_it_is_loaded() -> None:
    with pytest.raises(PipelineError, match="no speech server answers: gaierror"):
        create(url="http://nobody.invalid").load()


def test_a_port_where_nobody_answers_shows_when_it_is_loaded() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        made = create(url=f"http://127.0.0.1:{mute.getsockname()[1]}", timeout=0.2)
        with pytest.raises(PipelineError, match="no speech server answers: TimeoutError"):
            made.load()


def test_a_setting_that_is_missing_or_misspelt_is_named(server: Server) -> None:
    with pytest.raises(SettingsError, match="needs the setting url"):
        _load.build(_load.resolve("http"), {}, device="cpu", optimize=())
    with pytest.raises(SettingsError, match="no setting 'vocie'"):
        _load.build(_load.resolve("http"), {"url": server.url, "vocie": "a"}, device="cpu", optimize=())


# --- provenance and secrets


def test_the_provenance_says_what_is_asked_for(server: Server) -> None:
    made = create(
        url=f"{server.url}/v1/audio/speech?key=secret",
        model="tts-1",
        voices={"mexican": "lupe"},
        extra={"seed": 3},
    )
    assert "server" not in made.provenance
    made.load()
    made.close()
    assert made.provenance == {
        "url": f"{server.url}/v1/audio/speech",
        "model": "tts-1",
        "voices": '{"mexican": "lupe"}',
        "response_format": "wav",
        "extra": '{"seed": 3}',
        "server": f"BaseHTTP/0.6 Python/{sys.version.split()[0]}",
    }


def test_the_key_comes_from_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEECH_KEY", f" {SECRET}\n")
    asking(server, api_key_env="SPEECH_KEY")
    assert server.asked[-1][1]["Authorization"] == f"Bearer {SECRET}"


def test_the_key_is_never_shown(server: Server, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEECH_KEY", SECRET)
    made = make(api_key_env="SPEECH_KEY")
    made.load()
    shown = [repr(made), str(vars(made)), json.dumps(made.provenance)]
    refusal = f"the key {SECRET} is wrong".encode()
    for status in (200, 401, 503):
        server.answer = lambda handler, status=status: handler.reply(refusal, status)
        shown.append(str(refused(made)))
        assert "the key *** is wrong" in shown[-1]
    assert SECRET not in "".join(shown)


def test_a_key_in_the_body_or_the_query_is_not_shown_either(server: Server, make: Make) -> None:
    made = make(
        url=f"{server.url}/v1/audio/speech?api_key=query%2Fsecret",
        extra={"lang": "es", "auth": {"token": 'extra"secret'}},
    )
    server.answer = lambda handler: handler.reply(
        b"query/secret, query%2Fsecret, " + json.dumps(handler.server.body).encode(), 400
    )
    shown = str(refused(made)) + str(made.provenance)
    assert "secret" not in shown
    assert made.provenance["extra"] == '{"auth": {"token": "***"}, "lang": "es"}'
    assert server.body["auth"] == {"token": 'extra"secret'}


@pytest.mark.parametrize("value", [None, "", "  ", f"{SECRET}\r\nX-Evil: 1", "clé", "a\0b"])
def test_a_key_that_cannot_be_sent_is_not_repeated(
    server: Server, make: Make, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is not None and "\0" not in value:
        monkeypatch.setenv("SPEECH_KEY", value)
    with pytest.raises(SettingsError, match="the environment variable that api_key_env names") as caught:
        make(api_key_env="SPEECH_KEY").load()
    assert SECRET not in str(caught.value)
    assert not server.connections


def test_a_key_in_place_of_its_variables_name_is_not_repeated(server: Server, make: Make) -> None:
    for key in (SECRET, "abc123"):
        with pytest.raises(SettingsError) as caught:
            make(api_key_env=key).load()
        assert key not in str(caught.value)


# --- settings


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"url": "localhost:8000"}, "url must be like http://localhost:8000"),
        ({"url": "ftp://localhost"}, "url must be like"),
        ({"url": "http://"}, "url must be like"),
        ({"url": "http://a b"}, "url must be like"),
        ({"url": "http://a/'; rm"}, "url must be like"),
        ({"url": "http://ñandú.example"}, "url must be like"),
        ({"url": "http://a:99999"}, "url is not an address"),
        ({"url": "http://a:b"}, "url is not an address"),
        ({"url": "http://[::1"}, "url is not an address"),
        ({"url": 3}, "$.url"),
        ({"voices": "ana"}, "$.voices"),
        ({"voices": {"mexican": 3}}, "$.voices"),
        ({"response_format": "mp3"}, "'mp3'"),
        ({"response_format": "pcm"}, "sample_rate goes with"),
        ({"sample_rate": 24000}, "sample_rate goes with"),
        ({"response_format": "pcm", "sample_rate": 0}, "$.sample_rate"),
        ({"content_type": "audio"}, "$.content_type"),
        ({"content_type": "audio/wav\r\nX: 1"}, "$.content_type"),
        ({"max_answer_bytes": 0}, "$.max_answer_bytes"),
        ({"max_answer_bytes": 3_000_000_000}, "$.max_answer_bytes"),
        ({"timeout": 0}, "$.timeout"),
        ({"timeout": float("nan")}, "$.timeout"),
        ({"timeout": float("inf")}, "$.timeout"),
        ({"retries": -1}, "$.retries"),
        ({"retries": 1.5}, "$.retries"),
        ({"retries": True}, "$.retries"),
        ({"extra": {"voice": "ana"}}, "'voice'"),
        ({"extra": {"input": "x"}}, "'input'"),
        ({"seed_field": "speed"}, "'speed'"),
        ({"extra": {"x": float("nan")}}, "extra cannot be sent as JSON"),
        ({"extra": {"x": object()}}, "extra cannot be sent as JSON"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        create(**({"url": "http://localhost:8000"} | settings))
    assert says in caught.value.what
    assert "[tool.tts-baseline.pipelines.http]" in caught.value.hint


@pytest.mark.parametrize("user", ["ann:hunter2", "hunter2", ":hunter2", "hunter2%40x:"])
def test_an_address_with_a_password_is_refused_and_not_repeated(user: str) -> None:
    with pytest.raises(SettingsError, match="user or a password") as caught:
        create(url=f"http://{user}@localhost:8000")
    assert "hunter2" not in str(caught.value)


def test_an_ipv6_address_is_taken() -> None:
    made = create(url="http://[::1]/v1")
    assert made.provenance["url"] == "http://[::1]/v1/audio/speech"
    assert (made._client._connection.host, made._client._connection.port) == ("::1", 80)


# --- TLS


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_tls_is_checked_and_its_connection_kept(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
            ),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"),
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    url = server.url.replace("http", "https")
    with pytest.raises(PipelineError, match="SSLCertVerificationError"):
        create(url=url).load()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    made = create(url=url)
    made.load()
    say(made)
    before = server.connections
    for _ in range(3):
        assert say(made).samples.size == TONE.size
    made.close()
    assert server.connections == before


# --- end to end

PROJECT = """
[tool.tts-baseline]
pipeline = "http"
suite = "cases.toml"
timeout = 10
# Whatever this machine is doing, no time or size of this test is beyond its limit.
limits = {{ latency = "100000%", cold_start = "100000%", memory = "100000%" }}

[tool.tts-baseline.pipelines.http]
url = "{url}"
model = "tts-1"
voices = {{ mexican = "lupe" }}
voice = "ana"
"""

CASES = """
[[case]]
id = "hola"
text = "Hola."

[[case]]
id = "adios"
text = "Adiós, amigo mío."
region = "mexican"
"""


def test_a_server_is_gated_and_one_that_clips_fails(server: Server, tmp_path: Path) -> None:
    def speech(handler: Handler) -> np.ndarray:
        dice = np.random.default_rng(len(handler.server.body["input"]))
        bursts = np.sin(np.arange(16000) / 16000 * 4 * np.pi) > 0
        return np.clip(dice.normal(0, 0.1, 16000) * bursts, -0.9, 0.9).astype(np.float32)

    def gate(sessions: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SCRIPT, "run", "--missing", "record", "--json", "--sessions", str(sessions)],
            cwd=project,
            env={name: value for name, value in os.environ.items() if name != "CI"},
            capture_output=True,
            text=True,
            check=False,
        )

    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(PROJECT.format(url=server.url), encoding="utf-8")
    (project / "cases.toml").write_text(CASES, encoding="utf-8")
    server.answer = lambda handler: handler.reply(audio(speech(handler)))
    twice = gate(2)
    assert twice.returncode == 0, twice.stderr
    assert len(json.loads(twice.stdout)) == 2
    assert {asked[2]["voice"] for asked in server.asked} == {"ana", "lupe"}
    server.answer = lambda handler: handler.reply(audio(np.clip(speech(handler) * 4, -0.3, 0.3)))
    clipped = gate(1)
    assert clipped.returncode == 1, clipped.stderr
    failed = {v["gate"] for v in json.loads(clipped.stdout)["verdicts"] if v["status"] == "regressed"}
    assert "structure" in failed
