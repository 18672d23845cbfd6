"""The tokenizer is upstream's, bit for bit: compared with it in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("rjieba")

from tts_baseline.core.errors import MissingExtra
from tts_baseline.pipelines.f5_spanish.text.tokenizer import tokenize

UPSTREAM = """
import json, sys, warnings
warnings.simplefilter("ignore")
from f5_tts.model.utils import convert_char_to_pinyin
json.dump([convert_char_to_pinyin([text])[0] for text in json.load(sys.stdin)], sys.stdout)
"""
SPANISH = """¿Cómo está, señor Núñez? El pingüino —dijo— cruzó; la cigüeña también.
ATENCIÓN: NO ABRIR ESTA PUERTA. ¡Qué alegría volver a verte!
número público médico rápido camión información corazón
el 14 de octubre de 2025, 89,95 € y 30 °C
«Queríamos un lugar» “comillas” ‘simples’ O'Higgins ex-novio www.ejemplo.com
hola.  dos espacios   tres\ttab\nlínea"""


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("hola", list("hola")),
        ("¿Cómo?", ["¿", "C", "ó", " ", "m", "o", "?"]),
        ("número público", list("nú mero pú blico")),
        ("pingüino", list("pingü ino")),
        ("a; “b”", list('a, "b"')),
        ("a:bc 'de' \"fg\"", list("a:bc 'de' \"fg\"")),
        ("a,bc", list("a, bc")),
        ("你好", [" ", "ni2", " ", "hao3"]),
        ("— …", ["—", " ", "…"]),
        ("ㄅ", [" ", "ㄅ"]),
    ],
)
def test_known_tokens(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


def texts() -> list[str]:
    """Thousands of strings: ours, every sort of script, and what hypothesis thinks of."""
    mixed = st.text(
        st.one_of(st.characters(codec="utf-8"), st.sampled_from("áéñ ¿.,;:'\"—…“”你好世ㄅ한あ01aZ"))
    )
    words = st.lists(st.sampled_from([*SPANISH.split(), "你好", "世界", "〇", "한국", "ａ１", "—", "…"]))
    drawn: list[str] = []

    @settings(max_examples=3_000, deadline=None, database=None)
    @given(st.one_of(st.text(st.characters(codec="utf-8")), mixed, words.map(" ".join), words.map("".join)))
    def draw(text: str) -> None:
        drawn.append(text)

    draw()
    characters = [chr(code) for code in range(0x20, 0x3000) if not 0xD800 <= code <= 0xDFFF]
    characters += [chr(code) for code in range(0x3000, 0x20000, 7) if not 0xD800 <= code <= 0xDFFF]
    return [*SPANISH.split("\n"), SPANISH, *characters, *drawn]


@pytest.mark.skipif(find_spec("f5_tts") is None, reason="f5-tts is not installed")
def test_thousands_of_texts_come_out_as_upstream_has_them() -> None:
    written = texts()
    done = subprocess.run(
        [sys.executable, "-c", UPSTREAM],
        input=json.dumps(written),
        capture_output=True,
        text=True,
        check=True,
    )
    expected = json.loads(done.stdout[done.stdout.index("[[") :])
    assert len(written) > 10_000
    different = [
        (text, ours, theirs)
        for text, theirs in zip(written, expected, strict=True)
        if (ours := tokenize(text)) != theirs
    ]
    assert different == []


@pytest.mark.parametrize(("module", "text"), [("rjieba", "hola"), ("pypinyin", "你好")])
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, module: str, text: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf"{module}[\s\S]*\[f5\]"):
        tokenize(text)


def test_spanish_never_needs_pypinyin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypinyin", None)
    assert "".join(tokenize(SPANISH)).replace(" ", "")
