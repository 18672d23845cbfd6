"""For all tests: pytester, and an environment that says nothing about CI or settings."""

from __future__ import annotations

import importlib.util
import os
import signal
import tempfile

import pytest

if importlib.util.find_spec("hypothesis"):  # `make gate` runs without the development tools
    from hypothesis import settings

    settings.register_profile("steady", deadline=None)
    settings.register_profile("brief", deadline=None, max_examples=20, database=None)  # for `make mutants`
    settings.load_profile("steady")

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True, scope="session")
def _a_machine_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests that run side by side do not wait for each other's measuring lock, nor see their worktrees."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ["TMPDIR"] = tempfile.tempdir = str(tmp_path_factory.mktemp("machine"))


@pytest.fixture(autouse=True, scope="session")
def _ctrl_c_is_heard() -> None:
    """Whoever started these tests may ignore Ctrl-C, as for a background job; children inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name == "CI" or name.startswith("TTS_BASELINE_"):
            monkeypatch.delenv(name)
