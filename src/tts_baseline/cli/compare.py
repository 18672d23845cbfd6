"""Judge a pending run again, or two revisions or configurations side by side.

A RUN is judged against the baselines as they are now; nothing is measured. With --against or
--against-optimize both are measured now, in fresh processes that take turns, until every verdict is in.

Two or more files of pytest-benchmark (`--benchmark-json`), or a run beside one, are sessions: the last is
compared with those before it, as times are compared.

With --play both recordings of a case are played: its golden, then this run's.

example: tts-baseline compare last --case hola --play
         tts-baseline compare --against main
         tts-baseline compare before.json now.json
         tts-baseline compare --optimize bf16 --against-optimize none
"""

from __future__ import annotations

import argparse

from msgspec.structs import replace

from tts_baseline.cli import _common
from tts_baseline.cli._streams import say, say_json
from tts_baseline.core.errors import SettingsError, SuiteError
from tts_baseline.core.options import OPTIONS
from tts_baseline.core.registry import nearest
from tts_baseline.core.settings import switches
from tts_baseline.report import benchmarks as rounds
from tts_baseline.report import judgement as report
from tts_baseline.session import benchmarks, compare, play
from tts_baseline.session.judge.escalate import AUTO, NEVER
from tts_baseline.session.outcome import explained, failing
from tts_baseline.session.project import Project

_HELP = "tts-baseline compare --help"
_PLAY = "tts-baseline compare last --case ID --play"


_OF_RUNS = ("load", "soak", "memray", "gpu")  # which is not measured again here


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which run, or what against what, and whether one case is of interest."""
    parser.add_argument(
        "run", metavar="RUN", nargs="*", help="id, part of an id, `last`, or a downloaded folder; or sessions"
    )
    parser.add_argument("--case", metavar="ID", help="only this case of RUN, with its verdicts one by one")
    parser.add_argument("--play", action="store_true", help="play that case: its golden, then this run's")
    parser.add_argument("-v", "--verbose", action="store_true", help="show every case's readings")
    parser.add_argument(
        "--against-optimize", metavar="A,B", help="judge against these optimizations; none for the reference"
    )
    _common.add_shared(parser, *(name for name in OPTIONS if name not in _OF_RUNS))


def act(options: argparse.Namespace) -> int:
    """0, or 1 where a verdict fails the build."""
    project = _common.opened(options)
    named = options.run
    if len(named) > 1 or any(map(benchmarks.is_file, named)):
        return _sessions(project, options)
    run = named[0] if named else None
    if options.play and (run is None or options.case is None):
        raise SettingsError("--play plays one case of a run: name both", hint=_PLAY)
    if run is None:
        return _side_by_side(project, options)
    if options.against or options.against_optimize:
        raise SettingsError("a stored run cannot be measured against anything: leave RUN out", hint=_HELP)
    outcome = _common.reopened(project, run)
    if options.case is None:
        if options.json:
            _common.show_json([outcome])
        else:
            _common.show(project, outcome, verbose=options.verbose)
        return _common.status(project, outcome)
    ids = [case.id for case in outcome.run.cases]
    if options.case not in ids:
        raise SuiteError(
            f"run {outcome.run.id} has no case {options.case!r}{nearest(options.case, ids)}",
            hint=f"tts-baseline compare {outcome.run.id} -v",
        )
    of_case = tuple(verdict for verdict in outcome.verdicts if verdict.case == options.case)
    only = replace(outcome, decided=replace(outcome.decided, combined=of_case))
    if options.json:
        _common.show_json([only])
    else:
        say(explained(only, only.verdicts, project))
    if options.play:
        play.case(project, outcome, options.case, _common.progress())
    return _common.status(project, only)


def _sessions(project: Project, options: argparse.Namespace) -> int:
    names = options.run
    if len(names) < 2:
        raise SettingsError(
            "one session is compared with nothing", hint=f"tts-baseline compare before.json {names[0]}"
        )
    if not any(map(benchmarks.is_file, names)):
        raise SettingsError(
            "two runs are compared by accepting one of them",
            hint=f"tts-baseline accept {names[0]}, then tts-baseline compare {names[-1]}",
        )
    verdicts = benchmarks.compared(project, names)
    if options.json:
        say_json(rounds.as_json(verdicts))
    else:
        say(rounds.terminal(verdicts, len(names) - 1))
    return int(benchmarks.is_failing(project, verdicts))


def _side_by_side(project: Project, options: argparse.Namespace) -> int:
    optimize = options.against_optimize
    revision = options.against if optimize else project.settings.against
    if revision == AUTO:
        raise SettingsError(
            "auto is the revision of the baseline that a run is judged by, and here is no run",
            hint="tts-baseline compare --against REV, or tts-baseline run --against auto",
        )
    if bool(optimize) == (revision not in (None, NEVER)):
        raise SettingsError(
            "say what to compare: a RUN, --against REV, or --against-optimize A,B (one of them)", hint=_HELP
        )
    if optimize:
        comparison = compare.with_configuration(project, switches(optimize), _common.progress())
    else:
        comparison = compare.with_revision(project, revision or "", _common.progress())
    if options.json:
        say_json(
            report.as_json(comparison.judgement, comparison.verdicts, comparison.folder).decode().rstrip()
        )
    else:
        say(report.terminal(comparison.judgement, comparison.verdicts))
        say(f"judged: {comparison.folder}")
    return int(bool(failing(project, comparison.verdicts)))
