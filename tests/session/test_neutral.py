"""What a style moves is read against the case of the same words without it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.session.test_scoring import sound
from tests.support.baselines import quality_of
from tests.support.calls import calls, replicate
from tts_baseline.core.records import Case, Quality, Score, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.scored_by import CODE, scored_by
from tts_baseline.session.measurement.neutral import neutrals
from tts_baseline.session.measurement.score import score

PLAIN = Case(id="plain", text="Mañana llega.")
SOFTWARE = {CODE: "0123456789abcdef", "scipy": "1", "soxr": "1"}


@pytest.mark.parametrize(
    "styled",
    [
        {"style": "happy"},
        {"speed": 1.2},
        {"text": "[sad] Mañana llega."},
        {"text": "[slow] Mañana [normal] llega."},
    ],
)
def test_a_style_or_a_pace_has_its_neutral_case(styled: dict[str, object]) -> None:
    assert neutrals([replace(PLAIN, id="a", **styled), PLAIN]) == {"a": "plain"}


@pytest.mark.parametrize(
    "other",
    [
        {"style": "neutral"},
        {"text": "Mañana [pause 300ms] llega."},
        {"text": "[happy] Mañana se va."},
        {"style": "happy", "region": "mexican"},
    ],
)
def test_other_words_another_region_and_what_has_no_style_have_none(other: dict[str, object]) -> None:
    assert neutrals([PLAIN, replace(PLAIN, id="a", **other)]) == {}


def test_a_styled_case_is_no_neutral_one() -> None:
    styled = [replace(PLAIN, id=style, style=style) for style in ("happy", "sad")]
    assert neutrals(styled) == {}


def read(plain: Utterance, known: Quality | None = None) -> float | None:
    """What `control` reads of a case that is said 6 dB louder than the sound of seed 1."""
    cases = [replace(PLAIN, id="loud", style="urgent"), PLAIN]
    said = {"loud": (sound(1, 0.2),), "plain": (plain,)}
    called = [replicate({case.id: calls([0.1], audio_s=2.0) for case in cases}, start_s=1.0)] * 3
    goldens = {"loud": sound(1, 0.2), "plain": sound(1)} if known else {}
    readings, _ = score(cases, called, said, known, goldens, SOFTWARE)
    return {(r.case, r.metric): r.value for r in readings}["loud", "control"]


def accepted() -> Quality:
    """Both sounds, with a score of `control` that was made up."""
    known = quality_of(
        {}, {"loud": PLAIN.text, "plain": PLAIN.text}, {"loud": sound(1, 0.2), "plain": sound(1)}
    )
    loud = known.cases["loud"]
    scores = {"control": Score(value=3.0, by=scored_by(metrics()["control"], SOFTWARE))}
    request = replace(loud.request, style="urgent")
    return replace(known, cases=known.cases | {"loud": replace(loud, request=request, scores=scores)})


def test_what_a_style_moves_is_read_in_a_run() -> None:
    assert read(sound(1)) == pytest.approx(6.02, abs=0.05)


def test_an_accepted_score_is_taken_over_only_while_the_neutral_sound_is_as_accepted() -> None:
    assert read(sound(1), accepted()) == 3.0
    assert read(sound(1, 0.05), accepted()) == pytest.approx(12.04, abs=0.05)
