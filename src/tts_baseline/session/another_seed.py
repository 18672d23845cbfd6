"""The sentences of a certificate of sound, spoken once more under another seed: a change that is no fault."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from tts_baseline.core.records import Utterance
from tts_baseline.measure.client import Worker
from tts_baseline.measure.lock import measuring
from tts_baseline.measure.replicate import utterance_of
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.planting import GoldenCase, Readings, heard_again
from tts_baseline.session.project import Project
from tts_baseline.session.scoring_pool import in_processes


def heard(
    project: Project,
    sentences: Sequence[GoldenCase],
    seed: int | None,
    processes: int,
    progress: Progress,
) -> dict[str, Readings]:
    """What is heard of each case when the pipeline says it under this seed; nothing where there is none.

    One process speaks. Raises PipelineError where the pipeline cannot be loaded, or fails.
    """
    if seed is None:
        return {}
    timeout, load_timeout = project.settings.timeout, project.settings.load_timeout
    said: list[tuple[GoldenCase, Utterance]] = []
    with measuring(progress.say), Worker(project.worker, load_timeout=load_timeout) as worker:
        progress.say(f"speaking {len(sentences)} sentences under seed {seed}")
        for sentence in sentences:
            request = replace(sentence.case.request, seed=seed)
            said.append((sentence, utterance_of(worker.speak(request, full=True, timeout=timeout))))
    cases = [sentence.case.id for sentence in sentences]
    return dict(zip(cases, in_processes(heard_again, said, processes), strict=True))
