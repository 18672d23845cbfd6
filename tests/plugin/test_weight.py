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
assert "tts_baseline.plugin" in sys.modules
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip().splitlines()[-1] == "[]", done.stdout + done.stderr


def test_it_can_be_switched_off(pytester) -> None:
    result = pytester.runpytest_subprocess("-p", "no:tts-baseline", "--tts-baseline")
    result.stderr.fnmatch_lines(["*unrecognized arguments: --tts-baseline*"])
