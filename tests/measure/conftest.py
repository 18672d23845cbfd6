from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import REPOSITORY
from tts_baseline.measure.protocol import WorkerSpec


def worker_spec(
    root: Path, target: str = "fine", builder: str = "tests.support.builders:prepare"
) -> WorkerSpec:
    return WorkerSpec(
        builder=builder,
        target=target,
        settings={"rate": 1},
        device="cpu",
        optimize=(),
        root=str(root),
        paths=(str(REPOSITORY),),
    )


@pytest.fixture
def spec(tmp_path: Path) -> Callable[..., WorkerSpec]:
    return lambda *words: worker_spec(tmp_path, *words)
