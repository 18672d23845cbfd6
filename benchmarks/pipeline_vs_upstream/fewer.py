"""What fewer evaluations cost: kept blocks, searched schedules.

    python benchmarks/pipeline_vs_upstream/fewer.py VOICE blocks search --write

VOICE is a folder that `tts-baseline train export --vocoder` made. All figures are of mels, in dB: the power
of a mel over that of its difference from the one of 32 steps, under the same seed.

`blocks`  16 steps of which some keep what the middle blocks added a step before, beside fewer steps.
`search`  7 steps on EPSS's grid of 32: each inner time is moved while that brings the mels of three jobs
          nearer; then both schedules on three other jobs.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

RESULTS = Path(__file__).parent / "fewer.json"
TEXTS = (
    "Hola, buenos días.", "Muchas gracias.", "¿Qué hora es?", "No lo sé.", "Hasta mañana.",
    "Son las dos y media.", "Me llamo Ana.", "El tren sale a las seis.",
)  # fmt: skip
MANY, USUAL = 32, 16
GRID = 32
KEPT = {"every 2nd": 2, "2 of 3": 3}  # a step of so many computes the middle blocks


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("voice")
    parser.add_argument("what", nargs="+", choices=("blocks", "search"))
    parser.add_argument("--tries", type=int, default=60, help="schedules of `search`, at most")
    parser.add_argument("--write", action="store_true", help=f"keep them in {RESULTS.name}")
    options = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    with torch.inference_mode():
        voice = Spoken(options.voice)
        for what in options.what:
            found = {"blocks": blocks, "search": search}[what](voice, options)
            print(what, json.dumps(found, indent=1), flush=True)
            if options.write:
                page = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
                RESULTS.write_text(json.dumps(page | {what: found}, indent=1) + "\n", encoding="utf-8")


class Spoken:
    """A voice, and mels of its jobs along schedules; those of 32 steps are kept."""

    def __init__(self, folder: str) -> None:
        from tts_baseline.core.records import Request
        from tts_baseline.pipelines.f5_spanish import create

        self.pipeline = create(settings={"weights": folder})
        self.parts = self.pipeline.engine.parts
        self.request = Request
        self._many: dict[int, Any] = {}

    def job(self, number: int) -> Any:
        """Job `number`: a text, and a seed of its own."""
        request = self.request(text=TEXTS[number % len(TEXTS)], seed=number + 1)
        return self.pipeline.jobs(request, self.pipeline.plan(request))[0]

    def usual(self, steps: int) -> list[float]:
        """The times of so many steps, 1 at the end."""
        from msgspec.structs import replace

        from tts_baseline.pipelines.f5_spanish.solver.euler import schedule

        return schedule(replace(self.parts.solver, steps=steps)).tolist()

    def many(self, number: int) -> Any:
        if number not in self._many:
            self._many[number] = self.mel(number, self.usual(MANY))
        return self._many[number]

    def mel(self, number: int, times: Sequence[float], before: Callable[[int], None] = lambda _: None) -> Any:
        """The mel along these times; `before` is told each step."""
        from tts_baseline.pipelines.f5_spanish.solver.euler import noise

        job, network, solver = self.job(number), self.parts.network, self.parts.solver
        given = network.prepare(job)
        state = noise(job.frames, job.reference.mel.shape[2], job.seed)
        for step, (start, stop) in enumerate(itertools.pairwise(times)):
            before(step)
            (flow,) = network.flow([state], start, [given], guided=True)
            state = state + (stop - start) * solver._guided(flow)
        return state[:, job.reference.frames :]

    def apart(self, number: int, times: Sequence[float], **more: Any) -> float:
        """How far the mel along these times is from that of 32 steps."""
        wanted = self.many(number)
        return power_db(wanted - wanted.mean(), self.mel(number, times, **more) - wanted)


def blocks(voice: Spoken, _: argparse.Namespace) -> dict[str, Any]:
    numbers = range(3)
    for number in numbers:
        voice.many(number)
    depth = len(voice.parts.network.transformer_blocks)
    page = {}
    for name, every in KEPT.items():
        computed = [step % every == 0 for step in range(USUAL)]
        with middle_kept(voice.parts.network, computed) as before:
            found = fmean(voice.apart(number, voice.usual(USUAL), before=before) for number in numbers)
        work = sum(depth if each else 2 for each in computed) / (depth * USUAL)
        page[name] = {"work of 16 steps": round(work, 3), "dB": round(found, 2)}
    for steps in (7, 10, 12, 16):
        found = fmean(voice.apart(number, voice.usual(steps)) for number in numbers)
        page[f"{steps} steps"] = {"work of 16 steps": round(steps / USUAL, 3), "dB": round(found, 2)}
    return page


class middle_kept:  # noqa: N801 - a context
    """All blocks but first and last add what they added a step before, where a step is not computed."""

    def __init__(self, network: Any, computed: Sequence[bool]) -> None:
        self.blocks, self.computed, self.step = network.transformer_blocks, computed, 0
        self.added: dict[int, Any] = {}

    def __enter__(self) -> Callable[[int], None]:
        for index, block in list(enumerate(self.blocks))[1:-1]:
            block.forward = self._keeping(index, block.forward)
        return lambda step: setattr(self, "step", step)

    def __exit__(self, *_: object) -> None:
        for block in self.blocks:
            block.__dict__.pop("forward", None)

    def _keeping(self, index: int, forward: Callable[..., Any]) -> Callable[..., Any]:
        def kept(x: Any, *rest: Any, **more: Any) -> Any:
            if self.computed[self.step]:
                made = forward(x, *rest, **more)
                self.added[index] = made - x
                return made
            return x + self.added[index]

        return kept


def search(voice: Spoken, options: argparse.Namespace) -> dict[str, Any]:
    """Coordinate descent on the grid before sway is applied, which is then that of the voice's settings."""
    train, test = (0, 3, 4), (8, 9, 13)
    epss = (0, 2, 4, 6, 8, 16, 24, 32)
    best, found = epss, score(voice, epss, train)
    tried = {epss: found}
    improving = True
    while improving:
        improving = False
        for nodes in neighbours(best):
            if nodes not in tried:
                if len(tried) >= options.tries:
                    break
                tried[nodes] = score(voice, nodes, train)
                print(nodes, round(tried[nodes], 2), flush=True)
            if tried[nodes] > found + 0.01:
                best, found, improving = nodes, tried[nodes], True
                break
    page: dict[str, Any] = {"tried": len(tried)}
    for name, nodes in (("epss", epss), ("searched", best)):
        held_out = score(voice, nodes, test)
        page[name] = {"nodes": nodes, "train dB": round(tried[nodes], 2), "test dB": round(held_out, 2)}
    return page


def neighbours(nodes: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for index in range(1, len(nodes) - 1):
        for by in (-2, 2, -1, 1):
            moved = (*nodes[:index], nodes[index] + by, *nodes[index + 1 :])
            if all(a < b for a, b in itertools.pairwise(moved)):
                yield moved


def score(voice: Spoken, nodes: tuple[int, ...], numbers: Sequence[int]) -> float:
    import torch

    t = torch.tensor(nodes) / GRID
    times = (t + voice.parts.solver.sway * (torch.cos(torch.pi / 2 * t) - 1 + t)).tolist()
    return fmean(voice.apart(number, times) for number in numbers)


def power_db(signal: Any, error: Any) -> float:
    return float(10 * (signal.square().sum() / error.square().sum()).log10())


if __name__ == "__main__":
    main()
