"""The pytest plugin. Nothing else knows pytest, and importing this costs nothing that is not used."""

from __future__ import annotations

import pytest

from tts_baseline.core.options import OPTIONS, flag

_MARKER = (
    "tts(cases=..., tags=..., limits=...): the cases a test runs on, by id or tag, and its own limits, "
    'as {"latency": "5%", "snr": "1 dB"}'
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the group `tts-baseline`; every option is prefixed."""
    group = parser.getgroup("tts-baseline", "text-to-speech baselines")
    group.addoption(
        "--tts-baseline",
        action="store_true",
        help="measure the pipeline and gate it against its baselines",
    )
    for name, keywords in OPTIONS.items():
        group.addoption(f"--tts-{flag(name)}", dest=f"tts_{name}", **keywords)


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker and, where measuring is asked for, the gatekeeper."""
    config.addinivalue_line("markers", _MARKER)
    if config.option.showfixtures:
        _register_fixtures(config)
    if config.getoption("tts_baseline"):
        from tts_baseline.plugin.gatekeeper import Gatekeeper

        config.pluginmanager.register(Gatekeeper(config), Gatekeeper.NAME)


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Registers the fixtures before the first file is collected: a session without any needs none."""
    if isinstance(collector, pytest.File):
        _register_fixtures(collector.config)


@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Gives a test that asks for `tts_case` one to be skipped with, where nothing is measured."""
    from tts_baseline.plugin.fixtures import ours

    if "tts_case" in ours(metafunc.definition) and not metafunc.config.getoption("tts_baseline"):
        metafunc.parametrize("tts_case", [None], ids=["not-measured"])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skips tests that ask for a tts fixture where nothing is measured, and says why."""
    if config.getoption("tts_baseline") or not items:
        return
    from tts_baseline.plugin.fixtures import ours

    skip = pytest.mark.skip(reason="measures only with --tts-baseline")
    for item in items:
        if ours(item):
            item.add_marker(skip)


def _register_fixtures(config: pytest.Config) -> None:
    from tts_baseline.plugin import fixtures

    if not config.pluginmanager.is_registered(fixtures):
        config.pluginmanager.register(fixtures, "tts-baseline-fixtures")
