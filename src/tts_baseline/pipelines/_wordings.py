"""What a pipeline returned instead of a sound, in words, and the line to write in its place."""

from __future__ import annotations

import inspect
import operator
import os
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

RETURN = "return samples, sample_rate"
FORMS = "write synthesize(text), which returns (samples, sample_rate), or an object with synthesize(request)"
BESIDE = "put it beside pyproject.toml or into src/, or add its folder to `pythonpath` of pytest's settings"
_PLACES = 8  # chosen: folders that are shown; a project has two, and what its `pythonpath` adds
_LONGEST = 60  # chosen: characters of a value that are shown
_PER_WORD = {"uint8": "(samples.astype('float32') - 128) / 128", "int32": "samples / 2**31"}
_PER_WORD |= {"int64": "np.asarray(samples, 'int16')   (of 16-bit PCM)", "uint16": "samples.astype('int16')"}
_PER_WORD |= {"bool": "a waveform", "complex128": "samples.real", "complex64": "samples.real"}


def shown(value: object) -> str:
    """What kind of value it is: 'None', 'a str: 'hola.wav'', 'a dict with the keys audio, rate'."""
    name = type(value).__name__
    article = "an" if name[:1].lower() in "aeiou" else "a"
    match value:
        case None:
            return "None"
        case ModuleType():
            return f"the module {value.__name__}"
        case str() | os.PathLike():
            return f"{article} {name}: {_short(os.fspath(value))!r}"
        case bytes() | bytearray() | memoryview():
            return f"{len(value):,} bytes"
        case Mapping():
            return f"{article} {name} with the keys {_short(', '.join(map(str, value)))}"
        case tuple() | list() if len(value) <= 4:
            return f"{article} {name} of {len(value)} values ({', '.join(map(_kind, value))})"
        case tuple() | list():
            return f"{article} {name} of {len(value):,} values"
        case bool() | int() | float():
            return f"{article} {name}"
    return f"{article} {name}{_shape(value)}"


def remedy(result: object) -> str:
    """The line to write for something else than (samples, sample rate); '' for that."""
    match result:
        case [first, second] if isinstance(result, tuple | list):
            return f"{RETURN}   (in this order)" if _is_number(first) and not _is_number(second) else ""
        case tuple() | list() if result and not any(map(_is_number, result[:1])):
            return f"{RETURN}   (these two; an Utterance has room for stages)"
        case None:
            return f"end synthesize by: {RETURN}"
        case str() | os.PathLike():
            return "samples, sample_rate = soundfile.read(path); return samples, sample_rate"
        case bytes() | bytearray() | memoryview():
            return "return np.frombuffer(data, '<i2'), sample_rate   (of 16-bit PCM without a header)"
        case Mapping():
            keys = sorted([*result][:2], key=lambda key: _is_number(result[key]))
            return f"return result[{keys[0]!r}], result[{keys[1]!r}]" if len(keys) > 1 else RETURN
    if inspect.iscoroutine(result):
        result.close()  # or Python warns that it was never awaited
        return "def synthesize(text): return asyncio.run(speak(text))   (speak: your async function)"
    if inspect.isasyncgen(result):
        return "collect its parts within asyncio.run, and return np.concatenate(parts), sample_rate"
    if inspect.isgenerator(result) or hasattr(result, "__next__"):
        return "return np.concatenate(list(parts)), sample_rate"
    return samples_remedy(result)


def samples_remedy(value: object, dtype: str = "", shape: tuple[int, ...] = ()) -> str:
    """The line that makes samples of this value."""
    if hasattr(value, "detach"):  # a tensor of torch
        return "return wave.detach().float().cpu().numpy().reshape(-1), sample_rate"
    if inspect.isgenerator(value):
        return "return np.concatenate(list(parts)), sample_rate"
    if isinstance(value, bytes | bytearray | memoryview):
        return "return np.frombuffer(data, '<i2'), sample_rate   (of 16-bit PCM without a header)"
    if dtype in _PER_WORD:
        return f"return {_PER_WORD[dtype]}, sample_rate"
    if len(shape) == 2:
        return f"return samples.mean(axis={int(shape[0] > shape[1])}), sample_rate"
    if len(shape) > 2:
        return "return samples.reshape(-1), sample_rate   (of one channel)"
    return f"{RETURN}   (samples: float in [-1, 1] or int16, mono)"


def instead(value: object) -> str:
    """The line to write for what is named as a pipeline and cannot speak."""
    if value is None:
        return "return the pipeline at the end of the factory"
    if isinstance(value, ModuleType):
        return f"--tts-pipeline {value.__name__}:synthesize"
    return (
        FORMS if isinstance(value, str | int | float) else "def synthesize(self, request): …   (in its class)"
    )


def looked_in() -> str:
    """The folders in which modules are looked for, but for what is installed."""
    installed = tuple(map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib")))
    places = [
        place for place in sys.path if place and not place.startswith(installed) and Path(place).is_dir()
    ]
    return f"looked in {', '.join(places[:_PLACES])}, and among what is installed"


def _kind(value: object) -> str:
    return f"{type(value).__name__}{_shape(value)}"


def _shape(value: object) -> str:
    shape = getattr(value, "shape", None)
    return f" of shape {tuple(shape)}" if isinstance(shape, tuple) else ""


def _is_number(value: object) -> bool:
    if isinstance(value, float):
        return True
    try:
        operator.index(value)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - whatever an unknown object does when it is asked
        return False
    return True


def _short(text: str | bytes) -> str:
    text = os.fsdecode(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
