"""The voices that ship with the package: a folder each, as `tts-baseline train export --vocoder` makes it.

`make voice` trains the one there is.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
EMBEDDED = "dora"  # what `weights = "embedded"` means
