"""What each switch changes in the work of an evaluation, one by one and together; and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from tests.support import small
from tests.support.processors import acts
from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.core.records import Request, Work
from tts_baseline.core.switches import switches
from tts_baseline.measure import work
from tts_baseline.pipelines.f5_spanish.network.packed import Int8Linear
from tts_baseline.pipelines.f5_spanish.network.transformer import alike, transformer_of

BLOCKS = small.SIZES["depth"]
EQUAL = ("adaln_table", "fused_norm", "fused_qkv", "packed")
REQUEST = Request(text="Una frase de prueba.", seed=3)
STEPS = 3


@pytest.fixture
def spent(models: dict[str, small.Small]) -> Callable[..., Work]:
    """A function that counts the work of a request after the first: `spent(*switches)`."""

    def counted(*optimize: str, version: str = "v0", steps: int = STEPS, **settings: Any) -> Work:
        from tts_baseline.pipelines.f5_spanish import create

        table = small.table(models[version], steps=steps) | settings
        pipeline = create(settings=table, optimize=optimize)
        pipeline.synthesize(REQUEST)
        counter = work.counter()
        assert counter is not None
        return counter.count(lambda: pipeline.synthesize(REQUEST))[1]

    return counted


def fewer(before: Work, after: Work, operator: str) -> float:
    """How many dispatches of an operator are gone, for each block and evaluation."""
    gone = before.operators.get(operator, 0) - after.operators.get(operator, 0)
    return gone / (BLOCKS * STEPS)


def test_fused_qkv_is_one_product_for_three_and_turns_both_where_they_lie(spent: Any) -> None:
    before, after = spent(), spent("fused_qkv")
    assert fewer(before, after, "aten.addmm") == 2
    assert fewer(before, after, "aten.neg") == fewer(before, after, "aten.stack") == 2
    assert fewer(before, after, "aten.complex") == -1
    assert sum(before.flops.values()) > 0


def test_fused_norm_leaves_half_of_what_modulates(spent: Any) -> None:
    before, after = spent(), spent("fused_norm")
    assert fewer(before, after, "aten.mul") == 4
    assert fewer(before, after, "aten.addcmul") == -2
    assert sum(before.operators.values()) - sum(after.operators.values()) == 6 * BLOCKS * STEPS


def test_packed_computes_every_product_of_the_blocks_and_its_gelu(spent: Any) -> None:
    before, after = spent(), spent("packed")
    assert fewer(before, after, "aten.addmm") == 6
    assert fewer(before, after, "mkldnn._linear_pointwise") == -6
    assert fewer(before, after, "aten.gelu") == 1


def test_compiled_computes_every_block_in_kernels_made_once_for_all_lengths(build: Any) -> None:
    pipeline = build(optimize=("compiled",), steps=STEPS)
    block = pipeline.engine.parts.network.transformer_blocks[0]
    graphs = []
    for requests, text in enumerate(("Hola.", "Una frase más larga.", "¿Y una que pregunta por ti?"), 1):
        pipeline.synthesize(Request(text=text, seed=3))
        assert block.compiler.calls == requests * BLOCKS * STEPS
        graphs.append(block.compiler.graphs)
    assert graphs[0] <= 2
    assert len(set(graphs)) == 1


def test_without_a_compiler_compiled_is_refused_before_anything_is_spoken(
    build: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = build().engine.parts
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(PipelineError, match="needs no-such-compiler") as refused:
        switches("f5_spanish")["compiled"].apply(parts)
    assert refused.value.hint == "apt install g++"


@acts("int8")
def test_int8_computes_every_product_of_the_blocks_in_8_bits(spent: Any) -> None:
    before, after = spent(), spent("int8")
    assert fewer(before, after, "aten.addmm") == 6
    assert fewer(before, after, "quantized.linear_dynamic") == -6


@acts("int8")
def test_no_sum_of_8_bits_overflows_whatever_a_processor_sums_in(build: Any) -> None:
    """Of the largest inputs by the largest weights, which in 16 bits would be cut to half."""
    parts = build().engine.parts
    layers = [
        part
        for part in transformer_of(parts).transformer_blocks[0].ff.modules()
        if isinstance(part, torch.nn.Linear)
    ]
    for layer in layers:
        torch.nn.init.ones_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    wide = layers[0].in_features
    network = transformer_of(switches("f5_spanish")["int8"].apply(parts))
    eighths = [part for part in network.transformer_blocks[0].ff.modules() if isinstance(part, Int8Linear)]
    torch.testing.assert_close(
        eighths[0](torch.ones(1, 4, wide))[0, 0, 0].item(), float(wide), rtol=0.01, atol=0
    )


@pytest.mark.parametrize("steps", [12, 10, 7])
def test_epss_makes_that_many_steps_along_the_schedule_of_that_many(
    spent: Any, build: Any, steps: int
) -> None:
    fast = spent(f"epss_{steps}", steps=16)
    assert fast.operators == spent(steps=steps).operators
    plain, switched = build(steps=steps), build(steps=16, optimize=(f"epss_{steps}",))
    assert switched.synthesize(REQUEST).samples.tobytes() == plain.synthesize(REQUEST).samples.tobytes()
    assert switched.provenance[f"switch epss_{steps}"] == f"{steps} steps"


def test_guidance_ends_and_one_flow_costs_half_of_two(spent: Any, build: Any) -> None:
    before, after = spent(steps=8), spent("guidance_interval", steps=8)
    times = build(steps=8).engine.parts.solver.times
    alone = sum(time > 0.5 for time in times)
    assert alone == 2
    attention = "aten._scaled_dot_product_flash_attention_for_cpu"
    assert after.flops[attention] == (1 - alone / 2 / 8) * before.flops[attention]


def test_without_guidance_each_step_is_one_flow(spent: Any) -> None:
    guided, alone = spent(), spent(guidance=0.0)
    attention = "aten._scaled_dot_product_flash_attention_for_cpu"
    assert alone.flops[attention] == guided.flops[attention] / 2


@pytest.mark.parametrize(("guidance", "flows"), [(2.0, 18), (0.0, 9)])
def test_fewer_steps_spare_the_flows_that_the_settings_would_cost(
    build: Any, guidance: float, flows: int
) -> None:
    pipeline = build(steps=16, guidance=guidance, optimize=("epss_7",))
    pipeline.synthesize(REQUEST)
    assert pipeline.engine.parts.solver.spared == flows


@pytest.mark.parametrize(
    ("settings", "name", "fault"),
    [
        ({"steps": 7}, "epss_7", "makes 7 steps, and the settings ask for 7"),
        ({"steps": 8}, "epss_12", "makes 12 steps, and the settings ask for 8"),
        ({"steps": 1}, "guidance_interval", "no step of 1 is guided after 0.5"),
        ({"guidance": 0.0}, "guidance_interval", "no step of 16 is guided after 0.5"),
    ],
)
def test_a_solver_that_would_spare_nothing_is_refused(
    build: Any, settings: dict[str, Any], name: str, fault: str
) -> None:
    with pytest.raises(SettingsError, match=fault) as refused:
        build(optimize=(name,), **settings)
    assert refused.value.hint == "--tts-optimize none"


@pytest.mark.parametrize("version", ["v0", "v1"])
@pytest.mark.parametrize("optimize", [(), ("adaln_table",), ("fused_norm", "fused_qkv")])
def test_the_conditional_flow_alone_is_that_of_both(
    build: Any, version: str, optimize: tuple[str, ...]
) -> None:
    pipeline = build(version, optimize=optimize, steps=STEPS)
    parts, (job,) = pipeline.engine.parts, pipeline.jobs(REQUEST, pipeline.plan(REQUEST))
    given = parts.network.prepare(job)
    state = torch.randn(1, job.frames, 100, generator=torch.Generator().manual_seed(1)).to(given.mel.device)
    (both,) = parts.network.flow([state], parts.solver.times[1], [given])
    (alone,) = parts.network.flow([state], parts.solver.times[1], [given], guided=False)
    assert torch.allclose(alone.conditional, both.conditional, atol=1e-4)
    assert torch.equal(alone.free, alone.conditional)


@pytest.mark.parametrize("version", ["v0", "v1"])
def test_all_that_are_equal_dispatch_less_and_say_the_same(build: Any, spent: Any, version: str) -> None:
    before, after = spent(version=version), spent(*EQUAL, version=version)
    assert after.syncs == before.syncs
    gone = sum(before.operators.values()) - sum(after.operators.values())
    assert gone / (BLOCKS * STEPS) >= 20  # of 34 of the reference's block
    pipelines = build(version, steps=STEPS), build(version, optimize=EQUAL, steps=STEPS)
    plain, fast = (pipeline.synthesize(REQUEST).samples for pipeline in pipelines)
    assert np.abs(plain - fast).max() <= 1e-5 * np.abs(plain).max()
    proofs = {name for name in pipelines[1].provenance if name.startswith("switch ")}
    assert proofs == {f"switch {name}" for name in EQUAL}


@acts("bf16")
def test_beside_bf16_they_say_what_bf16_says(build: Any) -> None:
    half, both = build(optimize=("bf16",), steps=STEPS), build(optimize=("bf16", *EQUAL), steps=STEPS)
    plain, fast = (pipeline.synthesize(REQUEST).samples for pipeline in (half, both))
    assert 10 * np.log10(np.square(plain).sum() / np.square(plain - fast).sum()) > 20
    assert both.provenance["switch bf16"].endswith("linear layers bfloat16")
    assert "of 0 " not in both.provenance["switch bf16"]


def test_a_network_that_is_alike_shares_its_weights_and_not_its_modules(build: Any) -> None:
    network = build().engine.parts.network
    other = alike(network)
    assert {id(tensor) for tensor in other.parameters()} == {id(tensor) for tensor in network.parameters()}
    assert not {id(module) for module in other.modules()} & {id(module) for module in network.modules()}


@pytest.mark.parametrize("name", ["packed", "int8"])
def test_a_torch_without_onednn_is_refused(name: str, build: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = build().engine.parts
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    monkeypatch.setattr(type(torch.backends.quantized), "supported_engines", ["none"])
    with pytest.raises(PipelineError, match=f"{name} needs oneDNN") as refused:
        switches("f5_spanish")[name].apply(parts)
    assert refused.value.hint == "--tts-optimize none"
