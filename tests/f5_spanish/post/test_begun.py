"""How an utterance begins is known before it ends: what is given away stays, whatever comes next."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import post_signals as signals
from tts_baseline.pipelines.f5_spanish.plan import Chunk, TextPlan
from tts_baseline.pipelines.f5_spanish.post import silence
from tts_baseline.pipelines.f5_spanish.post.join import Chunks
from tts_baseline.pipelines.f5_spanish.post.step import Task
from tts_baseline.pipelines.f5_spanish.post.steps import begun, cleaned, finished
from tts_baseline.pipelines.f5_spanish.settings import read

RATE = 24_000


def chunk(seed: int, *, silence_s: float = 0.15) -> np.ndarray:
    """Speech between two noisy silences."""
    quiet = np.zeros(round(silence_s * RATE), np.float32)
    wave = np.concatenate([quiet, signals.speech(0.6 + 0.1 * seed, seed), quiet])
    return (wave + signals.noise(wave.size / RATE, -60, seed)[: wave.size]).astype(np.float32)


def task(pauses: tuple[float, ...], lead_s: float = 0.0, **settings: object) -> Task:
    chunks = tuple(Chunk(text=" hola. ", first=0, last=0, pause_s=pause) for pause in pauses)
    plan = TextPlan(
        source="hola", region="neutral", text="hola", tokens=(), sentences=(), phrases=(), boundaries=(),
        chunks=chunks, lead_s=lead_s,
    )  # fmt: skip
    return Task(plan=plan, settings=read(settings), rate=RATE, seed=5)


def beginnings(waves: list[np.ndarray], what: Task) -> list[np.ndarray]:
    """What is settled after each chunk but the last."""
    idle = lambda stage: None  # noqa: E731
    chunks, found = Chunks(what), []
    for index, wave in enumerate(waves[:-1]):
        chunks.add(cleaned(wave, index, what, lap=idle))
        found.append(begun(chunks, what, lap=idle))
    return found


def silent(count: int) -> np.ndarray:
    return signals.noise(count / RATE, -70, 9).astype(np.float32)


SOUNDS = {
    "speech": [chunk(seed) for seed in range(4)],
    "silence at the end": [chunk(0), chunk(1), silent(RATE // 2), silent(RATE)],
    "silence at the start": [silent(RATE // 2), chunk(1), chunk(2), silent(200)],
    "scraps": [chunk(0), silent(50), chunk(1)[:500], chunk(2)],
    "nothing but noise": [silent(3000), silent(4000), silent(5000), silent(100)],
    "fading": [chunk(0) * np.linspace(1, 0, chunk(0).size, dtype=np.float32), *(chunk(s) for s in (1, 2, 3))],
}


@pytest.mark.parametrize("sounds", SOUNDS)
@pytest.mark.parametrize("trim", ["off", "fixed", "adaptive"])
@pytest.mark.parametrize(
    "pauses", [(0.0, 0.0, 0.0, 0.0), (0.3, 0.0, 0.2, 0.0), (0.0, 0.25, 0.0, 0.0), (0.001, 0.2, 0.3, 0.0)]
)
@pytest.mark.parametrize("more", [{}, {"high_shelf_db": 4.0, "crossfade_s": 0.02}, {"crossfade_s": 1.0}])
def test_what_has_begun_is_how_the_whole_begins(
    sounds: str, trim: str, pauses: tuple[float, ...], more: dict[str, object]
) -> None:
    waves, what = SOUNDS[sounds], task(pauses, trim=trim, **more)
    complete = finished(waves, what, lap=lambda stage: None)
    before = 0
    for beginning in beginnings(waves, what):
        assert beginning.tobytes() == complete[: beginning.size].tobytes()
        assert beginning.size >= before
        before = beginning.size


@pytest.mark.parametrize(
    ("pause_s", "settings", "kept_back_s"),
    [
        (0.0, {"trim": "off"}, 0.15),  # the crossfade
        (0.0, {}, 0.3),  # and the silence before the first word
        (0.3, {}, 0.3 - 0.3),  # both silences, and the pause that comes on top
        (0.3, {"preset": "expressive"}, 0.3 - 0.3),
    ],
)
def test_little_is_kept_back(pause_s: float, settings: dict[str, object], kept_back_s: float) -> None:
    waves, what = SOUNDS["speech"], task((pause_s,) * 3 + (0.0,), **settings)
    first, *_ = beginnings(waves, what)
    assert first.size >= waves[0].size - (kept_back_s + 0.05) * RATE


@pytest.mark.parametrize(
    ("pauses", "settings"),
    [
        ((0.0, 0.0, 0.0, 0.0), {"loudness_lufs": -20.0}),
        ((0.0, 0.0, 0.0, 0.0), {"de_ess_db": 6.0}),
        ((0.0, 0.0, 0.0, 0.0), {"trim": "adaptive"}),
        ((0.0, 0.0, 0.0, 0.5), {}),
        ((0.0, 0.0, 0.0, 0.0), {"lead_s": 0.4}),
    ],
)
def test_what_hears_the_whole_gives_nothing_before(pauses: tuple[float, ...], settings: dict) -> None:
    assert [begun.size for begun in beginnings(SOUNDS["speech"], task(pauses, **settings))] == [0, 0, 0]


def test_the_room_s_tone_is_that_which_was_heard_until_then() -> None:
    pauses = (0.4, 0.4, 0.4, 0.0)
    quieter = [SOUNDS["speech"][0], *(0.1 * wave for wave in SOUNDS["speech"][1:])]
    loud, soft = (
        finished(waves, task(pauses), lap=lambda stage: None) for waves in (SOUNDS["speech"], quieter)
    )
    first = beginnings(quieter, task(pauses))[0]
    assert loud[: first.size].tobytes() == soft[: first.size].tobytes()


def test_no_chunk_is_listened_to_again_when_the_next_one_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    levels = silence.frame_levels
    monkeypatch.setattr(
        silence, "frame_levels", lambda wave, *rest: heard.append(wave.size) or levels(wave, *rest)
    )
    beginnings(SOUNDS["speech"], task((0.0, 0.0, 0.0, 0.0), trim="off"))
    first, second, third, _ = (wave.size for wave in SOUNDS["speech"])
    assert heard == [first, first, second, second, third, third]  # its room, its edges
