"""The environment variables of a worker."""

from __future__ import annotations

import os
from pathlib import Path

from tts_baseline.measure.protocol import WorkerSpec


def environment_of(spec: WorkerSpec) -> dict[str, str]:
    """The worker's environment; a project that contains this package is measured with its own copy.

    The worker itself puts the rest of a project on the import path, but by then this package is imported.
    """
    own = [path for path in spec.paths if (Path(path) / "tts_baseline" / "__init__.py").is_file()]
    before = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([*own, *([before] if before else [])])
    return {**os.environ, "PYTHONPATH": path} if path else dict(os.environ)
