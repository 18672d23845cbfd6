"""A network of the project's own, in an ONNX file: samples in, numbers out."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tts_baseline.core.ears import Ears
from tts_baseline.core.errors import MissingExtra, SettingsError, brief
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.crops import crops

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples


def scores_of(ears: Ears, name: str) -> Callable[[Sound], list[float]]:
    """What scores the crops of a sound by the network that is named for it: its first answer to each."""
    return lambda sound: [float(each[0]) for each in answers(sound, ears.models[name], f"ears.{name}")]


@feature
def answers(sound: Sound, file: str, where: str) -> tuple[Samples, ...]:
    """What the network in a file answers to each crop, flat. Raises SettingsError where it does not."""
    import numpy as np

    network = loaded(file, where)
    (asked,) = (given.name for given in network.get_inputs()[:1])
    try:
        given = [np.ascontiguousarray(crop, dtype=np.float32)[None] for crop in crops(sound)]
        return tuple(np.ravel(network.run(None, {asked: samples})[0]).astype(float) for samples in given)
    except Exception as error:
        raise _unusable(file, where, error) from error


@functools.lru_cache(maxsize=4)
def loaded(file: str, where: str) -> Any:
    """The network, loaded once. Raises MissingExtra without onnxruntime, SettingsError for another file."""
    try:
        from onnxruntime import InferenceSession
    except ImportError as missing:
        raise MissingExtra("a network in an ONNX file needs onnxruntime", extra="mos") from missing
    try:
        return InferenceSession(file, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise _unusable(file, where, error) from error


def _unusable(file: str, where: str, error: Exception) -> SettingsError:
    return SettingsError(
        f"the network cannot be asked: {brief(error)}",
        where=f"{where} = {file!r}",
        hint="name an ONNX file that takes float32 samples (1, n) at 16 kHz and answers with the score first",
    )
