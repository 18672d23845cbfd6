"""A stream says what `synthesize` says, each piece before the next chunk is computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish.engine import Engine

TEXT = "Primero llegó la lluvia. [pause 200ms] Después vino el viento del sur. [fast] Y al fin, la noche."
REQUEST = Request(text=TEXT, seed=2)


@pytest.mark.parametrize(
    ("version", "settings"),
    [
        ("v0", {}),
        ("v1", {"trim": "off", "high_shelf_db": 3.0}),
        ("v0", {"preset": "expressive", "steps": 2}),
        ("v0", {"loudness_lufs": -20.0, "de_ess_db": 6.0}),
        ("v0", {"first_chunk_s": 1.0}),
    ],
)
def test_the_pieces_are_the_whole_sample_by_sample(
    build: Any, version: str, settings: dict[str, Any]
) -> None:
    pipeline = build(version, **{"steps": 2, **settings})
    whole, pieces = pipeline.synthesize(REQUEST), list(pipeline.stream(REQUEST))
    assert np.concatenate([piece.samples for piece in pieces]).tobytes() == whole.samples.tobytes()
    assert "\n".join(piece.text for piece in pieces) == whole.text
    assert {piece.sample_rate for piece in pieces} == {whole.sample_rate}
    assert set().union(*(piece.stages for piece in pieces)) == set(whole.stages)
    assert all(piece.samples.size for piece in pieces)
    assert len(pieces) == (1 if "loudness_lufs" in settings else len(whole.text.splitlines()))


def test_each_piece_comes_before_the_next_chunk_is_computed(
    build: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = build(steps=2)
    computed: list[int] = []
    mels = Engine.mels
    monkeypatch.setattr(Engine, "mels", lambda self, jobs: computed.append(len(jobs)) or mels(self, jobs))
    counts = [(len(computed), sum(computed)) for _ in pipeline.stream(REQUEST)]
    assert counts == [(1, 1), (2, 2), (3, 3)]


def test_a_short_first_chunk_comes_sooner(build: Any) -> None:
    request = Request(text="Una frase que es larga, y que no acaba tan pronto como se espera de una frase.")
    usual, short = (
        pipeline.jobs(request, pipeline.plan(request)) for pipeline in (build(), build(first_chunk_s=1.5))
    )
    assert len(usual) == 1
    assert len(short) == 2
    given = short[0].reference.mel.shape[1]
    assert short[0].frames - given < 0.5 * (usual[0].frames - given)


def test_beside_batched_the_pieces_are_the_whole_within_rounding(build: Any) -> None:
    pipeline = build(optimize=("batched",), steps=2)
    whole = pipeline.synthesize(REQUEST).samples
    pieces = np.concatenate([piece.samples for piece in pipeline.stream(REQUEST)])
    assert np.abs(pieces - whole).max() <= 1e-5 * np.abs(whole).max()


def test_what_says_nothing_is_one_empty_piece_and_what_is_refused_raises_at_once(build: Any) -> None:
    (silent,) = build(steps=2).stream(Request(text="---"))
    assert silent.samples.size == 0
    with pytest.raises(RequestFailed, match="sad"):
        next(build(steps=2).stream(Request(text="Hola.", style="sad")))
