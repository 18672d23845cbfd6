"""Takes secrets out of what a worker answers: the one door through which a pipeline's words come in."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import asdict, replace

from tts_baseline.core.redaction import redacted
from tts_baseline.measure.protocol import Counted, FromWorker, Ready, Refused, Spoken, Told


def without_secrets(answer: FromWorker, secrets: Collection[str]) -> FromWorker:
    """The answer with *** for secrets: in errors, reasons, provenance and texts, not in names of files."""
    match answer:
        case Refused():
            texts = {name: redacted(text, secrets) for name, text in asdict(answer).items()}
            return replace(answer, **texts)
        case Ready(provenance=provenance):
            stated = {name: redacted(value, secrets) for name, value in provenance.items()}
            return replace(answer, provenance=stated)
        case Counted(work=work):
            return replace(answer, work=replace(work, reason=redacted(work.reason or "", secrets) or None))
        case Spoken(text=str(text)) | Told(text=str(text)):
            return replace(answer, text=redacted(text, secrets))
        case _:
            return answer
