from __future__ import annotations

import numpy as np
import pytest
import soxr
from msgspec.structs import replace
from threadpoolctl import threadpool_info, threadpool_limits

from tests.support.baselines import quality_of
from tests.support.calls import calls, replicate
from tts_baseline.core.errors import MissingExtra
from tts_baseline.core.protocols import Evidence, Metric, MetricSpec
from tts_baseline.core.records import (
    Case,
    Quality,
    Reading,
    Replicate,
    Utterance,
)
from tts_baseline.core.registry import metrics
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.pooling import Measured, against_golden, over_utterances
from tts_baseline.session.measurement import score as scoring
from tts_baseline.session.measurement.score import score

CASE = Case(id="uno", text="uno")


def sound(seed: int, level: float = 0.1) -> Utterance:
    dice = np.random.default_rng(seed)
    envelope = (np.sin(np.arange(32000) / 16000 * 9) > 0).astype("float32")
    return Utterance(
        samples=(level * dice.normal(size=32000) * envelope).astype("float32"), sample_rate=16000
    )


def replicates() -> list[Replicate]:
    return [replicate({"uno": calls([0.1], audio_s=2.0, peak_rss=10**7)}, start_s=10.0)] * 3


def quality(heard: Utterance, text: str = "uno") -> Quality:
    return quality_of({}, {"uno": text}, {"uno": heard})


def scored(heard, accepted=None, golden=None):
    readings, own = score(
        [CASE], replicates(), {"uno": heard}, accepted, {"uno": golden} if golden is not None else {}
    )
    return {r.metric: r for r in readings}, {r.metric: r for r in own}


def test_without_a_golden_only_the_runs_own_golden_scores_exist() -> None:
    readings, own = scored((sound(1),))
    assert readings["snr_golden"].value is None
    assert own["snr_golden"].value == 100.0
    assert readings["duration"].value == 2.0
    assert readings["latency"].values == pytest.approx((0.1, 0.1, 0.1))
    assert readings["cold_start"].value == pytest.approx(10.0)


def test_the_accepted_sound_is_scored_against_itself_not_against_its_stored_rounding() -> None:
    coarse = Utterance(samples=np.round(sound(1).samples * 64) / np.float32(64), sample_rate=16000)
    readings, _ = scored((sound(1),), quality(sound(1)), coarse)
    assert readings["snr_golden"].value == 100.0


def test_another_sound_is_scored_against_the_golden() -> None:
    noisy = Utterance(samples=sound(1).samples + sound(2, 0.01).samples, sample_rate=16000)
    readings, own = scored((noisy,), quality(sound(1)), sound(1))
    assert readings["snr_golden"].value == pytest.approx(20.0, abs=0.5)
    assert own["snr_golden"].value == 100.0


def test_the_golden_of_another_text_is_not_used() -> None:
    readings, _ = scored((sound(1),), quality(sound(1), text="dos"), sound(1))
    assert readings["snr_golden"].value is None


def test_an_unseeded_pipeline_is_scored_over_its_repeats() -> None:
    draws = (sound(1), sound(2), sound(3))
    readings, own = scored(draws, quality(sound(1)), sound(1))
    assert len(readings["duration"].values) == 3
    # its own reading is how unlike its draws are, not the perfect score of a draw with itself
    assert own["snr_golden"].value is None or own["snr_golden"].value < 10


@pytest.fixture
def shouting(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Three more metrics that use one feature, two of them of the golden too; and what was computed."""
    computed = []

    @feature
    def loudness(of: Sound, power: int) -> float:
        computed.append((of.samples.size, power))
        return float((abs(of.samples) ** power).mean())

    def planted(name: str, *, golden: bool) -> Metric:
        spec = MetricSpec(
            name=name, unit="1", better="same", family="quality", decide="median", limit=None, golden=golden
        )
        if golden:
            return Metric(
                spec,
                lambda e: against_golden(spec, e, lambda a, b: Measured(loudness(a, 2) - loudness(b, 2))),
                "d.",
            )
        return Metric(spec, lambda e: over_utterances(spec, e, lambda a: Measured(loudness(a, 2))), "d.")

    more = {name: planted(name, golden=golden) for name, golden in (("a", False), ("b", True), ("c", True))}
    monkeypatch.setattr(scoring, "metrics", lambda: metrics() | more)
    return computed


@pytest.mark.parametrize("golden", [0, 5])
def test_a_feature_is_computed_once_whatever_the_number_of_metrics(shouting, golden: int) -> None:
    scored((sound(1),), quality(sound(9)), sound(golden) if golden else None)
    assert shouting == [(32000, 2)] * (2 if golden else 1)


def test_of_restarts_that_differ_every_utterance_and_the_golden_are_computed_once(shouting) -> None:
    scored((sound(1), sound(2), sound(3)), quality(sound(9)), sound(5))
    assert len(shouting) == 4


def test_a_golden_that_is_the_utterance_again_costs_nothing_more(shouting) -> None:
    scored((sound(1), sound(2)), quality(sound(9)), sound(2))
    assert len(shouting) == 2


def test_each_rate_is_resampled_to_once_for_each_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sound, its golden, its recital, one laid over the other, at full scale for speech, hnr's."""
    calls = []
    resample = soxr.resample
    monkeypatch.setattr(
        soxr, "resample", lambda x, old, new, **more: calls.append(new) or resample(x, old, new, **more)
    )
    fine = [Utterance(samples=sound(seed).samples, sample_rate=24_000) for seed in (1, 5)]
    scored((fine[0],), quality(sound(9)), fine[1])
    assert sorted(calls) == [10_000, 10_000, *[16_000] * 5, 64_000]


def test_a_metric_that_fails_costs_its_value_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(error: Exception):
        def read(_evidence):
            raise error

        return read

    spec = metrics()["level"].spec
    broken = {
        "extra": fails(MissingExtra("it needs a parrot", extra="parrots")),
        "bug": fails(ZeroDivisionError("oh")),
    }
    more = {name: Metric(replace(spec, name=name), read, "d.") for name, read in broken.items()}
    monkeypatch.setattr(scoring, "metrics", lambda: metrics() | more)
    readings, _ = scored((sound(1),))
    assert readings["level"].value is not None
    assert readings["extra"].reason == "it needs a parrot: pip install 'pytest-tts-baseline[parrots]'"
    assert readings["bug"].reason == "the metric failed: ZeroDivisionError: oh"


def test_products_are_computed_on_one_thread_and_afterwards_on_as_many_as_before() -> None:
    def threads() -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    spec = metrics()["level"].spec
    asking = Metric(spec, lambda e: Reading(metric="level", case=None, value=max(threads())), "d.")
    with threadpool_limits(2, "blas"):
        assert scoring.read(asking, Evidence()).value == 1
        assert threads() == {2}
