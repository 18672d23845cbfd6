"""Asks every server of tests/hostile/servers, and gates some of them with pytest: sentences, secrets, memory.

    python benchmarks/hostile/servers.py [--write]

The servers run in a process of their own. Each is asked once by the `http` pipeline in a fresh process that
asks them all. Those that send without end, or a lot, and one of each other ten are gated by a real
`pytest --tts-baseline`; counted is the largest resident memory of pytest and of whatever it started.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from kept import keep

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from tests.hostile.servers.server import (  # noqa: E402
    KEY,
    RATE,
    SAMPLES,
    Hostile,
    address,
    secret_forms,
    servers,
    serving,
)
from tts_baseline.core.errors import RequestFailed  # noqa: E402
from tts_baseline.core.records import Request  # noqa: E402
from tts_baseline.pipelines.http import create  # noqa: E402

MOST_MIB = 300  # of pytest's process
MOST_PRINTED = 100_000  # bytes
PROJECT = """[tool.tts-baseline]
pipeline = "http"
suite = "cases.toml"

[tool.tts-baseline.pipelines.http]
{table}
"""
EACH = 10  # chosen: of the servers that send little, one of so many is gated by pytest


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="keep the section 'servers' of results.json")
    options = parser.parse_args()
    os.environ["HOSTILE_KEY"] = KEY
    every = servers()
    with running() as base:
        wrong = [f"{name}: {flaw}" for name, hostile in every.items() for flaw in asked(base, hostile)]
        own_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        large = [hostile for hostile in every.values() if any(r.then == "endless" for r in hostile.replies)]
        others = [hostile for hostile in every.values() if hostile not in large][::EACH]
        peaks = {}
        for hostile in (*large, *others):
            peaks[hostile.id], flaws = gated(base, hostile)
            wrong += [f"{hostile.id}: {flaw}" for flaw in flaws]
            print(f"{hostile.id:<24} {peaks[hostile.id]} MiB")
    print(*wrong, f"{len(every)} servers, {len(peaks)} gated, {len(wrong)} complaints", sep="\n")
    if options.write:
        keep(
            "servers",
            {
                "command": "python benchmarks/hostile/servers.py",
                "servers": len(every),
                "asking_them_all_mib": own_mib,
                "gated_mib": peaks,
                "complaints": wrong,
            },
        )


def asked(base: str, hostile: Hostile) -> Iterator[str]:
    """What is wrong with how the pipeline takes one server's answer."""
    pipeline = create(url=address(base, hostile.id), api_key_env="HOSTILE_KEY", **hostile.settings)
    pipeline.load()
    try:
        heard = pipeline.synthesize(Request(text="Hola."))
    except RequestFailed as error:
        if error.what != hostile.says:
            yield f"says {error.what!r}, not {hostile.says!r}"
        shown = "".join(traceback.format_exception(error)).encode()
        yield from (f"tells {form!r}" for form in secret_forms() if form in shown)
    else:
        if hostile.says:
            yield "is taken for sound"
        elif (np.rint(heard.samples * 32768).astype(int) != SAMPLES).any() or heard.sample_rate != RATE:
            yield "is heard wrongly"
    finally:
        pipeline.close()


def gated(base: str, hostile: Hostile) -> tuple[int, list[str]]:
    """The largest memory of a gate of this server in MiB, and what is wrong with what it says and keeps."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = {"url": address(base, hostile.id), "api_key_env": "HOSTILE_KEY", **hostile.settings}
        table = "\n".join(f"{key} = {_toml(value)}" for key, value in settings.items())
        (folder / "pyproject.toml").write_text(PROJECT.format(table=table))
        (folder / "cases.toml").write_text('[[case]]\nid = "uno"\ntext = "Hola."\n')
        with (folder / "printed").open("wb") as printed:
            session = subprocess.Popen(
                [sys.executable, "-m", "pytest", "--tts-baseline", "-p", "no:cacheprovider"],
                cwd=folder, stdout=printed, stderr=subprocess.STDOUT, env=_usual(folder),
            )  # fmt: skip
            _, status, usage = os.wait4(session.pid, 0)
        session.returncode = os.waitstatus_to_exitcode(status)
        shown = (folder / "printed").read_bytes()
        flaws = [
            f"{path.name} holds {form!r}"
            for path in folder.rglob("*")
            if path.is_file() and path.name != "pyproject.toml"
            for form in secret_forms()
            if form in path.read_bytes()
        ]
        if session.returncode != (1 if hostile.says else 0):
            flaws.append(f"pytest ends with {session.returncode}: {shown[-500:]!r}")
        if len(shown) > MOST_PRINTED or b"INTERNALERROR" in shown or b"Traceback" in shown:
            flaws.append(f"pytest prints {len(shown)} bytes: {shown[:500]!r}")
    mib = usage.ru_maxrss // 1024
    return mib, [*flaws, *([f"takes {mib} MiB"] if mib > MOST_MIB else [])]


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    return repr(value).lower() if isinstance(value, bool) else repr(value)


def _usual(folder: Path) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "CI"} | {"TMPDIR": str(folder)}


@contextmanager
def running() -> Iterator[str]:
    """The address of the servers, in a process of their own."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there,))
    process.start()
    try:
        yield here.recv()
    finally:
        here.send(None)
        process.join()


def _serve(session: Connection) -> None:
    with serving() as base:
        session.send(base)
        session.recv()


if __name__ == "__main__":
    main()
