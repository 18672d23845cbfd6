"""The verdicts of a run as JUnit properties; pytest writes them into its own XML, test by test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree

from tts_baseline.core.hearing import NOTHING, Audible
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.outside import line
from tts_baseline.core.verdict import FAILING, Verdict
from tts_baseline.gate.explain import reason
from tts_baseline.report import listening
from tts_baseline.report.format import FormatSpec, View

SPEC = FormatSpec(name="junit", reader="programs")


def render(outcome: Outcome, view: View) -> str:
    """A `<properties>` element with one property a verdict."""
    root = ElementTree.Element("properties")
    for name, value in properties(outcome.verdicts, outcome.heard):
        ElementTree.SubElement(root, "property", name=name, value=value)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def properties(verdicts: Iterable[Verdict], heard: Mapping[str, Audible] = NOTHING) -> list[tuple[str, str]]:
    """Names and values: `tts.<gate>`, for a single case `tts.<gate>.<case>`, and the verdict's status.

    One that fails has two more where there is something to say: `…:because` and `…:where`.
    """
    stated = []
    for verdict in verdicts:
        name = line(".".join(filter(None, ("tts", verdict.gate, verdict.case))))
        stated.append((name, str(verdict.status)))
        if verdict.status in FAILING:
            more = {"because": reason(verdict), "where": listening.where(verdict, heard)}
            stated += [(f"{name}:{kind}", line(said)) for kind, said in more.items() if said]
    return stated
