"""Gates every hostile pipeline of tests/hostile/pipelines as a project would, and ends sessions by signals.

Run as `python benchmarks/hostile/pipelines.py`, in parts as `… --part 1/8`; each replaces its entries in
the section "pipelines" of results.json. Checked of each: the sentence, the exit status, the memory of
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
MACHINE = "AMD EPYC, AVX-512, 2 cores"
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


def gated(pipeline: Pipeline) -> str:
    """'right', or all that is wrong with how this pipeline is gated."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as name:
        return "; ".join(wrongs(pipeline, Path(name))) or "right"


def killed(index: int) -> tuple[str, str]:
    """One of every signal at every moment, at several times after it began; and what is left then."""
    ways = [(number, moment) for number in SIGNALS for moment in MOMENTS]
    number, moment = ways[index % len(ways)]
    wait_s = 0.03 * (index // len(ways))
    with tempfile.TemporaryDirectory(prefix="hostile-") as name:
        project(Path(name), Pipeline(id="kill", source="", kind="fine", target="voice:Voice"))
        ended = kill(Path(name), number, moment, wait_s=wait_s, command=PYTEST)
    key = f"{number.name} while {moment}, {wait_s:.2f} s after it began"
    return key, f"left: {ended.left}" if ended.left else "nothing left"


def save(kind: str, name: str, outcome: str) -> None:
    """Put one outcome into the section, and count anew."""
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    section = results.get("pipelines", {})
    entries = {"gated": section.get("gated", {}), "killed": section.get("killed", {})}
    entries[kind][name] = outcome
    entries["gated"] = {name: said for name, said in entries["gated"].items() if name in pipelines()}
    commit = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True).strip()
    results["pipelines"] = {
        "command": "python benchmarks/hostile/pipelines.py",
        "commit": commit,
        "machine": MACHINE,
        "right": f"{list(entries['gated'].values()).count('right')} of {len(pipelines())}",
        "nothing left": f"{list(entries['killed'].values()).count('nothing left')} of {KILLS}",
        **entries,
    }
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", default="1/1", help="K/N: every Nth pipeline and kill, from the Kth on")
    parser.add_argument("--names", type=lambda text: text.split(","), help="these pipelines alone")
    parser.add_argument("--only", choices=("pipelines", "kills"), help="one of both")
    options = parser.parse_args()
    first, step = map(int, options.part.split("/"))
    chosen = [p for p in pipelines().values() if p.id in (options.names or pipelines())][first - 1 :: step]
    for pipeline in chosen if options.only != "kills" else ():
        begun = time.monotonic()
        outcome = gated(pipeline)
        print(f"{time.monotonic() - begun:5.1f} s  {pipeline.id}: {outcome}", flush=True)
        save("gated", pipeline.id, outcome)
    for index in range(first - 1, KILLS, step) if options.only != "pipelines" else ():
        key, outcome = killed(index)
        print(f"{key}: {outcome}", flush=True)
        save("killed", key, outcome)


if __name__ == "__main__":
    main()
