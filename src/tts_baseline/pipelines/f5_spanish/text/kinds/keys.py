"""Keys by their signs: ⌘F3, ⇧⌘−; where another name runs on from them, it is the key of another system."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.kinds.codes import code
from tts_baseline.pipelines.f5_spanish.text.kinds.links import read_out
from tts_baseline.pipelines.f5_spanish.text.rules import DIGIT, JOINED, MIXED, Paragraph, Rule, Said

# The names that the systems give them in Spanish.
NAMES = {
    "⌘": "comando",
    "⇧": "mayúsculas",
    "⌥": "opción",
    "⌃": "control",
    "⌫": "borrar",
    "⏎": "intro",
    "↵": "intro",
    "↹": "tabulador",
    "⇥": "tabulador",
}
_SIGNS = "".join(NAMES)
_KEYS = re.compile(
    rf"(?P<signs>[{_SIGNS}]+)(?P<key>F\d{{1,2}}|[A-Z0-9](?![a-záéíóú])|[-−+](?=[A-ZÁÉÍÓÚ\s.,;)]))?"
    r"(?P<joined>(?:Ctrl|F\d{1,2})(?![^\W_])|(?=[A-ZÁÉÍÓÚ]))?"
)
_JOINED = re.compile(r"(?:(?<=\+)|(?<=\+ ))(?P<key>[A-Z]|F\d{1,2}|\d)(?P<other>Ctrl|Alt|Mayús)(?![^\W_])")
_MODIFIERS = {
    "Ctrl": "control",
    "Control": "control",
    "Alt": "Alt",
    "Mayús": "Mayús",
    "Super": "Super",
    "Orca": "Orca",
}
_MODIFIER = re.compile("|".join(_MODIFIERS))
_KEY = r"(?:F\d{1,2}|[A-Z]|\d)(?![^\W_])"
_RUN = re.compile(
    rf"(?<![^\W_])(?P<keys>(?:{_MODIFIER.pattern}){{2,}}|(?:{_MODIFIER.pattern})(?={_KEY}))(?P<key>{_KEY})?"
)


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for keys by their signs, and for names of keys that run together."""
    return (
        Rule("keys", "abbreviation", tuple(NAMES), _KEYS, _say),
        Rule("keys in a run", "abbreviation", (MIXED, JOINED), _RUN, _say_run),
        Rule("keys of two systems", "abbreviation", (MIXED, JOINED, DIGIT), _JOINED, _say_joined),
    )


def _say_joined(match: re.Match[str], paragraph: Paragraph) -> Said:
    """A key, and one of another system that runs on from it: Orden+DCtrl+D."""
    return Said(f"{code(match['key'], paragraph.region)}, {_MODIFIERS[match['other']]}")


def _say_run(match: re.Match[str], paragraph: Paragraph) -> Said:
    """Keys that are pressed together and whose names run together: CtrlAltF2."""
    spoken = [_MODIFIERS[name] for name in _MODIFIER.findall(match["keys"])]
    return Said(" ".join([*spoken, code(match["key"], paragraph.region)] if match["key"] else spoken))


def _say(match: re.Match[str], paragraph: Paragraph) -> Said:
    key = (match["key"] or "").replace("−", "-")
    named = "menos" if key == "-" else read_out(key, "") if key == "+" else code(key, paragraph.region)
    spoken = " ".join(filter(None, (*map(NAMES.__getitem__, match["signs"]), named)))
    joined = match["joined"]
    if joined is None:
        return Said(spoken)
    other = "control" if joined == "Ctrl" else code(joined, paragraph.region)
    return Said(f"{spoken}, {other}")
