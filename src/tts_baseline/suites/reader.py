"""Reads a suite: a TOML file of `[[case]]` tables, built in or the user's own.

    [defaults]            # optional: for every case that does not set its own
    region = "rioplatense"

    [[case]]
    id = "greeting"       # [a-z0-9][a-z0-9_-]*, unique in its file
    text = "¿Cómo andás?"
    tags = ["short", "wh-question"]

A case may also set `region`, `seed`, `style` and `speed`.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tts_baseline.core import toml
from tts_baseline.core.bounds import LONGEST_NAME
from tts_baseline.core.errors import SuiteError
from tts_baseline.core.records import Case
from tts_baseline.core.registry import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_FOLDER = Path(__file__).parent
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SHOWN = 40  # chosen: enough of an id to know it by
_TOP = ("defaults", "case")
_KEYS = Case.__struct_fields__
_DEFAULTS = tuple(key for key in _KEYS if key not in ("id", "text"))
_EDIT = "correct the file, then: pytest --tts-baseline --tts-suite {}"


def built_in() -> Mapping[str, Path]:
    """The suites that come with the package: name to file, in alphabetical order."""
    return {path.stem: path for path in sorted(_FOLDER.glob("*.toml"))}


def read(name_or_path: str, root: Path) -> tuple[Case, ...]:
    """All cases of a built-in suite, or of a file with a path relative to `root`, in the order of the file.

    Raises SuiteError, with the file and the case, for a file that is missing or not TOML, an unknown key, a
    value of the wrong type, an id that is malformed or taken, an empty text, and a file without cases.
    """
    known = built_in()
    path = known.get(name_or_path, root / name_or_path)
    if not _is_file(path):
        raise SuiteError(
            f"no suite {name_or_path!r}{nearest(name_or_path, known)}; built in: {', '.join(known)}",
            where=str(path),
            hint=f"pytest --tts-baseline --tts-suite {next(iter(known))}",
        )
    hint = _EDIT.format(name_or_path)
    document = toml.load(path, SuiteError, hint)
    _known_keys(document, _TOP, "top-level key", str(path), hint)
    defaults, tables = document.get("defaults", {}), document.get("case", [])
    if not isinstance(defaults, dict):
        raise SuiteError("defaults is not a table: write [defaults]", where=str(path), hint=hint)
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SuiteError("case is not a list of tables: write [[case]]", where=str(path), hint=hint)
    if not tables:
        raise SuiteError("no cases: the file has no [[case]]", where=str(path), hint=hint)
    _known_keys(defaults, _DEFAULTS, "key", f"{path}, [defaults]", hint)
    taken: dict[str, int] = {}
    cases = []
    for number, table in enumerate(tables, start=1):
        where = f"{path}, case {number}" + (f" ({str(table['id'])[:_SHOWN]!r})" if "id" in table else "")
        case = _case(defaults, table, where, hint)
        if case.id in taken:
            raise SuiteError(f"case {taken[case.id]} is named {case.id!r} too", where=where, hint=hint)
        taken[case.id] = number
        cases.append(case)
    return tuple(cases)


def choose(cases: Collection[Case], ids: Collection[str], tags: Collection[str]) -> tuple[Case, ...]:
    """The cases that have one of `ids` and one of `tags`, in the suite's order; empty means any.

    Raises SuiteError for an id or a tag that no case has, naming the nearest, and if no case is left.
    """
    _chosen_exist("case", ids, [case.id for case in cases], "--tts-cases")
    _chosen_exist("tag", tags, sorted({tag for case in cases for tag in case.tags}), "--tts-tags")
    chosen = tuple(
        case
        for case in cases
        if (not ids or case.id in ids) and (not tags or any(tag in tags for tag in case.tags))
    )
    if not chosen:
        raise SuiteError(
            "no cases are left: none of the chosen ids has one of the chosen tags" if cases else "no cases",
            where=f"ids {', '.join(ids) or 'all'}; tags {', '.join(tags) or 'all'}",
            hint="pytest --tts-baseline with --tts-cases or --tts-tags, not both",
        )
    return chosen


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:  # a folder above may not be entered, or the name is too long
        raise SuiteError(
            f"the suite cannot be read: {error.strerror}", where=str(path)[:LONGEST_NAME], hint="ls -l"
        ) from error


def _case(defaults: Mapping[str, Any], table: Mapping[str, Any], where: str, hint: str) -> Case:
    _known_keys(table, _KEYS, "key", where, hint)
    values = {**defaults, **table}
    if flaw := _flaw(values.get("id"), values.get("text"), values.get("speed")):
        raise SuiteError(flaw, where=where, hint=hint)
    try:
        return msgspec.convert(values, Case)
    except msgspec.ValidationError as error:
        raise SuiteError(f"not a case: {error}", where=where, hint=hint) from error


def _flaw(name: object, text: object, speed: object) -> str:
    """What is wrong with values of the right type, in better words than msgspec's; empty for nothing."""
    if isinstance(name, str) and not _ID.fullmatch(name):
        return f"the id {name!r} names files: it must match [a-z0-9][a-z0-9_-]*"
    if isinstance(name, str) and len(name) > LONGEST_NAME:
        return f"an id names files: it may have {LONGEST_NAME} characters, not {len(name)}"
    if isinstance(text, str) and not text.strip():
        return "the text is empty"
    if isinstance(speed, int | float) and not 0 < speed < math.inf:
        return f"speed must be more than 0, not {speed}"
    return ""


def _known_keys(table: Mapping[str, Any], known: Collection[str], kind: str, where: str, hint: str) -> None:
    for key in table:
        if key not in known:
            raise SuiteError(
                f"unknown {kind} {key!r}{nearest(key, known)}; known: {', '.join(known)}",
                where=where,
                hint=hint,
            )


def _chosen_exist(kind: str, chosen: Collection[str], known: Collection[str], option: str) -> None:
    for name in chosen:
        if name not in known:
            raise SuiteError(
                f"no {kind} {name!r}{nearest(name, known)}; the suite has: {', '.join(known)}",
                where=option,
                hint=f"{option} {next(iter(known), '…')}",
            )
