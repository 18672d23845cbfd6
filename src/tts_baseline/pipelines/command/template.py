"""A command with places for the parts of a request: `["piper", "--voice", "{voice}"]`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.registry import nearest

PLACES = ("text", "output", "voice", "region", "speed", "seed", "style")
TABLE = "[tool.tts-baseline.pipelines.command]"
_PLACE = re.compile(r"\{\{|\}\}|\{(\w*)\}")
_DOUBLED = {"{{": "{", "}}": "}"}


def places(command: Iterable[str]) -> frozenset[str]:
    """The places that the parts of a command have. Raises SettingsError for one that is unknown."""
    named = {match[1] for part in command for match in _PLACE.finditer(part) if match[1] is not None}
    for name in named:
        if name not in PLACES:
            raise unfit(
                f"the command has no place {{{name}}}{nearest(name, PLACES)}",
                f"use one of {', '.join(f'{{{place}}}' for place in PLACES)}; write {{{{ for a brace",
            )
    return frozenset(named)


def filled(command: Iterable[str], values: Mapping[str, str]) -> list[str]:
    """The command with a value in each place; what a value holds is no place."""

    def value(match: re.Match[str]) -> str:
        return _DOUBLED.get(match[0]) or values[match[1]]

    return [_PLACE.sub(value, part) for part in command]


def unfit(what: str, hint: str = f"correct it in {TABLE}") -> SettingsError:
    """The error for a wrong setting."""
    return SettingsError(what, where="the settings of the pipeline command", hint=hint)
