"""How often unchanged code reads as faster, single sentences as verdicts, and loud audio as sound.

    python benchmarks/hostile/verdicts.py [--tries 200] [--write]

Nothing is measured: runs are made of numbers. Exit status 1 if anything was counted that may not be.

feigned gains: three or five runs accepted on a machine that load slowed by 10 to 60 %, then an unchanged run.
sentences:     one of twenty sentences off by up to two limits, by every median that decides, in every output.
peaks:         samples above full scale, of every size; the line that the fault names has to mend them.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from kept import keep

sys.path.insert(0, str(Path(__file__).parents[2]))  # the makers of runs are the tests' own

from tests.support.baselines import baseline_of, quality_of
from tests.support.runs import Maker
from tests.support.verdicts import outcome, screened
from tts_baseline.core.registry import gates
from tts_baseline.core.sounds import FULL_SCALE, fault
from tts_baseline.gate.limits import chosen
from tts_baseline.gate.verdicts import changed, verdicts
from tts_baseline.report.format import View, formats

DECISIVE = re.compile(r"regressed|improved", re.IGNORECASE)
SLOWED = (0.10, 0.60)
THEN = 30.0  # the accepted score
QUIET = 0.01  # the spread of a quiet machine between sessions


def main() -> int:
    options = _options()
    dice = random.Random(1)
    page = {
        "command": f"python benchmarks/hostile/verdicts.py --tries {options.tries}",
        "feigned gains": _feigned_gains(options.tries, dice),
        "sentences": _sentences(),
        "peaks": _peaks(options.tries, dice),
    }
    for name, counts in page.items():
        print(f"{name}: {counts}")
    if options.write:
        keep("verdicts", page)
    wrong = (
        page["feigned gains"]["improved"] + page["feigned gains"]["epochs begun"],
        page["sentences"]["with a verdict's word"],
        page["peaks"]["not named"] + page["peaks"]["not mended"],
    )
    return int(any(wrong))


def _feigned_gains(tries: int, dice: random.Random) -> dict[str, int]:
    """What the screen says of unchanged code, and what becomes of it without a judge."""
    make = Maker()
    counts: Counter[str] = Counter(tries=tries)
    for _ in range(tries):
        slowed = [math.exp(dice.uniform(*SLOWED)) for _ in range(dice.choice((3, 5)))]
        accepted = [make.run(0.1 * load, waiting=True, wobble=0) for load in slowed]
        run = make.run(0.1 * math.exp(dice.gauss(0, QUIET)), waiting=True, wobble=0)
        decided = verdicts(run, baseline_of(accepted), None, chosen({}))
        screen, both = (
            next(v for v in of if v.gate == "latency" and v.case is None)
            for of in (decided.screen, decided.combined)
        )
        counts["improved by the screen alone"] += screen.status == "improved"
        counts["improved"] += both.status == "improved"
        counts["epochs begun"] += changed(decided)
    return dict(counts)


def _sentences() -> dict[str, int]:
    """Pages about a suite that is fine, in which one sentence is far off."""
    make = Maker()
    counts = Counter({"pages": 0, "with a verdict's word": 0})
    shows = [of.render for of in formats().values() if of.spec.of == "run"]
    cases = {f"c{number}": f"hola c{number}" for number in range(20)}
    for gate, spec in gates().items():
        limit = chosen({})[gate]
        allowed = THEN * limit.share_of(THEN) if limit.is_relative else limit.absolute
        for limits in (-2.0, -1.1, 1.1, 2.0) if spec.decide == "median" else ():
            moved = {(spec.name, "c0"): THEN + limits * allowed}
            run = make.run(scores={spec.name: THEN}, case_scores=moved, cases=tuple(cases))
            baseline = baseline_of(quality=quality_of({spec.name: THEN}, cases))
            found = outcome(run, [v for v in screened(run, baseline) if v.gate == gate], baseline=baseline)
            for render in shows:
                counts["pages"] += 1
                counts["with a verdict's word"] += bool(DECISIVE.search(render(found, View(verbose=True))))
    return dict(counts)


def _peaks(tries: int, dice: random.Random) -> dict[str, int]:
    """Samples whose largest is anywhere between full scale and 2**31."""
    counts = Counter({"peaks": tries, "not named": 0, "not mended": 0})
    for _ in range(tries):
        peak = math.exp(dice.uniform(math.log(FULL_SCALE * 1.0001), math.log(2.0**31)))
        samples = np.array([0.1, dice.choice((1, -1)) * peak, -0.2], np.float32)
        said = re.search(r"`samples ([*/]) ([\d.e+]+)`", fault(samples))
        if said is None:
            counts["not named"] += 1
            continue
        factor = float(said[2])
        mended = samples * factor if said[1] == "*" else samples / factor
        counts["not mended"] += bool(fault(mended))
    return dict(counts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tries", type=int, default=200)
    parser.add_argument("--write", action="store_true", help="keep the counts in results.json")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
