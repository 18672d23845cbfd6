"""The judge's own report: what was compared, the verdicts, and what disturbed the measurement."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tts_baseline.core import outside, units
from tts_baseline.core.judgement import Judgement, PairedSound
from tts_baseline.core.profile import PairedProfile
from tts_baseline.core.records import SCHEMA_VERSION
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate import explain
from tts_baseline.gate.judge.disturbances import disturbances
from tts_baseline.gate.judge.functions import growth, loudest, operator_growth
from tts_baseline.gate.judge.sound import changes
from tts_baseline.gate.moved import grown
from tts_baseline.report import flames, table
from tts_baseline.report.disturbances import sentence
from tts_baseline.report.reasons import reasons
from tts_baseline.report.sheets import case_sheets, verdict_sheet


def sheets(judgement: Judgement, verdicts: Sequence[Verdict]) -> list[table.Sheet]:
    """The suite's verdicts, and the single cases that are not fine."""
    suite = verdict_sheet(f"head against {explain.revision(judgement.against.name)}", verdicts)
    return [suite, *case_sheets(verdicts)]


def sound_sheet(sound: PairedSound) -> table.Sheet:
    """One row a quality metric: both arms' medians, and the paired difference over the cases."""
    same = f"{len(sound.identical)} of {len(sound.cases)} cases identical, sample by sample"
    heads = (("sound", 14), ("base", 11), ("head", 11), ("change [95%]", 28), ("cases", 7))
    rows = tuple(
        (
            change.metric,
            units.value(change.base, change.unit),
            units.value(change.head, change.unit),
            " ".join(
                (
                    units.change(change.change, change.unit, relative=False),
                    units.interval(change.low, change.high, change.unit, relative=False),
                )
            ),
            str(change.cases),
        )
        for change in changes(sound)
    )
    return table.Sheet(f"sound of head against base: {same}", heads, rows)


def lines(judgement: Judgement) -> list[str]:
    """How it was measured, in words."""
    count = len(judgement.restarts)
    turns = "side by side" if judgement.together else "one after the other, for both do not fit at once"
    took = units.seconds(judgement.seconds)
    measured = [
        f"{_head(judgement)} against {_base(judgement)}",
        f"{count} restarts of both, {turns}, in {took}; {len(judgement.cases)} cases",
    ]
    if judgement.against.changed:
        measured.append(f"configured differently: {', '.join(map(explain.shown, judgement.against.changed))}")
    if not judgement.against.code:
        measured.append("both ran the same code, which is not in this repository: only settings can differ")
    measured += [f"both read {shared}" for shared in judgement.against.shared]
    measured += [f"left out: {failure.message}" for failure in judgement.lost]
    if judgement.stopped:
        measured.append(judgement.stopped)
    if judgement.certified:
        measured.append(judgement.certified)
    if judgement.profile is not None:
        measured.append(_grown(judgement.profile))
    plain = [sentence(disturbance) for disturbance in disturbances(judgement) if disturbance.is_plain]
    return measured + [f"{words.name}: {words.seen}; {words.advice}" for words in plain]


def _grown(profile: PairedProfile) -> str:
    both = (growth(profile), operator_growth(profile))
    named = units.joined(*(grown(loudest(each)) for each in both)) or "no function grew"
    return f"a profile of {profile.calls} calls of each: {named}; as a picture: {flames.FILE}"


def _head(judgement: Judgement) -> str:
    changes = " with uncommitted changes" if judgement.dirty else ""
    return f"this tree ({judgement.commit[:7]}{changes})" if judgement.commit else "this tree"


def _base(judgement: Judgement) -> str:
    name, commit = judgement.against.name, judgement.against.commit
    if commit is None or commit.startswith(name):
        return explain.revision(name)
    return f"{name} ({commit[:7]})"


def noise_sheet(judgement: Judgement) -> table.Sheet:
    """Everything that was looked for in the calls, whether it is of account or not."""
    rows = tuple(
        (words.name, words.seen, words.advice if disturbance.is_plain else "-")
        for disturbance in disturbances(judgement)
        for words in (sentence(disturbance),)
    )
    return table.Sheet("what disturbed it", (("", 0), ("found", 0), ("what to do", 0)), rows)


def terminal(judgement: Judgement, verdicts: Sequence[Verdict], *, color: bool = False) -> str:
    """The report for a terminal; with the sound of both arms where that was scored."""
    sound = judgement.sound
    parts = [table.text([sheet], color=color) for sheet in sheets(judgement, verdicts)]
    if sound is not None:
        sheet = sound_sheet(sound)
        parts.append(f"{outside.line(sheet.title)}\n{table.text([sheet], color=color)}")
    notes = map(outside.line, (*reasons(verdicts), *lines(judgement)))
    return "\n\n".join([*parts, "\n".join(notes)])


def markdown(judgement: Judgement, verdicts: Sequence[Verdict]) -> str:
    """The report as a page; with the sound of both arms where that was scored."""
    heard = [sound_sheet(judgement.sound)] if judgement.sound is not None else []
    notes = [f"- {outside.paragraph(note)}" for note in (*reasons(verdicts), *lines(judgement))]
    return "\n".join(
        [table.markdown([*sheets(judgement, verdicts), *heard, noise_sheet(judgement)]), *notes, ""]
    )


def as_json(judgement: Judgement, verdicts: Sequence[Verdict], folder: Path) -> bytes:
    """JSON: `{schema, folder, against, commit, dirty, restarts, seconds, verdicts, lost, sound}`."""
    sound = judgement.sound
    page: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "folder": outside.storable(str(folder)),
        "against": judgement.against,
        "commit": judgement.commit,
        "dirty": judgement.dirty,
        "restarts": len(judgement.restarts),
        "seconds": judgement.seconds,
        "verdicts": [explain.as_json(verdict) for verdict in verdicts],
        "lost": judgement.lost,
        "sound": sound and {"identical": sound.identical, "cases": sound.cases, "changes": changes(sound)},
    }
    return msgspec.json.format(msgspec.json.encode(page), indent=1) + b"\n"
