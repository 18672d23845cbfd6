"""What every report format promises, whatever it shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.baselines import left_pending, promoted
from tests.support.judgements import judgement
from tests.support.runs import run
from tests.support.verdicts import outcome, verdict
from tts_baseline.baseline.store import Store
from tts_baseline.core.judgement import Paired
from tts_baseline.core.outcome import Outcome
from tts_baseline.report.format import View, formats, pages

FORMATS = sorted(formats())
OF_RUNS = [name for name in FORMATS if formats()[name].spec.of == "run"]
OF_BASELINES = [name for name in FORMATS if formats()[name].spec.of == "baselines"]
HEAVY = ("rich", "jinja2", "plotly", "matplotlib", "torch")


def judged() -> Outcome:
    """A run of one failing and one fine case, with a judge's verdicts."""
    judged_run = run()
    replicate = judged_run.replicates[0]
    orders = dict.fromkeys(replicate.calls, "AB")
    restarts = [Paired(base=replicate, head=replicate, orders=orders)] * 3
    verdicts = [verdict(), verdict("snr", "invalid", "hola", message="a|b <c>\n  line two")]
    return outcome(judged_run, verdicts, judgement=judgement(restarts), pair=[verdict(decided_by="judge")])


OUTCOMES = {
    "nothing judged": outcome(run()),
    "nothing measured": outcome(run(failed=["hola", "adios"])),
    "judged": judged(),
}


@pytest.mark.parametrize("name", FORMATS)
def test_it_is_named_and_described_in_its_file(name: str) -> None:
    registered = formats()[name]
    module = sys.modules[registered.render.__module__]
    assert Path(str(module.__file__)).stem == registered.spec.name == name
    assert len(registered.doc) > 20
    assert registered.doc.endswith(".")
    assert registered.render.__doc__


def test_no_two_write_the_same_file() -> None:
    files = [registered.spec.file for registered in formats().values() if registered.spec.file]
    assert len(files) == len(set(files))
    assert all(re.fullmatch(r"[a-z][a-z_-]*\.[a-z]+", file) for file in files)


@pytest.mark.parametrize("name", OF_BASELINES)
def test_only_a_run_has_a_folder_to_write_to(name: str) -> None:
    assert formats()[name].spec.file == ""


@pytest.mark.parametrize("what", OUTCOMES)
@pytest.mark.parametrize("name", OF_RUNS)
def test_any_run_can_be_shown_in_any_view(name: str, what: str) -> None:
    render = formats()[name].render
    shown = {
        view: render(OUTCOMES[what], view) for view in (View(), View(width=40, verbose=True, color=True))
    }
    for view, text in shown.items():
        assert text.strip()
        assert text.encode().decode() == render(OUTCOMES[what], view)
    assert "\x1b" not in shown[View()]


@pytest.mark.parametrize("name", OF_RUNS)
def test_it_tells_one_run_from_another(name: str) -> None:
    render = formats()[name].render
    fine, worse = (outcome(run(), [verdict(status=status)]) for status in ("ok", "regressed"))
    assert render(fine, View()) != render(worse, View())


@pytest.mark.parametrize("name", OF_BASELINES)
def test_it_tells_baselines_from_none(name: str, tmp_path: Path) -> None:
    render = formats()[name].render
    nothing = render(tmp_path / "baselines")
    store = Store(tmp_path / "baselines", "voice:synthesize", "cpu")
    folder = left_pending(tmp_path / "report", "r1")
    promoted(store, folder)
    assert nothing.strip()
    assert render(tmp_path / "baselines") != nothing


def test_a_run_leaves_the_files_that_are_declared() -> None:
    declared = {registered.spec.file for registered in formats().values() if registered.spec.file}
    written = pages(OUTCOMES["judged"])
    assert written.keys() == declared >= {"report.md", "verdicts.json"}


def test_finding_them_imports_nothing_heavy() -> None:
    script = f"""
import sys
from tts_baseline.report.format import formats
formats()
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
