"""The steps of training that make datasets: of recordings, of other datasets, in other trainers' forms."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tts_baseline.cli import _common
from tts_baseline.cli._streams import say, say_json
from tts_baseline.core.outside import line
from tts_baseline.core.units import seconds

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def add_steps(steps: _SubParsersAction[ArgumentParser]) -> None:
    """Each of them, and its own options."""
    step = steps.add_parser("prepare", help="make a dataset of recordings and their texts, and check them")
    step.add_argument("recordings", type=Path, metavar="RECORDINGS", help="a manifest, or a folder of them")
    step.add_argument("--out", type=Path, required=True, metavar="DATASET", help="the folder of the dataset")
    step.add_argument("--vocabulary", metavar="FILE", help="the vocab.txt to count in (default: upstream's)")
    step.add_argument("--waves", action="store_true", help="keep the waves, too: `vocoder` learns from them")
    step.add_argument("--bounds", type=Path, metavar="FILE", help="a TOML file of what is taken")
    step.add_argument("--json", action="store_true", help="print machine-readable JSON")
    step.set_defaults(step=_prepare)
    step = steps.add_parser("even", help="have the words of a dataset last as long as their letters")
    step.add_argument("dataset", type=Path, metavar="DATASET", help="what `prepare` made, with phones")
    step.add_argument("--out", type=Path, required=True, metavar="DATASET", help="where it goes")
    step.set_defaults(step=_even)
    step = steps.add_parser("convert", help="write a dataset in a form that other trainers read")
    step.add_argument("dataset", type=Path, metavar="DATASET", help="what `prepare --waves` made")
    step.add_argument("--to", required=True, metavar="FORM", help="ljspeech, common_voice or f5_tts")
    step.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where it goes")
    step.set_defaults(step=_convert)


def _prepare(options: argparse.Namespace) -> int:
    from tts_baseline.pipelines.f5_spanish.text.vocabulary import vocabulary_of
    from tts_baseline.training import prepare, recordings

    found = recordings.read(options.recordings)
    chosen = prepare.read(options.bounds) if options.bounds else prepare.Preparation()
    if options.waves:
        chosen = msgspec.structs.replace(chosen, waves=True)
    vocabulary = vocabulary_of(options.vocabulary, root=Path.cwd())
    progress = _common.progress()

    def done(number: int) -> None:
        if number % 500 == 0:
            progress.say(f"{number} of {len(found)} recordings")

    report = prepare.prepare(found, options.out, vocabulary=vocabulary, preparation=chosen, done=done)
    if options.json:
        say_json(msgspec.json.format(msgspec.json.encode(report), indent=1).decode())
        return 0
    for part, clips in sorted(report.clips.items()):
        say(f"{part:<10} {clips} clips, {seconds(report.hours[part] * 3600)}")
    for defect, count in prepare.counted(report).items():
        say(f"left out   {count} {line(defect)}")
    say(f"wrote {line(str(options.out))}\n  which  {line(str(options.out / prepare.REPORT))}")
    say(f"  next   tts-baseline train run {line(str(options.out))} --out RUN")
    return 0


def _even(options: argparse.Namespace) -> int:
    from tts_baseline.training.even import even

    lost = even(options.dataset, options.out)
    say(f"wrote {line(str(options.out))}")
    if lost:
        say(f"left out   {lost} clips whose phones do not fit their words")
    say(f"  next   tts-baseline train run {line(str(options.out))} --out RUN")
    return 0


def _convert(options: argparse.Namespace) -> int:
    from tts_baseline.training.convert import convert

    count = convert(options.dataset, options.out, options.to)
    say(f"wrote {count} clips to {line(str(options.out))}")
    return 0
