"""Pages in a real Chromium: plots are drawn, recordings play, and nothing is requested but what is beside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.report.test_benchmark import process, spoken
from tests.report.test_flames import JUDGED
from tests.report.test_under_load import TRAFFIC
from tests.support.browser import PROGRAM, Browser
from tts_baseline.core.outcome import Outcome
from tts_baseline.report.benchmark import page as benchmark
from tts_baseline.report.benchmark.performance import performance
from tts_baseline.report.document import STYLE, document
from tts_baseline.report.format import View
from tts_baseline.report.formats import html
from tts_baseline.report.markup import Markup

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium is on PATH: apt-get install chromium")

# Every picture within a plot is decoded, as one that shows; every plot has a size on the page.
_PLOTS = """
Promise.all([...document.querySelectorAll('svg')].map(async plot => {
  const box = plot.getBoundingClientRect();
  const images = [...plot.querySelectorAll('image')].map(async image => {
    const loaded = new Image();
    loaded.src = image.getAttribute('href');
    await loaded.decode();
    return loaded.naturalWidth;
  });
  return {width: box.width, height: box.height, images: await Promise.all(images)};
}))
"""
_PLAYED = """
Promise.all([...document.querySelectorAll('audio')].map(player => new Promise(done => {
  player.onended = () => done({file: player.getAttribute('src'), seconds: player.currentTime});
  player.onerror = () => done({file: player.getAttribute('src'), error: player.error.message});
  player.play();
})))
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


def test_the_page_of_a_run_draws_plays_and_requests_nothing(changed: Outcome, browser: Browser) -> None:
    judged = replace(changed, judgement=JUDGED)
    page = changed.folder / "report.html"
    page.write_text(html.render(judged, View()), encoding="utf-8")
    browser.open(page.as_uri())
    plots = browser.evaluate(_PLOTS)
    assert [len(plot["images"]) for plot in plots] == [0, 1, 1]  # the flame graph, and two spectrograms
    assert all(plot["width"] > 200 and plot["height"] > 50 for plot in plots)
    assert all(width > 0 for plot in plots for width in plot["images"])
    played = browser.evaluate(_PLAYED)
    assert [each["file"] for each in played] == ["before/hola.flac", "audio/hola.flac", "audio/adios.flac"]
    assert all(each["seconds"] == pytest.approx(0.05, abs=0.02) for each in played), played
    beside = changed.folder.as_uri() + "/"
    assert page.as_uri() in asked(browser)
    assert not [url for url in asked(browser) if not url.startswith((beside, "data:"))]
    assert browser.told("Log.entryAdded") == []  # nor does its policy forbid what it needs
    assert browser.evaluate("document.scripts.length") == 0
    looked_at(browser, "report.png")


def test_the_page_of_a_benchmark_draws_and_requests_nothing(tmp_path: Path, browser: Browser) -> None:
    taken = spoken(process(1.0), process(1.1), process(0.9), traffic=TRAFFIC)
    page = tmp_path / "benchmark.html"
    page.write_text(benchmark.html(performance(taken)), encoding="utf-8")
    browser.open(page.as_uri())
    plots = browser.evaluate(_PLOTS)
    assert len(plots) == 3  # spreads, shares, throughput
    assert all(plot["width"] > 200 and plot["height"] > 50 for plot in plots)
    assert asked(browser) == {page.as_uri()}
    assert browser.told("Log.entryAdded") == []
    looked_at(browser, "benchmark.png")


def test_what_a_page_requests_or_may_not_request_is_seen(tmp_path: Path, browser: Browser) -> None:
    page = tmp_path / "page.html"
    page.write_text('<img src="http://127.0.0.1:9/pixel.png">', encoding="utf-8")
    browser.open(page.as_uri())
    assert "http://127.0.0.1:9/pixel.png" in asked(browser)
    forbidden = Markup('<img src="http://127.0.0.1:9/pixel.png">')
    page.write_text(document("a page", STYLE, forbidden), encoding="utf-8")
    browser.open(page.as_uri())
    assert "Content Security Policy" in str(browser.told("Log.entryAdded"))


def asked(browser: Browser) -> set[str]:
    """The addresses that the page requested."""
    return {event["request"]["url"] for event in browser.told("Network.requestWillBeSent")}


def looked_at(browser: Browser, name: str) -> None:
    """Keep a picture of the page in the folder that the variable PICTURES names, if it does."""
    if folder := os.environ.get("PICTURES"):
        browser.picture(Path(folder, name))
