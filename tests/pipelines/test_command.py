"""The command pipeline with real processes, which speak, fail, stall, flood and leave others behind."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from tests.support.git_folder import SCRIPT
from tts_baseline.contracts.pipelines import check_pipeline
from tts_baseline.core.errors import PipelineError, RequestFailed, SettingsError
from tts_baseline.core.records import Request, Utterance
from tts_baseline.pipelines.command import Command, create
from tts_baseline.pipelines.command.template import PLACES, filled

TONE = (np.random.default_rng(5).normal(0, 0.1, 8000) * 32768).astype(np.int16)
RATE = 16_000
Written = Callable[..., Command]


def file(kind: str = "WAV") -> bytes:
    into = io.BytesIO()
    soundfile.write(into, TONE, RATE, format=kind)
    return into.getvalue()


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """A pipeline whose command is this Python code, with a file `tone` to speak, and arguments."""
    (tmp_path / "tone").write_bytes(file())
    begin = f"import os, sys, time\nHERE = {str(tmp_path)!r}\ntone = open(HERE + '/tone', 'rb').read()\n"

    def make(code: str, *arguments: str, **settings: Any) -> Command:
        script = tmp_path / "speak.py"
        script.write_text(begin + textwrap.dedent(code), encoding="utf-8")
        return create(command=[sys.executable, "-I", "-S", str(script), *arguments], **settings)

    return make


SPEAK = "sys.stdout.buffer.write(tone)\n"
KEEP = "open(HERE + '/given', 'wb').write(sys.stdin.buffer.read())\n"
ARGUMENTS = "open(HERE + '/given', 'w').write(repr(sys.argv[1:]))\n"


def say(pipeline: Command, text: str = "¿Qué tal?", **more: Any) -> Utterance:
    return pipeline.synthesize(Request(text=text, **more))


def failure(pipeline: Command, text: str = "Hola.", **more: Any) -> RequestFailed:
    with pytest.raises(RequestFailed) as caught:
        say(pipeline, text, **more)
    return caught.value


def test_the_text_goes_in_as_a_line_and_the_sound_comes_out(written: Written, tmp_path: Path) -> None:
    spoken = say(written(KEEP + SPEAK))
    assert (tmp_path / "given").read_bytes() == "¿Qué tal?\n".encode()
    assert spoken.sample_rate == RATE
    assert spoken.samples.dtype == np.float32
    assert np.array_equal(spoken.samples, TONE / np.float32(32768))
    assert set(spoken.stages) == {"process", "post"}
    assert min(spoken.stages.values()) >= 0


def test_what_stands_in_braces_is_filled_in_and_read_by_no_shell(written: Written, tmp_path: Path) -> None:
    made = written(
        ARGUMENTS + "open(sys.argv[1], 'wb').write(tone)\n",
        *("{output}", "{text}", "--{voice}={speed}", "{seed}", "{style}", "{region}", "{{x}}"),
        voices={"mexican": "lupe"},
        voice="ana",
    )
    text = "{seed}; rm -rf $HOME `id` 'a\" {{ *"
    assert np.array_equal(
        say(made, text, region="mexican", speed=1.5, seed=7, style="happy").samples, TONE / np.float32(32768)
    )
    output, *others = eval((tmp_path / "given").read_text())
    assert others == [text, "--lupe=1.5", "7", "happy", "mexican", "{x}"]
    assert not Path(output).exists()
    say(made, region="colombian")
    assert eval((tmp_path / "given").read_text())[2] == "--ana=1"


@given(st.dictionaries(st.sampled_from(PLACES), st.text(), min_size=len(PLACES)), st.text("a{}", max_size=6))
def test_values_are_put_in_as_they_are(values: dict[str, str], literal: str) -> None:
    parts = [f"{literal.replace('{', '{{').replace('}', '}}')}-{{{name}}}" for name in PLACES]
    assert filled(parts, values) == [f"{literal}-{values[name]}" for name in PLACES]


def test_a_command_is_divided_as_a_shell_would() -> None:
    made = create(command="""'my speech' --say "{text}" -o {output}""")
    with pytest.raises(PipelineError, match="no executable .my speech."):
        made.load()


@pytest.mark.parametrize("kind", ["flac", "pcm"])
def test_other_formats(written: Written, tmp_path: Path, kind: str) -> None:
    (tmp_path / "tone").write_bytes(TONE.tobytes() if kind == "pcm" else file("FLAC"))
    rate = {"sample_rate": RATE} if kind == "pcm" else {}
    spoken = say(written(SPEAK, response_format=kind, **rate))
    assert spoken.sample_rate == RATE
    assert np.array_equal(spoken.samples, TONE / np.float32(32768))


def test_much_goes_in_and_out_at_once(written: Written, tmp_path: Path) -> None:
    """Neither waits for the other: the sound and the errors come before the text is read."""
    early = "sys.stderr.write('x' * 300_000)\nsys.stdout.buffer.write(tone)\nsys.stdout.flush()\n"
    text = "palabra " * 2_000
    assert len(say(written(early + KEEP), text).samples) == len(TONE)
    assert (tmp_path / "given").read_bytes() == f"{text}\n".encode()


def test_a_command_need_not_read_its_text(written: Written) -> None:
    assert len(say(written("sys.stdin.close()\n" + SPEAK), "palabra " * 2_000).samples) == len(TONE)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("sys.exit(3)", "the command failed with status 3"),
        ("print('a\\n no such voice \\n', file=sys.stderr); sys.exit(1)", "with status 1: no such voice"),
        ("print('no model'); sys.exit(1)", "the command failed with status 1: no model"),
        ("sys.stdout.buffer.write(tone); sys.exit(1)", "the command failed with status 1"),
        ("os.kill(os.getpid(), 11)", "the command was ended by signal 11 (Segmentation fault)"),
        ("pass", "the answer is empty"),
        ('print(\'{"error": "no such voice"}\')', "the answer is JSON, not wav: no such voice"),
        ("sys.stdout.buffer.write(tone[:9000])", "the answer is cut off"),
        ("sys.stdout.buffer.write(tone + tone)", "what follows the samples is no part of a WAV file"),
    ],
)
def test_a_command_that_fails_says_how(written: Written, code: str, says: str) -> None:
    error = failure(written(code))
    assert error.what.endswith(says) or says in error.what
    assert error.where == sys.executable


def test_what_it_says_is_shown_without_secrets(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEECH_API_KEY", "sk-never-show-this")
    code = "print('bad key', os.environ['SPEECH_API_KEY'], file=sys.stderr); sys.exit(1)"
    assert failure(written(code)).what == "the command failed with status 1: bad key ***"


def is_gone(pid: int) -> bool:
    """Whether a process ends within ten seconds, or is one that only waits to be buried."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("time.sleep(60)", "was still running at its timeout, and was killed"),
        ("os.close(1); os.close(2); os.close(0); time.sleep(60)", "was still running at its timeout"),
        ("import signal; signal.signal(15, signal.SIG_IGN); time.sleep(60)", "was still running"),
        ("while True: sys.stdout.write('.'); sys.stdout.flush(); time.sleep(0.001)", "was still running"),
        ("os.fork() or time.sleep(60)", "what it started held its output until the timeout"),
    ],
)
def test_a_command_that_does_not_end_is_killed_with_all_that_it_started(
    written: Written, tmp_path: Path, code: str, says: str
) -> None:
    child = "p = os.fork()\nif not p: time.sleep(60)\nopen(HERE + '/child', 'w').write(str(p))\n"
    error = failure(written(f"{child}{code}", timeout=1.5))
    assert says in error.what
    assert is_gone(int((tmp_path / "child").read_text()))


def test_a_flood_is_stopped(written: Written) -> None:
    error = failure(written("while True: sys.stdout.buffer.write(tone)", max_answer_bytes=100_000))
    assert error.what == "the command wrote more than 100,000 bytes, which is max_answer_bytes"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("pass", "wrote no file to {output}"),
        ("os.mkfifo(sys.argv[1])", "cannot be read"),
        ("os.mkdir(sys.argv[1])", "cannot be read"),
        ("os.symlink('/dev/zero', sys.argv[1])", "cannot be read"),
        ("open(sys.argv[1], 'wb').write(bytes(100_001))", "cannot be read"),
        ("open(sys.argv[1], 'wb')", "the answer is empty"),
    ],
)
def test_a_file_that_is_none_is_said(written: Written, code: str, says: str) -> None:
    assert says in failure(written(code, "{output}", max_answer_bytes=100_000)).what


def test_a_text_that_no_argument_can_hold_goes_in_as_a_line(written: Written, tmp_path: Path) -> None:
    assert "leave {text} out" in failure(written(SPEAK, "{text}"), "a\0b").hint
    say(written(KEEP + SPEAK), "a\0b")
    assert (tmp_path / "given").read_bytes() == b"a\0b\n"


def test_a_region_without_a_voice_is_refused(written: Written) -> None:
    made = written(SPEAK, "{voice}", voices={"mexican": "lupe"})
    error = failure(made, region="mexicana")
    assert error.what == "no voice is set for the region 'mexicana' (did you mean 'mexican'?)"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"command": ""}, "$.command"),
        ({"command": []}, "$.command"),
        ({"command": ["a", 1]}, "$.command[1]"),
        ({"command": "say 'hola"}, "cannot be divided into arguments"),
        ({"command": "say {txt}"}, "no place {txt} (did you mean 'text'?)"),
        ({"command": "say {}"}, "no place {}"),
        ({"command": "say", "voice": "ana"}, "{voice}"),
        ({"command": "say {voice}"}, "{voice}"),
        ({"command": "say", "response_format": "pcm"}, "sample_rate"),
        ({"command": "say", "sample_rate": 8000}, "sample_rate"),
        ({"command": "say", "response_format": "mp3"}, "$.response_format"),
        ({"command": "say", "timeout": 0}, "$.timeout"),
        ({"command": "say", "max_answer_bytes": 0}, "$.max_answer_bytes"),
    ],
)
def test_wrong_settings_are_named(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        create(**settings)
    assert says in caught.value.what
    assert "[tool.tts-baseline.pipelines.command]" in caught.value.hint or "{text}" in caught.value.hint


def test_an_executable_that_is_missing_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="no executable 'no-such-speech'"):
        create(command="no-such-speech").load()
    plain = tmp_path / "speech"
    plain.write_text("no program")
    plain.chmod(0o755)
    made = create(command=[str(plain)])
    made.load()
    assert "cannot be started: Exec format error" in failure(made).what


def test_another_executable_is_another_origin(tmp_path: Path) -> None:
    speech = tmp_path / "speech"
    speech.write_text("#!/bin/sh\nexit 1\n")
    speech.chmod(0o755)
    made = create(command=[str(speech), "--say", "{voice}"], voice="ana", voices={"mexican": "lupe"})
    before = made.provenance
    speech.write_text("#!/bin/sh\nexit 2\n")
    assert before["executable"] != made.provenance["executable"]
    assert before == made.provenance | {"executable": before["executable"]}
    assert before["command"] == f"{speech} --say '{{voice}}'"
    assert (before["voice"], before["voices"]) == ("ana", "mexican: lupe")


def test_it_keeps_what_every_pipeline_promises(written: Written) -> None:
    code = """
    import hashlib, wave
    text = sys.argv[1].encode()
    seconds = 1 + len(text) // 40
    with wave.open(sys.stdout.buffer, 'wb') as sound:
        sound.setparams((1, 2, 16_000, 0, 'NONE', ''))
        sound.writeframes(hashlib.sha256(text).digest() * 1000 * seconds)
    """
    check_pipeline(written(code, "{text}"))


PROJECT = """
[tool.tts-baseline]
pipeline = "command"
suite = "cases.toml"
# Whatever this machine is doing, no time or size of this test is beyond its limit.
limits = {{ latency = "100000%", cold_start = "100000%", memory = "100000%" }}

[tool.tts-baseline.pipelines.command]
command = {command}
"""
CASES = '[[case]]\nid = "hola"\ntext = "Hola."\n\n[[case]]\nid = "adios"\ntext = "Adiós, amigo mío."\n'


def gate(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, "run", "--missing", "record", "--json"],
        cwd=project,
        env={name: value for name, value in os.environ.items() if name != "CI"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_command_is_gated_and_one_that_clips_fails(tmp_path: Path) -> None:
    dice = np.random.default_rng(3)
    bursts = np.sin(np.arange(RATE) / RATE * 4 * np.pi) > 0
    speech = dice.normal(0, 0.1, RATE) * bursts
    sound = tmp_path / "sound.wav"
    soundfile.write(sound, speech.clip(-0.9, 0.9), RATE)
    command = ["/bin/sh", "-c", f"cat > /dev/null; cat {sound}"]
    (tmp_path / "pyproject.toml").write_text(PROJECT.format(command=json.dumps(command)), encoding="utf-8")
    (tmp_path / "cases.toml").write_text(CASES, encoding="utf-8")
    first = gate(tmp_path)
    assert first.returncode == 0, first.stderr
    soundfile.write(sound, (speech * 4).clip(-0.3, 0.3), RATE)
    clipped = gate(tmp_path)
    assert clipped.returncode == 1, clipped.stderr
    failed = {v["gate"] for v in json.loads(clipped.stdout)["verdicts"] if v["status"] == "regressed"}
    assert "structure" in failed


def test_a_session_that_is_killed_leaves_no_command(tmp_path: Path) -> None:
    code = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    command = [sys.executable, "-c", code]
    (tmp_path / "pyproject.toml").write_text(PROJECT.format(command=json.dumps(command)), encoding="utf-8")
    (tmp_path / "cases.toml").write_text(CASES, encoding="utf-8")
    session = subprocess.Popen(
        [SCRIPT, "run"], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    with session:
        end = time.monotonic() + 60
        while not ((tmp_path / "pid").exists() and (tmp_path / "pid").read_text()) and time.monotonic() < end:
            time.sleep(0.02)
        session.send_signal(signal.SIGKILL)
    assert is_gone(int((tmp_path / "pid").read_text()))
