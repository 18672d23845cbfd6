"""Every switch and stack on the embedded voice, from text to sound, beside upstream: seconds and quality.

    nice -n 19 python benchmarks/pipeline_vs_upstream/ladder.py FOLDER time score page
    nice -n 19 python benchmarks/pipeline_vs_upstream/ladder.py FOLDER time --rounds 3   # go on, to 3 rounds

FOLDER keeps waves and what is finished: killed or run again, it goes on where it was, and begins anew where
the voice is another. `page` writes `ladder.json` and the picture `docs/speed_voice.svg`, and prints it;
with `--results FILE.json` that file, and no picture.

`time`   sentences of `examples/f5_project`, spoken by every arm, one after the other within a sentence, in
         turn forwards and backwards; CPU seconds of one thread. Upstream is f5-tts 1.1.22 with the same
         weights, tokens, frames, noise and vocoder, without its front end; f5_spanish has its own.
         `--arms` names some of them, which takes as much less.
`score`  what is heard of the first round: words by Whisper base (`[whisper]`) and the speaker by Resemblyzer
         (`[speaker]`) of all sentences one after another, opinions by DNSMOS (`[mos]`), and every gate of
         sound beside the accepted recordings. What is within 60 dB of an arm that was heard is not listened
         to again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from math import exp, log
from pathlib import Path
from statistics import fmean
from typing import Any

import jiwer
import numpy as np
import torch
from fewer import middle_kept
from msgspec.structs import replace
from vocoders import opinion

from pipeline_vs_upstream import EQUAL
from tts_baseline.core import environment, git
from tts_baseline.core.preset import Attempt, JointVerdict
from tts_baseline.core.records import Request, Utterance
from tts_baseline.core.sounds import Sound
from tts_baseline.core.verdict import FAILING, MeasuredChange
from tts_baseline.gate import joint
from tts_baseline.gate.verdicts import gating, verdicts
from tts_baseline.metrics.features.transcript import transcript
from tts_baseline.metrics.features.voiceprint import voiceprint
from tts_baseline.metrics.speakers import cosine
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.report.pareto import pareto
from tts_baseline.session import certify_sound, planting
from tts_baseline.session.project import open_project
from tts_baseline.stats.median import median_interval

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks" / "voice")]

from heard import letters  # noqa: E402

from tests.support.recogniser import joined  # noqa: E402

VOICE = ROOT / "src" / "tts_baseline" / "voices" / "dora"
RESULTS = Path(__file__).with_suffix(".json")
PLOT = ROOT / "docs" / "speed_voice.svg"
UPSTREAM, REFERENCE, BLOCKS = "upstream", "reference", "every 2nd step keeps its middle blocks"
INT8 = ("int8", *EQUAL[:-1])
ARMS: dict[str, tuple[str, ...]] = {
    UPSTREAM: (),
    REFERENCE: (),
    **{name: (name,) for name in (
        "adaln_table", "fused_qkv", "fused_norm", "packed", "batched", "bf16", "int8", "epss_12", "epss_10",
        "epss_7", "guidance_interval", "draft_verify",
    )},
    BLOCKS: (),
    "equal": EQUAL,
    "adaln_table, compiled": ("adaln_table", "compiled"),
    "equal, bf16": ("bf16", *EQUAL),
    "equal, int8": INT8,
    "equal, epss_10": ("epss_10", *EQUAL),
    "equal, epss_7": ("epss_7", *EQUAL),
    "equal, bf16, epss_7": ("bf16", "epss_7", *EQUAL),
    "equal, int8, epss_7": ("epss_7", *INT8),
}  # fmt: skip
SAME_DB, GAP_S = 60.0, 0.6
SHOWN = ("pesq_wb", "stoi", "lsd", "snr_golden", "contour", "duration", "snr_speech", "structure", "words")
Says = Callable[[Any], np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("parts", nargs="+", choices=("time", "score", "page"))
    parser.add_argument("--sentences", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=tuple(ARMS), metavar="ARM")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    kept = Kept(options.folder)
    sentences = Sentences(options.sentences)
    if "time" in options.parts:
        timed(kept, sentences, options.rounds, options.arms)
    if "score" in options.parts:
        scored(kept, sentences)
    if "page" in options.parts:
        page(kept, sentences, options.results)


class Kept:
    """What is finished: seconds by arm of each sentence and round, scores by arm, and the waves."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / "kept.json"
        folder.mkdir(parents=True, exist_ok=True)
        files = sorted(path for path in VOICE.rglob("*") if path.is_file() and path.suffix != ".md")
        voice = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
        found = json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}
        self.page = found if found.get("voice") == voice else {"voice": voice, "seconds": {}, "heard": {}}

    def save(self) -> None:
        self.path.write_text(json.dumps(self.page, ensure_ascii=False, indent=1), encoding="utf-8")

    def wave_of(self, arm: str, case: str) -> Path:
        return self.folder / f"{arm.replace(', ', '+').replace(' ', '-')}.{case}.npy"

    def said(self, arm: str, sentences: Sentences) -> dict[str, Utterance]:
        return {
            case: Utterance(samples=np.load(self.wave_of(arm, case)), sample_rate=24_000)
            for case in sentences.known
            if self.wave_of(arm, case).exists()
        }


class Sentences:
    """Sentences of the project that have an accepted recording, and the gate of those recordings."""

    def __init__(self, count: int) -> None:
        project = open_project(ROOT / "examples" / "f5_project", {"dir": str(ROOT / "baselines")})
        _, store, self.quality = certify_sound.accepted_sound(project)
        chosen = certify_sound.golden_cases(project, store, self.quality, count)
        self.known = {each.case.id: each for each in chosen}
        self.project = project

    def readings(self, said: dict[str, Utterance]) -> dict[str, planting.Readings]:
        return {case: planting.heard_again((self.known[case], utterance)) for case, utterance in said.items()}

    @cache  # noqa: B019 - there is one, as long as the process
    def suite(self) -> planting.PlantedSuite:
        goldens = {case: each.golden for case, each in self.known.items()}
        return planting.suite_of(
            self.quality, self.project.suite, environment.read("cpu"), self.project.limits,
            [each.case for each in self.known.values()], self.readings(goldens),
        )  # fmt: skip


def timed(kept: Kept, sentences: Sentences, rounds: int, names: tuple[str, ...]) -> None:
    """CPU seconds of these arms in each round and sentence that is not finished; the first round's waves."""
    arms = {name: speaker(name) for name in names}
    for says in arms.values():  # what is made once is no request's work
        says(Request(text="Ya."))
    for number in range(rounds):
        for row, (case, each) in enumerate(sentences.known.items()):
            if set(kept.page["seconds"].get(cell := f"{number} {case}", ())) >= set(arms):
                continue
            seconds = {}
            for name in list(arms)[:: 1 if (number + row) % 2 else -1]:
                begun = time.process_time()
                wave = arms[name](each.case.request)
                seconds[name] = round(time.process_time() - begun, 4)
                if number == 0:
                    np.save(kept.wave_of(name, case), wave)
            kept.page["seconds"][cell] = seconds
            kept.page["sound"] = kept.page.get("sound", {}) | {case: len(wave) / 24_000}
            kept.save()
            print(cell, json.dumps(seconds), flush=True)


def speaker(name: str) -> Says:
    """What says a request, as this arm does."""
    voice = create(settings={"weights": "embedded"}, optimize=ARMS[name])
    voice.load()
    if name == UPSTREAM:
        return upstream(voice)
    if name == BLOCKS:
        parts = voice.engine.parts
        kept = Keeping(parts.network, len(parts.solver.times))
        voice._engine = replace(voice.engine, parts=replace(parts, network=kept))
    return lambda request: np.asarray(voice.synthesize(request).samples)


class Keeping:
    """A network of whose steps every second computes all blocks; see `fewer.middle_kept`."""

    def __init__(self, network: Any, steps: int) -> None:
        self.network, self.step = network, 0
        self.before = middle_kept(network, [step % 2 == 0 for step in range(steps)]).__enter__()

    def prepare(self, job: Any) -> Any:
        self.step = 0
        return self.network.prepare(job)

    def flow(self, *given: Any, **more: Any) -> Any:
        self.before(self.step)
        self.step += 1
        return self.network.flow(*given, **more)


def upstream(voice: Any) -> Says:
    """Upstream's sampler with the voice's weights, and the vocoder that all arms have."""
    from f5_tts.infer import utils_infer
    from f5_tts.model import DiT

    parts = voice.engine.parts
    sizes, solver = parts.network.architecture, parts.solver
    dit = {
        "dim": sizes.dim, "depth": sizes.depth, "heads": sizes.heads,
        "ff_mult": sizes.feed_forward // sizes.dim, "text_dim": sizes.text_dim,
        "conv_layers": sizes.text_blocks, "text_mask_padding": True,
        "text_embedding_average_upsampling": True,
    }  # fmt: skip
    model = utils_infer.load_model(
        DiT, dit, str(VOICE / "model.safetensors"), vocab_file=str(VOICE / "vocab.txt"), device="cpu"
    )

    def says(request: Any) -> np.ndarray:
        plan = voice.plan(request)
        (job,) = voice.jobs(request, plan)
        with torch.inference_mode():
            mel, _ = model.sample(
                job.reference.mel, torch.tensor([job.tokens]), job.frames, steps=solver.steps,
                cfg_strength=solver.guidance, sway_sampling_coef=solver.sway, seed=job.seed,
            )  # fmt: skip
        (wave,) = voice.engine.waves([mel[:, job.reference.frames :].permute(0, 2, 1)], [job])
        return wave

    return says


def scored(kept: Kept, sentences: Sentences) -> None:
    """What is heard of every arm that is not scored yet."""
    with tempfile.TemporaryDirectory() as name:
        model = joined(Path(name))
        for arm in (REFERENCE, *(arm for arm in ARMS if arm != REFERENCE)):
            said = kept.said(arm, sentences)
            if arm in kept.page["heard"] or not said:
                continue
            readings = sentences.readings(said)
            values = {case: {each.metric: each.value for each in found} for case, found in readings.items()}
            scores = {key: [values[case].get(key) for case in said] for key in SHOWN}
            alike = (known for known in kept.page["heard"] if same(said, kept.said(known, sentences)))
            if known := next(alike, None):
                heard = {key: kept.page["heard"][known][key] for key in ("said", "p808", "ovrl", "speaker")}
            else:
                heard = listened(said, model, kept.said(REFERENCE, sentences))
            kept.page["heard"][arm] = {**heard, "scores": scores, **gates(sentences, readings)}
            kept.save()
            print(arm, json.dumps(kept.page["heard"][arm], ensure_ascii=False), flush=True)


def same(ours: dict[str, Utterance], theirs: dict[str, Utterance]) -> bool:
    """Whether all of these waves are within 60 dB of those."""
    return all(
        case in theirs and apart_db(ours[case].samples, theirs[case].samples) >= SAME_DB for case in ours
    )


def apart_db(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The power of a wave over that of its difference; as many samples as both have, less than 1 % apart."""
    length = min(len(ours), len(theirs))
    if max(len(ours), len(theirs)) > 1.01 * length:
        return 0.0
    error = np.square(ours[:length] - theirs[:length], dtype=np.float64).sum()
    return float(10 * np.log10(np.square(theirs, dtype=np.float64).sum() / error)) if error else np.inf


def listened(said: dict[str, Utterance], model: str, reference: dict[str, Utterance]) -> dict[str, Any]:
    """The words of all sentences, opinions of each, and how much it is the reference's speaker over all."""
    opinions = [opinion(each.samples) for each in said.values()]
    ours, theirs = one_after_another(said), one_after_another({case: reference[case] for case in said})
    return {
        "said": letters(transcript(ours, model).text),
        "p808": fmean(float(each["p808_mos"]) for each in opinions),
        "ovrl": fmean(float(each["ovrl_mos"]) for each in opinions),
        "speaker": cosine(voiceprint(ours), voiceprint(theirs)),
    }


def one_after_another(said: dict[str, Utterance]) -> Sound:
    """All sentences as one sound: Whisper hears half a minute at once, whatever there is."""
    gap = np.zeros(round(GAP_S * 24_000))
    return Sound(np.concatenate([part for each in said.values() for part in (each.samples, gap)]), 24_000)


def gates(sentences: Sentences, readings: dict[str, planting.Readings]) -> dict[str, Any]:
    """The gates of sound that fail, and what the worst one lost of its limit; to be unlike is no loss."""
    suite = sentences.suite()
    heard = {**suite.unchanged, **readings}
    run = replace(suite.run, readings=tuple(each for found in heard.values() for each in found))
    decided = verdicts(run, suite.baseline, None, suite.limits).combined
    failing = {each.gate: joint._is_likeness(each) for each in gating(decided) if each.status in FAILING}
    losses = {each.gate: loss for each in decided if each.case is None and (loss := joint._loss(each))}
    return {
        "fails": sorted(gate for gate, likeness in failing.items() if not likeness),
        "unlike": sorted(gate for gate, likeness in failing.items() if likeness),
        "loss": max(losses.values(), default=0.0),
    }


def page(kept: Kept, sentences: Sentences, results: Path) -> None:
    """The table, as JSON and in the terminal, and the picture; of what was not heard, the times alone."""
    cells = kept.page["seconds"].values()
    rows = {
        arm: {
            "seconds": fmean(cell[arm] for cell in cells if arm in cell),
            "of_reference": share(cells, arm, REFERENCE),
            "of_upstream": share(cells, arm, UPSTREAM),
            "sentences": len(kept.said(arm, sentences)),
            **quality(kept, sentences, arm),
        }
        for arm in ARMS
        if any(arm in cell for cell in cells)
    }
    found = {
        "machine": environment.read("cpu").hardware,
        "commit": git.commit(ROOT)[0],
        "voice": kept.page["voice"],
        "sentences": list(kept.said(REFERENCE, sentences)),
        "rounds": max(int(cell.partition(" ")[0]) for cell in kept.page["seconds"]) + 1,
        "arms": rows,
    }
    results.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if results == RESULTS:
        # Upstream's wave is not trimmed, and so it is no variant to be judged by these recordings.
        variants = [arm for arm in rows if arm not in (UPSTREAM, REFERENCE) and "loss" in rows[arm]]
        PLOT.write_text(f"{pareto([attempt(arm, rows[arm]) for arm in variants])}\n", encoding="utf-8")
    print("\n".join(f"{arm}: {json.dumps(row, ensure_ascii=False)}" for arm, row in rows.items()))


def quality(kept: Kept, sentences: Sentences, arm: str) -> dict[str, Any]:
    """What was heard of an arm, or of one that says the same within 60 dB; nothing where neither was."""
    said, known = kept.said(arm, sentences), kept.page["heard"]
    alike = (name for name in (arm, *known) if name in known and same(said, kept.said(name, sentences)))
    if (name := next(alike, None)) is None:
        return {}
    heard = known[name]
    usual = kept.said(REFERENCE, sentences)
    of = usual if same(said, usual) else said  # it was the reference that was heard, whose sentences are more
    wanted = [letters(planned(sentences.known[case].case.request)) for case in of]
    contours = [abs(at) for at in heard["scores"]["contour"] if at is not None]
    return {
        "said": heard["said"],
        "of words": sum(len(each.split()) for each in wanted),
        "wrong words": wrong(heard["said"], " ".join(wanted)),
        **{key: mean(heard["scores"][key]) for key in SHOWN},
        "furthest contour": max(contours, default=0.0),
        **{key: heard[key] for key in ("p808", "ovrl", "speaker", "fails", "unlike", "loss")},
        # What was drafted and stayed is what 7 steps say.
        **({"said again": apart(said, kept.said("epss_7", sentences))} if arm == "draft_verify" else {}),
    }


def apart(said: dict[str, Utterance], other: dict[str, Utterance]) -> int:
    """In how many sentences the samples are others."""
    return sum(not np.array_equal(each.samples, other[case].samples) for case, each in said.items())


def attempt(arm: str, row: dict[str, Any]) -> Attempt:
    """The arm as a variant for the picture: faster where its whole interval is, refused by a gate."""
    middle, low, high = row["of_reference"]
    verdict: JointVerdict = "refused" if row["fails"] else "faster" if high < 1 else "no faster"
    names = (arm.partition(" keeps")[0],)
    time_ = MeasuredChange(change=middle - 1, low=low - 1, high=high - 1)
    return Attempt(switches=names, verdict=verdict, loss=row["loss"], time=time_)


def planned(request: Any) -> str:
    return str(front_end().plan(request).spoken)


@cache
def front_end() -> Any:
    return create(settings={"weights": "embedded"})


def share(cells: Any, arm: str, other: str) -> list[float]:
    """The arm's seconds as a share of the other's in the same sentence and round: median, and 95 %."""
    middle, low, high = median_interval([log(cell[arm] / cell[other]) for cell in cells if arm in cell])
    return [exp(each) for each in (middle, low, high)]


def wrong(said: str, wanted: str) -> int:
    """How many words are others, missing or added."""
    found = jiwer.process_words(wanted, said)
    return found.substitutions + found.deletions + found.insertions


def mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


if __name__ == "__main__":
    main()
