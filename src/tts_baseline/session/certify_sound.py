"""Certifies a voice's gate of sound: faults are planted in its goldens, and what the gate says is counted."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from tts_baseline.baseline.store import Store
from tts_baseline.core import environment, git
from tts_baseline.core.bounds import Seed
from tts_baseline.core.errors import BaselineError, NothingMeasured, SettingsError
from tts_baseline.core.records import Case, Quality, Reading, Utterance
from tts_baseline.core.sound_certificate import ANOTHER_SEED, Alarms, Catches, SoundCertificate
from tts_baseline.core.sounds import fault as unscorable
from tts_baseline.core.units import seconds
from tts_baseline.faults.catalogue import FAULTS, HARMLESS
from tts_baseline.faults.fault import Fault, Harmless
from tts_baseline.gate import limits
from tts_baseline.gate import sound_certificate as rules
from tts_baseline.session import another_seed, places
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.measurement.score import goldens_of
from tts_baseline.session.measurement.signals import terminable
from tts_baseline.session.planting import (
    GoldenCase,
    Planted,
    Readings,
    alarms,
    alarms_of,
    catches,
    heard,
    suite_of,
)
from tts_baseline.session.project import Project
from tts_baseline.session.scoring_pool import in_processes
from tts_baseline.session.scripts import scripts

SENTENCES = 16
_LEAST = 4  # chosen: a quarter of fewer is not one sentence
_RECORD = "tts-baseline run --missing record"
_CHANGES: tuple[Fault | Harmless | None, ...] = (None, *FAULTS, *HARMLESS)

_Device: TypeAlias = Literal["cpu", "cuda"]
_DEVICES: tuple[_Device, ...] = ("cpu", "cuda")


class SoundPlan(Struct, frozen=True, kw_only=True):
    """In how many sentences faults are planted, in how many seconds, by how many processes (0: one a core).

    `keep`: the certificate is written beside the baseline. `seed`: the pipeline speaks the sentences once
    more under this seed, which should not alarm, either; None: nothing is spoken.
    """

    sentences: int = SENTENCES
    seed: int | None = None
    budget: float = math.inf
    processes: int = 0
    keep: bool = False


class CertifiedSound(Struct, frozen=True, kw_only=True):
    """A certificate of sound, and its file where it was kept.

    `stopped` says why it rests on fewer sentences than planned, `deaf` which metrics had no value, and why.
    """

    certificate: SoundCertificate
    path: Path | None
    stopped: str = ""
    deaf: tuple[str, ...] = ()
    is_interrupted: bool = False


def certify(project: Project, plan: SoundPlan, progress: Progress) -> CertifiedSound:
    """Plant every fault in goldens of the chosen cases and count what the gate says.

    Ctrl-C, SIGTERM and a used-up budget end it early: the sentences that are finished by then count, if there
    are 4. Raises BaselineError where nothing was accepted, SettingsError for a plan that cannot be carried
    out, PipelineError where the pipeline is to speak and cannot, NothingMeasured or KeyboardInterrupt where
    too few sentences are finished.
    """
    if plan.sentences < _LEAST:
        raise SettingsError(
            f"--sentences must be at least {_LEAST}, not {plan.sentences}", hint="tts-baseline certify --help"
        )
    if plan.seed is not None:
        _check_seed(plan.seed)
    if plan.keep:
        places.check(places.of_certificate(project))
    device, store, quality = accepted_sound(project)
    sentences = golden_cases(project, store, quality, plan.sentences)
    with terminable():
        said_again = another_seed.heard(project, sentences, plan.seed, plan.processes, progress)
        work = _Scoring(sentences, plan, progress)
        work.run()
        found = work.finished()
        cases = [sentence.case for sentence in sentences if sentence.case.id in found]
        unchanged = {case: planted[""].readings[0.0] or () for case, planted in found.items()}
        here = environment.read(device)
        suite = suite_of(quality, project.suite, here, project.limits, cases, unchanged)
        progress.say(f"judging builds of {len(cases)} sentences")
        faults = [row for fault in FAULTS for row in catches(suite, fault, _of(fault.name, found))]
        harmless = [row for change in HARMLESS for row in alarms(suite, change, _of(change.name, found))]
        again = {case: readings for case, readings in said_again.items() if case in found}
        harmless += alarms_of(suite, ANOTHER_SEED, again)
    certificate = _certificate(project, quality, cases, faults, harmless)
    path = store.write(sound=certificate)[0] if plan.keep else None
    return CertifiedSound(
        certificate=certificate,
        path=path,
        stopped=work.stopped,
        deaf=tuple(_deaf(unchanged)),
        is_interrupted=work.is_interrupted,
    )


def _check_seed(seed: int) -> None:
    try:
        msgspec.convert(seed, Seed)
    except msgspec.ValidationError as error:
        raise SettingsError(
            f"--seed must fit 64 bits, and {seed} does not", hint="tts-baseline certify --help"
        ) from error


class _Scoring:
    """The recordings with faults, scored sentence by sentence, until something ends it."""

    def __init__(self, sentences: list[GoldenCase], plan: SoundPlan, progress: Progress) -> None:
        self._sentences, self._plan, self._progress = sentences, plan, progress
        self._found: dict[str, dict[str, Planted]] = {}
        self._begun = time.monotonic()
        self.is_interrupted = False

    def run(self) -> None:
        """Score all of them, or as many as Ctrl-C and the budget allow."""
        scored = 1 + sum(len(fault.strengths) for fault in FAULTS) + len(HARMLESS)
        self._progress.say(
            f"planting {len(FAULTS)} faults and {len(HARMLESS)} harmless changes in {len(self._sentences)} "
            f"goldens: {scored} recordings to score of each; Ctrl-C keeps what is finished"
        )
        self._progress.start(len(self._sentences) * len(_CHANGES))
        try:
            for planted in in_processes(heard, self._tasks(), self._plan.processes):
                self._found.setdefault(planted.case, {})[planted.change] = planted
                self._progress.call()
                if len(self._found[planted.case]) == len(_CHANGES):
                    self._say_finished(planted.case)
        except KeyboardInterrupt:
            self.is_interrupted = True
            if len(self._whole()) < _LEAST:
                raise

    def finished(self) -> dict[str, dict[str, Planted]]:
        """What was heard by case and change, of the finished sentences; NothingMeasured for too few."""
        whole = self._whole()
        if len(whole) < _LEAST:
            raise NothingMeasured(
                f"a statement needs {_LEAST} sentences, and {len(whole)} are finished",
                hint="raise --budget",
            )
        return whole

    @property
    def stopped(self) -> str:
        """Why it rests on fewer sentences than planned; empty where it does not."""
        finished, planned = len(self._whole()), len(self._sentences)
        if finished == planned:
            return ""
        after = f"after {finished} of {planned} sentences"
        return f"interrupted {after}" if self.is_interrupted else f"the budget was used up {after}"

    def _tasks(self) -> Iterator[tuple[GoldenCase, Fault | Harmless | None]]:
        for number, sentence in enumerate(self._sentences):
            spent = time.monotonic() - self._begun
            if number and spent * (number + 1) / number > self._plan.budget:
                return
            yield from ((sentence, change) for change in _CHANGES)

    def _whole(self) -> dict[str, dict[str, Planted]]:
        return {case: found for case, found in self._found.items() if len(found) == len(_CHANGES)}

    def _say_finished(self, case: str) -> None:
        done, planned = len(self._whole()), len(self._sentences)
        left_s = (time.monotonic() - self._begun) / done * (planned - done)
        left = f"; about {seconds(left_s)} left" if done < planned else ""
        self._progress.milestone(f"sentence {done} of {planned}: {case}{left}")


def accepted_sound(project: Project) -> tuple[_Device, Store, Quality]:
    """The device, and the baseline, whose goldens are meant."""
    asked = project.settings.device
    devices = [device for device in _DEVICES if asked in ("auto", device)]
    found = []
    for device in devices:
        store = project.store(project.variant(device))
        if quality := store.quality():
            found.append((device, store, quality))
    if not found:
        raise BaselineError(
            f"there is no golden to plant faults in: no sound of {project.settings.pipeline} is accepted",
            where=str(project.store(project.variant(devices[0])).folder),
            hint=_RECORD,
        )
    if len(found) > 1:
        raise SettingsError(
            "sound is accepted of two devices, and nothing says which is meant",
            where=str(project.baselines),
            hint="tts-baseline certify --sound --device cpu   (or cuda)",
        )
    return found[0]


def golden_cases(project: Project, store: Store, quality: Quality, count: int) -> list[GoldenCase]:
    """So many of the chosen cases that have a golden, spread evenly over them, each with the next one's."""
    with store.locked():
        kept = goldens_of(project.chosen, quality)
        goldens: Mapping[str, Utterance] = store.goldens(quality, kept)
    known = [case for case in project.chosen if case.id in kept and not unscorable(goldens[case.id].samples)]
    if len(known) < _LEAST:
        raise BaselineError(
            f"{len(known)} of the chosen cases have a golden of the same text, and {_LEAST} are needed",
            where=str(store.folder),
            hint=f"{_RECORD}; or choose more cases",
        )
    chosen = [known[place * len(known) // count] for place in range(count)] if len(known) > count else known
    known_scripts = scripts(chosen)
    return [
        GoldenCase(case, goldens[case.id], goldens[chosen[number - 1].id], known_scripts.get(case.id))
        for number, case in enumerate(chosen)
    ]


def _of(change: str, found: Mapping[str, Mapping[str, Planted]]) -> dict[str, Planted]:
    return {case: planted[change] for case, planted in found.items()}


def _deaf(unchanged: Mapping[str, Readings]) -> Iterator[str]:
    """Each metric that has no value of any sentence, with the reason."""
    by_metric: dict[str, list[Reading]] = {}
    for readings in unchanged.values():
        for reading in readings:
            by_metric.setdefault(reading.metric, []).append(reading)
    for metric, heard_of_all in by_metric.items():
        if all(reading.value is None for reading in heard_of_all):
            yield f"{metric} hears nothing: {heard_of_all[0].reason}"


def _certificate(
    project: Project, quality: Quality, cases: list[Case], faults: list[Catches], harmless: list[Alarms]
) -> SoundCertificate:
    commit, dirty = git.commit(project.root)
    names = tuple(case.id for case in cases)
    return SoundCertificate(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        pipeline=quality.pipeline,
        variant=quality.variant,
        suite=project.suite,
        cases=names,
        commit=commit,
        dirty=dirty,
        tool=version(rules.DISTRIBUTION),
        goldens=rules.fingerprint(quality, names),
        limits=rules.of_sound(limits.texts(project.settings.limits)),
        faults=tuple(faults),
        harmless=tuple(harmless),
    )
