"""What this processor cannot do, as a reason to skip a test."""

from __future__ import annotations

import pytest

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.switches import choose, switches


def acts(name: str) -> pytest.MarkDecorator:
    """Skips the test where a switch of f5_spanish is refused on this machine's CPU."""
    reason = ""
    try:
        choose(switches("f5_spanish"), [name], pipeline="f5_spanish", device="cpu")
    except SettingsError as refused:
        reason = refused.what
    return pytest.mark.skipif(bool(reason), reason=reason)
