"""What is written to a stream of any encoding, and which streams show colors."""

from __future__ import annotations

import io

import pytest

from tts_baseline.core.streams import has_colors, is_live, spelled

SAID = "año 3 µs … ± × · ● «x» ━ 你 \udce9"
SPELLED = {
    "utf-8": "año 3 µs … ± × · ● «x» ━ 你 \\udce9",
    "iso-8859-1": "año 3 µs ~ ± × · * «x» - \\u4f60 \\udce9",
    "cp1252": "año 3 µs … ± × · * «x» - \\u4f60 \\udce9",
    "ascii": 'a\\xf1o 3 us ~ + x . * "x" - \\u4f60 \\udce9',
    None: 'a\\xf1o 3 us ~ + x . * "x" - \\u4f60 \\udce9',
    "no such encoding": 'a\\xf1o 3 us ~ + x . * "x" - \\u4f60 \\udce9',
}


@pytest.mark.parametrize("encoding", SPELLED)
def test_what_an_encoding_lacks_is_spelled_otherwise(encoding: str | None) -> None:
    assert spelled(SAID, encoding) == SPELLED[encoding]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colors_are_for_terminals_that_have_them() -> None:
    assert has_colors(Terminal(), {"TERM": "xterm"})
    assert has_colors(Terminal(), {"NO_COLOR": ""})
    assert not has_colors(Terminal(), {"NO_COLOR": "1"})
    assert is_live(Terminal(), {"NO_COLOR": "1"})
    for stream, environ in ((Terminal(), {"TERM": "dumb"}), (io.StringIO(), {}), (None, {})):
        assert not has_colors(stream, environ)
        assert not is_live(stream, environ)
