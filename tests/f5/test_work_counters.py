"""What torch does in one call, counted: known answers, torch's own counter, threads, and real workers."""

from __future__ import annotations

import hashlib
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from torch.nn import functional  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from tts_baseline.core.records import Case, Work  # noqa: E402
from tts_baseline.measure import work  # noqa: E402
from tts_baseline.measure.protocol import WorkerSpec  # noqa: E402
from tts_baseline.measure.replicate import ReplicatePace, measure  # noqa: E402
from tts_baseline.session.measurement.suite import look_ahead  # noqa: E402
from tts_baseline.session.project import open_project  # noqa: E402

BATCH, IN, OUT = 5, 7, 3
MODES = [torch.no_grad, torch.inference_mode]


@pytest.fixture(scope="module")
def counter() -> work.Counter:
    return work.counter()


@pytest.fixture
def count(counter):
    """The work of a call without gradients."""

    def of(call, mode=torch.no_grad) -> Work:
        with mode():
            return counter.count(call)[1]

    return of


@pytest.fixture
def x() -> torch.Tensor:
    return torch.linspace(-1, 1, BATCH * IN).view(BATCH, IN)


class Net(torch.nn.Module):
    """One of each: convolution, linear, attention, normalization, Fourier transform, a value asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = torch.nn.Conv1d(4, 8, 3, padding=1)
        self.project = torch.nn.Linear(8, 24)
        self.norm = torch.nn.LayerNorm(8)
        self.back = torch.nn.Linear(8, 1, bias=False)

    def forward(self, frames: int, seed: int) -> torch.Tensor:
        noise = torch.randn(1, 4, frames, generator=torch.Generator().manual_seed(seed))
        hidden = self.norm(self.conv(noise).transpose(1, 2))
        q, k, v = self.project(hidden).view(1, frames, 3, 2, 4).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(q, k, v)
        wave = self.back(mixed.transpose(1, 2).reshape(1, frames, 8))[0, :, 0]
        spectrum = torch.fft.rfft(wave)
        wave = torch.fft.irfft(spectrum * torch.exp(-spectrum.abs()), n=frames)
        return wave / max(wave.abs().max().item(), 1e-9)


@pytest.fixture
def net() -> Net:
    torch.manual_seed(0)
    return Net().eval()


# --- known answers


@pytest.mark.parametrize("mode", MODES)
def test_a_linear_layer_is_one_product(count, x, mode) -> None:
    layer = torch.nn.Linear(IN, OUT)
    assert count(lambda: layer(x), mode) == Work(
        operators={"aten.addmm": 1},
        views={"aten.t": 1},
        flops={"aten.addmm": 2 * BATCH * IN * OUT},
        allocated={"aten.addmm": 4 * BATCH * OUT},
    )


def test_an_extra_product_is_one_more_and_nothing_else(count, net, x) -> None:
    before = count(lambda: net(32, 0))
    after = count(lambda: (net(32, 0), x @ x.T))
    assert after.operators == {**before.operators, "aten.mm": before.operators.get("aten.mm", 0) + 1}
    assert sum(after.flops.values()) - sum(before.flops.values()) == 2 * BATCH * IN * BATCH
    assert sum(after.allocated.values()) - sum(before.allocated.values()) == 4 * BATCH * BATCH
    assert after.syncs == before.syncs


@pytest.mark.parametrize(
    ("call", "flops"),
    [
        (lambda: torch.nn.Conv1d(4, 8, 3, padding=1)(torch.ones(2, 4, 10)), 2 * (2 * 8 * 10) * (4 * 3)),
        (
            lambda: functional.scaled_dot_product_attention(*[torch.ones(2, 3, 6, 4)] * 3),
            4 * (2 * 3) * (6 * 6 * 4),
        ),
        (lambda: torch.ones(6, 5) @ torch.ones(5), 2 * 6 * 5),
        (lambda: torch.ones(6) @ torch.ones(6), 2 * 6),
        (lambda: torch.addmv(torch.ones(6), torch.ones(6, 5), torch.ones(5)), 2 * 6 * 5),
        (lambda: torch.ones(2, 6, 5) @ torch.ones(2, 5, 4), 2 * 2 * 6 * 5 * 4),
        (lambda: torch.ones(6) + torch.ones(6), 0),
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_floating_point_operations(count, call, flops: int, mode) -> None:
    assert sum(count(call, mode).flops.values()) == flops


def test_attention_costs_the_same_in_every_backend(count) -> None:
    from torch.nn.attention import SDPBackend, sdpa_kernel

    def attend() -> None:
        functional.scaled_dot_product_attention(*[torch.ones(2, 3, 6, 4)] * 3)

    def apart() -> None:
        with sdpa_kernel(SDPBackend.MATH):
            attend()

    fused, plain = count(attend), count(apart)
    assert fused.operators.keys() != plain.operators.keys()
    assert sum(fused.flops.values()) == sum(plain.flops.values())


@pytest.mark.parametrize("mode", MODES)
def test_flops_are_those_of_torchs_own_counter(count, net, mode) -> None:
    from torch.nn.attention import SDPBackend, sdpa_kernel

    # torch's counter does not know the fused attention of CPUs
    with sdpa_kernel(SDPBackend.MATH), mode():
        with FlopCounterMode(display=False) as reference:
            net(32, 0)
        assert sum(count(lambda: net(32, 0), mode).flops.values()) == reference.get_total_flops() > 0


@pytest.mark.parametrize(
    ("call", "syncs"),
    [
        (lambda x: x.sum().item(), {"aten._local_scalar_dense": 1}),
        (lambda x: bool(x[0, 0] > 0), {"aten._local_scalar_dense": 1}),
        (lambda x: [int(v) for v in x[0]], {"aten._local_scalar_dense": IN}),
        (lambda x: x.nonzero(), {"aten.nonzero": 1}),
        (lambda x: x[x > 0], {"aten.index": 1}),
        (lambda x: x[torch.tensor([0, 1])], {}),
        (lambda x: torch.zeros_like(x).index_put_((x > 2,), torch.ones(1)), {}),
        (
            lambda x: torch.zeros(2).index_put_((torch.tensor([True, True]),), torch.ones(2)),
            {"aten.index_put_": 1},
        ),
        (lambda x: torch.equal(x, x.clone()), {"aten.equal": 1}),
        (lambda x: x[0].repeat_interleave(torch.full((IN,), 2)), {"aten.repeat_interleave": 1}),
        (lambda x: x[0].repeat_interleave(torch.full((IN,), 2), output_size=2 * IN), {}),
        (lambda x: x.to(torch.bfloat16).float().cpu().numpy(), {}),
        (lambda x: torch.relu(x + 1).mean(), {}),
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_what_a_host_would_wait_for(count, x, call, syncs: dict[str, int], mode) -> None:
    assert count(lambda: call(x), mode).syncs == syncs


@pytest.mark.parametrize(
    ("call", "allocated"),
    [
        (lambda x: x + 1, 4 * BATCH * IN),
        (lambda x: x.double(), 8 * BATCH * IN),
        (lambda x: x.view(-1)[3:].view(4, 8).T, 0),
        (lambda x: x.T.reshape(-1), 4 * BATCH * IN),
        (lambda x: x.reshape(-1), 0),
        (lambda x: x.mul_(1.0), 0),
        (lambda x: torch.empty(10), 40),
        (lambda x: torch.max(x, dim=0), (4 + 8) * IN),
        (lambda x: torch.add(x, 1, out=x), 0),
        (lambda x: x.split(2), 0),
        (lambda x: x.clone().resize_(2 * BATCH, IN), 4 * BATCH * IN + 4 * 2 * BATCH * IN),
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_bytes_of_new_storage(count, x, call, allocated: int, mode) -> None:
    assert sum(count(lambda: call(x), mode).allocated.values()) == allocated


def test_views_are_counted_apart(count, x) -> None:
    counted = count(lambda: x.view(-1).view(IN, BATCH).t() + 1)
    assert (counted.operators, counted.views) == ({"aten.add": 1}, {"aten.t": 1, "aten.view": 2})


# --- what counting must not do


@pytest.mark.parametrize("mode", MODES)
def test_the_same_call_has_the_same_work_and_the_same_audio(counter, net, mode) -> None:
    with mode():
        plain = net(48, 1)
        (first, once), (second, twice) = (counter.count(lambda: net(48, 1)) for _ in range(2))
    hashes = {hashlib.sha256(wave.numpy().tobytes()).hexdigest() for wave in (plain, first, second)}
    assert len(hashes) == 1
    assert once == twice
    assert once.reason is None
    assert once.syncs == {"aten._local_scalar_dense": 1}
    assert once.operators["aten._fft_r2c"] == once.operators["aten._fft_c2r"] == 1


def test_work_is_the_same_with_and_without_inference_mode(count, net) -> None:
    def call() -> None:
        net(32, 0)
        torch.ones(2, 3, 4) @ torch.ones(4, 5)
        torch.stft(torch.ones(400), 64, window=torch.ones(64), return_complex=True)
        functional.interpolate(torch.ones(1, 2, 8), scale_factor=2.0)
        torch.nn.LSTM(4, 6)(torch.ones(3, 1, 4))

    outside, inside = (count(call, mode) for mode in MODES)
    assert (outside.operators, outside.flops, outside.syncs, outside.allocated) == (
        inside.operators,
        inside.flops,
        inside.syncs,
        inside.allocated,
    )


def test_gradients_are_not_disturbed(counter, x) -> None:
    layer = torch.nn.Linear(IN, OUT)
    layer(x).sum().backward()
    expected = layer.weight.grad.clone()
    layer.zero_grad()
    counter.count(lambda: layer(x).sum().backward())
    assert torch.equal(layer.weight.grad, expected)


def test_nothing_stays_watched(counter, x) -> None:
    counter.count(lambda: x + 1)
    assert torch._C._len_torch_dispatch_stack() == 0


def test_what_is_compiled_stays_compiled(count, x) -> None:
    made: list[object] = []

    def backend(graph, _inputs):
        made.append(graph)
        return lambda *_: (torch.zeros(1),)  # tells itself from the code that it was made of

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own, of what it imports
        compiled = torch.compile(lambda x: functional.gelu(x @ x.T), backend=backend)
        with torch.no_grad():
            compiled(x)
        assert count(lambda: compiled(x)).operators == {"aten.zeros": 1}
    assert len(made) == 1


# --- what cannot be counted


def test_an_operator_that_hides_others_voids_the_counters_and_runs(counter, x) -> None:
    from torch._higher_order_ops.cond import cond_op

    with torch.no_grad():
        returned, counted = counter.count(
            lambda: cond_op(torch.tensor(True), lambda v: v + 1, lambda v: v - 1, (x,))
        )
    assert torch.equal(torch.as_tensor(returned[0] if isinstance(returned, tuple) else returned), x + 1)
    assert counted == Work(reason="nobody knows what the operator cond dispatches")


def test_a_formula_that_fails_voids_the_counters_and_the_call_goes_on(counter, x, monkeypatch) -> None:
    from tts_baseline.measure import _dispatch

    def broken(*_args, **_more):
        raise AssertionError("no such shape")

    monkeypatch.setattr(_dispatch, "_FLOPS", {torch.ops.aten.mm: broken})
    _dispatch._facts.cache_clear()
    try:
        with torch.no_grad():
            returned, counted = counter.count(lambda: x @ x.T)
    finally:
        _dispatch._facts.cache_clear()
    assert torch.equal(returned, x @ x.T)
    assert counted == Work(reason="aten.mm cannot be counted: AssertionError: no such shape")


def test_of_a_tensor_subclass_its_own_operators_count(count, x) -> None:
    from torch.testing._internal.two_tensor import TwoTensor

    two = TwoTensor(x, x.clone())
    assert count(lambda: two + 1).operators == {"aten.add": 2}


def test_a_call_that_raises_is_not_swallowed(counter, x) -> None:
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        counter.count(lambda: x @ x)
    assert counter.count(lambda: x + 1)[1].operators == {"aten.add": 1}


# --- threads


def test_a_pool_that_starts_in_the_call_is_counted_as_if_in_turn(count, net) -> None:
    def in_turn() -> list[torch.Tensor]:
        return [net(frames, 0) for frames in (16, 24, 32, 40)]

    def in_a_pool() -> list[torch.Tensor]:
        with ThreadPoolExecutor() as pool:  # as f5_tts.infer.utils_infer does
            return list(pool.map(torch.no_grad()(lambda frames: net(frames, 0)), (16, 24, 32, 40)))

    expected = count(in_turn)
    assert expected.reason is None
    for _ in range(3):
        assert count(in_a_pool) == expected


def test_a_pool_that_is_older_than_the_call_is_counted_or_noticed(count, net) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        counts = count(lambda: pool.submit(torch.no_grad()(lambda: net(16, 0))).result())
    if hasattr(threading, "setprofile_all_threads"):
        assert counts == count(lambda: net(16, 0))
    else:
        assert "a thread that ran before the call" in counts.reason


# --- real workers

VOICE = """
import os
from concurrent.futures import ThreadPoolExecutor

import torch

LAYER = torch.nn.Linear(64, 64)
torch.nn.init.eye_(LAYER.weight)


@torch.inference_mode()
def spoken(word):
    wave = LAYER(torch.linspace(-0.5, 0.5, 64 * len(word)).view(len(word), 64)).flatten()
    return wave / max(wave.abs().max().item(), 1.0)


def synthesize(text):
    if torch._C._len_torch_dispatch_stack():
        if text == "refuses":
            raise ValueError("not while somebody watches")
        if text == "crashes":
            os._exit(5)
    with ThreadPoolExecutor() as pool:
        return torch.cat(list(pool.map(spoken, text.split()))).numpy(), 16000
"""


@pytest.fixture
def voice(tmp_path: Path) -> WorkerSpec:
    (tmp_path / "watched_voice.py").write_text(VOICE, encoding="utf-8")
    return WorkerSpec(
        builder="tts_baseline.pipelines._prepare:prepare",
        target="watched_voice:synthesize",
        settings={},
        device="auto",
        optimize=(),
        root=str(tmp_path),
        paths=(str(tmp_path),),
    )


def taken(voice: WorkerSpec, *texts: str, index: int = 0):
    cases = [Case(id=text.replace(" ", "-"), text=text) for text in texts]
    return measure(voice, cases, index=index, pace=ReplicatePace(passes=1, timeout=60, load_timeout=120))


def test_a_run_counts_a_pipeline_with_a_thread_pool(voice) -> None:
    first, again = (taken(voice, "uno dos tres", "hola") for _ in range(2))
    counted = {case: calls.work for case, calls in first.replicate.calls.items()}
    assert counted["uno-dos-tres"].flops == {"aten.addmm": 2 * 64 * 64 * (3 + 3 + 4)}
    assert counted["uno-dos-tres"].syncs == {"aten._local_scalar_dense": 3}
    assert counted["hola"].operators["aten.addmm"] == 1
    assert {case: calls.work for case, calls in again.replicate.calls.items()} == counted


def test_counting_costs_no_case(voice) -> None:
    counted = taken(voice, "hola", "refuses", "crashes", "después")
    assert counted.failures == ()
    work = {case: calls.work for case, calls in counted.replicate.calls.items()}
    assert work["hola"].operators["aten.addmm"] == 1
    assert "ValueError: not while somebody watches" in work["refuses"].reason
    assert "exit status 5" in work["crashes"].reason
    assert work["después"].reason == "an earlier call ended the worker while its work was counted"


def test_the_pilot_estimates_what_counting_takes(voice) -> None:
    project = open_project(Path(voice.root), {"pipeline": voice.target})
    pilot = look_ahead(project, [Case(id="a", text="uno dos tres")])
    assert pilot.count_s > 0


# --- where there is a GPU


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize(
    "call",
    [
        lambda x: x.sum().item(),
        lambda x: x.nonzero(),
        lambda x: x[x > 0],
        lambda x: x.cpu(),
        lambda x: x.cpu().to("cuda"),
        lambda x: torch.tensor([1.0, 2.0], device="cuda"),
        lambda x: torch.tensor([1.0, 2.0]).sum().item(),
        lambda x: x.to("cpu", non_blocking=True),
        lambda x: torch.relu(x @ x.T).mean(),
        lambda x: torch.equal(x, x),
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_syncs_are_those_that_cuda_reports(count, x, call, mode) -> None:
    there = x.cuda()
    call(there)
    with warnings.catch_warnings(record=True) as reported:
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        try:
            with mode():
                call(there)
        finally:
            torch.cuda.set_sync_debug_mode("default")
    waits = [warning for warning in reported if "synchronizing CUDA operation" in str(warning.message)]
    assert sum(count(lambda: call(there), mode).syncs.values()) == len(waits)
