"""The options that `pytest` and `tts-baseline` share, as plain data that is cheap to import."""

from __future__ import annotations

from pathlib import Path

TYPE_CHECKING = False  # `typing` itself is not needed
if TYPE_CHECKING:
    from typing import Any


def _switches() -> str:
    """The switches by pipeline, such as 'f5_spanish: bf16, fp16', from the names of their files."""
    files = sorted(Path(__file__).parents[1].glob("pipelines/*/switches/[!_]*.py"))
    names: dict[str, list[str]] = {}
    for file in files:
        names.setdefault(file.parent.parent.name, []).append(file.stem)
    return "; ".join(f"{pipeline}: {', '.join(of)}" for pipeline, of in names.items())


# By setting: the keywords of `add_argument`, for argparse and for pytest.
OPTIONS: dict[str, dict[str, Any]] = {
    "pipeline": {
        "metavar": "NAME",
        "help": "registered name, or package.module:attribute (default: settings, else espeak)",
    },
    "device": {"choices": ("auto", "cpu", "cuda"), "help": "where the pipeline runs"},
    "optimize": {
        "metavar": "A,B",
        "help": f"switches to put on, comma-separated; none for the reference ({_switches()}; a pipeline of "
        "your own may declare some)",
    },
    "variant": {
        "metavar": "NAME",
        "help": "a name of your own for baselines that are kept side by side (default: none)",
    },
    "suite": {
        "metavar": "NAME_OR_PATH",
        "help": "the cases: a built-in suite or a TOML file (default: es)",
    },
    "cases": {"metavar": "IDS", "help": "only these case ids, comma-separated"},
    "tags": {"metavar": "TAGS", "help": "only cases with these tags, comma-separated"},
    "dir": {"metavar": "DIR", "help": "where baselines are (default: baselines/)"},
    "missing": {
        "choices": ("fail", "record"),
        "help": "a case or pipeline without any baseline: fail, or record (default: fail where CI is set)",
    },
    "undecided": {
        "choices": ("warn", "fail"),
        "help": "an undecided suite verdict: warn (default) or fail",
    },
    "against": {
        "metavar": "REV",
        "help": "judge, side by side, against this git revision; auto: the baseline's own; none: never "
        "(default: the baseline's own, where the comparison with the baseline is not plain)",
    },
    "base_python": {
        "metavar": "PATH",
        "help": "interpreter of the revision that is judged against (default: this one)",
    },
    "budget": {"metavar": "SECONDS", "type": float, "help": "upper bound for measuring"},
    "load": {
        "choices": ("off", "auto", "workers", "batch", "server", "stream"),
        "help": "measure throughput and latency under load, too: worker processes, one process that batches, "
        "the server of pipeline http, or processes that stream; auto: the server of http, else workers "
        "(default: off)",
    },
    "soak": {
        "metavar": "N",
        "type": int,
        "help": "send N requests (100 or more, 300 for example) to one more process, and gate what it holds "
        "more after each (default: none)",
    },
    "gpu": {
        "metavar": "SECONDS",
        "type": float,
        "help": "read the GPU's meters over so many seconds of requests (10 for example): utilisation, "
        "kernels, power, energy, clocks, throttling, memory (default: 0, none)",
    },
    "memray": {
        "action": "store_const",
        "const": True,
        "help": "with a soak: name the lines whose allocations stay (needs pytest-tts-baseline[memray])",
    },
    "report": {"metavar": "DIR", "help": "where runs go (default: .tts-baseline/)"},
}


def flag(name: str) -> str:
    """An option as typed, without its prefix: `--<flag>` on the command line, `--tts-<flag>` in pytest."""
    return name.replace("_", "-")
