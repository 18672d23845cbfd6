"""For all tests: pytester, and an environment that says nothing about CI or settings."""

from __future__ import annotations

import importlib.util
import os

import pytest

if importlib.util.find_spec("hypothesis"):  # `make gate` runs without the development tools
    from hypothesis import settings

    settings.register_profile("steady", deadline=None)
    settings.load_profile("steady")

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name == "CI" or name.startswith("TTS_BASELINE_"):
            monkeypatch.delenv(name)
