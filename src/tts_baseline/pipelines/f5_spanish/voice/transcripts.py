"""What a reference clip says: stated in the settings, or transcribed once and kept on disk."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING, Any

import msgspec

from tts_baseline.core.errors import MissingExtra, PipelineError, brief
from tts_baseline.core.files import read_bounded, write_atomic
from tts_baseline.core.records import Record
from tts_baseline.pipelines.f5_spanish.settings import REFERENCES
from tts_baseline.pipelines.f5_spanish.voice.reference import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from tts_baseline.pipelines.f5_spanish.voice.reference import Recording

ASR_RATE = 16_000
_LARGEST = 2**20  # chosen: an hour of speech


class Transcript(Record, frozen=True, kw_only=True):
    """A clip's words as one recognizer heard them."""

    text: str
    model: str


def transcript(clip: Recording, *, model: str, device: str, cache: Path) -> Transcript:
    """What the recognizer `model` (a folder or a hub name) hears in the clip.

    It is asked once: the answer is kept in `cache` under the clip's content and the recognizer's name, so
    that no later start pays for it, and a correction of the kept file is respected.

    Raises MissingExtra without transformers, PipelineError where it cannot be loaded or hears nothing.
    """
    path = cache / f"{clip.sha256[:16]}-{hashlib.sha256(model.encode()).hexdigest()[:16]}.json"
    if path.is_file():
        try:
            return msgspec.json.decode(read_bounded(path, _LARGEST), type=Transcript)
        except (OSError, msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise PipelineError(
                f"the kept transcript cannot be read: {error}", where=str(path), hint=f"rm {path}"
            ) from error
    heard = Transcript(text=_recognized(clip, model, device), model=model)
    write_atomic(path, msgspec.json.format(msgspec.json.encode(heard), indent=2))
    return heard


def _recognized(clip: Recording, model: str, device: str) -> str:
    try:
        from transformers import pipeline
    except ImportError as missing:
        raise MissingExtra("transcribing a reference clip needs transformers", extra="f5") from missing
    import soxr

    print(f"transcribing a reference clip once, with {model}", file=sys.stderr)  # noqa: T201 - a notice
    wave = soxr.resample(clip.samples, SAMPLE_RATE, ASR_RATE)
    try:
        recognize: Any = pipeline("automatic-speech-recognition", model=model, device=device)
        answer = recognize(
            {"raw": wave, "sampling_rate": ASR_RATE},
            generate_kwargs={"task": "transcribe", "language": "es"},
        )
    except Exception as error:
        raise PipelineError(
            f"the reference clip cannot be transcribed: {brief(error)}",
            where=model,
            hint=f"set the clip's text in {REFERENCES}",
        ) from error
    text = str(answer["text"]).strip()
    if not text:
        raise PipelineError(
            "the recognizer hears nothing in the reference clip",
            where=model,
            hint=f"set the clip's text in {REFERENCES}",
        )
    return text
