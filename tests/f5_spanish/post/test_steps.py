"""From waves to one utterance: the real clip as what two chunks sounded like."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec.structs import replace

from tts_baseline.pipelines.f5_spanish.plan import Chunk, TextPlan
from tts_baseline.pipelines.f5_spanish.post import denoise, edges, join, steps, trim
from tts_baseline.pipelines.f5_spanish.post.step import Task
from tts_baseline.pipelines.f5_spanish.post.steps import AFTER, BEFORE, STEPS, finished
from tts_baseline.pipelines.f5_spanish.settings import F5Settings, read

RATE = 16_000


@pytest.fixture(scope="module")
def waves() -> list[np.ndarray]:
    """Two stretches of read speech, each with half a second of faint noise at both ends."""
    path = Path(__file__).parents[2] / "data" / "speech_es_mx.flac"
    clip, rate = soundfile.read(path, dtype="float32")
    assert rate == RATE
    noise = np.random.default_rng(0).normal(0, 10 ** (-62 / 20), clip.size).astype(np.float32)
    return [(clip + noise)[: 3 * RATE], (clip + noise)[3 * RATE : 7 * RATE]]


def plan(*pauses: float, lead_s: float = 0.0) -> TextPlan:
    chunks = tuple(Chunk(text=" hola. ", first=0, last=0, pause_s=pause) for pause in pauses)
    return TextPlan(
        source="hola", region="neutral", text="hola", tokens=(), sentences=(), phrases=(), boundaries=(),
        chunks=chunks, lead_s=lead_s,
    )  # fmt: skip


def sound(waves: list[np.ndarray], what: TextPlan, **settings: object) -> np.ndarray:
    chosen = read({"trim": "off", "crossfade_s": 0.0, **settings})
    task = Task(plan=what, settings=chosen, rate=RATE, seed=0)
    return finished(waves, task, lap=lambda stage: None)


def test_with_everything_off_the_waves_come_back_end_to_end(waves: list[np.ndarray]) -> None:
    assert sound(waves, plan(0.0, 0.0)).tobytes() == np.concatenate(waves).tobytes()


@pytest.mark.parametrize("trim", ["fixed", "adaptive"])
def test_the_trim_shortens_the_edges_and_off_leaves_them(waves: list[np.ndarray], trim: str) -> None:
    kept, trimmed = sound(waves, plan(0.0, 0.0)), sound(waves, plan(0.0, 0.0), trim=trim)
    assert kept.size - trimmed.size > 0.4 * RATE


def test_a_pause_at_one_edge_alone_takes_what_it_takes_beside_the_other(waves: list[np.ndarray]) -> None:
    bare, lead, trail, both = (
        sound(waves, plan(0.0, trail_s, lead_s=lead_s)).size
        for lead_s, trail_s in ((0.0, 0.0), (0.25, 0.0), (0.0, 0.5), (0.25, 0.5))
    )
    assert lead + trail == bare + both


@pytest.mark.parametrize("trim", ["off", "fixed", "adaptive"])
def test_pauses_at_edges_and_between_come_out_exactly(waves: list[np.ndarray], trim: str) -> None:
    bare = sound(waves, plan(0.3, 0.0), trim=trim)
    padded = sound(waves, plan(0.3, 0.5, lead_s=0.25), trim=trim)
    level = np.sqrt(np.mean(np.square(padded[: int(0.24 * RATE)])))
    assert 20 * np.log10(level) == pytest.approx(-62, abs=1)
    assert 0 <= 0.75 * RATE + bare.size - padded.size < 1.1 * RATE
    if trim == "fixed":
        assert padded.size == pytest.approx(bare.size + 0.75 * RATE, abs=0.03 * RATE)


def test_denoising_lowers_the_noise_and_the_planned_pause_has_what_is_left(waves: list[np.ndarray]) -> None:
    pytest.importorskip("noisereduce")
    loud = [
        wave + np.random.default_rng(1).normal(0, 10 ** (-40 / 20), wave.size).astype(np.float32)
        for wave in waves
    ]
    plain, clean = sound(loud, plan(0.4, 0.0)), sound(loud, plan(0.4, 0.0), denoise=1.0)

    def level(wave: np.ndarray, start: float, end: float) -> float:
        return float(10 * np.log10(np.mean(np.square(wave[int(start * RATE) : int(end * RATE)]))))

    assert level(clean, 0.05, 0.4) < level(plain, 0.05, 0.4) - 6
    task = Task(plan=plan(0.4, 0.0), settings=read({"crossfade_s": 0.0, "denoise": 1.0}), rate=RATE, seed=0)
    cleaned = [denoise.STEP.apply(wave, task.plan.chunks[0], task) for wave in loud]
    track = join.joined(cleaned, task)
    pause = track.samples[slice(*track.pauses[0])]
    assert level(pause, 0, 0.4) == pytest.approx(level(cleaned[0], 0.05, 0.4), abs=3)


def test_the_planned_pauses_are_where_the_track_says(waves: list[np.ndarray]) -> None:
    chosen = read({"trim": "fixed", "crossfade_s": 0.0})
    task = Task(plan=plan(0.3, 0.5, lead_s=0.25), settings=chosen, rate=RATE, seed=0)
    track = edges.STEP.apply(trim.STEP.apply(join.joined(waves, task), task), task)
    assert [stop - start for start, stop in track.pauses] == [0.25 * RATE, 0.3 * RATE, 0.5 * RATE]
    for start, stop in track.pauses:
        level = np.sqrt(np.mean(np.square(track.samples[start:stop])))
        assert 20 * np.log10(level) == pytest.approx(-62, abs=1)


def test_a_step_is_named_by_its_file_set_by_a_setting_and_those_of_a_chunk_come_first() -> None:
    assert len(STEPS) == len({step.name for step in STEPS}) == 9
    for step in STEPS:
        module = import_module(f"tts_baseline.pipelines.f5_spanish.post.{step.name}")
        assert module.STEP is step
        assert step.setting in F5Settings.__struct_fields__
    scopes = [step.scope for step in STEPS]
    assert scopes[:4] == ["chunk", "chunk", "chunk", "seam"]
    assert "chunk" not in scopes[4:]


def test_a_step_that_is_off_is_not_called_and_its_stage_is_timed_all_the_same(
    waves: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("called, though it is off")

    broken = {step: replace(step, apply=refuse) for step in (*BEFORE, *AFTER)}
    monkeypatch.setattr(steps, "BEFORE", tuple(broken[step] for step in BEFORE))
    monkeypatch.setattr(steps, "AFTER", tuple(broken[step] for step in AFTER))
    laps: list[str] = []
    task = Task(plan=plan(0.0, 0.0), settings=read({"trim": "off"}), rate=RATE, seed=0)
    assert finished(waves, task, lap=laps.append).size
    assert laps == [step.stage for step in (*BEFORE, *BEFORE, *STEPS[len(BEFORE) :])]
    on = replace(task, settings=read({"trim": "fixed"}))
    with pytest.raises(AssertionError, match="called"):
        finished(waves, on, lap=laps.append)


def test_the_defaults_are_the_roadmaps_starting_point() -> None:
    assert read({}) == F5Settings(preset="roadmap", steps=16, crossfade_s=0.15, trim="fixed")
    chosen = F5Settings()
    assert (chosen.denoise, chosen.high_shelf_db, chosen.de_ess_db, chosen.loudness_lufs) == (0, 0, 0, None)
