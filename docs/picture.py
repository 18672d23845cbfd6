"""Makes the pictures of pages, seen by a Chromium on PATH: report.png (a lost word) and benchmark.png.

python docs/picture.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
TEXT = "Mañana por la tarde llega el tren de Sevilla, y el jueves salimos todos hacia Granada."
SETTINGS = """
[tool.tts-baseline]
pipeline = "voice:synthesize"
suite = "cases.toml"
limits = { latency = "1000%", cold_start = "1000%", memory = "1000%" }
"""
# espeak-ng in another voice than the one that finds words; where there is a file `lost`, without a word.
VOICE = """
from pathlib import Path
import numpy as np
from tts_baseline.core.records import Request
from tts_baseline.pipelines._renderings import spelled
from tts_baseline.pipelines.espeak import create

def synthesize(text):
    said = spelled(create(rate=150, pitch=60), Request(text=text))
    samples = np.frombuffer(said.samples, "<i2") / np.float32(32768)
    if Path("lost").exists():
        at = text.index("tren")
        start, stop = next((int(a * said.rate), int(b * said.rate)) for p, a, b in said.words if p == at)
        samples = np.delete(samples, slice(start, stop))
    return np.pad(samples, said.rate // 4), said.rate
"""


def main() -> int:
    """Record, drop the word, gate, take the picture."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.stderr.write("no Chromium is on PATH: apt-get install chromium\n")
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pyproject.toml").write_text(SETTINGS)
        (folder / "voice.py").write_text(VOICE)
        (folder / "cases.toml").write_text(f'[[case]]\nid = "train"\ntext = "{TEXT}"\n')
        gate = [sys.executable, "-m", "pytest", "--tts-baseline", "-q", "-p", "no:cacheprovider"]
        subprocess.run(gate, cwd=folder, check=True, env=os.environ | {"CI": ""})
        (folder / "lost").touch()
        subprocess.run(gate, cwd=folder, check=False)
        page = max(folder.glob(".tts-baseline/*/report.html"))
        text = page.read_text(encoding="utf-8")  # of which the case alone is shown
        text = text[: text.index("<h1>")] + text[text.index("<section") :]
        page.write_text(text.replace('preload="none"', 'preload="auto"'), encoding="utf-8")
        _taken(browser, page, HERE / "report.png", "1100,440")
        (folder / "pyproject.toml").write_text("[tool.tts-baseline]\n")
        command = Path(sys.executable).with_name("tts-baseline")
        options = ["--soak", "300", "--output", "benchmark.html"]
        subprocess.run([command, "benchmark", "performance", *options], cwd=folder, check=True)
        _taken(browser, folder / "benchmark.html", HERE / "benchmark.png", "1000,1130")
    return 0


def _taken(browser: str, page: Path, picture: Path, size: str) -> None:
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={size}")
    subprocess.run([browser, *options, f"--screenshot={picture}", page.as_uri()], check=True)


if __name__ == "__main__":
    sys.exit(main())
