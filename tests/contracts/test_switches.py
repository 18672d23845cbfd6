"""What every switch of every registered pipeline promises; and that these checks notice a broken one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Request
from tts_baseline.core.registry import pipelines
from tts_baseline.core.switches import Proof, Switch, SwitchSpec, choose, switches
from tts_baseline.testing import ContractBroken, check_switch

SWITCHES = {(name, key): switch for name in pipelines() for key, switch in switches(name).items()}
REQUESTS = (
    Request(text="Una frase de prueba.", seed=1),
    Request(text="Otra, que es algo más larga.", seed=2),
)


class Voice:
    """Speaks noise that depends on the request; `gain` and `noise` are what planted switches change."""

    usual_gain = 1.0

    def __init__(self) -> None:
        self.gain, self.error = self.usual_gain, 0.0
        self.calls = 0

    def synthesize(self, request: Request) -> tuple[np.ndarray, int]:
        self.calls += 1
        dice = np.random.default_rng(request.seed)
        return self.gain * dice.normal(0, 0.1, 8000) + self.error * dice.normal(0, 0.1, 8000), 16_000


def under(switches: tuple[Switch, ...]) -> Voice:
    voice = Voice()
    for switch in switches:
        voice = switch.apply(voice)
    return voice


def planted(equality: str, bound: float | None, **more: Any) -> Switch:
    """A switch of a voice that keeps its contract, but for what `more` says."""

    def apply(voice: Voice) -> Voice:
        fast = Fast()
        fast.gain, fast.error = more.get("gain", 1.0), more.get("error", 0.0)
        return fast

    def proof(voice: Voice) -> Proof | None:
        return Proof("fast", {"calls": voice.calls}) if isinstance(voice, Fast) else None

    spec = SwitchSpec(name="fast", stage="network", equality=equality, bound=bound)  # type: ignore[arg-type]
    return Switch(spec, more.get("apply", apply), more.get("proof", proof))


class Fast(Voice):
    """What a planted switch makes of a voice."""


@pytest.mark.parametrize(
    ("switch", "margin"),
    [
        (planted("bit-exact", None), None),
        (planted("numeric", 1e-3, gain=1 + 1e-4), pytest.approx(1e-4, rel=0.01)),
        (planted("perceptual", 30.0, error=0.01), pytest.approx(40, abs=0.5)),
    ],
    ids=["bit-exact", "numeric", "perceptual"],
)
def test_a_switch_that_keeps_its_contract_passes_and_says_by_how_much(switch: Switch, margin: Any) -> None:
    assert check_switch(switch, under, REQUESTS) == margin


def spoiled(voice: Voice) -> Voice:
    voice.gain = 0.5
    return Fast()


def leaving_a_trace(_: Voice) -> Voice:
    fast = Fast()
    Voice.usual_gain = 0.5
    return fast


@pytest.mark.parametrize(
    ("switch", "fault"),
    [
        (planted("perceptual", 20.0), "changes no sample: it does nothing"),
        (planted("perceptual", 20.0, apply=lambda voice: voice), "there is no proof of it"),
        (planted("bit-exact", None, apply=lambda voice: voice), "there is no proof of it"),
        (planted("bit-exact", None, proof=lambda _: Proof("fast", {"calls": 1})), "active where it is off"),
        (
            planted("bit-exact", None, proof=lambda v: Proof("", {}) if isinstance(v, Fast) else None),
            "no proof",
        ),
        (
            planted("bit-exact", None, proof=lambda v: Proof("fast", {}) if isinstance(v, Fast) else None),
            "counts nothing",
        ),
        (
            planted(
                "bit-exact", None, proof=lambda v: Proof("f", {"hits": 0}) if isinstance(v, Fast) else None
            ),
            "counters stand at 0: hits",
        ),
        (planted("bit-exact", None, gain=1 + 1e-6), "is bit-exact and changes samples"),
        (planted("numeric", 1e-5, gain=1.001), "is off by 0.001 of the peak, over 1e-05"),
        (planted("numeric", 1e-5, gain=np.nan), "is off by nan of the peak"),
        (planted("perceptual", 30.0, error=0.1), "has an SNR of 20.0 dB, under 30 dB"),
        (planted("perceptual", 30.0, gain=np.nan), "has an SNR of nan dB"),
        (planted("bit-exact", None, apply=leaving_a_trace), "leaves a trace"),
    ],
)
def test_a_switch_that_breaks_its_contract_is_told(
    switch: Switch, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Voice, "usual_gain", 1.0)  # given back where a switch spoils it
    with pytest.raises(ContractBroken, match=fault):
        check_switch(switch, under, REQUESTS)


def test_a_switch_that_spoils_what_it_is_given_is_told() -> None:
    kept: list[Voice] = []

    def build(chosen: tuple[Switch, ...]) -> Voice:
        kept.append(under(()) if not kept else kept[0])
        return chosen[0].apply(kept[0]) if chosen else kept[0]

    with pytest.raises(ContractBroken, match="changed the parts that it was given"):
        check_switch(planted("bit-exact", None, apply=spoiled), build, REQUESTS)


# --- every registered switch


@pytest.fixture(scope="module", params=["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def device(request: pytest.FixtureRequest) -> Iterator[str]:
    if find_spec("torch") is None:
        pytest.skip("torch is not installed: make test-f5")
    import torch

    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # a small model gains nothing from more, and they wait for each other
    yield str(request.param)
    torch.set_num_threads(threads)


def f5_spanish(device: str, folder: Path, version: str, steps: int) -> Callable[[tuple[Switch, ...]], Any]:
    from tests.support import small
    from tts_baseline.pipelines.f5_spanish.pipeline import F5Spanish
    from tts_baseline.pipelines.f5_spanish.settings import read

    settings = read(small.table(small.make(folder, version), steps=steps))

    def build(chosen: tuple[Switch, ...]) -> F5Spanish:
        pipeline = F5Spanish(settings, chosen, device=device, root=folder)
        pipeline.load()
        return pipeline

    return build


# How a pipeline with switches is built on a small model, and what it hands them.
BUILD = {"f5_spanish": (f5_spanish, lambda pipeline: pipeline.engine.parts)}


@pytest.fixture(scope="module", params=["v0", "v1"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@pytest.mark.parametrize(("pipeline", "name"), list(SWITCHES))
def test_a_registered_switch_keeps_its_contract(
    pipeline: str, name: str, device: str, version: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch = SWITCHES[pipeline, name]
    try:
        choose({name: switch}, [name], pipeline=pipeline, device=device)
    except SettingsError as refused:
        pytest.skip(refused.what)
    if name == "draft_verify":  # a random model has nothing but bad drafts
        monkeypatch.setattr("tts_baseline.pipelines.f5_spanish.solver.drafting.fault", lambda *_: "")
    maker, subject = BUILD[pipeline]
    steps = 16 if switch.spec.stage == "solver" else 4
    measure = check_switch(switch, maker(device, folder / version, version, steps), REQUESTS, subject=subject)
    # pytest -rP shows it
    print(f"{name} on {device}, {version}: {measure} with the bound {switch.spec.bound}")


def test_every_switch_says_what_it_is() -> None:
    assert SWITCHES
    assert all(len(switch.doc) > 20 for switch in SWITCHES.values())
    for (pipeline, _), switch in SWITCHES.items():
        assert set(switch.spec.excludes) <= {name for of, name in SWITCHES if of == pipeline}
