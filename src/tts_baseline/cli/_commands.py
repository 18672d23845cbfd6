"""The commands and their options: a thin door to the session."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NoReturn

from tts_baseline.cli import _streams
from tts_baseline.core.outside import terminal
from tts_baseline.core.registry import nearest

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_DISTRIBUTION = "pytest-tts-baseline"
COMMANDS = (
    "run",
    "benchmark",
    "compare",
    "accept",
    "reject",
    "certify",
    "optimize",
    "plan",
    "report",
    "export",
    "review",
    "passport",
    "train",
    "doctor",
    "migrate",
)


def act(words: Sequence[str] | None) -> int:
    """Exit status of the command that was typed."""
    words = sys.argv[1:] if words is None else words
    # Where the first word is a command, no other is imported: that would take longer than many commands do.
    asked = [name for name in COMMANDS if name in words[:1]] or COMMANDS
    options, unknown = _parser(asked).parse_known_args(words)
    if unknown:
        options.parser.refuse(unknown)
    return int(options.act(options))


class _Parser(argparse.ArgumentParser):
    """A parser whose help and errors, which repeat what was typed, any terminal can show.

    The options that were read have the parser of their command, `parser`.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.set_defaults(parser=self)

    def refuse(self, unknown: Sequence[str]) -> NoReturn:
        """Say which words are no options of this command, and the option that the first may mean."""
        guess = nearest(unknown[0].partition("=")[0], self._option_string_actions)
        self.error(f"unrecognized arguments: {' '.join(unknown)}{guess if unknown[0][:1] == '-' else ''}")

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        is_output = file is sys.stdout
        _streams.write(sys.stdout if is_output else sys.stderr, terminal(message))


def _parser(names: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="tts-baseline",
        description="Measure a text-to-speech pipeline and gate it against versioned baselines.",
        epilog="exit status: 0 fine, 1 a regression, 2 could not do it, 3 a fault of tts-baseline itself",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version(_DISTRIBUTION)}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name in names:
        module = importlib.import_module(f"tts_baseline.cli.{name}")
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
