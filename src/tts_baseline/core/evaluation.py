"""What became of a checkpoint that was held against what it never learned from."""

from __future__ import annotations

from msgspec import Struct

from tts_baseline.core.judgement import PairedSound
from tts_baseline.core.records import Case, Record
from tts_baseline.core.verdict import Verdict


class Loss(Record, frozen=True, kw_only=True):
    """The mean loss of so many clips, and its 95 % interval."""

    mean: float
    low: float
    high: float
    clips: int


class Stratum(Struct, frozen=True, kw_only=True):
    """What is judged together: everything, or a region's, or a speaker's; by name, with its verdicts.

    `cases` were spoken, of each of `clips` the loss is known. `loss` is the checkpoint's own.
    """

    name: str
    cases: tuple[str, ...]
    clips: tuple[str, ...]
    loss: Loss
    verdicts: tuple[Verdict, ...]


class Evaluation(Struct, frozen=True, kw_only=True):
    """A checkpoint beside another one, or beside the recordings (`against` is empty).

    `data` is the hash of the dataset, `seeds` how often each case was spoken by both. `few` names the strata
    that have too few clips to be judged by themselves.
    """

    created: str
    checkpoint: str
    against: str
    data: str
    seeds: int
    cases: tuple[Case, ...]
    sound: PairedSound
    strata: tuple[Stratum, ...]
    few: tuple[str, ...]
