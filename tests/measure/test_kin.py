"""The family of a process: found and ended, wherever its members went."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tts_baseline.measure import kin


@pytest.mark.skipif(not Path("/bin/ps").exists(), reason="there is no ps")
def test_other_systems_tell_the_same_family_by_ps(monkeypatch: pytest.MonkeyPatch) -> None:
    child = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert kin._parents()[child.pid] == os.getpid()
        monkeypatch.setattr(kin, "_ON_LINUX", False)
        parents = kin._parents()
        assert parents[child.pid] == os.getpid()
        assert parents[os.getpid()] == os.getppid()
    finally:
        child.communicate()


def test_descendants_are_found_through_generations() -> None:
    parents = {2: 1, 3: 2, 4: 3, 5: 1, 6: 9, 7: 4}
    assert kin._below(2, parents) == {3, 4, 7}
    assert kin._below(1, parents) == {2, 3, 4, 5, 7}
    assert kin._below(8, parents) == set()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere those that left are not found")
def test_none_of_a_family_is_left() -> None:
    script = textwrap.dedent(
        """
        import os, signal, sys, time
        from tts_baseline.measure import kin

        def orphan(depth):
            if not os.fork():
                os.setsid()
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                if depth and os.fork():
                    os._exit(0)
                if depth:
                    orphan(depth - 1)
                print(os.getpid(), flush=True)
                time.sleep(600)
                os._exit(0)

        kin.adopt()
        for depth in range(4):
            orphan(depth)
        time.sleep(0.3)
        kin.end_all()
        print("ended", os.getpid(), flush=True)
        """
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    pids = [int(line) for line in told.stdout.splitlines() if line.isdecimal()]
    assert len(pids) >= 4
    assert "ended" in told.stdout
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
