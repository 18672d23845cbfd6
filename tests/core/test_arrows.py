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


@pytest.mark.parametrize(
    ("file", "imported"),
    [
        ("core/units.py", "tts_baseline.gate.verdicts"),
        ("measure/lock.py", "tts_baseline.session.run"),
        ("gate/verdicts.py", "tts_baseline.report.table"),
        ("plugin/results.py", "tts_baseline.cli"),
        ("plugin/items.py", "tts_baseline.plugin.gatekeeper"),
        ("metrics/pooling.py", "tts_baseline.measure.memory"),
        (
            "pipelines/f5_spanish/switches/adaln_table.py",
            "tts_baseline.pipelines.f5_spanish.switches.bf16",
        ),
        ("pipelines/f5_spanish/text/pauses.py", "tts_baseline.pipelines.f5_spanish.settings"),
    ],
)
def test_an_import_against_the_arrows_is_named(package: Path, file: str, imported: str) -> None:
    path = package / file
    # inside a function: an import that is put off is an import
    path.write_text(path.read_text(encoding="utf-8") + f"\n\ndef planted():\n    import {imported}\n")
    done = lint(package)
    assert done.returncode != 0
    importer = "tts_baseline." + file.removesuffix(".py").replace("/", ".")
    assert f"{importer} -> {imported}" in done.stdout


def test_every_room_is_in_a_layer() -> None:
    rooms = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    settings = SETTINGS.read_text(encoding="utf-8")
    assert [room for room in sorted(rooms) if f"tts_baseline.{room}" not in settings] == []
