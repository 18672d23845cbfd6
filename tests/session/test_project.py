"""Where a project's baselines are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tts_baseline.session.project import Project, open_project

TABLE = '[tool.tts-baseline]\npipeline = "voice:synthesize"\n'


def opened(root: Path, table: str = "", **chosen: object) -> Project:
    (root / "pyproject.toml").write_text(TABLE + table)
    (root / "voice.py").write_text("def synthesize(text): ...\n")
    return open_project(root, chosen)


@pytest.mark.parametrize(
    ("chosen", "variant", "folder"),
    [
        ({}, "cpu", "cpu"),
        ({"optimize": ("b", "a")}, "cpu+a+b", "cpu-a-b"),
        ({"variant": "studio"}, "cpu.studio", "cpu.studio"),
        ({"optimize": ("a",), "variant": "studio"}, "cpu+a.studio", "cpu-a.studio"),
    ],
)
def test_a_variant_is_device_switches_and_a_name(tmp_path, chosen, variant: str, folder: str) -> None:
    project = opened(tmp_path, **chosen)
    assert project.variant("cpu") == variant
    assert project.store(variant).folder == tmp_path / "baselines" / "voice-synthesize" / folder


def test_a_name_of_ones_own_is_never_a_switch(tmp_path) -> None:
    named, switched = opened(tmp_path, variant="bf16"), opened(tmp_path, optimize=("bf16",))
    assert named.store(named.variant("cpu")).folder != switched.store(switched.variant("cpu")).folder


def test_other_configuration_is_no_variant(tmp_path) -> None:
    table = '[tool.tts-baseline.pipelines."voice:synthesize"]\nsteps = 7\n'
    assert opened(tmp_path, table).variant("cpu") == opened(tmp_path).variant("cpu")
