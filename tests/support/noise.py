"""Three rigs to measure on, simulated call by call, and what the judge says on them.

`python tests/support/noise.py` prints the error rates and the power that the documentation quotes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tts_baseline.stats.proportion import bounds
from tts_baseline.stats.sequential import LOOKS, MODE, alpha_at

Array = NDArray[np.float64]
LIMIT = math.log(1.05)
QUADS = 2


@dataclass(frozen=True, kw_only=True)
class Rig:
    """The spread of log times: standard deviations, where nothing else is said, and 0.01 is 1 %.

    What a whole session has in common is the same in both arms, cancels, and is left out.
    """

    call: float  # of one call
    memory: float  # correlation of a call with the one before it, AR(1)
    process: float  # of a process, common to all its cases
    case: float  # of a case in a process, besides
    drift: float  # the largest, up or down, over the 8 calls of a case in one restart (uniform)
    spikes: float = 0.0  # share of calls that something else delays, by 30 % on average (exponential)
    slow: float = 0.0  # share of processes in the slow mode
    gap: float = 0.0  # how much slower that mode is


RIGS = {
    # An idle GPU: calls spread by 0.8 %, correlated, and drift by up to 1 %.
    "gpu": Rig(call=0.008, memory=0.5, process=0.003, case=0.002, drift=0.01),
    # A shared CPU: calls spread by 2 %, more correlated, 4 % of them hit by something else.
    "noisy": Rig(call=0.02, memory=0.6, process=0.005, case=0.005, drift=0.01, spikes=0.04),
    # The idle GPU, but 3 in 10 processes are 12 % slower as a whole (memory layout, chosen kernels).
    "bimodal": Rig(
        call=0.008, memory=0.5, process=0.003, case=0.002, drift=0.01, slow=0.3, gap=math.log(1.12)
    ),
}


def differences(rig: Rig, *, sessions: int, cases: int = 1, seed: int) -> Array:
    """Log differences of two arms of the same code: (sessions, cases, restarts).

    The median over neighbouring calls of two ABBA or BAAB quads, as the judge takes it. A slowdown is
    added to them.
    """
    dice = np.random.default_rng(seed)
    shape = (sessions, cases, LOOKS[-1])
    calls = _calls(rig, dice, shape)
    swapped = dice.random((*shape, QUADS, 1)) < 0.5
    near = calls[..., [1, 2]] - calls[..., [0, 3]]
    return _median(np.where(swapped, -near, near).reshape(*shape, -1)) + _processes(rig, dice, shape)


def _calls(rig: Rig, dice: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """The calls of one case in one restart in time order, before they are dealt to arms: (..., quads, 4)."""
    count = 4 * QUADS
    calls = dice.standard_normal((count, *shape))
    for now in range(1, count):
        calls[now] = rig.memory * calls[now - 1] + math.sqrt(1 - rig.memory**2) * calls[now]
    calls *= rig.call
    calls += np.multiply.outer(np.linspace(-0.5, 0.5, count), dice.uniform(-rig.drift, rig.drift, shape))
    if rig.spikes:
        calls += (dice.random(calls.shape) < rig.spikes) * dice.exponential(0.3, calls.shape)
    return np.moveaxis(calls, 0, -1).reshape(*shape, QUADS, 4)


def _median(calls: Array) -> Array:
    """Over the last axis, of an even count: quicker than numpy's for so few."""
    middle = calls.shape[-1] // 2
    return np.sort(calls, axis=-1)[..., middle - 1 : middle + 1].mean(-1)


def _processes(rig: Rig, dice: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """The head's processes less the base's: a part that all cases share, and each case's own."""
    shared = (2, shape[0], 1, shape[2])
    common = rig.process * dice.standard_normal(shared) + rig.gap * (dice.random(shared) < rig.slow)
    own = rig.case * dice.standard_normal((2, *shape))
    return (common + own)[1] - (common + own)[0]


@dataclass(frozen=True)
class Looks:
    """The judge's test in numpy, for many sessions at once; each array is (looks, ...)."""

    change: Array
    half: Array
    alpha: Array
    p_above: Array
    p_below: Array

    @classmethod
    def at(cls, sessions: Array, *, bound: float = LIMIT, mode: float = MODE, part: float = 1.0) -> Looks:
        """The four looks at differences whose last axis is the restart, with this part of the error rate."""
        means, halves, above, below = [], [], [], []
        for restarts in LOOKS:
            seen = sessions[..., :restarts]
            mean, error = seen.mean(-1), seen.std(-1, ddof=1) / math.sqrt(restarts)
            guard = mode if restarts <= 4 else 0.0
            t = stats.t(restarts - 1)
            means.append(mean)
            halves.append(error * t.ppf(1 - part * alpha_at(restarts)))
            above.append(np.where(mean > bound + guard, t.sf((mean - bound) / error), 1.0))
            below.append(np.where(mean < -bound - guard, t.cdf((mean + bound) / error), 1.0))
        alpha = np.reshape([part * alpha_at(count) for count in LOOKS], (-1, *[1] * (sessions.ndim - 1)))
        return cls(np.array(means), np.array(halves), alpha, np.array(above), np.array(below))

    def sides(self, bound: float = LIMIT) -> NDArray[np.str_]:
        high = self.change + self.half
        within = np.where((-bound <= high) & (high < bound), "within", "open")
        below = np.where(self.p_below < self.alpha, "below", within)
        return np.where(self.p_above < self.alpha, "above", below)

    def is_slower(self, cpu: Looks) -> NDArray[np.bool_]:
        """(looks, ...): beyond the limit by the wall clock, or left open beyond it, and not by CPU time."""
        sides = self.sides()
        by_cpu = (sides == "open") & (self.change > LIMIT) & (cpu.sides() == "above")
        return (sides == "above") | by_cpu

    def rejected_by_holm(self) -> NDArray[np.bool_]:
        """(sessions, cases): 'regressed' at any look, of p values (looks, sessions, cases)."""
        ordered = np.argsort(self.p_above, axis=-1)
        steps = self.alpha / np.arange(self.p_above.shape[-1], 0, -1)
        passed = np.logical_and.accumulate(np.take_along_axis(self.p_above, ordered, -1) <= steps, axis=-1)
        rejected = np.zeros_like(passed)
        np.put_along_axis(rejected, ordered, passed, axis=-1)
        return rejected.any(0)

    def covered(self, change: float) -> NDArray[np.bool_]:
        """(looks, ...): whether the interval holds the true change."""
        return np.abs(self.change - change) <= self.half


@dataclass(frozen=True)
class Session:
    """Where the judge stops: arrays with one entry a session."""

    side: NDArray[np.str_]
    restarts: NDArray[np.int64]
    covered: NDArray[np.bool_]
    width: Array

    @classmethod
    def judged(cls, sessions: Array, slowdown: float, *, mode: float = MODE) -> Session:
        """The verdicts on sessions (sessions, restarts), the head slowed down by so much."""
        looks = Looks.at(sessions + math.log1p(slowdown), mode=mode)
        sides = looks.sides()
        decided = sides != "open"
        stop = np.where(decided.any(0), decided.argmax(0), len(LOOKS) - 1)

        def there(values: NDArray[np.generic]) -> NDArray[np.generic]:
            return np.take_along_axis(values, stop[None], 0)[0]

        covered = looks.covered(math.log1p(slowdown))
        return cls(there(sides), np.array(LOOKS)[stop], there(covered), there(2 * looks.half))

    def count(self, side: str) -> int:
        return int((self.side == side).sum())


def main(sessions: int = 40_000, suites: int = 2_000, cases: int = 30) -> None:
    """Print one table a question."""
    print(
        f"One case (or the mean of a suite), {sessions} sessions, limit +5 %; restarts and width are means."
    )
    print("rig      true  regressed  (no guard)  improved       ok  undecided  restarts  coverage  width")
    drawn = {name: differences(rig, sessions=sessions, seed=1)[:, 0] for name, rig in RIGS.items()}
    for name, same in drawn.items():
        for slowdown in (-0.10, 0.0, 0.02, 0.05, 0.07, 0.10, 0.30):
            guarded, plain = (Session.judged(same, slowdown, mode=mode) for mode in (MODE, 0.0))
            share = {side: guarded.count(side) / sessions for side in ("above", "below", "within", "open")}
            print(
                f"{name:8} {slowdown:+4.0%} {share['above']:10.3%} {plain.count('above') / sessions:11.3%}"
                f" {share['below']:9.3%} {share['within']:8.2%} {share['open']:10.2%}"
                f" {guarded.restarts.mean():9.2f} {guarded.covered.mean():9.2%} {guarded.width.mean():6.2%}"
            )
    print(f"\nUnchanged suites of {cases} cases, {suites} sessions, any look: false alarms, 95 % upper bound")
    for name, rig in RIGS.items():
        same = differences(rig, sessions=suites, cases=cases, seed=2)
        suite = (Looks.at(same.mean(1)).sides() == "above").any(0)
        case = Looks.at(same).rejected_by_holm()
        failed = int((suite | case.any(1)).sum())
        print(f"{name:8} suites {failed} (at most {bounds(failed, suites)[1]:.2%}), cases {int(case.sum())}")
    print(f"\nOne case of {cases} slowed down (Holm over the cases, by the last look): found")
    for name, rig in RIGS.items():
        same = differences(rig, sessions=suites, cases=cases, seed=3)
        for slowdown in (0.07, 0.10, 0.30):
            same[:, 0] += math.log1p(slowdown)
            print(f"{name:8} {slowdown:+4.0%} {Looks.at(same).rejected_by_holm()[:, 0].mean():8.1%}")
            same[:, 0] -= math.log1p(slowdown)


if __name__ == "__main__":
    main()
