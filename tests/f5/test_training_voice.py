"""What is exported with a vocoder is a voice: its folder, wherever it is put, is enough to speak."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import soundfile
import torch

from tests.support import small
from tts_baseline.cli import main
from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.pipelines.f5_spanish.voice.folder import unfolded
from tts_baseline.pipelines.f5_spanish.voice.reference import LEVEL, SAMPLE_RATE, log_mel
from tts_baseline.training import begin, cards, checkpoints, dataset, export, run, voice
from tts_baseline.training.dataset import Clip
from tts_baseline.training.recipes import Recipe, Sizes
from tts_baseline.training.vocoder import learner, sounds
from tts_baseline.training.vocoder.recipe import BodySizes, VocoderRecipe

VOCABULARY = Vocabulary(tuple(" abcdefghijklmnopqrstuvwxyzáéíóúñü.,¿?"))
SIZES = Sizes(**{name: size for name, size in small.SIZES.items() if name in Sizes.__struct_fields__})
RECIPE = Recipe(sizes=SIZES, updates=2, frames=1000, warmup=1, check_every=2)
VOCODER = VocoderRecipe(
    sizes=BodySizes(dim=16, hidden=32, layers=1), updates=1, mel_first=1, items=2, samples=2048,
    periods=(2,), windows=(512,),
)  # fmt: skip
SENTENCE = "el tren de la mañana sale a las siete y media de la estación."

# id, text, seconds, region, style; the usual pace of neutral clips is that of "usual".
CLIPS = (
    ("slow", SENTENCE, 5.9, "neutral", "neutral"),
    ("usual", SENTENCE, 4.0, "neutral", "neutral"),
    ("question", "¿" + SENTENCE[:-2] + "?", 4.0, "neutral", "neutral"),
    ("short", SENTENCE[:30] + ".", 2.0, "neutral", "neutral"),
    ("quick", SENTENCE, 3.1, "neutral", "neutral"),
    ("mexican", SENTENCE, 7.0, "mexican", "neutral"),  # the only one, though longer than is usual
    ("glad", SENTENCE, 3.5, "mexican", "happy"),
    ("endless", SENTENCE, 12.5, "colombian", "neutral"),
    ("unknown", SENTENCE, 4.0, "martian", "neutral"),
    ("whispered", SENTENCE, 4.0, "neutral", "whispered"),
    ("kept", SENTENCE, 4.0, "castilian", "neutral"),  # it is held out
)


def wave_of(seconds: float) -> np.ndarray[Any, Any]:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = np.sin(2 * np.pi * 150 * t) * (1 + np.sin(2 * np.pi * 3 * t)) + 0.1 * np.sin(2 * np.pi * 900 * t)
    return (2 * LEVEL * wave / np.sqrt(np.mean(wave**2))).astype(np.float32)


def made(folder: Path, clips: Any = CLIPS) -> Path:
    def each(keep: Any) -> Any:
        for name, text, seconds, region, style in clips:
            wave = wave_of(seconds)
            keep(wave)
            tokens = tuple(VOCABULARY.encode(list(text)))
            part = "held_out" if name == "kept" else "train"
            clip = Clip(
                id=name, text=text, tokens=tokens, start=0, frames=1, part=part, region=region, style=style
            )
            yield clip, log_mel(torch.from_numpy(wave)[None])[0].numpy()

    folder.mkdir(parents=True, exist_ok=True)
    with sounds.writing(folder / sounds.WAVES) as keep:
        dataset.write(folder, each(keep), VOCABULARY)
    return folder


class Made(NamedTuple):
    """A dataset, and the runs of a voice and of a vocoder that learned from it."""

    data: Path
    run: Path
    vocoder: Path

    def words(self, out: Path, *more: str, vocoder: str = "") -> list[str]:
        named = ["--dataset", str(self.data), "--out", str(out), "--vocoder", vocoder or str(self.vocoder)]
        return ["train", "export", str(self.run), *named, *more]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("voice")
    here = Made(made(folder / "data"), folder / "run", folder / "vocoder")
    clips, held_out = dataset.read(here.data), dataset.read(here.data, "held_out")
    network = begin.network(RECIPE, VOCABULARY, start=None, root=folder)
    run.run(network, clips, RECIPE, here.run, held_out=held_out)
    learner.train(sounds.read(here.data), VOCODER, here.vocoder)
    return here


@pytest.fixture(scope="module")
def exported(trained: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported") / "ana"
    assert main(trained.words(out, "--licence", "CC0 1.0")) == 0
    return out


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_folder_speaks_wherever_it_is_put(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(exported, tmp_path / "voices" / "dora")
    monkeypatch.chdir(tmp_path)
    asked = Request(text="Hola, ¿qué tal?", seed=1, region="mexican")
    said = create(settings={"weights": "voices/dora", "steps": 2}).synthesize(asked)
    assert said.samples.size > SAMPLE_RATE / 4
    assert np.std(said.samples) > 0


def test_nothing_is_in_it_but_what_speaks_and_two_cards(exported: Path) -> None:
    assert names(exported) == {
        "voice.toml", "model.safetensors", "model.safetensors.json", "vocab.txt", "README.md",
        "vocoder/config.yaml", "vocoder/model.safetensors", "vocoder/README.md",
        "neutral.flac", "mexican.flac", "mexican-happy.flac",
    }  # fmt: skip


def test_it_continues_the_usual_clip_of_each_region_and_style(exported: Path, trained: Made) -> None:
    found = unfolded({"weights": "ana"}, root=exported.parent)["references"]
    chosen = {(clip["region"], clip["style"]): clip["audio"].removeprefix("ana/") for clip in found}
    assert chosen == {
        ("neutral", "neutral"): "neutral.flac",
        ("mexican", "neutral"): "mexican.flac",
        ("mexican", "happy"): "mexican-happy.flac",
    }
    assert {clip["text"] for clip in found} == {SENTENCE}
    heard, rate = soundfile.read(exported / "neutral.flac")
    expected = wave_of(4.0)
    assert rate == SAMPLE_RATE
    assert np.abs(heard[: len(expected)] - expected).max() < 2**-15
    seconds = {
        name: soundfile.info(exported / f"{name}.flac").duration for name in ("mexican", "mexican-happy")
    }
    assert seconds == pytest.approx({"mexican": 7.0, "mexican-happy": 3.5}, abs=0.02)


def test_the_card_says_all_that_it_is(exported: Path) -> None:
    card = (exported / cards.CARD).read_text(encoding="utf-8")
    for words in ("# Voice", "CC0 1.0", "2 updates", "loss on clips held out", "vocoder", SENTENCE, '"peak"'):
        assert words in card


def test_other_clips_are_named_by_their_ids(trained: Made, tmp_path: Path) -> None:
    assert main(trained.words(tmp_path, "--clip", "glad", "--clip", "mexican")) == 0
    found = unfolded({"weights": str(tmp_path)}, root=tmp_path)["references"]
    audio = {(clip["region"], clip["style"]): Path(clip["audio"]).name for clip in found}
    # Nothing is spoken without a neutral clip: the first that is of no style serves.
    assert audio == {
        ("mexican", "happy"): "mexican-happy.flac",
        ("mexican", "neutral"): "mexican.flac",
        ("neutral", "neutral"): "mexican.flac",
    }
    create(settings={"weights": str(tmp_path)}).load()


def test_a_vocoder_may_be_exported_already_or_on_the_hub(trained: Made, tmp_path: Path) -> None:
    ready = small.make_vocoder(tmp_path / "ready")
    (ready / "notes.txt").write_text("mine")
    assert main(trained.words(tmp_path / "a", vocoder=str(ready))) == 0
    assert (tmp_path / "a/vocoder/pytorch_model.bin").read_bytes() == (
        ready / "pytorch_model.bin"
    ).read_bytes()
    assert "vocoder/notes.txt" not in names(tmp_path / "a")
    create(settings={"weights": str(tmp_path / "a")}).load()
    assert main(trained.words(tmp_path / "b", vocoder="hf://charactr/vocos-mel-24khz")) == 0
    found = unfolded({"weights": "b"}, root=tmp_path)
    assert found["vocoder"] == "hf://charactr/vocos-mel-24khz"


def test_a_loud_clip_is_not_cut_off(tmp_path: Path) -> None:
    data = made(tmp_path / "data", [("a", SENTENCE, 4.0, "neutral", "neutral")])
    waves = np.memmap(data / sounds.WAVES, dtype=np.float32, mode="r+")
    waves *= 3 / np.abs(waves).max()
    waves.flush()
    (clip,) = voice.continued(data)
    voice.write([clip], tmp_path)
    heard, _ = soundfile.read(tmp_path / "neutral.flac")
    assert np.abs(heard - clip.wave * 0.33).max() < 1e-4


def test_the_command_names_the_setting_to_write(trained: Made, tmp_path: Path, capsys: Any) -> None:
    assert main(trained.words(tmp_path / "v", "--json")) == 0
    assert json.loads(capsys.readouterr().out) == {"weights": str(tmp_path / "v")}


@pytest.mark.parametrize(
    ("clips", "message"),
    [
        (["usuall"], r"no clip to learn from has the id 'usuall'.*usual"),
        (["kept"], "no clip to learn from has the id 'kept'"),
        (["usual", "slow"], "two clips are neutral and neutral"),
    ],
)
def test_clips_that_cannot_be_are_refused_before_anything_is_written(
    trained: Made, tmp_path: Path, clips: list[str], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        export.export(
            trained.run, trained.data, tmp_path / "v", licence="", vocoder=str(trained.vocoder), clips=clips
        )
    assert not (tmp_path / "v").exists()


def test_what_is_no_vocoder_is_refused(trained: Made, tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="neither a run of one, nor its export") as refused:
        export.export(trained.run, trained.data, tmp_path / "v", licence="", vocoder=str(tmp_path))
    assert "train vocoder" in refused.value.hint
    stranger = checkpoints.read(trained.vocoder)
    assert stranger is not None
    stranger.origin["data"] = "of another"
    (tmp_path / "stranger").mkdir()
    checkpoints.write(tmp_path / "stranger", stranger)
    with pytest.raises(PipelineError, match="vocoder learned from other data than the voice") as refused:
        export.export(
            trained.run, trained.data, tmp_path / "v", licence="", vocoder=str(tmp_path / "stranger")
        )
    assert "train export" in refused.value.hint
    with pytest.raises(SettingsError, match="a vocoder has no vocoder"):
        export.export(trained.vocoder, trained.data, tmp_path / "v", licence="", vocoder=str(tmp_path))
    assert not (tmp_path / "v").exists()


def test_a_dataset_that_has_nothing_to_continue_is_refused(trained: Made, tmp_path: Path) -> None:
    data = made(tmp_path / "data", [clip for clip in CLIPS if clip[0] in ("endless", "unknown")])
    with pytest.raises(PipelineError, match="no clip can be continued"):
        voice.continued(data)
    (data / sounds.WAVES).unlink()
    with pytest.raises(PipelineError, match="no waves"):
        voice.continued(data)


def test_a_checkpoint_alone_continues_no_clip(trained: Made, tmp_path: Path, capsys: Any) -> None:
    words = [
        "train",
        "export",
        str(trained.run),
        "--dataset",
        str(trained.data),
        "--out",
        str(tmp_path / "v"),
    ]
    assert main([*words, "--clip", "usual"]) == 2
    assert "--vocoder VOCODER" in capsys.readouterr().err
    assert checkpoints.read(trained.run) is not None


def recording(folder: Path, text: str | None = SENTENCE) -> Path:
    path = folder / "mine.wav"
    soundfile.write(path, wave_of(4.0), SAMPLE_RATE)
    if text is not None:
        path.with_suffix(".txt").write_text(text + "\n", encoding="utf-8")
    return path


def test_a_recording_is_continued_instead_of_clips(trained: Made, tmp_path: Path) -> None:
    mine, out = recording(tmp_path), tmp_path / "v"
    assert main(trained.words(out, "--recording", str(mine))) == 0
    (clip,) = unfolded({"weights": str(out)}, root=tmp_path)["references"]
    assert clip["text"] == SENTENCE
    heard, rate = soundfile.read(clip["audio"], dtype="float32")
    assert rate == SAMPLE_RATE
    # As the pipeline reads it: its edges cut, which here are sound, and a tail of silence.
    before, _ = soundfile.read(mine, dtype="float32")
    assert np.abs(heard[: before.size] - before).max() < 1e-4
    assert create(settings={"weights": str(out), "steps": 2}).synthesize(Request(text="Hola.")).samples.size


@pytest.mark.parametrize("text", [None, "  "])
def test_a_recording_without_its_text_is_refused(
    trained: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    words = trained.words(tmp_path / "v", "--recording", str(recording(tmp_path, text)))
    assert main(words) == 2
    assert "mine.txt" in capsys.readouterr().err
    assert not (tmp_path / "v").exists()


def test_a_recording_goes_with_a_vocoder_and_without_clips(
    trained: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = ("--recording", str(recording(tmp_path)))
    assert main(trained.words(tmp_path / "v", "--clip", "usual", *mine)) == 2
    assert "not both" in capsys.readouterr().err
    run = ["train", "export", str(trained.run), "--dataset", str(trained.data), "--out", str(tmp_path / "v")]
    assert main([*run, *mine]) == 2
    assert "--vocoder VOCODER" in capsys.readouterr().err
