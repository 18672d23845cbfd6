"""Which of a system's voices speaks a region."""

from __future__ import annotations

from collections.abc import Mapping

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.registry import nearest


def voice_of(region: str, voices: Mapping[str, str], other: str | None, *, table: str) -> str | None:
    """The voice of a region in `voices`, else `other`; None where no voice is set at all.

    Raises RequestFailed where voices are set, in the settings' `table`, and none is this region's.
    """
    voice = voices.get(region, other)
    if voice is None and voices:
        raise RequestFailed(
            f"no voice is set for the region {region!r}{nearest(region, voices)}",
            where=table,
            hint=f"set {region} in its table voices, or voice for all other regions",
        )
    return voice
