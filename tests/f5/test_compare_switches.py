"""A switch against the reference, side by side, through the real command: proof, gain and sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support import small
from tests.support.git_folder import new
from tests.support.processors import acts

SUITE = '[[case]]\nid = "hola"\ntext = "Hola."\n'
# Any change is within these limits, so that the first look decides.
LIMITS = 'limits = { latency = "10000%", cold_start = "10000%", memory = "10000%" }\n'


def project(model: Any) -> str:
    """The settings of a project with this small model."""
    table = small.table(model, steps=1)
    references = table.pop("references")
    name = "tool.tts-baseline.pipelines.f5_spanish"
    lines = ["[tool.tts-baseline]", 'suite = "cases.toml"', LIMITS, f"[{name}]"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    for reference in references:
        lines += [f"[[{name}.references]]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in reference.items()]
    return "\n".join(lines) + "\n"


@acts("bf16")
def test_bf16_shows_its_proof_its_gain_and_how_it_sounds(models: dict[str, Any], tmp_path: Path) -> None:
    folder = new(tmp_path, project(models["v0"]), SUITE)
    folder.commit("a small model")
    words = ("--pipeline", "f5_spanish", "--optimize", "bf16", "--against-optimize", "none", "--json")
    answer = folder.call("compare", *words)
    page = json.loads(answer.out)
    failing = {v["gate"] for v in page["verdicts"] if v["status"] in ("regressed", "invalid")}
    assert not failing & {"latency", "cold_start", "memory"}
    assert answer.status == bool(failing), answer.err  # of random weights, bf16 may be heard
    latency = next(v for v in page["verdicts"] if v["gate"] == "latency" and v["case"] is None)
    assert latency["low"] < latency["change"] < latency["high"]
    sound = {change["metric"]: change for change in page["sound"]["changes"]}
    assert page["sound"]["identical"] == []
    assert sound["snr_golden"]["head"] > 20
    report = (Path(page["folder"]) / "report.md").read_text(encoding="utf-8")
    assert "switch bf16" in report
    assert "linear layers bfloat16" in report
    assert "snr_golden" in report
    assert folder.is_tidy()
