"""The search over switches, with attempts made of numbers: what it stacks, when it stops, what it keeps."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from tts_baseline.baseline import files, presets
from tts_baseline.core.errors import NothingMeasured, SettingsError
from tts_baseline.core.preset import Attempt, Preset
from tts_baseline.core.switches import Needs, SwitchSpec
from tts_baseline.core.verdict import MeasuredChange
from tts_baseline.session import optimize as search
from tts_baseline.session.measurement.progress import silent
from tts_baseline.session.optimize import OptimizePlan, optimize
from tts_baseline.session.project import open_project
from tts_baseline.session.variants import BudgetUsed

# By switch: how many times as fast it is.
SPEEDS = {"twice": 2.0, "third": 1.5, "rival": 1.9, "idle": 1.0, "cut": 5.0, "alone": 1.4}
EXCLUDES = {"rival": ("twice",)}


class FakeVariants:
    """Stands in for real ones: gains multiply; `cut` is refused, and `alone` gains nothing beside others."""

    ends: Callable[[tuple[str, ...]], Exception | None] = staticmethod(lambda _: None)

    def __init__(self, *_: object) -> None:
        self.device = "cpu"
        self.specs = {
            name: SwitchSpec(
                name=name, stage="network", equality="bit-exact", excludes=EXCLUDES.get(name, ())
            )
            for name in SPEEDS
        } | {
            "gpu": SwitchSpec(
                name="gpu", stage="network", equality="bit-exact", needs=Needs(devices=("cuda",))
            )
        }

    def proofs(self, names: tuple[str, ...]) -> dict[str, str]:
        return {f"switch {name}": "on" for name in names}

    def attempt(self, head: tuple[str, ...], base: tuple[str, ...], **_: float) -> Attempt:
        if error := type(self).ends(head):
            raise error
        added = [name for name in head if name not in base]
        speed = math.prod(SPEEDS[name] for name in added if name != "alone" or not base)
        verdict = "refused" if "cut" in added else "faster" if speed > 1.05 else "no faster"
        time = MeasuredChange(change=1 / speed - 1, low=1 / speed - 1.01, high=1 / speed - 0.99)
        return Attempt(switches=head, beside=base, verdict=verdict, time=time, rtf=1 / speed, loss=0.1)


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., search.Optimized]:
    (tmp_path / "voice.py").write_text("def synthesize(text): ...\n")
    project = open_project(tmp_path, {"pipeline": "voice:synthesize"})
    monkeypatch.setattr(search, "Variants", FakeVariants)

    def run(**plan: object) -> search.Optimized:
        return optimize(project, OptimizePlan(**plan), silent())

    run.project = project
    return run


def test_the_faster_ones_are_stacked_by_their_gain_and_proven_beside_the_reference(found) -> None:
    preset = found().preset
    assert preset.switches == ("third", "twice")
    assert preset.proven.time.change == pytest.approx(1 / 3 - 1)
    beside = [(each.switches, each.beside) for each in preset.attempts if len(each.switches) > 1]
    assert beside == [
        (("third", "twice"), ("twice",)),
        (("third", "twice"), ()),
        (("alone", "third", "twice"), ("third", "twice")),
    ]


def test_twice_it_is_the_same_preset(found) -> None:
    assert found().preset.attempts == found().preset.attempts


@pytest.mark.parametrize("rival", [1.98, 2.02])
def test_of_two_that_exclude_each_other_and_are_as_fast_noise_does_not_choose(
    found, monkeypatch: pytest.MonkeyPatch, rival: float
) -> None:
    monkeypatch.setitem(SPEEDS, "rival", rival)
    assert found(only=("rival", "twice")).preset.switches == ("rival",)


def test_a_rival_that_is_plainly_faster_is_chosen(found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SPEEDS, "rival", 1.5)
    assert found(only=("rival", "twice")).preset.switches == ("twice",)


def test_what_this_machine_cannot_have_is_noted(found) -> None:
    (unfit,) = [each for each in found().preset.attempts if each.verdict == "unfit"]
    assert unfit.switches == ("gpu",)
    assert "needs cuda, not cpu" in unfit.reasons[0]


def test_a_target_ends_it(found) -> None:
    early = found(rtf=0.6)
    assert (early.preset.switches, early.reached) == (("twice",), True)
    assert [each.switches for each in early.preset.attempts if each.verdict != "unfit"] == [("twice",)]
    assert "the target is reached: rtf 0.5" in early.preset.stopped
    assert found(rtf=0.34).preset.switches == ("third", "twice")
    assert not found(rtf=0.1).reached


def test_where_nothing_is_faster_the_preset_is_the_reference(found) -> None:
    nothing = found(only=("idle", "cut"))
    assert nothing.preset.switches == ()
    assert presets.read(found.project.baselines, "voice:synthesize", "fast").switches == ()


@pytest.mark.parametrize(
    ("error", "interrupted", "why"),
    [
        (KeyboardInterrupt(), True, "interrupted after 1 attempts"),
        (BudgetUsed(), False, "the next attempt would not end within the budget of 9.00 s"),
    ],
)
def test_what_ends_it_early_keeps_what_is_finished(found, monkeypatch, error, interrupted, why) -> None:
    monkeypatch.setattr(
        FakeVariants, "ends", staticmethod(lambda head: error if head == ("third",) else None)
    )
    cut_off = found(only=("twice", "third"), budget=9.0)
    assert (cut_off.preset.switches, cut_off.is_interrupted) == (("twice",), interrupted)
    assert cut_off.preset.stopped == why
    kept = files.read_record(cut_off.folder / search.FILE, Preset)
    assert kept == cut_off.preset == files.read_record(cut_off.path, Preset)


def test_an_earlier_preset_stays_where_nothing_was_proven_before_the_end(found, monkeypatch) -> None:
    before = found(only=("twice",)).preset
    monkeypatch.setattr(
        FakeVariants, "ends", staticmethod(lambda head: BudgetUsed() if head == ("twice",) else None)
    )
    assert found(only=("idle", "twice"), budget=1.0).path is None
    assert presets.read(found.project.baselines, "voice:synthesize", "fast") == before


def test_a_budget_that_reaches_nothing_is_an_error(found, monkeypatch) -> None:
    monkeypatch.setattr(FakeVariants, "ends", staticmethod(lambda _: BudgetUsed()))
    with pytest.raises(
        NothingMeasured, match="would not end within the budget of 1.00 s, and no switch was tried"
    ) as caught:
        found(only=("twice",), budget=1.0)
    assert "--budget" in caught.value.hint


def test_a_pipeline_without_switches_has_nothing_to_try(found, monkeypatch) -> None:
    monkeypatch.setitem(SPEEDS, "twice", 2.0)
    monkeypatch.setattr(
        FakeVariants, "__init__", lambda self, *_: self.__dict__.update(device="cpu", specs={})
    )
    with pytest.raises(SettingsError, match="has no switches"):
        found()
