"""A voice is a folder that the setting `weights` names: it alone is enough to speak."""

from __future__ import annotations

import hashlib
import re
import shutil
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support import small
from tts_baseline import voices
from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.settings import ReferenceSettings
from tts_baseline.pipelines.f5_spanish.voice import folder as voice_folder
from tts_baseline.pipelines.f5_spanish.voice.folder import VoiceFile, unfolded, written

HOLA = Request(text="Hola, buenos días.", seed=3)


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small.make_voice(tmp_path_factory.mktemp("project") / "voices" / "ana")


@pytest.fixture
def project(voice: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the process is in; the voice is below it."""
    monkeypatch.chdir(voice.parents[1])
    return voice.parents[1]


@pytest.fixture
def embedded(voice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with the voice in it, and a project without any file."""
    monkeypatch.setattr(voices, "FOLDER", tmp_path / "package")
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(voice, tmp_path / "package" / voices.EMBEDDED))


def spoken(**settings: Any) -> np.ndarray[Any, Any]:
    return create(settings={"steps": 2, **settings}).synthesize(HOLA).samples


def test_a_folder_speaks_as_its_files_do_one_by_one(project: Path, voice: Path) -> None:
    one_by_one = {
        "checkpoint": str(voice / "small_v1.safetensors"),
        "vocabulary": str(voice / "vocab.txt"),
        "vocoder": str(voice / "vocos"),
        "references": [{"audio": str(voice / "reference.wav"), "text": small.TRANSCRIPT}],
    }
    expected = spoken(**one_by_one)
    assert expected.size
    for name in ("voices/ana", "voices/ana/", str(voice)):
        assert np.array_equal(spoken(weights=name), expected), name


def test_the_embedded_voice_speaks_without_the_network(
    embedded: Path, voice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("somebody asks the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert np.array_equal(spoken(weights="embedded"), spoken(weights=str(voice)))


def test_a_run_knows_the_embedded_files_by_content_and_not_by_where_they_are_installed(
    embedded: Path, tmp_path: Path
) -> None:
    known = create(settings={"weights": "embedded"}).provenance
    assert known["weights"] == "embedded"
    for name, file in (
        ("checkpoint", "small_v1.safetensors"),
        ("vocoder", "vocos/pytorch_model.bin"),
        ("vocabulary", "vocab.txt"),
    ):
        digest = hashlib.sha256((embedded / file).read_bytes()).hexdigest()[:16]
        address = f"voice://dora/{file}"
        assert known[name] == f"{address} {digest}"
    assert known["reference neutral"].startswith("clip ")
    assert str(tmp_path) not in str(known)
    small.make_voice(embedded, seed=1)
    assert create(settings={"weights": "embedded"}).provenance["checkpoint"] != known["checkpoint"]


def test_what_the_project_sets_wins_over_the_voice_and_the_voice_over_the_preset(
    project: Path, voice: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(voice, mine)
    taught = written(VoiceFile(**base(voice), steps=4, guidance=0.0, sway=-0.5))
    (mine / voice_folder.FILE).write_text(taught, encoding="utf-8")
    found = create(settings={"weights": str(mine), "preset": "upstream"}).provenance
    assert (found["steps"], found["guidance"], found["sway"], found["trim"]) == ("4", "0.0", "-0.5", "off")
    clip = {"audio": "voices/ana/reference.wav", "text": "Otra voz, y otras palabras."}
    given = {"weights": str(mine), "steps": 8, "references": [clip]}
    found = create(settings=given).provenance
    assert (found["steps"], found["guidance"]) == ("8", "0.0")
    own = create(settings={"weights": str(mine)}).provenance
    assert found["reference neutral"] != own["reference neutral"]


def base(voice: Path) -> dict[str, Any]:
    clip = ReferenceSettings(audio="reference.wav", text=small.TRANSCRIPT)
    return {
        "checkpoint": "small_v1.safetensors",
        "vocabulary": "vocab.txt",
        "vocoder": "vocos",
        "references": (clip,),
    }


def test_what_is_written_is_read_whatever_is_said(tmp_path: Path) -> None:
    said = 'Dijo «¿qué?», "no" y\tuna barra \\: ñandú.'
    clips = (
        ReferenceSettings(audio="a.flac", text=said),
        ReferenceSettings(audio="hf://owner/name/b.flac", text="b", region="mexican", style="happy"),
    )
    voice = VoiceFile(
        checkpoint="m", vocabulary="v", vocoder="hf://charactr/vocos", references=clips, sway=-0.5
    )
    (tmp_path / "ana").mkdir()
    (tmp_path / "ana" / voice_folder.FILE).write_text(written(voice), encoding="utf-8")
    table = unfolded({"weights": "ana", "speed": 1.1}, root=tmp_path)
    assert table == {
        "weights": "ana",
        "speed": 1.1,
        "checkpoint": "ana/m",
        "vocabulary": "ana/v",
        "vocoder": "hf://charactr/vocos",
        "sway": -0.5,
        "references": [
            {"audio": "ana/a.flac", "text": said, "region": "neutral", "style": None},
            {"audio": "hf://owner/name/b.flac", "text": "b", "region": "mexican", "style": "happy"},
        ],
    }


def test_where_no_voice_is_embedded_it_is_said_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voices, "FOLDER", tmp_path)
    with pytest.raises(SettingsError, match="no voice is embedded in this installation") as refused:
        create(settings={"weights": "embedded"})
    for words in ("make voice", "the folder of a voice", "'checkpoint'"):
        assert words in refused.value.hint


def test_what_names_no_voice_is_refused_with_the_nearest(project: Path) -> None:
    with pytest.raises(SettingsError, match=r"no voice 'embeded'.*embedded.*no voice\.toml") as refused:
        create(settings={"weights": "embeded"})
    assert "train export" in refused.value.hint
    with pytest.raises(SettingsError, match="weights"):
        create(settings={"weights": 3})


@pytest.mark.parametrize("key", ["checkpoint", "vocabulary", "arch"])
def test_a_checkpoint_beside_a_voice_is_refused(project: Path, key: str) -> None:
    with pytest.raises(SettingsError, match=f"which has its own {key}") as refused:
        create(settings={"weights": "voices/ana", key: "v1"})
    assert f"remove {key}" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("checkpoint =", "not valid TOML"),
        ('checkpoint = "a"', "this is no voice: Object missing required field"),
        ('tone = "a"', "this is no voice: Object contains unknown field `tone`"),
    ],
)
def test_a_file_that_is_no_voice_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / voice_folder.FILE
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=re.escape(message)) as refused:
        unfolded({"weights": str(tmp_path)}, root=tmp_path)
    assert str(path) in refused.value.where


def test_a_voice_that_lost_a_file_is_refused_with_the_file(embedded: Path) -> None:
    (embedded / "vocos" / "config.yaml").unlink()
    with pytest.raises(PipelineError, match="no such file") as refused:
        create(settings={"weights": "embedded"}).load()
    assert refused.value.where == str(embedded / "vocos" / "config.yaml")
