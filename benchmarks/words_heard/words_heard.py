"""Which changed words `changed_words` catches, spoken by a voice, and how often it is alarmed by nothing.

python benchmarks/words_heard/words_heard.py --model FOLDER --minutes 30 --kept rows.jsonl
python benchmarks/words_heard/words_heard.py --model FOLDER --minutes 60 --kept said.jsonl --voice embedded

needs pytest-tts-baseline[asr,espeak], and [f5] for the embedded voice, which speaks with the switches that
promise equal output. It goes on where `--kept` was left, sentence by sentence, speaks no text again that
`--spoken` has, and writes results.json beside itself. Homophones are also compared as texts, which needs no
recogniser.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tts_baseline.core.ears import Ears
from tts_baseline.core.protocols import Evidence, Pipeline
from tts_baseline.core.records import Case, Utterance
from tts_baseline.core.sounds import Sounds
from tts_baseline.faults.fault import Original
from tts_baseline.faults.harmless import HARMLESS
from tts_baseline.metrics.asr import changed_words
from tts_baseline.metrics.golden import words
from tts_baseline.metrics.spellings import changes
from tts_baseline.pipelines import espeak, f5_spanish
from tts_baseline.session import ears as project_ears


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


RESULTS = Path(__file__).with_name("results.json")
REGION = "mexican"  # with seseo
SENTENCES = 100
EACH = {"substituted": 2, "deleted": 2, "doubled": 1, "unchanged": 3, "homophone": 1}
WHO = _words("niño pintor maestro abuelo vecino doctor pájaro músico médico soldado")
DOES = _words("compra pinta busca vende limpia lleva guarda regala mira carga")
WHAT = _words(
    "casa cara mesa misa gato pato vaca bolsa carta manta botella cebolla zapatilla guitarra hoja caja"
)
LIKE = _words("roja vieja grande nueva azul verde pequeña hermosa")
WHERE = _words("tienda cocina playa escuela montaña iglesia plaza calle huerta estación")
# What is spelled otherwise and sounds alike, everywhere or where c and z are said as s.
ALIKE = (
    ("b", "v"),
    ("v", "b"),
    ("ll", "y"),
    ("z", "s"),
    ("ce", "se"),
    ("ci", "si"),
    ("s", "z"),
    ("je", "ge"),
    ("h", ""),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", required=True, help="a Whisper for faster-whisper: folder or hub name")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument(
        "--first", type=int, default=0, help="the first sentence (22 to 99 chose no threshold)"
    )
    parser.add_argument("--kept", type=Path, required=True, help="rows that are measured, one a line")
    parser.add_argument("--spoken", type=Path, help="a folder for what the voice said, text by text")
    parser.add_argument("--voice", choices=VOICES, default="espeak")
    options = parser.parse_args()
    ears = project_ears.of({"asr": options.model}, Path.cwd())
    voice = Speaker(VOICES[options.voice](), options.spoken)
    rows = (
        [json.loads(line) for line in options.kept.read_text().splitlines()] if options.kept.exists() else []
    )
    until = time.monotonic() + 60 * options.minutes
    known = {row["sentence"] for row in rows}
    for number in (each for each in range(options.first, SENTENCES) if each not in known):
        if time.monotonic() > until:
            break
        fresh = list(sentence(number, voice, ears))
        rows += fresh
        with options.kept.open("a") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in fresh)
        print(
            f"{number + 1} of {SENTENCES} sentences: {Counter(r['kind'] for r in rows if alarmed(r))}",
            file=sys.stderr,
        )
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    results["voices"][options.voice] = summary(rows)
    results["homophones as texts"] = homophones_as_texts()
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


EQUAL = ("adaln_table", "fused_norm", "fused_qkv", "packed")


def embedded() -> Pipeline:
    """The voice that ships, on one thread, by the switches of equal output."""
    import torch

    torch.set_num_threads(1)
    return f5_spanish.create(settings={"weights": "embedded"}, optimize=EQUAL)


VOICES: dict[str, Callable[[], Any]] = {"espeak": espeak.create, "embedded": embedded}


class Speaker:
    """A voice that says each text once, and keeps what it said in a folder, if there is one."""

    def __init__(self, voice: Any, folder: Path | None) -> None:
        self._voice, self._folder = voice, folder
        self._said: dict[str, Utterance] = {}

    def __call__(self, words: list[str]) -> Utterance:
        text = _written(words)
        if text not in self._said:
            self._said[text] = self._kept(text)
        return self._said[text]

    def has(self, words: list[str]) -> bool:
        """Whether it was said before."""
        return self._folder is not None and _place(self._folder, _written(words)).exists()

    def _kept(self, text: str) -> Utterance:
        request = Case(id="a", text=text, region=REGION).request
        if self._folder is None:
            return self._voice.synthesize(request)
        path = _place(self._folder, text)
        if not path.exists():
            made = self._voice.synthesize(request)
            self._folder.mkdir(parents=True, exist_ok=True)
            np.savez(path, samples=made.samples, rate=made.sample_rate)
        with np.load(path) as kept:
            return Utterance(samples=kept["samples"], sample_rate=int(kept["rate"]))


def _written(words: list[str]) -> str:
    return f"{' '.join(words).capitalize()}."


def _place(folder: Path, text: str) -> Path:
    return folder / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.npz"


def sentence(number: int, say: Callable[[list[str]], Utterance], ears: Ears) -> Iterator[dict[str, Any]]:
    """The rows of a sentence: every change of it, spoken and heard beside it as it is."""
    dice = random.Random(number)
    plain = drawn(dice)
    golden, sounds = say(plain), Sounds()
    for kind, count in EACH.items():
        for repeat in range(count):
            changed, where = altered(plain, kind, dice)
            heard = harmless(golden, number * 3 + repeat) if kind == "unchanged" else say(changed)
            case = Case(id="a", text=" ".join(plain), region=REGION)
            evidence = Evidence(case=case, utterances=(heard,), golden=golden, ears=ears, sounds=sounds)
            began = time.process_time()
            found, alone = changed_words.read(evidence), words.read(evidence)
            yield {
                "sentence": number,
                "kind": kind,
                "text": " ".join(plain),
                "said": " ".join(changed),
                "word": where,
                "changed_words": found.value,
                "note": found.note or found.reason,
                "words": alone.value,
                "cpu_s": round(time.process_time() - began, 2),
                "audio_s": round(len(heard.samples) / heard.sample_rate, 2),
            }


def drawn(dice: random.Random) -> list[str]:
    """The words of a sentence by chance."""
    return [
        *f"el {dice.choice(WHO)} {dice.choice(DOES)} la".split(),
        dice.choice(WHAT),
        dice.choice(LIKE),
        "en",
        "la",
        dice.choice(WHERE),
    ]


def altered(plain: list[str], kind: str, dice: random.Random) -> tuple[list[str], str]:
    """The sentence with one word changed, and that word."""
    if kind == "unchanged":
        return plain, ""
    if kind == "homophone":
        found = [(at, word) for at, word in enumerate(plain) for word in alike(word)]
        at, word = dice.choice(found) if found else (0, plain[0])
        return [*plain[:at], word, *plain[at + 1 :]], word
    at = dice.randrange(len(plain))
    if kind == "substituted":
        pools = [pool for pool in (WHO, DOES, WHAT, LIKE, WHERE) if plain[at] in pool]
        if not pools:
            return altered(plain, kind, dice)
        other = dice.choice([word for word in pools[0] if word != plain[at]])
        return [*plain[:at], other, *plain[at + 1 :]], f"{plain[at]} -> {other}"
    middle = [] if kind == "deleted" else [plain[at], plain[at]]
    return [*plain[:at], *middle, *plain[at + 1 :]], plain[at]


def alike(word: str) -> list[str]:
    """The word as it could be misspelled without sounding otherwise."""
    return [re.sub(written, other, word, count=1) for written, other in ALIKE if re.search(written, word)]


def harmless(golden: Utterance, number: int) -> Utterance:
    """The utterance with a change that nobody hears: other samples, so that it is listened to."""
    change = HARMLESS[number % len(HARMLESS)]
    original = Original(golden.samples.astype(np.float64), golden.sample_rate)
    wave = change.plant(original, change.strength, np.random.default_rng(number))
    return Utterance(samples=wave.astype(np.float32), sample_rate=golden.sample_rate)


def alarmed(row: dict[str, Any]) -> bool:
    return bool(row["changed_words"])


def homophones_as_texts(count: int = 500) -> dict[str, int]:
    """Misspellings that sound alike, each compared with its word in a sentence."""
    dice = random.Random(0)
    alarms = 0
    for _ in range(count):
        pool = [word for word in (*WHO, *DOES, *WHAT, *LIKE, *WHERE) if alike(word)]
        word = dice.choice(pool)
        other = dice.choice(alike(word))
        alarms += bool(changes(("la", word, "nueva"), ("la", other, "nueva"), REGION))
    return {"compared": count, "alarms": alarms}


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = {}
    for kind in EACH:
        of_kind = [row for row in rows if row["kind"] == kind]
        kinds[kind] = {
            "spoken": len(of_kind),
            "changed_words": sum(map(alarmed, of_kind)),
            "of them by the sound alone": sum(
                alarmed(r) and "which no transcript has" in r["note"] and "«" not in r["note"]
                for r in of_kind
            ),
            "words (golden), beyond its limit": sum((row["words"] or 0) > 0.05 for row in of_kind),
            "passed": [row["word"] for row in of_kind if not alarmed(row)]
            if kind in ("substituted", "deleted", "doubled")
            else [],
            "alarmed": [row["said"] for row in of_kind if alarmed(row)]
            if kind in ("unchanged", "homophone")
            else [],
        }
    audio, cpu = (sum(row[name] for row in rows) for name in ("audio_s", "cpu_s"))
    return {
        "sentences": len({row["sentence"] for row in rows}),
        "kinds": kinds,
        "cpu seconds a second of audio": round(cpu / audio, 2) if audio else None,
    }


if __name__ == "__main__":
    main()
