"""The settings of the text stages, from the project file; the defaults are the reference."""

from __future__ import annotations

from typing import Literal

from tts_baseline.core.records import Record

TABLE = "[tool.tts-baseline.pipelines.f5_spanish]"


class TextOptions(Record, frozen=True, kw_only=True):
    """The settings of the text stages.

    normalize: read numbers, dates, units and signs out as words.
    controls: obey tags such as [happy], [slow], [pause 300ms] and [!]; if off, tags are ordinary text.
    unknown_tags: a near miss of a tag ([hapy]) is read as text with a note, or is an error; any other bracket
    ([sic], [1]) is text.
    pauses: where exact silence is planned: only at [pause] tags, also at sentence ends, or also at clauses.
    breath_s: the most seconds of speech between two breaths (0: no breath is planned).
    first_chunk_s: the most seconds of speech in the first chunk, so that a stream begins sooner (0: as
    others).
    emphasis: capitals, [!], [!!] and [!!!] act on the audio.
    voseo_accents: restore the accents of voseo forms (tenes: tenés) in regions that use them.
    sheismo: respell ll and consonantal y as sh in the region rioplatense.
    form: "spanish" is how the Spanish checkpoint was used (lower case, a leading space, ". " at the end);
    "upstream" leaves the text as it is.
    missing_style: a style without a reference clip is an error, or is spoken neutrally with a note; so is a
    region or a style that a checkpoint which learned prosody was not told in training.
    """

    normalize: bool = True
    controls: bool = True
    unknown_tags: Literal["read", "error"] = "read"
    pauses: Literal["controls", "sentences", "clauses"] = "controls"
    breath_s: float = 0.0
    first_chunk_s: float = 0.0
    emphasis: bool = False
    voseo_accents: bool = False
    sheismo: bool = False
    form: Literal["spanish", "upstream"] = "spanish"
    missing_style: Literal["error", "neutral"] = "error"


class ClipPace(Record, frozen=True, kw_only=True):
    """How fast a reference clip speaks, in bytes of UTF-8 text a second, and the seconds left for speech.

    `speech_s` is the model's 22 s (as upstream) less the clip.
    """

    bytes_per_s: float = 15.0  # chosen: a usual pace of Spanish; a clip's own is measured
    speech_s: float = 12.0  # chosen: beside a clip of 10 s
