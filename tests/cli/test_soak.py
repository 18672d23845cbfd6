"""`tts-baseline run --soak`: a leak fails a run that has no baseline yet."""

from __future__ import annotations

import json

from tests.support.git_folder import new

VOICE = """
import numpy as np

kept = []


def synthesize(text):
    kept.append(np.ones(100_000, "u1"))
    dice = np.random.default_rng(len(text))
    return (0.1 * dice.normal(size=4000 + 100 * len(text))).astype("f4"), 16000
"""
PROJECT = """
[tool.tts-baseline]
pipeline = "voice:synthesize"
suite = "cases.toml"
"""
SUITE = "".join(f'[[case]]\nid = "c{n}"\ntext = "{"hola " * (n + 1)}"\n' for n in range(3))


def test_a_leak_fails_the_run_and_its_pages_say_so(tmp_path) -> None:
    folder = new(tmp_path, PROJECT, SUITE)
    (tmp_path / "voice.py").write_text(VOICE)
    folder.commit("a voice that keeps all")
    answer = folder.call("run", "--soak", "100", "--missing", "record", "--json")
    assert answer.status == 1, answer.err
    page = json.loads(answer.out)
    leak = next(v for v in page["verdicts"] if v["gate"] == "leak")
    assert (leak["status"], leak["relative"]) == ("regressed", False)
    assert 90_000 < leak["change"] < 115_000
    assert "a soak of 100 requests" in answer.err
    pages = list(tmp_path.glob(".tts-baseline/*/report.*"))
    assert all("a request, over 75 warm ones" in page.read_text() for page in pages)
    assert len(pages) == 2
