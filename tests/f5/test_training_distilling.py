"""A student comes nearer to its teacher, in fewer steps or in a smaller network, and speaks in them."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import save_file

from tests.support import small
from tests.support.training import RECIPE, TINY, bits, made, write_recipe
from tts_baseline.cli import main
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.network.architecture import Architecture
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.pipelines.f5_spanish.solver.euler import EulerSolver, schedule
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.training import begin, cards, dataset, distilling, export, objective, run
from tts_baseline.training.dataset import Clip
from tts_baseline.training.distilling import StudentRecipe
from tts_baseline.training.network import predicted, untrained
from tts_baseline.training.objective import Batch, Draw

STUDENT = StudentRecipe(
    sizes=TINY, updates=30, frames=400, items=12, warmup=0, peak=3e-3, steps=2, pieces=2, seed=11
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("data"))


def voiced(depth: int = 2) -> Transformer:
    """A network none of whose weights is zero, whose flow is about as large as mels are."""
    sizes = {name: getattr(TINY, name) for name in TINY.__struct_fields__}
    architecture = Architecture(version="v1", tokens=9, text_hidden=32, **{**sizes, "depth": depth})
    network = untrained(architecture, seed=0)
    small.redrawn(network, seed=1)
    return network


def question(data: Path, seed: int = 5) -> tuple[Batch, Draw]:
    batch = dataset.read(data).batch(range(9))
    return batch, objective.draw(batch, STUDENT.chances, objective.dice(seed))


def test_a_teacher_in_as_many_steps_is_its_own_student(data: Path) -> None:
    teacher = voiced()
    alike = replace(STUDENT, pieces=1, guidance=0.0)
    batch, drawn = question(data)
    assert float(distilling.lesson(teacher, alike)(teacher, batch, drawn).detach()) == 0
    for other in (
        replace(alike, guidance=2.0),
        replace(alike, pieces=3),
        replace(alike, steps=0, guidance=1.0),
    ):
        assert float(distilling.lesson(teacher, other)(teacher, batch, drawn).detach()) > 1e-4


@pytest.mark.parametrize("steps", [1, 2, 3, 7])
def test_what_is_wanted_leads_to_where_the_teacher_arrives(data: Path, steps: int) -> None:
    """A step of the student's by hand: the teacher walks it in three, guided, from a time of the schedule."""
    teacher, recipe = voiced(), replace(STUDENT, steps=steps, pieces=3, guidance=2.0)
    batch, drawn = question(data)
    grid = schedule(EulerSolver(steps=steps, sway=recipe.sway))
    at = (drawn.times * steps).long()
    begin_at, end_at = grid[at], grid[at + 1]
    assert bool((end_at > begin_at).all())
    scene = objective.scene_of(batch, drawn._replace(times=begin_at, drops_audio=False, drops_text=False))
    state, length = scene.state, (end_at - begin_at) / 3
    with torch.no_grad():
        for piece in range(3):
            here = scene._replace(state=state, times=begin_at + piece * length)
            with_text = predicted(teacher, here)
            without = predicted(teacher, here._replace(drops_audio=True, drops_text=True))
            state = state + length[:, None, None] * (3 * with_text - 2 * without)
    wanted = (state - scene.state) / (end_at - begin_at)[:, None, None]

    class Knowing(torch.nn.Module):
        """A student that answers just that."""

    def answer(*_: Any) -> torch.Tensor:
        return wanted

    with pytest.MonkeyPatch.context() as patch:
        real = distilling.predicted
        student = Knowing()
        patch.setattr(distilling, "predicted", lambda n, s: answer() if n is student else real(n, s))
        loss = distilling.lesson(teacher, recipe)(student, batch, drawn)  # type: ignore[arg-type]
    assert float(loss) < 1e-8


@pytest.mark.parametrize(
    ("recipe", "depth"),
    [(STUDENT, 2), (replace(STUDENT, steps=0), 1), (replace(STUDENT, steps=2), 1)],
    ids=["few steps", "smaller", "both"],
)
def test_a_student_comes_nearer_to_its_teacher(data: Path, recipe: StudentRecipe, depth: int) -> None:
    teacher = voiced()
    student = voiced() if depth == 2 else untrained(voiced(depth).architecture, seed=2)
    lesson = distilling.lesson(teacher, recipe)
    taught = {name: weight.clone() for name, weight in teacher.state_dict().items()}
    trainee = run.Trainee(student, recipe, None, lesson=lesson)

    def apart() -> float:
        with torch.no_grad():
            return float(np.mean([float(lesson(student, *question(data, seed))) for seed in range(4)]))

    before = apart()
    for _ in range(recipe.updates):
        trainee.learn([question(data)[0]])
    assert apart() < 0.8 * before
    assert all(torch.equal(weight, taught[name]) for name, weight in teacher.state_dict().items())


def spoken(network: Transformer, data: Path, times: torch.Tensor, guidance: float) -> torch.Tensor:
    """The mels of hidden spans, followed from noise through these times."""
    batch, drawn = question(data, seed=3)
    scene = objective.scene_of(batch, drawn._replace(drops_audio=False, drops_text=False))
    state = drawn.noise
    with torch.no_grad():
        for begin_at, end_at in itertools.pairwise(times):
            here = scene._replace(state=state, times=begin_at.expand(len(batch.lengths)))
            flow = predicted(network, here)
            if guidance:
                free = predicted(network, here._replace(drops_audio=True, drops_text=True))
                flow = flow + (flow - free) * guidance
            state = state + (end_at - begin_at) * flow
    return state[drawn.span]


@pytest.mark.parametrize("depth", [2, 1], ids=["few steps", "smaller too"])
def test_a_student_speaks_as_its_teacher_in_fewer_steps(data: Path, tmp_path: Path, depth: int) -> None:
    """Through the command: two steps, without guidance, to where the teacher's four with it lead."""
    path, recipe, steps = tmp_path / "teacher.safetensors", tmp_path / "recipe.toml", 2
    save_file(small.published(voiced().state_dict()), path)
    path.with_name(path.name + ".json").write_text('{"arch": "v1"}')
    write_recipe(recipe, replace(STUDENT, updates=150, sizes=replace(TINY, depth=depth), average=0.9))
    words = ["train", "distill", str(data), "--teacher", str(path), "--recipe", str(recipe)]
    words += ["--smaller"] if depth == 1 else []
    assert main([*words, "--out", str(tmp_path / "run")]) == 0
    out = export.export(tmp_path / "run", data, tmp_path / "student", licence="").path
    student = begin.teacher(str(out), STUDENT, dataset.read(data).vocabulary, root=tmp_path)
    assert student.architecture.depth == depth
    own = schedule(EulerSolver(steps=steps, sway=STUDENT.sway))
    finer = torch.cat([*(torch.linspace(a, b, 3)[:2] for a, b in itertools.pairwise(own)), own[-1:]])
    wanted = spoken(voiced(), data, finer, STUDENT.guidance)

    def apart(network: Transformer) -> float:
        return float((spoken(network, data, own, 0.0) - wanted).square().mean())

    begun = voiced() if depth == 2 else untrained(student.architecture, seed=0)
    assert apart(student) < 0.5 * apart(begun)


def test_a_run_goes_on_with_its_own_teacher_only(data: Path, tmp_path: Path) -> None:
    clips = dataset.read(data)
    recipe = replace(STUDENT, updates=6, checkpoint_s=0.0)
    for stop, folder in ((2, "halved"), (100, "whole")):
        left = iter([False] * stop + [True])
        given = {"lesson": distilling.lesson(voiced(), recipe), "stopping": lambda left=left: next(left)}
        run.run(voiced(), clips, recipe, tmp_path / folder, **given)
    run.run(voiced(), clips, recipe, tmp_path / "halved", lesson=distilling.lesson(voiced(), recipe))
    assert bits(tmp_path / "halved") == bits(tmp_path / "whole")
    with pytest.raises(SettingsError, match="begun with another teacher\n"):
        run.run(voiced(), clips, replace(recipe, teacher="b" * 64), tmp_path / "halved")
    with pytest.raises(SettingsError, match="trains a student, and no voice"):
        run.run(voiced(), clips, RECIPE, tmp_path / "halved")
    assert (
        distilling.fingerprint(voiced())
        == distilling.fingerprint(voiced())
        != distilling.fingerprint(voiced(1))
    )


def test_the_exported_student_speaks_in_its_steps(tmp_path: Path, capsys: Any) -> None:
    vocabulary = Vocabulary.default()
    text = "hola, buenos días."
    tokens = tuple(vocabulary.encode(list(text)))
    dice = np.random.default_rng(0)
    clips = (
        (Clip(id=str(n), text=text, tokens=tokens, start=0, frames=1), dice.normal(-2, 2, (60 + n, 100)))
        for n in range(4)
    )
    dataset.write(tmp_path / "data", clips, vocabulary)
    model = small.make(tmp_path / "teacher", "v1")
    path = tmp_path / "recipe.toml"
    path.write_text("updates = 2\nframes = 200\nwarmup = 0\nsteps = 3\npieces = 2\n")
    out, voice = tmp_path / "run", tmp_path / "voice"
    words = [
        "train",
        "distill",
        str(tmp_path / "data"),
        "--teacher",
        str(model.checkpoint),
        "--out",
        str(out),
    ]
    assert main([*words, "--recipe", str(path)]) == 0
    capsys.readouterr()
    asked = ["train", "export", str(out), "--dataset", str(tmp_path / "data"), "--out", str(voice)]
    assert main([*asked, "--json"]) == 0
    settings = json.loads(capsys.readouterr().out)
    assert settings == {
        "checkpoint": str(voice / export.CHECKPOINT), "vocabulary": str(voice / "vocab.txt"),
        "guidance": 0.0, "steps": 3, "sway": -1.0,
    }  # fmt: skip
    assert "| spoken with | guidance 0, steps 3, sway -1 |" in (voice / cards.CARD).read_text()
    pipeline = create(settings={**small.table(model), **settings})
    samples = pipeline.synthesize(Request(text=text, seed=9)).samples
    assert np.isfinite(samples).all()
    assert np.std(samples) > 1e-4
    teachers = create(settings={**small.table(model), "steps": 3, "guidance": 0.0, "sway": -1.0})
    assert not np.array_equal(samples, teachers.synthesize(Request(text=text, seed=9)).samples)


def test_a_smaller_student_has_the_recipes_sizes(data: Path, tmp_path: Path) -> None:
    teacher = tmp_path / "teacher.safetensors"
    save_file(small.published(voiced().state_dict()), teacher)
    teacher.with_name(teacher.name + ".json").write_text('{"arch": "v1"}')
    path = tmp_path / "recipe.toml"
    path.write_text(
        "updates = 1\nframes = 200\nsteps = 0\n[sizes]\ndim = 16\ndepth = 1\nheads = 1\nfeed_forward = 16\n"
        "text_dim = 8\ntext_blocks = 1\n"
    )
    words = ["train", "distill", str(data), "--teacher", str(teacher), "--smaller", "--recipe", str(path)]
    assert main([*words, "--out", str(tmp_path / "run")]) == 0
    exported = export.export(tmp_path / "run", data, tmp_path / "voice", licence="")
    assert exported.settings["guidance"] == 0
    assert "steps" not in exported.settings
    assert (
        begin.teacher(
            str(exported.path), STUDENT, dataset.read(data).vocabulary, root=tmp_path
        ).architecture.dim
        == 16
    )
