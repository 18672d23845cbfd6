"""Work is for pipelines that use torch: another one has neither an item nor a row nor a verdict of it."""

from __future__ import annotations

import pytest

WORK = ("allocated", "flops", "operators", "syncs")


def test_without_torch_the_item_of_work_is_deselected_and_nothing_is_said_of_it(
    first_run, second_run
) -> None:
    for printed in (first_run, second_run):
        assert printed.outcomes == {"passed": 3, "deselected": 2}
        assert not [word for word in WORK if word in "\n".join(printed.lines)]
        assert not [v for v in printed.verdicts().values() if v["family"] == "work"]
        printed.show("tts-baseline::cases::quality PASSED*[[]100%[]]")


def test_asked_for_work_alone_it_says_that_nothing_was_judged(project) -> None:
    result = project.gate("-k", "cases and work")
    result.assert_outcomes(deselected=5)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_the_fixture_says_why_there_is_no_work(project) -> None:
    project.write(
        "test_own.py",
        """
        def check(work):
            assert (work.operators, work.flops, work.syncs, work.allocated) == (None,) * 4
            assert work.reason == "the pipeline uses no torch"

        def test_case(tts_case, tts_work): check(tts_work(tts_case))

        def test_text(tts_work): check(tts_work("Esto no está en la suite."))
        """,
    )
    project.gate("-k", "test_own").assert_outcomes(passed=3)
