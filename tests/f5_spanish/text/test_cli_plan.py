"""`tts-baseline plan`: what it prints, and how it fails."""

from __future__ import annotations

import io
import itertools
import json
from pathlib import Path

import msgspec
import pytest

from tts_baseline.cli import main
from tts_baseline.pipelines.f5_spanish.plan import TextPlan


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings(project: Path, lines: str) -> None:
    project.joinpath("pyproject.toml").write_text(
        f"[tool.tts-baseline.pipelines.f5_spanish]\n{lines}\n", encoding="utf-8"
    )


def planned(capsys: pytest.CaptureFixture[str], *words: str) -> TextPlan:
    assert main(["plan", *words, "--json"]) == 0
    return msgspec.json.decode(capsys.readouterr().out, type=TextPlan)


def table(printed: str, title: str) -> list[str]:
    """The lines under a title, up to the next blank one."""
    lines = printed.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(title))
    return list(itertools.takewhile(bool, lines[start + 1 :]))


def test_the_plan_is_printed_in_tables(capsys: pytest.CaptureFixture[str]) -> None:
    text = "[pause 1s]Che, ¿qué querés? [pause 300ms]Hay 200 [happy]mujeres 🎉"
    assert main(["plan", text, "--region", "rioplatense", "--speed", "2"]) == 0
    printed = capsys.readouterr().out
    assert table(printed, "before it all") == ["silence  1.00 s"]
    _, first, second, third = table(printed, "chunks")
    assert first.split()[:6] == ["0", "«", "che,", "¿qué", "querés?.", "»"]
    assert first.split()[6:] == ["1.250", "0.625", "300.0", "ms"]
    assert second.split() == ["1", "«", "hay", "doscientas.", "»", "1.250", "0.625"]
    assert third.split() == ["2", "«", "mujeres.", "»", "happy", "1.250", "0.625"]
    assert [line.split() for line in table(printed, "tone units")[1:]] == [
        ["wh", "question", "suspensive", "*CHE", ",", "clause"],
        ["descending", "¿", "QUÉ", "*que-RÉS", "?", "control", "300.0", "ms"],
        ["statement", "descending", "HAY", "dos-CIEN-tas", "*mu-JE-res", "sentence"],
    ]
    assert table(printed, "left out")[1].split()[0] == "🎉"
    assert [line.split() for line in table(printed, "evidence")[1:]] == [
        ["Che", "vocabulary", "rioplatense"],
        ["querés", "voseo", "rioplatense"],
    ]
    assert "notes" not in printed


def test_no_line_is_wider_than_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "Una frase de prueba, bastante larga. " * 10 + "a" * 300]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 100


def test_json_is_the_plan(capsys: pytest.CaptureFixture[str]) -> None:
    plan = planned(capsys, "Hola.", "--style", "sad")
    assert [(chunk.text, chunk.style) for chunk in plan.chunks] == [(" hola. ", "sad")]
    assert plan.tokens[0].syllables == ("Ho", "la")


def test_the_text_may_come_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("Señal.\n".encode()), encoding="latin-1"))
    assert planned(capsys, "-").chunks[0].text == " señal. "


def test_standard_input_that_is_no_text_is_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9 ")))
    assert main(["plan", "-"]) == 2
    assert "not UTF-8: invalid continuation byte at byte 3" in capsys.readouterr().err


def test_the_switches_of_the_project_hold(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(planned(capsys, "Uno. Dos.").chunks) == 1
    settings(project, 'pauses = "sentences"\nspeed = 1.1')
    assert [(c.pause_s, c.speed) for c in planned(capsys, "Uno. Dos.").chunks] == [(0.4, 1.1), (0.0, 1.1)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["Hola", "--region", "mexcan"], "did you mean 'mexican'?"),
        (["Hola", "--speed", "9"], "a speed is between 0.25 and 4, not 9"),
        (["Hola", "--speed", "nan"], "a speed is between"),
    ],
)
def test_a_wrong_request_is_an_error_with_a_hint(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert "  next   " in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("text", "message"),
    [("Hola [hapy]tú", "did you mean 'happy'?"), ("Hola [pause 99s]", "longer than 10 s")],
)
def test_a_near_miss_of_a_tag_is_noted_or_an_error(
    text: str, message: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in planned(capsys, text).notes[0]
    settings(project, 'unknown_tags = "error"')
    assert main(["plan", text]) == 2
    assert message in capsys.readouterr().err


def test_a_wrong_setting_is_an_error(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings(project, 'pauses = "everywhere"')
    assert main(["plan", "Hola"]) == 2
    assert "f5_spanish" in capsys.readouterr().err


def test_nothing_to_say_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", ""]) == 0
    assert capsys.readouterr().out.split("\n") == ["notes", "there is nothing to say", ""]


def test_json_of_a_broken_pair_of_surrogates(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "Hola \udce9", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["text"] == "Hola"


def test_an_endless_text_is_refused_before_it_is_read(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/zero").open("rb") as endless:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(endless))
        assert main(["plan", "-"]) == 2
    assert "the text is longer than 1 MiB" in capsys.readouterr().err


def test_a_voice_is_planned_for_in_its_own_letters_and_styles(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    voice = project / "voices" / "ana"
    voice.mkdir(parents=True)
    letters = "abcdefghijklmnopqrstuvwxyz"
    lines = "\n".join([" ", *letters, *letters.upper(), ".", ","])
    (voice / "vocab.txt").write_text(lines, encoding="utf-8")
    (voice / "voice.toml").write_text(
        'checkpoint = "not-read.safetensors"\nvocabulary = "vocab.txt"\nvocoder = "not-read"\n'
        '[[references]]\naudio = "not-read.flac"\ntext = "hola."\n',
        encoding="utf-8",
    )
    settings(project, 'weights = "voices/ana"')
    assert planned(capsys, "Qué café.").spoken.strip() == "que cafe."
    assert main(["plan", "[happy]Hola."]) == 2
    assert "happy" in capsys.readouterr().err
    settings(project, 'weights = "embeded"')
    assert main(["plan", "Hola."]) == 2
    assert "did you mean 'embedded'" in capsys.readouterr().err
