"""The rows of regions are what babel and phonenumbers say, and they are read by."""

from __future__ import annotations

import pytest
import regional

from tts_baseline.pipelines.f5_spanish.text.normalize import normalize
from tts_baseline.pipelines.f5_spanish.text.numbering import international, is_grouped, national
from tts_baseline.pipelines.f5_spanish.text.overrides import overrides


def test_the_rows_are_what_the_libraries_say() -> None:
    for file, text in regional.files().items():
        assert file.read_text(encoding="utf-8") == text, "python benchmarks/reading/regional.py --write"


def test_every_region_has_its_countries() -> None:
    data = overrides()
    assert set(data.countries) == set(data.regions)
    assert {phone.country for phone in data.phone} == {c for own in data.countries.values() for c in own}


@pytest.mark.parametrize(
    ("written", "region", "groups"),
    [
        ("912345678", "castilian", ("912", "34", "56", "78")),
        ("900123456", "castilian", ("900", "123", "456")),
        ("5512345678", "mexican", ("55", "1234", "5678")),
        ("6641234567", "mexican", ("664", "123", "4567")),
        ("1123456789", "rioplatense", ("11", "2345", "6789")),
        ("3104567890", "colombian", ("310", "4567890")),
        ("7875551234", "caribbean", ("787", "555", "1234")),
    ],
)
def test_a_national_number_has_the_groups_of_its_country(
    written: str, region: str, groups: tuple[str, ...]
) -> None:
    assert national(written, region) == groups


def test_where_countries_disagree_a_number_has_no_groups() -> None:
    assert national("987654321", "neutral") is None  # of Spain, Chile or Peru


def test_a_number_with_a_plus_has_the_groups_of_its_country() -> None:
    assert international("34912345678") == ("34", "912", "34", "56", "78")
    assert international("59821234567") == ("598", "2123", "4567")
    assert international("999123456") is None


def test_groups_that_could_be_thousands_are_no_number() -> None:
    assert is_grouped(("55", "1234", "5678"))
    assert not is_grouped(("912", "345", "678"))
    assert not is_grouped(("2015", "2016", "2017"))


@pytest.mark.parametrize("region", overrides().regions)
def test_a_mark_that_can_group_only_groups_in_every_region(region: str) -> None:
    for written in ("15.000 euros", "15,000 euros"):
        assert normalize(written, region=region)[0] == "Quince mil euros"


def test_a_mark_is_read_as_the_region_writes_it() -> None:
    point, comma = ("Pesa uno punto doscientos cincuenta kilos", "Pesa mil doscientos cincuenta kilos")
    assert normalize("Pesa 1.250 kilos", region="mexican")[0] == point
    assert normalize("Pesa 1.250 kilos", region="caribbean")[0] == point
    assert normalize("Pesa 1.250 kilos", region="castilian")[0] == comma
