"""What benchmarks/opinions recorded of each predicted opinion decides whether it may gate."""

from __future__ import annotations

import json

import pytest

from tests.support import REPOSITORY
from tts_baseline.core.registry import metrics
from tts_baseline.gate.limits import parse

OPINIONS = [name for name, metric in metrics().items() if metric.spec.unit == "MOS" and metric.spec.needs]


@pytest.mark.parametrize("name", OPINIONS)
def test_what_is_not_proven_to_tell_good_from_bad_fails_no_build(name):
    """Below a J of 0.9 on matched pairs an opinion may warn, and nothing more; one never measured neither."""
    recorded = json.loads((REPOSITORY / "benchmarks" / "opinions" / "results.json").read_text())
    spec = metrics()[name].spec
    told = recorded["metrics"].get(name, {})
    if spec.limit and (told.get("J") or 0) < 0.9:
        limit = parse(spec.limit, spec)
        assert limit.absolute >= 4
        assert limit.soft
