"""The mutation run: what is drawn, which tests try it, and what they say."""

from __future__ import annotations

from pathlib import Path

import formulas
import pytest

import mutants
from mutants import Mutant, Results
from tests.support import REPOSITORY

SOURCE = REPOSITORY / mutants.PACKAGE
CONFTEST = 'from hypothesis import settings\nsettings.register_profile("brief")\n'
TEST = "from tts_baseline.stats.half import half\n\ndef test():\n    assert half(4)\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout of one module and its test file."""
    for name, text in {
        "conftest.py": CONFTEST,
        "src/tts_baseline/__init__.py": "",
        "src/tts_baseline/plugin.py": "",  # what the installed entry point names
        "src/tts_baseline/stats/__init__.py": "",
        "src/tts_baseline/stats/half.py": "def half(x):\n    return x / 2\n",
        "tests/stats/test_half.py": TEST,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def mutant(fate: mutants.Fate) -> Mutant:
    return Mutant("stats/half.py", 2, "half", "Div_Mul", "x / 2", "x * 2", fate, "tests/stats", 1.0)


@pytest.mark.parametrize(
    ("body", "fate"), [("return x / 2", "survived"), ("return 0", "killed"), ("while True: pass", "timeout")]
)
def test_tests_notice_a_change_or_do_not(tree: Path, body: str, fate: str) -> None:
    path = tree / "src/tts_baseline/stats/half.py"
    path.write_text(f"def half(x):\n    {body}\n")
    limit_s = 3.0 if fate == "timeout" else mutants.LIMIT_S
    assert mutants.verdict(tree, ["tests/stats"], limit_s=limit_s) == fate


def test_a_compiled_module_from_before_is_not_what_is_tested(tree: Path) -> None:
    assert mutants.verdict(tree, ["tests/stats"], compiles=True) == "survived"
    assert list(tree.glob("src/tts_baseline/stats/__pycache__/half.*.pyc"))
    assert mutants.outcome(tree, "stats/half.py", "def half(x):\n    return x - 4\n")[0] == "killed"


def test_nearest_tests_come_first_and_the_module_is_put_back(tree: Path) -> None:
    asked = []

    def judge(tree: Path, tests: list[str]) -> mutants.Fate:
        asked.extend(tests)
        assert (tree / mutants.PACKAGE / "stats/half.py").read_text() == "changed"
        return "killed" if tests == ["tests/stats"] else "survived"

    before = (tree / mutants.PACKAGE / "stats/half.py").read_text()
    assert mutants.outcome(tree, "stats/half.py", "changed", judge) == ("killed", "tests/stats")
    assert asked == ["tests/stats/test_half.py", "tests/stats"]
    assert (tree / mutants.PACKAGE / "stats/half.py").read_text() == before


def test_what_no_tests_notice_has_been_through_all_of_them(tree: Path) -> None:
    fate, tests = mutants.outcome(tree, "stats/half.py", "changed", lambda *_: "survived")
    assert fate == "survived"
    assert tests == "tests/stats/test_half.py tests/stats tests/gate"


def test_every_module_of_the_rooms_has_tests_that_exist() -> None:
    modules = [path.relative_to(SOURCE) for room in mutants.TESTS for path in (SOURCE / room).rglob("*.py")]
    stages = {str(module): mutants.stages_of(REPOSITORY, str(module)) for module in modules}
    assert stages["gate/screen/times.py"][0] == "tests/gate/screen/test_times.py"
    assert stages["metrics/golden/stoi.py"][0] == "tests/metrics/test_stoi.py"
    assert {test for tests in stages.values() for test in tests if not (REPOSITORY / test).exists()} == set()


def test_a_run_goes_on_where_it_was_stopped_unless_the_source_changed(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    fresh = Results(seed=13, drawn=3, source="abc")
    assert mutants.resumed(path, fresh, again=False) == fresh
    tried = (mutant("killed"), mutant("survived"), mutant("timeout"))
    mutants.save(path, Results(seed=13, drawn=2, source="abc", mutants=tried))
    assert mutants.resumed(path, fresh, again=False).mutants == tried
    assert mutants.resumed(path, fresh, again=True).mutants == tried[:1]
    for other in (Results(seed=14, drawn=3, source="abc"), Results(seed=13, drawn=3, source="abd")):
        assert mutants.resumed(path, other, again=False) == other


def test_the_digest_tells_of_any_change_in_a_room(tree: Path) -> None:
    before = mutants.digest(tree / mutants.PACKAGE)
    assert before == mutants.digest(tree / mutants.PACKAGE)
    (tree / mutants.PACKAGE / "stats/half.py").write_text("")
    assert before != mutants.digest(tree / mutants.PACKAGE)


def test_each_formula_has_edits_that_can_be_made_and_tests_that_exist() -> None:
    broken = formulas.formulas()
    assert {test for each in broken for test in each.tests if not (REPOSITORY / test).exists()} == set()
    for each in broken:
        for old, _, text in formulas.edited(each):
            assert compile(text, each.module, "exec"), old
    assert [each.module for each in formulas.formulas(("golden/stoi",))] == ["golden/stoi.py"]


def test_every_metric_has_a_formula_that_is_broken_or_is_a_sum_of_counters() -> None:
    named = {each.module for each in formulas.formulas()}
    rooms = ("signal", "golden", "asr", "features", "performance", "text")
    files = {
        f"{room}/{path.name}" for room in rooms for path in (SOURCE / "metrics" / room).glob("[a-z]*.py")
    }
    assert files - named == set()


def test_an_edit_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / formulas.ROOM / "half.py"
    path.parent.mkdir(parents=True)
    path.write_text("x / 2 + x / 2")
    for old in ("x / 2", "x / 3"):
        with pytest.raises(LookupError, match=f"does not hold once: {old}"):
            list(formulas.edited(formulas.Formula("half.py", (), ((old, ""),)), tmp_path))


class TestDraw:
    """With cosmic-ray alone, which `make mutants` installs."""

    MODULE = (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING and 1 < 2:\n    pass\n"
        "class Pair(Struct, frozen=True):\n    value: int | None\n"
        "def half(x: int | None) -> int | None:\n    return x / 2 if x == 1 else None\n"
    )

    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        pytest.importorskip("cosmic_ray", reason="make mutants installs it")
        (tmp_path / "stats").mkdir()
        (tmp_path / "stats/half.py").write_text(self.MODULE)
        return tmp_path

    def test_only_what_can_change_the_result_is_changed(self, source: Path) -> None:
        from mutations import mutations

        mutated = {mutation.lines(source)[1] for mutation in mutations(source / "stats/half.py", source)}
        assert "return x * 2 if x == 1 else None" in mutated
        assert "return x / 2 if x != 1 else None" in mutated
        assert {"return x / 2 if x is 1 else None", "value: int & None"} & mutated == set()
        assert not [line for line in mutated if line.startswith(("class", "def"))]

    def test_a_draw_is_made_by_its_seed_and_a_smaller_one_is_its_beginning(self) -> None:
        pytest.importorskip("cosmic_ray", reason="make mutants installs it")
        from mutations import draw

        drawn = draw(SOURCE, mutants.TESTS, 30, seed=1)
        assert drawn == draw(SOURCE, mutants.TESTS, 30, seed=1)
        assert drawn[:5] == draw(SOURCE, mutants.TESTS, 5, seed=1)
        assert drawn != draw(SOURCE, mutants.TESTS, 30, seed=2)
        assert len({(mutation.module, mutation.position) for mutation in drawn}) == 30
        assert all(mutation.is_python(SOURCE) for mutation in drawn)
