"""Find the switches that make a pipeline faster on this machine, and write them as a preset.

Each switch is judged alone beside the reference, in fresh processes that take turns; then those that are
faster are put together, one by one. A variant is faster only if duration, words and SNR are shown to be no
worse on the same seeds, no gate of sound fails, and the gain is there on texts that are new. The preset and
its evidence stand beside the baselines: `--tts-optimize fast` switches it on. Ctrl-C keeps what is finished.

With --target it stops as soon as that is reached, and the status is 1 where it is not.

example: tts-baseline optimize --pipeline f5_spanish --cases hola --budget 3600
         tts-baseline optimize --target rtf=0.3 --max-quality-loss 0.5
         tts-baseline optimize --switches packed,bf16 --name studio
"""

from __future__ import annotations

import argparse
import math
import re
import signal

from tts_baseline.cli import _common
from tts_baseline.cli._streams import has_colors, say, say_json
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.outside import line
from tts_baseline.core.settings import switches
from tts_baseline.report import optimization as report
from tts_baseline.session.optimize import OptimizePlan, optimize

_INTERRUPTED = 128 + signal.SIGINT
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_HELP = "tts-baseline optimize --help"


def add_options(parser: argparse.ArgumentParser) -> None:
    """What to try, what it may cost, and when to stop."""
    parser.add_argument("--name", default="fast", metavar="NAME", help="the preset's name (default: fast)")
    parser.add_argument("--switches", default="", metavar="A,B", help="try these alone (default: all)")
    parser.add_argument(
        "--target", default="", metavar="rtf=X", help="stop at this real-time factor (default: try all)"
    )
    parser.add_argument(
        "--max-quality-loss", type=float, default=1.0, metavar="X",
        help="what each gate of sound may lose, as a share of its limit (default: 1)",
    )  # fmt: skip
    _common.add_shared(parser, "pipeline", "device", "suite", "cases", "tags", "dir", "budget", "report")


def act(options: argparse.Namespace) -> int:
    """0; 1 where the target is not reached; 130 where it was interrupted."""
    if not _NAME.fullmatch(options.name) or options.name == "none":
        raise SettingsError(
            f"a preset's name is made of a-z, 0-9, - and _, and is not none: {options.name!r} is none",
            hint=_HELP,
        )
    project = _common.opened(options)
    plan = OptimizePlan(
        name=options.name,
        rtf=_target(options.target),
        loss=options.max_quality_loss,
        # A budget in pyproject.toml is that of a gate.
        budget=math.inf if options.budget is None else options.budget,
        only=switches(options.switches),
    )
    found = optimize(project, plan, _common.progress())
    path = _common.shown(found.path, project.root) if found.path else ""
    folder = _common.shown(found.folder, project.root)
    if options.json:
        say_json(report.as_json(found.preset, folder, path))
    else:
        say(report.terminal(found.preset, color=has_colors()))
        say(line(f"tried: {folder}"))
        say(line(f"wrote {path}" if path else "no preset is written: nothing is proven yet"))
        if path:
            say(line(f"  next   tts-baseline run --optimize {plan.name}"))
    if found.is_interrupted:
        return _INTERRUPTED
    return int(bool(plan.rtf) and not found.reached)


def _target(text: str) -> float:
    """The real-time factor in 'rtf=0.3'; 0 without one."""
    if not text:
        return 0.0
    name, _, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = 0.0
    if name.strip() != "rtf" or not 0 < value < math.inf:
        raise SettingsError(f"--target is rtf=NUMBER, such as rtf=0.3, not {text!r}", hint=_HELP)
    return value
