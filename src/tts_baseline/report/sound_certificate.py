"""What a certificate of sound says: in a line, as a table, and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import msgspec

from tts_baseline.core import outside
from tts_baseline.core.sound_certificate import ANOTHER_SEED, Catches, Extent, SoundCertificate
from tts_baseline.faults.catalogue import FAULTS
from tts_baseline.faults.fault import Fault
from tts_baseline.gate import sound_certificate as rules
from tts_baseline.report import table

_WIDTH = 110
_EXTENTS: tuple[Extent, ...] = get_args(Extent)
_WHERE: dict[Extent, str] = {"all": "all", "quarter": "a quarter", "one": "one"}
_GATES_SHOWN = 3


def line(certificate: SoundCertificate, outdated: str = "") -> str:
    """All of it that a verdict's reader needs: what is caught in a single sentence, and what alarms.

    Of one that is outdated, why it says nothing any more.
    """
    if outdated:
        again = "tts-baseline certify --sound --write"
        return f"the certificate of {certificate.created[:10]} is of {outdated} ({again})"
    tried, caught = _counted(certificate, "one")
    return (
        f"certified {certificate.created[:10]}: catches {caught} of {tried} planted faults in one sentence "
        f"of {len(certificate.cases)}, {_alarmed(certificate)}"
    )


def terminal(certificate: SoundCertificate, *, color: bool = False) -> str:
    """One row a fault, then what it adds up to."""
    sheet = table.text([_sheet(certificate)], width=_WIDTH, color=color)
    return "\n".join([sheet, "", *map(outside.line, lines(certificate))])


def lines(certificate: SoundCertificate) -> list[str]:
    """What the rows add up to, in words."""
    caught = [
        f"{found} of {tried} in {where}"
        for extent, where in _WHERE.items()
        for tried, found in (_counted(certificate, extent),)
    ]
    alarming = [
        f"  {row.change}: {row.alarms} of {row.builds} ({', '.join(row.gates)})"
        for row in certificate.harmless
        if row.alarms
    ]
    return [
        f"middle strength fails 9 builds in 10: {', '.join(caught)} of {len(certificate.cases)} sentences",
        f"harmless changes: {_alarmed(certificate)}",
        *alarming,
        *_not_measured(certificate),
    ]


def _not_measured(certificate: SoundCertificate) -> list[str]:
    """That nothing is known of another seed, where the pipeline did not speak."""
    if any(row.change == ANOTHER_SEED for row in certificate.harmless):
        return []
    return [f"  {ANOTHER_SEED}: not measured (--seed N lets the pipeline speak)"]


def as_json(certificate: SoundCertificate, path: Path | None, stopped: str, deaf: tuple[str, ...]) -> bytes:
    """`{path, stopped, deaf, certificate}`, the certificate as it is in its file."""
    page: dict[str, Any] = {
        "path": outside.storable(str(path)) if path else None,
        "stopped": stopped,
        "deaf": deaf,
        "certificate": certificate,
    }
    return msgspec.json.format(msgspec.json.encode(page), indent=1) + b"\n"


def _sheet(certificate: SoundCertificate) -> table.Sheet:
    heads = (
        ("fault", 15), ("in", 4), ("middle", 15), ("all", 5), ("1/4", 5), ("one", 5), ("named", 6),
        ("gate", 24), ("one sentence, from", 18),
    )  # fmt: skip
    return table.Sheet(
        f"{certificate.pipeline} @ {certificate.variant}, suite {certificate.suite}, "
        f"{len(certificate.cases)} sentences",
        heads,
        tuple(_row(certificate, fault) for fault in FAULTS),
    )


def _row(certificate: SoundCertificate, fault: Fault) -> tuple[str, ...]:
    found = {extent: rules.at(certificate.faults, fault, fault.middle, extent) for extent in _EXTENTS}
    single = found["one"]
    faintest = rules.caught_from(certificate.faults, fault, "one")
    return (
        fault.name,
        str(single.sentences if single else 0),
        fault.at(fault.middle),
        *(_share(row, row.caught if row else 0) for row in found.values()),
        _share(single, single.named if single else 0),
        ", ".join(list(single.gates)[:_GATES_SHOWN]) if single else "",
        fault.at(faintest) if faintest is not None else "-",
    )


def _share(row: Catches | None, count: int) -> str:
    return f"{count / row.builds:.0%}" if row else "-"


def _counted(certificate: SoundCertificate, extent: Extent) -> tuple[int, int]:
    """How many faults of middle strength had a place, and how many of them are caught."""
    rows = [row for fault in FAULTS if (row := rules.at(certificate.faults, fault, fault.middle, extent))]
    return len(rows), sum(map(rules.is_caught, rows))


def _alarmed(certificate: SoundCertificate) -> str:
    builds = sum(row.builds for row in certificate.harmless)
    return f"{sum(row.alarms for row in certificate.harmless)} of {builds} harmless builds alarm"
