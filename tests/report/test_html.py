"""The page of a run: what it lists, what it plays, what it draws, and that it loads and obeys nothing."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.runs import Maker
from tests.support.tones import tone
from tests.support.verdicts import outcome, screened
from tts_baseline.baseline import files, recordings
from tts_baseline.core.records import Baseline
from tts_baseline.core.sounds import Sound
from tts_baseline.report import pictures
from tts_baseline.report.format import View
from tts_baseline.report.formats import html
from tts_baseline.report.markup import Markup, element

VOID = ("meta",)


class Page(HTMLParser):
    """The elements of a page, each with its attributes and text; a tag that is not closed is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[int] = []
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.append((tag, dict(attrs), []))
        if tag not in VOID:
            self.open.append(len(self.elements) - 1)

    def handle_endtag(self, tag) -> None:
        assert self.elements[self.open.pop()][0] == tag

    def handle_data(self, data) -> None:
        for place in self.open:
            self.elements[place][2].append(data)

    def of(self, tag: str) -> Iterator[tuple[dict[str, str | None], str]]:
        return ((attributes, "".join(said)) for name, attributes, said in self.elements if name == tag)


def test_every_case_is_listed_the_worst_first_with_baseline_beside_current(changed) -> None:
    page = Page(html.render(changed, View()))
    assert [attributes["id"] for attributes, _ in page.of("section")] == ["hola", "adios"]
    assert [said for attributes, said in page.of("a")] == ["hola", "adios"]
    assert [said for _, said in page.of("blockquote")] == ["Hola.", "Adiós, amigo."]
    (row, _) = [said for _, said in page.of("tr") if said.startswith(("REGRESSEDlevel", "oklevel"))][1:]
    assert row == "REGRESSEDlevel-9.00 dB-6.00 dB+3.00±1.00 dB"
    assert "level: «Hola», 0.01 s" in [said for _, said in page.of("li")]


def test_both_recordings_of_a_changed_case_are_played_and_drawn_and_one_of_an_unchanged(changed) -> None:
    page = Page(html.render(changed, View()))
    played = [attributes["src"] for attributes, _ in page.of("audio")]
    assert played == ["before/hola.flac", "audio/hola.flac", "audio/adios.flac"]
    assert all((changed.folder / file).is_file() for file in played)
    assert len(list(page.of("svg"))) == 2
    marks = [attributes for attributes, _ in page.of("rect")]
    before, after = (float(mark["x"]) + float(mark["width"]) / 2 for mark in marks)
    scale = pictures.WIDTH / 0.05  # the tones last 50 ms
    assert (before, after) == (pytest.approx(0.015 * scale, abs=0.1), pytest.approx(0.035 * scale, abs=0.1))


@pytest.mark.parametrize("damage", ["missing", "another sound", "no sound", "a link"])
def test_a_golden_that_is_not_the_one_compared_with_is_neither_played_nor_drawn(changed, damage: str) -> None:
    path = recordings.golden_path(changed.folder, "hola")
    path.unlink()
    if damage == "another sound":
        path.write_bytes(files.encode_flac(tone(300.0)))
    elif damage == "no sound":
        path.write_bytes(b"fLaC")
    elif damage == "a link":
        path.symlink_to(recordings.path_of(changed.folder, "hola"))
    page = Page(html.render(changed, View()))
    assert "before/hola.flac" not in [attributes["src"] for attributes, _ in page.of("audio")]
    captions = [said for _, said in page.of("figcaption")]
    assert captions[0] == "before: accepted in run r; it cannot be read here"


def test_a_case_without_a_golden_has_one_player(changed) -> None:
    alone = replace(changed, run=replace(changed.run, goldens={}), heard={})
    page = Page(html.render(alone, View()))
    assert [said for _, said in page.of("figcaption")] == ["now; nothing is accepted to compare it with"] * 2


def test_a_case_that_could_not_be_measured_is_listed_once_and_first() -> None:
    failed = Maker().run(failures=["c9"], cases=["c0", "c9"])
    verdicts = screened(failed, Baseline())
    page = Page(html.render(outcome(failed, verdicts), View()))
    sections = {attributes["id"]: said for attributes, said in page.of("section")}
    assert list(sections) == ["c9", "c0"]
    assert sections["c9"].count("crash: signal 11") == 1
    assert "c9utterance" in "".join(said for _, said in page.of("table"))


def test_it_loads_nothing_and_runs_nothing(changed) -> None:
    text = html.render(changed, View())
    page = Page(text)
    assert not list(page.of("script"))
    assert not re.findall(r"\b(?:https?:)?//", re.sub(r"data:[^\"]*", "", text))
    policies = [a["content"] for a, _ in page.of("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    assert policies[0].startswith(
        "default-src 'none'; img-src data:; media-src 'self' file:; style-src 'sha256-"
    )
    assert not [a for _, a, _ in page.elements if any(name.startswith("on") or name == "style" for name in a)]
    links = [value for _, a, _ in page.elements for name, value in a.items() if name in ("src", "href")]
    assert all(
        re.match(r"(?:audio|before)/[\w-]+\.flac$|#[\w-]+$|data:image/png;base64,", link) for link in links
    )


def test_text_is_text_whatever_it_says(changed) -> None:
    say = "<img src=x onerror=alert(1)>'\"&amp; \x1b[31m ##[error] \u202e"
    case = replace(changed.run.cases[0], text=say)
    page = Page(html.render(replace(changed, run=replace(changed.run, cases=(case,))), View()))
    assert not list(page.of("img"))
    shown = next(said for _, said in page.of("blockquote"))
    assert shown == "<img src=x onerror=alert(1)>'\"&amp; \\x1b[31m ##[error] \\u202e"


def test_an_element_escapes_what_it_has_not_made() -> None:
    made = element("p", element("b", "<"), "<&", title='"')
    assert made == '<p title="&quot;"><b>&lt;</b>&lt;&amp;</p>'
    assert isinstance(made, Markup)


def test_a_picture_is_a_png_with_the_tone_where_it_belongs() -> None:
    levels = np.zeros((4, 6), np.uint8)
    levels[3, 2] = 255
    data = pictures.png(levels)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = {}, 8
    while place < len(data):
        size, kind = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + size]
        assert struct.unpack(">I", data[place + 8 + size : place + 12 + size])[0] == zlib.crc32(kind + body)
        chunks[kind], place = body, place + 12 + size
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert struct.unpack(">II", chunks[b"IHDR"][:8]) == (6, 4)
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(4, 7)
    assert np.array_equal(rows[:, 1:], levels)
    assert (chunks[b"PLTE"][:3], chunks[b"PLTE"][-3:]) == (bytes((0, 0, 4)), bytes((252, 253, 191)))


def test_the_melody_is_drawn_at_its_frequency() -> None:
    time = np.arange(16_000) / 16_000
    wave = sum(np.sin(2 * np.pi * 200 * k * time) / k for k in range(1, 8))
    sound = Sound(0.1 * wave, 16_000)
    page = Page(pictures.picture(sound, 2.0, []))
    (line,) = [attributes for attributes, _ in page.of("polyline")]
    points = [tuple(map(float, point.split(","))) for point in line["points"].split()]
    height = pictures.HEIGHT * (1 - np.log(200 / 75) / np.log(600 / 75))
    assert all(y == pytest.approx(height, abs=1) for _, y in points)
    assert points[-1][0] == pytest.approx(pictures.WIDTH / 2, rel=0.05)
    levels = pictures._levels(sound, 100)
    loud = pictures.HEIGHT - 1 - np.argmax(levels[:, 50])
    assert loud * 8000 / pictures.HEIGHT == pytest.approx(200, abs=65)
