"""Answers that are not their own: against a real server, and one by one."""

from __future__ import annotations

import asyncio
from functools import cache

import numpy as np
import pytest

from tests.support.crossing import KINDS, RATE, Crossing, serving, syllables
from tts_baseline.core.records import Case
from tts_baseline.measure.traffic.answers import Speech
from tts_baseline.measure.traffic.identity import Delivered, check
from tts_baseline.measure.traffic.loops import LevelLength, closed
from tts_baseline.measure.traffic.parts import common
from tts_baseline.measure.traffic.prints import alike, begins_as, print_of
from tts_baseline.measure.traffic.systems import Pool
from tts_baseline.pipelines import http

WORDS = ["el", "sol", "la", "luna", "un", "rio", "su", "voz", "dos", "gatos"]


def text_of(number: int) -> str:
    return " ".join(WORDS[int(digit)] for digit in f"{number:03}") + f" {number}"


speak = cache(syllables)
TEXTS = [text_of(number) for number in range(1000)]


def sound_of(text: str, take: int = 0, spread: float = 0.0) -> Speech:
    return Speech(speak(text, take, spread), RATE)


def heard_in(url: str, texts: list[str], clients: int) -> list[Delivered]:
    """What clients of this server heard, each with a connection of its own."""
    voices = [http.create(url=url) for _ in range(clients)]

    def member(voice):
        def say(request):
            utterance = voice.synthesize(request)
            return Speech(utterance.samples, utterance.sample_rate)

        return say

    cases = iter(Case(id=f"case-{number}", text=text) for number, text in enumerate(texts))
    length = LevelLength(seconds=0.0, least=len(texts), most=len(texts))
    try:
        with Pool([member(voice) for voice in voices]) as pool:
            answers = asyncio.run(closed(pool, cases, clients, length))
    finally:
        for voice in voices:
            voice.close()
    assert {answer.error for answer in answers} == {""}
    return [
        Delivered(
            name=answer.case.text,
            case=answer.case.text,
            sent=answer.sent,
            ended=answer.ended,
            sound=answer.sound,
        )
        for answer in answers
    ]


@pytest.mark.no_cover  # its wrong answers are compared with a thousand each; one by one they are below
def test_a_thousand_concurrent_requests_of_a_server_that_crosses_answers() -> None:
    crossing = Crossing(speak, every=25)
    with serving(crossing) as url:
        heard = heard_in(url, TEXTS, 16)
    proof = check({text: [sound_of(text)] for text in TEXTS}, heard)
    assert len(heard) == 1000
    assert {plant.kind for plant in crossing.planted} == set(KINDS)
    assert len(crossing.planted) >= 45
    assert {(m.request, m.kind, m.other) for m in proof.mixups} == set(crossing.planted)
    assert proof.proven == {"sound": 1000 - len(crossing.planted)}


def test_an_honest_server_is_never_accused() -> None:
    with serving(Crossing(speak)) as url:
        heard = heard_in(url, TEXTS, 16)
    proof = check({text: [sound_of(text)] for text in TEXTS}, heard)
    assert proof.proven == {"sound": 1000}
    assert proof.mixups == ()


# --- one by one


def said(name: str, case: str, samples, sent: float = 0.0, ended: float = 1.0) -> Delivered:
    return Delivered(
        name=name, case=case, sent=sent, ended=ended, sound=Speech(np.asarray(samples, "f4"), RATE)
    )


A, B, C = (" y ".join(TEXTS[at : at + 3]) for at in (1, 22, 333))
ALONE = {text: [sound_of(text)] for text in (A, B, C)}


def mixups(*heard: Delivered, alone=ALONE) -> list[tuple[str, str, str]]:
    return [(m.kind, m.request, m.other) for m in check(alone, heard).mixups]


def test_a_swap_needs_both_to_be_under_way_at_once() -> None:
    crossed = (said("1", A, speak(B)), said("2", B, speak(A)))
    assert mixups(*crossed) == [("swapped", "1", "2"), ("swapped", "2", "1")]


def test_one_answer_given_twice_is_duplicated_beside_and_stale_afterwards() -> None:
    assert mixups(said("1", A, speak(B)), said("2", B, speak(B))) == [("duplicated", "1", "2")]
    later = (said("1", A, speak(B), 2.0, 3.0), said("2", B, speak(B), 0.0, 1.0))
    assert mixups(*later) == [("stale", "1", "2")]


def test_a_stale_answer_names_the_last_request_that_it_may_be_of() -> None:
    early = [said(f"{number}", B, speak(B), number, number + 0.5) for number in range(3)]
    assert mixups(*early, said("9", A, speak(B), 5.0, 6.0)) == [("stale", "9", "2")]
    assert mixups(said("9", A, speak(C), 5.0, 6.0)) == [("stale", "9", f"the request made alone ({C})")]


@pytest.mark.parametrize("part", [0.15, 0.5, 0.85])
@pytest.mark.parametrize("shift", [0, 37, 80])
def test_a_stitch_names_whose_part_it_has(part: float, shift: int) -> None:
    own, theirs = speak(A), speak(B)
    stitched = np.concatenate([own[: int(part * len(own)) + shift], theirs[-int((1 - part) * len(theirs)) :]])
    assert mixups(said("1", A, stitched), said("2", B, theirs)) == [("stitched", "1", "2")]


def test_an_answer_that_is_followed_by_another_is_a_stitch() -> None:
    both = np.concatenate([speak(A), speak(B)])
    assert mixups(said("1", A, both), said("2", B, speak(B))) == [("stitched", "1", "2")]


@pytest.mark.parametrize("silence_s", [0.05, 0.1, 0.3])
def test_anothers_whole_sound_after_a_silence_is_a_stitch(silence_s: float) -> None:
    later = np.concatenate([np.zeros(int(silence_s * RATE)), speak(B)])
    assert mixups(said("1", A, later), said("2", B, speak(B))) == [("stitched", "1", "2")]


def test_a_stitch_as_long_as_its_own_sound_is_found() -> None:
    own, theirs = speak(A).copy(), speak(B)
    own[-int(0.2 * RATE) :] = theirs[: int(0.2 * RATE)]
    assert [kind for kind, _, _ in mixups(said("1", A, own), said("2", B, theirs))] == ["stitched"]


def test_what_is_cut_off_or_unknown_names_no_other() -> None:
    own = speak(A)
    assert mixups(said("1", A, own[: len(own) * 2 // 3])) == [("cut off", "1", "")]
    assert mixups(said("1", A, np.zeros(len(own)))) == [("unknown", "1", "")]
    assert mixups(said("1", A, [])) == [("unknown", "1", "")]
    noise = np.random.default_rng(1).normal(0, 0.1, len(own))
    assert mixups(said("1", A, noise)) == [("unknown", "1", "")]


def test_rounding_and_the_arithmetic_of_another_batch_are_the_same_sound() -> None:
    own = speak(A)
    rounded = np.round(own * 2048) / 2048
    noisy = own * (1 + np.random.default_rng(2).normal(0, 1e-3, len(own)))
    assert mixups(said("1", A, rounded), said("2", A, noisy), said("3", A, own * 0.97)) == []


def test_the_same_text_asked_twice_is_no_mixup() -> None:
    assert mixups(said("1", A, speak(A)), said("2", A, speak(A))) == []


# --- a pipeline that says a text differently every time

SPREAD = 0.04
TOLD = TEXTS[:12]
TAKES = {text: [sound_of(text, take, SPREAD) for take in range(3)] for text in TOLD}


def take_of(text: str, number: int):
    return speak(text, 100 + number, SPREAD)


def test_honest_answers_that_differ_each_time_are_proven_by_what_they_say() -> None:
    heard = [said(f"{n}", text, take_of(text, n), n, n + 1.5) for n, text in enumerate(TOLD * 8)]
    proof = check(TAKES, heard)
    assert proof.mixups == ()
    assert proof.proven == {"content": len(heard)}


def test_swapped_answers_that_differ_each_time_are_caught() -> None:
    pairs = [(TOLD[at], TOLD[(at + 5) % 12]) for at in range(6)]
    crossed = [
        said(f"{at}{own}", own, take_of(other, at), at, at + 0.9)
        for at, (one, two) in enumerate(pairs)
        for own, other in ((one, two), (two, one))
    ]
    expected = [
        ("swapped", f"{at}{a}", f"{at}{b}") for at, (x, y) in enumerate(pairs) for a, b in ((x, y), (y, x))
    ]
    assert mixups(*crossed, alone=TAKES) == expected


def test_the_very_sound_of_another_answer_is_caught_where_no_two_takes_are_alike() -> None:
    sound = take_of(TOLD[3], 1)
    twice = (said("1", TOLD[4], sound), said("2", TOLD[3], sound))
    assert mixups(*twice, alone=TAKES) == [("duplicated", "1", "2")]
    later = (said("1", TOLD[4], sound, 2.0, 3.0), said("2", TOLD[3], sound, 0.0, 1.0))
    assert mixups(*later, alone=TAKES) == [("stale", "1", "2")]


def test_a_stitch_of_sounds_that_differ_each_time_is_caught_by_its_length() -> None:
    own, theirs = take_of(TOLD[5], 1), take_of(TOLD[6], 1)
    both = np.concatenate([own, theirs])
    assert mixups(said("1", TOLD[5], both), said("2", TOLD[6], theirs), alone=TAKES) == [
        ("stitched", "1", "2")
    ]


def test_cases_whose_takes_cannot_be_told_apart_are_proven_by_their_length_alone() -> None:
    one = [sound_of("el mismo texto", take, SPREAD) for take in range(3)]
    takes = {"one": one, "other": [Speech(take.samples / 2, RATE) for take in one]}
    proof = check(takes, [said("1", "one", speak("el mismo texto", 7, SPREAD))])
    assert proof.proven == {"length": 1}
    slow = np.repeat(speak("el mismo texto", 7, SPREAD), 3)
    assert mixups(said("1", "one", slow), alone=takes)[0][:2] == ("unknown", "1")


# --- fingerprints and parts


def test_sounds_of_other_texts_are_not_alike_and_have_nothing_in_common() -> None:
    for one, other in zip(TEXTS[:40], TEXTS[40:80], strict=True):
        assert not alike(print_of(sound_of(one)), print_of(sound_of(other)))
        assert common(sound_of(one), sound_of(other)) is None


def test_a_beginning_is_told_from_the_whole() -> None:
    whole, short = print_of(sound_of(A)), print_of(Speech(speak(A)[: RATE // 3], RATE))
    assert begins_as(short, whole)
    assert not begins_as(whole, short)
    assert not begins_as(print_of(sound_of(B)), whole)


@pytest.mark.parametrize("gain", [0.3, 1.0])
def test_a_common_part_says_where_it_is(gain: float) -> None:
    middle = np.concatenate([speak(B)[:1000], gain * speak(A)[501:2600], speak(B)[1000:]])
    part = common(Speech(middle, RATE), sound_of(A))
    assert part is not None
    assert part.start - part.other == 1000 - 501
    assert abs(part.start - 1000) <= 160
    assert 7 <= part.frames <= 2099 / 160 + 1  # those of its 13 that can be heard
    assert common(sound_of(A), Speech(speak(A), 2 * RATE)) is None
