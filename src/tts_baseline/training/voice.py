"""What a checkpoint continues when it speaks: clips of its own dataset, one for each region and style."""

from __future__ import annotations

import io
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import soundfile

from tts_baseline.core.errors import PipelineError, SettingsError, brief
from tts_baseline.core.files import write_atomic
from tts_baseline.core.registry import nearest
from tts_baseline.pipelines.f5_spanish.post.silence import Wave
from tts_baseline.pipelines.f5_spanish.settings import ReferenceSettings
from tts_baseline.pipelines.f5_spanish.text.controls import STYLES
from tts_baseline.pipelines.f5_spanish.text.regions import regions
from tts_baseline.pipelines.f5_spanish.voice.reference import HOP, LONGEST_S, SAMPLE_RATE, read_clip
from tts_baseline.training.dataset import Clip
from tts_baseline.training.vocoder import sounds

# chosen: long enough to hear a voice; a longer clip costs the network as much as the speech that it precedes
_USUAL_S = (3.0, 6.0)
_LOUDEST = 0.99  # chosen: under full scale, whatever 16 bits round

_Role = tuple[str, str]  # a region and a style


class Continued(NamedTuple):
    """A clip that the model continues: how `voice.toml` names it, and its sound."""

    named: ReferenceSettings
    wave: Wave


def continued(data: Path, ids: Sequence[str] = ()) -> list[Continued]:
    """The clips of a dataset to continue: those with these ids, else one of each region and style.

    Of each it is the one whose pace is nearest to the usual, a statement of 3 to 6 s where there is one:
    durations are estimated from its pace. Where none is neutral, the first serves as that, too.

    Raises PipelineError for a dataset without waves or without a clip that can be used, SettingsError for an
    id that no clip has, and for two of one region and style.
    """
    heard = sounds.read(data)
    roles = _asked(heard.clips, ids) if ids else _usual(heard.clips)
    if not roles:
        raise PipelineError(
            f"no clip can be continued: each is over {LONGEST_S:g} s, or of no known region and style",
            where=str(data),
            hint="tts-baseline train prepare --help",
        )
    return list(_named(roles, heard))


def recorded(path: Path) -> Continued:
    """The neutral clip in an audio file, its text beside it as `.txt`.

    Raises SettingsError as `reference.read_clip` does, and for a text that is missing or empty.
    """
    clip = read_clip(path)
    beside = path.with_suffix(".txt")
    try:
        text = beside.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"the clip's text cannot be read: {brief(error)}", where=str(beside), hint="write what it says"
        ) from error
    if not text:
        raise SettingsError("the clip's text is empty", where=str(beside), hint="write what it says")
    return Continued(ReferenceSettings(audio="neutral.flac", text=text), clip.samples)


def write(clips: Iterable[Continued], out: Path) -> None:
    """Write the sound of each clip into a voice's folder: FLAC, 24 kHz, 16 bits."""
    for clip in clips:
        gain = min(1.0, _LOUDEST / max(float(np.abs(clip.wave).max()), 1e-9))
        file = io.BytesIO()
        soundfile.write(file, clip.wave * gain, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
        write_atomic(out / clip.named.audio, file.getvalue())


def _named(roles: Mapping[_Role, int], heard: sounds.SoundSet) -> Iterator[Continued]:
    neutral = ("neutral", "neutral")
    first = next((role for role in roles if role[1] == "neutral"), next(iter(roles)))
    for role, of in {
        **{role: role for role in roles},
        neutral: neutral if neutral in roles else first,
    }.items():
        region, style = role
        audio = of[0] if of[1] == "neutral" else "-".join(of)
        text = heard.clips[roles[of]].text.strip()
        named = ReferenceSettings(audio=f"{audio}.flac", text=text, region=region, style=style)
        yield Continued(named, heard.wave(roles[of]))


def _asked(clips: Sequence[Clip], ids: Sequence[str]) -> dict[_Role, int]:
    places = {clip.id: place for place, clip in enumerate(clips)}
    roles: dict[_Role, int] = {}
    for name in ids:
        if name not in places:
            raise SettingsError(
                f"no clip to learn from has the id {name!r}{nearest(name, places)}",
                where="--clip",
                hint="take one of clips.jsonl in the dataset's folder",
            )
        clip = clips[places[name]]
        if (clip.region, clip.style) in roles:
            raise SettingsError(
                f"two clips are {clip.region} and {clip.style}",
                where=f"--clip {name}",
                hint="name one of them",
            )
        roles[clip.region, clip.style] = places[name]
    return roles


def _usual(clips: Sequence[Clip]) -> dict[_Role, int]:
    """The place of the usual clip of each region and style, those with the most clips first."""
    groups: defaultdict[_Role, list[int]] = defaultdict(list)
    for place, clip in enumerate(clips):
        is_known = clip.region in regions() and clip.style in ("neutral", *STYLES)
        if is_known and _seconds(clip) <= LONGEST_S:
            groups[clip.region, clip.style].append(place)
    found = {}
    for role, places in sorted(groups.items(), key=lambda group: -len(group[1])):
        usual = median(_pace(clips[place]) for place in places)

        def strangeness(place: int, usual: float = usual) -> tuple[bool, bool, float]:
            clip = clips[place]
            fits = _USUAL_S[0] <= _seconds(clip) <= _USUAL_S[1]
            is_statement = clip.text.strip().endswith(".")
            return not fits, not is_statement, abs(math.log(_pace(clip) / usual))

        found[role] = min(places, key=strangeness)
    return found


def _seconds(clip: Clip) -> float:
    return clip.frames * HOP / SAMPLE_RATE


def _pace(clip: Clip) -> float:
    return len(clip.text.encode()) / _seconds(clip)
