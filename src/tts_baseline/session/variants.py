"""A pipeline's variants, sets of switches, tried one beside another: by the judge, then with new texts."""

from __future__ import annotations

import time
from collections.abc import Iterable

from msgspec.structs import replace

from tts_baseline.core.errors import PipelineError, sentence
from tts_baseline.core.preset import Attempt
from tts_baseline.core.registry import pipelines
from tts_baseline.core.switches import SwitchSpec, named, switches
from tts_baseline.gate import joint
from tts_baseline.measure.lock import measuring
from tts_baseline.session import compare, freshness, places
from tts_baseline.session.judge.bench import of_variants
from tts_baseline.session.judge.restarts import judge
from tts_baseline.session.judge.sound import Listening
from tts_baseline.session.measurement.pilot import Pilot, look_ahead
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.project import Project
from tts_baseline.stats.sequential import LOOKS

NONE: tuple[str, ...] = ()
_GATES = ("latency",)


class BudgetUsed(Exception):
    """The next attempt would not end within the budget."""


class Variants:
    """The variants of a project, whose settings are those of the reference; `loss` scales limits of quality.

    Raises PipelineError where the reference cannot be loaded.
    """

    def __init__(self, project: Project, loss: float, progress: Progress) -> None:
        self._project, self._progress = project, progress
        self._limits = joint.scaled(project.limits, loss)
        with measuring(progress.say):
            reference = look_ahead(project, project.chosen)
        self._pilots: dict[tuple[str, ...], Pilot] = {NONE: reference}
        self.device = reference.device
        self.specs = _specs(project.settings.pipeline, reference)

    def proofs(self, names: tuple[str, ...]) -> dict[str, str]:
        """What these switches say for themselves, once they were tried."""
        stated = self._pilots[names].provenance if names in self._pilots else {}
        return {name: text for name, text in stated.items() if name.startswith("switch ")}

    def attempt(
        self, head: tuple[str, ...], base: tuple[str, ...], *, left_s: float, share_s: float
    ) -> Attempt:
        """What was found of `head` beside `base` in about `share_s` seconds.

        A head that cannot speak is refused: its base has spoken before. Raises BudgetUsed where `left_s` does
        not reach the judge's first look.
        """
        begun = time.monotonic()
        try:
            found = self._judged(head, base, until=begun + left_s, share_s=share_s)
        except PipelineError as error:
            found = Attempt(switches=head, beside=base, verdict="refused", reasons=(sentence(error),))
        return replace(found, seconds=round(time.monotonic() - begun, 1))

    def _judged(
        self, head: tuple[str, ...], base: tuple[str, ...], *, until: float, share_s: float
    ) -> Attempt:
        settings = replace(self._project.settings, optimize=head)
        project = replace(self._project, settings=settings, limits=self._limits)
        _check_left(until, self._pilots[NONE].start_s)
        if head not in self._pilots:
            with measuring(self._progress.say):
                self._pilots[head] = look_ahead(project, project.chosen)
        bench = of_variants(project, base, self._pilots[base], head, self._pilots[head])
        least_s = LOOKS[0] * bench.restart_s
        _check_left(until, least_s)
        judgement, verdicts = judge(
            project,
            bench,
            project.chosen,
            self._progress,
            gates=_GATES,
            asked=True,
            budget=max(least_s, share_s),
            listening=Listening(),
            seeking_gain=True,
        )
        folder = places.kept(
            project, lambda report: compare.saved(report, judgement, verdicts), self._progress
        )
        found = replace(joint.attempt(judgement, verdicts, self.specs, head), judged=folder.name)
        if found.verdict != "faster" or found.time is None:
            return found
        self._progress.milestone(f"{named(head)} against {named(base)}: with texts that are new")
        fresh = freshness.ratios(project, bench, judgement.cases, self._progress)
        if why := joint.kept(found.time, fresh):
            return replace(found, verdict="refused" if fresh else "undecided", reasons=(why,))
        return found


def _specs(pipeline: str, reference: Pilot) -> dict[str, SwitchSpec]:
    """Every switch of a pipeline by name: those of its folder, and those that it declares."""
    registered: Iterable[SwitchSpec] = (
        (switch.spec for switch in switches(pipeline).values()) if pipeline in pipelines() else ()
    )
    return {spec.name: spec for spec in (*registered, *reference.switches)}


def _check_left(until: float, needed_s: float) -> None:
    if time.monotonic() + needed_s > until:
        raise BudgetUsed
