"""The fixtures. Each is called with a case, a case id or a text, and returns what a test may assert on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tts_baseline.core.records import Case
    from tts_baseline.plugin.measured import Measurements
    from tts_baseline.plugin.results import (
        ColdStarts,
        CountedWork,
        Latency,
        Memory,
        QualityReadings,
        UnderLoad,
    )
    from tts_baseline.session.one_text import LivePipeline


@pytest.fixture
def tts_case(request: pytest.FixtureRequest) -> Case:
    """One case of the suite: the test runs once for each (choose with @pytest.mark.tts)."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def tts_pipeline(request: pytest.FixtureRequest) -> Iterator[LivePipeline]:
    """The pipeline under test, live in a worker: `tts_pipeline.synthesize(text)` returns an utterance."""
    live = _measured(request).live
    yield live
    live.close()


@pytest.fixture
def tts_latency(request: pytest.FixtureRequest) -> Callable[[Case | str], Latency]:
    """Warm latency of a case: percentiles, real-time factor, stages; gated against the baseline."""
    return lambda case: _asked(request).latency(request.node, case)


@pytest.fixture
def tts_cold_start(request: pytest.FixtureRequest) -> Callable[[], ColdStarts]:
    """Cold start of the pipeline by phase, over fresh processes; gated against the baseline."""
    return lambda: _asked(request).cold_start(request.node)


@pytest.fixture
def tts_throughput(request: pytest.FixtureRequest) -> Callable[[], UnderLoad]:
    """Throughput at the knee, and latency of requests that arrive by themselves; gated like any metric."""
    return lambda: _asked(request).throughput(request.node)


@pytest.fixture
def tts_memory(request: pytest.FixtureRequest) -> Callable[[Case | str], Memory]:
    """Peak memory of a case's request, host and CUDA; gated against the baseline."""
    return lambda case: _asked(request).memory(request.node, case)


@pytest.fixture
def tts_work(request: pytest.FixtureRequest) -> Callable[[Case | str], CountedWork]:
    """What a case's request makes torch do, counted and by operator; gated against the baseline."""
    return lambda case: _asked(request).work(request.node, case)


@pytest.fixture
def tts_quality(request: pytest.FixtureRequest) -> Callable[[Case | str], QualityReadings]:
    """Every quality reading of a case, and its audio; gated against the baseline."""
    return lambda case: _asked(request).quality(request.node, case)


@pytest.fixture
def tts_reading(request: pytest.FixtureRequest) -> Callable[..., str]:
    """What is read out for a text, `tts_reading(text, region="neutral")`; gated under the test's name."""

    def read(text: str, region: str = "neutral") -> str:
        return _asked(request).reading(request.node, text, region)

    return read


NAMES = frozenset(name for name in globals() if name.startswith("tts_"))
MEASURING = NAMES - {"tts_case", "tts_pipeline"}  # what has to be called, so that anything is measured


def ours(item: object) -> frozenset[str]:
    """The names of these fixtures that a test uses; a project may have fixtures of the same names."""
    info = getattr(item, "_fixtureinfo", None)
    definitions = info.name2fixturedefs if info is not None else {}
    return frozenset(
        name
        for name in NAMES.intersection(definitions)
        if definitions[name] and definitions[name][-1].func.__module__ == __name__
    )


def uncalled(item: pytest.Item) -> tuple[str, ...]:
    """The measuring fixtures that a test asks for by itself, if none was called for it."""
    from tts_baseline.plugin.asked import called

    named = set(getattr(getattr(item, "_fixtureinfo", None), "initialnames", ()))
    return () if called(item) else tuple(sorted(ours(item) & MEASURING & named))


def _asked(request: pytest.FixtureRequest) -> Measurements:
    from tts_baseline.plugin.asked import called

    called(request.node).add(request.fixturename or "")
    return _measured(request)


def _measured(request: pytest.FixtureRequest) -> Measurements:
    from tts_baseline.plugin.measured import MEASURED

    return request.config.stash[MEASURED]
