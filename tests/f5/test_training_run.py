"""A run learns, is kept, and goes on as if it had never been stopped, however it was."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from tests.support.training import RECIPE, TINY, bits, launched, made, write_recipe
from tts_baseline.cli import main
from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.training import begin, checkpoints, dataset, exam, held_out, loop, run
from tts_baseline.training.recipes import Recipe


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("data"))


def trained(data: Path, folder: Path, recipe: Recipe = RECIPE, **more: Any) -> loop.Ended:
    clips = dataset.read(data)
    begun = begin.network(recipe, clips.vocabulary, start=None, root=folder)
    return run.run(begun, clips, recipe, folder, **more)


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nobody disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    assert not trained(data, folder).is_stopped
    return folder


def test_it_learns(data: Path, tmp_path: Path) -> None:
    seen: list[float] = []
    recipe = replace(RECIPE, updates=60, peak=3e-3, accumulate=1, checkpoint_s=1e9, frames=400)
    clips = dataset.read(data)
    trainee = run.Trainee(begin.network(recipe, clips.vocabulary, start=None, root=tmp_path), recipe, None)
    everything = clips.batch(range(len(clips.clips)))
    for _ in range(recipe.updates):
        seen.append(trainee.learn([everything]))
    assert np.mean(seen[-10:]) < 0.6 * np.mean(seen[:10])


def test_a_run_that_was_stopped_ends_as_one_that_was_not(data: Path, whole: Path, tmp_path: Path) -> None:
    for stop in (5, 1, 9):  # more updates, each time
        left = iter([False] * stop + [True])
        assert trained(data, tmp_path, stopping=lambda left=left: next(left)).is_stopped
    assert bits(tmp_path)["update"] == 15
    trained(data, tmp_path)
    assert bits(tmp_path) == bits(whole)


def test_a_run_that_has_ended_is_kept_as_it_is(data: Path, whole: Path, tmp_path: Path) -> None:
    (tmp_path / checkpoints.LAST).write_bytes((whole / checkpoints.LAST).read_bytes())
    assert not trained(data, tmp_path).is_stopped
    kept = bits(tmp_path)
    assert kept == bits(whole)
    assert kept["average"]["proj_out.weight"] != kept["weights"]["proj_out.weight"]


def test_a_run_that_was_killed_ends_as_one_that_was_not(data: Path, whole: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    write_recipe(recipe, RECIPE)
    out = tmp_path / "run"
    words = ["train", "run", str(data), "--out", str(out), "--recipe", str(recipe)]
    threads = torch.get_num_threads()
    code = f"import torch; torch.set_num_threads({threads})\n"
    code += f"from tts_baseline.cli import main; main({words!r})"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (out / checkpoints.LAST).exists() and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(random.uniform(0, 0.2))
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert 0 < bits(out)["update"] < RECIPE.updates
    assert main(words) == 0
    assert bits(out) == bits(whole)
    assert [path.name for path in out.iterdir()] == [checkpoints.LAST]


def test_a_run_that_was_killed_at_any_step_ends_as_one_that_was_not() -> None:
    """A sample of benchmarks/training/kills.py."""
    script = Path(__file__).parents[2] / "benchmarks/training/kills.py"
    asked = ["--kills", "2", "--turns", "1", "--steps", "2"]
    ended = subprocess.run([sys.executable, str(script), *asked], capture_output=True, text=True, check=True)
    counted = json.loads(ended.stdout)
    assert counted["kills at random moments"] == 2
    killed = counted["runs that were killed"]
    assert counted["runs that ended bit for bit as the undisturbed one"] == killed > 0
    steps = counted["killed at each step of a checkpoint, and ended so"]
    assert steps == {"torch.save before": "1 of 1", "torch.save half-way": "1 of 1"}


def test_ctrl_c_keeps_the_run_and_says_how_to_go_on(
    data: Path, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    recipe = tmp_path / "recipe.toml"
    write_recipe(recipe, replace(RECIPE, checkpoint_s=1e9))
    real = run.Trainee.learn

    def interrupted(self: run.Trainee, together: Any) -> float:
        if self.update == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return real(self, together)

    monkeypatch.setattr(run.Trainee, "learn", interrupted)
    words = ["train", "run", str(data), "--out", str(tmp_path / "run"), "--recipe", str(recipe)]
    assert main(words) == 130
    assert capsys.readouterr().out.startswith("stopped; the same command goes on: update 4, ")
    assert bits(tmp_path / "run")["update"] == 4
    monkeypatch.undo()
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["update"] == RECIPE.updates


@pytest.mark.parametrize(
    ("change", "named"),
    [({"peak": 1.0}, "peak"), ({"seed": 1}, "seed"), ({"sizes": replace(TINY, depth=1)}, "sizes")],
)
def test_a_run_goes_on_with_its_own_recipe_only(
    data: Path, whole: Path, tmp_path: Path, change: dict[str, Any], named: str
) -> None:
    (tmp_path / checkpoints.LAST).write_bytes((whole / checkpoints.LAST).read_bytes())
    with pytest.raises(SettingsError, match=rf"begun with another {named}\n"):
        trained(data, tmp_path, replace(RECIPE, **change))


def test_a_run_goes_on_with_its_own_data_only(whole: Path, tmp_path: Path) -> None:
    (tmp_path / checkpoints.LAST).write_bytes((whole / checkpoints.LAST).read_bytes())
    with pytest.raises(SettingsError, match="begun with another the data"):
        trained(made(tmp_path / "other", clips=9), tmp_path)


def test_a_run_may_go_on_for_longer(data: Path, whole: Path, tmp_path: Path) -> None:
    (tmp_path / checkpoints.LAST).write_bytes((whole / checkpoints.LAST).read_bytes())
    assert trained(data, tmp_path, replace(RECIPE, updates=26)).update == 26


EXAMINED = replace(RECIPE, check_every=4)


def test_an_examined_run_ends_as_one_that_is_not(data: Path, whole: Path, tmp_path: Path) -> None:
    held = dataset.read(data, "held_out")
    shown: dict[int, dict[str, float]] = {}

    def show(update: int, numbers: Any) -> None:
        shown.setdefault(update, {}).update(numbers)

    ended = trained(data, tmp_path / "whole", EXAMINED, held_out=held, shown=show)
    kept, plain = bits(tmp_path / "whole"), bits(whole)
    standing = kept.pop("standing")
    assert plain.pop("standing") == {}
    assert kept.pop("origin")["recipe"]["check_every"] == 4
    plain.pop("origin")
    assert kept == plain
    losses = {update: numbers["held_out_loss"] for update, numbers in shown.items() if update % 4 == 0}
    assert list(losses) == [4, 8, 12, 16, 20, 24]
    assert ended.best == standing["best"] == min(losses.values())
    best = checkpoints.read(tmp_path / "whole", checkpoints.BEST)
    assert best is not None
    assert losses[best.update] == ended.best
    # It is the average that was asked.
    clips = dataset.read(data)
    network = begin.network(RECIPE, clips.vocabulary, start=None, root=tmp_path)
    network.load_state_dict({**best.weights, **best.average})
    assert np.mean(list(held_out.losses(network, held, draws=1).values())) == pytest.approx(ended.best)
    assert set(shown[24]) == {"loss", "frames_per_s", "rate", "gradient_norm", "held_out_loss"}
    # Stopped between two exams, it ends the same.
    for stop in (7, 6):
        left = iter([False] * stop + [True])
        trained(data, tmp_path / "stopped", EXAMINED, held_out=held, stopping=lambda left=left: next(left))
    trained(data, tmp_path / "stopped", EXAMINED, held_out=held)
    assert bits(tmp_path / "stopped") == bits(tmp_path / "whole")
    for name in (checkpoints.LAST, checkpoints.BEST):
        assert checkpoints.read(tmp_path / "stopped", name) is not None


@pytest.mark.parametrize(
    ("answers", "patience", "ends_after", "best"),
    [
        ([3.0, 2.0, 2.5, 2.4, 1.0, 1.0], 2, 4, 2.0),
        ([3.0, 2.0, 2.5, 2.4, 1.0, 1.1], 3, 6, 1.0),
        ([3.0, 3.0, 3.0, 3.0, 3.0, 3.0], 1, 2, 3.0),
        ([3.0, 2.9, 2.8, 2.7, 2.6, 2.5], 1, 6, 2.5),
        ([3.0, 4.0, 4.0, 4.0, 4.0, 4.0], 0, 6, 3.0),
        ([float("nan")] * 6, 2, 2, None),
    ],
)
def test_a_run_ends_when_nothing_is_gained(
    data: Path,
    tmp_path: Path,
    monkeypatch: Any,
    answers: list[float],
    patience: int,
    ends_after: int,
    best: Any,
) -> None:
    left = iter(answers)
    monkeypatch.setattr(run, "losses", lambda *_, **__: {"a": next(left)})
    held = dataset.read(data, "held_out")
    recipe = replace(EXAMINED, patience=patience)
    ended = trained(data, tmp_path, recipe, held_out=held)
    assert (ended.update, ended.best) == (4 * ends_after, best)
    assert ended.is_early == (ends_after < 6)
    assert not ended.is_stopped
    assert trained(data, tmp_path, recipe, held_out=held).update == ended.update  # and stays so


def test_an_exam_goes_on_from_what_was_the_best(whole: Path) -> None:
    state = checkpoints.read(whole)
    assert state is not None
    state = replace(state, standing={"best": 2.0, "without": 1.0})
    resumed = exam.Exam(lambda: 2.5, every=1, patience=2, before=state)
    assert resumed.take() == (2.5, False)
    assert resumed.is_over
    assert resumed.standing == {"best": 2.0, "without": 2.0}


def test_patience_without_held_out_clips_is_refused(tmp_path: Path, capsys: Any) -> None:
    recipe = tmp_path / "recipe.toml"
    write_recipe(recipe, replace(EXAMINED, patience=2))
    folder = made(tmp_path / "data", clips=3)
    words = ["train", "run", str(folder), "--out", str(tmp_path / "run"), "--recipe", str(recipe)]
    assert main(words) == 2
    assert "no clip of this dataset is held out" in capsys.readouterr().err


def test_two_processes_learn_what_one_does(data: Path, whole: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    write_recipe(recipe, replace(RECIPE, updates=9, check_every=4))
    words = ["train", "run", str(data), "--recipe", str(recipe), "--json", "--out"]
    ended = launched(2, [*words, str(tmp_path / "two")], tmp_path)
    assert ended.returncode == 0, ended.stderr
    page = json.loads(ended.stdout)  # one of them speaks
    assert main([*words, str(tmp_path / "one")]) == 0
    two, alone = checkpoints.read(tmp_path / "two"), checkpoints.read(tmp_path / "one")
    assert two is not None
    assert alone is not None
    assert (page["update"], two.learned, two.epoch, two.batch) == (9, alone.learned, alone.epoch, alone.batch)
    for name, weight in two.weights.items():
        assert torch.allclose(weight, alone.weights[name], rtol=0, atol=1e-6), name
        assert name not in two.average or torch.allclose(
            two.average[name], alone.average[name], rtol=0, atol=1e-6
        )
    assert page["held_out_loss"] == pytest.approx(alone.standing["best"], abs=1e-6)
    write_recipe(recipe, replace(RECIPE, accumulate=3))
    refused = launched(2, [*words, str(tmp_path / "three")], tmp_path)
    assert "cannot be shared out among 2 processes" in refused.stderr


def test_its_curves_are_written_for_tensorboard(data: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="tensorboard is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    recipe, out = tmp_path / "recipe.toml", tmp_path / "run"
    write_recipe(recipe, replace(EXAMINED, updates=8))
    words = ["train", "run", str(data), "--out", str(out), "--recipe", str(recipe), "--tensorboard"]
    assert main(words) == 0
    events = EventAccumulator(str(out / "tensorboard")).Reload()
    assert set(events.Tags()["scalars"]) == {"loss", "frames_per_s", "rate", "gradient_norm", "held_out_loss"}
    assert [event.step for event in events.Scalars("held_out_loss")] == [4, 8]
    assert events.Scalars("loss")[-1].step == 8


def test_a_loss_that_is_no_number_ends_the_run_and_leaves_what_was_kept(data: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, peak=1e30, norm=1e30, warmup=0)
    with pytest.raises(PipelineError, match="learns nothing any more"):
        trained(data, tmp_path, recipe)
    state = checkpoints.read(tmp_path)
    assert state is not None


def test_a_damaged_checkpoint_is_refused_with_its_name(data: Path, whole: Path, tmp_path: Path) -> None:
    kept = (whole / checkpoints.LAST).read_bytes()
    for content in (b"", kept[: len(kept) // 2], b"nothing at all"):
        (tmp_path / checkpoints.LAST).write_bytes(content)
        with pytest.raises(PipelineError, match="cannot be read") as refused:
            trained(data, tmp_path)
        assert refused.value.where == str(tmp_path / checkpoints.LAST)
