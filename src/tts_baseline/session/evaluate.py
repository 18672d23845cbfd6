"""A checkpoint is held against sentences that it never learned from: what `train evaluate` does."""

from __future__ import annotations

import contextlib
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core.ears import Ears
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.evaluation import Evaluation, Stratum
from tts_baseline.core.files import write_atomic
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Reading, Utterance
from tts_baseline.gate.judge import loss, recorded
from tts_baseline.measure.pair import Rendition
from tts_baseline.pipelines import f5_spanish
from tts_baseline.pipelines._load import on_device
from tts_baseline.pipelines.f5_spanish.network.load import transformer
from tts_baseline.pipelines.f5_spanish.parts import Job
from tts_baseline.pipelines.f5_spanish.pipeline import NAME, F5Spanish
from tts_baseline.pipelines.f5_spanish.text.tokenizer import tokenize
from tts_baseline.pipelines.f5_spanish.text.vocabulary import vocabulary_of
from tts_baseline.pipelines.f5_spanish.voice.folder import unfolded
from tts_baseline.pipelines.f5_spanish.voice.reference import SAMPLE_RATE
from tts_baseline.report import evaluation as pages
from tts_baseline.session.judge.sound import Listening
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.measurement.score import read, readable
from tts_baseline.session.project import Project
from tts_baseline.session.scripts import scripts
from tts_baseline.training import checkpoints, dataset, export, held_out
from tts_baseline.training.dataset import Clip, Dataset

FILE = "evaluation.json"
EVERYTHING = "all"
# The fewest pairs whose range holds their median with 95 %: 2 * 0.5**6 is 3 %.
ENOUGH = 6
_CLIPS, _DRAWS = 200, 2  # chosen: a minute of a small network on two cores


class Candidate(Struct, frozen=True, kw_only=True):
    """A checkpoint that can speak: its name, its file, its vocabulary's, and the folder that is its own."""

    name: str
    file: Path
    vocabulary: str | None
    home: Path


def evaluate(
    project: Project,
    checkpoint: Path,
    data: Path,
    progress: Progress,
    *,
    against: Path | None,
    sentences: int,
    seeds: int,
) -> tuple[Evaluation, Path]:
    """What became of a checkpoint, and the file beside it that says so.

    It speaks so many sentences of the dataset that were held out, each with so many seeds, and so does the
    other one; without one, the recordings stand in for it. The loss is that of at most 200 clips. Raises as
    loading a checkpoint or a dataset does, and SettingsError for a folder that holds neither.
    """
    clips = _spread(dataset.read(data, "held_out"), _CLIPS)
    asked = [_case(clip) for clip in _spread(clips, sentences).clips]
    with contextlib.ExitStack() as stack:
        head = stack.enter_context(_candidate(checkpoint, data))
        base = stack.enter_context(_candidate(against, data)) if against else None
        learned = _losses(head, clips, project, progress)
        before = _losses(base, clips, project, progress) if base else None
        goldens, said = _said(head, clips, asked, seeds, project, progress)
        theirs = _said(base, clips, asked, seeds, project, progress)[1] if base else None
    listening = Listening(goldens, project.ears)
    progress.say(f"scoring {len(asked) * seeds} pairs of sentences")
    for case in asked:
        for seed, utterance in enumerate(said[case.id]):
            other = theirs[case.id][seed] if theirs else goldens[case.id]
            listening("base", case.id, Rendition(other, repeats_itself=True))
            listening("head", case.id, Rendition(utterance, repeats_itself=True))
    sound = listening.sound(asked)
    origin = _readings(asked, goldens, project.ears)
    groups, few = _groups(clips, {case.id for case in asked})
    strata = []
    for name, members in groups.items():
        spoken = tuple(case.id for case in asked if case.id in members)
        part = 1.0 if name == EVERYTHING else 1.0 / (len(groups) - 1)
        verdicts = recorded.decide(sound, origin, project.limits, spoken, share=part)
        if before:
            verdicts = (loss.decide(before, learned, members, share=part), *verdicts)
        strata.append(
            Stratum(
                name=name,
                cases=spoken,
                clips=members,
                loss=loss.of_clips(learned, members),
                verdicts=verdicts,
            )
        )
    evaluation = Evaluation(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        checkpoint=head.name,
        against=base.name if base else "",
        data=clips.sha256,
        seeds=seeds,
        cases=tuple(asked),
        sound=sound,
        strata=tuple(strata),
        few=few,
    )
    path = head.home / FILE
    write_atomic(path, pages.as_json(evaluation))
    return evaluation, path


@contextlib.contextmanager
def _candidate(path: Path, data: Path) -> Iterator[Candidate]:
    """The checkpoint in a file, in a folder that `export` made, or of a run, until the block ends."""
    if path.is_file():
        beside = path.with_name(dataset.VOCABULARY)
        vocabulary = str(beside.resolve()) if beside.is_file() else None
        yield Candidate(name=str(path), file=path.resolve(), vocabulary=vocabulary, home=path.parent)
    elif (path / export.CHECKPOINT).is_file():
        with _candidate(path / export.CHECKPOINT, data) as found:
            yield replace(found, name=str(path))
    elif (path / checkpoints.LAST).is_file():
        with tempfile.TemporaryDirectory() as name:
            export.export(path, data, Path(name), licence="not stated")
            with _candidate(Path(name), data) as found:
                yield replace(found, name=str(path), home=path)
    else:
        raise SettingsError(
            f"there is no checkpoint here, neither {export.CHECKPOINT} nor {checkpoints.LAST}",
            where=str(path),
            hint="name the folder of a run, a folder that `train export` made, or a .safetensors file",
        )


def _case(clip: Clip) -> Case:
    return Case(id=clip.id, text=clip.text, region=clip.region, tags=tuple(filter(None, (clip.speaker,))))


def _spread(clips: Dataset, most: int) -> Dataset:
    """At most so many clips, of every region and speaker in turn, in the order of the dataset."""
    turns: Counter[tuple[str, str]] = Counter()
    order = []
    for index, clip in enumerate(clips.clips):
        order.append((turns[clip.region, clip.speaker], index))
        turns[clip.region, clip.speaker] += 1
    chosen = sorted(index for _, index in sorted(order)[:most])
    return replace(clips, clips=tuple(clips.clips[index] for index in chosen))


def _groups(clips: Dataset, spoken: set[str]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The clips that are judged together, by name; and what has too few of them that were spoken."""
    members: dict[str, list[str]] = defaultdict(list)
    for kind in ("region", "speaker"):
        values = {getattr(clip, kind) for clip in clips.clips}
        for clip in clips.clips if len(values) > 1 else ():
            members[f"{kind} {getattr(clip, kind) or 'unknown'}"].append(clip.id)
    few = tuple(name for name, own in members.items() if len(spoken.intersection(own)) < ENOUGH)
    groups = {name: tuple(own) for name, own in sorted(members.items()) if name not in few}
    return {EVERYTHING: tuple(clip.id for clip in clips.clips), **groups}, few


def _losses(candidate: Candidate, clips: Dataset, project: Project, progress: Progress) -> dict[str, float]:
    progress.say(f"the held-out loss of {candidate.name} on {len(clips.clips)} clips")
    table = _table(candidate, project)
    vocabulary = vocabulary_of(table.get("vocabulary"), root=project.root)
    encoded = [replace(clip, tokens=tuple(vocabulary.encode(tokenize(clip.text)))) for clip in clips.clips]
    device = on_device(project.settings.device)
    network = transformer(
        str(candidate.file), arch=table.get("arch"), tokens=len(vocabulary), device=device, root=project.root
    )
    own = replace(clips, clips=tuple(encoded)).told_as(network.architecture.labels)
    return held_out.losses(network, own, draws=_DRAWS, device=device)


def _said(
    candidate: Candidate,
    clips: Dataset,
    cases: Sequence[Case],
    seeds: int,
    project: Project,
    progress: Progress,
) -> tuple[dict[str, Utterance], dict[str, list[Utterance]]]:
    """The recordings of the cases, as its vocoder sounds; and what it says, one a seed."""
    progress.say(f"{candidate.name} speaks {len(cases)} sentences with {seeds} seeds")
    pipeline = f5_spanish.create(
        settings=_table(candidate, project),
        device=on_device(project.settings.device),
        optimize=project.settings.optimize,
    )
    pipeline.load()
    mels = {clip.id: clips.batch([index]).mel for index, clip in enumerate(clips.clips)}
    goldens = {case.id: _recorded(pipeline, case, mels[case.id]) for case in cases}
    progress.start(len(cases) * seeds)
    said: dict[str, list[Utterance]] = {}
    for case in cases:
        said[case.id] = []
        for seed in range(seeds):
            said[case.id].append(pipeline.synthesize(replace(case.request, seed=seed)))
            progress.call()
    progress.milestone(f"{candidate.name} has spoken")
    return goldens, said


def _recorded(pipeline: F5Spanish, case: Case, mel: Any) -> Utterance:
    """A recording through the vocoder and at the level of the pipeline: what it could sound like at best."""
    engine = pipeline.engine
    clip = engine.voices.choose(case.region, None)
    job = Job(reference=clip, tokens=(), frames=0, seed=0)
    (wave,) = engine.waves([mel.transpose(1, 2).to(engine.device)], [job])
    return Utterance(samples=wave, sample_rate=SAMPLE_RATE)


def _readings(cases: Sequence[Case], goldens: Mapping[str, Utterance], ears: Ears) -> list[Reading]:
    """What every metric of sound says of the recordings themselves."""
    found = []
    known = scripts(cases)
    for case in cases:
        golden = goldens[case.id]
        evidence = Evidence(
            case=case, utterances=(golden,), golden=golden, script=known.get(case.id), ears=ears
        )
        found += [read(metric, evidence) for metric in readable(ears) if metric.spec.family == "quality"]
    return found


def _table(candidate: Candidate, project: Project) -> dict[str, Any]:
    """The project's settings of the pipeline, for this checkpoint."""
    table = unfolded(project.settings.pipelines.get(NAME, {}), root=project.root)
    if candidate.file.with_name(candidate.file.name + ".json").is_file():
        table.pop("arch", None)  # the checkpoint states its own
    if candidate.vocabulary:
        table["vocabulary"] = candidate.vocabulary
    own = {"weights": "checkpoint", "checkpoint": str(candidate.file)}
    # One that learned prosody from other clips may not know the regions of these.
    return table | own | {"missing_style": "neutral"}
