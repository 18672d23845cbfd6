"""A pipeline put under load by whole commands: a server, processes, batches; no test asserts a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.crossing import Crossing, serving, syllables
from tts_baseline.cli import main
from tts_baseline.core.errors import SettingsError
from tts_baseline.session.measurement.under_load import way_of
from tts_baseline.session.project import open_project

TEXTS = {f"es-{number:02}": f"Frase número {number}." for number in range(8)}
SUITE = "".join(f'[[case]]\nid = "{name}"\ntext = "{text}"\n' for name, text in TEXTS.items())
TABLE = """
[tool.tts-baseline]
pipeline = "{pipeline}"
suite = "suite.toml"
missing = "record"
load = "{load}"
load_seconds = 0.2
restarts = 3
budget = 60
"""
VOICE = """
import numpy as np


class Voice:
    def synthesize(self, request):
        dice = np.random.default_rng(len(request.text) + sum(map(ord, request.text)))
        return dice.uniform(-0.3, 0.3, 4000).astype(np.float32), 8000

    def stream(self, request):
        samples, rate = self.synthesize(request)
        for half in (samples[:2000], samples[2000:]):
            yield half, rate

    def synthesize_batch(self, requests):
        return [self.synthesize(request) for request in requests]
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    """Runs the command in a project with these settings; its status, its JSON, and what it said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "suite.toml").write_text(SUITE, encoding="utf-8")
    (tmp_path / "voice.py").write_text(VOICE, encoding="utf-8")

    def command(pipeline: str, load: str, more: str = ""):
        (tmp_path / "pyproject.toml").write_text(TABLE.format(pipeline=pipeline, load=load) + more)
        status = main(["run", "--json"])
        written = capsys.readouterr()
        runs = sorted((tmp_path / ".tts-baseline").glob("*/run.json"))
        return status, json.loads(runs[-1].read_text()), json.loads(written.out), written.err

    return command


def settings_of(url: str) -> str:
    return f'[tool.tts-baseline.pipelines.http]\nurl = "{url}"\n'


def verdicts_of(page, *names: str):
    return {v["gate"]: v for v in page["verdicts"] if v["gate"] in names and v["case"] is None}


def test_a_server_that_crosses_answers_under_load_alone_is_invalid_and_both_requests_are_named(run) -> None:
    crossing = Crossing(syllables, every=30)
    with serving(crossing) as url:
        status, stored, page, said = run("http", "server", settings_of(url))
    assert status == 1
    named = {text: name for name, text in TEXTS.items()}
    wanted = {(named[plant.text], named[plant.other]) for plant in crossing.planted}
    found = stored["traffic"]["mixups"]
    assert len(found) == min(50, len(crossing.planted)) > 0
    for mixup in found:
        request, other = (next(n for n in TEXTS if n in mixup[key]) for key in ("request", "other"))
        assert (request, other) in wanted
    for verdict in verdicts_of(page, "throughput", "latency_under_load").values():
        assert verdict["status"] == "invalid"
    assert "clients" in said
    assert found[0]["other"] in json.dumps(page)


def test_an_honest_server_has_its_throughput_and_latency_recorded(run) -> None:
    with serving(Crossing(syllables)) as url:
        status, stored, page, _ = run("http", "auto", settings_of(url))
    assert status == 0
    traffic = stored["traffic"]
    assert (traffic["way"], traffic["mixups"]) == ("server", [])
    assert traffic["proven"] == {"sound": traffic["checked"]}
    knee = [level for level in traffic["levels"] if level["is_knee"]]
    assert len(knee) == 1
    assert [level["share"] for level in traffic["levels"] if not level["clients"]] == [0.5, 0.7, 0.9]
    readings = {r["metric"]: r["value"] for r in stored["readings"] if r["case"] is None}
    assert readings["throughput"] > 0
    assert readings["latency_under_load"] > 0
    assert {v["status"] for v in verdicts_of(page, "throughput", "latency_under_load").values()} == {
        "no baseline"
    }


@pytest.mark.parametrize("load", ["workers", "batch"])
def test_processes_and_batches_are_put_under_load(run, load: str) -> None:
    status, stored, _, _ = run("voice:Voice", load, "load_workers = 2\n")
    assert status == 0
    traffic = stored["traffic"]
    assert (traffic["way"], traffic["workers"]) == (load, 2 if load == "workers" else 1)
    assert traffic["proven"] == {"sound": traffic["checked"]}
    assert len(traffic["knees"]) == 3


def test_without_load_nothing_is_measured_under_it(run) -> None:
    _, stored, page, _ = run("voice:Voice", "off")
    assert stored["traffic"] is None
    assert verdicts_of(page, "throughput", "latency_under_load") == {}


def test_only_a_server_is_loaded_as_one(run, tmp_path: Path) -> None:
    run("voice:Voice", "off")
    settings = open_project(tmp_path, {"load": "server"}).settings
    with pytest.raises(SettingsError, match="needs the pipeline http"):
        way_of(settings)
    assert way_of(open_project(tmp_path, {"load": "auto"}).settings) == "workers"


def test_streams_are_heard_alone_and_under_load(run) -> None:
    status, stored, page, _ = run("voice:Voice", "stream")
    assert status == 0
    calls = [calls for replicate in stored["replicates"] for calls in replicate["calls"].values()]
    assert all(stream["chunks"] == 2 for each in calls for stream in each["streams"]["taken"])
    gates = {v["gate"] for v in page["verdicts"] if v["current"] is not None}
    assert {"first_audio", "smooth_start", "throughput"} <= gates
    traffic = stored["traffic"]
    assert (traffic["way"], traffic["workers"]) == ("stream", 2)
    assert traffic["proven"] == {"sound": traffic["checked"]}
    assert all(level["starved"] is not None for level in traffic["levels"])


def test_a_pipeline_without_stream_is_not_streamed(run, tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(VOICE.replace("def stream(", "def chunks("), encoding="utf-8")
    with pytest.raises(IndexError):  # no run was stored
        run("plain:Voice", "stream")


def test_a_gpu_that_the_pipeline_does_not_use_is_not_metered(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "voice.py").write_text(VOICE, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.tts-baseline]\n", encoding="utf-8")
    assert main(["run", "--pipeline", "voice:Voice", "--cases", "yes", "--gpu", "1"]) == 2
    assert "the pipeline uses no GPU" in capsys.readouterr().err
