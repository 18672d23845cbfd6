"""What two runs counted, as far as it is the same for each counter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from tts_baseline.core.records import Run, Work
from tts_baseline.core.verdict import Change
from tts_baseline.gate.screen.requests import asked_alike


class CountedRuns:
    """Two runs whose counters are compared, and what is the same for each counter."""

    def __init__(self, then: Run, now: Run) -> None:
        self.then, self.now = then, now
        self.is_same_machine = then.environment.key == now.environment.key

    @cached_property
    def before(self) -> dict[str, Work]:
        return _work(self.then)

    @cached_property
    def after(self) -> dict[str, Work]:
        return _work(self.now)

    @cached_property
    def alike(self) -> set[str]:
        """The cases with the same request."""
        return asked_alike(self.then, self.now)

    @cached_property
    def changed(self) -> set[str]:
        """The cases in which anything was counted otherwise."""
        cases = self.before.keys() | self.after.keys()
        return {case for case in cases if self.before.get(case) != self.after.get(case)}

    @cached_property
    def is_restless(self) -> bool:
        """True where the audio of a case differs in length between processes."""
        return _is_restless(self.then) or _is_restless(self.now)

    def differences(self, *, in_python: bool = False) -> tuple[Change, ...]:
        """Why the counters cannot be compared; empty where they can.

        Those `in_python` count its instructions, which each version has its own of.

        Counters are exact under the same torch and device. Another attention kernel is the code's choice if
        the machine is the same, so it is compared; on another machine it may be the machine's choice.
        """
        runs = (self.then, self.now)
        pairs: dict[str, list[str]] = {
            "torch": [run.environment.software.get("torch", "none") for run in runs],
            "device": [run.environment.device for run in runs],
            "processor": [run.environment.hardware.get("machine", "unknown") for run in runs],
        }
        if in_python:
            pairs["python"] = [python(run) for run in runs]
        if not self.is_same_machine:
            shared = self.before.keys() & self.after.keys() & self.alike
            pairs["attention"] = [_attention(works, shared) for works in (self.before, self.after)]
        return tuple(Change(name, old, new) for name, (old, new) in pairs.items() if old != new)


def _work(run: Run) -> dict[str, Work]:
    """What was counted, by case; one replicate of a run counts."""
    return {
        case: calls.work
        for replicate in run.replicates
        for case, calls in replicate.calls.items()
        if calls.work is not None and (calls.work.reason is None or calls.work.steps)
    }


def _attention(works: Mapping[str, Work], cases: Iterable[str]) -> str:
    """The attention kernels that were dispatched; 'none' also where other operators make up the attention."""
    names = {name for case in cases for name in works[case].operators}
    return "+".join(sorted(n.partition(".")[2].lstrip("_") for n in names if "attention" in n)) or "none"


def _is_restless(run: Run) -> bool:
    lengths = {(case, calls.audio_s) for each in run.replicates for case, calls in each.calls.items()}
    return len(lengths) > len({case for case, _ in lengths})


def python(run: Run) -> str:
    """The version of Python that a run was made by, without its patch."""
    return ".".join(run.environment.software.get("python", "unknown").split(".")[:2])
