"""The plan as a whole: one pass, chunks that fit, controls that act, switches that are off."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts_baseline.core.errors import RequestFailed
from tts_baseline.pipelines.f5_spanish.plan import Chunk, Emphasis, Omission, TextPlan
from tts_baseline.pipelines.f5_spanish.text import chunks, delivery, joining, planner, words
from tts_baseline.pipelines.f5_spanish.text.controls import parse
from tts_baseline.pipelines.f5_spanish.text.normalize import SpokenText
from tts_baseline.pipelines.f5_spanish.text.options import ClipPace, TextOptions
from tts_baseline.pipelines.f5_spanish.text.regions import respell_sheismo
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Admission, Vocabulary

Read = Callable[[str], SpokenText]


def as_it_is(text: str) -> SpokenText:
    return SpokenText(text)


def admitted_as_it_is(text: str) -> Admission:
    return Admission(text)


def some_pace(style: str | None) -> ClipPace:
    return ClipPace()


def make(
    text: str,
    *,
    region: str = "neutral",
    style: str | None = None,
    speed: float = 1.0,
    pace: Callable[[str | None], ClipPace] = some_pace,
    normalize: Read = as_it_is,
    admit: Callable[[str], Admission] = admitted_as_it_is,
    **switches: Any,
) -> TextPlan:
    return planner.plan_with(
        text, region=region, style=style, speed=speed, options=TextOptions(**switches), pace=pace,
        normalize=normalize, admit=admit,
    )  # fmt: skip


def texts(plan: TextPlan) -> list[str]:
    return [chunk.text for chunk in plan.chunks]


def holding(size: float) -> Callable[[str | None], ClipPace]:
    """A pace under which a chunk holds so many bytes."""
    return lambda _: ClipPace(bytes_per_s=1.0, speech_s=size)


# --- One pass


def test_each_stage_works_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: dict[str, int] = dict.fromkeys(("tokenize", "normalize", "admit", "pace"), 0)

    def counted(name: str, what: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            counts[name] += 1
            return what(*given)

        return call

    monkeypatch.setattr(planner, "tokenize", counted("tokenize", words.tokenize))
    plan = make(
        "Hola, che. [happy]¿Qué tal? [pause 1s]Es [!]muy bueno.\n\nOtro párrafo. [neutral]Fin.",
        normalize=counted("normalize", as_it_is), admit=counted("admit", admitted_as_it_is),
        pace=counted("pace", some_pace),
        emphasis=True, pauses="clauses", breath_s=2.0, sheismo=True, voseo_accents=True, region="rioplatense",
    )  # fmt: skip
    assert len(plan.chunks) > 5
    # Five segments, one of two paragraphs; two styles.
    assert counts == {"tokenize": 1, "normalize": 6, "admit": 6, "pace": 2}


def test_make_plan_puts_the_stages_together() -> None:
    plan = planner.make_plan(
        "Hay 200 mujeres 🎉", region="neutral", style=None, speed=1.0, options=TextOptions(), pace=some_pace,
        vocabulary=Vocabulary.default(),
    )  # fmt: skip
    assert texts(plan) == [" hay doscientas mujeres. "]
    assert [omission.what for omission in plan.omissions] == ["🎉"]
    assert plan.source == "Hay 200 mujeres 🎉"
    assert plan.text == "Hay doscientas mujeres"


def test_the_region_reaches_the_normalization() -> None:
    texts = {
        region: planner.make_plan(
            "Son $ 20.", region=region, style=None, speed=1.0, options=TextOptions(), pace=some_pace,
            vocabulary=Vocabulary.default(),
        ).text
        for region in ("rioplatense", "neutral")
    }  # fmt: skip
    assert texts == {"rioplatense": "Son veinte pesos.", "neutral": "Son veinte dólares."}


def test_omissions_of_all_stages_are_in_the_plan() -> None:
    plan = make(
        "a. [calm]b.",
        normalize=lambda text: SpokenText(text, omissions=(Omission(what=text, reason="n"),)),
        admit=lambda text: Admission(text, (Omission(what=text, reason="v"),)),
    )
    assert [(o.what, o.reason) for o in plan.omissions] == [
        ("a.", "n"),
        ("a.", "v"),
        ("b.", "n"),
        ("b.", "v"),
    ]


def test_a_plan_survives_json() -> None:
    plan = make("¿Qué [!]tal? [pause 1s]Bien.", emphasis=True, pauses="clauses")
    assert msgspec.json.decode(msgspec.json.encode(plan), type=TextPlan) == plan


def test_half_a_surrogate_pair_does_no_harm() -> None:
    plan = make("Hola \ud83d chau")
    assert texts(plan) == [" hola \ufffd chau. "]
    msgspec.json.encode(plan)


# --- The final form


@pytest.mark.parametrize(
    ("text", "spanish", "upstream"),
    [
        ("Hola.", " hola. ", "Hola."),
        ("  Hola  ", " hola. ", "Hola"),
        ("¿Qué tal?", " ¿qué tal?. ", "¿Qué tal?"),
        ("¡YA!", " ¡ya!. ", "¡YA!"),
        ("Hola...", " hola... ", "Hola..."),
        ("Ñandú  o\nÁguila", " ñandú o águila. ", "Ñandú o Águila"),
    ],
)
def test_the_form_of_a_chunk(text: str, spanish: str, upstream: str) -> None:
    assert texts(make(text)) == [spanish]
    assert texts(make(text, form="upstream")) == [upstream]


# --- Chunks


def test_sentences_are_merged_up_to_the_limit() -> None:
    plan = make("Uno dos. Tres cuatro. Cinco seis. Siete ocho.", pace=holding(25))
    assert texts(plan) == [" uno dos. tres cuatro. ", " cinco seis. siete ocho. "]
    assert all(chunk.pause_s == 0 for chunk in plan.chunks)


def test_a_chunk_ends_at_the_best_place() -> None:
    assert texts(make("Uno dos tres. Cuatro, cinco seis siete", pace=holding(30))) == [
        " uno dos tres. ", " cuatro, cinco seis siete. ",
    ]  # fmt: skip
    assert texts(make("Uno dos tres, cuatro cinco seis siete ocho", pace=holding(31))) == [
        " uno dos tres,. ", " cuatro cinco seis siete ocho. ",
    ]  # fmt: skip
    assert texts(make("Uno dos tres y cuatro cinco seis siete", pace=holding(30))) == [
        " uno dos tres. ", " y cuatro cinco seis siete. ",
    ]  # fmt: skip
    assert texts(make("Uno dos tres cuatro el cinco seis siete", pace=holding(26))) == [
        " uno dos tres cuatro. ", " el cinco seis siete. ",
    ]  # fmt: skip


def test_a_limit_is_kept_to_the_byte() -> None:
    text = "Ñandú y más."
    size = len(" ñandú y más. ".encode())
    assert len(make(text, pace=holding(size)).chunks) == 1
    assert len(make(text, pace=holding(size - 0.5)).chunks) == 2


def test_the_limit_follows_the_speed_that_the_model_gets() -> None:
    text = "uno dos tres cuatro cinco seis"  # 33 bytes in its form
    assert len(make(text, pace=holding(28)).chunks) == 2
    assert len(make(text, pace=holding(28), speed=1.2).chunks) == 1
    assert len(make(text, pace=holding(25), speed=4.0).chunks) == 2
    assert len(make(text, pace=holding(35), speed=0.9).chunks) == 2


def test_an_over_long_word_is_cut_between_syllables_with_a_note() -> None:
    plan = make("Es hipopotomonstrosesquipedaliofobia.", pace=holding(15))
    assert texts(plan)[1:-1] == [" hipopotomons. ", " trosesquipe. "]
    assert "".join(text.strip(" .") for text in texts(plan)) == "eshipopotomonstrosesquipedaliofobia"
    assert plan.notes == (
        "the word 'hipopotomonstrosesquipedaliofobia' is longer than a chunk: it was cut",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "first_chunk_s", "first"),
    [
        ("Uno dos tres. Cuatro, cinco seis siete. Ocho.", 0.0, " uno dos tres. cuatro, cinco seis siete. "),
        ("Uno dos tres. Cuatro, cinco seis siete. Ocho.", 29.0, " uno dos tres. "),
        ("Uno dos tres. Cuatro, cinco seis siete. Ocho.", 16.0, " uno dos tres. "),
        ("Uno dos tres. Cuatro, cinco seis siete. Ocho.", 11.0, " uno. "),
        ("¿Uno? [pause 1s]Dos tres cuatro cinco seis siete.", 12.0, " ¿uno?. "),
        ("Impensable, y más.", 4.0, " impensable, y más. "),  # no word is cut for it
        ("Uno", 40.0, " uno. "),
    ],
)
def test_the_first_chunk_may_be_a_short_one(text: str, first_chunk_s: float, first: str) -> None:
    usual, short = (make(text, pace=holding(42), first_chunk_s=s) for s in (0.0, first_chunk_s))
    assert texts(short)[0] == first
    assert not short.notes
    said = ["".join(filter(str.isalnum, "".join(texts(plan)))) for plan in (usual, short)]
    assert said[0] == said[1]
    assert all(len(text.encode()) <= 42 for text in texts(short))


def test_no_span_is_divided_for_a_short_first_chunk() -> None:
    plan = planner.make_plan(
        "El 25 de noviembre de 1987 llovió.", region="neutral", style=None, speed=1.0,
        options=TextOptions(first_chunk_s=1.0), pace=holding(100), vocabulary=Vocabulary.default(),
    )  # fmt: skip
    assert not plan.notes
    assert plan.chunks[0].text.strip(" .") in ("el", plan.text.lower().strip(" ."))


def test_marks_that_fit_in_no_chunk_are_reported() -> None:
    plan = make("Sí. " + "(" * 40, pace=holding(20))
    assert texts(plan)[0] == " sí. "
    assert all(any(c.isalpha() for c in text) for text in texts(plan))
    assert plan.omissions
    assert {o.reason for o in plan.omissions} == {"more marks than a chunk holds"}


VOCABULARY = Vocabulary.default()


def admitted(text: str) -> bool:
    """True where the vocabulary changes nothing in a text but its spaces."""
    within, left_out = VOCABULARY.admit(text)
    return within.replace(" ", "") == text.replace(" ", "") and not left_out


PARTS = """
    el Ñandú y hipopotomonstrosesquipedaliofobia no, YA. (sí) ¿qué? — «así» ... ¡ calle 1998
    [happy] [slow] [neutral] [!]tú
"""


@given(
    parts=st.lists(st.sampled_from([*PARTS.split(), "[pause 200ms]", "\n\n"]), max_size=30),
    size=st.floats(20, 90),
    form=st.sampled_from(["spanish", "upstream"]),
    speed=st.floats(0.3, 3),
    switch=st.sampled_from(["controls", "sentences", "clauses"]),
    sheismo=st.booleans(),
)
def test_chunks_fit_cover_all_and_mark_what_they_say(
    parts: list[str], size: float, form: str, speed: float, switch: str, *, sheismo: bool
) -> None:
    plan = make(
        " ".join(parts), pace=holding(size), form=form, speed=speed, emphasis=True, pauses=switch,
        breath_s=4.0,
        region="rioplatense", sheismo=sheismo, admit=VOCABULARY.admission,
    )  # fmt: skip
    if not any(token.kind == "word" for token in plan.tokens):
        assert plan.chunks == ()
        assert "there is nothing to say" in plan.notes
        return
    texts: dict[int, str] = {}
    for chunk in plan.chunks:
        assert len(chunk.text.encode()) <= size * chunk.speed
        assert admitted(chunk.text)
        assert 0.8 <= chunk.speed <= 1.25
        inner = chunk.text.strip()
        if form == "spanish":
            assert chunk.text.startswith(" ")
            assert chunk.text[1] != " "
            assert chunk.text.endswith(". ")
            assert chunk.text == chunk.text.lower()
            if not plan.tokens[chunk.last].text.endswith("."):
                inner = inner.removesuffix(".")
        texts[chunk.first] = texts.get(chunk.first, "") + inner
    firsts = [chunk.first for chunk in plan.chunks]
    assert firsts == sorted(firsts)
    ends = {chunk.first: chunk.last for chunk in plan.chunks}
    covered = [index for first, last in ends.items() for index in range(first, last + 1)]
    uncovered = set(range(len(plan.tokens))) - set(covered)
    assert len(set(covered)) == len(covered)
    assert all(plan.tokens[index].kind == "mark" for index in uncovered)
    assert bool(uncovered) == any(o.reason == "more marks than a chunk holds" for o in plan.omissions)
    spelled = [respell_sheismo(token.text) if sheismo else token.text for token in plan.tokens]
    spelled = [word.lower() if form == "spanish" else word for word in spelled]
    for first, text in texts.items():
        part = plan.tokens[first : ends[first] + 1]
        gaps = ["", *(" " * (after.start > before.end) for before, after in itertools.pairwise(part))]
        assert text == "".join(map("".join, zip(gaps, spelled[first : ends[first] + 1], strict=True)))
    for chunk in plan.chunks:
        loud = [i for i in range(chunk.first, chunk.last + 1) if plan.tokens[i].emphasis]
        for span, index in zip(chunk.emphasis, loud, strict=True):
            assert span.level == plan.tokens[index].emphasis
            assert chunk.text.encode()[span.start : span.end].decode() in spelled[index]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=20), st.integers(60, 120))
def test_no_sentence_is_left_that_would_have_fitted(lengths: list[int], size: int) -> None:
    text = " ".join(" ".join(["Uno"] * n) + "." for n in lengths)
    plan = make(text, pace=holding(size))
    for chunk, after in itertools.pairwise(plan.chunks):
        assert len(chunk.text) + after.text.index(".") + 1 > size


# --- Controls


def test_a_pause_is_exact_silence_after_its_chunk() -> None:
    plan = make("Hola. [pause 300ms]Chau[pause 0.5s].[pause 1s]")
    assert [(c.text, c.pause_s) for c in plan.chunks] == [(" hola. ", 0.3), (" chau. ", 1.5)]
    assert plan.lead_s == 0


def test_a_pause_before_any_word_leads() -> None:
    plan = make("[pause 1s] — [pause 2s]«Hola» [pause 500ms] —")
    assert plan.lead_s == 3.0
    assert [(c.text, c.pause_s) for c in plan.chunks] == [(" — «hola» —. ", 0.5)]


def test_marks_stay_with_their_words_at_a_tag() -> None:
    plan = make("¿[pause 1s]Qué tal[happy]? ¡[sad]Ay[neutral]!")
    assert plan.lead_s == 1.0
    assert [(c.text, c.style) for c in plan.chunks] == [(" ¿qué tal?. ", None), (" ¡ay!. ", "sad")]


def test_a_pause_of_nothing_takes_a_planned_one_away() -> None:
    assert [c.pause_s for c in make("Uno. Dos.", pauses="sentences").chunks] == [0.4, 0.0]
    assert [c.pause_s for c in make("Uno. [pause 0ms]Dos.", pauses="sentences").chunks] == [0.0]
    assert [c.pause_s for c in make("Uno. [pause 50ms]Dos.", pauses="sentences").chunks] == [0.05, 0.0]


def test_a_style_change_splits() -> None:
    plan = make("Hola [happy]mundo cruel[neutral], chau.")
    assert [(c.text, c.style, c.pause_s) for c in plan.chunks] == [
        (" hola. ", None, 0.0), (" mundo cruel,. ", "happy", 0.0), (" chau. ", None, 0.0),
    ]  # fmt: skip


def test_the_style_of_the_request_is_that_of_untagged_text() -> None:
    assert [c.style for c in make("Hola [sad]mundo[neutral] cruel", style="calm").chunks] == [
        "calm",
        "sad",
        None,
    ]
    assert [c.style for c in make("Hola", style="neutral").chunks] == [None]


def only_neutral(style: str | None) -> ClipPace:
    if style is None:
        return ClipPace()
    raise KeyError(style)


def test_a_style_without_a_clip_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(RequestFailed, match="no reference clip for the style 'happy'") as caught:
        make("Hola [happy]mundo", pace=only_neutral)
    assert "missing_style" in caught.value.hint
    assert "[tool.tts-baseline.pipelines.f5_spanish]" in caught.value.where


def test_a_style_without_a_clip_may_be_spoken_neutrally_with_a_note() -> None:
    plan = make("Hola [happy]mundo [sad]cruel", pace=only_neutral, missing_style="neutral")
    assert [(c.text, c.style) for c in plan.chunks] == [(" hola mundo cruel. ", None)]
    assert plan.notes == tuple(
        f"no reference clip for the style '{style}': spoken neutrally" for style in ("happy", "sad")
    )


def test_no_clip_at_all_is_an_error() -> None:
    def none(style: str | None) -> ClipPace:
        raise KeyError(style)

    with pytest.raises(RequestFailed, match="no reference clip for neutral speech"):
        make("Hola", pace=none, missing_style="neutral")


@pytest.mark.parametrize(
    ("request_speed", "tag", "speed", "stretch"),
    [
        (1.0, "", 1.0, 1.0),
        (1.0, "[fast]", 1.2, 1.0),
        (1.0, "[slow]", 0.85, 1.0),
        (1.25, "", 1.25, 1.0),
        (0.8, "", 0.8, 1.0),
        (2.0, "", 1.25, 0.625),
        (0.4, "", 0.8, 2.0),
        (1.2, "[fast]", 1.25, 1.25 / 1.44),
        (0.8, "[slow]", 0.8, 0.8 / 0.68),
        (1.2, "[normal]", 1.2, 1.0),
    ],
)
def test_the_model_gets_what_it_can_and_the_rest_is_stretched(
    request_speed: float, tag: str, speed: float, stretch: float
) -> None:
    [chunk] = make(f"{tag}Hola", speed=request_speed).chunks
    assert (chunk.speed, chunk.stretch) == (pytest.approx(speed), pytest.approx(stretch))


@pytest.mark.parametrize("speed", [0.0, -1.0, 0.2, 4.1, float("nan"), float("inf")])
def test_a_speed_out_of_range_is_an_error(speed: float) -> None:
    with pytest.raises(RequestFailed, match="a speed is between"):
        make("Hola", speed=speed)


def test_an_unknown_region_is_an_error() -> None:
    with pytest.raises(RequestFailed, match="no region"):
        make("Hola", region="klingon")


def test_emphasis_is_a_span_of_bytes() -> None:
    [chunk] = make("Más allá, [!!!]Ñandú. Eso NO.", emphasis=True).chunks
    assert chunk.text == " más allá, ñandú. eso no. "
    assert chunk.emphasis == (Emphasis(start=13, end=20, level=3), Emphasis(start=26, end=28, level=1))


def test_emphasis_in_the_form_of_upstream() -> None:
    [chunk] = make("Eso NO.", emphasis=True, form="upstream").chunks
    assert chunk.emphasis == (Emphasis(start=4, end=6, level=1),)


def test_a_tag_on_a_capital_word_wins() -> None:
    plan = make("eso [!!]NO es", emphasis=True)
    assert [t.emphasis for t in plan.tokens] == [0, 2, 0]


def test_emphasis_of_a_respelled_word() -> None:
    [chunk] = make("la [!]yegua y yo", emphasis=True, sheismo=True, region="rioplatense").chunks
    assert chunk.text == " la shegua y sho. "
    assert chunk.emphasis == (Emphasis(start=4, end=10, level=1),)


def test_breath_is_taken_within_the_limit() -> None:
    text = "Una frase bastante larga de prueba. " * 8
    seconds = 4.0
    plan = make(text, breath_s=seconds, pace=lambda _: ClipPace(bytes_per_s=15, speech_s=100))
    assert [b.kind for b in plan.boundaries].count("breath") == 7
    assert [c.pause_s for c in plan.chunks] == [0.4] * 7 + [0.0]
    assert len(make(text, breath_s=seconds, speed=2.0, pace=lambda _: ClipPace(speech_s=100)).chunks) == 3


# --- Joining segments


def test_a_number_before_a_tag_agrees_with_the_word_after_it() -> None:

    def planned_text(text: str) -> str:
        return planner.make_plan(
            text, region="neutral", style=None, speed=1.0, options=TextOptions(), pace=some_pace,
            vocabulary=Vocabulary.default(),
        ).text  # fmt: skip

    assert planned_text("Hay 200 [slow]mujeres.") == "Hay doscientas mujeres."
    assert planned_text("Hay [slow]200[normal] mujeres.") == "Hay doscientas mujeres."
    assert planned_text("Hay [!]21 [slow]años.") == "Hay veintiún años."
    assert planned_text("Son 3 [pause 1s]4.") == "Son tres cuatro."


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hola [happy]mundo", "Hola mundo"),
        ("Hola[happy]mundo", "Hola mundo"),
        ("Hola[happy], mundo", "Hola, mundo"),
        ("Hola [happy] , mundo", "Hola, mundo"),
        ("¿[happy]Qué", "¿Qué"),
        ("(¡ [happy] Qué", "(¡Qué"),
        ("Uno.\n\n[happy]Dos", "Uno.\n\nDos"),
        ("Uno.[happy]\n\nDos", "Uno.\n\nDos"),
        ("Uno\n[happy]\nDos", "Uno Dos"),
        ("a-[happy]b", "a-b"),
        ("[happy]", ""),
    ],
)
def test_segments_are_joined_as_written(source: str, expected: str) -> None:
    assert joining.join(parse(source), as_it_is).text == expected


def test_every_segment_knows_where_it_starts() -> None:
    segments = parse("[pause 1s]Uno [happy] [sad]dos [calm]tres[neutral]")
    joined = joining.join(segments, as_it_is)
    assert joined.text == "Uno dos tres"
    assert [joined.text[start:] for start in joined.starts] == [
        "Uno dos tres",
        "Uno dos tres",
        "dos tres",
        "dos tres",
        "tres",
    ]


def test_a_segment_that_is_left_out_leaves_no_trace() -> None:
    plan = make("Uno [happy]🎉[neutral] dos", admit=VOCABULARY.admission)
    assert texts(plan) == [" uno dos. "]


# --- Bypass: a switch that is off, and its input, change nothing


def heard(plan: TextPlan) -> tuple[tuple[Chunk, ...], float]:
    return plan.chunks, plan.lead_s


TEXT = "Hola, ¿qué tal? Vos tenés la llave: eso no es así, ya lo sabés. Mirá"


def test_off_normalization_is_never_called() -> None:
    def never(text: str) -> SpokenText:
        raise AssertionError(text)

    plan = planner.plan_with(
        TEXT, options=TextOptions(normalize=False), pace=some_pace, normalize=never, admit=admitted_as_it_is
    )
    assert heard(plan) == heard(make(TEXT))


def test_off_controls_leave_the_brackets() -> None:
    assert texts(make("Hola [happy]tú [x", controls=False)) == [" hola [happy]tú [x. "]
    assert heard(make(TEXT, controls=False)) == heard(make(TEXT))


def test_off_emphasis_ignores_capitals_and_tags() -> None:
    loud = TEXT.replace("no es", "[!!]NO [!]es")
    assert heard(make(loud)) == heard(make(TEXT))
    assert all(token.emphasis == 0 for token in make(loud).tokens)
    assert heard(make(loud, emphasis=True)) != heard(make(TEXT, emphasis=True))
    assert "emphasis is switched off: [!] does nothing" in make(loud).notes


def test_off_pauses_plan_no_silence_and_no_cut() -> None:
    assert [(c.pause_s, c.last) for c in make(TEXT).chunks] == [(0.0, len(make(TEXT).tokens) - 1)]
    assert make(TEXT, pauses="sentences").chunks != make(TEXT).chunks
    assert make(TEXT, pauses="clauses").chunks != make(TEXT, pauses="sentences").chunks
    assert all(boundary.pause_s == 0 for boundary in make(TEXT).boundaries)


def test_off_breath_plans_none() -> None:
    assert heard(make(TEXT, breath_s=0.0)) == heard(make(TEXT, breath_s=1000.0))
    assert heard(make(TEXT, breath_s=1.0)) != heard(make(TEXT))


@pytest.mark.parametrize("region", ["neutral", "castilian", "chilean"])
def test_rioplatense_switches_act_nowhere_else(region: str) -> None:
    text = "Vos tenes la llave, yo no."
    assert heard(make(text, region=region, voseo_accents=True, sheismo=True)) == heard(make(text))


def test_rioplatense_switches_act_there_and_only_when_on() -> None:
    text = "Vos tenes la llave, yo no."
    assert texts(make(text, region="rioplatense")) == [" vos tenes la llave, yo no. "]
    assert texts(make(text, region="rioplatense", voseo_accents=True)) == [" vos tenés la llave, yo no. "]
    assert texts(make(text, region="rioplatense", sheismo=True)) == [" vos tenes la shave, sho no. "]


def test_respelling_leaves_words_and_syllables_of_the_plan() -> None:
    plan = make("la calle", region="rioplatense", sheismo=True)
    assert plan.text == "la calle"
    assert plan.tokens[1].syllables == ("ca", "lle")


def test_the_region_asked_for_stays_whatever_the_words_say() -> None:
    plan = make("Che, vos tenés razón.", region="castilian")
    assert plan.region == "castilian"
    assert {item.region for item in plan.evidence} == {"rioplatense"}
    assert plan.notes == ("the words speak for rioplatense, the request is for castilian",)
    assert make("Che, vos tenés razón.", region="rioplatense").notes == ()


# --- Nothing to say


@pytest.mark.parametrize("text", ["", "   \n", "...", "¿?", "[happy]", "[pause 1s]"])
def test_nothing_to_say_is_a_plan_without_chunks(text: str) -> None:
    plan = make(text, emphasis=True, pauses="clauses", breath_s=1.0)
    assert plan.chunks == ()
    assert plan.notes == ("there is nothing to say",)
    assert plan.lead_s == (1.0 if "pause" in text else 0.0)


@given(st.text(max_size=80))
def test_any_text_gives_a_plan_within_the_vocabulary(text: str) -> None:
    plan = make(
        text, admit=VOCABULARY.admission, controls=False, emphasis=True, pauses="clauses", breath_s=1.0
    )
    assert all(admitted(chunk.text) for chunk in plan.chunks)


# --- Parts


def test_the_owner_of_a_mark_is_that_of_its_word() -> None:
    tokens = words.tokenize("a, ¿b? c")
    assert delivery.owners(tokens, (0, 1, 4, 5, 7)) == [0, 0, 2, 2, 2, 4]


def test_stretches_without_a_word_join_their_neighbours() -> None:
    tokens = words.tokenize("— a — b —")
    lead, stretches = chunks.stretches(tokens, {0: 1.0, 1: 2.0, 2: 3.0}, 0.5)
    assert lead == 1.5
    assert stretches == [chunks.Stretch(0, 2, 5.0), chunks.Stretch(3, 4, 0.0)]
