"""Texts that nobody wrote, and real ones: none raises, and none of their spans is torn.

    python benchmarks/reading/fuzz.py [--fuzzed 200000] [--real FILE.jsonl] [--seed 1] [--write]

Fuzzed texts are pieces of the corpus, of signs, numbers and any characters, put together by a seed; real
ones are paragraphs, one JSON string a line. Each is planned with a breath, a length of chunks and pauses of
its own, from the hardest to the usual. `--write` replaces the part "fuzz" of results.json.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import corpus

from tts_baseline.core import environment
from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.pipelines.f5_spanish.text.options import ClipPace, TextOptions
from tts_baseline.pipelines.f5_spanish.text.planner import make_plan
from tts_baseline.pipelines.f5_spanish.text.regions import regions
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.plan import Span, TextPlan

RESULTS = Path(__file__).with_name("results.json")
_SIGNS = ".,;:/-–—+*=<>%$€£#@&_~^|\\()[]{}«»“”\"'’¿?¡!…ºª°²³½¾×÷±√ \n\t"
_LETTERS = "aeiouxyzbñáéíóúüAEIOUXVISMñ0123456789"
_BREATHS = (0.0, 0.4, 0.7, 1.0, 1.7, 2.5, 5.0, 12.0)
_BYTES = (40, 60, 90, 150, 300, 1000)
_PAUSES = ("controls", "sentences", "clauses")
_SHORTEST_LENGTH = 12  # bytes beside a span in its chunk: a longer span has to be cut, with a note


def fuzzed(dice: random.Random, written: list[str]) -> str:
    """A text of one to six pieces."""
    return dice.choice([" ", " ", "", "\n"]).join(_piece(dice, written) for _ in range(dice.randint(1, 6)))


def _piece(dice: random.Random, written: list[str]) -> str:
    kind = dice.randrange(6)
    row = dice.choice(written)
    if kind < 2:
        return row
    if kind == 2:
        start = dice.randrange(len(row))
        return row[start : start + dice.randint(1, 12)]
    if kind == 3:
        return "".join(dice.choices(_SIGNS + _LETTERS, k=dice.randint(1, 12)))
    if kind == 4:
        letters = list(row)
        letters[dice.randrange(len(letters))] = dice.choice(_SIGNS)
        return "".join(letters)
    blocks = dice.choices(((1, 0x250), (0x2000, 0x2FFF), (1, 0xD7FF)), k=dice.randint(1, 6))
    return "".join(chr(dice.randrange(*block)) for block in blocks)


def torn(plan: TextPlan, size: int) -> list[Span]:
    """The spans that anything divides, though a chunk could hold them."""
    breaks = {
        *(chunk.last for chunk in plan.chunks),
        *(sentence.last for sentence in plan.sentences),
        *(phrase.last for phrase in plan.phrases),
        *(boundary.after for boundary in plan.boundaries),
    }
    return [
        span for span in plan.spans
        if any(span.first <= place < span.last for place in breaks)
        and len(_spoken(plan, span).encode()) + _SHORTEST_LENGTH < size
    ]  # fmt: skip


def _spoken(plan: TextPlan, span: Span) -> str:
    return plan.text[plan.tokens[span.first].start : plan.tokens[span.last].end]


def judged(texts: Iterator[str], dice: random.Random) -> tuple[int, int, list[str]]:
    """How many texts and spans there were, and what was wrong with which text."""
    vocabulary, names = Vocabulary.default(), sorted(regions())
    count, spans, wrong, shown = 0, 0, [], 0
    for text in texts:
        size, breath = dice.choice(_BYTES), dice.choice(_BREATHS)
        options = TextOptions(breath_s=breath, pauses=dice.choice(_PAUSES), emphasis=True)
        pace = ClipPace(bytes_per_s=15.0, speech_s=size / 15.0)
        count += 1
        try:
            plan = make_plan(
                text, region=dice.choice(names), style=None, speed=1.0, options=options,
                pace=lambda _, pace=pace: pace, vocabulary=vocabulary,
            )  # fmt: skip
        except TtsBaselineError as error:
            wrong.append(f"refused: {text!r}: {error}")
        except Exception as error:  # noqa: BLE001 (any is a fault, and is counted)
            wrong.append(f"raised: {text!r}: {type(error).__name__}: {error}")
        else:
            spans += len(plan.spans)
            wrong += (
                f"torn: {text!r}: {span.written!r} at {breath} s, {size} bytes" for span in torn(plan, size)
            )
        if count % 5000 == 0:
            print(f"{count} texts, {spans} spans, {len(wrong)} wrong", *wrong[shown:], sep="\n  ", flush=True)
            shown = len(wrong)
    return count, spans, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--fuzzed", type=int, default=200_000)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help=f'replace the part "fuzz" of {RESULTS.name}')
    options = parser.parse_args()
    written = [row.written for file in corpus.files() for row in corpus.rows(file)]
    dice = random.Random(options.seed)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    parts = {}
    for name, texts in (
        ("fuzzed", (fuzzed(dice, written) for _ in range(options.fuzzed))),
        (
            "real",
            map(json.loads, options.real.read_text(encoding="utf-8").splitlines()) if options.real else (),
        ),
    ):
        began = time.process_time()
        count, spans, wrong = judged(iter(texts), dice)
        kinds = Counter(line.partition(":")[0] for line in wrong)
        print(f"{name}: {count} texts, {spans} spans: {dict(kinds) or 'nothing wrong'}")
        parts[name] = {
            "texts": count, "spans": spans, "raised": kinds["raised"], "refused": kinds["refused"],
            "torn": kinds["torn"], "cpu_s": round(time.process_time() - began, 1),
        }  # fmt: skip
    if options.write:
        page = json.loads(RESULTS.read_text(encoding="utf-8"))
        page["fuzz"] = {
            "command": f"python benchmarks/reading/fuzz.py --fuzzed {options.fuzzed} --seed {options.seed}"
            " --real TEXTS.jsonl --write",
            "commit": commit.stdout.strip(), "machine": environment.read("cpu").hardware, **parts,
        }  # fmt: skip
        RESULTS.write_text(json.dumps(page, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
