"""The dialect passport as text: what a region asks for, what was measured, by whom, and what it is worth."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from textwrap import fill

from tts_baseline.core import outside, units
from tts_baseline.metrics.regions.passport import KindShare, Observed, Passport
from tts_baseline.metrics.regions.probes import probes
from tts_baseline.report.table import WIDTH, Sheet, markdown, text
from tts_baseline.stats import proportion

LIMITS = (
    (
        "The score is the mean over features of the share of usual tokens. It is not calibrated: no native "
        "listener has rated what it was computed of, all features weigh alike, and people reach no 100 % "
        "(588 of 648 in one count). It compares two voices, or a voice with itself, on the same texts."
    ),
    (
        "Borders between classes come from a synthetic voice's minimal pairs, where no other source is said. "
        "Tokens are found by a recital of espeak-ng that is laid over the sound: 3 to 7 ms off a synthetic "
        "voice, 40 ms off a recorded one. Intervals take tokens for independent, and that of the score cases."
    ),
)


def terminal(passport: Passport, *, width: int = WIDTH, color: bool = False) -> str:
    """The passport for a terminal: both tables, the words, the score, and who says so."""
    parts = [fill(outside.line(_about(passport)), width, subsequent_indent="  ")]
    for sheet in (asked(passport), measured(passport)):
        parts += ["", sheet.title, text([sheet], width=width, color=color)]
    lines = [*_said(passport), *_sources(passport), *LIMITS]
    return "\n".join(
        [*parts, "", *(fill(outside.line(each), width, subsequent_indent="  ") for each in lines)]
    )


def page(passports: tuple[Passport, ...]) -> str:
    """The passports as a page of Markdown, with how each feature is measured."""
    return "\n".join(line for passport in passports for line in _page(passport))


def _page(passport: Passport) -> Iterator[str]:
    yield from (
        f"# Passport of {outside.markdown(passport.region)}",
        "",
        outside.paragraph(_about(passport)),
        "",
    )
    yield markdown([asked(passport), measured(passport)])
    yield from (f"- {outside.paragraph(line)}" for line in _said(passport))
    yield from ("", "### who says so", "")
    yield from (f"- {outside.paragraph(line)}" for line in _sources(passport))
    yield from ("", "### how it is measured", "")
    yield from (f"- {outside.paragraph(line)}" for line in _methods(passport))
    yield from ("", "### what it is worth", "", *LIMITS, "")


def asked(passport: Passport) -> Sheet:
    """What the region asks for: the classes of each feature, and how often people said the usual ones."""
    heads = ("feature", "usual", "allowed", "forbidden", "people")
    rows = tuple((_name(row), *map(_joined, _kinds(row)), _people(row)) for row in passport.rows)
    return Sheet("what is asked for", tuple((head, 0) for head in heads), rows)


def measured(passport: Passport) -> Sheet:
    """What was measured: of how many tokens, shares and medians with intervals, and what that says."""
    heads = ("feature", "tokens", "usual", "forbidden", "median", "says")
    rows = tuple(
        (
            _name(row), f"{row.measured} of {row.asked}", _of(row.usual), _of(row.forbidden), _median(row),
            row.verdict,
        )
        for row in passport.rows
    )  # fmt: skip
    return Sheet("what was measured", tuple((head, 0) for head in heads), rows)


def _about(passport: Passport) -> str:
    heard = f"{passport.heard} of {passport.cases} cases heard"
    why = f": {'; '.join(passport.unheard)}" if passport.unheard else ""
    of = f"{passport.pipeline} @ {passport.variant}, run {passport.run}"
    return f"passport of {passport.region}: {of}, {heard}{why}"


def _said(passport: Passport) -> Iterator[str]:
    yield f"words of the region in the texts: {', '.join(passport.words) or 'none'}"
    yield f"words of other regions: {', '.join(passport.foreign) or 'none'}"
    score = passport.score
    if score is None:
        yield "accent score: not measured"
        return
    interval = "" if score.low is None or score.high is None else f" [{score.low:.0%}, {score.high:.0%}]"
    yield f"accent score: {score.value:.0%}{interval}, the mean of {score.features} features"


def _sources(passport: Passport) -> Iterator[str]:
    for row in passport.rows:
        yield f"{_name(row)}: {row.custom.source} ({row.custom.checked})"


def _methods(passport: Passport) -> Iterator[str]:
    for name in dict.fromkeys(row.custom.probe for row in passport.rows):
        told = inspect.getdoc(probes()[name].listen) or ""
        yield f"{name}: {' '.join(told.split())}"


def _name(row: Observed) -> str:
    return f"{row.custom.probe} {row.custom.place}".strip()


def _kinds(row: Observed) -> tuple[tuple[str, ...], ...]:
    return row.custom.usual, row.custom.allowed, row.custom.forbidden


def _joined(kinds: tuple[str, ...]) -> str:
    return " ".join(kinds) or "-"


def _people(row: Observed) -> str:
    counted = row.custom.counted
    return f"{_share(*counted)} of {counted[1]}" if counted else "not counted"


def _share(k: int, n: int) -> str:
    low, high = proportion.bounds(k, n)
    return f"{k / n:.0%} [{low:.0%}, {high:.0%}]"


def _of(share: KindShare) -> str:
    return _share(share.k, share.n) if share.kinds and share.n else "-"


def _median(row: Observed) -> str:
    """'-11.02 dB [-12.19 dB, -4.79 dB]'; '-' where nothing has a value."""
    ends = [units.value(each, row.unit) for each in (row.low, row.high) if each is not None]
    return " ".join([units.value(row.median, row.unit), *([f"[{', '.join(ends)}]"] if ends else [])])
