"""A metric is one file: a copy of the package gets one more, and nothing else is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.package import MAIN, ROOT, copied, outcomes, python
from tts_baseline.contracts.metrics import CHECKS

METRIC = '''"""The largest sample: how close the voice comes to full scale."""

from __future__ import annotations

from tts_baseline.extend import Evidence, Measured, MetricSpec, Reading, Sound, over_utterances

SPEC = MetricSpec(name="loudest", unit="dB", better="same", family="quality", decide="median", limit="3 dB")


def read(evidence: Evidence) -> Reading:
    """The peak in hundredths of full scale."""
    return over_utterances(SPEC, evidence, _loudest)


def _loudest(sound: Sound) -> Measured:
    return Measured(float(abs(sound.samples).max()) * 100)
'''

VOICE = """
import numpy as np


def synthesize(text):
    return np.sin(np.arange(8000) / (10 + len(text))).astype("f4") / 2, 16000
"""

CONTRACTS = ROOT / "tests" / "contracts" / "test_metrics.py"

SUITE = '[[case]]\nid = "hola"\ntext = "Hola."\n[[case]]\nid = "adios"\ntext = "Adiós, amigo."\n'

SCAN = "import sys; from tts_baseline.core import registry; print(registry.__file__, *registry.metrics())"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return copied(tmp_path / "copy")


def test_a_metric_in_one_file_is_measured_shown_and_described(package: Path, tmp_path: Path) -> None:
    (package / "metrics" / "signal" / "loudest.py").write_text(METRIC, encoding="utf-8")
    (tmp_path / "voice.py").write_text(VOICE, encoding="utf-8")
    (tmp_path / "suite.toml").write_text(SUITE, encoding="utf-8")
    chosen = ["--pipeline", "voice:synthesize", "--suite", "suite.toml"]

    done = python(package, "-c", MAIN, "run", *chosen, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "loudest" in done.stdout

    folder = next((tmp_path / ".tts-baseline").glob("[!.]*/run.json")).parent
    page = json.loads((folder / "verdicts.json").read_text())
    values = {r["case"]: r["value"] for r in page["readings"] if r["metric"] == "loudest"}
    assert values == {"hola": pytest.approx(50, abs=1), "adios": pytest.approx(50, abs=1)}
    verdict = next(v for v in page["verdicts"] if v["gate"] == "loudest" and v["case"] is None)
    assert (verdict["status"], verdict["limit"], verdict["unit"]) == ("no baseline", 3.0, "dB")
    assert page["metrics"]["loudest"]["limit"] == "3 dB"

    report = (folder / "report.md").read_text(encoding="utf-8")
    assert "| no baseline | loudest |" in report
    assert "| loudest |" in next(line for line in report.splitlines() if line.startswith("| case |"))

    schema = json.loads((tmp_path / "baselines" / "schema" / "v2.json").read_text(encoding="utf-8"))
    described = {entry["const"]: entry for entry in schema["$defs"]["Metric"]["oneOf"]}
    assert described["loudest"]["title"] == "The largest sample: how close the voice comes to full scale."
    assert "unit dB" in described["loudest"]["description"]

    quality = json.loads(next(tmp_path.glob("baselines/*/*/quality.json")).read_text(encoding="utf-8"))
    assert quality["cases"]["hola"]["scores"]["loudest"]["value"] == values["hola"]

    checked = outcomes(package, CONTRACTS, "loudest")
    assert checked.returncode == 0, checked.stdout
    assert f"{len(CHECKS)} passed" in checked.stdout
    script = "import runpy; print(runpy.run_path('docs/tables.py')['metrics']())"
    assert "| `loudest` | The largest sample" in python(package, "-c", script, cwd=ROOT).stdout


def test_the_copy_is_what_runs(package: Path) -> None:
    done = python(package, "-c", SCAN)
    where, *names = done.stdout.split()
    assert Path(where).is_relative_to(package)
    assert "loudest" not in names


def test_two_files_of_one_metric_are_both_named(package: Path) -> None:
    for folder in ("signal", "golden"):
        (package / "metrics" / folder / "loudest.py").write_text(METRIC, encoding="utf-8")
    done = python(package, "-c", SCAN)
    assert "RegistryError: two metrics are named 'loudest'" in done.stderr
    assert "tts_baseline.metrics.golden.loudest and tts_baseline.metrics.signal.loudest" in done.stderr


def test_a_metric_named_otherwise_than_its_file_is_refused(package: Path) -> None:
    (package / "metrics" / "signal" / "quietest.py").write_text(METRIC, encoding="utf-8")
    done = python(package, "-c", SCAN)
    assert "RegistryError: tts_baseline.metrics.signal.quietest declares the metric 'loudest'" in done.stderr
    assert "name the file loudest.py or the metric 'quietest'" in done.stderr


def test_a_pipeline_in_one_file_is_an_option_value(package: Path) -> None:
    (package / "pipelines" / "robot.py").write_text("def create(settings): ...\n", encoding="utf-8")
    script = "from tts_baseline.core import registry; print(registry.pipelines()['robot'])"
    assert python(package, "-c", script).stdout.strip() == "tts_baseline.pipelines.robot:create"
