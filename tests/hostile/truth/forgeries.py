"""Whatever is done to a run or a baseline, no golden becomes one that its run did not measure."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
import soundfile

from tests.support.projects import Said, close_to, left, make_project, measured, store_of, voice
from tests.support.runs import KEY
from tests.support.tones import TEXTS
from tts_baseline.baseline import pending
from tts_baseline.baseline.pending import sealed
from tts_baseline.baseline.store import stores
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.records import Run, Utterance
from tts_baseline.session import run as running
from tts_baseline.session.accept import accept_run
from tts_baseline.session.measurement.progress import silent
from tts_baseline.session.outcome import reopen
from tts_baseline.session.project import Project, open_project

Dice = random.Random
Forge = Callable[[Project, Dice], None]
_NEAR = 70.0  # dB: beyond 60 it is the same sound


class Try(NamedTuple):
    """One forgery: its kind, whether it was refused, and what was wrong afterwards, most often nothing."""

    kind: str
    refused: bool
    wrong: str


def tries(count: int, folder: Path, seed: int = 1) -> Iterator[Try]:
    """So many forgeries, kind after kind, each on a fresh project whose goldens are those of r0."""
    dice = Dice(seed)
    with patch("tempfile.tempdir", str(folder)):
        beginning = make_project(folder / "beginning")
        for name, said in (("r0", voice(1)), ("r1", voice(2)), ("r2", close_to(voice(1), _NEAR))):
            left(beginning, name, said)
        accept_run(beginning, "r0", reason="before")
        left(beginning, "r3", close_to(voice(1), _NEAR))  # scored against r0
        theirs = open_project(shutil.copytree(beginning.root, folder / "theirs"), {})
        accept_run(theirs, "r1", reason="on another branch")
        kinds = sorted(KINDS)
        for number in range(count):
            place = shutil.copytree(beginning.root, folder / f"try-{number}")
            yield _tried(kinds[number % len(kinds)], open_project(place, {}), dice)
            shutil.rmtree(place)


def _tried(kind: str, project: Project, dice: Dice) -> Try:
    truth = {folder.name: _recorded(pending.load(folder)) for folder in pending.listing(project.report)}
    refused = False
    try:
        KINDS[kind](project, dice)
    except BaselineError:
        refused = True
    except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
        return Try(kind, False, f"{type(error).__name__}: {error}")
    for folder in pending.listing(project.report):
        if folder.name not in truth:  # measured meanwhile
            truth[folder.name] = _recorded(pending.load(folder))
    return Try(kind, refused, _false(project, truth))


def _recorded(run: Run) -> dict[str, str]:
    return {case: recording.sha256 for case, recording in run.recordings.items()}


def _false(project: Project, truth: dict[str, dict[str, str]]) -> str:
    """The goldens that their run did not measure, and baselines that cannot be read."""
    for store in stores(project.baselines):
        quality = store.load(KEY).quality
        for case, known in quality.cases.items() if quality else ():
            if truth.get(known.run, {}).get(case) != known.recording:
                return f"the golden of {case} is not what {known.run} measured"
            if not store.is_intact(case, known):
                return f"the golden of {case} is not whole"
    return ""


def _audio(project: Project, name: str, case: str) -> Path:
    return project.report / name / "audio" / f"{case}.flac"


def _accept(project: Project, name: str) -> None:
    accept_run(project, name, reason="meant")


def _harmed(harm: Callable[[Path, Dice], object]) -> Forge:
    """Harm a recording of a pending run, then accept it."""

    def forge(project: Project, dice: Dice) -> None:
        harm(_audio(project, "r1", dice.choice([*TEXTS])), dice)
        _accept(project, "r1")
        raise AssertionError("it was accepted")

    return forge


def _noise(path: Path, dice: Dice) -> None:
    samples, rate = soundfile.read(path)
    noise = np.random.default_rng(dice.randrange(10**6)).uniform(-0.5, 0.5, len(samples))
    soundfile.write(path, noise, rate, format="FLAC", subtype="PCM_24")


def _bit(path: Path, dice: Dice) -> None:
    data = bytearray(path.read_bytes())
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    path.write_bytes(data)


def _linked(path: Path, _: Dice) -> None:
    elsewhere = path.parents[3] / "elsewhere.flac"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def _retyped(path: Path, dice: Dice) -> None:
    samples, rate = soundfile.read(path)
    kinds = [("WAV", "PCM_24"), ("AIFF", "PCM_24"), ("OGG", "VORBIS"), ("FLAC", "PCM_16")]
    kind, subtype = dice.choice(kinds)
    soundfile.write(path, samples, rate, format=kind, subtype=subtype)


def _swapped(path: Path, _: Dice) -> None:
    one, other = (path.with_name(f"{case}.flac") for case in TEXTS)
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def _of_another_run(path: Path, _: Dice) -> None:
    shutil.copy(path.parents[2] / "r2" / "audio" / path.name, path)


def _grown(path: Path, dice: Dice) -> None:
    with path.open("ab") as file:
        file.write(b"\0" * dice.randrange(1, 10**5))


def _named(pipeline: str, variant: str = "cpu") -> Forge:
    """A run that says that it is another pipeline's."""

    def forge(project: Project, _: Dice) -> None:
        path = project.report / "r1" / "run.json"
        page = json.loads(path.read_text()) | {"pipeline": pipeline, "variant": variant}
        path.write_text(json.dumps(page))
        path.with_suffix(".sha256").write_bytes(sealed(path.read_bytes()))
        before = store_of(project).load(KEY)
        _accept(project, "r1")
        if store_of(project).load(KEY) != before:
            raise AssertionError("a twin was taken for the pipeline")

    return forge


def _while_measuring(meanwhile: Forge, said: Said) -> Forge:
    """A run during which something happens to the baselines: its scores are of what is there at its end."""

    def forge(project: Project, dice: Dice) -> None:
        def take(*_: object, **__: object) -> tuple[Run, dict[str, Utterance]]:
            taken = measured(project, "r7", said)
            meanwhile(project, dice)
            return taken, said

        with patch.object(running, "take", take):
            outcome = running.gate(project, project.cases, silent())
        _honest(project, outcome.run, said)

    return forge


def _honest(project: Project, run: Run, said: Said) -> None:
    """The golden scores of a run are those of a fresh run of the same sound."""
    fresh = measured(project, "fresh", said)
    for name in ("pesq_wb", "snr_golden"):
        ours, theirs = ({r.case: r.value for r in one.readings if r.metric == name} for one in (run, fresh))
        for case, value in ours.items():
            other = theirs[case]
            if (value is None) != (other is None) or abs((value or 0.0) - (other or 0.0)) > 0.05:
                raise AssertionError(f"{name} of {case} is {value}, and of a fresh run {other}")


def _pull(project: Project, dice: Dice) -> None:
    """The baselines of another branch, file after file in any order, as git writes them."""
    source = project.root.with_name("theirs") / "baselines"
    paths = [path for path in source.rglob("*") if path.is_file()]
    dice.shuffle(paths)
    for path in paths:
        place = project.baselines / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    for path in [path for path in project.baselines.rglob("*") if path.is_file()]:
        if not (source / path.relative_to(project.baselines)).exists():
            path.unlink()


def _stale(project: Project, _: Dice) -> None:
    """Measured, another accepted, then this: its likeness to the golden of before does not count."""
    _accept(project, "r1")
    _honest(project, reopen(project, "r3").run, close_to(voice(1), _NEAR))
    _accept(project, "r3")
    runs = {known.run for known in store_of(project).load(KEY).quality.cases.values()}
    if runs != {"r3"}:
        raise AssertionError(f"the goldens are still of {runs}")


def _pulled_then_accepted(project: Project, dice: Dice) -> None:
    _pull(project, dice)
    _accept(project, "r3")


KINDS: dict[str, Forge] = {
    "noise of its length": _harmed(_noise),
    "a bit": _harmed(_bit),
    "cut": _harmed(lambda path, dice: os.truncate(path, dice.randrange(path.stat().st_size))),
    "grown": _harmed(_grown),
    "linked": _harmed(_linked),
    "retyped": _harmed(_retyped),
    "swapped": _harmed(_swapped),
    "of another run": _harmed(_of_another_run),
    "removed": _harmed(lambda path, _: path.unlink()),
    "a twin's name": _named("voice:Synthesize"),
    "a twin's variant": _named("voice:synthesize", "CPU"),
    "a name of nothing": _named(".."),
    "a name of space": _named(" "),
    "accepted while it measures": _while_measuring(lambda p, _: _accept(p, "r1"), close_to(voice(1), _NEAR)),
    "its like accepted meanwhile": _while_measuring(lambda p, _: _accept(p, "r1"), close_to(voice(2), _NEAR)),
    "pulled while it measures": _while_measuring(_pull, close_to(voice(1), _NEAR)),
    "scored before": _stale,
    "pulled before accepting": _pulled_then_accepted,
}
