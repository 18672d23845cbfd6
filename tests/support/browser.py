"""A real Chromium without a window, driven by the DevTools protocol through two pipes: no driver, no port."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROGRAM = next(filter(None, map(shutil.which, NAMES)), None)
_PATIENCE_S = 60.0
# Chromium takes commands from descriptor 3, and answers on 4.
_ENDS = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio",
    "--no-first-run", "--autoplay-policy=no-user-gesture-required", "--remote-debugging-pipe",
)  # fmt: skip


class Browser:
    """One page: `events` are all that the browser told of it."""

    def __init__(self, profile: Path, *, width: int = 1100, height: int = 900) -> None:
        if PROGRAM is None:
            raise FileNotFoundError("no Chromium is on PATH")
        theirs_in, self._commands = os.pipe()
        self._answers, theirs_out = os.pipe()
        ends = (theirs_in, theirs_out)
        size = f"--window-size={width},{height}"
        command = [PROGRAM, *_OPTIONS, size, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            ["bash", "-c", _ENDS, "bash", *map(str, ends), *command],
            pass_fds=ends,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in ends:
            os.close(end)
        self._number, self._left = 0, b""
        self.events: list[dict[str, Any]] = []
        self._session = ""
        (page,) = [t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page"]
        attached = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for end in (self._commands, self._answers):
            os.close(end)
        self._process.terminate()
        self._process.wait(_PATIENCE_S)

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """What the browser answers to a command; AssertionError where it refuses it."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + _PATIENCE_S
        while (answer := self._next(until)).get("id") != self._number:
            self.events.append(answer)
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, url: str) -> None:
        """Go to a page, and wait until it has loaded; what was told of the one before is forgotten."""
        self.events.clear()
        assert "errorText" not in self.call("Page.navigate", url=url)
        until = time.monotonic() + _PATIENCE_S
        while not self.told("Page.loadEventFired"):
            self.events.append(self._next(until))

    def evaluate(self, script: str) -> Any:
        """What a script of ours says in the page; a promise is waited for."""
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
        answer = self.call("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def told(self, name: str) -> list[dict[str, Any]]:
        """The events of this name."""
        return [event["params"] for event in self.events if event.get("method") == name]

    def picture(self, path: Path) -> None:
        """A picture of the whole page, as PNG."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _next(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._answers], [], [], max(0.0, until - time.monotonic()))
            more = os.read(self._answers, 1 << 20) if ready else b""
            assert more, "the browser said nothing more"
            self._left += more
        message, _, self._left = self._left.partition(b"\0")
        return json.loads(message)
