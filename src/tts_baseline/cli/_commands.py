"""The commands and their options: a thin door to the session."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from tts_baseline.cli import (
    _streams,
    accept,
    benchmark,
    certify,
    compare,
    doctor,
    export,
    migrate,
    optimize,
    plan,
    reject,
    report,
    review,
    run,
    train,
)
from tts_baseline.core.outside import terminal

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_DISTRIBUTION = "pytest-tts-baseline"
_COMMANDS = (
    run,
    benchmark,
    compare,
    accept,
    reject,
    certify,
    optimize,
    plan,
    report,
    export,
    review,
    train,
    doctor,
    migrate,
)


def act(words: Sequence[str] | None) -> int:
    """Exit status of the command that was typed."""
    options = _parser().parse_args(words)
    return int(options.act(options))


class _Parser(argparse.ArgumentParser):
    """A parser whose help and errors, which repeat what was typed, any terminal can show."""

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        is_output = file is sys.stdout
        _streams.write(sys.stdout if is_output else sys.stderr, terminal(message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="tts-baseline",
        description="Measure a text-to-speech pipeline and gate it against versioned baselines.",
        epilog="exit status: 0 fine, 1 a regression, 2 could not do it, 3 a fault of tts-baseline itself",
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
