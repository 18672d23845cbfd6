"""`tts-baseline`: a thin door to the session."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

from tts_baseline.cli import accept, certify, compare, doctor, plan, reject, report, review, run
from tts_baseline.core.errors import TtsBaselineError

FINE, REGRESSION, COULD_NOT, INTERRUPTED = 0, 1, 2, 130
_DISTRIBUTION = "pytest-tts-baseline"
_COMMANDS = (run, compare, accept, reject, certify, plan, report, review, doctor)


def main(words: Sequence[str] | None = None) -> int:
    """Exit status of one command: 0 fine, 1 a regression, 2 could not do it, 130 interrupted."""
    options = _parser().parse_args(words)
    try:
        return int(options.act(options))
    except TtsBaselineError as error:
        print(f"tts-baseline: {error}", file=sys.stderr)  # noqa: T201 - a command line prints
        return COULD_NOT
    except OSError as error:
        failure = TtsBaselineError(
            error.strerror or str(error),
            where=str(error.filename2 or error.filename or ""),
            hint="tts-baseline doctor",
        )
        print(f"tts-baseline: {failure}", file=sys.stderr)  # noqa: T201
        return COULD_NOT
    except KeyboardInterrupt:
        print("\ntts-baseline: interrupted; what was not measured to its end is not stored", file=sys.stderr)  # noqa: T201
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tts-baseline",
        description="Measure a text-to-speech pipeline and gate it against versioned baselines.",
        epilog="exit status: 0 fine, 1 a regression, 2 could not do it",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version(_DISTRIBUTION)}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for module in _COMMANDS:
        name = module.__name__.rpartition(".")[2]
        doc = (module.__doc__ or "").strip()
        command = commands.add_parser(
            name,
            help=doc.partition("\n")[0],
            description=doc,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_options(command)
        command.set_defaults(act=module.act)
    return parser
