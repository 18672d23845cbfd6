"""A sample of benchmarks/hostile/mutations.py: the same code, the same four counts."""

from __future__ import annotations

from pathlib import Path

import alter
import mutated
import mutations
import pytest

COUNT = 3  # of each kind; results.json has those of 10,000


@pytest.mark.no_cover  # the tests of each reader reach its lines, which chance alters here
def test_no_mutation_ends_in_a_traceback_a_hang_a_changed_file_or_a_baseline_that_nobody_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    faults, tried = mutations.mutate(tmp_path, COUNT * len(mutated.KINDS), seed=1)
    assert faults == []
    assert tried == dict.fromkeys(mutated.KINDS, COUNT)


def test_faults_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        (Path.cwd() / "cases.toml").write_text("changed")
        return 3

    monkeypatch.setattr(mutations, "command", fail)
    monkeypatch.setattr(mutated, "KINDS", {"settings": "pyproject.toml"})
    faults, _ = mutations.mutate(tmp_path, 1, seed=0)
    kinds = [fault.kind for fault in faults]
    assert kinds.count("traceback") == len(mutations.READERS["settings"])  # one of them reads, accept fails
    assert kinds.count("changed file") == 1


def test_a_command_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(_: object) -> int:
        while True:
            pass

    monkeypatch.setattr(mutations, "command", hang)
    monkeypatch.setattr(mutations, "DEADLINE_S", 1)
    assert mutations.run(("compare",), tmp_path)[0] is None


@pytest.mark.parametrize("way", [*alter.BYTES, *alter.JSON, *alter.LINES], ids=lambda way: way.__name__)
def test_every_way_alters(way) -> None:
    page = b'{\n"a": [1, 2.5, {"b": "c"}],\n"key": {"x": 0.5}, "d" : "= e"\n}\n'
    drawn = {way(page, alter.Dice(seed)) for seed in range(20)}
    assert len(drawn - {page}) > 1
