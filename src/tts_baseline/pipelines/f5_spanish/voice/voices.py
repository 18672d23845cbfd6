"""The reference clips of the settings, ready to speak with, and which of them a request gets."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.registry import nearest
from tts_baseline.pipelines.f5_spanish.hub import placed
from tts_baseline.pipelines.f5_spanish.settings import REFERENCES, F5Settings, ReferenceSettings
from tts_baseline.pipelines.f5_spanish.text import controls
from tts_baseline.pipelines.f5_spanish.text.options import TABLE
from tts_baseline.pipelines.f5_spanish.text.regions import regions
from tts_baseline.pipelines.f5_spanish.text.tokenizer import tokenize
from tts_baseline.pipelines.f5_spanish.voice.reference import Recording, Reference, read_clip, reference
from tts_baseline.pipelines.f5_spanish.voice.transcripts import transcript

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary

# Bytes of text a second: speech has 10 to 20; beyond these the transcript is not the clip's.
_PACES = (3.0, 45.0)


class Voices(Struct, frozen=True, kw_only=True):
    """References by region and style; the style of neutral speech is None."""

    clips: Mapping[tuple[str, str | None], Reference]
    provenance: Mapping[str, str]

    def choose(self, region: str, style: str | None) -> Reference:
        """The clip of a region and style; of a region without any clip, the neutral region's.

        Never another region's speaker for one style of a region that has clips. Raises KeyError where there
        is none: the style.
        """
        spoken = region if any(region == known for known, _ in self.clips) else "neutral"
        if style is None and (spoken, None) not in self.clips:
            spoken = "neutral"
        try:
            return self.clips[spoken, style]
        except KeyError:
            raise KeyError(style) from None


def load(settings: F5Settings, vocabulary: Vocabulary, *, device: str, root: Path) -> Voices:
    """The voices of the settings.

    Raises SettingsError for a clip that cannot be used, a transcript that is missing or does not fit it, an
    unknown or doubled region and style, and where no clip serves neutral speech.
    """
    clips: dict[tuple[str, str | None], Reference] = {}
    provenance: dict[str, str] = {}
    files: dict[Path, Recording] = {}
    references: dict[tuple[str, str], Reference] = {}
    for entry in settings.references:
        voice = _voice(entry)
        if voice in clips:
            raise SettingsError(
                f"two clips speak {_name(voice)}",
                where=f"{REFERENCES} {entry.audio}",
                hint="remove one of them",
            )
        path = placed(entry.audio, root=root)
        clip = files[path] = files.get(path) or read_clip(path)
        text = entry.text.strip() or _transcribed(clip, entry, settings, device, root)
        content = (clip.sha256, text)
        clips[voice] = references[content] = references.get(content) or reference(clip, text, device=device)
        _check(clips[voice], vocabulary, entry)
        heard = "" if entry.text.strip() else f", transcribed by {settings.asr_model} as {text!r}"
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        provenance[f"reference {_name(voice)}"] = f"clip {clip.sha256[:16]}, text {digest}{heard}"
    if ("neutral", None) not in clips:
        raise SettingsError(
            "there is no reference clip for neutral speech"
            + ("" if clips else ": F5-TTS continues a recording, and speaks with its voice"),
            where=f"references in {TABLE}",
            hint=f'add {REFERENCES} with audio = "…" and text = "…", without region and style',
        )
    return Voices(clips=clips, provenance=provenance)


def _voice(entry: ReferenceSettings) -> tuple[str, str | None]:
    style = entry.spoken_style
    for kind, value, known in (("region", entry.region, regions()), ("style", style, controls.STYLES)):
        if value is not None and value not in known:
            raise SettingsError(
                f"there is no {kind} {value!r}{nearest(value, known)}; there are {', '.join(known)}",
                where=f"{REFERENCES} {entry.audio}",
                hint=f"correct its {kind}, or leave it out",
            )
    return entry.region, style


def _name(voice: tuple[str, str | None]) -> str:
    region, style = voice
    return f"{region} {style}" if style else region


def _check(clip: Reference, vocabulary: Vocabulary, entry: ReferenceSettings) -> None:
    where = f"{REFERENCES} {entry.audio}"
    unknown = sorted({token for token in tokenize(clip.text) if token not in vocabulary or token.isdigit()})
    if unknown:
        raise SettingsError(
            f"the transcript has what the model cannot read: {' '.join(map(repr, unknown[:5]))}",
            where=where,
            hint="write it as it is spoken, numbers in words",
        )
    low, high = _PACES
    if not low <= clip.bytes_per_s <= high:
        raise SettingsError(
            f"the transcript does not fit the clip: {clip.bytes_per_s:.0f} bytes of text a second, "
            "where speech has 10 to 20",
            where=where,
            hint="set text to what the clip says, all of it and no more",
        )


def _transcribed(
    clip: Recording, entry: ReferenceSettings, settings: F5Settings, device: str, root: Path
) -> str:
    if not settings.transcribe:
        raise SettingsError(
            "the reference clip has no transcript",
            where=entry.audio,
            hint="set text to what it says, or transcribe = true to have it recognized once",
        )
    return transcript(clip, model=settings.asr_model, device=device, cache=root / settings.cache).text
