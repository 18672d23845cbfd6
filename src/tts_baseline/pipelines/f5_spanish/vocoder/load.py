"""Loads a vocoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.errors import PipelineError
from tts_baseline.core.files import read_bounded
from tts_baseline.pipelines.f5_spanish.hub import located, placed
from tts_baseline.pipelines.f5_spanish.vocoder.vocos import Vocos, sizes_of
from tts_baseline.pipelines.f5_spanish.weights import filled, tensors

if TYPE_CHECKING:
    from pathlib import Path

    from tts_baseline.pipelines.f5_spanish.parts import Vocoder

_LARGEST_CONFIG = 2**20  # chosen: a thousand times what Vocos needs
GRIFFIN_LIM = "griffin-lim"
CONFIG, WEIGHTS, SAFE_WEIGHTS = "config.yaml", "pytorch_model.bin", "model.safetensors"


def vocoder(source: str, *, device: str, root: Path) -> Vocoder:
    """What a setting names: `griffin-lim`, which has no weights, or a Vocos."""
    if source == GRIFFIN_LIM:
        from tts_baseline.pipelines.f5_spanish.vocoder.griffin_lim import GriffinLim

        return GriffinLim(device)
    return vocos(source, device=device, root=root)


def vocos(source: str, *, device: str, root: Path) -> Vocos:
    """The Vocos in a folder (or `hf://owner/name`) of `config.yaml` and weights, float32."""
    import yaml

    config = located(f"{source}/{CONFIG}", root=root)
    path = located(weights_of(source, root=root), root=root)
    try:
        sizes = sizes_of(yaml.safe_load(read_bounded(config, _LARGEST_CONFIG)))
    except (OSError, KeyError, TypeError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise PipelineError(
            f"this is no vocoder for F5-TTS: {error}",
            where=str(config),
            hint='set vocoder = "hf://charactr/vocos-mel-24khz"',
        ) from error
    with tensors(path) as (shapes, read):
        keys = {key: key for key in shapes if not key.startswith("feature_extractor.")}
        return filled(lambda: Vocos(sizes), keys, read, device=device, path=path)


def weights_of(source: str, *, root: Path) -> str:
    """Where a vocoder's weights are: `model.safetensors` in a folder that has it, else the published name."""
    safe = f"{source}/{SAFE_WEIGHTS}"
    return safe if placed(safe, root=root).is_file() else f"{source}/{WEIGHTS}"
