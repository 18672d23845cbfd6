"""The promises of every metric, as checks."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tts_baseline.core.errors import ContractBroken, RegistryError
from tts_baseline.core.protocols import FAMILIES, Evidence, Metric
from tts_baseline.core.records import Calls, Case, ColdStart, Phone, Reading, Utterance, Work
from tts_baseline.core.registry import metrics, registered
from tts_baseline.core.script import ScriptSentence, ScriptWord, SpeechScript
from tts_baseline.core.soak import Soak
from tts_baseline.core.traffic import LoadLevel, Traffic

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

_CASE = Case(id="saludo", text="Hola.")
_SCRIPT = SpeechScript(
    region="neutral",
    words=(ScriptWord(text="Hola", syllables=("Ho", "la"), stress=0),),
    sentences=(ScriptSentence(first=0, last=0, asks="statement", nucleus=0),),
)
_PHONES = (Phone(symbol="o", start_s=0.0), Phone(symbol="l", start_s=0.2), Phone(symbol="a", start_s=0.3))
_RATE = 16_000
_NEAR = 1e-3  # chosen: far below every limit


def check_metric(metric: str | ModuleType | Metric) -> None:
    """Nothing; raises ContractBroken with the first promise below that the metric breaks.

    `metric` is a module with `SPEC` and `read`, its dotted name, or a registered metric. It reads bursts of
    noise with complete calls, and then no audio, silence, NaN and two channels.
    """
    candidate = metric if isinstance(metric, Metric) else _metric(metric)
    for check in CHECKS:
        check(candidate)


def declares_itself(metric: Metric) -> None:
    """Its declaration is complete, and refers to metrics and devices that exist."""
    spec = metric.spec
    _holds(metric, spec.family in FAMILIES, f"its family is {spec.family!r}", f"one of {', '.join(FAMILIES)}")
    _holds(metric, bool(spec.unit), "it has no unit", 'unit="1" where it is a plain number')
    _holds(
        metric, metric.doc.endswith("."), "its module does not say what it is", "one sentence as docstring"
    )
    _holds(
        metric, bool(metric.read.__doc__), "read has no docstring", "say the formula, the range, the source"
    )
    if spec.decide == "ratio":
        _holds(metric, set(spec.prior) == {"cpu", "cuda"}, "it has no prior", 'prior={"cpu": …, "cuda": …}')
        spreads = all(0 < spread < 1 for spread in spec.prior.values())
        _holds(metric, spreads, f"its prior is {spec.prior}", "spreads of a log between 0 and 1")
    if spec.kept:
        _holds(
            metric,
            spec.kept in metrics(),
            f"{spec.kept!r} is no metric",
            "name the metric that has to be kept",
        )
    if spec.fallback:
        fallback = metrics().get(spec.fallback)
        decides = fallback is not None and fallback.spec.golden and fallback.spec.equivalent is not None
        _holds(
            metric, decides, f"{spec.fallback!r} cannot decide for it", "a golden metric with `equivalent`"
        )


def reads_what_there_is(metric: Metric) -> None:
    """Its reading is a finite value within its values, or a reason, and the same every time."""
    reading = _reading(metric, _evidence())
    _well_formed(metric, reading, _CASE.id)
    again = _reading(metric, _evidence())
    _holds(metric, again == reading, f"the same evidence read {reading}, then {again}", "seed what is random")


def says_why_there_is_nothing(metric: Metric) -> None:
    """For no audio, silence, NaN and two channels it reads None with a reason, and does not raise."""
    for kind, evidence in _unusable().items():
        reading = _reading(metric, evidence)
        _holds(metric, reading.value is None, f"of {kind} it reads {reading.value}", "no value, and a reason")
        _well_formed(metric, reading, _CASE.id)


def is_about_the_run_without_a_case(metric: Metric) -> None:
    """Evidence without a case gives a reading without a case."""
    case = _reading(metric, Evidence()).case
    _holds(
        metric, case is None, f"its reading of a run is of the case {case!r}", "take the case of the evidence"
    )


def leaves_the_samples_alone(metric: Metric) -> None:
    """It does not change the samples, float32 or float64."""
    import numpy as np

    for dtype in (np.float32, np.float64):
        evidence = _evidence(dtype)
        given = [utterance.samples for utterance in (*evidence.utterances, evidence.golden) if utterance]
        before = [samples.copy() for samples in given]
        _reading(metric, evidence)
        same = all(np.array_equal(old, new) for old, new in zip(before, given, strict=True))
        _holds(metric, same, "it changed the samples", "work on a copy")


def needs_its_golden(metric: Metric) -> None:
    """A golden metric has no value without a golden; any other ignores the golden."""
    with_golden = _evidence()
    without = _reading(metric, replace(with_golden, golden=None))
    if metric.spec.golden:
        _holds(metric, without.value is None, f"without a golden it reads {without.value}", "no value")
    else:
        same = without == _reading(metric, with_golden)
        _holds(metric, same, "its value depends on the golden", "declare golden=True")


def reads_what_is_identical(metric: Metric) -> None:
    """What it declares to read of the golden itself, it computes for what is all but the golden."""
    import numpy as np

    identical, given = metric.spec.identical, _evidence()
    if identical is None:
        return
    _holds(metric, metric.spec.golden, "it declares `identical` and has no golden", "declare golden=True")
    nearly = _bursts(0, np.float64)
    nearly.samples[0] += 2.0**-30
    value = _reading(metric, replace(given, utterances=(nearly,))).value
    alike = value is None or math.isclose(value, identical, rel_tol=_NEAR, abs_tol=_NEAR)
    _holds(metric, alike, f"of what is all but the golden it reads {value}", f"identical={value!r}")


CHECKS: tuple[Callable[[Metric], None], ...] = (
    declares_itself,
    reads_what_there_is,
    says_why_there_is_nothing,
    is_about_the_run_without_a_case,
    leaves_the_samples_alone,
    needs_its_golden,
    reads_what_is_identical,
)


def _metric(module: str | ModuleType) -> Metric:
    try:
        return registered(importlib.import_module(module) if isinstance(module, str) else module)
    except RegistryError as error:
        raise ContractBroken(error.what, where=error.where, hint=error.hint) from error


def _reading(metric: Metric, evidence: Evidence) -> Reading:
    try:
        return metric.read(evidence)
    except Exception as error:
        what = f"the metric {metric.spec.name!r} raised {error!r}"
        raise ContractBroken(what, where=metric.read.__module__, hint="return no_value(...)") from error


def _holds(metric: Metric, promise: bool, what: str, remedy: str) -> None:  # noqa: FBT001
    if not promise:
        raise ContractBroken(
            f"the metric {metric.spec.name!r}: {what}", where=metric.read.__module__, hint=remedy
        )


def _well_formed(metric: Metric, reading: Reading, case: str | None) -> None:
    named = (reading.metric, reading.case) == (metric.spec.name, case)
    _holds(metric, named, f"its reading is of {reading.metric!r} and {reading.case!r}", "spec.name, case.id")
    values = reading.values
    if reading.value is None:
        _holds(metric, bool(reading.reason) and not values, f"it reads {reading}", "a reason and no values")
        return
    numbers = [reading.value, *values]
    plain = all(type(number) is float and math.isfinite(number) for number in numbers)
    _holds(metric, plain, f"it reads {reading}", "finite floats, and None where there is no value")
    _holds(metric, bool(values) and reading.reason is None, f"it reads {reading}", "values, and no reason")
    slack = 1e-9 * abs(reading.value)
    inside = min(values) - slack <= reading.value <= max(values) + slack
    _holds(metric, inside, f"{reading.value} is outside its values {values}", "a mean or median of them")


def _evidence(dtype: DTypeLike = "f4") -> Evidence:
    calls = Calls(
        wall_s=(0.2, 0.3),
        cpu_s=(0.2, 0.3),
        reference_s=(0.01, 0.01),
        audio_s=2.0,
        sha256="0" * 64,
        peak_rss=1 << 30,
        uss=1 << 29,
        peak_cuda=1 << 28,
        work=Work(
            operators={"aten.mm": 2}, flops={"aten.mm": 10**9}, syncs={}, allocated={"aten.mm": 1 << 20}
        ),
    )
    start = ColdStart(spawn_s=0.1, import_s=0.2, load_s=0.3, first_request_s=0.4)
    return Evidence(
        case=_CASE,
        calls=(calls, calls),
        cold_starts=(start, start),
        traffic=_traffic(),
        soak=Soak(held=tuple(2**28 + 2**16 * number for number in range(100)), warm=25, peak=2**29),
        utterances=tuple(_bursts(seed, dtype) for seed in (0, 1, 2)),
        golden=_bursts(0, dtype),
        script=_SCRIPT,
    )


def _traffic() -> Traffic:
    """Two clients at the knee, and arrivals at 70 % of it."""
    level = LoadLevel(
        clients=2, seconds=10.0, requests=200, answered=200, throughput=10.0, audio=20.0, goodput=9.0,
        p50_s=0.2, p95_s=0.3, is_knee=True,
    )  # fmt: skip
    arriving = replace(level, clients=0, is_knee=False, share=0.7, offered=7.0, throughput=7.0, p95_s=0.4)
    return Traffic(way="workers", levels=(level, arriving), knees=(10.0, 9.5, 10.5), checked=400)


def _bursts(seed: int, dtype: DTypeLike) -> Utterance:
    """Two seconds of noise in bursts, for which any metric can give a value or a reason."""
    import numpy as np

    noise = 0.1 * np.random.default_rng(seed).standard_normal(2 * _RATE)
    samples = noise * (np.arange(2 * _RATE) % _RATE < _RATE // 2)
    return Utterance(samples=samples.astype(dtype), sample_rate=_RATE, phones=_PHONES)


def _unusable() -> Mapping[str, Evidence]:
    import numpy as np

    def of(samples: np.ndarray[Any, Any]) -> Evidence:
        return Evidence(case=_CASE, utterances=(Utterance(samples=samples, sample_rate=_RATE),))

    return {
        "nothing": Evidence(case=_CASE),
        "empty audio": of(np.zeros(0)),
        "silence": of(np.zeros(_RATE)),
        "NaN": of(np.full(_RATE, np.nan)),
        "two channels": of(np.full((_RATE, 2), 0.1)),
    }
