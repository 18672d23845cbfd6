"""Brings the baselines up to this version's layout: what `tts-baseline migrate` does."""

from __future__ import annotations

from pathlib import Path

from tts_baseline.baseline import migrations
from tts_baseline.session import places
from tts_baseline.session.project import Project

_REASON = "as it was found by tts-baseline migrate"


def migrate(project: Project) -> tuple[tuple[Path, Path], ...]:
    """What was moved, from where to where; an entry of the history that is new stands on both sides.

    Raises BaselineError for what cannot be read, or not be written.
    """
    places.check(places.of_certificate(project))
    return tuple(migrations.migrate(project.baselines, reason=_REASON))
