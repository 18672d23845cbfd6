"""How far fewer evaluations lead away from where more would: mels of a trained voice, in dB.

    python benchmarks/pipeline_vs_upstream/schedules.py VOICE [--write]

VOICE is a folder that `tts-baseline train export --vocoder` made. Three sentences are spoken by schedules of
fewer steps and by guidance that ends early, with one seed each; the power of a mel's difference is set
against that of the mel, beside 16 steps and beside 64.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import mean
from typing import Any

from msgspec.structs import replace

RESULTS = Path(__file__).parent / "schedules.json"
TEXTS = (
    "¿A qué hora sale el último tren de la estación?",
    "Hola, buenos días.",
    "El libro que me prestaste está sobre la mesa de la cocina.",
)
SCHEDULES: dict[str, dict[str, Any]] = {
    "16 steps": {"steps": 16},
    "12 steps": {"steps": 12},
    "10 steps": {"steps": 10},
    "7 steps": {"steps": 7},
    "16 steps, guided until 0.5": {"steps": 16, "guided_until": 0.5},
    "16 steps, guided until 0.25": {"steps": 16, "guided_until": 0.25},
    "7 steps, guided until 0.5": {"steps": 7, "guided_until": 0.5},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("voice")
    parser.add_argument("--write", action="store_true", help=f"replace {RESULTS.name}")
    options = parser.parse_args()
    from tts_baseline.core.records import Request
    from tts_baseline.pipelines.f5_spanish import create

    pipeline = create(settings={"weights": options.voice})
    jobs = []
    for seed, text in enumerate(TEXTS, start=1):
        request = Request(text=text, seed=seed)
        jobs += pipeline.jobs(request, pipeline.plan(request))
    parts = pipeline.engine.parts

    def mels(**schedule: Any) -> list[Any]:
        return replace(parts.solver, **schedule).mels(parts.network, jobs)

    many, usual = mels(steps=64), mels(steps=16)
    page = {}
    for name, schedule in SCHEDULES.items():
        times = replace(parts.solver, **schedule).times
        made = mels(**schedule)
        page[name] = {
            "flows": sum(1 + (time <= schedule.get("guided_until", 1.0)) for time in times),
            "beside 16 steps dB": None if schedule == {"steps": 16} else mean(map(apart_db, made, usual)),
            "beside 64 steps dB": mean(map(apart_db, made, many)),
        }
        print(name, page[name], flush=True)
    if options.write:
        RESULTS.write_text(json.dumps(page, indent=1) + "\n", encoding="utf-8")


def apart_db(made: Any, wanted: Any) -> float:
    """The power of a mel around its mean over that of the difference."""
    signal, error = (wanted - wanted.mean()).square().sum(), (made - wanted).square().sum()
    return float(10 * (signal / error).log10())


if __name__ == "__main__":
    main()
