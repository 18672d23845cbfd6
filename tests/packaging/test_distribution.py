"""What is published: it builds from a clean clone, and the wheel alone runs README's ten-line example."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support import REPOSITORY
from tests.support.pages import blocks

# chosen: goldens of baselines/ and tests/ are 7 MB, sentences that were read 1.2; recordings would be 15.
# Voices come on top: a wheel is built of the sdist, and has to speak.
MAX_SDIST_BYTES = 10_000_000
MAX_WHEEL_BYTES = 25_000_000  # chosen: one voice of 10 M parameters in float16, its vocoder, and the code
VOICES = "src/tts_baseline/voices"
# A voice that nobody has: what `train export --vocoder` writes, in names alone.
PLANTED = (
    "voice.toml", "README.md", "model.safetensors", "model.safetensors.json", "vocab.txt", "neutral.flac",
    "vocoder/config.yaml", "vocoder/model.safetensors", "vocoder/README.md",
)  # fmt: skip


def run(*words: object, cwd: Path, **variables: str) -> str:
    """What a command prints; the test fails with it where the command does."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=own | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sdist and the wheel, built from a clone, into which a voice was put."""
    folder = tmp_path_factory.mktemp("distributions")
    run("git", "clone", "--quiet", REPOSITORY, folder / "clone", cwd=folder)
    voice = folder / "clone" / VOICES / "planted"
    for name in PLANTED:
        (voice / name).parent.mkdir(parents=True, exist_ok=True)
        (voice / name).write_text(name, encoding="utf-8")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", cwd=folder / "clone")
    assert run("git", "status", "--porcelain", cwd=folder / "clone") == f"?? {VOICES}/planted/\n"
    return folder / "dist"


@pytest.fixture(scope="module")
def wheel(distributions: Path) -> Path:
    (path,) = distributions.glob("*.whl")
    return path


def test_an_index_takes_both(distributions: Path) -> None:
    paths = sorted(distributions.iterdir())
    assert [path.suffix for path in paths] == [".whl", ".gz"]
    report = run(sys.executable, "-m", "twine", "check", "--strict", *paths, cwd=distributions)
    assert report.count("PASSED") == 2


def test_the_sdist_holds_the_tests_and_not_the_recordings(distributions: Path) -> None:
    (sdist,) = distributions.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert "tests/packaging/test_distribution.py" in names
    assert "benchmarks/gate_vs_peers/replay.py" in names
    assert not [name for name in names if name.startswith("benchmarks/gate_vs_peers/recordings/")]
    assert {f"{VOICES}/planted/{name}" for name in PLANTED} <= set(names)
    voices = sum(path.stat().st_size for path in (REPOSITORY / VOICES).rglob("*") if path.is_file())
    assert sdist.stat().st_size < MAX_SDIST_BYTES + voices


def test_the_wheel_holds_the_package_alone_with_its_data(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {
        "tts_baseline",
        "pytest_tts_baseline",
    }
    assert {"tts_baseline/suites/es.toml", "tts_baseline/pipelines/f5_spanish/vocab.txt"} <= set(names)


def test_the_wheel_holds_every_file_of_a_voice_and_stays_light(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {f"tts_baseline/voices/planted/{name}" for name in PLANTED} <= set(names)
    assert wheel.stat().st_size < MAX_WHEEL_BYTES


def test_the_wheel_alone_runs_the_ten_line_example(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "env", cwd=tmp_path)
    python = tmp_path / "env" / "bin" / "python"
    quick = ("--quiet", "--disable-pip-version-check", "--no-compile")
    pinned = ("--constraint", REPOSITORY / "constraints.txt")
    run(sys.executable, "-m", "pip", "--python", python, "install", *quick, *pinned, wheel, cwd=tmp_path)
    project = tmp_path / "project"
    project.mkdir()
    (project / "my_tts.py").write_text(blocks("README.md", "python")[0], encoding="utf-8")
    (project / "pyproject.toml").write_text(blocks("README.md", "toml")[0], encoding="utf-8")
    words = ("-m", "pytest", "--tts-baseline", "--tts-cases", "hello,thanks,race", "-q")
    run(python, *words, cwd=project, CI="", TMPDIR=str(tmp_path))
    # Beside other tests, times may be anything; the recorded sound must be found again.
    run(python, *words, "-k", "quality", cwd=project, CI="1", TMPDIR=str(tmp_path))
    (quality,) = project.glob("baselines/*/*/quality.json")
    assert json.loads(quality.read_text())["cases"].keys() == {"hello", "thanks", "race"}
