"""A speech recognizer: what it hears in a recording, as Spanish."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from tts_baseline.core.errors import MissingExtra, PipelineError, brief

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.post.silence import Wave

_RATE = 16_000  # Whisper's
_HINT = "name a folder or a hub repository of a Whisper in asr_model"
# The words that are heard in mono samples (n,) of a rate; none where nothing is.
Recognizer: TypeAlias = "Callable[[Wave, int], str]"


def recognizer(model: str, *, device: str = "cpu", hint: str = _HINT) -> Recognizer:
    """What tells the words that the recognizer `model` (a folder or a hub name) hears; loaded once.

    Raises MissingExtra without transformers, PipelineError where it cannot be loaded; what it returns raises
    PipelineError where it cannot hear.
    """
    try:
        from transformers import pipeline
    except ImportError as missing:
        raise MissingExtra("recognizing speech needs transformers", extra="f5") from missing
    import soxr

    try:
        recognize: Any = pipeline("automatic-speech-recognition", model=model, device=device)
    except Exception as error:
        raise _failed("loaded", model, error, hint) from error

    def heard(samples: Wave, rate: int) -> str:
        wave = soxr.resample(samples, rate, _RATE) if rate != _RATE else samples
        try:
            answer = recognize(
                {"raw": wave, "sampling_rate": _RATE},
                generate_kwargs={"task": "transcribe", "language": "es"},
            )
        except Exception as error:
            raise _failed("asked", model, error, hint) from error
        return str(answer["text"]).strip()

    return heard


def _failed(what: str, model: str, error: Exception, hint: str) -> PipelineError:
    return PipelineError(f"the recognizer cannot be {what}: {brief(error)}", where=model, hint=hint)
