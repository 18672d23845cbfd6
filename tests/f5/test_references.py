"""Reference clips: what is refused, what is shared, and what a transcript costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.support import small
from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.voice import reference, transcripts

SECOND = 24_000


def voice(seconds: float, rate: int = SECOND) -> np.ndarray:
    time = np.arange(int(seconds * rate)) / rate
    return 0.3 * np.sin(2 * np.pi * 150 * time)


@pytest.mark.parametrize(
    ("sound", "message"),
    [
        (voice(13.0), "13.0 s long"),
        (np.zeros(SECOND), "is silent"),
        (np.zeros(0), "is silent"),
        (1e-3 * voice(3.0), "is silent"),
    ],
)
def test_a_clip_that_cannot_serve_is_refused(tmp_path: Path, sound: np.ndarray, message: str) -> None:
    path = tmp_path / "clip.wav"
    soundfile.write(path, sound, SECOND)
    with pytest.raises(SettingsError, match=message) as refused:
        reference.read_clip(path)
    assert refused.value.where == str(path)


def test_a_long_clip_may_have_long_edges(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    soundfile.write(path, np.concatenate([np.zeros(5 * SECOND), voice(9.0), np.zeros(2 * SECOND)]), SECOND)
    assert len(reference.read_clip(path).samples) == pytest.approx(9.05 * SECOND, abs=0.02 * SECOND)


@pytest.mark.parametrize("content", [b"", b"RIFF nothing", None])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "clip.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match="cannot be read"):
        reference.read_clip(path)


def test_durations_count_the_bytes_of_the_clip_as_it_is_used(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    soundfile.write(path, np.concatenate([np.zeros(SECOND), voice(4.0), np.zeros(SECOND)]), SECOND)
    made = reference.reference(reference.read_clip(path), "ñandú: dos", device="cpu")
    assert made.text == "ñandú: dos.  "
    assert made.frames == int(4.05 * SECOND) // 256
    size = len(made.text.encode())
    assert size == 15
    assert made.bytes_per_s == pytest.approx(size / (made.frames * 256 / SECOND))
    assert made.room_s == pytest.approx(22 - 4.05, abs=0.02)
    text = "doce bytes ñ"
    assert made.duration(text, 1.0) == made.frames + int(made.frames / size * 13)
    assert made.duration(text, 2.0) == made.frames + int(made.frames / size * 13 / 2.0)
    assert made.duration("corto", 1.0) == made.frames + int(made.frames / size * 5 / 0.3)
    assert made.duration("corto", 1.0, short=1.0) == made.frames + int(made.frames / size * 5)


def test_a_missing_clip_or_transcript_is_asked_for(models: dict[str, small.Small]) -> None:
    with pytest.raises(SettingsError, match="there is no reference clip"):
        create(settings=small.table(models["v0"], references=[])).load()
    silent = [{"audio": str(models["v0"].reference)}]
    with pytest.raises(SettingsError, match="has no transcript") as refused:
        create(settings=small.table(models["v0"], references=silent)).load()
    assert "transcribe = true" in refused.value.hint


def test_region_and_style_choose_the_clip(models: dict[str, small.Small], tmp_path: Path, build: Any) -> None:
    paths = {name: tmp_path / f"{name}.wav" for name in ("happy", "south")}
    soundfile.write(paths["happy"], voice(2.0), SECOND)
    soundfile.write(paths["south"], 0.5 * voice(2.5), SECOND)
    neutral = {"audio": str(models["v0"].reference), "text": small.TRANSCRIPT}
    references = [
        neutral,
        {"audio": str(paths["happy"]), "text": "Qué alegría.", "style": "happy"},
        {"audio": str(paths["south"]), "text": "Vení vos.", "region": "rioplatense"},
        {**neutral, "region": "mexican"},
    ]
    engine = build(references=references, steps=1).engine
    assert engine.voices.choose("rioplatense", None).text.startswith("Vení vos")
    assert engine.voices.choose("colombian", "happy").text.startswith("Qué alegría")
    assert engine.voices.choose("colombian", None).text.startswith(small.TRANSCRIPT)
    assert engine.voices.choose("mexican", None) is engine.voices.choose("neutral", None)
    with pytest.raises(KeyError):
        engine.voices.choose("neutral", "sad")


def recognizer(folder: Path) -> str:
    """A tiny random Whisper in the hub's format, which hears nothing but the letter a."""
    from transformers import (
        WhisperConfig,
        WhisperFeatureExtractor,
        WhisperForConditionalGeneration,
        WhisperTokenizer,
    )
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    folder.mkdir()
    letters = {letter: number for number, letter in enumerate(bytes_to_unicode().values())}
    special = ["<|endoftext|>", "<|startoftranscript|>", "<|es|>", "<|transcribe|>", "<|notimestamps|>"]
    ids = {**letters, **{token: len(letters) + number for number, token in enumerate(special)}}
    tokenizer = WhisperTokenizer(vocab=ids, merges=[], additional_special_tokens=special)
    tokenizer.save_pretrained(folder)
    WhisperFeatureExtractor(feature_size=80).save_pretrained(folder)
    config = WhisperConfig(
        vocab_size=len(ids), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16, max_target_positions=32,
        bos_token_id=ids["<|endoftext|>"], eos_token_id=ids["<|endoftext|>"],
        pad_token_id=ids["<|endoftext|>"], decoder_start_token_id=ids["<|startoftranscript|>"],
    )  # fmt: skip
    model = WhisperForConditionalGeneration(config)
    spoken = {
        "lang_to_id": {"<|es|>": ids["<|es|>"]}, "task_to_id": {"transcribe": ids["<|transcribe|>"]},
        "no_timestamps_token_id": ids["<|notimestamps|>"], "is_multilingual": True, "max_length": 16,
        "suppress_tokens": [number for token, number in ids.items() if token != "a"],
        "begin_suppress_tokens": None,
        "_from_model_config": False,
    }  # fmt: skip
    for name, value in spoken.items():
        setattr(model.generation_config, name, value)
    model.save_pretrained(folder)
    return str(folder)


@pytest.mark.filterwarnings("ignore")
def test_a_clip_is_transcribed_once_kept_and_said_so(
    models: dict[str, small.Small], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("transformers")
    cache = tmp_path / "cache"
    settings = small.table(
        models["v0"], references=[{"audio": str(models["v0"].reference)}], transcribe=True,
        asr_model=recognizer(tmp_path / "whisper"), cache=str(cache), steps=1,
    )  # fmt: skip
    first = create(settings=settings)
    heard = first.provenance["reference neutral"]
    assert f"transcribed by {tmp_path / 'whisper'}" in heard
    kept = next(path for path in cache.iterdir() if path.name != "fingerprints.json")
    assert set(json.loads(kept.read_text())["text"]) == {"a"}

    def deaf(*_: object) -> str:
        raise AssertionError("asked twice")

    monkeypatch.setattr(transcripts, "_recognized", deaf)
    kept.write_text(json.dumps({"text": "Corregido a mano.", "model": "whisper"}))
    again = create(settings=settings)
    assert "Corregido a mano." in again.provenance["reference neutral"]
    assert again.engine.voices.choose("neutral", None).text == "Corregido a mano.  "
    again.synthesize(Request(text="Hola a todos."))
    kept.write_text("{")
    with pytest.raises(PipelineError, match="cannot be read") as refused:
        create(settings=settings).load()
    assert refused.value.hint == f"rm {kept}"


def test_a_recognizer_that_is_not_there_is_told(models: dict[str, small.Small], tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    clip = reference.read_clip(models["v0"].reference)
    with pytest.raises(PipelineError, match="the recognizer cannot be loaded") as refused:
        transcripts.transcript(clip, model=str(tmp_path / "none"), device="cpu", cache=tmp_path)
    assert "set the clip's text" in refused.value.hint


def test_a_region_with_clips_never_borrows_another_speaker(
    models: dict[str, small.Small], tmp_path: Path, build: Any
) -> None:
    south = tmp_path / "south.wav"
    soundfile.write(south, 0.5 * voice(2.5), SECOND)
    neutral = {"audio": str(models["v0"].reference), "text": small.TRANSCRIPT}
    references = [
        {**neutral, "style": "neutral"},
        {**neutral, "style": "happy"},
        {"audio": str(south), "text": "Vení vos, dale.", "region": "rioplatense"},
    ]
    pipeline = build(references=references, steps=1)
    choose = pipeline.engine.voices.choose
    assert choose("mexican", "happy") is choose("neutral", "happy")
    with pytest.raises(KeyError):
        choose("rioplatense", "happy")
    samples = {
        region: pipeline.synthesize(Request(text="Hola a todos.", region=region)).samples.tobytes()
        for region in ("neutral", "mexican", "rioplatense")
    }
    assert samples["neutral"] == samples["mexican"] != samples["rioplatense"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"region": "rioplatanse"}, "no region 'rioplatanse' .did you mean 'rioplatense'"),
        ({"style": "hapy"}, "no style 'hapy' .did you mean 'happy'"),
        ({"style": "neutral"}, "two clips speak neutral"),
        ({"style": "sad", "text": "Son 2 casas."}, "cannot read: '2'"),
        ({"style": "sad", "text": "Hola 🙂 a todos."}, "cannot read"),
        ({"style": "sad", "text": "a"}, "does not fit the clip"),
        ({"style": "sad", "text": "palabras y más palabras " * 20}, "does not fit the clip"),
    ],
)
def test_an_entry_that_cannot_be_meant_is_refused(
    models: dict[str, small.Small], change: dict[str, str], message: str
) -> None:
    neutral = {"audio": str(models["v0"].reference), "text": small.TRANSCRIPT}
    with pytest.raises(SettingsError, match=message):
        create(settings=small.table(models["v0"], references=[neutral, {**neutral, **change}])).load()


def test_only_styled_clips_are_not_enough(models: dict[str, small.Small]) -> None:
    happy = {"audio": str(models["v0"].reference), "text": small.TRANSCRIPT, "style": "happy"}
    with pytest.raises(SettingsError, match="no reference clip for neutral speech"):
        create(settings=small.table(models["v0"], references=[happy])).load()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_clip_with_a_sample_that_is_no_number_is_refused(tmp_path: Path, bad: float) -> None:
    path = tmp_path / "clip.wav"
    sound = voice(3.0)
    sound[100] = bad
    soundfile.write(path, sound, SECOND, subtype="FLOAT")
    with pytest.raises(SettingsError, match="NaN or infinite"):
        reference.read_clip(path)


def test_provenance_follows_the_content_of_every_file(models: dict[str, small.Small], tmp_path: Path) -> None:
    def provenance(**more: Any) -> dict[str, str]:
        return create(settings=small.table(models["v0"], vocoder=str(vocoder), steps=1, **more)).provenance

    vocoder = small.make_vocoder(tmp_path / "vocos")
    first = provenance()
    small.make_vocoder(tmp_path / "vocos", seed=5)
    assert provenance()["vocoder"] != first["vocoder"]
    other = [{"audio": str(models["v0"].reference), "text": small.TRANSCRIPT.lower()}]
    assert provenance(references=other)["reference neutral"] != first["reference neutral"]
    assert provenance()["checkpoint"] == first["checkpoint"]
