"""The options that `pytest` and `tts-baseline` share, as plain data: importing this costs nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple


class Option(NamedTuple):
    """One option: its name is a setting's; `--tts-<flag>` in pytest, `--<flag>` on the command line."""

    name: str
    help: str
    metavar: str | None = None
    choices: tuple[str, ...] | None = None
    convert: type = str

    @property
    def flag(self) -> str:
        """The name as it is typed."""
        return self.name.replace("_", "-")

    def keywords(self) -> dict[str, Any]:
        """What argparse, and pytest's parser, take for it."""
        keywords: dict[str, Any] = {"help": self.help, "default": None, "type": self.convert}
        if self.choices:
            keywords["choices"] = self.choices
        else:
            keywords["metavar"] = self.metavar
        return keywords


def _switches() -> str:
    """The switches by pipeline, such as 'f5_spanish: bf16, fp16', read off the names of their files."""
    files = sorted(Path(__file__).parents[1].glob("pipelines/*/switches/[!_]*.py"))
    names: dict[str, list[str]] = {}
    for file in files:
        names.setdefault(file.parent.parent.name, []).append(file.stem)
    return "; ".join(f"{pipeline}: {', '.join(of)}" for pipeline, of in names.items())


OPTIONS: tuple[Option, ...] = (
    Option(
        "pipeline", "registered name, or package.module:attribute (default: settings, else espeak)", "NAME"
    ),
    Option("device", "where the pipeline runs", choices=("auto", "cpu", "cuda")),
    Option(
        "optimize",
        f"switches to put on, comma-separated; none for the reference ({_switches()}; a pipeline of your own "
        "may declare some)",
        "A,B",
    ),
    Option("variant", "a name of your own for baselines that are kept side by side (default: none)", "NAME"),
    Option("suite", "the cases: a built-in suite or a TOML file (default: es)", "NAME_OR_PATH"),
    Option("cases", "only these case ids, comma-separated", "IDS"),
    Option("tags", "only cases with these tags, comma-separated", "TAGS"),
    Option("dir", "where baselines are (default: baselines/)", "DIR"),
    Option(
        "missing",
        "a case or pipeline without any baseline: fail, or record (default: fail where CI is set)",
        choices=("fail", "record"),
    ),
    Option("undecided", "an undecided suite verdict: warn (default) or fail", choices=("warn", "fail")),
    Option(
        "against",
        "judge, side by side, against this git revision; auto: the baseline's own; none: never "
        "(default: the baseline's own, where the comparison with the baseline is not plain)",
        "REV",
    ),
    Option("base_python", "interpreter of the revision that is judged against (default: this one)", "PATH"),
    Option("budget", "upper bound for measuring", "SECONDS", convert=float),
    Option("report", "where runs go (default: .tts-baseline/)", "DIR"),
)
