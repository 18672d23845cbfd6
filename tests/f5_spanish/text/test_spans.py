"""The spans: what was read, as what, by which rule, from where; and that nothing divides one."""

from __future__ import annotations

import itertools
import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tts_baseline.cli import main
from tts_baseline.pipelines.f5_spanish.plan import Span, TextPlan
from tts_baseline.pipelines.f5_spanish.text import moves, numerals
from tts_baseline.pipelines.f5_spanish.text.options import ClipPace, TextOptions
from tts_baseline.pipelines.f5_spanish.text.overrides import overrides
from tts_baseline.pipelines.f5_spanish.text.planner import make_plan
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary.default()
READINGS = sorted((Path(__file__).parent.parent / "readings").glob("*.toml"))
WRITTEN = [
    case[0] if isinstance(case, list) else case["written"]
    for path in (Path(__file__).with_name("normalization.toml"), *READINGS)
    for group in (lambda page: page.get("group", [page]))(tomllib.loads(path.read_text(encoding="utf-8")))
    for case in group.get("cases", group.get("case", []))
]


def planned(text: str, *, breath_s: float = 0.0, size: float = 1e9, **given: object) -> TextPlan:
    options = {"emphasis": True, "breath_s": breath_s} | given
    return make_plan(
        text, region="neutral", style=None, speed=1.0, options=TextOptions(**options),
        pace=lambda _: ClipPace(bytes_per_s=15.0, speech_s=size / 15), vocabulary=VOCABULARY,
    )  # fmt: skip


def spoken(plan: TextPlan, span: Span) -> str:
    """The text of a span's tokens."""
    return plan.text[plan.tokens[span.first].start : plan.tokens[span.last].end]


def kinds(text: str) -> list[tuple[str, str, str]]:
    return [(span.written, span.type, span.reading) for span in planned(text).spans]


def test_a_span_knows_its_place_its_type_and_its_rule() -> None:
    text = "[[1]: El  día\u200b 5/9/27, [slow]la Sra. Díaz pagó 21 €.\n\nEn 2 1/2 horas."
    plan = planned(text)
    assert [(span.written, span.type) for span in plan.spans] == [
        ("1", "number"), ("5/9/27", "date"), ("Sra.", "abbreviation"), ("21 €", "amount"),
        ("2 1/2 horas", "fraction"),
    ]  # fmt: skip
    for span in plan.spans:
        assert text[span.start : span.end] == span.written
        assert spoken(plan, span) == span.reading
        assert span.rule


def test_a_decomposed_letter_moves_no_place() -> None:
    text = "El an\u0303o cayo\u0301 3.º y 21 can\u0303as"
    assert [text[s.start : s.end] for s in planned(text).spans] == ["3.º", "21"]


def test_why_lists_what_else_it_could_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "El siglo XX y el 5/9.", "--why"]) == 0
    shown = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "«XX» roman veinte roman century acronym: equis equis" in shown
    assert "«5/9» date cinco de septiembre date fraction: cinco novenos" in shown
    assert main(["plan", "El siglo XX.", "--why", "--json"]) == 0
    [span] = json.loads(capsys.readouterr().out)["spans"]
    assert span["alternatives"] == [{"type": "acronym", "reading": "equis equis", "rule": "acronym"}]
    assert main(["plan", "El siglo XX.", "--json"]) == 0
    assert "alternatives" not in capsys.readouterr().out.replace('"alternatives": []', "")


# --- Nothing divides a span


def torn(plan: TextPlan) -> list[Span]:
    """The spans that a chunk, a sentence, a tone unit or a boundary divides."""
    ends = {
        *(chunk.last for chunk in plan.chunks),
        *(part.last for part in (*plan.sentences, *plan.phrases)),
        *(boundary.after for boundary in plan.boundaries),
    }
    return [span for span in plan.spans if ends & set(range(span.first, span.last))]


def sizes(plan: TextPlan) -> float:
    """The bytes of the longest span."""
    return max((len(span.reading.encode()) for span in plan.spans), default=0)


@pytest.mark.no_cover  # all that the tables say, 18 times; tests beside it count these lines
@pytest.mark.parametrize("breath_s", [0.4, 1.0, 2.5])
@pytest.mark.parametrize("size", [1e9, 120, 60])
def test_no_span_of_the_tables_is_torn(breath_s: float, size: float) -> None:
    text = "Y dijo que ".join(WRITTEN)
    for pauses in ("controls", "clauses"):
        plan = planned(text, breath_s=breath_s, size=size, pauses=pauses)
        assert [span.written for span in torn(plan) if len(span.reading.encode()) + 12 < size] == []
        assert len(plan.spans) > 600


PIECES = [
    "1985", "85", "3.000.085", "12/11/2026", "a las 8:30", "$ 1.250,50", "31 km/h", "3-1", "2020-2021",
    "+34 612 345 678", "MP3", "v2.1.3", "www.ejemplo.com.ar/a", "EE. UU.", "J. L. Borges", "12.º",
    "siglo XXI", "2 1/2 horas", "2+2=4", "½", "llevaba", "retraso", "y", "media", "la casa,", "¿no?",
    "—así—", "1.", "[!]", "[pause 100ms]", "[slow]", "\n\n", "el 3 de mayo de 1985",
]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join),
    st.sampled_from([0.0, 0.2, 0.5, 1.0, 3.0]),
    st.sampled_from([80.0, 150.0, 1e9]),
    st.sampled_from(["controls", "sentences", "clauses"]),
)
@example("[slow] 85 +34 612 345 678", 0.0, 150.0, "controls")  # 127 bytes, for which slow speech has no room
def test_no_span_is_torn_at_any_breath_and_any_length(
    text: str, breath_s: float, size: float, pauses: str
) -> None:
    plan = planned(text, breath_s=breath_s, size=size, pauses=pauses)
    room = size * min((chunk.speed for chunk in plan.chunks), default=1.0) - 12
    assert [span.written for span in torn(plan) if len(span.reading.encode()) < room] == []


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text(st.sampled_from("012359aeEXVIsº.,:;/-–+%$€'\"()[]#@_ \n½²°hC"), max_size=40), st.booleans())
@example("_0;0_", False)
@example("$0\\X[0$", False)
@example("$\\frac{1}{2}+\\frac{3}{4}$", False)
@example("[1 y 2](a.es)", False)
def test_any_text_has_spans_in_order_with_their_places(text: str, why: bool) -> None:  # noqa: FBT001
    plan = make_plan(
        text, region="neutral", style=None, speed=1.0, options=TextOptions(breath_s=0.5, pauses="clauses"),
        pace=lambda _: ClipPace(speech_s=100), vocabulary=VOCABULARY, why=why,
    )  # fmt: skip
    assert torn(plan) == []
    for span in plan.spans:
        assert span.written == text[span.start : span.end]
    for before, after in itertools.pairwise(plan.spans):
        assert before.end <= after.start
        assert before.last < after.first or -2 in (before.last, after.last)


def test_the_worst_of_the_faults_is_mended() -> None:
    """A breath took the y of ochenta y cinco for a conjunction, and that of las ocho y media."""
    text = "Nació en Madrid el 3 de mayo de 1985 y volvió a las 8:30 porque el tren llevaba retraso."
    for breath_s in (0.5, 1.0, 1.5, 2.0, 2.5, 3.0):
        plan = planned(text, breath_s=breath_s)
        starts = [chunk.text for chunk in plan.chunks]
        assert not [s for s in starts if s.startswith((" y cinco", " y media"))]
        assert breath_s < 1.5 or not [s for s in starts if s.startswith(" retraso")]


def test_a_span_longer_than_a_chunk_is_cut_with_a_note() -> None:
    plan = planned("Es www.ejemplo.com/uno/dos/tres/cuatro/cinco/seis/siete/ocho.", size=50)
    assert [note for note in plan.notes if "the link 'www.ejemplo.com" in note]


def test_a_tag_emphasizes_all_of_a_span() -> None:
    plan = planned("Son [!!]85 casas")
    assert [token.text for token in plan.tokens if token.emphasis == 2] == ["ochenta", "y", "cinco"]


def test_an_acronym_is_no_emphasis_where_it_is_spelled() -> None:
    assert [t.text for t in planned("El DNI y el GPS NO valen aquí.").tokens if t.emphasis] == ["NO"]


# --- Parts


def test_moves_go_both_ways() -> None:
    there = moves.Moves([(1, 3, 0), (5, 6, 4)])  # "ab" gone, one letter is four
    assert there.on(0, 1) == (0, 1)
    assert there.on(3, 5) == (1, 3)
    assert there.on(5, 6) == (3, 7)
    assert there.back(4, 6) == (5, 6)
    assert there.back(7, 8) == (6, 7)
    assert moves.Moves().back(3, 4) == (3, 4)


def test_numerals_agree_with_damga() -> None:
    damga = pytest.importorskip("damga").TextNormalizer(lang="es", formal_ordinals=True)
    numbers = [*range(0, 1000, 7), *(10**k + 21 for k in range(3, 13)), 999_999, 101_000, 2 * 10**12]
    for number in numbers:
        assert numerals.cardinal(number) == damga.normalize(f"{number:_}".replace("_", "."))
    for number in range(1, 101):
        assert numerals.ordinal(number) == damga.normalize(f"{number}.º")
        assert number == 1 or f"un {numerals.part(number)}" == damga.normalize(f"1/{number}")


def test_every_pattern_has_a_name_of_its_own() -> None:
    names = [row.name for row in overrides().pattern]
    assert len(set(names)) == len(names)


def test_a_span_may_begin_between_two_characters_of_other_alphabets() -> None:
    """Characters that are replaced together had one place, and a break beside a span counted as inside it."""
    plan = planned("Cuesta 2,5 M€–ǬġIėo.6!7√I", breath_s=0.4, size=40, pauses="clauses")
    assert torn(plan) == []


def test_a_code_ends_before_a_fraction_of_one_sign_and_the_next_code_stays_whole() -> None:
    plan = planned("Cuesta MXN 100. *íz9x½[u98 ] suena", size=40)
    lasts = {chunk.last for chunk in plan.chunks}
    assert [span.written for span in plan.spans] == ["MXN 100", "íz9x", "u98"]
    assert not [span for span in plan.spans if any(span.first <= last < span.last for last in lasts)]


def test_a_chunk_divides_a_verb_rather_than_a_span() -> None:
    """está | abierto and ochenta | está are held together, too: of three that are, the span is whole."""
    plan = planned("Sr. K. no El puert$ 8080 está abierto.b", size=40)
    lasts = {chunk.last for chunk in plan.chunks}
    assert "abierto.b" in [span.written for span in plan.spans]
    assert not [span for span in plan.spans if any(span.first <= last < span.last for last in lasts)]


def test_a_sign_that_is_left_out_ends_a_word_beside_a_letter_that_is_replaced() -> None:
    assert planned("ģ⸟artes").text.split() == ["g", "artes"]


def test_a_sign_of_another_script_is_no_letter_of_a_code() -> None:
    plan = planned("Creado el 2021/05/03⇱柌ê⣿餱0.", breath_s=0.4, size=40, pauses="clauses")
    assert "餱0" not in [span.written for span in plan.spans]
    assert torn(plan) == []


def test_a_sign_of_another_script_is_no_part_of_a_name_with_points() -> None:
    text = "La ecuación 8.105 lo prueba.灄◼⡭àHay_700 géneros."
    plan = planned(text, breath_s=1.7, size=40, pauses="controls")
    assert "àHay_700" in [span.written for span in plan.spans]
    assert torn(plan) == []
