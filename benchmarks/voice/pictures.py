"""Has the embedded voice say four sentences, and draws them: docs/voice_*.flac and docs/voice_*.svg.

python benchmarks/voice/pictures.py
python benchmarks/voice/pictures.py --student .voice/student   # the last of them as the student says it
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import soundfile

from tts_baseline.core.records import Request
from tts_baseline.core.sounds import Sound
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.report.pictures import picture

# What the page of a run has around the picture, and a file of its own needs.
NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
STYLE = "<style>polyline{fill:none;stroke:#7fd6ff;stroke-width:1.5}text{font:10px sans-serif}</style>"
DOCS = Path(__file__).parents[2] / "docs"
SENTENCES = {
    "statement": "El tren de las 7:45 llega a las 10:30.",
    "question": "¿Viene Lucía con nosotros?",
    "exclamation": "¡Qué alegría volver a verte!",
    "saying": "Lo que por agua viene, por agua se va.",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--student", help="the folder of a voice")
    weights = parser.parse_args().student or "embedded"
    chosen = SENTENCES if weights == "embedded" else {"student": SENTENCES["saying"]}
    voice = create(settings={"weights": weights})
    said = {name: voice.synthesize(Request(text=text, seed=1)) for name, text in chosen.items()}
    sounds = {name: Sound(np.asarray(each.samples), each.sample_rate) for name, each in said.items()}
    longest = max(len(sound.samples) / sound.rate for sound in sounds.values())
    for name, sound in sounds.items():
        soundfile.write(DOCS / f"voice_{name}.flac", sound.samples, sound.rate, subtype="PCM_16")
        drawn = str(picture(sound, longest, ())).replace("<svg ", f"<svg {NAMESPACE} ", 1)
        drawn = drawn.replace(">", f">{STYLE}", 1)
        (DOCS / f"voice_{name}.svg").write_text(f"{drawn}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
