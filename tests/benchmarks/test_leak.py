"""What benchmarks/leak says of the recorded noise is what it finds again."""

from __future__ import annotations

import json

import leak


def test_of_100_seeds_each_a_leak_of_50_kb_is_found_and_none_is_without_one() -> None:
    known = json.loads(leak.RESULTS.read_text())
    assert leak.simulated(known["noise"]) == known["simulated"]
    for what, counted in known["simulated"].items():
        planted = f"{leak.LEAK} B" in what
        assert counted["called a leak"] >= 99 if planted else counted["called a leak"] == 0


def test_planted_leaks_in_real_workers_were_found_by_their_line() -> None:
    number = 1 + leak.VOICE.splitlines().index('            self.kept.append(np.ones(self.leak, "u1"))')
    for found in json.loads(leak.RESULTS.read_text())["planted in real workers"]:
        assert found["low"] > leak.LIMIT
        assert found["seconds"] < 300
        assert found["lines"][0][0] == f"leaky.py:{number} in keep"
