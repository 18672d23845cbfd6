"""The JSON Schema of baselines, with a description of every registered metric."""

from __future__ import annotations

import functools
from typing import Any

import msgspec

from tts_baseline.core.certificate import Certificate
from tts_baseline.core.history import HistoryEntry
from tts_baseline.core.preset import Preset
from tts_baseline.core.records import SCHEMA_VERSION, Quality, Run
from tts_baseline.core.registry import metrics
from tts_baseline.core.sound_certificate import SoundCertificate
from tts_baseline.core.taints import Taints

_STORED = (Quality, Run, Certificate, SoundCertificate, Taints, HistoryEntry, Preset)


@functools.cache
def json_schema() -> bytes:
    """The schema (JSON Schema 2020-12) of all JSON in a baseline's folder.

    That is `quality.json`, `machines/<key>/<run>.json`, `taints.json`, `certificates/<key>.json`,
    `certificates/sound.json`, `history/<hash>.json`, and `presets/<pipeline>.<name>.json` beside the folders.
    It is generated from the records and the registry, so a new metric needs no edit here.
    """
    _, components = msgspec.json.schema_components(_STORED, ref_template="#/$defs/{name}")
    names = [kind.__name__ for kind in _STORED]
    components["QualityCase"]["properties"]["scores"]["propertyNames"] = {"$ref": "#/$defs/Metric"}
    components["Reading"]["properties"]["metric"] = {"$ref": "#/$defs/Metric"}
    for stored in names:
        components[stored]["properties"]["schema"] = {"const": SCHEMA_VERSION}
        components[stored]["required"] = ["schema", *components[stored]["required"]]
    components["Metric"] = {"oneOf": [_metric(name) for name in metrics()]}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"pytest-tts-baseline, schema {SCHEMA_VERSION}",
        "oneOf": [{"$ref": f"#/$defs/{stored}"} for stored in names],
        "$defs": components,
    }
    return msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=1) + b"\n"


def _metric(name: str) -> dict[str, Any]:
    metric = metrics()[name]
    spec = metric.spec
    return {
        "const": name,
        "title": metric.doc,
        "description": f"unit {spec.unit}; better {spec.better}; default limit {spec.limit or 'none'}",
    }
