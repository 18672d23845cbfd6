"""A vocoder's run becomes a folder that speaks: weights in float16, `config.yaml`, and a model card.

Names and form are those of `charactr/vocos-mel-24khz`: `Vocos.from_hparams` of the package takes the
configuration, and its `load_state_dict` the weights.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from safetensors.torch import save

from tts_baseline.core.files import write_atomic
from tts_baseline.pipelines.f5_spanish.vocoder.load import CONFIG, SAFE_WEIGHTS
from tts_baseline.pipelines.f5_spanish.voice.reference import HOP, SAMPLE_RATE
from tts_baseline.training import cards
from tts_baseline.training.checkpoints import State
from tts_baseline.training.halves import halved
from tts_baseline.training.vocoder import heard, sounds
from tts_baseline.training.vocoder.learner import BANDS, N_FFT, VOCODER


def export(state: State, dataset: Path, out: Path, *, licence: str) -> Path:
    """The weights in `out` of a vocoder's run, which learned from this dataset.

    Raises PipelineError where a weight is no number in float16, or where the dataset has no waves.
    """
    held_out = sounds.read(dataset, "held_out")
    prefix = VOCODER + "."
    weights = {
        name.removeprefix(prefix): weight
        for name, weight in {**state.weights, **state.average}.items()
        if name.startswith(prefix)
    }
    # Buffers, the windows and the filters of the mels, are computed and not learned.
    exact = [name for name in weights if prefix + name not in state.average]
    path = out / SAFE_WEIGHTS
    write_atomic(out / CONFIG, yaml.safe_dump(config(state.origin["recipe"]["sizes"])).encode())
    write_atomic(path, save(halved(weights, exact), {"update": str(state.update)}))
    write_atomic(out / cards.CARD, _card(state, heard.heard(out, held_out), licence).encode())
    return path


def config(sizes: dict[str, int]) -> dict[str, Any]:
    """The package's configuration of a vocoder of these sizes."""
    mel = {
        "sample_rate": SAMPLE_RATE,
        "n_fft": N_FFT,
        "hop_length": HOP,
        "n_mels": BANDS,
        "padding": "center",
    }
    body = {
        "input_channels": BANDS,
        "dim": sizes["dim"],
        "intermediate_dim": sizes["hidden"],
        "num_layers": sizes["layers"],
    }
    head = {"dim": sizes["dim"], "n_fft": N_FFT, "hop_length": HOP, "padding": "center"}
    return {
        "feature_extractor": {
            "class_path": "vocos.feature_extractors.MelSpectrogramFeatures",
            "init_args": mel,
        },
        "backbone": {"class_path": "vocos.models.VocosBackbone", "init_args": body},
        "head": {"class_path": "vocos.heads.ISTFTHead", "init_args": head},
    }


def _card(state: State, held_out: heard.Likeness, licence: str) -> str:
    sizes = state.origin["recipe"]["sizes"]
    return cards.card(
        "Vocoder",
        state,
        licence,
        {
            "architecture": f"Vocos, {sizes['dim']} x {sizes['layers']}, {sizes['hidden']} inside",
            "held out": json.dumps(heard.as_table(held_out)),
        },
    )
