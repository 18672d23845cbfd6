"""Writes the tables of docs/sound.md, and its picture, from results.json.

python benchmarks/sound_gate/figures.py
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from voices import ROOT

from tts_baseline.core.errors import MissingExtra
from tts_baseline.core.sound_certificate import ANOTHER_SEED
from tts_baseline.faults.catalogue import FAULTS
from tts_baseline.faults.fault import Fault

BEGIN = "<!-- figures: python benchmarks/sound_gate/figures.py -->"
END = "<!-- end of figures -->"
PAGE, PICTURE = ROOT / "docs" / "sound.md", ROOT / "docs" / "sound_curves.svg"
RESULTS = Path(__file__).with_name("results.json")
OURS = "tts-baseline"
EXTENTS = {"all": "all", "quarter": "a quarter", "one": "one"}
_CAUGHT = 0.9
# What the acceptance of this gate asks for: the share of builds that fail.
_ASKED = {"all": 0.95, "quarter": 0.90}
_ASKED_GROSS, _ASKED_NAMED = 0.99, 0.90
# Colours that stay apart for people who see fewer of them (Okabe and Ito 2008).
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")

Row = dict[str, Any]


def main() -> int:
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables(results)}\n{END}{after}", encoding="utf-8")
    PICTURE.write_bytes(draw(results))
    return 0


def tables(results: dict[str, Any]) -> str:
    """All tables in Markdown."""
    return "\n".join([*_asked(results), *_caught(results), *_beside(results), *_harmless(results)])


def _asked(results: dict[str, Any]) -> Iterator[str]:
    """What was asked for, and what is so."""
    yield "### What was asked for, and what is so"
    yield ""
    yield f"At the middle strength, over {_counts(results)}:"
    yield ""
    rows = list(_ours(results, "planted"))
    middle = [row for row in rows if row["strength"] == _fault(row).middle]
    lines = []
    for extent, asked in _ASKED.items():
        chosen = [row for row in middle if row["extent"] == extent]
        lines.append(
            [f"caught, in {EXTENTS[extent]} of the sentences", f"{asked:.0%}", _share(chosen, "caught")]
        )
    section = "gross" if results.get("gross") else "planted"
    gross = [
        row
        for row in _ours(results, section)
        if row["extent"] == "one" and _fault(row).is_gross and row["strength"] == _fault(row).strengths[-1]
    ]
    if gross:
        sizes = " / ".join(str(part["sentences"]) for part in results[section].values())
        lines.append(
            [f"gross ones caught, in one of {sizes}", f"{_ASKED_GROSS:.0%}", _share(gross, "caught")]
        )
    caught = [row for row in middle if row["extent"] in _ASKED]
    named = sum(row["named"] for row in caught)
    of = sum(row["caught"] for row in caught)
    lines.append(
        ["named by a gate that says what it is, of those caught", f"{_ASKED_NAMED:.0%}", _of(named, of)]
    )
    harmless = list(_harmless_rows(results, OURS))
    alarms, builds = sum(row["alarms"] for row in harmless), sum(row["builds"] for row in harmless)
    lines.append(["harmless changes that alarm", "0", f"{alarms} of {builds}"])
    lines += [*_unseeded(results), *_error_rates(results)]
    yield from _markdown(["", "asked", "is"], lines)
    yield from _short_of(middle, gross)


def _unseeded(results: dict[str, Any]) -> Iterator[list[str]]:
    """What is said of a voice that sounds a little different each time."""
    for voice, part in results.get("unseeded", {}).items():
        unchanged, noisy = part["unchanged"], part["noise +1.5 dB"]
        name = f"{voice} without a seed, {part['sentences']} sentences"
        for what, asked, verdict, counts in (
            ("unchanged builds that fail", "0%", "fails", unchanged),
            ("unchanged builds that stay undecided", "10%", "undecided", unchanged),
            ("builds 1.5 dB noisier that fail", "95%", "fails", noisy),
        ):
            found = sum(count for said, count in counts.items() if said.startswith(verdict))
            yield [f"{name}: {what}", asked, _of(found, sum(counts.values()))]


def _error_rates(results: dict[str, Any]) -> Iterator[list[str]]:
    """Simulated builds: at exactly the limit, and where nothing has changed."""
    rows = [row for part in results.get("error rates", {}).values() for row in part["rows"]]
    for what, asked, limits, rate in (
        ("at exactly the limit, suites that fail", "2.5%", 1.0, "suite fails"),
        ("unchanged, builds in which a metric fails", "0.1%", 0.0, "anything fails"),
    ):
        kinds = [row for row in rows if row["limits"] == limits]
        if kinds:
            counts = [(round(row[rate] * row["builds"]), row["builds"]) for row in kinds]
            worst = max(counts, key=lambda count: count[0] / count[1])
            failed, builds = (sum(numbers) for numbers in zip(*counts, strict=True))
            said = f"{failed / builds:.2%} ({failed} of {builds}); most of one kind {worst[0]} of {worst[1]}"
            yield [f"simulated, {len(kinds)} kinds: {what}", asked, said]


def _short_of(middle: Sequence[Row], gross: Sequence[Row]) -> Iterator[str]:
    """Which fault keeps a line from being met, with its numbers."""
    short = [
        [
            row["voice"], row["fault"], row["shown"], EXTENTS[row["extent"]],
            f"{row['caught']} of {row['builds']}", f"{row['named']} of {row['caught']}",
        ]
        for row in (*(row for row in middle if row["extent"] in _ASKED), *gross)
        if row["caught"] < _asked_of(row) * row["builds"] or row["named"] < _ASKED_NAMED * row["caught"]
    ]  # fmt: skip
    if short:
        yield "Short of that:"
        yield ""
        yield from _markdown(["voice", "fault", "at", "in", "caught", "named"], short)


def _asked_of(row: Row) -> float:
    return _ASKED.get(row["extent"], _ASKED_GROSS)


def _caught(results: dict[str, Any]) -> Iterator[str]:
    """By voice: builds that fail at the middle strength, and from which strength on nine in ten do."""
    for voice, part in results["planted"].items():
        rows = [row for row in part["rows"] if row["gate"] == OURS]
        yield f"### {voice}: {part['sentences']} sentences"
        yield ""
        yield from _markdown(
            ["fault", "at", "all", "a quarter", "one", "named", "by", "from: all / a quarter / one"],
            [_line(rows, fault) for fault in FAULTS],
        )


def _line(rows: Sequence[Row], fault: Fault) -> list[str]:
    middle = {row["extent"]: row for row in _at(rows, fault, fault.middle)}
    if not middle:
        return [fault.name, fault.at(fault.middle), "no place", "", "", "", "", ""]
    gates: dict[str, int] = {}
    for row in middle.values():
        for gate, count in row["gates"].items():
            gates[gate] = gates.get(gate, 0) + count
    named = sum(row["named"] for row in middle.values())
    caught = sum(row["caught"] for row in middle.values())
    return [
        fault.name,
        fault.at(fault.middle),
        *(_of(middle[extent]["caught"], middle[extent]["builds"]) for extent in EXTENTS),
        _of(named, caught),
        ", ".join(sorted(gates, key=lambda gate: -gates[gate])[:3]),
        " / ".join(_from(rows, fault, extent) for extent in EXTENTS),
    ]


def _from(rows: Sequence[Row], fault: Fault, extent: str) -> str:
    faintest = "-"
    for strength in reversed(fault.strengths):
        row = next((row for row in _at(rows, fault, strength) if row["extent"] == extent), None)
        if row is None:
            continue
        if row["caught"] < _CAUGHT * row["builds"]:
            break
        faintest = fault.at(strength)
    return faintest


def _beside(results: dict[str, Any]) -> Iterator[str]:
    """All voices together, at the middle strength: ours beside the others."""
    rows = list(_all_rows(results, "planted"))
    gates = list(dict.fromkeys(row["gate"] for row in rows))
    yield "### Beside others"
    yield ""
    yield "Builds that fail at the middle strength, in a quarter of the sentences / in one:"
    yield ""
    lines = []
    for fault in FAULTS:
        cells = []
        for gate in gates:
            found = [row for row in _at(rows, fault, fault.middle) if row["gate"] == gate]
            shares = [
                _share([row for row in found if row["extent"] == extent], "caught")
                for extent in ("quarter", "one")
            ]
            cells.append(" / ".join(shares))
        lines.append([fault.name, fault.at(fault.middle), *cells])
    yield from _markdown(["fault", "at", *gates], lines)


def _harmless(results: dict[str, Any]) -> Iterator[str]:
    """Builds that fail though nobody hears a change."""
    gates = list(dict.fromkeys(row["gate"] for row in _all_rows(results, "planted")))
    changes = list(dict.fromkeys(row["change"] for row in _harmless_rows(results, OURS)))
    yield "Builds that fail with a harmless change:"
    yield ""
    lines = []
    for change in changes:
        cells = []
        for gate in gates:
            found = [row for row in _harmless_rows(results, gate) if row["change"] == change]
            cells.append(f"{sum(row['alarms'] for row in found)} of {sum(row['builds'] for row in found)}")
        lines.append([change, *cells])
    if ANOTHER_SEED not in changes:
        lines.append([ANOTHER_SEED, *("not measured" for _ in gates)])
    yield from _markdown(["change", *gates], lines)


def draw(results: dict[str, Any]) -> bytes:
    """One panel a fault: how many builds fail by strength; the same bytes for the same results."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("matplotlib is not installed", extra="suite") from error
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "sound_gate", "font.size": 8})
    rows = list(_all_rows(results, "planted"))
    figure = Figure(figsize=(10, 9.5), layout="constrained")
    panels = figure.subplots(4, -(-len(FAULTS) // 4), sharey=True)
    gates = [gate for gate in dict.fromkeys(row["gate"] for row in rows) if gate != OURS]
    drawn: dict[str, Any] = {}
    for panel, fault in zip(panels.flat, FAULTS, strict=False):
        curves = [
            (f"{gate}, a quarter", gate, "quarter", {"color": colour, "marker": "."})
            for gate, colour in zip(gates, _COLOURS, strict=False)
        ]
        curves += [
            (
                f"{OURS}, one sentence",
                OURS,
                "one",
                {"color": "black", "linestyle": "--", "marker": "o", "markersize": 3},
            ),
            (
                f"{OURS}, a quarter",
                OURS,
                "quarter",
                {"color": "black", "linewidth": 2, "marker": "o", "markersize": 3},
            ),
        ]
        for label, gate, extent, style in curves:
            shares = [
                _percent(
                    [
                        row
                        for row in _at(rows, fault, strength)
                        if (row["gate"], row["extent"]) == (gate, extent)
                    ]
                )
                for strength in fault.strengths
            ]
            (drawn[label],) = panel.plot(range(5), shares, label=label, **style)
        panel.set_title(fault.name, fontsize=8)
        panel.set_xticks(
            range(5),
            [fault.at(s).replace(" of the peak", "").replace(" semitones", " st") for s in fault.strengths],
            fontsize=6,
        )
        panel.set_ylim(-4, 104)
    for panel in panels[:, 0]:
        panel.set_ylabel("builds that fail, in %")
    for panel in list(panels.flat)[len(FAULTS) :]:
        panel.set_visible(False)
    figure.legend(drawn.values(), drawn.keys(), loc="outside lower center", ncols=2, frameon=False)
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()


def _percent(rows: Sequence[Row]) -> float:
    builds = sum(row["builds"] for row in rows)
    return 100 * sum(row["caught"] for row in rows) / builds if builds else float("nan")


def _all_rows(results: dict[str, Any], section: str) -> Iterator[Row]:
    for voice, part in results.get(section, {}).items():
        yield from ({"voice": voice, **row} for row in part["rows"])


def _ours(results: dict[str, Any], section: str) -> Iterator[Row]:
    return (row for row in _all_rows(results, section) if row["gate"] == OURS)


def _harmless_rows(results: dict[str, Any], gate: str) -> Iterator[Row]:
    for section in ("planted", "gross"):
        for part in results.get(section, {}).values():
            yield from (row for row in part["harmless"] if row["gate"] == gate)


def _at(rows: Sequence[Row], fault: Fault, strength: float) -> list[Row]:
    return [row for row in rows if row["fault"] == fault.name and row["strength"] == strength]


def _fault(row: Row) -> Fault:
    return next(fault for fault in FAULTS if fault.name == row["fault"])


def _counts(results: dict[str, Any]) -> str:
    parts = results["planted"].items()
    return ", ".join(f"{voice} ({part['sentences']} sentences)" for voice, part in parts)


def _share(rows: Sequence[Row], what: str) -> str:
    return _of(sum(row[what] for row in rows), sum(row["builds"] for row in rows))


def _of(count: int, of: int) -> str:
    return f"{count / of:.0%} ({count} of {of})" if of else "-"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


if __name__ == "__main__":
    sys.exit(main())
