"""What all tests share: a temporary folder of the process's own, and which of them count no lines."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
# What goes again where other tests go, many times: simulations, recorded runs, every view of a verdict,
# forgeries, a session for each plugin that others run.
UNCOUNTED = (
    "benchmarks",
    "gate/test_replay.py",
    "hostile/test_goldens.py",
    "plugin/test_neighbours.py",
    "report/test_words.py",
)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Ten thousand items stay until the end: no collector looks at them while they are made, or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What draws hundreds of examples counts no lines, nor what goes where others go.

    Counting makes Python three to four times as slow, and other tests reach these lines with an example.
    """
    if not config.pluginmanager.hasplugin("pytest_cov"):
        return
    folders = [FOLDER / path for path in UNCOUNTED]
    uncounted = {path for path in {item.path for item in items} if any(map(path.is_relative_to, folders))}
    for item in items:
        draws = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if draws or item.path in uncounted:
            item.add_marker("no_cover")


@pytest.fixture(scope="session", autouse=True)
def own_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The measuring lock lies there: tests in other processes, and other checkouts, need not wait for it."""
    folder = str(tmp_path_factory.mktemp("temporary"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_hypothesis_in_sessions_of_tests() -> Iterator[None]:
    """Its plugin imports all of it, 0.25 s, at the end of each session in a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")
        yield
