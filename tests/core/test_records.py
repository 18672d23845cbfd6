from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import msgspec
import pytest

from tts_baseline.core import records
from tts_baseline.core.records import Calls, Case, ColdStart, Quality, Record, Request, Run, Work
from tts_baseline.core.verdict import FAILING, Status


def descendants(kind: type) -> Iterator[type]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


STORED = [kind for kind in descendants(Record) if kind.__module__ == records.__name__]


@pytest.mark.parametrize("kind", STORED)
def test_stored_records_are_frozen_and_strict(kind: type) -> None:
    config = kind.__struct_config__
    assert config.frozen
    assert config.forbid_unknown_fields


@pytest.mark.parametrize("kind", STORED)
def test_records_hold_no_pickle_and_no_arrays(kind: type) -> None:
    msgspec.json.schema(kind)  # raises for a type that JSON cannot say


def test_a_typo_in_a_stored_record_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `sed`"):
        msgspec.json.decode(b'{"text": "Hola", "sed": 1}', type=Request)


def test_the_request_is_the_case_without_its_name() -> None:
    case = Case(id="a", text="Hola", region="rioplatense", tags=("x",), seed=3, style="sad", speed=1.5)
    assert case.request == Request(text="Hola", region="rioplatense", seed=3, style="sad", speed=1.5)
    assert set(Request.__struct_fields__) == set(Case.__struct_fields__) - {"id", "tags"}


def test_a_cold_start_is_the_sum_of_all_its_phases() -> None:
    start = ColdStart(case="hola", spawn_s=1.0, import_s=2.0, load_s=4.0, first_request_s=8.0)
    phases = [value for value in msgspec.structs.asdict(start).values() if isinstance(value, float)]
    assert start.total_s == sum(phases) == 15.0


def test_calls_of_before_work_was_counted_are_read() -> None:
    old = b'{"wall_s":[1.0],"cpu_s":[1.0],"reference_s":[0.1],"audio_s":1.0,"sha256":"01234567"}'
    assert msgspec.json.decode(old, type=Calls).work is None


def test_work_that_was_not_counted_is_stored_as_its_reason() -> None:
    none = Work(reason="the pipeline uses no torch")
    assert msgspec.json.encode(none) == b'{"reason":"the pipeline uses no torch"}'
    some = Work(operators={"aten.mm": 2}, flops={"aten.mm": 84})
    assert msgspec.json.decode(msgspec.json.encode(some), type=Work) == some
    with pytest.raises(msgspec.ValidationError, match="unknown field `bytes`"):
        msgspec.json.decode(b'{"bytes": {}}', type=Work)


@pytest.mark.parametrize("kind", [Run, Quality])
def test_files_carry_their_schema(kind: type) -> None:
    assert "schema" in {field.encode_name for field in msgspec.structs.fields(kind)}


def test_regressed_and_invalid_fail_and_nothing_else_does_alone() -> None:
    assert set(FAILING) == {"regressed", "invalid"} < set(get_args(Status))
