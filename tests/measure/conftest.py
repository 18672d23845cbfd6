from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import REPOSITORY
from tts_baseline.measure.protocol import WorkerSpec


@pytest.fixture
def spec(tmp_path: Path) -> Callable[..., WorkerSpec]:
    def make(target: str = "fine", builder: str = "tests.support.builders:prepare") -> WorkerSpec:
        return WorkerSpec(
            builder=builder,
            target=target,
            settings={"rate": 1},
            device="cpu",
            optimize=(),
            root=str(tmp_path),
            paths=(str(REPOSITORY),),
        )

    return make
