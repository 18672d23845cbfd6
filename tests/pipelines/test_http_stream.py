"""A server's answer, heard while it arrives: a real server on this machine sends it chunk by chunk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest

from tests.support.loopback import answering
from tts_baseline.core.errors import RequestFailed, SettingsError
from tts_baseline.core.records import Request
from tts_baseline.measure.client import Worker
from tts_baseline.measure.listening import listen
from tts_baseline.measure.protocol import Listen
from tts_baseline.measure.streams import delivered
from tts_baseline.pipelines.http import StreamingHttp, create
from tts_baseline.session.project import open_project

RATE = 16_000
HOLA = Request(text="Hola.")
TONE = (np.random.default_rng(5).normal(0, 0.1, RATE // 2) * 32768).astype("<i2")
SILENCE = np.zeros(RATE // 10, "<i2")
Script = Callable[[], Iterator[bytes]]


@contextmanager
def serving(script: Script, status: int = 200, kind: str = "audio/pcm") -> Iterator[str]:
    """The address of a server that sends these chunks, each as soon as there is one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_HEAD(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                for chunk in script():
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                self.wfile.write(b"0\r\n\r\n")
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True
            except EOFError:  # the script breaks off
                self.connection.close()
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    with answering(Handler) as url:
        yield url


@contextmanager
def voice_of(script: Script, **answer: object) -> Iterator[StreamingHttp]:
    with serving(script, **answer) as url:
        made = create(url=url, response_format="pcm", sample_rate=RATE, stream=True, timeout=20.0)
        assert isinstance(made, StreamingHttp)
        made.load()
        yield made
        made.close()


def joined(voice: StreamingHttp) -> np.ndarray:
    return np.concatenate([piece.samples for piece in voice.stream(HOLA)])


def test_a_piece_is_heard_before_the_next_is_sent() -> None:
    heard, in_time = threading.Event(), []

    def script() -> Iterator[bytes]:
        yield SILENCE.tobytes()
        in_time.append(heard.wait(10))
        yield TONE.tobytes()

    with voice_of(script) as voice:
        pieces = voice.stream(HOLA)
        assert len(next(pieces).samples) == len(SILENCE)
        heard.set()
        assert sum(len(piece.samples) for piece in pieces) == len(TONE)
    assert in_time == [True]


def test_when_something_is_heard_and_for_how_long_a_player_starves() -> None:
    """0.1 s of silence and 0.1 s of sound at once, then 0.4 s later the rest."""

    def script() -> Iterator[bytes]:
        yield SILENCE.tobytes() + TONE[: RATE // 10].tobytes()
        time.sleep(0.4)
        yield TONE[RATE // 10 :].tobytes()

    with voice_of(script) as voice:
        answer = listen(voice, Listen(HOLA, full=False))
    stream = delivered(answer)
    assert answer.audible_s == pytest.approx(0.1, abs=0.006)
    assert stream.first_audio_s > stream.first_chunk_s + 0.09  # the silence has to be played
    assert stream.starved_s[0] > 0.19  # what was sent lasts for 0.2 s
    assert stream.audio_s == pytest.approx(0.6)


def test_samples_that_are_cut_between_two_pieces_are_whole() -> None:
    sent = TONE[:200].tobytes()
    with voice_of(lambda: (sent[at : at + 3] for at in range(0, len(sent), 3))) as voice:
        assert joined(voice) == pytest.approx(TONE[:200] / 32768)
        whole = voice.synthesize(HOLA)
        assert whole.samples.tobytes() == joined(voice).tobytes()
    with voice_of(lambda: iter([sent, b"\0"])) as voice, pytest.raises(RequestFailed, match="odd number"):
        joined(voice)


def test_what_is_refused_as_a_whole_is_refused_as_a_stream() -> None:
    with voice_of(lambda: iter([b"<html>busy"]), kind="text/html") as voice:
        with pytest.raises(RequestFailed, match="HTML"):
            joined(voice)
    with voice_of(lambda: iter([b"no"]), status=500) as voice, pytest.raises(RequestFailed, match="500"):
        joined(voice)

    def broken() -> Iterator[bytes]:
        yield TONE.tobytes()
        raise EOFError

    with voice_of(broken) as voice, pytest.raises(RequestFailed):
        joined(voice)


def test_a_stream_that_nobody_hears_to_its_end_leaves_nothing_for_the_next() -> None:
    numbers = iter(range(1, 10))

    def script() -> Iterator[bytes]:
        loud = np.full(4000, 1000 * next(numbers), "<i2")
        for part in np.split(loud, 4):
            yield part.tobytes()

    with voice_of(script) as voice:
        pieces = voice.stream(HOLA)
        next(pieces)
        pieces.close()
        assert set(joined(voice) * 32768) == {2000.0}


def test_a_file_is_no_stream() -> None:
    with pytest.raises(SettingsError, match="stream goes with"):
        create(url="http://localhost:1", stream=True)


def test_a_worker_streams_it(tmp_path: Path) -> None:
    with serving(lambda: iter([TONE.tobytes()] * 2)) as url:
        settings = f'url = "{url}"\nresponse_format = "pcm"\nsample_rate = {RATE}\nstream = true\n'
        (tmp_path / "pyproject.toml").write_text(
            f'[tool.tts-baseline]\npipeline = "http"\n[tool.tts-baseline.pipelines.http]\n{settings}'
        )
        with Worker(open_project(tmp_path, {}).worker, load_timeout=60.0) as worker:
            assert worker.ready.streams
            stream = delivered(worker.listen(HOLA, full=False, timeout=20.0))
    assert stream.audio_s == pytest.approx(1.0)
