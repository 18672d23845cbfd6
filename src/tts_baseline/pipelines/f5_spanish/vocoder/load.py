"""Loads a vocoder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tts_baseline.core.errors import PipelineError
from tts_baseline.core.files import read_bounded
from tts_baseline.pipelines.f5_spanish.hub import located, placed
from tts_baseline.pipelines.f5_spanish.vocoder.vocos import Vocos, sizes_of
from tts_baseline.pipelines.f5_spanish.weights import filled, tensors

if TYPE_CHECKING:
    from pathlib import Path

    from tts_baseline.pipelines.f5_spanish.parts import Vocoder
    from tts_baseline.pipelines.f5_spanish.vocoder.generator import Generator

_LARGEST_CONFIG = 2**20  # chosen: a thousand times what Vocos needs
_VOCOS = 'set vocoder = "hf://charactr/vocos-mel-24khz"'
_BIGVGAN = 'set vocoder = "hf://nvidia/bigvgan_v2_24khz_100band_256x"'
GRIFFIN_LIM = "griffin-lim"
CONFIG, WEIGHTS, SAFE_WEIGHTS = "config.yaml", "pytorch_model.bin", "model.safetensors"
# Of BigVGAN and HiFi-GAN; the first is that of BigVGAN on the hub, the others of their published folders.
GENERATOR_CONFIG = "config.json"
GENERATOR_WEIGHTS = (
    "bigvgan_generator.pt", "generator_v1", "generator_v2", "generator_v3", "g_02500000", "g_05000000",
)  # fmt: skip


def vocoder(source: str, *, device: str, root: Path) -> Vocoder:
    """What a setting names: `griffin-lim`, which has no weights, a Vocos, a HiFi-GAN or a BigVGAN."""
    if source == GRIFFIN_LIM:
        from tts_baseline.pipelines.f5_spanish.vocoder.griffin_lim import GriffinLim

        return GriffinLim(device)
    load = generator if _is_generator(source, root) else vocos
    return load(source, device=device, root=root)


def generator(source: str, *, device: str, root: Path) -> Generator:
    """The HiFi-GAN or BigVGAN in a folder (or `hf://owner/name`) of `config.json` and weights, float32."""
    from tts_baseline.pipelines.f5_spanish.vocoder.generator import Generator, generator_sizes, unnormed

    config = located(f"{source}/{GENERATOR_CONFIG}", root=root)
    path = located(weights_of(source, root=root), root=root)
    try:
        sizes = generator_sizes(json.loads(read_bounded(config, _LARGEST_CONFIG)))
    except (OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise _unfit(error, config, _BIGVGAN) from error
    with tensors(path) as (shapes, read):
        keys, tensor = unnormed(shapes, read)
        return filled(lambda: Generator(sizes), keys, tensor, device=device, path=path, hint=_BIGVGAN)


def vocos(source: str, *, device: str, root: Path) -> Vocos:
    """The Vocos in a folder (or `hf://owner/name`) of `config.yaml` and weights, float32."""
    import yaml

    config = located(f"{source}/{CONFIG}", root=root)
    path = located(weights_of(source, root=root), root=root)
    try:
        sizes = sizes_of(yaml.safe_load(read_bounded(config, _LARGEST_CONFIG)))
    except (OSError, KeyError, TypeError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise _unfit(error, config, _VOCOS) from error
    with tensors(path) as (shapes, read):
        keys = {key: key for key in shapes if not key.startswith("feature_extractor.")}
        return filled(lambda: Vocos(sizes), keys, read, device=device, path=path, hint=_VOCOS)


def _unfit(error: Exception, config: Path, hint: str) -> PipelineError:
    return PipelineError(f"this is no vocoder for F5-TTS: {error}", where=str(config), hint=hint)


def weights_of(source: str, *, root: Path) -> str:
    """Where a vocoder's weights are: `model.safetensors` in a folder that has it, else the published name."""
    published = GENERATOR_WEIGHTS if _is_generator(source, root) else (WEIGHTS,)
    here = (file for file in (SAFE_WEIGHTS, *published) if placed(f"{source}/{file}", root=root).is_file())
    return f"{source}/{next(here, published[0])}"


def _is_generator(source: str, root: Path) -> bool:
    """Whether a folder has `config.json` and no `config.yaml`, which is Vocos's."""
    try:
        located(f"{source}/{CONFIG}", root=root)
    except PipelineError:
        try:
            located(f"{source}/{GENERATOR_CONFIG}", root=root)
        except PipelineError:
            return False
        return True
    return False
