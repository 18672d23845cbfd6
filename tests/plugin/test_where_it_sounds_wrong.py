"""What a developer reads in the terminal when a sentence lost a word: the sentence, the fault, the second."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.support import REPOSITORY

VOICE = """
import soundfile

SECONDS = {"Uno.": (0, 4), "Dos y tres.": (3, 7)}

def synthesize(text):
    clip, rate = soundfile.read("speech.flac", dtype="float32")
    first, last = SECONDS[text]
    speech = clip[first * rate : last * rate]
    CHANGE
    return speech, rate
"""
FAULTS = {
    "speech[: int(2.6 * rate)].tolist() + speech[int(2.8 * rate) :].tolist()": ("words", "missing", 2.6),
    "speech[: int(2.6 * rate)].tolist() + [0.0] * (rate // 4) + speech[int(2.6 * rate) :].tolist()": (
        "pauses",
        "extra",
        2.6,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_terminal_names_sentence_fault_and_second(project, fault: str) -> None:
    gate, kind, second = FAULTS[fault]
    shutil.copy(REPOSITORY / "tests" / "data" / "speech_es_mx.flac", project.pytester.path / "speech.flac")
    project.write("voice.py", VOICE.replace("CHANGE", "pass"))
    assert project.gate().ret == 0
    planted = f"import numpy as np\n    if first: speech = np.array({fault}, 'f4')"
    project.write("voice.py", VOICE.replace("CHANGE", planted))
    result = project.gate()
    assert result.ret == 1
    message = next(line for line in result.outlines if f"{gate} regressed" in line and "because" not in line)
    because = next(
        line
        for line in result.outlines[result.outlines.index(message) :]
        if line.strip().startswith("because")
    )
    said = re.search(rf"most in dos; (\d\.\d\d) s {kind} at (\d\.\d\d) s", because)
    assert said, because
    assert float(said[1]) == pytest.approx(0.25 if gate == "pauses" else 0.17, abs=0.05)
    assert float(said[2]) == pytest.approx(second, abs=0.25)
    result.stdout.fnmatch_lines(["  where    dos: *«*»*, ?.?? *", "Hear:", "  dos      Dos y tres."])
    hear = result.outlines[result.outlines.index("Hear:") + 2 :]
    before, after = (line.split()[1] for line in hear[:2])
    kept = project.newest / "before" / "dos.flac"
    assert kept.read_bytes() == (project.pytester.path / before).read_bytes()
    assert (project.pytester.path / after).samefile(project.newest / "audio" / "dos.flac")
    assert not kept.with_name("uno.flac").exists()  # it sounds as accepted
