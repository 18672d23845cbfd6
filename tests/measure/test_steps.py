"""What a front end costs is counted in Python's own instructions: 1 % more is seen in one run."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support.baselines import baseline_of
from tests.support.counted import counted
from tests.support.runs import Maker
from tests.support.verdicts import screened
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Request, Run, Work
from tts_baseline.measure.client import Worker
from tts_baseline.measure.protocol import WorkerSpec
from tts_baseline.measure.steps import steps
from tts_baseline.metrics.work import steps as metric

READER = """
import numpy as np
from tts_baseline import Utterance

WORDS = {f"palabra{number}" for number in range(50)}  # in another order in each process

class Reader:
    kept = {}

    def read_out(self, request):
        if request.text not in self.kept:
            self.kept[request.text] = [word for word in WORDS for letter in word]
        for _ in range(ROUNDS):
            found = [word.upper() for word in sorted(WORDS)]
        return request.text

    def synthesize(self, request):
        return Utterance(samples=np.zeros(4, "f4"), sample_rate=8000, text=self.read_out(request))
"""


def rounds(count: int) -> int:
    total = 0
    for number in range(count):
        total += number
    return total


def test_one_percent_more_is_one_percent_more() -> None:
    few, more = (sum(steps(lambda count=count: rounds(count)).values()) for count in (10_000, 10_100))
    assert more / few == pytest.approx(1.01, abs=1e-4)
    assert steps(lambda: rounds(10_000)) == steps(lambda: rounds(10_000))


def test_they_are_counted_by_module_and_the_tracer_of_before_is_put_back() -> None:
    before = sys.gettrace()
    found = steps(lambda: (rounds(10), textwrap.dedent(" a")))
    assert found.keys() >= {__name__, "textwrap"}
    with pytest.raises(ZeroDivisionError):
        steps(lambda: 1 / 0)
    assert sys.gettrace() is before


def count_in_a_process(folder: Path, count: int) -> Work:
    folder /= str(count)  # where no bytecode of another reader of the same size and second lies
    folder.mkdir(exist_ok=True)
    (folder / "reader.py").write_text(READER.replace("ROUNDS", str(count)))
    spec = WorkerSpec(
        builder="tts_baseline.pipelines._prepare:prepare",
        target="reader:Reader",
        settings={},
        device="cpu",
        optimize=(),
        root=str(folder),
        paths=(str(folder),),
    )
    with Worker(spec, load_timeout=20) as worker:
        return worker.count(Request(text="hola"), timeout=20).work


def judged(make: Maker, then: Work, now: Work, **fields: str) -> dict[str | None, str]:
    verdicts = screened(with_steps(make, now, **fields), baseline_of([with_steps(make, then)]))
    return {v.case: v.status for v in verdicts if v.gate == "steps"}


def with_steps(make: Maker, work: Work, **fields: str) -> Run:
    run = counted(make, work, torch="", **fields)
    readings = [
        metric.read(Evidence(case=case, calls=tuple(r.calls[case.id] for r in run.replicates)))
        for case in run.cases
    ]
    return replace(run, readings=(*run.readings, *readings))


def test_a_front_end_that_does_one_percent_more_is_regressed_and_an_unchanged_one_never(
    tmp_path: Path,
) -> None:
    usual, again, more = (count_in_a_process(tmp_path, count) for count in (200, 200, 202))
    assert usual == again  # another process, another hash seed
    assert usual.reason == "the pipeline uses no torch"
    assert sum(more.steps.values()) / sum(usual.steps.values()) == pytest.approx(1.01, abs=1e-3)
    make = Maker()
    assert set(judged(make, usual, again).values()) == {"ok"}
    assert set(judged(make, usual, more).values()) == {"regressed"}
    assert set(judged(make, usual, more, python="3.12.1").values()) == {"not comparable"}


def test_a_pipeline_that_does_not_read_alone_has_none() -> None:
    assert metric.read(Evidence()).value is None
