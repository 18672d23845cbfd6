"""The runs that are made up for the tests of the baselines are reviewed, too."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "baseline"))
