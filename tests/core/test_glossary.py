"""A public type name has one meaning: no two modules of the package define it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import tts_baseline

SOURCE = Path(tts_baseline.__file__).parent
# A capital, then a lower-case letter: `Verdict`, `F0Track`, and no constant such as `LIMIT`.
TYPE_NAME = re.compile(r"[A-Z][A-Z0-9]*[a-z][A-Za-z0-9]*")


def type_names(module: ast.Module) -> Iterator[str]:
    """The classes and type aliases that a module defines at its top level, those behind an `if` included."""
    pending = list(module.body)
    while pending:
        statement = pending.pop()
        match statement:
            case ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.If() | ast.Try():
                pending += [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt)]


def defined_twice(folder: Path) -> dict[str, list[str]]:
    """Each public type name that several modules below the folder define, with these modules."""
    modules = defaultdict(list)
    for path in sorted(folder.rglob("*.py")):
        names = set(type_names(ast.parse(path.read_text(encoding="utf-8"))))
        for name in filter(TYPE_NAME.fullmatch, names):
            modules[name].append(path.relative_to(folder).as_posix())
    return {name: modules[name] for name in sorted(modules) if len(modules[name]) > 1}


def test_a_public_type_name_has_one_meaning() -> None:
    twice = defined_twice(SOURCE)
    assert twice == {}, "\n".join(f"{name}: {', '.join(modules)}" for name, modules in twice.items())


def test_every_kind_of_definition_counts_and_imports_and_constants_do_not(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "from b import Used\n"
        "class Record: ...\n"
        'Clock = Literal["wall"]\n'
        "Steps: TypeAlias = int\n"
        "if TYPE_CHECKING:\n    Samples = Any\n"
        "LIMIT = 1\n"
        "class _Own: ...\n"
    )
    (tmp_path / "room").mkdir()
    (tmp_path / "room/b.py").write_text(
        "class Used: ...\n"
        "class Record(NamedTuple):\n    Inner = int\n"
        "class Clock(Protocol): ...\n"
        "Steps = tuple[int, ...]\n"
        "Samples = object\n"
        "Inner = str\n"
        "LIMIT = 2\n"
        "class _Own: ...\n"
    )
    both = ["a.py", "room/b.py"]
    assert defined_twice(tmp_path) == dict.fromkeys(("Clock", "Record", "Samples", "Steps"), both)
