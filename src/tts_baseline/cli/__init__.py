"""`tts-baseline`: the door of the commands, which never leaves with the status of a regression by mistake."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tts_baseline.core.errors import TtsBaselineError, unforeseen

FINE, REGRESSION, COULD_NOT, FAULT, INTERRUPTED, UNHEARD = 0, 1, 2, 3, 130, 141
_AGAIN = "pip install --force-reinstall pytest-tts-baseline"


def main(words: Sequence[str] | None = None) -> int:
    """Exit status of one command.

    0 fine, 1 a regression, 2 could not do it, 3 a fault of this project, 130 interrupted, 141 nobody reads
    the output (as a shell says of a program that SIGPIPE ended).
    """
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # it was closed before the start
            setattr(sys, stream, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the end
    try:
        # Here, so that a library that is missing or broken is said, and is no regression.
        from tts_baseline.cli._commands import act

        status = act(words)
        sys.stdout.flush()
    except SystemExit as ended:  # of argparse, which has said why
        status = int(ended.code or FINE)
    except TtsBaselineError as error:
        status = _end(COULD_NOT, error)
    except ImportError as error:
        failure = TtsBaselineError(f"the installation is broken: {error}", where=sys.executable, hint=_AGAIN)
        status = _end(COULD_NOT, failure)
    except BrokenPipeError:
        status = UNHEARD
    except OSError as error:
        where = str(error.filename2 or error.filename or "")
        failure = TtsBaselineError(error.strerror or str(error), where=where, hint="tts-baseline doctor")
        status = _end(COULD_NOT, failure)
    except KeyboardInterrupt:
        status = _end(INTERRUPTED, "interrupted; what was not measured to its end is not stored")
    except Exception as error:  # noqa: BLE001 - a traceback of Python's own ends with 1, which is a regression
        status = _end(FAULT, unforeseen(error))
    _drain()
    return status


def _end(status: int, said: object) -> int:
    """The status, after saying why, if anybody hears it."""
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    with contextlib.suppress(OSError):
        print(f"tts-baseline: {said}", file=sys.stderr)  # noqa: T201 - a command line prints
    return status


def _drain() -> None:
    """Let go of output that cannot be written, because Python would try again at exit, and leave with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
