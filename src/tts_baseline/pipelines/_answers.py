"""What a pipeline returned, checked: shape and type of samples, a plausible rate, stage times in seconds."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, cast

from msgspec import ValidationError, convert

from tts_baseline.core.bounds import LEAST_RATE, LONGEST_S, LONGEST_TEXT, MOST_RATE, MOST_SAMPLES, Solved
from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.excerpts import described
from tts_baseline.core.outside import storable
from tts_baseline.core.records import Phone, Utterance
from tts_baseline.pipelines._shapes import mono, pair_of, plain
from tts_baseline.pipelines._wordings import FORMS, RETURN, remedy, samples_remedy, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import numpy as np

_SAMPLE_RATES = range(LEAST_RATE, MOST_RATE + 1)
_MOST_STAGES = 100  # chosen: ten times what any pipeline has; a table of more is read by nobody
_LONGEST_NAME = 100  # chosen: characters of a stage's name, a column of a table


def utterance(result: object, *, where: str = "") -> Utterance:
    """What a pipeline returned, an Utterance or (samples, sample rate), as an Utterance to rely on.

    Its samples are a copy: one-dimensional contiguous float32, as many as were returned, NaN included.
    float16, float32 and float64 keep their values, int16 is divided by 32768, (1, n) and (n, 1) become (n,),
    and so do channels that are equal. Tensors of torch are taken from any device. In place of a pair: the
    bytes of a WAV or FLAC file, its path, and a generator of chunks, each of which is any of all these.

    Raises RequestFailed for other shapes and types, more than 16,000,000 samples, a sample rate that is no
    whole number from 4,000 to 192,000 Hz, stage times that are not seconds, and a text that is none.
    """
    if isinstance(result, Utterance):
        return Utterance(
            samples=_samples(result.samples, where),
            sample_rate=_sample_rate(result.sample_rate, where),
            stages=_stages(result.stages, where),
            phones=_phones(result.phones, where),
            text=text(result.text, where),
            solved=_solved(result.solved, where),
        )
    result = pair_of(result, where, lambda chunk: utterance(chunk, where=where))
    if hint := remedy(result):
        what = f"the pipeline returned {shown(result)}, not an Utterance or (samples, sample_rate)"
        raise RequestFailed(what, where=where, hint=hint)
    samples, rate = cast("tuple[object, object]", result)
    return Utterance(samples=_samples(samples, where), sample_rate=_sample_rate(rate, where))


def text(value: object, where: str = "") -> str | None:
    """What was read out, as it can be stored; None where it is not told. Raises RequestFailed for no text."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise _failed(f"the text that was read out is {shown(value)}, and no str", where)
    if len(value) > LONGEST_TEXT:
        what = f"the text that was read out has {len(value):,} characters; {LONGEST_TEXT:,} are allowed"
        raise _failed(what, where)
    return storable(value)


def _samples(value: object, where: str) -> np.ndarray[Any, Any]:
    import numpy as np  # not at the top: the session resolves names with this module, in pytest's process

    try:
        array = np.asarray(plain(value))
    except Exception as error:
        what = f"the samples are {shown(value)}, and no array: {described(error)}"
        raise RequestFailed(what, where=where, hint=samples_remedy(value)) from error
    is_int16 = array.dtype.kind == "i" and array.dtype.itemsize == 2
    if array.dtype.kind != "f" and not is_int16:
        of = "" if array.dtype.kind == "O" else f" of type {array.dtype}"
        what = f"the samples are {shown(value)}{of}, not float in [-1, 1] or int16"
        raise RequestFailed(what, where=where, hint=samples_remedy(value, array.dtype.name))
    array = mono(array)
    if array.ndim != 1:
        what = f"the samples have the shape {array.shape}; mono is one row of samples, (n,)"
        raise RequestFailed(what, where=where, hint=samples_remedy(value, array.dtype.name, array.shape))
    if array.size > MOST_SAMPLES:
        what = f"there are {array.size:,} samples; {MOST_SAMPLES:,} are allowed"
        raise RequestFailed(what, where=where, hint="speak a shorter text in one request")
    if is_int16:
        return array.astype(np.float32) / np.float32(32768)
    with np.errstate(over="ignore"):
        # A pipeline may write its next answer into the same memory.
        return np.array(array, dtype=np.float32, order="C", copy=True)


def _sample_rate(value: object, where: str) -> int:
    try:
        rate = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        what = f"the sample rate is {shown(value)}, not a whole number of Hz"
        is_float = isinstance(value, float)
        hint = "return samples, int(sample_rate)" if is_float else f"{RETURN}   (a whole number of Hz)"
        raise RequestFailed(what, where=where, hint=hint) from None
    if rate not in _SAMPLE_RATES:
        raise _failed(
            f"the sample rate is {rate} Hz, outside {_SAMPLE_RATES.start} to {_SAMPLE_RATES.stop - 1}", where
        )
    return rate


def _stages(value: Mapping[str, float], where: str) -> dict[str, float]:
    try:
        stages = {storable(str(name)): float(seconds) for name, seconds in value.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise _failed(f"the stages are no mapping of names to seconds: {described(error)}", where) from error
    if len(stages) > _MOST_STAGES:
        raise _failed(f"there are {len(stages):,} stages; {_MOST_STAGES} are allowed", where)
    for name, seconds in stages.items():
        if len(name) > _LONGEST_NAME:
            raise _failed(f"a stage has a name of {len(name):,} characters: {name[:_LONGEST_NAME]!r}", where)
        if not 0 <= seconds <= LONGEST_S:
            raise _failed(f"the stage {name!r} took {seconds:g} seconds", where)
    return stages


def _solved(value: object, where: str) -> Solved:
    try:
        return convert(value, Solved)
    except ValidationError:
        what = f"solved is {shown(value)}, and no tuple of (frames, steps), two whole numbers for each chunk"
        raise _failed(what, where) from None


def _phones(value: Collection[Phone], where: str) -> tuple[Phone, ...]:
    if not isinstance(value, tuple | list) or not all(isinstance(phone, Phone) for phone in value):
        raise _failed("the phones are not a tuple of tts_baseline.core.records.Phone", where)
    return tuple(value)


def _failed(what: str, where: str) -> RequestFailed:
    return RequestFailed(what, where=where, hint=FORMS)
