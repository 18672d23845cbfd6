"""The flame graph of a profile: as wide as the head's time, coloured by what grew, and nothing but text."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.judgements import even, judgement
from tests.support.runs import run
from tests.support.verdicts import outcome
from tts_baseline.core.profile import PairedProfile, Stack
from tts_baseline.report import flames
from tts_baseline.report.format import View
from tts_baseline.report.formats import html

PROFILE = PairedProfile(
    cases=("hola",),
    calls=4,
    own=("voice",),
    stacks=(
        Stack(functions=("voice.say",), base_s=0.010, head_s=0.010),
        Stack(functions=("voice.say", "voice.slow"), base_s=0.010, head_s=0.030),
        Stack(functions=("voice.say", "voice.<fast>"), base_s=0.020, head_s=0.010),
        Stack(functions=("voice.say", "voice.gone"), base_s=0.010, head_s=0.0),
    ),
)
JUDGED = judgement([even(["hola"], 0.05, 0.05)] * 3, "hola", profile=PROFILE)


def boxes(drawn: str) -> dict[str, tuple[float, str]]:
    """The width and the colour of each box, by what it says."""
    found = re.findall(r'<title>(.*?)</title><rect [^>]*width="([\d.]+)"[^>]*fill="(.*?)"', drawn)
    return {said: (float(width), fill) for said, width, fill in found}


def test_a_box_is_as_wide_as_the_heads_time_and_red_where_it_grew() -> None:
    drawn = boxes(flames.flames(PROFILE))
    assert drawn == {
        "a call: +0 s a call (50.0 ms -&gt; 50.0 ms)": (1200.0, "rgb(255,255,255)"),
        "voice.say: +0 s a call (50.0 ms -&gt; 50.0 ms)": (1200.0, "rgb(255,255,255)"),
        "voice.slow: +20.0 ms a call (10.0 ms -&gt; 30.0 ms)": (720.0, "rgb(255,89,89)"),
        "voice.&lt;fast&gt;: -10.0 ms a call (20.0 ms -&gt; 10.0 ms)": (240.0, "rgb(89,89,255)"),
    }


def test_it_is_written_beside_a_judgement_that_has_a_profile() -> None:
    assert flames.files(None) == flames.files(judgement(JUDGED.restarts, "hola")) == {}
    ((name, text),) = flames.files(JUDGED).items()
    assert name == "profile.svg"
    assert text.startswith("<svg ")
    assert 'xmlns="http://www.w3.org/2000/svg"' in text
    assert "script" not in text


def test_the_page_of_the_run_has_it(tmp_path: Path) -> None:
    judged = outcome(run(), judgement=JUDGED, folder=tmp_path)
    page = html.render(judged, View())
    assert "where calls got slower" in page
    assert boxes(page) == boxes(flames.flames(PROFILE))
