"""What a certificate says: in a line, as a table, and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from tts_baseline.core import outside, units
from tts_baseline.core.certificate import Certificate, Level, Share
from tts_baseline.report import table

_WIDTH = 100
_GOOD_POWER = 0.8


def line(certificate: Certificate) -> str:
    """All of it that a verdict's reader needs: how often it is wrong, what it sees, and how soon."""
    since = f"{certificate.created[:10]}, {certificate.unchanged.sessions} A/A sessions"
    alarms = (
        f"this machine is certified ({since}, limit {_percent(certificate.limit)}): "
        f"false alarms <= {_percent(certificate.false_alarms_below)}"
    )
    shown = _shown(certificate)
    if shown is None:
        return alarms
    slower = units.change(shown.slower, "s", relative=True)
    return f"{alarms}, sees {slower} with {shown.regressed.share:.0%} power in {units.seconds(shown.seconds)}"


def terminal(certificate: Certificate, *, color: bool = False) -> str:
    """The levels as a table, then what they add up to."""
    levels = table.text([_sheet(certificate)], width=_WIDTH, color=color)
    return "\n".join([levels, "", *map(outside.line, lines(certificate))])


def lines(certificate: Certificate) -> list[str]:
    """What the levels add up to, in words."""
    unchanged, limit = certificate.unchanged, _percent(certificate.limit)
    resolution, visible = _percent(certificate.resolution), _percent(certificate.smallest_visible)
    alarms = f"{unchanged.regressed.count} of {unchanged.sessions} unchanged sessions"
    at_most = f"at most {_percent(certificate.false_alarms_below)} of builds (95% confidence)"
    by_formula = f"{visible} slower, by the spread between restarts ({certificate.spread:.1%} sd)"
    summary = [
        f"false alarms: {alarms}, so {at_most}",
        f"unchanged code passes 9 times in 10 at a limit of {resolution}; a tighter one is refused",
        f"fails 9 times in 10 at the limit of {limit}: {by_formula}; executed: {_seen(certificate)}",
    ]
    if certificate.resolution > certificate.limit:
        summary.append(f"so {limit} is refused: raise it, or certify again when the machine is quieter")
    return summary


def as_json(certificate: Certificate, path: Path, stopped: str) -> bytes:
    """`{path, stopped, certificate}`, the certificate as it is in its file."""
    page: dict[str, Any] = {
        "path": outside.storable(str(path)),
        "stopped": stopped,
        "certificate": certificate,
    }
    return msgspec.json.format(msgspec.json.encode(page), indent=1) + b"\n"


def _sheet(certificate: Certificate) -> table.Sheet:
    heads = (
        ("head", 9), ("n", 3), ("regressed [95%]", 15), ("ok", 15), ("undecided", 15), ("seen as", 7),
        ("verdict in", 10), ("at most", 8), ("restarts", 8),
    )  # fmt: skip
    return table.Sheet(
        f"{certificate.pipeline} @ {certificate.variant}, suite {certificate.suite}, "
        f"{len(certificate.cases)} cases",
        heads,
        tuple(_row(level) for level in certificate.levels),
    )


def _row(level: Level) -> tuple[str, ...]:
    return (
        units.change(level.slower, "s", relative=True) if level.slower else "unchanged",
        str(level.sessions),
        _bounded(level.regressed),
        _bounded(level.ok),
        _bounded(level.undecided),
        units.change(level.change, "s", relative=True),
        units.seconds(level.seconds),
        units.seconds(level.max_seconds),
        f"{level.restarts:g}",
    )


def _bounded(share: Share) -> str:
    return f"{share.share * 100:.0f}% [{share.low * 100:.0f}, {share.high * 100:.0f}]"


def _shown(certificate: Certificate) -> Level | None:
    """The smallest slowdown that is mostly seen, else the largest that was tried."""
    tried = certificate.levels[1:]
    seen = (level for level in tried if level.regressed.share >= _GOOD_POWER)
    return next(seen, tried[-1] if tried else None)


def _seen(certificate: Certificate) -> str:
    if certificate.smallest_seen is None:
        return "none of those tried"
    level = next(tried for tried in certificate.levels if tried.slower == certificate.smallest_seen)
    slower = units.change(level.slower, "s", relative=True)
    return f"{slower} ({level.regressed.count} of {level.sessions})"


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%"
