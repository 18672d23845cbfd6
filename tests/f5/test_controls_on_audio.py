"""What the controls and switches do to the sound, measured on random weights; and that off means off.

What wants speech to be heard is in `test_controls_are_heard.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.support import small
from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Request, Utterance
from tts_baseline.suites import reader

RATE = 24_000
TEXT = "Primero llegó la lluvia. Después vino el viento del sur, y al final volvió la calma a la costa."
VOS = "vos tenes una llave y yo quiero ayudarte."
PAUSED = "Primero llegó la lluvia. [pause 300ms] Después vino el viento."
EMPHATIC = "Esto es [!!!] importantísimo para todos."


def samples(pipeline: Any, text: str, **more: Any) -> np.ndarray:
    return np.asarray(pipeline.synthesize(Request(text=text, seed=4, **more)).samples)


def quiet(wave: np.ndarray, below_db: float = -50.0, at_least_s: float = 0.03) -> list[tuple[float, float]]:
    """Start and length in seconds of each stretch whose 1 ms frames stay below a level."""
    frames = wave[: wave.size // 24 * 24].reshape(-1, 24)
    silent = np.sqrt(np.mean(np.square(frames, dtype=np.float64), axis=1)) < 10 ** (below_db / 20)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], silent, [False]))))
    stretches = [(start / 1000, (end - start) / 1000) for start, end in edges.reshape(-1, 2)]
    return [(start, length) for start, length in stretches if length >= at_least_s]


@pytest.mark.parametrize("trim", ["off", "fixed", "adaptive"])
@pytest.mark.parametrize("ms", [80, 300, 1500])
def test_a_pause_that_was_asked_for_is_heard_to_20_ms(build: Any, ms: int, trim: str) -> None:
    pipeline = build(steps=2, trim=trim)
    pauses = quiet(samples(pipeline, f"La lluvia llegó. [pause {ms}ms] El viento vino del sur."))
    assert len(pauses) == 1
    assert pauses[0][1] == pytest.approx(ms / 1000, abs=0.020)


@pytest.mark.parametrize("trim", ["off", "fixed", "adaptive"])
def test_pauses_at_the_edges_survive_the_trim(build: Any, trim: str) -> None:
    pipeline = build(steps=2, trim=trim)
    wave = samples(pipeline, "[pause 400ms] La lluvia llegó del sur. [pause 700ms]")
    (start, lead), (end, tail) = quiet(wave)
    assert start == 0
    assert lead == pytest.approx(0.4, abs=0.020)
    assert tail == pytest.approx(0.7, abs=0.020)
    assert end + tail == pytest.approx(wave.size / RATE, abs=0.002)


@pytest.mark.parametrize("trim", ["off", "fixed", "adaptive"])
def test_a_quiet_voice_is_not_trimmed_away_with_its_pause(
    build: Any, models: dict[str, small.Small], tmp_path: Path, trim: str
) -> None:
    sound, rate = soundfile.read(models["v0"].reference)
    quiet_clip = tmp_path / "quiet.wav"
    soundfile.write(quiet_clip, 0.13 * sound, rate)
    clip = {"audio": str(quiet_clip), "text": small.TRANSCRIPT}
    pipeline = build(steps=1, trim=trim, references=[clip])
    lengths = [chunk.pause_s for chunk in pipeline.plan(Request(text=PAUSED)).chunks]
    assert lengths == [0.3, 0.0]
    loud = samples(build(steps=1, trim="off"), PAUSED)
    assert samples(pipeline, PAUSED).size > 0.9 * loud.size


def test_chunks_of_styles_with_other_paces_stay_inside_the_training_length(
    build: Any, models: dict[str, small.Small], tmp_path: Path
) -> None:
    sound, rate = soundfile.read(models["v0"].reference)
    slow = tmp_path / "slow.wav"
    soundfile.write(slow, np.concatenate([sound, sound, sound]), rate)
    neutral = {"audio": str(models["v0"].reference), "text": small.TRANSCRIPT}
    calm = {"audio": str(slow), "text": "Muy, muy despacio, así se habla.", "style": "calm"}
    pipeline = build(steps=1, references=[neutral, calm])
    plan = pipeline.plan(Request(text=f"{TEXT * 8} [calm] {TEXT * 8}"))
    choose = pipeline.engine.voices.choose
    assert {chunk.style for chunk in plan.chunks} == {None, "calm"}
    for chunk in plan.chunks:
        frames = choose("neutral", chunk.style).duration(chunk.text, chunk.speed)
        assert frames * 256 / RATE <= 22.1


def test_every_planned_pause_is_heard(build: Any) -> None:
    pipeline = build(steps=1, pauses="clauses", trim="adaptive")
    plan = pipeline.plan(Request(text=TEXT))
    planned = [chunk.pause_s for chunk in plan.chunks if chunk.pause_s]
    assert len(planned) >= 2
    heard = [length for _, length in quiet(samples(pipeline, TEXT))]
    assert heard == pytest.approx(planned, abs=0.020)


@pytest.mark.parametrize(("tag", "factor"), [("[fast]", 1 / 1.2), ("[slow]", 1 / 0.85)], ids=["fast", "slow"])
def test_speed_tags_change_the_duration_by_their_factor(build: Any, tag: str, factor: float) -> None:
    pipeline = build(steps=1, trim="off")
    ratio = samples(pipeline, f"{tag} {TEXT}").size / samples(pipeline, TEXT).size
    assert ratio == pytest.approx(factor, abs=0.01)


@pytest.mark.parametrize("speed", [0.6, 0.9, 1.1, 1.6])
def test_a_requests_speed_is_met_by_the_model_or_by_stretching(build: Any, speed: float) -> None:
    pipeline = build(steps=1, trim="off")
    chunk = pipeline.plan(Request(text=TEXT, speed=speed)).chunks[0]
    assert 0.8 <= chunk.speed <= 1.25
    assert (chunk.stretch != 1) == (not 0.8 <= speed <= 1.25)
    ratio = samples(pipeline, TEXT, speed=speed).size / samples(pipeline, TEXT).size
    assert ratio == pytest.approx(1 / speed, rel=0.02)


def test_a_style_is_spoken_with_its_clip_or_refused_or_noted(
    build: Any, models: dict[str, small.Small], tmp_path: Any
) -> None:
    happy = tmp_path / "happy.wav"
    time = np.arange(2 * RATE) / RATE
    soundfile.write(happy, 0.4 * np.sin(2 * np.pi * 240 * time) * (0.6 + 0.4 * np.sin(20 * time)), RATE)
    neutral = {"audio": str(models["v0"].reference), "text": small.TRANSCRIPT}
    styled = build(
        steps=1, references=[neutral, {"audio": str(happy), "text": "Qué alegría verte.", "style": "happy"}]
    )
    text = "Hoy es un gran día para todos."
    assert samples(styled, f"[happy] {text}").tobytes() == samples(styled, text, style="happy").tobytes()
    assert samples(styled, f"[happy] {text}").tobytes() != samples(styled, text).tobytes()
    plain = build(steps=1)
    with pytest.raises(RequestFailed, match="sad") as refused:
        samples(plain, f"[sad] {text}")
    assert "missing_style" in refused.value.hint
    lenient = build(steps=1, missing_style="neutral")
    assert samples(lenient, f"[sad] {text}").tobytes() == samples(plain, text).tobytes()
    assert any("sad" in note for note in lenient.plan(Request(text=f"[sad] {text}")).notes)


@pytest.mark.parametrize(
    ("switch", "off", "on", "text", "needs"),
    [
        ("controls", False, True, "Hola [pause 200ms] a todos.", None),
        ("pauses", "controls", "sentences", TEXT, None),
        ("breath_s", 0.0, 1.5, TEXT, None),
        ("emphasis", False, True, EMPHATIC, "parselmouth"),
        ("voseo_accents", False, True, VOS, None),
        ("sheismo", False, True, VOS, None),
        ("normalize", False, True, "Hay 200 mujeres.", None),
        ("form", "upstream", "spanish", "Hola a todos.", None),
        ("high_shelf_db", 0.0, 3.0, TEXT, None),
        ("de_ess_db", 0.0, 12.0, TEXT, None),
        ("loudness_lufs", None, -30.0, TEXT, None),
        ("crossfade_s", 0.0, 0.15, TEXT * 6, None),
        ("speed", 1.0, 1.1, TEXT, None),
    ],
)
def test_a_switch_acts_and_off_is_bit_identical_to_never_mentioned(
    build: Any, switch: str, off: Any, on: Any, text: str, needs: str | None
) -> None:
    if needs:
        pytest.importorskip(needs)
    plain = {"steps": 1, "trim": "off", "crossfade_s": 0.0, "controls": switch == "emphasis"}
    plain |= {"normalize": False, "form": "upstream"}
    bare = build(**plain)
    wanted = samples(bare, text, region="rioplatense")
    assert samples(build(**{**plain, switch: off}), text, region="rioplatense").tobytes() == wanted.tobytes()
    if "[" not in text:
        # Off, nothing comes between the vocoder and the listener.
        request = Request(text=text, region="rioplatense", seed=4)
        jobs = bare.jobs(request, bare.plan(request))
        raw = np.concatenate(bare.engine.waves(bare.engine.mels(jobs), jobs))
        assert wanted.tobytes() == np.clip(raw, -1, 1).tobytes()
    assert samples(build(**{**plain, switch: on}), text, region="rioplatense").tobytes() != wanted.tobytes()


def test_the_shelf_changes_the_highs_by_what_was_asked_for(build: Any) -> None:
    def band(wave: np.ndarray, low: float, high: float) -> float:
        power = np.abs(np.fft.rfft(wave)) ** 2
        hertz = np.fft.rfftfreq(wave.size, 1 / RATE)
        return float(10 * np.log10(power[(hertz >= low) & (hertz < high)].sum()))

    plain = samples(build(steps=1), TEXT)
    raised = samples(build(steps=1, high_shelf_db=-6.0), TEXT)
    assert band(raised, 9_000, 12_000) == pytest.approx(band(plain, 9_000, 12_000) - 6.0, abs=0.5)


@pytest.mark.parametrize("text", ["", "   ", "🙂", "[happy]", "\n\n", "---"])
def test_nothing_to_say_gives_no_samples(build: Any, text: str) -> None:
    wave = samples(build(steps=1, missing_style="neutral"), text)
    assert wave.dtype == np.float32
    assert wave.size == 0


def test_stages_are_all_there_and_sum_to_the_call(build: Any) -> None:
    spoken: Utterance = build(steps=1).synthesize(Request(text=TEXT))
    assert spoken.stages.keys() == {"text", "model", "vocoder", "post", "enhance"}
    assert all(seconds > 0 for seconds in spoken.stages.values())
    assert spoken.sample_rate == RATE


def test_the_whole_suite_is_spoken(build: Any) -> None:
    pipeline = build(steps=1)
    for case in reader.read("es", Path()):
        spoken = pipeline.synthesize(case.request)
        assert 0.2 < spoken.samples.size / RATE < 40, case.id
        assert np.isfinite(spoken.samples).all()


def test_the_shortest_texts_are_spoken_at_a_pace_of_their_own(build: Any) -> None:
    """A text under 10 bytes, that is; upstream's 0.3 of the pace is the default."""
    slow, usual = (
        samples(build(steps=1, trim="off", **more), "Hola.") for more in ({}, {"short_speed": 1.0})
    )
    assert usual.size / slow.size == pytest.approx(0.3, abs=0.02)
    longer = (samples(build(steps=1, trim="off", short_speed=short), "Hola a todos.") for short in (0.3, 1.0))
    assert len({wave.size for wave in longer}) == 1
