"""Hostile texts in cases, errors, provenance, reasons and names, through all that prints or writes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from tests.hostile.texts.outputs import (
    ENCODINGS,
    commands,
    complaints,
    flaws,
    leaks,
    measured,
    poisoned,
    secret_forms,
    texts,
)
from tests.support.judgements import even, judgement
from tests.support.runs import run
from tests.support.verdicts import outcome, verdict
from tts_baseline.cli._commands import COMMANDS
from tts_baseline.core.judgement import Against
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.outside import json_text, storable, terminal
from tts_baseline.report.format import View, formats

TEXTS = texts()
SAMPLE = (
    "clipboard", "carriage-return", "bidi-override", "html-script", "link", "mention", "pipes", "github-mask",
    "teamcity", "lone-surrogate", "xml-illegal", "very-long",
)  # fmt: skip
SHOWN = dict(zip(ENCODINGS, ("github-mask", "bidi-override", "lone-surrogate", "very-long"), strict=True))
OF_RUNS = [name for name, format in formats().items() if format.spec.of == "run"]
# What Markdown may not become, whoever wrote the text.
_LONGEST = 4000  # of what a worker says, more is never kept (measure/worker)
_ACTIVE = {"html_inline", "html_block", "link_open", "image", "fence", "code_block", "blockquote_open", "hr"}


def hostile_outcome(say: str) -> Outcome:
    """A judged run, with a text from outside in each field that takes one."""
    judged = judgement([even(["hola", "adios"], 0.1, 0.2)] * 3)
    judged = replace(judged, against=Against(name=say))
    figures = {"current": 1.0, "baseline": 0.5, "change": 1.0, "low": 0.9, "high": 1.1, "limit": 0.05}
    verdicts = [
        verdict(),
        verdict("latency", "regressed", "hola", **figures),
        verdict("snr", "invalid", "hola", message=say),
    ]
    failed = run(failed=["adios"])
    known = poisoned(failed, say)
    return outcome(
        replace(known, suite=say.strip() or "cases"),
        poisoned(tuple(verdicts), say),
        judgement=poisoned(judged, say),
        pair=[verdict(decided_by="judge")],
    )


@pytest.mark.parametrize("name", OF_RUNS)
def test_no_format_of_a_run_obeys_a_text(name: str) -> None:
    chosen = {id: TEXTS[id] for id in SAMPLE}
    format = formats()[name]
    for id, say in chosen.items():
        for view in (View(), View(width=40, verbose=True, color=True)):
            page = format.render(hostile_outcome(storable(say)[:_LONGEST]), view)
            shown = page if format.spec.file else terminal(page, colors=True)
            assert flaws(json_text(shown) if name == "json" else shown) == [], id
            if name == "json":
                json.loads(shown)
            if name == "junit":
                ET.fromstring(page)
            if name == "markdown":
                assert not active(shown), id


def active(page: str) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(page)
    inline = [child for token in tokens for child in token.children or ()]
    mentions = [child.content for child in inline if child.type == "text" and "@e" in child.content]
    return [token.type for token in (*tokens, *inline) if token.type in _ACTIVE] + mentions


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[str]]]:
    """A project of a dozen such texts that was recorded and then failed, and what it said wrong."""
    folder = tmp_path_factory.mktemp("texts") / "p\x1b]52;c;eA==\x07 <b>`x`|@everyone\u202e"
    folder.mkdir()
    before = Path.cwd()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPEECH_TOKEN", "hunter2hunter2")
        patch.delenv("CI", raising=False)
        patch.chdir(folder)
        yield folder, measured(folder, {id: TEXTS[id] for id in SAMPLE}, TEXTS["clipboard"])
    assert Path.cwd() == before


def test_a_run_says_and_keeps_nothing_that_acts_and_no_secret(project) -> None:
    folder, wrong = project
    assert wrong == []
    assert leaks(folder) == []
    for path in folder.glob(".tts-baseline/*/report.md"):
        assert not active(path.read_text(encoding="utf-8"))
        assert flaws(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_command_obeys_a_text_or_breaks_a_terminal(project, encoding: str) -> None:
    say = TEXTS[SHOWN[encoding]]
    assert [wrong for asked in commands(say) for wrong in complaints(asked, encoding)] == []
    assert leaks(project[0]) == []


def test_every_command_is_tried() -> None:
    assert set(COMMANDS) == {asked.words[0] for asked in commands("x")} - {"xx?"}


def test_pytest_obeys_no_text_and_junit_can_be_read(project) -> None:
    folder, _ = project
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "--tts-baseline", "-p", "no:cacheprovider", "-v", "-rA",
            "--junitxml=out.xml",
        ],
        cwd=folder, env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True, check=False,
    )  # fmt: skip
    shown = done.stdout.decode("ascii") + done.stderr.decode("ascii")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, shown
    # pytest itself prints the folder's name
    ours = "\n".join(line for line in shown.splitlines() if "rootdir" not in line)
    assert flaws(ours, secrets=secret_forms()) == []
    assert "INTERNALERROR" not in shown
    assert ET.parse(folder / "out.xml").getroot()[0].get("failures") != "0"
    assert leaks(folder) == []
