"""Speed-ups that cheat: audio cut off, steps left out unasked, one answer for all. None gets through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.support import small
from tts_baseline.core.errors import ContractBroken, PipelineError
from tts_baseline.core.records import Request
from tts_baseline.core.switches import Proof, Switch, SwitchSpec
from tts_baseline.pipelines.f5_spanish.pipeline import F5Spanish
from tts_baseline.pipelines.f5_spanish.settings import read
from tts_baseline.testing import check_switch

# Of one length, so that an answer that was kept for another text is not betrayed by its own.
REQUESTS = (Request(text="Una frase de prueba.", seed=1), Request(text="Otra frase de apoyo.", seed=2))


class Cut:
    """A vocoder that leaves the last tenth of each mel unspoken."""

    def __init__(self, vocoder: Any) -> None:
        self.vocoder, self.overlap = vocoder, vocoder.overlap

    def waves(self, mels: Any) -> Any:
        return self.vocoder.waves([mel[:, :, : mel.shape[2] * 9 // 10] for mel in mels])


class Kept:
    """A solver that keeps its first answer."""

    def __init__(self, solver: Any) -> None:
        self.solver, self.times, self.kept = solver, solver.times, None

    def mels(self, network: Any, jobs: Any) -> Any:
        self.kept = self.kept or self.solver.mels(network, jobs)
        return self.kept


PLANTED: dict[str, Callable[[Any], Any]] = {
    "cut": lambda parts: replace(parts, vocoder=Cut(parts.vocoder)),
    "kept": lambda parts: replace(parts, solver=Kept(parts.solver)),
    "halved": lambda parts: replace(parts, solver=replace(parts.solver, steps=parts.solver.steps // 2)),
}


def planted(name: str) -> Switch:
    """The switch of that name, which claims no more than it must, and always proves itself once applied."""
    applied: list[int] = []

    def apply(parts: Any) -> Any:
        made = PLANTED[name](parts)
        applied.append(id(made))
        return made

    spec = SwitchSpec(name=name, stage="network", equality="perceptual", bound=0.0)
    return Switch(spec, apply, lambda parts: Proof(name, {"it": 1}) if id(parts) in applied else None)


@pytest.mark.parametrize(
    ("name", "error", "fault"),
    [
        ("cut", ContractBroken, "changes the number of samples"),
        ("kept", ContractBroken, r"changes the number of samples|has an SNR of -"),
        ("halved", PipelineError, "makes 2 steps where the settings ask for 4"),
    ],
)
def test_a_speed_up_that_cheats_is_refused(
    models: dict[str, small.Small], tmp_path: Path, name: str, error: type[Exception], fault: str
) -> None:
    settings = read(small.table(models["v0"], steps=4))

    def build(chosen: tuple[Switch, ...]) -> F5Spanish:
        pipeline = F5Spanish(settings, chosen, device="cpu", root=tmp_path)
        pipeline.load()
        return pipeline

    with pytest.raises(error, match=fault):
        check_switch(planted(name), build, REQUESTS, subject=lambda pipeline: pipeline.engine.parts)
