"""These tests need torch (`make test-f5`); where it is missing they are not collected."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if find_spec("torch") is None:
    collect_ignore_glob = ["test_*.py"]
elif TYPE_CHECKING:
    from tests.support.small import Small
    from tts_baseline.pipelines.f5_spanish.pipeline import F5Spanish


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def device(request: pytest.FixtureRequest) -> str:
    """Every test that asks for it runs on the CPU, and on CUDA where there is one."""
    import torch

    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    return str(request.param)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Small]:
    """A small random model of each version."""
    from tests.support import small

    return {version: small.make(tmp_path_factory.mktemp(version), version) for version in ("v0", "v1")}


@pytest.fixture
def build(models: dict[str, Small], device: str) -> Any:
    """A function that makes a loaded pipeline of a small model: `build(version, optimize, **settings)`."""

    def made(version: str = "v0", optimize: tuple[str, ...] = (), **settings: Any) -> F5Spanish:
        from tests.support import small
        from tts_baseline.pipelines.f5_spanish import create

        pipeline = create(
            settings={**small.table(models[version]), **settings}, device=device, optimize=optimize
        )
        pipeline.load()
        return pipeline

    return made


@pytest.fixture(scope="session")
def speech() -> Path:
    """13 s of read Spanish with digitally silent pauses, 16 kHz."""
    return Path(__file__).parent.parent / "data" / "speech_es_mx.flac"


@pytest.fixture(scope="session")
def whisper(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a real Whisper base."""
    from tests.support.recogniser import joined, lacking

    if lacking:
        pytest.skip(f"pip install -e '.[asr,whisper]' {lacking}")
    return joined(tmp_path_factory.mktemp("whisper"))
