"""A solver that drafts in few steps, looks at the draft, and follows the flow again where it finds a fault.

What is looked at costs no evaluation of the network: the mel itself, beside the clip that it continues. What
a clip of speech is not, its continuation should not be: far louder or quieter, silent for long, or without
the rise and fall of syllables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from tts_baseline.pipelines.f5_spanish.solver.euler import EulerSolver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from tts_baseline.pipelines.f5_spanish.parts import Job, Network

FRAMES_A_SECOND = 93.75  # of 24 kHz in hops of 256
LEVEL = 1.5  # chosen: in log amplitude, 13 dB; speech of one voice stays within half of it
LOUD = 0.9  # chosen: of the frames, so that pauses do not count
DEAD_S = 0.7  # chosen: the pipeline makes longer pauses itself, between chunks
QUIET = 3.0  # chosen: in log amplitude, 26 dB under the clip's mean frame, where a pause is
FLAT = 0.25  # chosen: of the clip's rise and fall; noise and a held tone have less


class Faults(Struct):
    """How many drafts there were, how many were followed again, and what was found, by kind."""

    drafts: int = 0
    again: int = 0
    kinds: dict[str, int] = field(default_factory=dict)


class DraftingSolver:
    """Follows the flow as `draft` does, and where `fault` finds one as `full` does, from the same noise."""

    def __init__(self, draft: EulerSolver, full: EulerSolver) -> None:
        self.draft, self.full = draft, full
        self.faults = Faults()

    @property
    def times(self) -> tuple[float, ...]:
        """The times at which the network may be asked: of both."""
        return tuple(sorted({*self.draft.times, *self.full.times}))

    def mels(self, network: Network, jobs: Sequence[Job]) -> list[Tensor]:
        """The log mel of each job's speech: that of its draft, or of all steps where that has a fault."""
        mels = self.draft.mels(network, jobs)
        found = [fault(mel, job.reference.mel) for mel, job in zip(mels, jobs, strict=True)]
        bad = [index for index, kind in enumerate(found) if kind]
        self.faults.drafts += len(jobs)
        self.faults.again += len(bad)
        for index in bad:
            self.faults.kinds[found[index]] = self.faults.kinds.get(found[index], 0) + 1
        again = self.full.mels(network, [jobs[index] for index in bad]) if bad else []
        for index, mel in zip(bad, again, strict=True):
            mels[index] = mel
        return mels


def fault(mel: Tensor, clip: Tensor) -> str:
    """What is wrong with a draft (1, m, n) beside its clip (1, n, m): '' where nothing is.

    `broken`: it is not finite; `level`: far from the clip's; `dead air`: silent for long; `flat`: without the
    rise and fall of speech. A draft of less than a tenth of a second is too short to be looked at.
    """
    if not mel.isfinite().all():
        return "broken"
    said, spoken = mel[0].mean(dim=0), clip[0].mean(dim=1)
    if len(said) < FRAMES_A_SECOND / 10:
        return ""
    if abs(float(said.quantile(LOUD) - spoken.quantile(LOUD))) > LEVEL:
        return "level"
    if _longest(said < spoken.mean() - QUIET) > DEAD_S * FRAMES_A_SECOND:
        return "dead air"
    if float(said.std()) < FLAT * float(spoken.std()):
        return "flat"
    return ""


def _longest(flags: Tensor) -> int:
    """The longest run of true values."""
    longest = run = 0
    for flag in flags.tolist():
        run = run + 1 if flag else 0
        longest = max(longest, run)
    return longest
