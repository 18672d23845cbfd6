"""Makes the plan of a request: controls, normalization, tokens, annotation, boundaries, chunks."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec.structs import replace

from tts_baseline.core.errors import RequestFailed
from tts_baseline.pipelines.f5_spanish.plan import Chunk, Omission, SentenceType, Span, TextPlan, Token
from tts_baseline.pipelines.f5_spanish.text import chunks, controls, delivery, pauses, prosody, regions
from tts_baseline.pipelines.f5_spanish.text.controls import Segment
from tts_baseline.pipelines.f5_spanish.text.delivery import Delivery, Paces
from tts_baseline.pipelines.f5_spanish.text.joining import Reader, join
from tts_baseline.pipelines.f5_spanish.text.moves import on
from tts_baseline.pipelines.f5_spanish.text.normalize import SpokenSpan, SpokenText, read
from tts_baseline.pipelines.f5_spanish.text.options import TextOptions
from tts_baseline.pipelines.f5_spanish.text.regions import Region
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Admission
from tts_baseline.pipelines.f5_spanish.text.whole import bound, inside, placed
from tts_baseline.pipelines.f5_spanish.text.words import tokenize

_SPEEDS = (0.25, 4.0)  # chosen: as OpenAI's speech API


Admit = Callable[[str], Admission]


class Admitting(Protocol):
    """An object that knows the model's vocabulary."""

    def admission(self, text: str) -> Admission:
        """The text without what the model cannot read, the omissions, and the moves."""
        ...


def make_plan(
    text: str,
    *,
    region: str,
    style: str | None,
    speed: float,
    options: TextOptions,
    pace: Paces,
    vocabulary: Admitting,
    why: bool = False,
) -> TextPlan:
    """The plan of one request; with `why`, each span with what else it could have been.

    `pace(style)` raises KeyError for a style without a reference clip. A text with nothing to say gives a
    plan without chunks. Raises RequestFailed for an unknown region, a speed outside 0.25 to 4, a near miss of
    a tag if `options.unknown_tags` is "error", and a style without a clip if `options.missing_style` is
    "error".
    """
    return plan_with(
        text, region=region, style=style, speed=speed, options=options, pace=pace,
        normalize=functools.partial(read, region=region, why=why), admit=vocabulary.admission,
    )  # fmt: skip


def plan_with(
    text: str,
    *,
    region: str = "neutral",
    style: str | None = None,
    speed: float = 1.0,
    options: TextOptions,
    pace: Paces,
    normalize: Reader,
    admit: Admit,
) -> TextPlan:
    """As `make_plan`, with the given normalization and vocabulary."""
    here = regions.region(region)
    text = _encodable(text)
    segments = _segments(text, style, speed, options)
    joined = join(segments, _reader(here, options, normalize, admit))
    tokens = tokenize(joined.text)
    spans = placed(joined.spans, tokens)
    whole = inside(spans) | bound(spans, tokens)
    owned = delivery.owners(tokens, joined.starts)
    deliveries, notes = delivery.deliveries(owned, segments, speed, pace, options)
    levels = delivery.emphasis(tokens, owned, segments, spans) if options.emphasis else [0] * len(tokens)
    lead_s, asked = delivery.asked_pauses(owned, segments)

    sentences = prosody.sentences(joined.text, tokens, whole)
    phrases = prosody.phrases(joined.text, tokens, sentences, whole)
    natural = pauses.boundaries(joined.text, tokens, sentences, phrases)
    places = pauses.ranks(joined.text, tokens, natural, whole)
    script = chunks.Script(joined.text, tokens, options.form, _speller(here, options))
    boundaries = pauses.obeyed(natural, options.pauses, asked)
    if options.breath_s > 0 and tokens:
        boundaries = pauses.breaths(boundaries, places, _seconds(script, deliveries), options.breath_s)

    breaks = {index: 0.0 for index in range(len(tokens) - 1) if deliveries[index] != deliveries[index + 1]}
    breaks |= {boundary.after: boundary.pause_s for boundary in boundaries if boundary.pause_s > 0}
    lead_s, stretches = chunks.stretches(tokens, breaks, lead_s)
    types = [sentence.type for sentence in sentences for _ in range(sentence.first, sentence.last + 1)]
    short_s = options.first_chunk_s or math.inf
    planned, left_out, cut = _chunks(
        stretches, tokens, deliveries, levels, types, places, script, spans, short_s
    )
    detected, evidence = regions.detect("".join(segment.text for segment in segments))
    remarks = _remarks(segments, options, region, detected, silent=not planned)
    return TextPlan(
        source=text, region=region, text=joined.text,
        tokens=tuple(replace(t, emphasis=n) if n else t for t, n in zip(tokens, levels, strict=True)),
        sentences=sentences, phrases=phrases, boundaries=boundaries,
        chunks=planned, spans=spans, lead_s=lead_s, omissions=(*joined.omissions, *left_out),
        evidence=evidence, notes=(*notes, *cut, *remarks),
    )  # fmt: skip


def _encodable(text: str) -> str:
    """The text with lone surrogates, which cannot be encoded, replaced by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _segments(text: str, style: str | None, speed: float, options: TextOptions) -> tuple[Segment, ...]:
    low, high = _SPEEDS
    if not low <= speed <= high:
        raise RequestFailed(f"a speed is between {low:g} and {high:g}, not {speed:g}", hint="speed = 1.0")
    style = None if style == "neutral" else style
    if not options.controls:
        return controls.plain(text, style=style)
    return controls.parse(text, style=style, unknown=options.unknown_tags)


def _reader(here: Region, options: TextOptions, normalize: Reader, admit: Admit) -> Reader:
    """The function that reads a paragraph out: normalization and voseo accents if on, then the vocabulary."""

    def say(text: str) -> SpokenText:
        reading = normalize(text) if options.normalize else SpokenText(text)
        spoken = reading.text
        if options.voseo_accents and here.voseo:
            spoken = regions.restore_accents(spoken)
        admitted = admit(spoken)
        spans = tuple(_admitted(each, admitted) for each in reading.spans)
        return SpokenText(admitted.text, spans, (*reading.omissions, *admitted.omissions))

    return say


def _admitted(spoken: SpokenSpan, admitted: Admission) -> SpokenSpan:
    """A span with its place in the admitted text."""
    return SpokenSpan(spoken.span, *on(admitted.moves, spoken.start, spoken.end))


def _speller(here: Region, options: TextOptions) -> Callable[[str], str]:
    """The function that writes a token as the model gets it."""
    sh = options.sheismo and here.sheismo
    lower = options.form == "spanish"

    def say(word: str) -> str:
        word = regions.respell_sheismo(word) if sh else word
        return word.lower() if lower else word

    return say


def _seconds(script: chunks.Script, deliveries: Sequence[Delivery]) -> list[float]:
    """The estimated seconds of speech before each token, and of all."""
    sizes = (after - before for before, after in itertools.pairwise(script.totals))
    times = (size / (d.pace.bytes_per_s * d.speed) for size, d in zip(sizes, deliveries, strict=True))
    return [0.0, *itertools.accumulate(times)]


def _chunks(
    stretches: Sequence[chunks.Stretch],
    tokens: Sequence[Token],
    deliveries: Sequence[Delivery],
    levels: Sequence[int],
    types: Sequence[SentenceType],
    places: Sequence[int],
    script: chunks.Script,
    spans: Sequence[Span],
    short_s: float,
) -> tuple[tuple[Chunk, ...], list[Omission], list[str]]:
    """The chunks, the marks that fit in no chunk, and a note for every word that was cut.

    The first is of `short_s` seconds at most, where it can be.
    """
    planned: list[Chunk] = []
    omissions: list[Omission] = []
    cut: dict[str, None] = {}
    within = inside(spans)
    for stretch in stretches:
        manner = deliveries[stretch.first]
        bytes_per_s = manner.pace.bytes_per_s * manner.model_speed
        limit = bytes_per_s * manner.pace.speech_s
        short = limit if planned else min(limit, bytes_per_s * short_s)
        for piece in script.split(stretch.first, stretch.last, places, limit, short, within):
            if not any(token.kind == "word" for token in tokens[piece.first : piece.last + 1]):
                omissions.append(
                    Omission(what=script.text(piece).strip(), reason="more marks than a chunk holds")
                )
                continue
            if piece.part is not None:
                cut[f"the word {tokens[piece.first].text!r} is longer than a chunk: it was cut"] = None
            divided = next((span for span in spans if span.first <= piece.last < span.last), None)
            if divided:
                cut[f"the {divided.type} {divided.written!r} is longer than a chunk: it was cut"] = None
            planned.append(
                Chunk(
                    text=script.text(piece), first=piece.first, last=piece.last, style=manner.style,
                    speed=manner.model_speed, stretch=manner.stretch, emphasis=script.spans(piece, levels),
                    sentences=script.sentences(piece, types),
                )
            )  # fmt: skip
        planned[-1] = replace(planned[-1], pause_s=stretch.pause_s)
    return tuple(planned), omissions, list(cut)


def _remarks(
    segments: Sequence[Segment], options: TextOptions, region: str, detected: str | None, *, silent: bool
) -> list[str]:
    """Remarks on what the plan itself does not show."""
    remarks = [f"read as text: {doubt}" for segment in segments for doubt in segment.doubts]
    if silent:
        remarks.append("there is nothing to say")
    if not options.emphasis and any(segment.emphasis for segment in segments):
        remarks.append("emphasis is switched off: [!] does nothing")
    if detected and detected != region:
        remarks.append(f"the words speak for {detected}, the request is for {region}")
    return remarks
