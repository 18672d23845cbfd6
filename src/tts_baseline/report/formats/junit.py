"""The verdicts of a run as JUnit properties; pytest writes them into its own XML, test by test."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from tts_baseline.core.outcome import Outcome
from tts_baseline.core.outside import line
from tts_baseline.core.verdict import Verdict
from tts_baseline.report.format import FormatSpec, View

SPEC = FormatSpec(name="junit")


def render(outcome: Outcome, view: View) -> str:
    """A `<properties>` element with one property a verdict."""
    root = ElementTree.Element("properties")
    for name, value in properties(outcome.verdicts):
        ElementTree.SubElement(root, "property", name=name, value=value)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def properties(verdicts: Iterable[Verdict]) -> list[tuple[str, str]]:
    """Names and values: `tts.<gate>`, for a single case `tts.<gate>.<case>`, and the verdict's status."""
    return [(line(".".join(filter(None, ("tts", v.gate, v.case)))), v.status) for v in verdicts]
