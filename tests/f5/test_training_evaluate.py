"""A checkpoint is held against sentences it never learned: what got worse fails by name, region by region."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torchaudio.functional import melscale_fbanks

from tests.support import small, spoilt
from tts_baseline.cli import main
from tts_baseline.core.records import Request
from tts_baseline.pipelines import espeak
from tts_baseline.pipelines.f5_spanish import build
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.pipelines.f5_spanish.vocoder import load as vocoder
from tts_baseline.session import evaluate
from tts_baseline.training import prepare
from tts_baseline.training.recordings import Recorded

VOCABULARY = Vocabulary.default()
# Only those of the second region have a z.
TEXTS = {
    "mexican": (
        "Hola, buenos días.", "La casa es roja.", "Mañana llueve mucho.", "El tren sale pronto.",
        "Me gusta el pan.", "Nadie lo sabe aún.",
    ),
    "castilian": (
        "El zapato azul.", "La paz del zorro.", "Una taza de arroz.", "El lápiz no pinta, Beatriz.",
        "Hace diez años, quizás.", "La luz de la plaza.",
    ),
}  # fmt: skip


class Plain:
    """A vocoder that keeps the level: the mel's magnitudes, with phases that are the same each time."""

    def __init__(self) -> None:
        self._up = torch.linalg.pinv(melscale_fbanks(513, 0.0, 12000.0, 100, 24000).T)

    def waves(self, mels: Any) -> list[torch.Tensor]:
        return [self._wave(mel[0].float()) for mel in mels]

    def _wave(self, mel: torch.Tensor) -> torch.Tensor:
        size = (self._up @ mel.clamp(-11.5, 6).exp()).clamp(min=1e-7)
        turns = torch.rand(size.shape, generator=torch.Generator().manual_seed(0)) * 6.283
        return torch.istft(torch.polar(size, turns), 1024, 256, window=torch.hann_window(1024))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of it is held out, in two regions."""
    folder, speaker = tmp_path_factory.mktemp("data"), espeak.create()
    rows = []
    for region, texts in TEXTS.items():
        for text in texts:
            spoken = speaker.synthesize(Request(text=text))
            wave = np.pad(0.5 * spoken.samples, 3000) + np.random.default_rng(0).normal(0, 1e-4)
            path = spoilt.write(folder / f"{len(rows)}.wav", wave.astype(np.float32), spoken.sample_rate)
            rows.append(Recorded(audio=str(path), text=text, region=region))
    held = prepare.Preparation(held_out=1.0, bounds=prepare.Bounds(snr_db=-200.0, fastest_bytes_per_s=60.0))
    report = prepare.prepare(rows, folder / "data", vocabulary=VOCABULARY, preparation=held)
    assert report.left_out == ()
    return folder / "data"


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small random checkpoint, in a project that speaks with it."""
    state = small.state_of("v1", dim=64, depth=1, heads=1)
    state["proj_out.bias"] -= 1.0  # about as loud as speech
    # One feature of a token, which none has, would make it silent.
    state["text_embed.text_embed.weight"][:, 0] = 0
    state["input_embed.proj.weight"][0] = 0
    state["input_embed.proj.weight"][0, 200] = 20
    state["proj_out.weight"][:, 0] = -3
    clip = small.make_reference(tmp_path / "clip.wav", seconds=1.0)
    monkeypatch.setattr(vocoder, "vocoder", lambda *_, **__: Plain())
    monkeypatch.setattr(build, "provenance", lambda *_, **__: {})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(
        "[tool.tts-baseline]\n[tool.tts-baseline.pipelines.f5_spanish]\nsteps = 1\n"
        f'references = [{{audio = "{clip}", text = "Hola, buenos días."}}]\n'
    )
    return written(state, tmp_path / "before")


def written(state: dict[str, torch.Tensor], folder: Path) -> Path:
    """A checkpoint in a folder of its own."""
    folder.mkdir()
    path = folder / "model.safetensors"
    save_file(small.published(state), path)
    path.with_name(path.name + ".json").write_text('{"arch": "v1"}')
    return folder


def damaged(model: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> Path:
    """The checkpoint with other weights, in a folder of its own."""
    tensors = load_file(model / "model.safetensors")
    prefix = "ema_model.transformer."
    state = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
    change(state)
    return written(state, model.parent / change.__name__)


def silent(state: dict[str, torch.Tensor]) -> None:
    state["proj_out.weight"] *= 0
    state["proj_out.bias"] -= 12


def forgetful(state: dict[str, torch.Tensor]) -> None:
    """It has forgotten what a z sounds like."""
    (token,) = VOCABULARY.encode(["z"])
    state["text_embed.text_embed.weight"][token + 1, 0] = 100


def evaluated(checkpoint: Path, data: Path, capsys: Any, *more: str) -> tuple[int, dict[str, Any]]:
    words = ["train", "evaluate", str(checkpoint), "--dataset", str(data), "--device", "cpu", *more, "--json"]
    status = main(words)
    said = capsys.readouterr()
    assert status in (0, 1), said.err
    page = json.loads(said.out)
    assert page == json.loads((checkpoint / evaluate.FILE).read_text())
    return status, page


def failed(page: dict[str, Any]) -> dict[str, set[str]]:
    """The gates that failed, by what was judged together."""
    return {
        stratum["name"]: {v["gate"] for v in stratum["verdicts"] if v["status"] in ("regressed", "invalid")}
        for stratum in page["strata"]
    }


def test_against_itself_it_is_fine(model: Path, data: Path, capsys: Any) -> None:
    status, page = evaluated(model, data, capsys, "--against", str(model), "--seeds", "1")
    assert status == 0
    assert failed(page) == {"all": set(), "region castilian": set(), "region mexican": set()}
    assert len(page["sound"]["identical"]) == 12
    verdicts = page["strata"][0]["verdicts"]
    assert {v["gate"] for v in verdicts if v["status"] == "ok"} >= {"loss", "level", "words", "structure"}
    # What noise, which is all that random weights speak, has no value of.
    assert {v["gate"] for v in verdicts if v["status"] != "ok"} <= {"hum", "snr", "snr_speech"}
    assert all(v["change"] == 0.0 for v in verdicts if v["status"] == "ok")


def test_one_that_fell_silent_is_regressed_by_name(model: Path, data: Path, capsys: Any) -> None:
    words = ["train", "evaluate", str(damaged(model, silent)), "--dataset", str(data), "--device", "cpu"]
    assert main([*words, "--against", str(model), "--sentences", "4"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[2].split()[:2] == ["REGRESSED", "loss"]
    assert sum(line.startswith("INVALID") and line.endswith("structure   silent audio") for line in said) == 4
    assert "too few clips to be judged by themselves: region mexican, region castilian" in said


def test_one_that_forgot_a_region_is_regressed_there(model: Path, data: Path, capsys: Any) -> None:
    path = damaged(model, forgetful)
    status, page = evaluated(path, data, capsys, "--against", str(model), "--seeds", "1")
    assert status == 1
    assert failed(page)["region castilian"] >= {"loss", "structure"}
    assert failed(page)["region mexican"] == set()


def test_without_another_the_recordings_are_what_it_has_to_be_like(
    model: Path, data: Path, capsys: Any
) -> None:
    status, page = evaluated(model, data, capsys, "--seeds", "1", "--sentences", "2")
    assert (status, page["against"]) == (1, "")
    assert failed(page)["all"] >= {"words"}
    (stratum,) = page["strata"]
    assert stratum["loss"]["low"] < stratum["loss"]["mean"] < stratum["loss"]["high"]
    assert "loss" not in {verdict["gate"] for verdict in stratum["verdicts"]}


def test_what_is_no_checkpoint_is_refused(data: Path, model: Path, capsys: Any) -> None:
    assert main(["train", "evaluate", str(data), "--dataset", str(data)]) == 2
    assert "there is no checkpoint here" in capsys.readouterr().err
