"""What people write, altered: suites and settings are read, or refused in our own words with their file."""

from __future__ import annotations

import contextlib
import random
import tempfile
from pathlib import Path

from hypothesis import given

from tests.support.altered import DICE, altered, attempt
from tts_baseline.core import settings
from tts_baseline.core.errors import SettingsError, SuiteError
from tts_baseline.gate import limits
from tts_baseline.pipelines import http
from tts_baseline.suites import reader


@given(dice=DICE)
def test_suite(dice: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.toml"
        path.write_bytes(altered("suite.toml", dice))
        cases, refusal = attempt(lambda: reader.read("cases.toml", Path(folder)), SuiteError)
        if refusal is None:
            assert len({case.id for case in cases}) == len(cases) > 0
        else:
            assert refusal.where.startswith(str(path))
            assert refusal.hint


@given(dice=DICE)
def test_settings(dice: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "pyproject.toml").write_bytes(altered("settings.toml", dice))
        with contextlib.suppress(SettingsError):  # LimitError is one, too
            chosen = settings.read(root, {}, {})
            limits.chosen(chosen.limits)
            table = chosen.for_pipeline()
            if "url" in table and all(isinstance(key, str) for key in table):
                with contextlib.suppress(TypeError):  # an unknown key, which whoever calls create names
                    http.create(**table)
