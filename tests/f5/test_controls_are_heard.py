"""What the controls do to speech: measured on the voice that ships, by the metrics that gate it.

`test_controls_on_audio.py` has the rest, on random weights: exact lengths, errors, and that off is off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from tts_baseline.core.records import Request
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.f0 import f0
from tts_baseline.metrics.features.impulses import impulses
from tts_baseline.metrics.features.silences import Silences, silences
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.solver.euler import EulerSolver

Wave = NDArray[np.float32]
Says = Callable[..., Wave]

RATE = 24_000
TEXT = "Primero llegó la lluvia. Después vino el viento."
EMPHATIC = "Esto es [!!!] importante para todos."
SIBILANT = "Seis sabios se sientan en sillas azules."
LONG = "Primero llegó la lluvia, después vino el viento del sur y al final volvió la calma."


@pytest.fixture(scope="module")
def says() -> Iterator[Says]:
    """A function that speaks a text with some settings; what the network has made once is not made again."""
    solved = EulerSolver.mels
    kept = {}

    def once(self: EulerSolver, network, jobs):  # type: ignore[no-untyped-def]
        for job in jobs:
            key = (job.tokens, job.frames, job.seed)
            if key not in kept:
                (kept[key],) = solved(self, network, [job])
        return [kept[job.tokens, job.frames, job.seed].clone() for job in jobs]

    def said(text: str, **settings: object) -> Wave:
        voice = create(settings={"weights": "embedded", "steps": 8, **settings})
        return np.asarray(voice.synthesize(Request(text=text, seed=4)).samples)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EulerSolver, "mels", once)
        yield said


def silent(wave: Wave) -> Silences:
    return silences(Sound(wave, RATE))


def pauses(wave: Wave) -> list[float]:
    """The seconds of each pause inside the speech."""
    return [float(stop - start) for start, stop in silent(wave).pauses_s]


def band_db(wave: Wave, low: float, high: float) -> float:
    power = np.abs(np.fft.rfft(wave)) ** 2
    hertz = np.fft.rfftfreq(wave.size, 1 / RATE)
    return float(10 * np.log10(power[(hertz >= low) & (hertz < high)].sum()))


@pytest.mark.parametrize("trim", ["off", "fixed", "adaptive"])
def test_a_pause_that_was_asked_for_is_heard(says: Says, trim: str) -> None:
    (usual,) = pauses(says(TEXT, trim=trim))
    (asked,) = pauses(says(TEXT.replace(". D", ". [pause 400ms] D"), trim=trim))
    assert usual < 0.25
    assert asked == pytest.approx(0.4, abs=0.06)


@pytest.mark.parametrize(("tag", "factor"), [("[fast]", 1 / 1.2), ("[slow]", 1 / 0.85)], ids=["fast", "slow"])
def test_the_pace_of_speech_is_the_one_asked_for(says: Says, tag: str, factor: float) -> None:
    assert silent(says(f"{tag} {TEXT}")).speech_s / silent(says(TEXT)).speech_s == pytest.approx(
        factor, rel=0.04
    )


def test_trimming_takes_what_is_silent_at_the_edges_and_no_speech(says: Says) -> None:
    edges, speech = {}, {}
    for trim in ("off", "adaptive", "fixed"):
        wave = says(TEXT, trim=trim)
        heard = silent(wave)
        edges[trim] = heard.start_s + wave.size / RATE - heard.stop_s
        speech[trim] = heard.speech_s
    assert edges["fixed"] < 0.03 < edges["adaptive"] < 0.10 < edges["off"]
    assert max(speech.values()) - min(speech.values()) < 0.03


def test_an_emphatic_word_is_louder_and_its_melody_wider(says: Says) -> None:
    pytest.importorskip("parselmouth")
    plain, emphatic = (says(EMPHATIC, trim="off", emphasis=on) for on in (False, True))
    changed = np.flatnonzero(plain != emphatic)
    inside = slice(int(changed[0]), int(changed[-1]))
    said = EMPHATIC.replace("[!!!] ", "")
    start, stop = said.index("importante") / len(said), said.index(" para") / len(said)
    assert inside.start / plain.size == pytest.approx(start, abs=0.08)
    assert inside.stop / plain.size == pytest.approx(stop, abs=0.08)
    assert 20 * np.log10(np.std(emphatic[inside]) / np.std(plain[inside])) > 1.5
    before, after = (
        f0(Sound(wave, RATE)).hz[inside.start // 240 : inside.stop // 240] for wave in (plain, emphatic)
    )
    assert np.nanpercentile(12 * np.log2(after / before), 90) > 0.8  # its stressed syllable is raised


def test_de_essing_takes_from_the_sibilants_alone(says: Says) -> None:
    plain, softer = (says(SIBILANT, de_ess_db=db) for db in (0.0, 12.0))
    assert 6.0 < band_db(plain, 5_000, 9_000) - band_db(softer, 5_000, 9_000) < 12.0
    assert band_db(softer, 100, 4_000) == pytest.approx(band_db(plain, 100, 4_000), abs=0.2)


def test_a_seam_of_two_chunks_neither_clicks_nor_gapes(says: Says) -> None:
    ended, faded = (says(LONG, first_chunk_s=1.5, crossfade_s=seconds) for seconds in (0.0, 0.15))
    assert ended.size - faded.size == round(0.15 * RATE)
    assert impulses(Sound(faded, RATE)).max() < 25  # what is off by a fifth of the peak reaches 50
    assert len(pauses(ended)) == 1  # the end of one chunk and the beginning of the next
    assert not pauses(faded)
