"""Each hostile server is asked by the http pipeline, which names what is wrong, or hears every sample."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

import numpy as np
import pytest

from tests.hostile.servers.server import KEY, RATE, SAMPLES, Hostile, address, secret_forms, servers, serving
from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Request
from tts_baseline.pipelines.http import Http, create

HOSTILE = servers()


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving() as base:
        yield base


@pytest.fixture
def pipeline(base: str, hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> Iterator[Http]:
    monkeypatch.setenv("HOSTILE_KEY", KEY)
    made = create(url=address(base, hostile.id), api_key_env="HOSTILE_KEY", **hostile.settings)
    made.load()
    yield made
    made.close()


@pytest.mark.parametrize("hostile", [h for h in HOSTILE.values() if not h.says], ids=lambda h: h.id)
def test_the_sound_is_heard_to_its_last_sample(pipeline: Http) -> None:
    said = pipeline.synthesize(Request(text="Hola."))
    assert np.rint(said.samples * 32768).astype(int).tolist() == SAMPLES.tolist()
    assert said.sample_rate == RATE


@pytest.mark.parametrize("hostile", [h for h in HOSTILE.values() if h.says], ids=lambda h: h.id)
def test_the_server_is_refused_in_one_sentence_without_secrets(
    pipeline: Http, hostile: Hostile, base: str
) -> None:
    with pytest.raises(RequestFailed) as caught:
        pipeline.synthesize(Request(text="Hola."))
    assert caught.value.what == hostile.says
    assert caught.value.where == f"{base}/{hostile.id}/v1/audio/speech"
    told = "".join(traceback.format_exception(caught.value)) + str(pipeline.provenance)
    assert not [form for form in secret_forms() if form in told.encode()]
    assert len(told) < 20_000
