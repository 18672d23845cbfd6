"""`tts-baseline certify` in a small project of its own: real processes once, its options without."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import filelock
import psutil
import pytest
from msgspec.structs import asdict

from tests.support.stored import sound_certificate
from tts_baseline.baseline.store import Store
from tts_baseline.cli import main
from tts_baseline.core.certificate import Certificate, Trial
from tts_baseline.core.records import Environment
from tts_baseline.gate import certificate as rules
from tts_baseline.gate.limits import Limit
from tts_baseline.session import certify as certifying
from tts_baseline.session import certify_sound
from tts_baseline.session.certify import Certified
from tts_baseline.session.certify_sound import CertifiedSound

VOICE = """
import time

import numpy as np


def synthesize(text):
    time.sleep(0.001)
    return np.sin(np.arange(800) / 10).astype("f4") / 2, 16000
"""

# Whatever this machine is doing, every session is settled at the first look.
PROJECT = """
[tool.tts-baseline]
pipeline = "voice:synthesize"
suite = "cases.toml"
budget = 1
limits = { latency = "100000%" }
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, and the working directory."""
    (tmp_path / "voice.py").write_text(VOICE, encoding="utf-8")
    (tmp_path / "cases.toml").write_text('[[case]]\nid = "hola"\ntext = "Hola."\n', encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_real_sessions_are_kept_when_ctrl_c_ends_the_next(project: Path) -> None:
    command = (
        "import sys; from tts_baseline.cli import main; "
        "sys.exit(main(['certify', '--sessions', '3', '--levels', '10', '--json']))"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TTS_BASELINE_")}
    work = subprocess.Popen(
        [sys.executable, "-c", command], cwd=project, env=clean | {"TMPDIR": str(project)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    said = []
    while "session 4 of 6" not in (line := work.stderr.readline()):
        assert line, said
        said.append(line)
    while not (workers := psutil.Process(work.pid).children()):
        time.sleep(0.005)
    work.send_signal(signal.SIGINT)
    out, err = work.communicate()
    assert work.returncode == 130, err
    assert "Traceback" not in err
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert alive == []
    with filelock.FileLock(project / f"tts-baseline-{os.getuid()}-measuring.lock", timeout=0):
        pass

    page = json.loads(out)
    assert page["stopped"] == "interrupted after 4 of 6 sessions"
    path = Path(page["path"])
    kept = Store(project / "baselines", "voice:synthesize", "cpu").certificate(path.stem)
    assert json.loads(path.read_text(encoding="utf-8")) == page["certificate"]
    assert [(one.slower, one.outcome, one.restarts) for one in kept.trials] == [
        (0.0, "ok", 3), (0.1, "ok", 3), (0.0, "ok", 3), (0.1, "ok", 3)
    ]  # fmt: skip
    assert kept.cases == ("hola",)
    assert kept.limit == 1000.0
    assert all(one.seconds > 0 and one.latency_s >= 0.001 and one.spread > 0 for one in kept.trials)
    assert "certifying with 6 sessions of the judge" in said[0]


@pytest.fixture
def call(project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """The command without measuring: its exit status, what it prints, and the plan it was given."""
    plans = []
    ended = {}

    def certify(opened, plan, progress) -> Certified:
        plans.append(plan)
        usual = {"outcome": "ok", "restarts": 3, "seconds": 9.0, "latency_s": 0.1, "spread": 0.01}
        kinds = [kind for kind in plan.kinds for _ in range(plan.sessions)]
        trials = tuple(Trial(slower=kind, change=kind, **usual) for kind in kinds)
        found = rules.findings(trials, Limit(0.05, 0.0))
        one = Certificate(
            created="2026-11-22T10:00:00+00:00", pipeline="voice:synthesize", variant="cpu", suite="cases",
            cases=("hola",), commit=None, dirty=False, trials=trials,
            environment=Environment(key="box", device="cpu", hardware={}, software={}),
            **asdict(found),
        )  # fmt: skip
        return Certified(certificate=one, path=Path("baselines/box.json"), **ended)

    monkeypatch.setattr(certifying, "certify", certify)

    def run(*words: str):
        status = main(["certify", *words])
        return status, *capfd.readouterr(), plans

    run.ended = ended
    return run


def test_a_plain_call_makes_ten_sessions_of_four_slowdowns_and_has_all_the_time(call) -> None:
    status, out, _, (plan,) = call()
    assert status == 0
    assert (plan.sessions, plan.levels, plan.go_on) == (10, (0.02, 0.05, 0.07, 0.10), False)
    assert plan.budget == math.inf  # that of pyproject.toml is a gate's
    assert "false alarms: 0 of 10 unchanged sessions" in out
    assert out.endswith("wrote baselines/box.json\n")


def test_its_options_are_the_plan(call) -> None:
    *_, (plan,) = call("--sessions", "40", "--levels", "7, 12.5%", "--budget", "3600", "--continue")
    assert plan.levels == pytest.approx((0.07, 0.125))
    assert (plan.sessions, plan.budget, plan.go_on) == (40, 3600.0, True)


def test_what_ended_it_early_is_said(call) -> None:
    call.ended |= {"stopped": "interrupted after 4 of 6 sessions", "is_interrupted": True}
    status, out, *_ = call()
    assert status == 130
    assert out.splitlines()[-2:] == ["interrupted after 4 of 6 sessions", "wrote baselines/box.json"]
    call.ended |= {"stopped": "the budget was used up", "is_interrupted": False}
    assert call()[0] == 0


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--levels", "2,five"], "--levels takes numbers, in per cent, joined by commas, not '2,five'"),
        (["--levels", ""], "--levels takes numbers, in per cent, joined by commas, not ''"),
        (["--budget", "-1"], "budget must be more than 0 seconds"),
        (["--cases", "holla"], "no case 'holla' (did you mean 'hola'?)"),
    ],
)
def test_what_cannot_be_asked_for_is_said_with_the_next_command(call, words, what: str) -> None:
    status, out, err, plans = call(*words)
    assert (status, out, plans) == (2, "", [])
    assert err.startswith(f"tts-baseline: {what}")
    assert "\n  next   " in err


@pytest.fixture
def call_sound(project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """`certify --sound` without planting: its exit status, what it prints, and the plan it was given."""
    plans, ended = [], {}

    def certify(_project, plan, _progress) -> CertifiedSound:
        plans.append(plan)
        path = Path("baselines/certificates/sound.json") if plan.keep else None
        return CertifiedSound(certificate=sound_certificate(), path=path, **ended)

    monkeypatch.setattr(certify_sound, "certify", certify)

    def run(*words: str):
        status = main(["certify", "--sound", *words])
        return status, *capfd.readouterr(), plans

    run.ended = ended
    return run


def test_sound_is_certified_and_shown_and_not_kept_unless_asked(call_sound) -> None:
    status, out, _, (plan,) = call_sound()
    assert status == 0
    assert (plan.sentences, plan.budget, plan.keep) == (16, math.inf, False)
    rows = {line[:15].strip(): line[15:].split() for line in out.splitlines()}
    assert rows["noise"] == ["2", "30", "dB", "100%", "-", "100%", "50%", "snr,", "pesq_wb", "30", "dB"]
    assert rows["dropped word"] == ["2", "0.2", "s", "100%", "-", "50%", "50%", "words", "-"]
    assert rows["pitch"] == ["0", "+2", "semitones", "-", "-", "-", "-", "-"]
    assert (
        "middle strength fails 9 builds in 10: 2 of 2 in all, 0 of 0 in a quarter, 1 of 2 in one of 2 s"
        in out
    )
    assert "harmless changes: 1 of 3 harmless builds alarm\n  1 ms later: 1 of 3 (clicks)\n" in out
    assert out.endswith("nothing is kept: tts-baseline certify --sound --write\n")


def test_sound_is_kept_where_that_is_asked_for(call_sound) -> None:
    status, out, _, (plan,) = call_sound("--write", "--sentences", "8", "--budget", "60")
    assert (status, plan.sentences, plan.budget, plan.keep) == (0, 8, 60.0, True)
    assert out.endswith("wrote baselines/certificates/sound.json\n")


def test_what_ended_it_early_and_what_hears_nothing_is_said(call_sound) -> None:
    ended = {"stopped": "interrupted after 5 of 16 sentences", "is_interrupted": True}
    call_sound.ended |= ended | {"deaf": ("f0 hears nothing: why",)}
    status, out, *_ = call_sound()
    assert status == 130
    assert out.splitlines()[-3:-1] == ["f0 hears nothing: why", "interrupted after 5 of 16 sentences"]
    status, out, *_ = call_sound("--json")
    page = json.loads(out)
    assert status == 130
    assert (page["path"], page["stopped"], page["deaf"]) == (
        None, "interrupted after 5 of 16 sentences", ["f0 hears nothing: why"]
    )  # fmt: skip
    assert page["certificate"]["faults"][0]["gates"] == {"snr": 1}


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--sound", "--sessions", "4"], "--sessions belongs to certify without --sound"),
        (["--sound", "--levels", "4"], "--levels belongs to certify without --sound"),
        (["--sound", "--continue"], "--continue belongs to certify without --sound"),
        (["--write"], "--write needs --sound"),
        (["--sentences", "4"], "--sentences needs --sound"),
        (["--sound", "--sentences", "3"], "--sentences must be at least 4, not 3"),
        (["--sound"], "there is no golden to plant faults in: no sound of voice:synthesize is accepted"),
    ],
)
def test_options_of_the_other_kind_are_refused(project: Path, capfd, words, what: str) -> None:
    assert main(["certify", *words]) == 2
    err = capfd.readouterr().err
    assert err.startswith(f"tts-baseline: {what}")
    assert "\n  next   " in err


def test_help_has_an_example(capfd) -> None:
    assert main(["certify", "--help"]) == 0
    assert "example: tts-baseline certify" in capfd.readouterr().out
