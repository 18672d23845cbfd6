"""Changes planted in simulated pipelines: longer audio, truncated audio, slower code, and both.

`python -m tests.support.planted_lengths` prints the table of docs/gate.md.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from tests.support.baselines import baseline_of
from tests.support.calls import calls, replicate
from tests.support.judgements import judgement, restart
from tests.support.runs import Maker
from tests.support.verdicts import screened
from tts_baseline.core.records import Replicate, Run
from tts_baseline.core.verdict import ChangedPart
from tts_baseline.gate.judge import paired
from tts_baseline.gate.limits import chosen

# The part that is to be named.
KINDS: dict[str, ChangedPart] = {"longer": "audio", "truncated": "audio", "slower": "code", "both": "both"}
CASES = tuple(f"c{number}" for number in range(12))
SESSION, PROCESS, CALL, TEXT = 0.01, 0.005, 0.01, 0.03  # spreads (log) of a quiet machine, and between texts
RUNS, RESTARTS = 8, 8

# Seconds of a call by those of its audio: F5-TTS computes the reference's 8 s as well, and attention over
# both; a vocoder or espeak what it makes; a server of fixed graphs its longest length, and so always as long.
LAWS = {
    "f5": lambda s: 0.05 + 0.02 * (8 + s) + 0.0006 * (8 + s) ** 2,
    "proportional": lambda s: 0.002 + 0.03 * s,
    "constant": lambda s: 0.4 + 0.0 * s,
}


@dataclass(frozen=True)
class Planted:
    """One change: by how much the audio is longer and the code slower, in a pipeline of this law."""

    kind: str
    law: str
    audio: float
    code: float
    seed: int


def planted(count: int, seed: int) -> Iterator[Planted]:
    """The changes, of each kind and law in turn; each part alone changes the latency by 8 % and more."""
    dice = np.random.default_rng(seed)
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        law = list(LAWS)[number // len(KINDS) % len(LAWS)]
        if kind in ("longer", "both") and law == "constant":
            law = "proportional"  # there longer audio slows nothing, which would be the plain `slower`
        if kind == "truncated" and law == "constant":
            law = "f5"
        audio = 1.0
        while kind != "slower" and _is_small(law, audio):
            audio = float(dice.uniform(0.3, 0.8) if kind == "truncated" else dice.uniform(1.1, 1.8))
        code = dice.uniform(1.12, 1.6) if kind in ("slower", "both") else 1.0
        yield Planted(kind, law, audio, float(code), number)


def _is_small(law: str, audio: float, length: float = 4.0) -> bool:
    return abs(math.log(LAWS[law](audio * length) / LAWS[law](length))) < math.log(1.08)


class _Machine:
    """Makes processes of both versions, each with its noise."""

    def __init__(self, change: Planted) -> None:
        self.change = change
        self.dice = np.random.default_rng([18, change.seed])
        self.lengths = np.exp(self.dice.uniform(math.log(1.2), math.log(9.0), len(CASES)))
        self.texts = np.exp(self.dice.normal(0, TEXT, len(CASES)))

    def process(self, *, changed: bool, session: float = 0.0, count: int = 4) -> Replicate:
        audio, code = (self.change.audio, self.change.code) if changed else (1.0, 1.0)
        level = session + self.dice.normal(0, PROCESS)
        made = {}
        for case, length, text in zip(CASES, self.lengths, self.texts, strict=True):
            seconds = code * text * LAWS[self.change.law](audio * length)
            walls = seconds * np.exp(level + self.dice.normal(0, CALL, count))
            made[case] = calls(walls.tolist(), 0.5, audio_s=float(audio * length))
        return replicate(made)


def named_by_screen(change: Planted) -> ChangedPart:
    """The part that the suite's verdict against eight accepted runs names."""
    machine, make = _Machine(change), Maker()

    def run(*, changed: bool) -> Run:
        session = machine.dice.normal(0, SESSION)
        processes = [machine.process(changed=changed, session=session) for _ in range(3)]
        blank = make.run(cases=CASES)
        readings = make._times(processes, CASES, 1e8)
        return replace(blank, replicates=tuple(processes), readings=tuple(readings))

    runs = [run(changed=False) for _ in range(RUNS)]
    return _named(screened(run(changed=True), baseline_of(runs)))


def named_by_judge(change: Planted) -> ChangedPart:
    """The part that the suite's verdict after eight restarts side by side names."""
    machine = _Machine(change)
    taken = [restart(machine.process(changed=False), machine.process(changed=True)) for _ in range(RESTARTS)]
    return _named(paired.decide(judgement(taken), chosen({})))


def _named(verdicts) -> ChangedPart:
    suite = next(v for v in verdicts if v.gate == "latency" and v.case is None)
    return suite.split.part


if __name__ == "__main__":
    for name, named in (("screen", named_by_screen), ("judge", named_by_judge)):
        found = Counter((change.kind, named(change) or "neither") for change in planted(200, seed=18))
        for kind in KINDS:
            print(name, kind, {part: n for (k, part), n in sorted(found.items()) if k == kind})
