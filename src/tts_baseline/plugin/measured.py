"""What a session measured, and what its fixtures give of it: a case's values, gated or on the spot."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tts_baseline.core.asserted import AssertedText
from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.outside import line
from tts_baseline.core.records import Calls, Case, Reading, Request
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate import limits
from tts_baseline.plugin import results, said
from tts_baseline.plugin.asked import Claim, asserted, claims
from tts_baseline.session import certified, one_text
from tts_baseline.session.outcome import judge_again, recorded_utterance
from tts_baseline.session.project import Project


class Measurements:
    """The outcome of a session's measurement, or the error it ended with, and the live pipeline beside it.

    What a fixture is asked for is claimed: its verdicts are raised after the test's body.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.live = one_text.LivePipeline(project)
        self.result: Outcome | None = None
        self.error: TtsBaselineError | None = None
        self.on_the_spot = 0

    @property
    def outcome(self) -> Outcome:
        """The outcome; fails the test where there is none."""
        if self.result is None:
            said.fail(str(self.error or "nothing was measured"))
        return self.result

    def latency(self, item: pytest.Item, case: Case | str) -> results.Latency:
        """Warm latency of a case, gated; of any other text, measured on the spot."""
        return results.latency(self._calls(item, "latency", case))

    def memory(self, item: pytest.Item, case: Case | str) -> results.Memory:
        """Peak memory of a case, gated; of any other text, measured on the spot."""
        return results.memory(self._calls(item, "memory", case))

    def work(self, item: pytest.Item, case: Case | str) -> results.CountedWork:
        """What a case makes torch do, gated; of any other text, counted on the spot."""
        if self._known(case) is None:
            self.on_the_spot += 1
            return results.work([self.live.count(case)])
        return results.work([calls.work for calls in self._calls(item, "work", case)])

    def quality(self, item: pytest.Item, case: Case | str) -> results.QualityReadings:
        """Quality of a case, gated; of any other text, scored on the spot."""
        known = self._known(case)
        if known is None:
            text = _case(case)
            self.on_the_spot += 1
            calls, utterance = self.live.time(text)
            return results.QualityReadings(
                one_text.score_alone(text, calls, utterance, self.project.ears), utterance
            )
        outcome = self._outcome_with(known)
        claims(item).append(Claim("quality", known.id))
        readings = {r.metric: r for r in outcome.run.readings if r.case == known.id and _is_quality(r)}
        return results.QualityReadings(readings, recorded_utterance(outcome, known.id))

    def reading(self, item: pytest.Item, text: str, region: str) -> str:
        """What is read out for a text, gated under the test's name."""
        self.on_the_spot += 1
        spoken = self.live.read_out(Request(text=text, region=region))
        if spoken is None:
            said.fail(
                "the pipeline does not tell what it reads out\n"
                "  next   return Utterance(samples=..., sample_rate=..., text=...), or add read_out(request)"
            )
        asserted(item).append(AssertedText(text=text, region=region, spoken=spoken))
        return spoken

    def cold_start(self, item: pytest.Item) -> results.ColdStarts:
        """Cold start over fresh processes, gated."""
        outcome = self.outcome
        claims(item).append(Claim("latency", None, "cold_start"))
        return results.ColdStarts(tuple(r.cold_start for r in outcome.run.replicates if r.cold_start))

    def throughput(self, item: pytest.Item) -> results.UnderLoad:
        """What the pipeline did under load, gated."""
        traffic = self.outcome.run.traffic
        if traffic is None:
            said.fail("nothing was measured under load\n  next   pytest --tts-baseline --tts-load auto")
        for name in ("throughput", "latency_under_load"):
            claims(item).append(Claim("latency", None, name))
        return results.UnderLoad(traffic)

    def verdicts(self, own: Mapping[str, str]) -> tuple[Verdict, ...]:
        """The verdicts, judged again where a test brings limits of its own."""
        outcome = self.outcome
        if not own:
            return outcome.verdicts
        try:
            both = {**self.project.settings.limits, **own}
            chosen = limits.chosen(both, where="@pytest.mark.tts(limits=...)")
            certified.check_run(self.project, outcome.run, chosen)
        except TtsBaselineError as error:
            said.fail(str(error))
        return judge_again(outcome, chosen)

    def _calls(self, item: pytest.Item, family: str, case: Case | str) -> tuple[Calls, ...]:
        """A case's calls, replicate by replicate."""
        known = self._known(case)
        if known is None:
            self.on_the_spot += 1
            return (self.live.time(case)[0],)
        outcome = self._outcome_with(known)
        claims(item).append(Claim(family, known.id))
        return tuple(replicate.calls[known.id] for replicate in outcome.run.replicates)

    def _known(self, asked: Case | str) -> Case | None:
        """The case of the suite that is meant; None for a text made up inside a test."""
        name = asked if isinstance(asked, str) else asked.id
        case = next((case for case in self.project.cases if case.id == name), None)
        return case if isinstance(asked, str) or case == asked else None

    def _outcome_with(self, case: Case) -> Outcome:
        """The outcome; fails the test where the case is not in it."""
        run = self.outcome.run
        if case not in run.cases:
            said.fail(
                f"case {case.id!r} was not measured: nobody asked for it before the tests ran\n"
                f'  next   mark the test with @pytest.mark.tts(cases="{case.id}")'
            )
        failure = next((failure for failure in run.failures if failure.case == case.id), None)
        if failure:
            said.fail(f"{failure.case} could not be measured: {failure.kind}: {line(failure.message)}")
        return self.outcome


MEASURED = pytest.StashKey[Measurements]()


def _case(text: Case | str) -> Case:
    return Case(id="on-the-spot", text=text) if isinstance(text, str) else text


def _is_quality(reading: Reading) -> bool:
    return metrics()[reading.metric].spec.family == "quality"
