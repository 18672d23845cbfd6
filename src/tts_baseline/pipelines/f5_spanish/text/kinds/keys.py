"""Keys by their signs: ⌘F3, ⇧⌘−; where another name runs on from them, it is the key of another system."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.kinds.codes import code
from tts_baseline.pipelines.f5_spanish.text.kinds.links import read_out
from tts_baseline.pipelines.f5_spanish.text.rules import Paragraph, Rule, Said

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


def rules(region: str) -> tuple[Rule, ...]:
    """The rule for keys by their signs."""
    return (Rule("keys", "abbreviation", tuple(NAMES), _KEYS, _say),)


def _say(match: re.Match[str], paragraph: Paragraph) -> Said:
    key = (match["key"] or "").replace("−", "-")
    named = "menos" if key == "-" else read_out(key, "") if key == "+" else code(key, paragraph.region)
    spoken = " ".join(filter(None, (*map(NAMES.__getitem__, match["signs"]), named)))
    joined = match["joined"]
    if joined is None:
        return Said(spoken)
    other = "control" if joined == "Ctrl" else code(joined, paragraph.region)
    return Said(f"{spoken}, {other}")
