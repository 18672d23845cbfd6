"""What pytest-benchmark stores of a session, as far as it is compared."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct, field

from tts_baseline.core import bounds
from tts_baseline.core.errors import BaselineError

_HINT = "pytest --benchmark-json=now.json"


class RoundStats(Struct, frozen=True):
    """The middle of a benchmark's rounds, in seconds, and how many there were."""

    median: bounds.Duration
    rounds: bounds.Natural = 0


class RoundsOfOne(Struct, frozen=True):
    """One benchmark by its full name."""

    fullname: bounds.Text
    stats: RoundStats


class BenchmarkSession(Struct, frozen=True):
    """The benchmarks of one session, and the machine that they ran on."""

    machine_info: dict[str, Any]
    benchmarks: tuple[RoundsOfOne, ...]
    version: str = ""
    name: str = field(default="", name="-")

    @property
    def medians(self) -> dict[str, float]:
        """The median round of each benchmark, by its full name."""
        return {each.fullname: each.stats.median for each in self.benchmarks}

    @property
    def hardware(self) -> str:
        """The processor and how many there are: clock rates and host names differ between sessions of one."""
        cpu = self.machine_info.get("cpu") or {}
        model = cpu.get("brand_raw") or cpu.get("brand") or self.machine_info.get("processor") or ""
        return f"{model} x{cpu['count']}" if cpu.get("count") else str(model)


def session_of(data: bytes | str, name: str) -> BenchmarkSession:
    """The session in a file's content. Raises BaselineError for what is none, or has no benchmark."""
    try:
        session = msgspec.json.decode(data, type=BenchmarkSession)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BaselineError(f"not what pytest-benchmark writes: {error}", where=name, hint=_HINT) from error
    if not session.benchmarks:
        raise BaselineError("no benchmark is in it: nothing was measured", where=name, hint=_HINT)
    return msgspec.structs.replace(session, name=name)
