"""A case before and after, to look at and to hear: what lies in the run's folder, and its picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from tts_baseline.baseline import recordings
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.hearing import Passage
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.records import QualityCase, Utterance
from tts_baseline.core.sounds import Sound, fault
from tts_baseline.report.markup import Markup
from tts_baseline.report.pictures import picture


class Exhibit(Struct, frozen=True):
    """A recording: what it is, its file seen from the run's folder, and its picture as SVG; '' for none."""

    caption: str
    file: str = ""
    picture: Markup = Markup("")


def of(outcome: Outcome, case: str) -> tuple[Exhibit, ...]:
    """The golden and this run's recording; one alone where they are the same, or there is no golden."""
    run, folder = outcome.run, outcome.folder
    after = recordings.path_of(folder, case)
    if case not in run.recordings or not after.is_file():
        return ()
    accepted = _accepted(outcome, case)
    if accepted is None:
        return (Exhibit("now; nothing is accepted to compare it with", _from(folder, after)),)
    if accepted.audio.sha256 == run.audio[case].sha256:
        return (Exhibit("now, and as accepted: the same samples", _from(folder, after)),)
    golden = _sound(lambda: recordings.read_golden(folder, run, case, accepted))
    sound = _sound(lambda: recordings.read(folder, run, case)[1])
    longest = max((each.samples.size / each.rate for each in (golden, sound) if each), default=0.0)
    heard = outcome.heard.get(case)
    places = [place for found in (heard.places if heard else {}).values() for place in found]

    def exhibit(
        caption: str, path: Path, shown: Sound | None, span: Callable[[Passage], tuple[float, float]]
    ) -> Exhibit:
        if shown is None:
            return Exhibit(f"{caption}; it cannot be read here")
        return Exhibit(caption, _from(folder, path), picture(shown, longest, [*map(span, places)]))

    return (
        exhibit(
            f"before: accepted in run {accepted.run}",
            recordings.golden_path(folder, case),
            golden,
            lambda place: (place.start_s, place.stop_s),
        ),
        exhibit(
            f"after: run {run.id}", after, sound, lambda place: (place.heard_start_s, place.heard_stop_s)
        ),
    )


def _accepted(outcome: Outcome, case: str) -> QualityCase | None:
    """What the case was compared with."""
    known = outcome.baseline.quality.cases if outcome.baseline.quality else {}
    return known.get(case) if case in outcome.run.goldens else None


def _sound(read: Callable[[], Utterance]) -> Sound | None:
    """A recording as a sound; None for one that cannot be read, or drawn."""
    try:
        utterance = read()
    except BaselineError:
        return None
    if fault(utterance.samples):
        return None
    return Sound(utterance.samples.astype("f8"), utterance.sample_rate)


def _from(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()
