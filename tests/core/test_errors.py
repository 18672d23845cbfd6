from __future__ import annotations

import inspect

import pytest

from tts_baseline.core import errors
from tts_baseline.core.errors import MissingExtra, PipelineError, TtsBaselineError, WorkerHung, WorkerLost

ALL = [error for _, error in inspect.getmembers(errors, inspect.isclass)]


def test_an_error_says_what_where_and_what_to_type() -> None:
    error = TtsBaselineError("the golden is missing", where="a/b.flac", hint="git checkout -- a/b.flac")
    assert str(error).splitlines() == [
        "the golden is missing",
        "  where  a/b.flac",
        "  next   git checkout -- a/b.flac",
    ]


def test_what_is_not_known_leaves_no_empty_line() -> None:
    assert str(TtsBaselineError("broken")) == "broken"
    assert str(TtsBaselineError("broken", hint="mend")) == "broken\n  next   mend"


@pytest.mark.parametrize("error", ALL)
def test_there_is_one_tree(error: type) -> None:
    assert issubclass(error, TtsBaselineError)
    assert (error.__doc__ or "").strip()


def test_a_missing_extra_carries_its_install_line() -> None:
    error = MissingExtra("espeak needs espeakng-loader", extra="espeak")
    assert error.hint == "pip install 'pytest-tts-baseline[espeak]'"


def test_a_refused_request_is_not_a_lost_worker() -> None:
    assert not issubclass(errors.RequestFailed, WorkerLost)
    assert issubclass(WorkerHung, WorkerLost)
    assert issubclass(errors.WorkerDied, WorkerLost)
    assert issubclass(WorkerLost, PipelineError)


def test_a_bad_limit_is_a_bad_setting() -> None:
    assert issubclass(errors.LimitError, errors.SettingsError)


def test_what_is_said_of_a_fault_of_ours_is_bounded_and_without_secrets(monkeypatch) -> None:
    monkeypatch.setenv("SPEECH_API_KEY", "sk-1234567890abcdef")
    said = errors.unforeseen(RuntimeError(f"key sk-1234567890abcdef {'long ' * 2_000_000}"))
    assert "sk-1234567890abcdef" not in said
    assert len(said) < 50_000
    assert said.startswith("RuntimeError: key ***")
    assert said.splitlines()[-1].startswith("  next   report it")
