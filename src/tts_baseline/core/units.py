"""Formats numbers with their units; nothing else scales a number for people."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial

MIB = 1024.0 * 1024.0

_DECIMALS = {"dB": 2, "MOS": 2, "1": 3, "faults": 0, "words": 0, "steps": 0, "operators": 0, "syncs": 0}
_BARE = ("1", "faults", "MOS", "operators", "syncs", "FLOP")
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|TiB|kB|MB|GB|TB)\s*")
_BYTES = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_BYTES |= {"kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_PREFIXED = ("FLOP", "Hz")
_NO_FIELDS = str.maketrans({"{": "{{", "}": "}}"})
_LEAST_S = 0.5e-6  # what is less is no whole microsecond
_MOMENT_S = 0.03  # chosen: what is shorter is not heard as a stretch


def value(number: float | None, unit: str, *, most: int | None = None) -> str:
    """A number with its unit, scaled for reading: '12.3 ms', '88.1 MiB', '31.20 dB'; '-' for None.

    With fewer decimals where it would have more than `most` characters: '-21 LUFS'.
    """
    if number is None:
        return "-"
    text = writer(unit)(number)
    decimals = _DECIMALS.get(unit, 2)
    while most is not None and len(text) > most and decimals:
        decimals -= 1
        text = writer(unit, decimals)(number)
    return text


@cache
def writer(unit: str, decimals: int | None = None) -> Callable[[float], str]:
    """What writes a number of this unit as `value` does, for those that write thousands."""
    if decimals is None:
        decimals = _DECIMALS.get(unit, 2)
    if unit == "s":
        return seconds
    if unit == "B":
        return size
    if unit in _PREFIXED:
        return partial(_prefixed, unit=unit, decimals=decimals)
    text = f"{{:z.{decimals}f}}"
    return (text if unit in _BARE else f"{text} {unit.translate(_NO_FIELDS)}".rstrip()).format


def _prefixed(number: float, unit: str, decimals: int) -> str:
    scale, prefix = next((p for p in _PREFIXES if abs(number) >= p[0]), (1.0, ""))
    return f"{number / scale:z.{decimals}f} {prefix}{'' if unit in _BARE else unit}".rstrip()


def size(number: float) -> str:
    """A size for reading, from B to GiB, with at most two decimals."""
    if abs(number) < 1000:
        return f"{number:z.0f} B"
    if abs(number) < 0.1 * MIB:
        return f"{number / 1024:.1f} KiB"
    return f"{number / MIB:.1f} MiB" if abs(number) < 1000 * MIB else f"{number / MIB / 1024:.2f} GiB"


def bytes_in(text: str) -> int:
    """The bytes that a size says, such as '8 GiB' or '500 MB'; ValueError for what is none."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"no size: {text!r}")
    return round(float(match[1]) * _BYTES[match[2]])


def seconds(number: float) -> str:
    """A duration for reading, from µs to min, with about three digits."""
    size = abs(number)
    if size < _LEAST_S:
        return "0 s"
    if size >= 120:
        return f"{number / 60:.1f} min"
    if size >= 1:
        return f"{number:.2f} s"
    if size >= 1e-3:
        return f"{number * 1e3:.{1 if size >= 1e-2 else 2}f} ms"
    return f"{number * 1e6:.0f} µs"


def span(start: float, stop: float) -> str:
    """From second to second: '1.20 to 1.45 s', or '1.20 s' for a moment."""
    if stop - start < _MOMENT_S:
        return f"{start:.2f} s"
    return f"{start:.2f} to {stop:.2f} s"


def joined(*parts: str) -> str:
    """The non-empty parts, joined by '; '."""
    return "; ".join(part for part in parts if part)


def change(number: float | None, unit: str, *, relative: bool) -> str:
    """A signed change: '+14.7%' where relative, else in the unit: '-1.20 dB'; '-' for None."""
    if number is None:
        return "-"
    if relative:
        return f"{number * 100:+z.1f}%"
    text = value(number, unit)
    return text if text.startswith("-") else f"+{text}"


def interval(low: float | None, high: float | None, unit: str, *, relative: bool) -> str:
    """'[+11.2, +18.0]', in the unit of the change that it belongs to; empty without bounds."""
    if low is None or high is None:
        return ""
    if unit in ("s", "B") and not relative:
        return f"[{change(low, unit, relative=False)}, {change(high, unit, relative=False)}]"
    scale, digits = (100.0, 1) if relative else (1.0, _DECIMALS.get(unit, 2))
    return f"[{low * scale:+z.{digits}f}, {high * scale:+z.{digits}f}]"


def limit(number: float | None, unit: str, better: str, *, relative: bool) -> str:
    """A limit with the sign of the bad direction: '+5.0%', '-1.00 dB', '±5.0%'."""
    if number is None:
        return "-"
    sign = {"lower": "+", "higher": "-", "same": "±"}[better]
    return sign + (f"{number * 100:.1f}%" if relative else value(number, unit))
