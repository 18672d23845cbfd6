"""What the plugin says, and its only way to say it: text that any terminal can show, and no CI obeys."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import pytest

from tts_baseline.core import streams
from tts_baseline.core.outside import terminal
from tts_baseline.session.measurement.progress import Progress


def fit(text: str, *, colors: bool = False) -> str:
    """The text in characters that pytest's output has; pytest itself would escape its line breaks, too."""
    return streams.spelled(terminal(text, colors=colors), getattr(sys.__stdout__, "encoding", None))


def fail(text: str) -> NoReturn:
    """Fail the test that runs, with this message and no traceback."""
    pytest.fail(fit(text), pytrace=False)


def usage_error(text: str) -> pytest.UsageError:
    """The error of what a user got wrong, to be raised."""
    return pytest.UsageError(fit(text))


def write(reporter: pytest.TerminalReporter, text: str, **markup: bool) -> None:
    """Write lines of the summary."""
    reporter.write_line(fit(text, colors=reporter.hasmarkup), **markup)


def progress(reporter: pytest.TerminalReporter | None) -> Progress:
    """Progress in pytest's output, where there is any."""
    if reporter is None:
        return Progress(lambda _: None, live=False)

    def draw(text: str) -> None:
        reporter.write(streams.spelled(text, getattr(sys.__stdout__, "encoding", None)), flush=True)

    reporter.ensure_newline()
    return Progress(draw, live=bool(reporter.isatty) and not streams.is_dumb(os.environ))
