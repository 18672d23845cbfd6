"""Any executable that speaks: text on its standard input or as an argument, a sound file out.

Each request starts the command anew, so that a time is that of a whole process, with its model loaded. A
system that stays loaded is measured by a function, a class or a server.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tts_baseline.core.errors import PipelineError, RequestFailed
from tts_baseline.core.files import read_bounded
from tts_baseline.core.records import Record, Request, Utterance
from tts_baseline.core.redaction import redacted, secrets_of
from tts_baseline.pipelines._sound_files import Format, Wanted, check_kind, decoded
from tts_baseline.pipelines._sound_files.kinds import text
from tts_baseline.pipelines._sound_files.words import line
from tts_baseline.pipelines._voices import voice_of
from tts_baseline.pipelines.command.process import Exit, run
from tts_baseline.pipelines.command.template import TABLE, filled, places, unfit

_NUL = "\0"


class CommandOptions(Record, frozen=True, kw_only=True):
    """The settings of `create`, with their types checked."""

    command: Annotated[list[str], Meta(min_length=1)]
    voice: str | None
    voices: dict[str, str]
    response_format: Format
    sample_rate: Annotated[int, Meta(gt=0)] | None
    max_answer_bytes: Annotated[int, Meta(ge=1, le=2_000_000_000)]  # a WAV file's sizes end at 2 GiB
    timeout: Annotated[float, Meta(gt=0, le=86_400)]  # chosen: a day


def create(
    *,
    command: str | list[str],
    voice: str | None = None,
    voices: dict[str, str] | None = None,
    response_format: str = "wav",
    sample_rate: int | None = None,
    max_answer_bytes: int = 50_000_000,  # chosen: 17 minutes of 24 kHz, 16 bits
    timeout: float = 50.0,
) -> Command:
    """The command pipeline; its settings are the keys of `[tool.tts-baseline.pipelines.command]`.

    command: the executable and its arguments, as a list or as one would type it; no shell reads it. What
        stands in braces is filled in: `{text}`, `{output}`, `{voice}`, `{region}`, `{speed}`, `{seed}`,
        `{style}`. Without `{text}` the text goes to its standard input, in UTF-8, a line end after it.
        Without `{output}`, a file to write, the sound is what it writes to its standard output.
    voice: what `{voice}` stands for.
    voices: that by region; other regions get `voice`.
    response_format: "wav", "flac" or "pcm" (16 bits, little-endian, mono), which needs `sample_rate` in Hz.
    sample_rate: of "pcm", in Hz.
    max_answer_bytes: a sound of more bytes, or with more samples, is refused before it fills the memory.
    timeout: seconds after which the command is killed; keep it under the session's own `timeout`.

    Raises SettingsError for a wrong value, without repeating what may be secret.
    """
    chosen: dict[str, Any] = dict(locals()) | {"voices": voices or {}}
    if isinstance(command, str):
        try:
            chosen["command"] = shlex.split(command)
        except ValueError as error:
            raise unfit(f"the command cannot be divided into arguments: {error}") from error
    try:
        options = msgspec.convert(chosen, CommandOptions)
    except msgspec.ValidationError as error:
        raise unfit(str(error)) from error
    if (options.response_format == "pcm") != (options.sample_rate is not None):
        raise unfit('sample_rate goes with response_format = "pcm", and only with it')
    if ("voice" in places(options.command)) != bool(options.voice or options.voices):
        raise unfit("voice and voices go with the place {voice} in the command, and only with it")
    return Command(options)


class Command:
    """A pipeline that starts a process for each request; it keeps no state between them."""

    is_outside = True

    def __init__(self, options: CommandOptions) -> None:
        self._options = options
        self._places = places(options.command)

    @property
    def provenance(self) -> dict[str, str]:
        """Where the sound comes from: the command with its places, its voices, the executable's content."""
        options = self._options
        secrets = secrets_of({}, os.environ)
        origin = {
            "command": redacted(shlex.join(options.command), secrets),
            "executable": f"sha256 {_sha256(self._executable())}",
            "voice": options.voice or "",
            "voices": ", ".join(f"{region}: {voice}" for region, voice in sorted(options.voices.items())),
        }
        return {name: value for name, value in origin.items() if value}

    def load(self) -> None:
        """Look for the executable; PipelineError where there is none."""
        self._executable()

    def synthesize(self, request: Request) -> Utterance:
        """What the command says, as mono float32 at the file's own rate, and seconds by stage.

        process: from the start of the process until all that it wrote has arrived; post: decoding. A part of
        a request for which the command has no place has no effect.

        Raises RequestFailed for a region without a voice, a command that fails, runs too long or writes too
        much, and for what is no sound of the format that is set.
        """
        options = self._options
        started = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="tts-baseline-") as folder:
            output = Path(folder) / f"speech.{options.response_format}"
            ended = self._ended(request, output)
            body = self._written(output) if "output" in self._places else ended.written
        arrived = time.perf_counter()
        wanted = Wanted(
            format=options.response_format, sample_rate=options.sample_rate, most=options.max_answer_bytes
        )
        try:
            check_kind(body, options.response_format, secrets_of({}, os.environ))
            samples, rate = decoded(body, wanted)
        except RequestFailed as error:
            error.where = options.command[0]
            raise
        stages = {"process": arrived - started, "post": time.perf_counter() - arrived}
        return Utterance(samples=samples, sample_rate=rate, stages=stages)

    def _ended(self, request: Request, output: Path) -> Exit:
        options = self._options
        command = filled(options.command, self._values(request, output))
        if any(_NUL in part for part in command):
            raise RequestFailed(
                "the text has a character NUL, which no argument can hold",
                where=f"text {request.text[:60]!r}",
                hint="leave {text} out of the command, so that the text goes to its standard input",
            )
        try:
            ended = run(
                [part.encode("utf-8", "replace") for part in command],
                b"" if "text" in self._places else f"{request.text}\n".encode("utf-8", "replace"),
                timeout=options.timeout,
                most=options.max_answer_bytes,
            )
        except RequestFailed as error:
            error.where = options.command[0]
            raise
        if ended.status != 0:
            raise RequestFailed(
                f"the command {_way(ended.status)}{_last_words(ended)}", where=options.command[0]
            )
        return ended

    def _values(self, request: Request, output: Path) -> dict[str, str]:
        options = self._options
        return {
            "text": request.text,
            "output": str(output),
            "voice": voice_of(request.region, options.voices, options.voice, table=TABLE) or "",
            "region": request.region,
            "speed": f"{request.speed:g}",
            "seed": str(request.seed),
            "style": request.style or "neutral",
        }

    def _written(self, output: Path) -> bytes:
        """What the command left in the file that it was to write."""
        try:
            return read_bounded(output, self._options.max_answer_bytes)
        except FileNotFoundError:
            what, hint = (
                "the command ended well and wrote no file to {output}",
                "see whether it takes its name",
            )
        except OSError as error:
            what = f"what the command wrote to {{output}} cannot be read: {error}"
            hint = f"raise max_answer_bytes in {TABLE}, if so much sound is expected"
        raise RequestFailed(what, where=self._options.command[0], hint=hint)

    def _executable(self) -> Path:
        name = self._options.command[0]
        path = shutil.which(name)
        if path is None:
            raise PipelineError(
                f"there is no executable {name!r}",
                where=f"command in {TABLE}",
                hint=f"install it, or name its path; which {shlex.quote(name)}",
            )
        return Path(path)


def _way(status: int) -> str:
    """How a process ended that did not end well."""
    if status > 0:
        return f"failed with status {status}"
    return f"was ended by signal {-status} ({signal.strsignal(-status) or 'unknown'})"


def _last_words(ended: Exit) -> str:
    """The last line that it wrote to its standard error, or to its standard output where that is text."""
    for heard in (ended.errors, ended.written):
        said = text(heard)
        lines = [found for each in (said or "").splitlines() if (found := each.strip())]
        if lines:
            return f": {line(lines[-1], secrets_of({}, os.environ))}"
    return ""


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
