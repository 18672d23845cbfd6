"""import-linter, for real: the package as it is passes, and an import against the arrows does not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tts_baseline

SOURCE = Path(tts_baseline.__file__).parent
SETTINGS = Path(__file__).parents[2] / "pyproject.toml"
MODULE_LINES = 300
# Every import counts: those inside functions and under TYPE_CHECKING too.
CIRCLE = """
import graphlib, grimp
graph = grimp.build_graph("tts_baseline", cache_dir=None)
imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
try:
    graphlib.TopologicalSorter(imports).prepare()
except graphlib.CycleError as error:
    print(*error.args[1], sep=" <- ")
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(SOURCE, tmp_path / "tts_baseline", ignore=ignored)


def lint(package: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", SETTINGS],
        cwd=package.parent,
        env=os.environ | {"PYTHONPATH": str(package.parent), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_import_follows_the_arrows(package: Path) -> None:
    done = lint(package)
    assert done.returncode == 0, done.stdout + done.stderr
    contracts = SETTINGS.read_text(encoding="utf-8").count("[[tool.importlinter.contracts]]")
    assert f"{contracts} kept, 0 broken" in done.stdout


AGAINST = {
    "core/units.py": "tts_baseline.gate.verdicts",
    "measure/lock.py": "tts_baseline.session.run",
    "gate/verdicts.py": "tts_baseline.report.table",
    "plugin/results.py": "tts_baseline.cli",
    "plugin/items.py": "tts_baseline.plugin.gatekeeper",
    "metrics/pooling.py": "tts_baseline.measure.memory",
    "pipelines/f5_spanish/switches/adaln_table.py": "tts_baseline.pipelines.f5_spanish.switches.bf16",
    "pipelines/f5_spanish/text/pauses.py": "tts_baseline.pipelines.f5_spanish.settings",
}


def test_imports_against_the_arrows_are_named(package: Path) -> None:
    for file, imported in AGAINST.items():
        path = package / file
        # inside a function: an import that is put off is an import
        path.write_text(path.read_text(encoding="utf-8") + f"\n\ndef planted():\n    import {imported}\n")
    done = lint(package)
    assert done.returncode != 0
    importers = {file: "tts_baseline." + file.removesuffix(".py").replace("/", ".") for file in AGAINST}
    planted = [f"{importers[file]} -> {imported}" for file, imported in AGAINST.items()]
    assert [line for line in planted if line not in done.stdout] == []


def test_every_room_is_in_a_layer() -> None:
    rooms = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    settings = SETTINGS.read_text(encoding="utf-8")
    assert [room for room in sorted(rooms) if f"tts_baseline.{room}" not in settings] == []


def circle(package: Path) -> str:
    """Modules that import each other in a circle, '' where there are none."""
    done = subprocess.run(
        [sys.executable, "-c", CIRCLE],
        env=os.environ | {"PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_no_modules_import_each_other_in_a_circle(package: Path) -> None:
    assert circle(package) == ""


def test_a_circle_is_named_however_late_it_is_imported(tmp_path: Path) -> None:
    package = tmp_path / "tts_baseline"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "a.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from tts_baseline import b\n"
    )
    (package / "b.py").write_text("def late():\n    import tts_baseline.a\n")
    assert {"tts_baseline.a", "tts_baseline.b"} == set(circle(package).split(" <- "))
    (package / "b.py").write_text("")
    assert circle(package) == ""


def test_every_module_is_under_300_lines() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCE.rglob("*.py")}
    assert {str(path.relative_to(SOURCE)): n for path, n in lengths.items() if n >= MODULE_LINES} == {}
