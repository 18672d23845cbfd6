"""Both arms say texts that nobody has said before: a gain that lies in kept answers is not there."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from msgspec.structs import replace

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Case
from tts_baseline.measure.client import Worker
from tts_baseline.measure.lock import measuring
from tts_baseline.measure.pair import Side
from tts_baseline.measure.protocol import Spoken
from tts_baseline.session.judge.bench import Bench
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.project import Project

PAIRS = 8  # chosen: the median of as many single calls tells half of a gain from all of it
_SIDES: tuple[Side, Side] = ("base", "head")


def ratios(
    project: Project, bench: Bench, cases: Sequence[Case], progress: Progress
) -> list[tuple[float, float]]:
    """Log ratios, head to base, of calls with new texts, by wall clock and by CPU time.

    Texts are the cases' own with their words in an order that is drawn anew each time. Those that an arm
    refuses are left out.
    """
    timeout, load_timeout = project.settings.timeout, project.settings.load_timeout
    found: list[tuple[float, float]] = []
    with measuring(progress.say), ExitStack() as stack:
        workers = {
            side: stack.enter_context(Worker(arm.spec, load_timeout=load_timeout, python=arm.python))
            for side, arm in bench.arms.items()
        }
        for worker in workers.values():
            for _ in range(2):
                worker.speak(min(cases, key=lambda case: len(case.text)).request, full=False, timeout=timeout)
        for number, case in enumerate(_new(cases, random.SystemRandom())):
            order = _SIDES if number % 2 else _SIDES[::-1]
            try:
                said = {
                    side: workers[side].speak(case.request, full=False, timeout=timeout) for side in order
                }
            except RequestFailed:
                continue
            found.append(_ratio(said["base"], said["head"]))
    return found


def _ratio(base: Spoken, head: Spoken) -> tuple[float, float]:
    wall = math.log(head.wall_s / base.wall_s)
    return wall, math.log(head.cpu_s / base.cpu_s) if min(head.cpu_s, base.cpu_s) > 0 else wall


def _new(cases: Sequence[Case], dice: random.Random) -> Iterator[Case]:
    """Each case in turn with its words, or, where they are few, its letters, in another order."""
    for number in range(max(PAIRS, len(cases))):
        case = cases[number % len(cases)]
        words = case.text.split()
        parts, glue = (words, " ") if len(words) > 2 else (list(case.text), "")
        yield replace(case, text=glue.join(dice.sample(parts, len(parts))), seed=dice.randrange(2**31))
