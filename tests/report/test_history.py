from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pytest
from msgspec.structs import replace

from tests.support.runs import accepted, run
from tests.support.tones import TEXTS, sounds
from tts_baseline.core.load import Load
from tts_baseline.core.records import Reading, Run
from tts_baseline.core.registry import gates
from tts_baseline.gate.limits import chosen
from tts_baseline.report.history import History, trace
from tts_baseline.report.review import page, terminal

QUIET = (0.0, 0.004, -0.003, 0.002, -0.004, 0.003, -0.001, 0.001)


def session(
    number: int,
    level: float = 1.0,
    *,
    texts: Mapping[str, str] = TEXTS,
    metric: str = "latency",
    epoch: int = 1,
    anchor: bool | None = None,
    commit: str | None = None,
    python: str = "3.12",
    speed: float = 1.0,
    snr: float | None = None,
    reason: str = "same as ever",
) -> Run:
    """An accepted run: every case took 100 ms times `level`, on a machine slower by `speed`."""
    readings = []
    for case in texts:
        value = (1e8 if metric == "memory" else 0.1) * level * (1 if case == "hola" else 2)
        readings.append(Reading(metric=metric, case=case, value=value, values=(value,) * 3))
        readings.append(Reading(metric="snr_vad", case=case, value=snr))
    plain = run(
        f"r{number:02}",
        {case: sounds()["hola"] for case in texts},
        texts=texts,
        readings=readings,
        acceptance=accepted(
            number, epoch=epoch, anchor=number == 0 if anchor is None else anchor, reason=reason
        ),
    )
    replicates = tuple(
        replace(
            replicate,
            calls={
                case: replace(calls, reference_s=(0.001 * speed,) * 2)
                for case, calls in replicate.calls.items()
            },
        )
        for replicate in plain.replicates
    )
    return replace(
        plain,
        created=f"2026-01-{number + 1:02}T00:00:00+00:00",
        commit=commit if commit is not None else f"{number:07x}" + "0" * 33,
        replicates=replicates,
        environment=replace(plain.environment, software={"python": python}),
    )


def quiet(count: int, level: float = 1.0, *, first: int = 0, **more) -> list[Run]:
    return [
        session(first + number, level * math.exp(QUIET[number % len(QUIET)]), **more)
        for number in range(count)
    ]


def history(runs: Sequence[Run], gate: str = "latency", **limits: str) -> History:
    (only,) = trace(runs, gates()[gate], chosen(limits)[gate])
    return only


def marks(history: History) -> dict[str, tuple[str, ...]]:
    return {row.run: row.marks for row in history.rows if row.marks}


def test_values_and_changes_by_hand() -> None:
    traced = history([session(0), session(1, 1.02), session(2, 0.99)])
    assert [row.value for row in traced.rows] == pytest.approx(
        [0.1 * math.sqrt(2) * x for x in (1, 1.02, 0.99)]
    )
    assert [row.change for row in traced.rows] == [None, pytest.approx(0.02), pytest.approx(0.99 / 1.02 - 1)]
    assert [row.since_anchor for row in traced.rows] == pytest.approx([0.0, 0.02, -0.01])
    assert (traced.cases, traced.limit, traced.machine) == (2, pytest.approx(0.05), "box-2c-0123abcd")
    assert marks(traced) == {"r00": ("anchor",)}
    assert "3 accepted runs; a step can be told from noise from 8 on" in traced.advice[0].text
    assert "the newest is -1.0% from its anchor" in traced.advice[0].text


def test_a_step_that_nobody_accepted_is_marked_and_told_with_what_to_type() -> None:
    traced = history([*quiet(6), *quiet(6, 1.04, first=6, python="3.13")])
    assert marks(traced) == {"r00": ("anchor",), "r06": (f"step {traced.steps[0].change:+.1%}",)}
    (step,) = traced.steps
    assert (step.run, step.after, step.accepted) == ("r06", "r05", False)
    assert step.change == pytest.approx(0.04, abs=0.002)
    assert step.p < 0.05
    assert step.around == ("python 3.12 -> 3.13",)
    advice, summary = traced.advice
    assert advice.text.startswith(
        f"latency rose by {step.change:.1%} at run r06, commit 0000006, and nobody accepted"
    )
    assert "Changed around it: python 3.12 -> 3.13." in advice.text
    assert advice.commands == (
        "git log --oneline 0000005..0000006",
        "tts-baseline compare --against 0000005",
    )
    assert summary.text.startswith("latency: 1 step in 12 runs; the newest is +4")


def test_a_step_down_is_one_too() -> None:
    traced = history([*quiet(6), *quiet(6, 0.95, first=6)])
    assert traced.advice[0].text.startswith("latency fell by 5.0% at run r06")
    assert marks(traced)["r06"] == ("step -5.0%",)


def test_a_run_of_a_busy_machine_is_marked() -> None:
    def under(others: float, run: Run) -> Run:
        busy = Load(others=others)
        return replace(run, replicates=tuple(replace(one, load=busy) for one in run.replicates))

    traced = history([session(0), under(0.05, session(1)), under(0.4, session(2))])
    assert marks(traced) == {"r00": ("anchor",), "r02": ("busy machine",)}


@pytest.mark.parametrize("epoch_begins", [5, 6, 7])
def test_a_step_at_which_an_epoch_begins_was_accepted(epoch_begins: int) -> None:
    runs = [*quiet(6), *quiet(6, 1.3, first=6)]
    runs = [
        replace(run, acceptance=replace(run.acceptance, epoch=2)) if number >= epoch_begins else run
        for number, run in enumerate(runs)
    ]
    traced = history(runs)
    assert traced.steps[0].accepted
    assert "new epoch" in marks(traced)[f"r{epoch_begins:02}"]
    assert not any("nobody accepted" in advice.text for advice in traced.advice)


def test_an_epoch_that_begins_elsewhere_accepts_no_step() -> None:
    runs = [*quiet(3), *quiet(3, first=3, epoch=2), *quiet(6, 1.3, first=6, epoch=2)]
    assert not history(runs).steps[0].accepted


def test_a_step_without_a_new_commit_is_not_the_codes() -> None:
    same = "a" * 40
    traced = history([*quiet(6, commit=same), *quiet(6, 1.04, first=6, commit=same)])
    assert "its surroundings changed, not the code" in traced.advice[0].text
    assert traced.advice[0].commands == ("tts-baseline doctor",)
    dirty = [replace(run, dirty=True) if run.id >= "r06" else run for run in quiet(6, commit=same)]
    dirty += [replace(run, dirty=True) for run in quiet(6, 1.04, first=6, commit=same)]
    advice = history(dirty).advice[0]
    assert "commit aaaaaaa with uncommitted changes" in advice.text
    assert " aaaaaaa+ " in terminal([history(dirty)])
    assert advice.commands == ("tts-baseline compare --against aaaaaaa",)


def test_a_step_outside_git_has_nothing_to_compare() -> None:
    runs = [replace(run, commit=None) for run in [*quiet(6), *quiet(6, 1.04, first=6)]]
    advice = history(runs).advice[0]
    assert advice.text.endswith("at run r06, and nobody accepted that as a change.")
    assert advice.commands == ()


def test_a_step_of_less_than_a_fifth_of_the_limit_is_not_worth_a_mark() -> None:
    runs = [*quiet(8), *quiet(8, 1.04, first=8)]
    assert history(runs, latency="15%").steps
    assert not history(runs, latency="25%").steps
    assert history(runs, latency="25%").advice[0].text.startswith("latency: no steps in 16 runs")


def test_drift_beyond_twice_the_limit_from_the_anchor_is_marked_and_told() -> None:
    runs = [session(number, math.exp(0.02 * number)) for number in range(8)]
    traced = history(runs)
    drifted = [row.run for row in traced.rows if "drift" in row.marks]
    assert drifted == ["r05", "r06", "r07"]  # 2 ln 1.05 = 0.0976
    advice = traced.advice[-1]
    assert "latency is +15.0% from the anchor run r00, more than twice the limit (+10.2%)" in advice.text
    assert advice.commands[0] == "tts-baseline compare --against 0000000"
    assert advice.commands[1].startswith("tts-baseline accept RUN --reset-anchor")


def test_drift_is_measured_from_the_anchor_of_its_time() -> None:
    runs = [session(number, 1.2 if number >= 3 else 1.0, anchor=number in (0, 4)) for number in range(6)]
    traced = history(runs)
    assert [row.since_anchor for row in traced.rows] == pytest.approx([0, 0, 0, 0.2, 0, 0])
    assert marks(traced) == {"r00": ("anchor",), "r03": ("drift",), "r04": ("anchor",)}
    assert "drift" not in traced.advice[-1].text


def test_improvement_is_no_drift() -> None:
    assert marks(history([session(0), session(1, 0.5)])) == {"r00": ("anchor",)}


def test_only_cases_that_all_runs_have_in_the_same_words_are_compared() -> None:
    more = {"hola": "Hola.", "adios": "Adiós, amigo.", "nuevo": "Nuevo."}
    reworded = {"hola": "Hola.", "adios": "Adiós, amiga."}
    runs = [session(0), session(1, texts=more), session(2, 1.1, texts=reworded)]
    traced = history(runs)
    assert traced.cases == 1
    assert [row.value for row in traced.rows] == pytest.approx([0.1, 0.1, 0.11])


def test_a_run_of_other_cases_is_listed_and_not_compared() -> None:
    other = {"uno": "Uno.", "dos": "Dos."}
    traced = history([session(0, 5.0, texts=other), session(1), session(2, 1.1)])
    assert traced.rows[0].marks == ("other cases", "anchor")
    assert (traced.rows[0].value, traced.rows[1].change) == (None, None)
    assert [row.since_anchor for row in traced.rows] == [None] * 3
    assert traced.cases == 2
    assert "from its anchor" not in traced.advice[-1].text


def test_a_run_that_would_leave_too_few_cases_is_not_compared() -> None:
    four = {name: f"{name}." for name in ("uno", "dos", "tres", "hola")}
    two = {name: four[name] for name in ("tres", "hola")}
    traced = history([session(0, texts={"hola": "hola."}), session(1, texts=two), session(2, texts=four)])
    assert [row.value is None for row in traced.rows] == [True, False, False]
    assert traced.cases == 2


def test_each_suite_has_its_own_history() -> None:
    short = [replace(session(number, 3.0), suite="short") for number in (1, 3)]
    histories = trace([session(0), short[0], session(2), short[1]], gates()["latency"], chosen({})["latency"])
    assert [(history.suite, [row.run for row in history.rows]) for history in histories] == [
        ("cases", ["r00", "r02"]),
        ("short", ["r01", "r03"]),
    ]
    # As in the gate, the anchor is the machine's: cases in the same words, whatever the suite's name.
    assert [row.since_anchor for row in histories[1].rows] == pytest.approx([2.0, 2.0])


def test_the_machines_own_drift_is_taken_out_of_changes_and_not_of_values() -> None:
    runs = [session(number, speed := 1.0 + 0.1 * (number % 3), speed=speed) for number in range(9)]
    traced = history(runs)
    assert traced.adjusted == pytest.approx(1.0)
    assert [row.since_anchor for row in traced.rows] == pytest.approx([0.0] * 9)
    assert traced.rows[1].value == pytest.approx(1.1 * traced.rows[0].value)


def test_memory_has_a_history_of_its_own() -> None:
    runs = [session(number, 1.0 if number < 6 else 1.05, metric="memory") for number in range(12)]
    traced = history(runs, "memory")
    assert (traced.unit, traced.adjusted) == ("B", 0.0)
    assert marks(traced)["r06"] == ("step +5.0%",)
    assert trace(runs, gates()["latency"], chosen({})["latency"]) == ()


def test_quality_is_shown_beside() -> None:
    runs = [session(0, snr=30.0), session(1, snr=28.0)]
    assert [row.quality for row in history(runs).rows] == [
        {"snr_vad": 30.0, "pesq_wb": None},
        {"snr_vad": 28.0, "pesq_wb": None},
    ]
    reworded = {"hola": "Hola.", "adios": "Adiós, amiga."}
    runs = [session(0, snr=30.0), session(1, snr=28.0, texts=reworded)]
    louder = replace(runs[0].readings[3], value=99.0)
    assert (louder.metric, louder.case) == ("snr_vad", "adios")
    runs[0] = replace(runs[0], readings=(*runs[0].readings[:3], louder))
    assert history(runs).rows[0].quality["snr_vad"] == 30.0
    shown = page([history(runs)])
    assert "| 30.00 dB |" in shown
    assert "pesq_wb" not in shown


def test_the_terminal_shows_every_run_and_what_to_do() -> None:
    traced = history(
        [*quiet(6), *quiet(6, 1.04, first=6, reason="a reason that is much longer than the room")]
    )
    shown = terminal([traced], width=100)
    lines = shown.splitlines()
    assert lines[0].startswith(
        "voice:synthesize @ cpu, suite cases, 2 cases, machine box-2c-0123abcd: latency"
    )
    assert max(map(len, lines[1:])) <= 100
    assert sum("●" in line for line in lines) == 12
    (step,) = (line for line in lines if line.startswith("step"))
    assert f"step {traced.steps[0].change:+.1%} r06 0000006     1" in step
    assert "…" in step
    assert "  next   git log --oneline 0000005..0000006" in lines
    dots = [line.index("●") for line in lines if "●" in line]
    assert max(dots[:6]) < min(dots[6:])


def test_a_quiet_history_fills_no_more_of_the_scale_than_it_is_worth() -> None:
    """Noise of 0.5 % looks small beside a limit of 5 %."""
    dots = [line.index("●") for line in terminal([history(quiet(8))]).splitlines() if "●" in line]
    assert max(dots) - min(dots) <= 3


def test_the_page_has_it_all_in_full() -> None:
    reason = "a reason | that is much longer than the room, and has a bar in it " * 3
    traced = history([*quiet(6), *quiet(6, 1.04, first=6, reason=reason)])
    shown = page([traced, traced])
    assert shown.count("### voice:synthesize @ cpu") == 2
    assert " ".join(reason.replace("|", "\\|").split()) in shown
    assert "| 2026-01-07 |" in shown
    assert "```\ngit log --oneline 0000005..0000006\n" in shown


def test_nothing_accepted_has_no_history() -> None:
    assert trace([], gates()["latency"], chosen({})["latency"]) == ()
