"""Other shapes in which a sound is returned: a file's bytes, its path, chunks, tensors, equal channels."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tts_baseline.core.bounds import MOST_SAMPLES
from tts_baseline.core.errors import RequestFailed

if TYPE_CHECKING:
    import numpy as np

    from tts_baseline.core.records import Utterance

_FORMATS = {"WAV": "wav", "RF64": "wav", "FLAC": "flac"}
_MOST_BYTES = 8 * MOST_SAMPLES  # of the widest samples that a WAV has
_MOST_CHANNELS = 8  # chosen: more rows than that are no channels


def pair_of(result: object, where: str, checked: Callable[[object], Utterance]) -> object:
    """(samples, rate) of a WAV or FLAC file's bytes or path, and of a generator of chunks; else the result.

    Raises RequestFailed for a file that is damaged, and chunks of two rates, or none.
    """
    if inspect.isgenerator(result):
        return _joined(result, where, checked)
    data = result
    if isinstance(result, str | os.PathLike):
        data = _read(result)
    if not isinstance(data, bytes | bytearray | memoryview):
        return result
    from tts_baseline.pipelines import _sound_files
    from tts_baseline.pipelines._sound_files import Wanted
    from tts_baseline.pipelines._sound_files.kinds import kind

    form = _FORMATS.get(kind(bytes(data)))
    if form is None:
        return result
    wanted = Wanted(format=form, sample_rate=None, most=MOST_SAMPLES)  # type: ignore[arg-type]
    try:
        return _sound_files.decoded(bytes(data), wanted)
    except RequestFailed as error:
        hint = error.hint and "return samples.mean(axis=1), sample_rate"
        raise RequestFailed(error.what.replace("the answer", "the sound"), where=where, hint=hint) from error


def plain(samples: Any) -> Any:
    """A tensor of torch, of any device and type, as an array; anything else as it is."""
    if not (hasattr(samples, "detach") and hasattr(samples, "cpu")):
        return samples
    tensor = samples.detach().cpu()
    return (tensor.float() if tensor.is_floating_point() else tensor).numpy()


def mono(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The channel of (1, n) or (n, 1), and the first of channels that are equal; anything else as it is."""
    import numpy as np

    if array.ndim != 2:
        return array
    if 1 in array.shape:
        return array.reshape(-1)
    rows = array if array.shape[0] < array.shape[1] else array.T
    is_stereo = len(rows) <= _MOST_CHANNELS and rows.shape[0] < rows.shape[1]
    same = is_stereo and all(np.array_equal(rows[0], row, equal_nan=True) for row in rows[1:])
    return rows[0] if same else array


def _read(path: str | os.PathLike[str]) -> bytes | None:
    try:
        file = Path(path)
        return file.read_bytes() if file.is_file() and file.stat().st_size <= _MOST_BYTES else None
    except (OSError, ValueError):
        return None


def _joined(chunks: Iterable[object], where: str, checked: Callable[[object], Utterance]) -> object:
    import numpy as np

    parts = [checked(chunk) for chunk in chunks]
    rates = {part.sample_rate for part in parts}
    if len(rates) != 1:
        what = f"chunks of the rates {sorted(rates)}" if rates else "a generator without a chunk"
        raise RequestFailed(
            f"the pipeline returned {what}", where=where, hint="yield samples, sample_rate   (of one rate)"
        )
    return np.concatenate([part.samples for part in parts]), rates.pop()
