from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tts_baseline.core import units
from tts_baseline.core.registry import metrics

COUNTS = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
UNITS = {"B": 1.0, "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30}
SCALES = (
    COUNTS
    | {f"{prefix}Hz": scale for prefix, scale in COUNTS.items()}
    | UNITS
    | {"µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "%": 0.01}
)
PRINTED = re.compile(r"([+-]?\d+)(?:\.(\d+))? ?(\S*)")
CELL = 9  # the width of a value's column in the table of verdicts


def parsed(text: str) -> tuple[float, float]:
    """The number that a text says, and half of its last digit."""
    digits, decimals, unit = PRINTED.fullmatch(text).groups(default="")
    scale = SCALES.get(unit, 1.0)
    return float(f"{digits}.{decimals}") * scale, 0.5 * 10.0 ** -len(decimals) * scale


def says(text: str, number: float) -> bool:
    shown, half = parsed(text)
    return abs(shown - number) <= half * 1.001 + 1e-12 * abs(number)


@settings(deadline=None)
@given(st.floats(-1e6, 1e6))
def test_seconds_say_the_number_to_the_last_digit(number: float) -> None:
    assert says(units.seconds(number), number)


@settings(deadline=None)
@given(st.floats(1e-3, 1e6))
def test_rounding_loses_little_of_a_time(number: float) -> None:
    _, half = parsed(units.seconds(number))
    assert half / number <= 0.025


@settings(deadline=None)
@given(
    number=st.floats(-1e12, 1e12),
    unit=st.sampled_from(sorted({m.spec.unit for m in metrics().values()})),
)
def test_every_unit_says_the_number_to_the_last_digit(number: float, unit: str) -> None:
    assert says(units.value(number, unit), number)


@settings(deadline=None)
@given(st.floats(0, 100 * 2**30 - 2**27))
def test_memory_fits_its_column(number: float) -> None:
    assert len(units.value(number, "B")) <= CELL


@settings(deadline=None)
@given(st.floats(0, 9_999))
def test_time_fits_its_column(number: float) -> None:
    assert len(units.value(number, "s")) <= CELL


@settings(deadline=None)
@given(st.floats(0, 9e15))
def test_flops_fit_their_column(number: float) -> None:
    assert len(units.value(number, "FLOP")) <= CELL


@settings(deadline=None)
@given(number=st.floats(-50, 50), relative=st.booleans())
def test_a_change_has_a_sign_and_says_the_number(*, number: float, relative: bool) -> None:
    text = units.change(number, "dB", relative=relative)
    assert text[0] in "+-"
    is_zero_as_shown = not any(digit in text for digit in "123456789")
    assert (text[0] == "-") == (number < 0 and not is_zero_as_shown)
    assert says(text.removesuffix(" dB") if not relative else text, number)


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (0.0123, "s", "12.3 ms"),
        (0.000250, "s", "250 µs"),
        (1.5, "s", "1.50 s"),
        (150.0, "s", "2.5 min"),
        (88.1 * 2**20, "B", "88.1 MiB"),
        (3.5 * 2**30, "B", "3.50 GiB"),
        (31.2, "dB", "31.20 dB"),
        (4.644, "MOS", "4.64"),
        (0.1234, "1", "0.123"),
        (2.0, "faults", "2"),
        (35_968.4, "operators", "35968"),
        (4.0, "syncs", "4"),
        (4.8321e11, "FLOP", "483.21 G"),
        (42.0, "FLOP", "42.00"),
        (7_969.5, "Hz", "7.97 kHz"),
        (440.0, "Hz", "440.00 Hz"),
        (7.0, "Hz", "7.00 Hz"),
        (None, "dB", "-"),
    ],
)
def test_values_as_people_write_them(number: float | None, unit: str, text: str) -> None:
    assert units.value(number, unit) == text


@pytest.mark.parametrize(
    ("most", "text"),
    [(None, "-20.91 LUFS"), (11, "-20.91 LUFS"), (10, "-20.9 LUFS"), (9, "-21 LUFS"), (2, "-21 LUFS")],
)
def test_a_value_has_as_many_decimals_as_fit(most: int | None, text: str) -> None:
    assert units.value(-20.91, "LUFS", most=most) == text


def test_changes_as_people_write_them() -> None:
    assert units.change(0.147, "s", relative=True) == "+14.7%"
    assert units.change(-0.05, "s", relative=True) == "-5.0%"
    assert units.change(-1.2, "dB", relative=False) == "-1.20 dB"
    assert units.change(0.0142, "s", relative=False) == "+14.2 ms"
    assert units.change(None, "dB", relative=False) == "-"


def test_intervals_are_in_the_units_of_their_change() -> None:
    assert units.interval(0.112, 0.18, "s", relative=True) == "[+11.2, +18.0]"
    assert units.interval(-1.5, 0.25, "dB", relative=False) == "[-1.50, +0.25]"
    assert units.interval(0.011, 0.018, "s", relative=False) == "[+11.0 ms, +18.0 ms]"
    assert units.interval(None, 0.1, "s", relative=True) == ""
    assert units.interval(0.1, None, "s", relative=True) == ""


@pytest.mark.parametrize(("better", "sign"), [("lower", "+"), ("higher", "-"), ("same", "±")])
def test_a_limit_points_in_the_bad_direction(better: str, sign: str) -> None:
    assert units.limit(0.05, "s", better, relative=True) == f"{sign}5.0%"
    assert units.limit(1.0, "dB", better, relative=False) == f"{sign}1.00 dB"
    assert units.limit(None, "dB", better, relative=False) == "-"


@pytest.mark.parametrize(
    ("text", "number"),
    [("8 GiB", 8 * 2**30), ("500MB", 500_000_000), (" 1.5 KiB ", 1536), ("12 B", 12), ("2 TB", 2 * 10**12)],
)
def test_a_size_is_read_in_bytes(text: str, number: int) -> None:
    assert units.bytes_in(text) == number


@pytest.mark.parametrize("text", ["", "8", "8 gb", "-1 MB", "1e3 MB", "MB", "8 GiB!", "nan GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no size"):
        units.bytes_in(text)


def test_a_unit_of_anybodys_own_is_written_as_it_is() -> None:
    assert units.value(1.5, "{0} %s") == "1.50 {0} %s"
