"""Installed and not used, the plugin costs next to nothing."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("numpy", "scipy", "torch", "rich", "jinja2", "msgspec", "soundfile", "psutil")


def test_collecting_nothing_imports_nothing_heavy(tmp_path) -> None:
    code = f"""
import sys, pytest
status = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "."])
assert status == 5, status
print([name for name in {HEAVY!r} if name in sys.modules])
print(sorted(name for name in sys.modules if name.startswith("tts_baseline")))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    heavy, ours = done.stdout.strip().splitlines()[-2:]
    assert heavy == "[]", done.stdout + done.stderr
    assert ours == str(
        ["tts_baseline", "tts_baseline.core", "tts_baseline.core.options", "tts_baseline.plugin"]
    )


def test_the_fixtures_are_listed_where_there_is_no_test(pytester) -> None:
    shown = pytester.runpytest_subprocess("--fixtures")
    shown.stdout.fnmatch_lines(["tts_latency -- *"])


def test_it_can_be_switched_off(pytester) -> None:
    result = pytester.runpytest_subprocess("-p", "no:tts-baseline", "--tts-baseline")
    result.stderr.fnmatch_lines(["*unrecognized arguments: --tts-baseline*"])
