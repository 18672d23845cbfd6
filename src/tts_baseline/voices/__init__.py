"""The voices that ship with the package: a folder each, as `tts-baseline train export --vocoder` makes it.

None does yet; `make voice` trains one.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
EMBEDDED = "dora"  # what `weights = "embedded"` means
