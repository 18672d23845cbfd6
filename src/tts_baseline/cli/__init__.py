"""The command line of `tts-baseline`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence

from tts_baseline.cli import _streams
from tts_baseline.core.errors import TtsBaselineError, unforeseen

FINE, REGRESSION, COULD_NOT, FAULT, INTERRUPTED = 0, 1, 2, 3, 130
_AGAIN = "pip install --force-reinstall pytest-tts-baseline"


def main(words: Sequence[str] | None = None) -> int:
    """Exit status of one command.

    0 fine, 1 a regression, 2 could not do it, 3 a fault of this project, 130 interrupted.
    """
    _streams.open_closed()
    try:
        # Here, so that a library that is missing or broken is said, and is no regression.
        from tts_baseline.cli._commands import act

        return act(words)
    except SystemExit as ended:  # of argparse, which has said why
        return int(ended.code or FINE)
    except TtsBaselineError as error:
        return _end(COULD_NOT, error)
    except ImportError as error:
        failure = TtsBaselineError(f"the installation is broken: {error}", where=sys.executable, hint=_AGAIN)
        return _end(COULD_NOT, failure)
    except OSError as error:
        where = str(error.filename2 or error.filename or "")
        failure = TtsBaselineError(error.strerror or str(error), where=where, hint="tts-baseline doctor")
        return _end(COULD_NOT, failure)
    except KeyboardInterrupt:
        return _end(INTERRUPTED, "interrupted; what was not measured to its end is not stored")
    except Exception as error:  # noqa: BLE001 - a traceback of Python's own ends with 1, which is a regression
        return _end(FAULT, unforeseen(error))


def _end(status: int, message: object) -> int:
    """The status, after saying why, if anybody hears it."""
    with contextlib.suppress(OSError):
        _streams.complain(f"tts-baseline: {message}")
    return status
