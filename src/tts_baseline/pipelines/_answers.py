"""What a pipeline returned, checked: shape and type of samples, a plausible rate, stage times in seconds."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from tts_baseline.core.bounds import LEAST_RATE, LONGEST_S, MOST_RATE, MOST_SAMPLES
from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Phone, Utterance

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import numpy as np

FORMS = "write synthesize(text), which returns (samples, sample_rate), or an object with synthesize(request)"
_SAMPLE_RATES = range(LEAST_RATE, MOST_RATE + 1)


def utterance(result: object, *, where: str = "") -> Utterance:
    """What a pipeline returned, an Utterance or (samples, sample rate), as an Utterance to rely on.

    Its samples are a copy: one-dimensional contiguous float32, as many as were returned, NaN included.
    float16, float32 and float64 keep their values, int16 is divided by 32768, (1, n) and (n, 1) become (n,).

    Raises RequestFailed for other shapes and types, a sample rate that is no whole number from 4,000 to
    192,000 Hz, and stage times that are not seconds.
    """
    if isinstance(result, Utterance):
        return Utterance(
            samples=_samples(result.samples, where),
            sample_rate=_sample_rate(result.sample_rate, where),
            stages=_stages(result.stages, where),
            phones=_phones(result.phones, where),
        )
    if isinstance(result, tuple | list) and len(result) == 2:
        return Utterance(samples=_samples(result[0], where), sample_rate=_sample_rate(result[1], where))
    raise _failed(f"the pipeline returned {kind(result)}, not an Utterance or (samples, sample_rate)", where)


def _samples(value: object, where: str) -> np.ndarray[Any, Any]:
    import numpy as np  # not at the top: the session resolves names with this module, in pytest's process

    try:
        array = np.asarray(value)
    except Exception as error:
        raise _failed(f"the samples are no array: {described(error)}", where) from error
    is_int16 = array.dtype.kind == "i" and array.dtype.itemsize == 2
    if array.dtype.kind != "f" and not is_int16:
        raise _failed(f"the samples are of type {array.dtype}, not float in [-1, 1] or int16", where)
    if array.ndim == 2 and 1 in array.shape:
        array = array.reshape(-1)
    if array.ndim != 1:
        raise _failed(f"the samples have the shape {array.shape}; mono is one row of samples, (n,)", where)
    if array.size > MOST_SAMPLES:
        raise _failed(f"there are {array.size:,} samples; {MOST_SAMPLES:,} are allowed", where)
    if is_int16:
        return array.astype(np.float32) / np.float32(32768)
    with np.errstate(over="ignore"):
        # A pipeline may write its next answer into the same memory.
        return np.array(array, dtype=np.float32, order="C", copy=True)


def _sample_rate(value: object, where: str) -> int:
    try:
        rate = operator.index(value)  # type: ignore[arg-type]
    except TypeError as error:
        raise _failed(f"the sample rate is {kind(value)}, not a whole number of Hz", where) from error
    if rate not in _SAMPLE_RATES:
        raise _failed(
            f"the sample rate is {rate} Hz, outside {_SAMPLE_RATES.start} to {_SAMPLE_RATES.stop - 1}", where
        )
    return rate


def _stages(value: Mapping[str, float], where: str) -> dict[str, float]:
    try:
        stages = {str(name): float(seconds) for name, seconds in value.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise _failed(f"the stages are no mapping of names to seconds: {described(error)}", where) from error
    for name, seconds in stages.items():
        if not 0 <= seconds <= LONGEST_S:
            raise _failed(f"the stage {name!r} took {seconds:g} seconds", where)
    return stages


def _phones(value: Collection[Phone], where: str) -> tuple[Phone, ...]:
    if not isinstance(value, tuple | list) or not all(isinstance(phone, Phone) for phone in value):
        raise _failed("the phones are not a tuple of tts_baseline.core.records.Phone", where)
    return tuple(value)


def _failed(what: str, where: str) -> RequestFailed:
    return RequestFailed(what, where=where, hint=FORMS)


def kind(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
