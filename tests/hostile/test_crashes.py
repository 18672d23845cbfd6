"""A sample of benchmarks/hostile/truth.py: commands that are killed (SIGKILL) at one of their writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.truth.crashes import SCENARIOS, crashes

MOST = 3  # of the 20 to 200 writes of a command: after a quarter, half and three quarters of them


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_kill_leaves_the_old_or_the_new_state_and_the_next_command_no_trace(
    name: str, tmp_path: Path
) -> None:
    made = list(crashes(name, tmp_path, most=MOST))
    assert made
    assert [crash for crash in made if crash.wrong] == []
