"""Loading: what is refused, what is taken, and that nothing is copied that need not be."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.support import small
from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.pipelines.f5_spanish import create, hub, weights
from tts_baseline.pipelines.f5_spanish.fingerprints import fingerprint
from tts_baseline.pipelines.f5_spanish.network.cast import cast
from tts_baseline.pipelines.f5_spanish.network.load import transformer
from tts_baseline.pipelines.f5_spanish.vocoder.load import vocos


def opened(path: Path, **given: Any) -> Any:
    asked = {"arch": None, "tokens": 2545, "device": "cpu", "root": path.parent}
    return transformer(str(path), **{**asked, **given})


@pytest.fixture
def bare(models: dict[str, small.Small], tmp_path: Path) -> Path:
    """A checkpoint without a sidecar file."""
    return Path(shutil.copy(models["v0"].checkpoint, tmp_path / "model_1200000.safetensors"))


def test_an_architecture_that_nobody_states_is_asked_for(bare: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        opened(bare)
    message = str(refused.value)
    assert "nobody states the architecture" in message
    assert 'arch = "v0"' in message
    assert 'arch = "v1"' in message
    assert f"{bare}.json" in message


@pytest.mark.parametrize("version", ["v0", "v1"])
def test_the_settings_or_a_sidecar_file_state_it(bare: Path, version: str) -> None:
    assert opened(bare, arch=version).architecture.version == version
    Path(f"{bare}.json").write_text(json.dumps({"arch": version}))
    assert opened(bare).architecture.version == version


def test_a_conflict_is_refused_and_names_both(bare: Path) -> None:
    Path(f"{bare}.json").write_text('{"arch": "v0"}')
    with pytest.raises(SettingsError, match="v1 by the settings, v0 by the sidecar file"):
        opened(bare, arch="v1")


@pytest.mark.parametrize(
    ("source", "version"),
    [
        ("hf://jpgallegoar/F5-Spanish/model_1200000.safetensors", "v0"),
        ("hf://SWivid/F5-TTS/F5TTS_Base/model_1200000.safetensors", "v0"),
        ("hf://SWivid/F5-TTS/F5TTS_v1_Base/model_1250000.safetensors", "v1"),
    ],
)
def test_the_hub_repository_states_it(
    bare: Path, monkeypatch: pytest.MonkeyPatch, source: str, version: str
) -> None:
    import huggingface_hub

    asked: dict[str, str] = {}

    def download(repo_id: str, filename: str) -> str:
        asked.update(repo=repo_id, file=filename)
        return str(bare)

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    given = {"tokens": 2545, "device": "cpu", "root": bare.parent}
    assert transformer(source, arch=None, **given).architecture.version == version
    assert f"hf://{asked['repo']}/{asked['file']}" == source
    with pytest.raises(SettingsError, match="by the hub repository"):
        transformer(source, arch="v0" if version == "v1" else "v1", **given)


def test_a_hub_that_does_not_answer_is_told_with_the_way_out(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    asked = []

    def download(**file: str) -> str:
        asked.append(file)
        raise ConnectionError("name resolution failed\nand more")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    for _ in range(2):
        with pytest.raises(PipelineError, match="name resolution failed") as caught:
            hub.located("hf://jpgallegoar/F5-Spanish/x.safetensors", root=bare.parent)
        assert "set its path" in caught.value.hint
    assert len(asked) == 1


@pytest.mark.parametrize("form", ["ema", "plain"])
def test_a_torch_file_gives_the_same_network(
    models: dict[str, small.Small], tmp_path: Path, form: str
) -> None:
    state = load_file(models["v0"].checkpoint)
    path = tmp_path / "model.pt"
    if form == "ema":
        torch.save({"ema_model_state_dict": state, "step": 7}, path)
    else:
        names = {name.removeprefix("ema_model."): tensor for name, tensor in state.items()}
        torch.save({"model_state_dict": names}, path)
    wanted = opened(models["v0"].checkpoint).state_dict()
    loaded = opened(path, arch="v0").state_dict()
    assert wanted.keys() == loaded.keys()
    assert all(torch.equal(wanted[name], loaded[name]) for name in wanted)


def test_the_weights_are_the_file_and_no_copy_of_it(bare: Path) -> None:
    network = opened(bare, arch="v0")
    wanted = network.proj_out.weight[0, 0].item()
    mapped = [line for line in Path("/proc/self/maps").read_text().splitlines() if str(bare) in line]
    assert mapped
    assert network.proj_out.weight[0, 0].item() == wanted
    assert not any(parameter.is_meta for parameter in network.state_dict().values())
    assert not any(parameter.requires_grad for parameter in network.parameters())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_cast_keeps_the_rotary_angles_in_float32(bare: Path, dtype: torch.dtype) -> None:
    network = cast(opened(bare, arch="v0"), dtype)
    types = {name: tensor.dtype for name, tensor in network.state_dict().items()}
    assert types.pop("rotary_embed.inv_freq") == torch.float32
    assert set(types.values()) == {dtype}


@pytest.mark.parametrize(("dtype", "bound"), [(torch.float16, 0.01), (torch.bfloat16, 0.05)])
def test_half_precision_is_close_to_single(build: Any, dtype: torch.dtype, bound: float) -> None:
    from msgspec.structs import replace

    from tts_baseline.core.records import Request

    pipeline = build(steps=8)
    request = Request(text="Una frase de prueba.", seed=1)
    jobs, parts = pipeline.jobs(request, pipeline.plan(request)), pipeline.engine.parts
    halved = replace(parts, network=cast(parts.network, dtype))
    single, half = (p.solver.mels(p.network, jobs)[0].cpu() for p in (parts, halved))
    assert 0 < (single - half).norm() / single.norm() < bound


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.write_bytes(b"not a checkpoint"), "cannot be read as weights"),
        (lambda path: path.write_bytes(path.read_bytes()[:5000]), "cannot be read as weights"),
        (lambda path: save_file({"conv.weight": torch.zeros(3)}, path), "no F5-TTS checkpoint"),
        (lambda path: _without(path, "norm_out.linear.bias"), "lacks norm_out.linear.bias"),
        (lambda path: _with(path, "q_norm.weight"), "has q_norm.weight beyond"),
        (lambda path: path.unlink(), "no such file"),
    ],
)
def test_what_is_no_checkpoint_is_told_and_not_loaded(bare: Path, damage: Any, message: str) -> None:
    damage(bare)
    with pytest.raises(PipelineError, match=message) as refused:
        opened(bare, arch="v0")
    assert refused.value.where == str(bare)


def _without(path: Path, name: str) -> None:
    state = load_file(path)
    del state[f"ema_model.transformer.{name}"]
    save_file(state, path)


def _with(path: Path, name: str) -> None:
    save_file({**load_file(path), f"ema_model.transformer.{name}": torch.zeros(3)}, path)


def test_a_vocabulary_of_another_size_is_refused(bare: Path) -> None:
    with pytest.raises(SettingsError, match="2545 tokens and the vocabulary 2546"):
        opened(bare, arch="v0", tokens=2546)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"head": {"class_path": "vocos.heads.IMDCTSymExpHead", "init_args": {}}}, "IMDCTSymExpHead"),
        (
            {"backbone": {"class_path": "vocos.models.VocosBackbone", "init_args": {"dim": 3}}},
            "input_channels",
        ),
    ],
)
def test_another_vocoder_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    import yaml

    folder = small.make_vocoder(tmp_path / "vocos")
    config = {**yaml.safe_load((folder / "config.yaml").read_text()), **change}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    with pytest.raises(PipelineError, match=message):
        vocos(str(folder), device="cpu", root=tmp_path)


def test_the_fingerprint_follows_the_content_and_is_computed_once(bare: Path) -> None:
    cache = bare.parent / "cache"
    first = fingerprint(bare, cache=cache)
    memory = cache / "fingerprints.json"
    memory.write_text(memory.read_text().replace(first, "f" * 16))
    assert fingerprint(bare, cache=cache) == "f" * 16
    bare.write_bytes(bare.read_bytes() + b"x")
    changed = fingerprint(bare, cache=cache)
    assert changed not in (first, "f" * 16)
    memory.write_text("[]")
    assert fingerprint(bare, cache=cache) == changed
    assert fingerprint(bare, cache=bare) == changed


def test_a_device_that_is_not_there_is_no_fault_of_the_checkpoint(models: dict[str, small.Small]) -> None:
    device = "mps" if torch.cuda.is_available() else "cuda"
    with pytest.raises(SettingsError, match=f"the device '{device}' cannot be used"):
        create(settings=small.table(models["v0"]), device=device).load()


@pytest.mark.skipif(not Path("/proc/self/smaps").is_file(), reason="memory is not told by file here")
def test_memory_of_a_mapped_file_is_given_back_and_the_weights_stay(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    wanted = torch.arange(2**20, dtype=torch.float32)
    save_file({"weights": wanted}, path)

    def held() -> int:
        """Bytes of the file in memory."""
        smaps = Path("/proc/self/smaps").read_text()
        return sum(
            1024 * int(part.split("Rss:")[1].split()[0])
            for part in smaps.split(str(path))[1:]
            if "Rss:" in part
        )

    own = wanted.clone()
    with weights.tensors(path) as (_, read):
        mapped = read("weights")
        assert mapped.sum() == wanted.sum()
        before = held()
        weights.let_go([mapped, own])
        assert before - held() >= 0.9 * wanted.nbytes
        assert torch.equal(mapped, wanted)
        assert torch.equal(own, wanted)
