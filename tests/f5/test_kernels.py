"""The hand-written Triton kernels, in Triton's interpreter on the CPU; without CUDA they are refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.switches import choose, switches

ROOT = Path(__file__).parents[2]
# The interpreter is chosen when a kernel is defined, so this is a process of its own.
INTERPRETED = """
import json, sys
from pathlib import Path
import torch
from torch.nn import functional
from tests.support import small
from tts_baseline.core.switches import switches
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.network import kernels
from tts_baseline.pipelines.f5_spanish.network.blocks import EPS, rotate
from tts_baseline.pipelines.f5_spanish.parts import Job
from msgspec.structs import replace

torch.manual_seed(0)
found = {}
x, branch = torch.randn(2, 3, 96), torch.randn(2, 3, 96)
gate, scale, shift = (torch.randn(1, 1, 96) for _ in range(3))
summed, out = kernels.norm(x, scale, shift, branch=branch, gate=gate)
wanted = x + gate * branch
normed = functional.layer_norm(wanted, (96,), eps=EPS) * (1 + scale) + shift
found["sum"] = float((summed - wanted).abs().max())
found["norm"] = float((out - normed).abs().max())
same, plain = kernels.norm(x, scale, shift)
found["plain"] = float((plain - functional.layer_norm(x, (96,), eps=EPS) * (1 + scale) - shift).abs().max())
half = kernels.norm(x.half(), scale.half(), shift.half())[1].float()
found["half"] = float((half - functional.layer_norm(x, (96,), eps=EPS) * (1 + scale) - shift).abs().max())
qkv, angles = torch.randn(2, 5, 3 * 192), torch.randn(5, 32).repeat_interleave(2, dim=-1)
before = qkv.clone().unflatten(-1, (3, 3, 64)).permute(2, 0, 3, 1, 4)
kernels.turn(qkv, angles.cos(), angles.sin(), heads=2)
after = qkv.unflatten(-1, (3, 3, 64)).permute(2, 0, 3, 1, 4)
found["turn"] = float((after[:2, :, :2] - rotate(before[:2, :, :2], angles.cos(), angles.sin())).abs().max())
apart = (after - before).abs()
found["rest"] = float(max(apart[2].max(), apart[:, :, 2:].max()))

switch = switches("f5_spanish")["kernels"]
for version in ("v0", "v1"):
    voice = create(settings=small.table(small.make(Path(sys.argv[1]) / version, version), steps=2))
    voice.load()
    parts = voice.engine.parts
    clip = voice.engine.clip("neutral", None)
    clip = replace(clip, mel=clip.mel[:, :12], frames=12)
    jobs = [Job(reference=clip, tokens=(5, 6, 7), frames=frames, seed=1) for frames in (20, 24)]
    fast = switch.apply(parts)
    wanted, made = parts.solver.mels(parts.network, jobs), fast.solver.mels(fast.network, jobs)
    off = max(float((a - b).abs().max() / a.abs().max()) for a, b in zip(wanted, made))
    found[version] = off
    found[version + " counters"] = dict(switch.proof(fast).counters)
    found[version + " off"] = switch.proof(parts) is None
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def interpreted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if find_spec("triton") is None:
        pytest.skip("triton is not installed")
    environment = {
        **os.environ, "TRITON_INTERPRET": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-c", INTERPRETED, str(tmp_path_factory.mktemp("models"))],
        env=environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_each_kernel_computes_what_torch_does(interpreted: dict[str, Any]) -> None:
    assert all(interpreted[name] < 1e-5 for name in ("sum", "norm", "plain", "turn"))
    assert interpreted["rest"] == 0
    assert 0 < interpreted["half"] < 0.02


@pytest.mark.parametrize("version", ["v0", "v1"])
def test_a_network_of_them_says_the_same_and_counts_their_launches(
    interpreted: dict[str, Any], version: str
) -> None:
    assert interpreted[version] < 1e-5
    # 2 jobs, 2 steps, 2 blocks: one turn and two norms each
    assert interpreted[f"{version} counters"] == {"turns": 8, "norms": 16}
    assert interpreted[f"{version} off"]


def test_without_cuda_they_are_refused_with_the_reason() -> None:
    known = switches("f5_spanish")
    with pytest.raises(SettingsError, match="the switch kernels needs cuda, not cpu"):
        choose(known, ["kernels"], pipeline="f5_spanish", device="cpu")
