"""The one tree of errors: each says what happened, where, and which command to type next."""

from __future__ import annotations

import os
import traceback

from tts_baseline.core.excerpts import excerpt
from tts_baseline.core.outside import line
from tts_baseline.core.redaction import secrets_of

_TRACE_CHARS = 2**14  # chosen: of beginning and of end each, 170 lines


class TtsBaselineError(Exception):
    """Anything this project reports to a person: `what` happened, `where`, and a `hint` to type next."""

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        lines = [line(self.what)]
        if self.where:
            lines.append(f"  where  {line(self.where)}")
        if self.hint:
            lines.append(f"  next   {line(self.hint)}")
        return "\n".join(lines)


def brief(error: BaseException) -> str:
    """An error of another library on one line: its type and the first line of its message."""
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


def sentence(error: TtsBaselineError) -> str:
    """An error of ours on one line: what happened (where); what to do."""
    where = f" ({error.where})" if error.where else ""
    return f"{error.what}{where}" + (f"; {error.hint}" if error.hint else "")


def unforeseen(error: BaseException) -> str:
    """What is said of an exception that nobody foresaw: its traceback, and what to do with it."""
    said = (
        f"{''.join(traceback.format_exception(error))}"
        f"this is a fault of tts-baseline, not a regression ({brief(error)})\n"
        "  next   report it, with the lines above and what `tts-baseline --version` prints"
    )
    return excerpt(said, head=_TRACE_CHARS, tail=_TRACE_CHARS, secrets=secrets_of({}, os.environ))


class SettingsError(TtsBaselineError):
    """A setting, option or environment variable is unknown or has a value of the wrong kind."""


class SuiteError(TtsBaselineError):
    """A suite file cannot be read, or a choice of cases leaves none."""


class PipelineError(TtsBaselineError):
    """The pipeline under test cannot be found, built or driven."""


class RequestFailed(PipelineError):
    """The pipeline answered one request with an exception; its worker lives on."""


class WorkerLost(PipelineError):
    """The worker process is gone, and the request with it."""


class WorkerHung(WorkerLost):
    """The worker did not answer in time and was killed."""


class WorkerDied(WorkerLost):
    """The worker process ended by itself: a signal, an exit, the out-of-memory killer."""


class WorkerConfused(WorkerLost):
    """What came from the worker is not the answer to its request; it was ended.

    `is_late`: it came before the request was made, so that the request before it is at fault.
    """

    def __init__(self, what: str, *, where: str = "", hint: str = "", is_late: bool = False) -> None:
        super().__init__(what, where=where, hint=hint)
        self.is_late = is_late


class MissingExtra(TtsBaselineError):
    """An optional dependency is not installed; the hint carries the `pip install` line."""

    def __init__(self, what: str, *, extra: str) -> None:
        super().__init__(what, hint=f"pip install 'pytest-tts-baseline[{extra}]'")


class RegistryError(TtsBaselineError):
    """Two files declare one name, or a declaration contradicts its file."""


class ContractBroken(TtsBaselineError, AssertionError):
    """A metric, a pipeline or a switch breaks a promise that all of its kind make."""


class LimitError(SettingsError):
    """A limit cannot be read, or names no gate."""


class BaselineError(TtsBaselineError):
    """A baseline or a pending run is missing, broken, locked or may not be changed."""


class RevisionError(TtsBaselineError):
    """A revision to compare with cannot be found, or cannot be checked out beside the project."""


class PlayerError(TtsBaselineError):
    """Nothing here plays sounds, or what does has failed."""


class NothingMeasured(TtsBaselineError):
    """A gate was asked to measure and measured nothing."""
