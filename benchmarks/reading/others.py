"""Our readings beside those of other systems, by type, on the same texts.

    pip install --editable '.[espeak,spanish]' --requirement benchmarks/reading/requirements.txt
    python benchmarks/reading/others.py [--write] [--differences SYSTEM] [--seconds 1200]

The texts are the corpus's rows with a reading, of the neutral region (the others know no region), and
the first 500 reviewed sentences. A system that does not read them all in so many seconds is left out,
and named; what it has read is kept, so that another run goes on from there. A system is right where it
says the words of an accepted reading; espeak-ng, which gives sounds, where its phonemes for the text are
those for an accepted reading. Then espeak-ng listens to ours: a word that is in no span sounds the same
in the text and in our reading of it, or it is listed. `--differences` prints each row where that system
says otherwise than we do, and who is right.
"""

from __future__ import annotations

import argparse
import ctypes
import difflib
import functools
import json
import logging
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import corpus
import review
import spoken

from tts_baseline.core import environment

RESULTS = Path(__file__).with_name("others.json")
KEPT = Path(".tts-baseline/reading")
PAGE = Path(__file__).parents[2] / "docs/reading.md"
_UTF8, _IPA = 1, 2  # espeak-ng/speak_lib.h: espeakCHARS_UTF8, and espeak_TextToPhonemes's mode
# Sounds that a word takes on from its neighbours: softened stops, and n before another consonant.
_NEIGHBOURS = str.maketrans("βðɣŋɱm", "bdɡnnn")
_STRESS = re.compile(r"[ˈˌ:ː_|()\-]|\([a-z-]+\)")

System = Callable[[str], str]
Text = tuple[str, str, tuple[str, ...]]  # its type, as it is written, the accepted readings


def texts() -> Iterator[Text]:
    """All texts that the systems read."""
    for file in corpus.files():
        for row in corpus.rows(file):
            if row.readings and row.region == "neutral":
                yield file.stem, row.written, row.readings
    for sentence in review.sentences(review.FOLDER / "debian.toml"):
        yield "real sentences", sentence.written, sentence.should or (sentence.read,)


def ours(written: str) -> str:
    """Our reading; nothing where a text is refused."""
    try:
        return spoken.plan(written, "neutral").text
    except spoken.Refused:
        return ""


def damga() -> System:
    """damga alone, as the pipeline sets it."""
    from damga import TextNormalizer

    return TextNormalizer(lang="es", formal_ordinals=True).normalize


def nemo() -> System:
    """NeMo's grammars (they are built once, in two minutes)."""
    logging.disable(logging.INFO)
    from nemo_text_processing.text_normalization.normalize import Normalizer

    cache = Path.home() / ".cache/nemo_text_processing"
    cache.mkdir(parents=True, exist_ok=True)
    normalizer = Normalizer(input_case="cased", lang="es", cache_dir=str(cache))
    return lambda written: str(normalizer.normalize(written, punct_post_process=True))


def num2words() -> System:
    """num2words for each run of digits, with its groups of thousands: what a pipeline of ten lines does."""
    from num2words import num2words as said

    def read(match: re.Match[str]) -> str:
        whole, _, decimals = match.group().replace(".", "").partition(",")
        return str(said(float(f"{whole}.{decimals}") if decimals else int(whole), lang="es"))

    return lambda written: re.sub(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?", read, written)


@functools.cache
def _engine() -> ctypes.CDLL:
    import espeakng_loader

    engine = ctypes.CDLL(espeakng_loader.get_library_path())
    engine.espeak_TextToPhonemes.restype = ctypes.c_char_p
    engine.espeak_Initialize(2, 0, espeakng_loader.get_data_path().encode(), 0x8000)
    engine.espeak_SetVoiceByName(b"roa/es")
    return engine


@functools.cache
def phonemes(text: str) -> str:
    """espeak-ng's phonemes of a text, words apart, without stress and pauses."""
    at = ctypes.c_char_p(text.encode())
    place, said = ctypes.pointer(at), []
    while at.value:
        clause = _engine().espeak_TextToPhonemes(
            ctypes.cast(place, ctypes.POINTER(ctypes.c_void_p)), _UTF8, _IPA
        )
        said.append((clause or b"").decode())
    return " ".join(_STRESS.sub("", " ".join(said)).split())


def espeak() -> System:
    """espeak-ng's own reading, as phonemes."""
    return phonemes


SYSTEMS: Mapping[str, Callable[[], System]] = {
    "nemo": nemo, "damga": damga, "num2words": num2words, "espeak-ng": espeak,
}  # fmt: skip


def right(system: str, said: str, accepted: tuple[str, ...]) -> bool:
    """Whether a system says an accepted reading."""
    if system == "espeak-ng":
        return said.replace(" ", "") in [phonemes(reading).replace(" ", "") for reading in accepted]
    return spoken.words(said) in [spoken.words(reading) for reading in accepted]


def heard_otherwise(written: str, read: str) -> list[str]:
    """The words of our reading that are in no span, and that espeak-ng says otherwise than in the text."""
    before, after = spoken.words(written), spoken.words(read)
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    kept = [word for block in blocks for word in after[block.b : block.b + block.size] if word.isalpha()]
    return [
        word
        for word, text in _missing(kept, phonemes(read))
        if (word, text) not in _missing(kept, phonemes(written))
    ]


def _missing(kept: list[str], sounds: str) -> list[tuple[str, int]]:
    """The words whose phonemes do not come in the sounds, in their order, each with its place."""
    at, missing, run = 0, [], sounds.replace(" ", "").translate(_NEIGHBOURS)
    for index, word in enumerate(kept):
        place = run.find(phonemes(word).replace(" ", "").translate(_NEIGHBOURS), at)
        if place < 0:
            missing.append((word, index))
        else:
            at = place
    return missing


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--write", action="store_true", help=f"replace {RESULTS.name} and the table of {PAGE.name}"
    )
    parser.add_argument("--differences", metavar="SYSTEM", choices=sorted(SYSTEMS))
    parser.add_argument("--seconds", type=float, default=1200, help="the most that a system gets")
    options = parser.parse_args()
    every = list(texts())
    names = ["ours", *([options.differences] if options.differences else SYSTEMS)]
    said = {name: _said(name, [text for _, text, _ in every], options.seconds) for name in names}
    unfinished = {name: len(answers) for name, answers in said.items() if len(answers) < len(every)}
    print(*(f"{name} read {count} of {len(every)} texts" for name, count in unfinished.items()), sep="\n")
    names = [name for name in names if name not in unfinished]
    verdicts = {
        name: [
            right(name, words, accepted) for words, (_, _, accepted) in zip(said[name], every, strict=True)
        ]
        for name in names
    }
    if options.differences:
        for index, (kind, written, _) in enumerate(every):
            pair = [verdicts[name][index] for name in names]
            if spoken.words(said["ours"][index]) != spoken.words(said[names[1]][index]):
                verdict = {(True, False): "ours", (False, True): "theirs", (True, True): "both"}.get(
                    tuple(pair), "none"
                )
                print(f"{verdict:6} {kind}: {written!r}: {said['ours'][index]!r} | {said[names[1]][index]!r}")
        return
    counts = {
        kind: {
            name: sum(right for right, text in zip(verdicts[name], every, strict=True) if text[0] == kind)
            for name in names
        }
        | {"texts": sum(text[0] == kind for text in every)}
        for kind in dict.fromkeys(text[0] for text in every)
    }
    alone = [
        {
            "type": kind,
            "written": written,
            "ours": said["ours"][index],
            "right": [n for n in names if verdicts[n][index]],
        }
        for index, (kind, written, _) in enumerate(every)
        if not verdicts["ours"][index] and any(verdicts[name][index] for name in names)
    ]
    heard = {
        written: words for (_, written, _), read in zip(every, said["ours"], strict=True)
        if (words := heard_otherwise(written, read))
    }  # fmt: skip
    print(table(counts, names))
    print(f"{len(alone)} texts that another system alone has right")
    print(f"{len(heard)} texts in which espeak-ng hears a word that is in no span otherwise: {heard}")
    if options.write:
        commit = subprocess.run(
            ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True
        ).stdout.strip()
        page = {
            "command": "python benchmarks/reading/others.py --write", "commit": commit,
            "machine": environment.read("cpu").hardware, "counts": counts, "unfinished": unfinished,
            "another_alone_is_right": alone, "heard_otherwise": heard,
        }  # fmt: skip
        RESULTS.write_text(json.dumps(page, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        head, mark, _ = PAGE.read_text(encoding="utf-8").partition("<!-- table of systems -->\n")
        PAGE.write_text(f"{head}{mark}\n{table(counts, names)}\n", encoding="utf-8")


def _said(name: str, written: list[str], seconds: float) -> list[str]:
    """What a system says for each text, or for those that it reads in so many seconds.

    What others said is kept beside the runs, and not asked again.
    """
    if name == "ours":
        return [ours(text) for text in written]
    file = KEPT / f"{name}.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    missing = [text for text in written if text not in known]
    if missing:
        began, system = time.monotonic(), SYSTEMS[name]()
        for text in missing:
            if time.monotonic() - began > seconds:
                break
            known[text] = _tried(system, text)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
    return [known[text] for text in written if text in known]


def _tried(system: System, text: str) -> str:
    try:
        return system(text)
    except Exception as error:  # noqa: BLE001 - another system's fault is its reading
        return type(error).__name__


def table(counts: Mapping[str, Mapping[str, int]], names: list[str]) -> str:
    """Texts, and the share right of each system with its 95 % interval, by type."""

    def cell(right: int, texts: int) -> str:
        low, high = review.wilson(right, texts)
        return f"{100 * right / texts:.0f} % [{100 * low:.0f}, {100 * high:.0f}]"

    total = {
        key: sum(row[key] for kind, row in counts.items() if kind != "real sentences")
        for key in (*names, "texts")
    }
    lines = [f"| type | texts | {' | '.join(names)} |", f"| --- | --- |{' --- |' * len(names)}"]
    for kind, row in {**counts, "all of the corpus": total}.items():
        lines.append(
            f"| {kind} | {row['texts']} | {' | '.join(cell(row[name], row['texts']) for name in names)} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
