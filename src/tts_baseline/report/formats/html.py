"""The page of a run to look at and to listen to: every case before and after, the places marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tts_baseline.core.outcome import Outcome
from tts_baseline.core.readings import by_case
from tts_baseline.core.records import Case, Reading
from tts_baseline.core.verdict import FAILING, Verdict
from tts_baseline.gate import explain, load, votes
from tts_baseline.report import exhibits, flames, held, listening, sheets, under_load
from tts_baseline.report.document import STYLE, document
from tts_baseline.report.exhibits import Exhibit
from tts_baseline.report.format import FormatSpec, View
from tts_baseline.report.markup import Markup, element, together
from tts_baseline.report.reasons import reasons
from tts_baseline.report.table import Sheet

SPEC = FormatSpec(name="html", file="report.html")

_STYLE = f"""{STYLE.rstrip()}
td:not(:last-child) {{ white-space: nowrap; }}
.bad {{ color: var(--bad); font-weight: 600; }}
.doubt {{ color: var(--doubt); }}
.good {{ color: var(--good); }}
section {{ border-top: 2px solid var(--soft); margin-top: 1.6rem; }}
blockquote {{ font-size: 1.15em; margin: .3rem 0 .8rem; }}
.pair {{ display: flex; flex-wrap: wrap; gap: 1rem; }}
figure {{ flex: 1 1 26rem; margin: 0; }}
figcaption {{ overflow-wrap: anywhere; }}
audio {{ display: block; margin: .3rem 0; width: 100%; }}
.plot {{ max-width: 40rem; }}
.flames g text {{ fill: #000; }}
.melody {{ fill: none; stroke: #4dd; stroke-width: 1.6; }}
.mark {{ fill: #f002; stroke: #f44; stroke-width: 1.5; }}
"""
_KINDS: dict[str, str] = {
    **dict.fromkeys(FAILING, "bad"),
    **dict.fromkeys(("undecided", "worse", sheets.WARNED), "doubt"),
    **dict.fromkeys(("ok", "better", "improved"), "good"),
}


def render(outcome: Outcome, view: View) -> str:
    """A page that needs no network; its players play the recordings in the run's folder, beside it."""
    title = f"tts-baseline: {sheets.counts(outcome.verdicts)}"
    cases = sheets.worst_first(outcome.run, outcome.verdicts)
    verdicts, readings = by_case(outcome.verdicts), by_case(outcome.run.readings)
    body = together(
        [
            element("h1", title),
            *_about(outcome),
            *_profile(outcome),
            *_under_load(outcome),
            *_held(outcome),
            element("h2", f"{len(cases)} cases"),
            _index(outcome, cases, verdicts),
            *(
                _section(case, outcome, verdicts.get(case.id, ()), readings.get(case.id, ()))
                for case in cases
            ),
        ]
    )
    return document(title, _STYLE, body)


def _about(outcome: Outcome) -> Iterator[Markup]:
    """The run, the suite's verdicts, and all that is said of them."""
    run = outcome.run
    changes = " with uncommitted changes" if run.dirty else ""
    commit = f"commit {(run.commit or 'none')[:7]}{changes}"
    yield element("p", f"run {run.id}, {run.created}, {commit}, machine {run.environment.key}")
    yield _table(sheets.suite_sheet(run, outcome.verdicts))
    around = ", ".join(explain.surroundings(run, outcome.baseline))
    notes = (
        f"changed around it: {around}" if around else "",
        *reasons(outcome.verdicts, outcome.heard),
        *votes.lines(outcome.decided),
        *outcome.notes,
        outcome.sound,
        load.trouble(run),
    )
    yield element("ul", *(element("li", note) for note in notes if note))


def _under_load(outcome: Outcome) -> Iterator[Markup]:
    """The levels of load and their plot, where the run was put under load."""
    if (traffic := outcome.run.traffic) is not None:
        yield _table(under_load.sheet(traffic))
        if crossed := under_load.mixups(traffic):
            yield element("ul", *(element("li", sentence) for sentence in crossed))
        yield element("div", under_load.plot(traffic), class_="plot")


def _held(outcome: Outcome) -> Iterator[Markup]:
    """What a soak found, request by request, where one was asked for."""
    if (soak := outcome.run.soak) is not None:
        yield element("h2", held.TITLE)
        yield element("div", held.plot(soak), class_="plot")


def _profile(outcome: Outcome) -> Iterator[Markup]:
    """The flame graph of both arms, where the judge found one slower."""
    if outcome.judgement is not None and outcome.judgement.profile is not None:
        yield element("h2", "where calls got slower")
        yield flames.flames(outcome.judgement.profile)


def _index(
    outcome: Outcome, cases: Sequence[Case], verdicts: Mapping[str | None, Sequence[Verdict]]
) -> Markup:
    """All cases: the worst verdict on each, which gates say so, where that is heard."""
    rows = [element("tr", *(element("th", head) for head in ("verdict", "case", "gates", "where")))]
    for case in cases:
        own = verdicts.get(case.id, ())
        worst = sheets.worst_status(own)
        gates = ", ".join(dict.fromkeys(v.gate for v in own if v.status == worst != "ok"))
        place = next(filter(None, (listening.where(verdict, outcome.heard) for verdict in own)), "")
        link = element("a", case.id, href=f"#{case.id}")
        cells = (element("td", link), element("td", gates), element("td", place))
        rows.append(element("tr", _status(worst), *cells))
    return element("table", together(rows))


def _section(
    case: Case, outcome: Outcome, verdicts: Sequence[Verdict], readings: Sequence[Reading]
) -> Markup:
    heard = outcome.heard.get(case.id)
    found = [f"{gate}: {listening.places(places)}" for gate, places in heard.places.items()] if heard else ()
    parts = (
        element("h3", case.id),
        element("blockquote", case.text),
        element("ul", *(element("li", place) for place in found)),
        element("div", *map(_figure, exhibits.of(outcome, case.id)), class_="pair"),
        _table(sheets.case_sheet(verdicts, readings)),
    )
    return element("section", together(parts), id=case.id)


def _figure(exhibit: Exhibit) -> Markup:
    player = element("audio", controls="", preload="none", src=exhibit.file) if exhibit.file else Markup("")
    return element("figure", element("figcaption", exhibit.caption), player, exhibit.picture)


def _table(sheet: Sheet) -> Markup:
    """The sheet, verdict first, under its title if it has one."""
    rows = [element("tr", *(element("th", head) for head, _ in sheet.heads))]
    rows += [element("tr", _status(row[0]), *(element("td", cell) for cell in row[1:])) for row in sheet.rows]
    title = [element("h2", sheet.title)] if sheet.title else []
    return together([*title, element("table", together(rows))])


def _status(word: str) -> Markup:
    return element("td", word, class_=_KINDS.get(word.lower(), "plain"))
