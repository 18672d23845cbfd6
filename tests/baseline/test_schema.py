from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.baselines import complaint, left_pending, promoted
from tests.support.runs import reading
from tts_baseline.baseline import files
from tts_baseline.baseline.schema import json_schema
from tts_baseline.baseline.store import Store
from tts_baseline.core.records import Quality, Run
from tts_baseline.core.registry import metrics

VALIDATOR = Draft202012Validator(json.loads(json_schema()))


@pytest.fixture
def written(tmp_path: Path) -> dict[type, Path]:
    """The files that accepting a run writes."""
    readings = [reading("duration", "hola", 0.05), reading("snr_vad", "hola", None, "no pause")]
    folder = left_pending(tmp_path / "report", "r1", readings=readings)
    store = Store(tmp_path / "baselines", "voice:synthesize", "cpu")
    paths = promoted(store, folder)
    return dict(zip((Quality, Run), paths, strict=True))


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(json_schema()))
    assert json_schema() == json_schema()


def test_every_file_that_is_written_is_valid(written: dict[type, Path]) -> None:
    for path in written.values():
        VALIDATOR.validate(json.loads(path.read_text(encoding="utf-8")))


def test_the_schema_lies_beside_the_baselines(written: dict[type, Path]) -> None:
    path = written[Quality].parents[2] / "schema" / "v2.json"
    assert path.read_bytes() == json_schema()
    known = {Path(*p.relative_to(path.parents[1]).parts) for p in path.parents[1].rglob("*.json")}
    assert len(known) == 4


HARM: dict[str, tuple[type, Callable[[dict[str, Any]], object]]] = {
    "newer": (Quality, lambda page: page.update(schema=3)),
    "no schema": (Run, lambda page: page.pop("schema")),
    "unknown key": (Quality, lambda page: page.update(surprise=1)),
    "unknown key inside": (Quality, lambda page: page["cases"]["hola"].update(surprise=1)),
    "missing key": (Run, lambda page: page.pop("environment")),
    "wrong type": (Run, lambda page: page.update(dirty="no")),
    "wrong word": (Run, lambda page: page["environment"].update(device="tpu")),
    "number as text": (Quality, lambda page: page["cases"]["hola"]["scores"]["duration"].update(value="1")),
    "null": (Quality, lambda page: page.update(acceptance=None)),
}


@pytest.mark.parametrize("harm", HARM)
def test_what_the_reader_refuses_the_schema_refuses(written: dict[type, Path], harm: str) -> None:
    kind, tamper = HARM[harm]
    path = written[kind]
    page = json.loads(path.read_text(encoding="utf-8"))
    tamper(page)
    assert not VALIDATOR.is_valid(page)
    path.write_text(json.dumps(page), encoding="utf-8")
    assert complaint(files.read_record, path, kind).where == str(path)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda quality, run: quality["cases"]["hola"]["scores"].update(sparkle={"value": 1.0}),
        lambda quality, run: run["readings"][0].update(metric="sparkle"),
    ],
)
def test_a_metric_that_nobody_declared_is_not_in_the_schema(written: dict[type, Path], tamper) -> None:
    pages = [json.loads(path.read_text(encoding="utf-8")) for path in written.values()]
    tamper(*pages)
    assert [VALIDATOR.is_valid(page) for page in pages].count(False) == 1


def test_every_metric_is_described() -> None:
    described = {e["const"]: e for e in json.loads(json_schema())["$defs"]["Metric"]["oneOf"]}
    assert list(described) == list(metrics())
    for name, metric in metrics().items():
        assert described[name]["title"] == metric.doc
        assert f"unit {metric.spec.unit};" in described[name]["description"]
        assert (metric.spec.limit or "none") in described[name]["description"]
