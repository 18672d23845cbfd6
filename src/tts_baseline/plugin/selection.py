"""What the command line asks for: folders, files or tests, and items of the suite by their node ids."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Self

import pytest
from msgspec import Struct

from tts_baseline.plugin import said
from tts_baseline.plugin.fixtures import ours
from tts_baseline.plugin.items import PREFIX, SuiteItem


class Selection(Struct, frozen=True):
    """What was asked for: `suite` are node ids of the suite's items, `tests` all else.

    `everything` is true where folders are collected.
    """

    suite: tuple[str, ...]
    tests: tuple[str, ...]
    everything: bool

    @classmethod
    def of(cls, config: pytest.Config) -> Self:
        """What this session was asked for."""
        folder, root = config.invocation_params.dir, config.rootpath
        named = {arg: _node_id(arg, folder, root) for arg in config.args}
        tests = tuple(arg for arg, name in named.items() if name is None)
        everything = config.args_source is not pytest.Config.ArgsSource.ARGS or any(
            _is_folder(arg, folder, pyargs=config.option.pyargs) for arg in tests
        )
        return cls(tuple(name for name in named.values() if name), tests, everything)

    @property
    def is_by_name(self) -> bool:
        """True where tests are named one by one, so that nothing else is asked for."""
        return all("::" in arg for arg in self.tests) and not self.everything

    def chosen(self, items: Sequence[SuiteItem], tests: Sequence[pytest.Item]) -> list[SuiteItem]:
        """The suite's items that join these tests: those named; else all, but where tests are chosen by name.

        Beside files, they join where one of the tests uses a fixture of ours. A name that none has is a
        usage error.
        """
        if self.suite:
            return [item for item in items if item.nodeid in self._named(items)]
        joins = self.everything or (not self.is_by_name and any(ours(test) for test in tests))
        return list(items) if joins else []

    def _named(self, items: Sequence[SuiteItem]) -> Collection[str]:
        ids = [item.nodeid for item in items]
        chosen: set[str] = set()
        for name in self.suite:
            matching = [id for id in ids if id == name or id.startswith(f"{name}::")]
            if not matching:
                near = difflib.get_close_matches(name, ids, n=1)
                raise said.usage_error(
                    f"there is no item {name}" + (f" (did you mean {near[0]!r}?)" if near else "")
                    + "\n  next   pytest --tts-baseline --collect-only -q"
                )  # fmt: skip
            chosen.update(matching)
        return chosen


def _node_id(arg: str, folder: Path, root: Path) -> str | None:
    """The node id of items of the suite that an argument is, relative to `folder` as pytest prints it."""
    head, *names = arg.split("::")
    if not names and (folder / head).exists():
        return None
    places = {PREFIX, os.path.relpath(root / PREFIX, folder)}
    return "::".join((PREFIX, *names)) if os.path.normpath(head) in places else None


def _is_folder(arg: str, folder: Path, *, pyargs: bool) -> bool:
    return (folder / arg).is_dir() or (pyargs and "::" not in arg and not (folder / arg).exists())
