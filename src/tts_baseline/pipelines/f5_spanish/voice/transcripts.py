"""What a reference clip says: stated in the settings, or transcribed once and kept on disk."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING

import msgspec

from tts_baseline.core.errors import PipelineError
from tts_baseline.core.files import read_bounded, write_atomic
from tts_baseline.core.records import Record
from tts_baseline.pipelines.f5_spanish.settings import REFERENCES
from tts_baseline.pipelines.f5_spanish.voice.recognizer import recognizer
from tts_baseline.pipelines.f5_spanish.voice.reference import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from tts_baseline.pipelines.f5_spanish.voice.reference import Recording

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
    print(f"transcribing a reference clip once, with {model}", file=sys.stderr)  # noqa: T201 - a notice
    hint = f"set the clip's text in {REFERENCES}"
    text = recognizer(model, device=device, hint=hint)(clip.samples, SAMPLE_RATE)
    if not text:
        raise PipelineError(
            "the recognizer hears nothing in the reference clip",
            where=model,
            hint=hint,
        )
    return text
