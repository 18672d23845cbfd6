from __future__ import annotations

import gc

import pytest

from tts_baseline.core.collection import paused


@pytest.mark.parametrize("is_enabled", [True, False])
def test_collection_goes_on_as_before_also_after_an_error(*, is_enabled: bool) -> None:
    before = gc.isenabled()
    (gc.enable if is_enabled else gc.disable)()
    try:
        with pytest.raises(ValueError, match="x"), paused():
            assert not gc.isenabled()
            raise ValueError("x")
        assert gc.isenabled() == is_enabled
    finally:
        (gc.enable if before else gc.disable)()
