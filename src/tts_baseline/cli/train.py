"""Train F5-TTS, or fine-tune it: from a prepared dataset to a checkpoint that speaks.

A run keeps its state in its folder, every five minutes and when it ends; the same command goes on from there,
after Ctrl-C, a reboot or a kill, bit for bit on a CPU. What is learned, and how, is the recipe's: a TOML file.

example: tts-baseline train prepare recordings/ana --out data/ana
         tts-baseline train run data/ana --out runs/ana --recipe recipe.toml
         tts-baseline train run data/ana --out runs/ana --start hf://jpgallegoar/F5-Spanish/model_1200000.safetensors
         tts-baseline train evaluate runs/ana --dataset data/ana --against voices/before
         tts-baseline train distill data/ana --teacher voices/ana/model.safetensors --out runs/fast
         tts-baseline train prepare recordings/ana --waves --out data/ana
         tts-baseline train vocoder data/ana --out runs/vocoder --recipe vocoder.toml
         tts-baseline train even data/ana --out data/even
         tts-baseline train convert data/ana --to f5_tts --out forms/ana
         tts-baseline train export runs/ana --dataset data/ana --out voices/ana --licence "CC0 1.0"
         tts-baseline train export runs/ana --dataset data/ana --vocoder runs/vocoder --out voices/ana
"""  # noqa: E501 - a line to copy

from __future__ import annotations

import argparse
import json
import signal
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tts_baseline.cli import _common, _datasets, _streams
from tts_baseline.cli._stop import stoppable
from tts_baseline.cli._streams import say, say_json
from tts_baseline.core.errors import MissingExtra, SettingsError
from tts_baseline.core.outside import line
from tts_baseline.core.units import seconds
from tts_baseline.pipelines.f5_spanish.text.options import TABLE
from tts_baseline.session.outcome import failing

if TYPE_CHECKING:
    from tts_baseline.training.crew import Crew
    from tts_baseline.training.loop import Ended, Pace

_INTERRUPTED = 128 + signal.SIGINT


def add_options(parser: argparse.ArgumentParser) -> None:
    """One step of training, and its own options."""
    steps = parser.add_subparsers(title="steps", required=True, metavar="STEP")
    _datasets.add_steps(steps)
    step = steps.add_parser("run", help="train, or go on where the run in --out was left")
    _add_course(step, dataset="a folder that `prepare` made", recipe="a small network")
    step.add_argument("--start", metavar="CHECKPOINT", help="the weights to begin with: a path, or hf://…")
    step.add_argument("--lora", type=_count, metavar="RANK", help="learn adapters of this rank, no weights")
    step.add_argument("--tensorboard", action="store_true", help="write its curves to RUN/tensorboard")
    step.set_defaults(step=_run)
    step = steps.add_parser("evaluate", help="gate a checkpoint on sentences that it never learned from")
    step.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="a run, an export, or a file")
    step.add_argument("--dataset", type=Path, required=True, metavar="DATASET", help="what was held out")
    step.add_argument(
        "--against", dest="before", type=Path, metavar="CHECKPOINT",
        help="what it should be as good as (default: the recordings)",
    )  # fmt: skip
    step.add_argument("--sentences", type=_count, default=24, metavar="N", help="to speak (default: 24)")
    step.add_argument("--seeds", type=_count, default=2, metavar="N", help="of each sentence (default: 2)")
    _common.add_shared(step, "device", "optimize", "undecided")
    step.set_defaults(step=_evaluate)
    step = steps.add_parser("distill", help="have a student learn from a checkpoint, to speak in fewer steps")
    _add_course(step, dataset="a folder that `prepare` made", recipe="four steps")
    step.add_argument("--teacher", required=True, metavar="CHECKPOINT", help="a path, or hf://…")
    step.add_argument("--smaller", action="store_true", help="begin untrained, with the recipe's sizes")
    step.set_defaults(step=_distill)
    step = steps.add_parser("vocoder", help="train a vocoder, or go on where the run in --out was left")
    _add_course(step, dataset="what `prepare --waves` made", recipe="a small Vocos")
    step.set_defaults(step=_vocoder)
    step = steps.add_parser("export", help="make a checkpoint that speaks of what a run has learned")
    step.add_argument("run", type=Path, metavar="RUN", help="the folder of the run")
    step.add_argument("--dataset", type=Path, required=True, metavar="DATASET", help="what it learned from")
    step.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the checkpoint goes")
    step.add_argument(
        "--vocoder", default="", metavar="VOCODER",
        help="make a voice of it, with this vocoder: its run, its export, or hf://owner/name",
    )  # fmt: skip
    step.add_argument(
        "--clip", action="append", default=[], metavar="ID",
        help="a clip of the dataset for the voice to continue; repeatable (default: usual ones)",
    )  # fmt: skip
    step.add_argument(
        "--recording", type=Path, metavar="FILE",
        help="a recording for the voice to continue instead, its text beside it as .txt",
    )  # fmt: skip
    step.add_argument("--licence", default="not stated", metavar="TEXT", help="of weights and data")
    step.add_argument("--json", action="store_true", help="print machine-readable JSON")
    step.set_defaults(step=_export)


def _add_course(step: argparse.ArgumentParser, *, dataset: str, recipe: str) -> None:
    """What every step that learns is told: its data, its run, its recipe and where it computes."""
    step.add_argument("dataset", type=Path, metavar="DATASET", help=dataset)
    step.add_argument("--out", type=Path, required=True, metavar="RUN", help="the folder of this run")
    step.add_argument("--recipe", type=Path, metavar="FILE", help=f"a TOML file (default: {recipe})")
    step.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, … (default: cpu)")
    step.add_argument("--json", action="store_true", help="print machine-readable JSON")


def act(options: argparse.Namespace) -> int:
    """0 when the step is done, 1 where a checkpoint regressed, 130 where a run was stopped and is kept."""
    if find_spec("torch") is None:
        raise MissingExtra("training needs torch", extra="train")
    step: Callable[[argparse.Namespace], int] = options.step
    return step(options)


def _run(options: argparse.Namespace) -> int:
    from tts_baseline.training import begin, crew, dataset, recipes, run

    recipe = recipes.read(options.recipe, recipes.Recipe) if options.recipe else recipes.Recipe()
    if options.lora:
        recipe = msgspec.structs.replace(recipe, lora=options.lora)
    data = dataset.read(options.dataset)
    held_out = dataset.read(options.dataset, "held_out") if dataset.has(options.dataset, "held_out") else None
    if recipe.patience and held_out is None:
        raise SettingsError(
            "patience is with the held-out loss, and no clip of this dataset is held out",
            where=str(options.dataset),
            hint="set patience = 0, or prepare the dataset with held_out = 0.02",
        )
    network = begin.network(recipe, data.vocabulary, start=options.start, root=Path.cwd(), names=data.names)
    lesson = begin.lesson(network, recipe, data)
    with crew.joined(options.device, recipe.accumulate) as (processes, device):
        own = partial(
            run.run, network, data, recipe, options.out, device=device, lesson=lesson, crew=processes
        )
        shown = _board(options, processes)
        return _followed(options, partial(own, held_out=held_out, shown=shown), is_told=processes.is_first)


def _distill(options: argparse.Namespace) -> int:
    from tts_baseline.training import begin, dataset, distilling, recipes, run

    kind = distilling.StudentRecipe
    recipe = recipes.read(options.recipe, kind) if options.recipe else kind()
    data, root = dataset.read(options.dataset), Path.cwd()
    teacher = begin.teacher(options.teacher, recipe, data.vocabulary, root=root)
    recipe = distilling.completed(recipe, teacher)
    start = None if options.smaller else options.teacher
    names = teacher.architecture.labels or data.names
    student = begin.network(recipe, data.vocabulary, start=start, root=root, names=names)
    begin.check_told(student, data)
    lesson = distilling.lesson(teacher.to(options.device), recipe)
    learn = partial(run.run, student, data, recipe, options.out, device=options.device, lesson=lesson)
    return _followed(options, learn)


def _vocoder(options: argparse.Namespace) -> int:
    from tts_baseline.training.vocoder import learner, recipe, sounds

    chosen = recipe.read(options.recipe) if options.recipe else recipe.VocoderRecipe()
    data = sounds.read(options.dataset)
    return _followed(options, partial(learner.train, data, chosen, options.out, device=options.device))


def _followed(options: argparse.Namespace, run: Callable[..., Ended], *, is_told: bool = True) -> int:
    """Follow a run to its end, or until it is asked to stop, and say where it is kept."""
    progress = _common.progress()
    with stoppable() as stopping:
        ended = run(said=lambda pace: progress.say(_line(pace)), stopping=stopping)
    if is_told:
        _say_ended(ended, as_json=options.json)
    return _INTERRUPTED if ended.is_stopped else 0


def _board(options: argparse.Namespace, processes: Crew) -> Callable[[int, Mapping[str, float]], None]:
    """What shows the curves of a run, where that is asked for."""
    from tts_baseline.training import checkpoints
    from tts_baseline.training.board import Board

    if not (options.tensorboard and processes.is_first):
        return lambda *_: None
    before = checkpoints.read(options.out)
    return Board(options.out, before.update if before else 0).show


def _say_ended(ended: Ended, *, as_json: bool) -> None:
    if as_json:
        page = {"update": ended.update, "frames": ended.learned, "checkpoint": str(ended.path)}
        say_json(json.dumps({**page, "held_out_loss": ended.best, "is_early": ended.is_early}))
        return
    after = "stopped; the same command goes on" if ended.is_stopped else "done"
    after = "nothing was gained any more" if ended.is_early else after
    best = f", best held-out loss {ended.best:.4f}" if ended.best is not None else ""
    say(f"{after}: update {ended.update}, {ended.learned} frames{best}, {ended.path}")


def _export(options: argparse.Namespace) -> int:
    from tts_baseline.training import export

    if (options.clip or options.recording) and not options.vocoder:
        raise SettingsError(
            "a checkpoint continues no clip; a voice does",
            where="--clip" if options.clip else "--recording",
            hint="add --vocoder VOCODER",
        )
    if options.clip and options.recording:
        raise SettingsError(
            "the voice continues a clip of the dataset or a recording, not both",
            where="--recording",
            hint="leave one of them out",
        )
    exported = export.export(
        options.run, options.dataset, options.out,
        licence=options.licence, vocoder=options.vocoder, clips=options.clip, recording=options.recording,
    )  # fmt: skip
    if options.json:
        say_json(json.dumps(exported.settings))
        return 0
    say(f"wrote {line(str(exported.path))}")
    settings = ", ".join(f"{name} = {_toml(value)}" for name, value in exported.settings.items())
    say(f"  next   in {TABLE}: {settings}")
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from tts_baseline.report import evaluation as report
    from tts_baseline.session.evaluate import evaluate

    project = _common.opened(options)
    evaluation, path = evaluate(
        project, options.checkpoint, options.dataset, _common.progress(),
        against=options.before, sentences=options.sentences, seeds=options.seeds,
    )  # fmt: skip
    if options.json:
        say_json(report.as_json(evaluation).decode().rstrip())
    else:
        say(report.terminal(evaluation, color=_streams.has_colors()))
        say(f"wrote {line(str(path))}")
    return int(any(failing(project, stratum.verdicts) for stratum in evaluation.strata))


def _count(text: str) -> int:
    """A count of one or more; ValueError, which argparse words, for what is none."""
    count = int(text)
    if count < 1:
        raise ValueError
    return count


def _toml(value: str | float) -> str:
    return repr(line(value)) if isinstance(value, str) else f"{value:g}"


def _line(pace: Pace) -> str:
    return (
        f"update {pace.update} of {pace.updates}, loss {pace.loss:.4f}, {pace.frames_per_s:.0f} frames/s, "
        f"{pace.learned / 1e6:.2f} M frames, {seconds(pace.left_s)} left"
    )
