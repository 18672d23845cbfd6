"""The dialect passport: what a region asks for, with its sources, and what tokens add up to."""

from __future__ import annotations

import pytest

from tts_baseline.metrics.prosody import contours
from tts_baseline.metrics.regions.passport import (
    Custom,
    accent_gain,
    accent_score,
    customs,
    known_regions,
    observed,
)
from tts_baseline.metrics.regions.probes import probes
from tts_baseline.metrics.regions.tokens import RegionalToken, unmeasured
from tts_baseline.pipelines.f5_spanish.text.regions import regions


def tokens(**kinds: int) -> list[RegionalToken]:
    return [RegionalToken("palabra", 0.0, 0.1, float(n), kind) for kind, k in kinds.items() for n in range(k)]


def custom(**told) -> Custom:
    given = {
        "region": "rioplatense",
        "probe": "peaks",
        "usual": ("early",),
        "source": "-",
        "checked": "known",
    }
    return Custom(**(given | told))


@pytest.mark.parametrize("region", known_regions())
def test_each_row_has_a_source_and_says_nothing_twice(region):
    rows = customs(region)
    assert len({(row.probe, row.place) for row in rows}) == len(rows)
    for row in rows:
        classes = (*row.usual, *row.allowed, *row.forbidden)
        assert row.source
        assert row.probe in probes()
        assert len(set(classes)) == len(classes)
        assert row.region == region
        assert not row.counted or 0 < row.counted[0] <= row.counted[1]


def test_the_regions_are_those_of_the_front_end():
    assert set(known_regions()) - {"medellin"} <= set(regions())
    assert set(known_regions()) >= {"rioplatense", "mexican", "colombian", "castilian"}


def test_how_sentences_end_is_that_of_the_table_of_contours():
    told = {row.place: row for row in customs("castilian") if row.probe == "finals"}
    assert set(told) == {row.asks.replace("_", " ") for row in contours.rows()}
    for place, row in told.items():
        accepted = contours.accepted(place.replace(" ", "_"), "castilian")
        assert row.allowed == accepted
        assert set(row.forbidden) == set(contours.TONES) - set(accepted)


def test_every_class_of_the_table_is_one_that_its_probe_gives():
    """Of classes that are told by name in the probe's own text."""
    for region in known_regions():
        for row in customs(region):
            told = (probes()[row.probe].listen.__doc__ or "") + " ".join(contours.TONES)
            for kind in (*row.usual, *row.allowed, *row.forbidden):
                assert f'"{kind}"' in told or f"[{kind}]" in told or kind in contours.TONES, (row, kind)


def test_what_was_observed_says_k_of_n_of_what_is_asked_for():
    found = [*tokens(early=6, late=2), unmeasured("palabra")]
    row = observed(custom(forbidden=("late",)), "1", found)
    assert (row.measured, row.asked) == (8, 9)
    assert (row.usual.k, row.usual.n, row.forbidden.k) == (6, 8, 2)
    assert row.usual.low == pytest.approx(0.349, abs=0.001)  # Clopper & Pearson 1934
    assert row.usual.high == pytest.approx(0.968, abs=0.001)
    assert row.verdict == "2 forbidden"


def test_only_tokens_that_stand_there_count():
    here = [token._replace(place="before a vowel") for token in tokens(kept=2, dropped=1)]
    there = [token._replace(place="before a pause") for token in tokens(kept=1)]
    row = observed(custom(probe="coda_s", place="before a vowel", usual=("kept",)), "Hz", [*here, *there])
    assert (row.asked, row.usual.k) == (3, 2)


@pytest.mark.parametrize(
    ("early", "late", "verdict"),
    [(18, 2, "as people's"), (5, 15, "rarer than people's"), (200, 0, "more often than people's")],
)
def test_a_share_is_held_beside_that_of_people(early, late, verdict):
    """588 of 648 is 91 %, from 88 to 93."""
    row = observed(custom(counted=(588, 648)), "1", tokens(early=early, late=late))
    assert row.verdict == verdict


def test_without_tokens_or_without_classes_there_is_no_verdict():
    assert observed(custom(counted=(588, 648)), "1", [unmeasured("a")]).verdict == "not measured"
    assert observed(custom(usual=()), "st", tokens(early=3)).verdict == "reported"
    assert observed(custom(forbidden=("late",)), "1", tokens(early=3)).verdict == "none forbidden"


def case(early: int, late: int, final: int = 0, earlier: int = 0):
    return {"peaks": tokens(early=early, late=late), "voseo": tokens(final=final, earlier=earlier)}


RULES = (
    custom(forbidden=("late",)),
    custom(probe="voseo", usual=("final",), allowed=("other",)),
    custom(probe="finals", usual=(), allowed=("L%",)),
)


def test_the_score_is_the_mean_of_the_shares_of_features():
    """3 of 4 early and 1 of 2 final: whatever has no usual class does not count."""
    score = accent_score(RULES, {"a": case(2, 1, 1), "b": case(1, 0, 0, 1) | {"finals": tokens(**{"M%": 5})}})
    assert score is not None
    assert (score.value, score.features) == (pytest.approx(0.625), 2)
    assert (score.low, score.high) == (None, None)


def test_a_token_that_is_neither_usual_nor_forbidden_is_no_usual_one():
    score = accent_score(RULES, {"a": {"voseo": tokens(final=1, other=3)}})
    assert score is not None
    assert score.value == 0.25


def test_what_was_not_measured_counts_for_nothing():
    assert accent_score(RULES, {"a": {"peaks": [unmeasured("a")]}}) is None
    assert accent_score(RULES, {}) is None
    score = accent_score(RULES, {"a": {"peaks": [*tokens(early=1), unmeasured("a")]}})
    assert score is not None
    assert score.value == 1.0


def test_the_interval_is_that_of_draws_of_the_cases():
    """Of 20 cases, half all early and half all late: the binomial interval of 10 of 20 is 0.28 to 0.72."""
    heard = {f"c{n}": case(2 * (n % 2), 2 * (1 - n % 2)) for n in range(20)}
    score = accent_score(RULES, heard)
    assert score is not None
    assert score.value == 0.5
    assert score.low == pytest.approx(0.3, abs=0.05)
    assert score.high == pytest.approx(0.7, abs=0.05)
    assert accent_score(RULES, heard) == score


def test_a_gain_is_a_share_of_the_score_before_of_the_same_cases():
    """Half of the peaks were early, and all are; a case that is not in both does not count."""
    before = {f"c{n}": case(1, 1) for n in range(6)} | {"old": case(0, 9)}
    now = {f"c{n}": case(2, 0) for n in range(6)} | {"new": case(0, 9)}
    gain = accent_gain(RULES, before, now)
    assert gain is not None
    assert (gain.value, gain.low, gain.high, gain.features) == (1.0, 1.0, 1.0, 1)
    same = accent_gain(RULES, now, now)
    assert same is not None
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


def test_no_gain_is_told_of_nothing_or_without_cases_of_both():
    assert accent_gain(RULES, {"a": case(0, 2)}, {"a": case(2, 0)}) is None
    assert accent_gain(RULES, {"a": case(1, 1)}, {"b": case(2, 0)}) is None
    few = accent_gain(RULES, {"a": case(1, 1)}, {"a": case(2, 0)})
    assert few is not None
    assert (few.value, few.low) == (1.0, None)
