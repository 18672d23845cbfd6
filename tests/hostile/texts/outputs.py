"""Hostile texts in every place that takes text, and everything that is printed and written of them."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from tests.support.git_folder import Answer
from tts_baseline.cli import main
from tts_baseline.report.format import formats

KEY = 'sk-"live"/ña+0123456789abcdef'  # written in as many ways as there are
MOST = 100_000  # bytes of one output
MOST_JSON = 1_000_000  # all readings of all texts
ENCODINGS = ("utf-8", "iso-8859-1", "ascii", "cp1252")
_ROUND = str.maketrans("[]", "()")
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_COMMAND = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)

SETTINGS = """
[tool.tts-baseline]
pipeline = "voice:Voice"
suite = "cases.toml"
limits = {{ latency = "100000%", cold_start = "100000%", memory = "100000%" }}

[tool.tts-baseline.pipelines."voice:Voice"]
api_key = {key}
"""

# Its provenance is the texts; where there is a file `raises`, every second case raises one, the key with it.
VOICE = """
import base64, json, os, pathlib, urllib.parse
import numpy as np

SAY = json.loads(pathlib.Path("texts.json").read_text())


class Voice:
    def __init__(self, api_key):
        self.key = api_key
        self.provenance = {say[:200]: say[-200:] for say in SAY.values()} | {"key": api_key}

    def synthesize(self, request):
        id = request.style
        if pathlib.Path("raises").exists() and list(SAY).index(id) % 2:
            forms = (self.key, urllib.parse.quote(self.key, safe=""), json.dumps(self.key), repr(self.key),
                     base64.b64encode(f"user:{self.key}".encode()).decode())
            print(SAY[id].encode("utf-8", "backslashreplace"), self.key)
            raise ValueError(SAY[id] + " ".join(forms) + os.environ["SPEECH_TOKEN"])
        return np.sin(np.arange(8000) / (10 + len(id))).astype("f4") / 2, 16000
"""


def texts() -> dict[str, str]:
    """Every hostile text by its id."""
    page = tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))
    return {each["id"]: json.loads(f'"{each["say"]}"') * each.get("times", 1) for each in page["text"]}


def secret_forms() -> tuple[str, ...]:
    """The key as it may be written."""
    plain, shown = KEY, json.dumps(KEY)[1:-1]
    wide = base64.b64encode(f"user:{KEY}".encode()).decode()
    return plain, quote(KEY, safe=""), shown, repr(KEY)[1:-1], wide[8:40], "hunter2hunter2"


def write_project(folder: Path, chosen: Mapping[str, str]) -> None:
    """A project whose cases, errors, provenance and tags are these texts."""
    (folder / "pyproject.toml").write_text(SETTINGS.format(key=json.dumps(KEY)), encoding="utf-8")
    (folder / "voice.py").write_text(VOICE, encoding="utf-8")
    (folder / "texts.json").write_text(json.dumps(dict(chosen)), encoding="utf-8")
    tables = []
    for id, say in chosen.items():
        text = _toml(say if say.strip() else f"{say}.")
        tag = _toml(say[:100])
        tables.append(
            f'[[case]]\nid = "{id}"\ntext = {text}\ntags = [{tag}]\nregion = {tag}\nstyle = "{id}"\n'
        )
    (folder / "cases.toml").write_text("\n".join(tables), encoding="utf-8")


def _toml(text: str) -> str:
    """A TOML string, which has no lone surrogates."""
    plain = text.encode("utf-8", "backslashreplace").decode()
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")


def called(words: Sequence[str], encoding: str) -> Answer:
    """A command in this process, whose terminal has this encoding."""
    files = io.BytesIO(), io.BytesIO()
    before = sys.stdout, sys.stderr
    streams = [io.TextIOWrapper(file, encoding=encoding, errors="strict") for file in files]
    sys.stdout, sys.stderr = streams
    try:
        status = main(words)
    except SystemExit as ended:
        status = int(ended.code or 0)
    finally:
        sys.stdout, sys.stderr = before
    for stream in streams:
        stream.flush()
    return Answer(status, *(file.getvalue().decode(encoding) for file in files))


class Asked(NamedTuple):
    """A command, the exit status that it has to end with, and words of the sentence it has to say."""

    words: tuple[str, ...]
    status: int = 0
    says: str = ""


def commands(say: str) -> list[Asked]:
    """Every command, with a hostile word and without, after a run that was recorded and one that failed."""
    unknown = "no pending run is called|cannot be read|is not a run"
    return [
        Asked(("compare", "last"), 1, "could not be measured|invalid"),
        *(Asked(("benchmark", kind, "last")) for kind in ("performance", "quality")),
        Asked(("benchmark", "quality", "last", "--json")),
        Asked(("benchmark", "quality", f"x{say}?"), 2, unknown),
        Asked(("benchmark", "quality", "last", f"--output=x{say}.pdf"), 2, "no form"),
        Asked(("benchmark", "quality", "last", f"--compare=x{say}?"), 2, "no benchmark can be read"),
        *(
            Asked((*words, "--write=no\ud800name"), 2, "no file can have")
            for words in (("report",), ("review",))
        ),
        Asked(("benchmark", "quality", "last", "--output=no\ud800name.md"), 2, "no file can have"),
        Asked(("compare", "last", "--json"), 1),
        Asked(("compare", f"x{say}?"), 2, unknown),
        Asked(("compare", f"--against=x{say}"), 2, "no revision|git|x"),
        Asked(("report", "last")),
        *(Asked(("report", "last", "--format", name)) for name in _formats("run")),
        *(Asked(("report", "--format", name)) for name in _formats("baselines")),
        Asked(("report", f"x{say}?"), 2, unknown),
        *(Asked(("export", "last", "--format", name)) for name in _formats("run", "programs")),
        Asked(("export", f"x{say}?", "--format", "openmetrics"), 2, unknown),
        Asked(("report", "--format", f"{say}?"), 2, "invalid choice|no format|format"),
        Asked(("review",)),
        Asked(("review", f"--gate={say}?"), 2, "no history is kept of"),
        Asked(("benchmark", "quality", "last", f"--ratings=x{say}?"), 2, "the ratings cannot be read"),
        Asked(("passport",), 2, "nothing is said of any region"),
        Asked(("passport", f"x{say}?"), 2, unknown),
        Asked(("passport", "--region", f"{say}?"), 2, "nothing is said of a region|expected one argument"),
        *(Asked(("passport", "last", "--region=mexican", *as_json)) for as_json in ((), ("--json",))),
        Asked(("passport", "--region=mexican", "--write=no\ud800name"), 2, "no file can have"),
        Asked(("doctor", "--baselines")),
        Asked(("doctor", f"--pipeline={say}?"), 2, "pipeline"),
        Asked(("migrate",)),
        Asked(("plan", f"Di: {say.translate(_ROUND)}")),
        Asked(("plan", "--why", f"Di: [{say}")),
        Asked(("plan", f"Di: [{say}", "--json")),
        Asked(("plan", "--why", f"[hapy {say.translate(_ROUND)}] x".replace("\n", " ")), 0, "mean"),
        Asked(("plan", f"--style={say}?", "Hola.")),
        Asked(("plan", f"--region={say}?", "Hola."), 2, "region"),
        Asked(("certify", f"--pipeline={say}?"), 2, "pipeline"),
        Asked(
            ("train", "prepare", f"x{say}?", "--out", "data"), 2, "training needs torch|there is no|cannot be"
        ),
        Asked(
            ("train", "convert", f"x{say}?", "--to", f"y{say}?", "--out", "data"),
            2,
            "training needs torch|no form",
        ),
        Asked(
            ("train", "evaluate", f"x{say}?", "--dataset", "data"), 2, "training needs torch|cannot be read"
        ),
        Asked(("train", f"{say}?"), 2, "invalid choice"),
        Asked(("optimize",), 2, "has no switches"),
        Asked(("optimize", f"--name={say}?"), 2, "a preset's name"),
        Asked(("optimize", f"--target={say}?"), 2, "--target is rtf="),
        Asked(("optimize", f"--switches={say}?"), 2, "switch"),
        Asked(("run", f"--suite={say}?"), 2, "suite"),
        Asked(("run", f"--pipeline={say}?"), 2, "pipeline"),
        Asked(("run", f"--tags={say}?"), 2, "tag"),
        Asked(("run", f"--variant={say}?"), 2, "variant"),
        Asked(("run", f"-x{say}"), 2, "unrecognized|usage"),
        Asked((f"x{say}?",), 2, "invalid choice"),
        Asked(("accept",), 0, "last"),
        Asked(("accept", f"x{say}?", "--reason", say), 2, f"{unknown}|reason"),
        Asked(("accept", "last", "--reason", f"x{say}"), 2, "could not be measured"),
        Asked(("reject",)),
        Asked(("reject", f"x{say}?"), 2, unknown),
    ]


def complaints(asked: Asked, encoding: str) -> list[str]:
    """What is wrong with what a command says, in a terminal of this encoding."""
    answer = called(asked.words, encoding)
    shown = answer.out + answer.err
    most = MOST_JSON if "json" in " ".join(asked.words[-1:]) else MOST
    wrong = flaws(shown, most=most, secrets=secret_forms())
    if answer.status != asked.status:
        wrong.append(f"ends with {answer.status}, not {asked.status}: {answer.err[:300]}")
    if not re.search(asked.says, shown):
        wrong.append(f"does not say {asked.says!r}: {shown[:300]}")
    if "Traceback" in shown:
        wrong.append("has a traceback")
    return [f"{ascii(asked.words)[:120]} in {encoding} {flaw}" for flaw in wrong]


def leaks(folder: Path) -> list[str]:
    """Files of a project that hold the key, except those that it was given in."""
    given = {"pyproject.toml"}
    return [
        f"{path.relative_to(folder)} has the key as {form!r}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in given
        for form in secret_forms()
        if form.encode() in path.read_bytes()
    ]


def measured(folder: Path, chosen: Mapping[str, str], say: str) -> list[str]:
    """A run of the texts that is recorded, by a hostile author, and one that fails; what they said wrong."""
    write_project(folder, chosen)
    name = say.replace("\0", "").replace("\n", " ").encode("utf-8", "surrogateescape")
    for words in (
        ["init", "-q", "-b", "x/error-<b>|`a`@everyone%0A"], ["config", "user.name", name],
        ["config", "user.email", "a@b"], ["add", "-A"], ["commit", "-q", "-m", name],
    ):  # fmt: skip
        subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True)
    wrong = complaints(Asked(("run",), 0, "recorded"), "utf-8")
    (folder / "raises").touch()
    return wrong + complaints(Asked(("run",), 1, "could not be measured|invalid"), "ascii")


def _formats(of: str, *readers: str) -> list[str]:
    known = ((name, format.spec) for name, format in formats().items())
    return [name for name, spec in known if spec.of == of and (not readers or spec.reader in readers)]


def flaws(text: str, *, most: int = MOST, secrets: Collection[str] = ()) -> list[str]:
    """What is wrong with a text that a terminal or a CI shows."""
    plain = _COLOR.sub("", text)
    odd = sorted({ascii(char) for char in plain if not char.isprintable() and char not in "\n\t"})
    commands = [match[0] for match in _COMMAND.finditer(plain)]
    return [
        *(f"holds {char}" for char in odd),
        *(f"has a command to a CI: {command!r}" for command in commands),
        *(f"has the secret as {form!r}" for form in secrets if form in plain),
        *([f"has {len(text.encode())} bytes"] if len(text.encode("utf-8", "replace")) > most else []),
    ]


# Fields whose text is anybody's; all others are names, hashes and times of ours.
FREE = frozenset(
    ("text", "region", "style", "tags", "reason", "author", "message", "provenance", "software", "hardware",
     "name", "before", "now", "suite", "words", "title", "what", "where", "hint", "by", "ipa", "label")
)  # fmt: skip


def poisoned(value: Any, say: str, name: str = "") -> Any:
    """A record with this text in each field that takes text from outside."""
    match value:
        case msgspec.Struct():
            changed = {
                field: poisoned(getattr(value, field), say, field) for field in value.__struct_fields__
            }
            return type(value)(**changed)
        case dict():
            return {(say if name in FREE else key): poisoned(each, say, name) for key, each in value.items()}
        case tuple() | list() if not hasattr(value, "_fields"):
            return type(value)(poisoned(each, say, name) for each in value)
        case str() if name in FREE:
            return say
    return value
