"""A checkpoint that learned prosody is told it when it speaks; alone, it is an F5-TTS like any other."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import load_file, save_file

from tests.support import small, upstream
from tests.support.processors import acts
from tts_baseline.cli import main
from tts_baseline.core.errors import PipelineError, RequestFailed, SettingsError, TtsBaselineError
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.network import sidecar
from tts_baseline.pipelines.f5_spanish.network.labels import Labels, named
from tts_baseline.pipelines.f5_spanish.network.load import transformer
from tts_baseline.pipelines.f5_spanish.pipeline import F5Spanish
from tts_baseline.pipelines.f5_spanish.settings import ReferenceSettings
from tts_baseline.pipelines.f5_spanish.text.tokenizer import tokenize
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.pipelines.f5_spanish.voice import folder
from tts_baseline.session import evaluate
from tts_baseline.training import begin, checkpoints, dataset, distilling, export, held_out, run
from tts_baseline.training.dataset import Clip
from tts_baseline.training.recipes import Recipe, Sizes

VOCABULARY = Vocabulary.default()
SIZES = Sizes(**{name: size for name, size in small.SIZES.items() if name in Sizes.__struct_fields__})
RECIPE = Recipe(sizes=SIZES, updates=4, frames=400, warmup=1, peak=3e-2, prosody=True)
TEXT = "hola, buenos días."
ASKED, TOLD = "¿vas a casa?", "voy a casa."


class Made(NamedTuple):
    """A dataset, what was exported of a run on it, and what a pipeline needs beside."""

    data: Path
    voice: Path
    model: small.Small


def written(home: Path, **more: Any) -> Path:
    """A dataset of two regions and two styles, half of it questions."""
    dice = np.random.default_rng(0)

    def clip(number: int) -> Clip:
        text = (ASKED, TOLD)[number % 2]
        tokens = tuple(VOCABULARY.encode(tokenize(text)))
        fields: dict[str, Any] = {
            "region": ("neutral", "mexican")[number // 2 % 2], "style": ("neutral", "happy")[number // 4 % 2],
            "sentences": ((("yes_no_question", "statement")[number % 2], len(tokens)),),
        } | more  # fmt: skip
        return Clip(id=str(number), text=text, tokens=tokens, start=0, frames=1, **fields)

    clips = ((clip(number), dice.normal(-2, 2, (60 + number, 100))) for number in range(8))
    dataset.write(home, clips, VOCABULARY)
    return home


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    home = tmp_path_factory.mktemp("prosody")
    data = written(home / "data")
    clips = dataset.read(data)
    network = begin.network(RECIPE, VOCABULARY, start=None, root=home, names=clips.names)
    run.run(network, clips, RECIPE, home / "run")
    # So few updates have moved nothing that could be heard.
    state = checkpoints.read(home / "run")
    assert state is not None
    drawn = dict(small.redrawn(network, seed=4).named_parameters())
    for name, weight in state.average.items():
        weight.copy_(drawn[name].detach())
    checkpoints.write(home / "run", state)
    words = ["train", "export", str(home / "run"), "--dataset", str(data), "--out", str(home / "voice")]
    assert main(words) == 0
    vocoder, clip = small.make_vocoder(home / "vocos"), small.make_reference(home / "clip.wav")
    return Made(data, home / "voice", small.Small(home / "voice" / export.CHECKPOINT, vocoder, clip))


def speaking(made: Made, checkpoint: Path | None = None, **settings: Any) -> F5Spanish:
    table = small.table(made.model, vocabulary=str(made.voice / dataset.VOCABULARY), steps=2, **settings)
    return create(settings=table | ({"checkpoint": str(checkpoint)} if checkpoint else {}))


@pytest.fixture(scope="module")
def pipeline(made: Made) -> F5Spanish:
    return speaking(made)


def samples(pipeline: F5Spanish, text: str = TEXT, **asked: Any) -> Any:
    return pipeline.synthesize(Request(text=text, seed=9, **asked)).samples


def test_the_vectors_are_beside_the_checkpoint_and_their_names_in_its_sidecar(made: Made) -> None:
    names = {name.removeprefix("ema_model.transformer.") for name in load_file(made.model.checkpoint)}
    plain = begin.network(replace(RECIPE, prosody=False), VOCABULARY, start=None, root=made.voice)
    assert names == set(plain.state_dict())
    labels = Labels(region=("neutral", "mexican"), style=("neutral", "happy"))
    assert sidecar.read(made.model.checkpoint) == sidecar.Sidecar(arch="v1", prosody=labels)
    vectors = load_file(sidecar.vectors_of(made.model.checkpoint))
    width = RECIPE.sizes.text_dim
    assert {name: tuple(vector.shape) for name, vector in vectors.items()} == {
        "sentence": (4, width), "region": (2, width), "style": (2, width)
    }  # fmt: skip
    assert "| region | neutral, mexican |" in (made.voice / "README.md").read_text()


def test_it_comes_back_as_it_was(made: Made) -> None:
    loaded = transformer(
        str(made.model.checkpoint), arch=None, tokens=len(VOCABULARY), device="cpu", root=made.voice
    )
    state = checkpoints.read(made.voice.with_name("run"))
    assert state is not None
    for name, weight in loaded.state_dict().items():
        if "prosody" in name:
            assert torch.equal(weight, state.average[name].half().float())
            assert weight.any()
    # A run that starts from it keeps its vectors; names that it does not know begin as nothing behind them.
    for recipe in (RECIPE, replace(RECIPE, prosody=False)):
        further = begin.network(
            recipe, VOCABULARY, start=str(made.model.checkpoint), root=made.voice, names=named(["andean"], [])
        )
        assert further.architecture.labels is not None
        assert further.architecture.labels.region == ("neutral", "mexican", "andean")
        weight = further.state_dict()["text_embed.prosody.region.weight"]
        assert torch.equal(weight[:2], loaded.state_dict()["text_embed.prosody.region.weight"])
        assert not weight[2].any()


def test_an_export_that_was_told_nothing_leaves_no_vectors_behind(made: Made, tmp_path: Path) -> None:
    plain, clips = replace(RECIPE, prosody=False, updates=1), dataset.read(made.data)
    run.run(begin.network(plain, VOCABULARY, start=None, root=tmp_path), clips, plain, tmp_path / "run")
    out = tmp_path / "voice"
    shutil.copytree(made.voice, out)
    export.export(tmp_path / "run", made.data, out, licence="")
    assert json.loads(sidecar.path_of(out / export.CHECKPOINT).read_text()) == {"arch": "v1"}
    assert not sidecar.vectors_of(out / export.CHECKPOINT).exists()


@pytest.mark.skipif(find_spec("f5_tts") is None, reason="f5-tts is not installed")
def test_upstream_speaks_it_as_one_that_is_told_nothing(made: Made, tmp_path: Path) -> None:
    vocabulary = made.voice / dataset.VOCABULARY
    theirs = upstream.spoken(made.model, vocabulary, TEXT, tmp_path, seed=9, steps=2)
    alone = tmp_path / export.CHECKPOINT
    shutil.copy(made.model.checkpoint, alone)
    sidecar.path_of(alone).write_text('{"arch": "v1"}')
    ours = samples(speaking(made, alone, preset="upstream"))
    assert np.array_equal(ours, theirs)
    assert not np.array_equal(ours, samples(speaking(made, preset="upstream")))


def test_region_style_and_sentence_are_heard(pipeline: F5Spanish) -> None:
    neutral = samples(pipeline)
    assert np.array_equal(neutral, samples(pipeline))
    for other in ({"region": "mexican"}, {"style": "happy"}):
        heard = samples(pipeline, **other)
        assert heard.shape == neutral.shape
        assert not np.array_equal(heard, neutral), other
    # There is one clip, a neutral one: the style is told.
    tagged = samples(pipeline, f"[happy]{TEXT}")
    assert np.array_equal(tagged, samples(pipeline, style="happy"))


def test_each_token_of_a_job_is_told_its_sentence(pipeline: F5Spanish) -> None:
    request = Request(text="¿Qué hay? Nada. [happy]¿Vienes?", region="mexican")
    plan = pipeline.plan(request)
    labels = pipeline.engine.labels
    assert labels is not None
    neutral, happy = pipeline.jobs(request, plan)
    assert all(len(job.labels) == len(job.tokens) for job in (neutral, happy))
    clip = len(tokenize(pipeline.engine.clip("mexican", None).text))
    assert {sentence for sentence, _, _ in neutral.labels[:clip]} == {labels.sentence.index("statement")}
    ends = len(tokenize(" ¿qué hay?"))
    wh, statement, yes_no = map(labels.sentence.index, ("wh_question", "statement", "yes_no_question"))
    assert set(neutral.labels[clip : clip + ends]) == {(wh, 1, 0)}
    assert set(neutral.labels[clip + ends :]) == {(statement, 1, 0)}
    assert set(happy.labels[clip:]) == {(yes_no, 1, 1)}


def test_the_type_of_a_sentence_is_heard(pipeline: F5Spanish) -> None:
    """The same tokens, told as another sentence: a question mark alone would be other tokens."""
    (job,) = pipeline.jobs(Request(text=TEXT), pipeline.plan(Request(text=TEXT)))
    question = tuple((2, region, style) for _, region, style in job.labels)
    network = pipeline.engine.parts.network
    told, otherwise = network.prepare(job), network.prepare(replace(job, labels=question))
    assert not torch.equal(told.text, otherwise.text)
    assert torch.equal(told.no_text, otherwise.no_text)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"region": "andean"}, "learned no region 'andean', but neutral, mexican"),
        ({"style": "sad"}, "there is no reference clip for the style 'sad'"),
        ({"region": "castilian", "style": "happy"}, "no region 'castilian'"),
    ],
)
def test_what_it_was_never_told_is_refused(pipeline: F5Spanish, asked: dict[str, str], said: str) -> None:
    with pytest.raises(RequestFailed, match=said) as refused:
        pipeline.synthesize(Request(text=TEXT, **asked))
    assert 'missing_style = "neutral"' in refused.value.hint


def test_a_style_of_a_clip_alone_is_refused_too(made: Made) -> None:
    clips = [{"audio": str(made.model.reference), "text": small.TRANSCRIPT}]
    pipeline = speaking(made, references=[*clips, {**clips[0], "style": "sad"}])
    with pytest.raises(RequestFailed, match="learned no style 'sad', but neutral, happy"):
        samples(pipeline, style="sad")


def test_what_it_was_never_told_is_neutral_where_that_is_asked_for(made: Made) -> None:
    pipeline = speaking(made, missing_style="neutral")
    request = Request(text=TEXT, region="andean", seed=9)
    (note,) = (note for note in pipeline.plan(request).notes if note.startswith("told as neutral"))
    assert "learned no region 'andean'" in note
    assert np.array_equal(samples(pipeline, region="andean"), samples(pipeline))


def test_a_plan_without_the_model_refuses_the_same(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = f'[tool.tts-baseline.pipelines.f5_spanish]\ncheckpoint = "{made.model.checkpoint}"\n'
    (tmp_path / "pyproject.toml").write_text(f"[tool.tts-baseline]\n{table}")
    monkeypatch.chdir(tmp_path)
    assert main(["plan", TEXT, "--region", "andean"]) == 2
    assert "the checkpoint learned no region 'andean', but neutral, mexican" in capsys.readouterr().err
    assert main(["plan", f"[happy]{TEXT}", "--region", "mexican"]) == 0
    assert main(["plan", f"[sad]{TEXT}"]) == 2


def test_what_it_is_told_is_known_of_its_sound(made: Made, pipeline: F5Spanish, tmp_path: Path) -> None:
    before = pipeline.provenance["prosody"]
    other = tmp_path / export.CHECKPOINT
    for path in (made.model.checkpoint, sidecar.path_of(made.model.checkpoint)):
        shutil.copy(path, tmp_path / path.name)
    vectors = load_file(sidecar.vectors_of(made.model.checkpoint))
    save_file({name: vector + 1 for name, vector in vectors.items()}, sidecar.vectors_of(other))
    assert speaking(made, other).provenance["prosody"] != before
    page = json.loads(sidecar.path_of(other).read_text())
    page["prosody"]["region"].reverse()
    shutil.copy(sidecar.vectors_of(made.model.checkpoint), sidecar.vectors_of(other))
    sidecar.path_of(other).write_text(json.dumps(page))
    assert speaking(made, other).provenance["prosody"] != before


@acts("bf16")
def test_a_switch_is_told_the_same(made: Made, pipeline: F5Spanish) -> None:
    table = small.table(made.model, vocabulary=str(made.voice / dataset.VOCABULARY), steps=2)
    switched = create(settings=table, optimize=("adaln_table",))
    assert np.array_equal(samples(switched, region="mexican"), samples(pipeline, region="mexican"))
    halved = create(settings=table, optimize=("bf16",))
    apart = np.abs(samples(halved, region="mexican") - samples(pipeline, region="mexican"))
    assert 0 < apart.max() < np.abs(samples(pipeline, region="mexican")).max()


def test_a_voice_in_a_folder_is_told_the_same(made: Made, pipeline: F5Spanish, tmp_path: Path) -> None:
    shutil.copytree(made.voice, tmp_path / "voice")
    voice = folder.VoiceFile(
        checkpoint=export.CHECKPOINT, vocabulary=dataset.VOCABULARY, vocoder="vocos", steps=2,
        references=(ReferenceSettings(audio="clip.wav", text=small.TRANSCRIPT),),
    )  # fmt: skip
    shutil.copytree(made.model.vocoder, tmp_path / "voice" / "vocos")
    shutil.copy(made.model.reference, tmp_path / "voice" / "clip.wav")
    (tmp_path / "voice" / folder.FILE).write_text(folder.written(voice))
    told = create(settings={"weights": str(tmp_path / "voice"), "cache": str(tmp_path / "cache")})
    assert np.array_equal(samples(told, region="mexican"), samples(pipeline, region="mexican"))
    with pytest.raises(RequestFailed, match="no region 'andean'"):
        samples(told, region="andean")


def spoilt(page: Any) -> list[Any]:
    told = page["prosody"]
    return [
        {**page, "prosody": {**told, "region": ["mexican"]}},
        {**page, "prosody": {**told, "region": ["neutral", "neutral"]}},
        {**page, "prosody": {**told, "region": ["neutral", "mexican", "andean"]}},
        {**page, "prosody": {**told, "style": ["neutral", ""]}},
        {**page, "prosody": {**told, "style": ["neutral", "x" * 1000]}},
        {**page, "prosody": {**told, "sentence": []}},
        {**page, "prosody": {**told, "speed": ["slow"]}},
        {**page, "prosody": {**told, "style": "happy"}},
        {**page, "prosody": [[[[]]]]},
        {**page, "prosody": {**told, "style": ["neutral", *map(str, range(2000))]}},
        {"prosody": told},
    ]


@pytest.mark.parametrize("number", range(11))
def test_a_sidecar_that_does_not_fit_is_refused(made: Made, tmp_path: Path, number: int) -> None:
    shutil.copytree(made.voice, tmp_path / "voice")
    path = tmp_path / "voice" / export.CHECKPOINT
    page = spoilt(json.loads(sidecar.path_of(path).read_text()))[number]
    sidecar.path_of(path).write_text(json.dumps(page))
    with pytest.raises((SettingsError, PipelineError)) as refused:
        transformer(str(path), arch=None, tokens=len(VOCABULARY), device="cpu", root=tmp_path)
    assert refused.value.hint
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize("content", [None, b"", b"nothing"])
def test_vectors_that_cannot_be_read_are_refused(made: Made, tmp_path: Path, content: bytes | None) -> None:
    shutil.copytree(made.voice, tmp_path / "voice")
    path = tmp_path / "voice" / export.CHECKPOINT
    vectors = sidecar.vectors_of(path)
    vectors.unlink() if content is None else vectors.write_bytes(content)
    with pytest.raises(TtsBaselineError, match="no vectors of them|cannot be read as weights"):
        transformer(str(path), arch=None, tokens=len(VOCABULARY), device="cpu", root=tmp_path)


def test_a_student_is_told_what_its_teacher_was(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe, teacher = tmp_path / "recipe.toml", str(made.model.checkpoint)
    recipe.write_text("updates = 1\nframes = 200\nsteps = 2\npieces = 1\n")
    words = ["train", "distill", str(made.data), "--teacher", teacher, "--recipe", str(recipe)]
    assert main([*words, "--out", str(tmp_path / "run")]) == 0
    out = export.export(tmp_path / "run", made.data, tmp_path / "student", licence="").path
    assert sidecar.read(out) == sidecar.read(made.model.checkpoint)
    other = written(tmp_path / "other", region="andean")
    words[2] = str(other)
    assert main([*words, "--out", str(tmp_path / "refused")]) == 2
    assert "the checkpoint learned no region 'andean'" in capsys.readouterr().err
    plain = begin.network(replace(RECIPE, prosody=False), VOCABULARY, start=None, root=tmp_path)
    with pytest.raises(SettingsError, match="the teacher learned no prosody"):
        distilling.completed(distilling.StudentRecipe(prosody=True), plain)


def test_two_checkpoints_are_compared_though_only_one_knows_a_region(made: Made, tmp_path: Path) -> None:
    """`train evaluate` asks the other one neutrally."""
    clips = dataset.read(written(tmp_path / "data", region="andean"))
    network = transformer(
        str(made.model.checkpoint), arch=None, tokens=len(VOCABULARY), device="cpu", root=made.voice
    )
    neutral = replace(clips, clips=tuple(replace(clip, region="neutral") for clip in clips.clips))
    asked, known = (
        held_out.losses(network, each.told_as(network.architecture.labels), draws=1)
        for each in (clips, neutral)
    )
    assert asked == known
    candidate = evaluate.Candidate(
        name="a", file=made.model.checkpoint, vocabulary=str(made.voice / dataset.VOCABULARY), home=made.voice
    )

    class Settings:
        pipelines: dict[str, Any] = {}

    class Project:
        settings, root = Settings(), made.voice

    assert evaluate._table(candidate, Project())["missing_style"] == "neutral"  # type: ignore[arg-type]
