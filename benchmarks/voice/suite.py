"""What is heard of each case of the built-in suites and of the 40 sentences: words, repeats, dead air.

    python benchmarks/voice/suite.py [--suites es_short es sentences] [--cases 10]

The embedded voice speaks each text once. The words are read out by the product's front end, and heard by
Whisper base (extra `[whisper]`); a pause is dead air by what it is longer than the longest that was planned.
Results go to `suite.json` case by case: the same command goes on where it was left, `--cases` says how far.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.recogniser import joined  # noqa: E402
from tts_baseline.core.ears import Ears  # noqa: E402
from tts_baseline.core.protocols import Evidence  # noqa: E402
from tts_baseline.core.records import Case  # noqa: E402
from tts_baseline.metrics.asr import repeated_words, wer  # noqa: E402
from tts_baseline.metrics.features.silences import silences  # noqa: E402
from tts_baseline.pipelines.f5_spanish import create  # noqa: E402
from tts_baseline.session import ears  # noqa: E402
from tts_baseline.suites import reader  # noqa: E402

HERE = Path(__file__).parent
RESULTS = Path(__file__).with_suffix(".json")
SENTENCES = "sentences"


def cases(suite: str) -> Iterator[Case]:
    """The cases of a built-in suite, or the sentences that the voice has not learned from."""
    if suite == SENTENCES:
        lines = (HERE / "sentences.txt").read_text(encoding="utf-8").splitlines()
        yield from (Case(id=f"{n:02d}", text=text, seed=n) for n, text in enumerate(lines))
    else:
        yield from reader.read(suite, Path())


def heard(voice: Any, case: Case, listener: Ears) -> dict[str, Any]:
    """What is heard of a case; a word error rate of None where there is too little to hear."""
    planned = max((chunk.pause_s for chunk in voice.plan(case.request).chunks), default=0.0)
    spoken = voice.synthesize(case.request)
    evidence = Evidence(case=case, utterances=(spoken,), ears=listener)
    pauses = silences(evidence.sounds.of(spoken)).pauses_s
    longest = float((pauses[:, 1] - pauses[:, 0]).max(initial=0.0))
    words, repeats = wer.read(evidence), repeated_words.read(evidence)
    return {
        "words": len(listener.words(case.text, case.region)),
        "wer": None if words.value is None else round(words.value, 4),
        "otherwise": words.note,
        "repeated": repeats.value,
        "seconds": round(spoken.samples.size / spoken.sample_rate, 2),
        "pause_s": round(longest, 2),
        "dead_air_s": round(max(0.0, longest - planned), 2),
    }


def summary(found: dict[str, dict[str, Any]]) -> str:
    """All cases of a suite in a line."""
    read = [case for case in found.values() if case["wer"] is not None]
    words = sum(case["words"] for case in read)
    errors = sum(case["wer"] * case["words"] for case in read)
    repeated = sum(case["repeated"] or 0 for case in read)
    dead = max(case["dead_air_s"] for case in found.values())
    wrong = f"{errors:.0f} of {words} words wrong, {repeated:.0f} repeated"
    return f"{len(found)} cases, {wrong}, {dead} s of dead air at most"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--suites", nargs="+", default=["es_short", "es", SENTENCES])
    parser.add_argument("--cases", type=int, default=sys.maxsize, help="at most so many more")
    options = parser.parse_args()
    torch.set_num_threads(1)
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    voice = create(settings={"weights": "embedded"})
    left = options.cases
    with tempfile.TemporaryDirectory() as folder:
        listener = ears.of({"asr": joined(Path(folder))}, Path())
        for suite in options.suites:
            found = results.setdefault(suite, {})
            for case in [case for case in cases(suite) if case.id not in found][:left]:
                found[case.id] = heard(voice, case, listener)
                left -= 1
                text = json.dumps(results, ensure_ascii=False, indent=1) + "\n"
                RESULTS.write_text(text, encoding="utf-8")
            if found:
                sys.stdout.write(f"{suite}: {summary(found)}\n")


if __name__ == "__main__":
    main()
