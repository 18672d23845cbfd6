"""Which pyproject.toml is ours, and what is almost ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from tts_baseline.core import settings, table
from tts_baseline.core.errors import SettingsError

OURS = "[tool.tts-baseline]\n"
ALMOST = [
    "tool.tts_baseline",
    "tool.tts-baselines",
    "tool.ttsbaseline",
    "tool.TTS-Baseline",
    "tool.tts-baselne",
    "tool.tts-base-line",
    "tool.pytest-tts-baseline",
    "tool.pytest_tts_baseline",
    "tts-baseline",
    "tts_baseline",
    "tool.pytest.tts-baseline",
    "tool.pytest.ini_options.tts-baseline",
    "tool.tts_baseline.limits",
    "tool.tts_baseline.pipelines.http",
    "tool.ttsbaseline.pipelines.'my_tts:Voice'",
]
OTHERS = [
    "tool.tts",
    "tool.pytest.ini_options",
    "tool.baseline",
    "tool.tts-baseline-viewer",
    "tool.bentobaseline",
    "project.entry-points.'tts_baseline.metrics'",
    "tool.setuptools.package-data.tts_baseline",
    "tool.tts-benchmark",
]


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("beside", ["", f'{OURS}suite = "es"\n'])
@pytest.mark.parametrize("name", ALMOST)
def test_a_table_that_is_almost_ours_is_an_error_with_the_line_to_write(
    tmp_path: Path, name: str, beside: str
) -> None:
    write(tmp_path, f'{beside}[{name}]\npipeline = "voice:Voice"\n')
    for reads in (lambda: table.find_root(tmp_path / "tests"), lambda: settings.read(tmp_path, {}, {})):
        with pytest.raises(SettingsError) as caught:
            reads()
        words = name.removesuffix(".limits").partition(".pipelines")[0]
        assert caught.value.what == f"[{words}] is read by nothing"
        assert caught.value.where == str(tmp_path / "pyproject.toml")
        assert caught.value.hint == "write [tool.tts-baseline] in its place"


@pytest.mark.parametrize("name", OTHERS)
def test_other_tables_are_left_alone(tmp_path: Path, name: str) -> None:
    write(tmp_path, f'[{name}]\nx = "y"\n')
    assert table.read(tmp_path / "pyproject.toml") is None


@pytest.mark.parametrize("text", ['tool = "x"\n', "[[tool.tts-baseline]]\n", "[tool]\ntts-baseline = 3\n"])
def test_what_is_no_table_is_refused(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    with pytest.raises(SettingsError, match="is not a table"):
        table.read(tmp_path / "pyproject.toml")


def test_a_table_without_a_key_is_a_table(tmp_path: Path) -> None:
    inner = write(tmp_path / "a", OURS)
    write(tmp_path, f'{OURS}suite = "mine"\n')
    assert table.find_root(inner) == inner


def test_the_nearest_table_above_the_first_start_wins(tmp_path: Path) -> None:
    root = write(tmp_path, "[tool.pytest.ini_options]\n")
    tts = write(tmp_path / "packages" / "tts", OURS)
    asr = write(tmp_path / "packages" / "asr", "")
    assert table.find_root(tts / "tests", root) == tts
    assert table.find_root(asr, tts) == tts
    assert table.find_root(asr) == asr
    assert table.find_root(asr / "tests", otherwise=root) == root


def test_the_tables_below_are_found_nearest_first(tmp_path: Path) -> None:
    shallow = write(tmp_path / "tts", OURS)
    deep = write(tmp_path / "packages" / "asr", OURS)
    for name in ("node_modules/x", ".venv/x", "a/b/c/d", "other"):
        write(tmp_path / name, "" if name == "other" else OURS)
    write(tmp_path / "damaged", "[[[")
    write(tmp_path / "almost", "[tool.tts_baseline]\n")
    assert table.below(tmp_path) == (shallow / "pyproject.toml", deep / "pyproject.toml")


def test_a_setting_is_said_by_the_file_the_environment_or_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, OURS)
    assert not settings.says(tmp_path, {"pipeline": None}, "pipeline")
    assert settings.says(tmp_path, {"pipeline": "espeak"}, "pipeline")
    assert settings.says(write(tmp_path / "a", f'{OURS}pipeline = "espeak"'), {}, "pipeline")
    monkeypatch.setenv("TTS_BASELINE_PIPELINE", "espeak")
    assert settings.says(tmp_path, {}, "pipeline")
