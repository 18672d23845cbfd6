"""Gates every hostile pipeline of tests/hostile/pipelines as a project would, and ends sessions by signals.

Run as `python benchmarks/hostile/pipelines.py`, in parts as `… --part 1/8`; each part replaces its entries
in the section "pipelines" of results.json. Checked of each: the sentence, the exit status, the memory of
pytest's process, the length of the output, and that no process and no secret is left.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.hostile.pipelines.asked import HOSTILE, MARK, PLAIN, PRELUDE, SECRETS, Pipeline, left, pipelines  # noqa: E402
from tests.hostile.pipelines.kills import MOMENTS, SIGNALS, kill  # noqa: E402

RESULTS = HERE / "results.json"
MACHINE = "AMD EPYC, no AVX-512, 2 cores"
MOST_MEMORY = 300 * 2**20
MOST_OUTPUT = 100_000
KILLS = 100
CONFTEST = """
import re
from pathlib import Path

def pytest_unconfigure(config):
    peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
    Path(__file__).with_name("peak").write_text(peak)
"""
PYTEST = (
    sys.executable,
    "-m",
    "pytest",
    "--tts-baseline",
    "-p",
    "no:cacheprovider",
    "--tts-missing",
    "record",
)


def project(folder: Path, pipeline: Pipeline) -> None:
    limit = f'memory_limit = "{pipeline.memory_limit}"\n' if pipeline.memory_limit else ""
    (folder / "pyproject.toml").write_text(
        f'[tool.tts-baseline]\npipeline = "{pipeline.target}"\nsuite = "cases.toml"\nbudget = 60\n'
        f"timeout = {pipeline.timeout}\nload_timeout = {pipeline.timeout}\n{limit}"
    )
    (folder / "cases.toml").write_text(
        "".join(f'[[case]]\nid = "{case.id}"\ntext = "{case.text}"\n' for case in (PLAIN, HOSTILE))
    )
    (folder / "voice.py").write_text(PRELUDE + pipeline.source, encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST)


def wrongs(pipeline: Pipeline, folder: Path) -> Iterator[str]:
    """What is wrong with how this pipeline is gated."""
    project(folder, pipeline)
    environment = {**os.environ, **SECRETS, MARK: str(folder), "COLUMNS": "80"}
    gate = subprocess.run(PYTEST, cwd=folder, env=environment, capture_output=True, check=False, timeout=240)
    output = (gate.stdout + gate.stderr).decode(errors="replace")
    if remaining := tuple(left(str(folder))):
        yield f"left: {remaining}"
    if gate.returncode != (0 if pipeline.kind == "fine" else 1):
        yield f"status: {gate.returncode}: {output[-300:]}"
    said = said_of(folder) + " ".join(output.split())
    for part in pipeline.says:
        if " ".join(part.split()) not in said:
            yield f"sentence: {part}"
    if int((folder / "peak").read_text()) * 1024 > MOST_MEMORY:
        yield f"memory: {(folder / 'peak').read_text()} kB"
    if len(output) > MOST_OUTPUT:
        yield f"output: {len(output)}"
    if "Traceback" in output or "INTERNALERROR" in output:
        yield "traceback"
    for secret in SECRETS.values():
        files = [
            path for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()
        ]
        if files or secret in output:
            yield f"secret: {files}"


def said_of(folder: Path) -> str:
    """The sentences of the failures that the run has recorded."""
    runs = [json.loads(path.read_text()) for path in folder.glob(".tts-baseline/*/run.json")]
    return " ".join(failure["message"] for run in runs for failure in run["failures"])


def gated(part: int, parts: int) -> dict[str, str]:
    outcomes = {}
    for pipeline in list(pipelines().values())[part - 1 :: parts]:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="hostile-") as name:
            outcomes[pipeline.id] = "; ".join(wrongs(pipeline, Path(name))) or "right"
        print(f"{time.monotonic() - begun:5.1f} s  {pipeline.id}: {outcomes[pipeline.id]}", flush=True)
    return outcomes


def killed(part: int, parts: int) -> dict[str, str]:
    """Every signal at every moment, at several times after it began."""
    ways = [(number, moment) for number in SIGNALS for moment in MOMENTS]
    outcomes = {}
    for index in range(part - 1, KILLS, parts):
        number, moment = ways[index % len(ways)]
        wait_s = 0.03 * (index // len(ways))
        with tempfile.TemporaryDirectory(prefix="hostile-") as name:
            folder = Path(name)
            project(folder, Pipeline(id="kill", source="", kind="fine", target="voice:Voice"))
            ended = kill(folder, number, moment, wait_s=wait_s, command=PYTEST)
        key = f"{number.name} while {moment}, {wait_s:.2f} s after it began"
        outcomes[key] = f"left: {ended.left}" if ended.left else "nothing left"
        print(f"{ended.seconds:5.1f} s  {key}: {outcomes[key]} (status {ended.status})", flush=True)
    return outcomes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", default="1/1", help="K/N: every Nth pipeline and kill, from the Kth on")
    parser.add_argument("--only", choices=("pipelines", "kills"), help="one of both")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    section = results.get("pipelines", {})
    if options.only != "kills":
        known = {name: said for name, said in section.get("gated", {}).items() if name in pipelines()}
        section["gated"] = known | gated(part, parts)
    if options.only != "pipelines":
        section["killed"] = section.get("killed", {}) | killed(part, parts)
    commit = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True).strip()
    outcomes, ends = list(section.get("gated", {}).values()), list(section.get("killed", {}).values())
    results["pipelines"] = section | {
        "command": "python benchmarks/hostile/pipelines.py",
        "commit": commit,
        "machine": MACHINE,
        "right": f"{outcomes.count('right')} of {len(pipelines())}",
        "nothing left": f"{ends.count('nothing left')} of {KILLS}",
    }
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
