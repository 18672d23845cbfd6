"""Real plugins beside this one: nothing breaks, and a regression is the same failure."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# `make test-pytests` installs them there, out of sight of all other tests.
FOLDER = os.environ.get("PYTEST_NEIGHBOURS")

# Plugins by the modules of their entry points, with words that make them act.
NEIGHBOURS = {
    "asyncio": ("pytest_asyncio.plugin", "-o asyncio_mode=strict"),
    "anyio": ("anyio.pytest_plugin", "-o anyio_mode=auto"),
    "flakefinder": ("pytest_flakefinder", "--flake-finder --flake-runs=2"),
    "html": ("pytest_metadata.plugin pytest_html.plugin", "--html=page.html --self-contained-html"),
    "order": ("pytest_order.plugin", "--indulgent-ordering --order-dependencies"),
    "randomly": ("pytest_randomly", "--randomly-seed=3"),
    "rerunfailures": ("pytest_rerunfailures", "--reruns 2"),
    "retry": ("pytest_retry.retry_plugin", "--retries 2"),
    "socket": ("pytest_socket", "--disable-socket"),
    "sugar": ("pytest_sugar", ""),
    "timeout": ("pytest_timeout", "--timeout 20"),
    "xdist": ("xdist.plugin", "--dist loadgroup"),
}

TESTS = """
def test_plain(): pass
def test_each(tts_case, tts_quality): tts_quality(tts_case)
def test_live(tts_pipeline): assert tts_pipeline.synthesize("Y más").sample_rate == 16000
"""


@pytest.mark.skipif(not FOLDER, reason="no other plugins are installed: make test-pytests")
@pytest.mark.parametrize("name", NEIGHBOURS)
def test_a_regression_is_the_same_failure_beside_it(recorded, name: str) -> None:
    modules, words = (text.split() for text in NEIGHBOURS[name])
    recorded.write("test_own.py", TESTS)
    recorded.change("tone = np.concatenate([tone, tone])")
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "--tts-baseline", "--junitxml=out.xml",
            *(f"-p{module}" for module in ("tts_baseline.plugin", *modules)), *words,
        ],
        cwd=recorded.pytester.path,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": FOLDER},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, said
    assert "INTERNALERROR" not in said
    twice = 2 if name == "flakefinder" else 1
    outcomes = pytest.RunResult.parse_summary_nouns(done.stdout.splitlines())
    assert (outcomes["failed"], outcomes["passed"]) == (3 * twice, 4 * twice), said
