"""The pipeline: requests to plans, jobs, waves and utterances. Every stage is timed."""

from __future__ import annotations

import time
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tts_baseline.core import switches
from tts_baseline.core.errors import MissingExtra
from tts_baseline.core.records import Request, Utterance
from tts_baseline.pipelines.f5_spanish import build
from tts_baseline.pipelines.f5_spanish.plan import TextPlan
from tts_baseline.pipelines.f5_spanish.planning import planned
from tts_baseline.pipelines.f5_spanish.post.join import Chunks
from tts_baseline.pipelines.f5_spanish.post.step import Task
from tts_baseline.pipelines.f5_spanish.post.steps import STEPS, begun, cleaned, finished, whole
from tts_baseline.pipelines.f5_spanish.settings import F5Settings, read
from tts_baseline.pipelines.f5_spanish.telling import known
from tts_baseline.pipelines.f5_spanish.text.options import ClipPace
from tts_baseline.pipelines.f5_spanish.voice.folder import unfolded
from tts_baseline.pipelines.f5_spanish.voice.reference import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from tts_baseline.core.switches import Switch
    from tts_baseline.pipelines.f5_spanish.engine import Engine
    from tts_baseline.pipelines.f5_spanish.parts import Job
    from tts_baseline.pipelines.f5_spanish.post.silence import Wave

NAME = "f5_spanish"
_STATED_OTHERWISE = ("references", "arch", "cache")


def create(
    *, settings: Mapping[str, Any] | None = None, device: str = "cpu", optimize: tuple[str, ...] = ()
) -> F5Spanish:
    """The pipeline, not loaded yet; `settings` is `[tool.tts-baseline.pipelines.f5_spanish]`.

    Raises SettingsError for a setting or a switch that it does not know or cannot do here, MissingExtra where
    one needs a package that is not installed.
    """
    root = Path.cwd()
    wanted = read(unfolded(settings or {}, root=root))
    chosen = switches.choose(switches.switches(NAME), optimize, pipeline=NAME, device=device)
    # Looked for at the start, and not when the first request needs them.
    for step in STEPS:
        if step.package and getattr(wanted, step.setting) and find_spec(step.package) is None:
            raise MissingExtra(f"the setting {step.setting} needs {step.package}", extra=step.extra)
    return F5Spanish(wanted, chosen, device=device, root=root)


class F5Spanish:
    """F5-TTS speaking Spanish: the same audio for the same request, alone or in any batch."""

    def __init__(self, settings: F5Settings, chosen: Collection[Switch], *, device: str, root: Path) -> None:
        self._settings, self._chosen, self._device, self._root = settings, chosen, device, root
        self._engine: Engine | None = None

    def load(self) -> None:
        """Load the model, the vocoder and the reference clips."""
        self._engine = build.build(self._settings, self._chosen, device=self._device, root=self._root)
        # The front end reads its data now, and not in the first request.
        self.plan(Request(text="Son las 2."))

    def close(self) -> None:
        """Let go of the model; it is loaded again when next asked to speak."""
        self._engine = None

    @property
    def engine(self) -> Engine:
        """What is loaded; it is loaded now where it was not."""
        if self._engine is None:
            self.load()
        assert self._engine is not None
        return self._engine

    @property
    def provenance(self) -> dict[str, str]:
        """What the sound depends on, beyond the request: settings, the content of their files, switches."""
        s, engine = self._settings, self.engine
        return {
            **{name: str(getattr(s, name)) for name in s.__struct_fields__ if name not in _STATED_OTHERWISE},
            **build.provenance(s, root=self._root),
            "arch": engine.arch,
            **engine.voices.provenance,
            **switches.provenance(self._chosen, engine.parts),
        }

    def plan(self, request: Request) -> TextPlan:
        """What would be said, and how: see `tts-baseline plan`."""
        engine = self.engine

        def pace(style: str | None) -> ClipPace:
            clip = engine.clip(request.region, style)
            return ClipPace(bytes_per_s=clip.bytes_per_s, speech_s=clip.room_s)

        plan = planned(request, self._settings, pace=pace, vocabulary=engine.vocabulary)
        return known(plan, engine.labels, self._settings.missing_style)

    def read_out(self, request: Request) -> str:
        """What the model would be given to say, a line a chunk; no sound is made."""
        return self.plan(request).spoken

    def jobs(self, request: Request, plan: TextPlan) -> list[Job]:
        """The jobs of a request's plan: one a chunk, spoken by the clip of its region and style."""
        engine = self.engine
        clips = [engine.clip(request.region, chunk.style) for chunk in plan.chunks]
        return [
            engine.job(chunk, clip, seed=request.seed, index=index, region=request.region)
            for index, (chunk, clip) in enumerate(zip(plan.chunks, clips, strict=True))
        ]

    def synthesize(self, request: Request) -> Utterance:
        """The spoken request, 24 kHz mono in [-1, 1], and its seconds by stage: a batch of one.

        The stages are text, model, vocoder, post and enhance; without chunks, model and vocoder are missing.

        Text without anything to say gives no samples. Raises RequestFailed for a tag that is not known, for a
        style without a reference clip, and for what the network would have to be told and does not know.
        """
        return self.synthesize_batch([request])[0]

    def synthesize_batch(self, requests: Sequence[Request]) -> list[Utterance]:
        """The spoken requests, each with the samples that it has alone; where one is refused, all are.

        Their chunks are spoken together, so model and vocoder are the seconds of the whole batch, for which
        each request waited; the other stages are the request's own.
        """
        engine = self.engine
        plans, stages, jobs = [], [], []
        for request in requests:
            clock = _Clock(engine.synchronize)
            plans.append(self.plan(request))
            jobs += self.jobs(request, plans[-1])
            clock.lap("text")
            stages.append(clock.seconds)
        clock = _Clock(engine.synchronize)
        mels = engine.mels(jobs)
        clock.lap("model")
        waves = iter(engine.waves(mels, jobs))
        clock.lap("vocoder")
        utterances = []
        asked, steps = iter(jobs), len(engine.parts.solver.times)
        for request, plan, before in zip(requests, plans, stages, strict=True):
            own = _Clock(engine.synchronize)
            task = Task(plan=plan, settings=self._settings, rate=SAMPLE_RATE, seed=request.seed)
            samples = finished([next(waves) for _ in plan.chunks], task, lap=own.lap)
            seconds = {**before, **(clock.seconds if plan.chunks else {}), **own.seconds}
            solved = tuple((job.frames, steps) for job in islice(asked, len(plan.chunks)))
            utterances.append(
                Utterance(
                    samples=samples, sample_rate=SAMPLE_RATE, stages=seconds, text=plan.spoken, solved=solved
                )
            )
        return utterances

    def stream(self, request: Request) -> Iterator[Utterance]:
        """The spoken request in pieces, each as soon as a chunk is spoken and nothing later changes it.

        Their samples joined are those of `synthesize`, without switches that compute chunks together bit for
        bit; their stages add up to its own, and their texts are its lines. What has to be heard whole, see
        `post/steps.py`, comes as one piece. Raises as `synthesize` does, before the first.
        """
        engine = self.engine
        clock = _Clock(engine.synchronize)
        plan = self.plan(request)
        jobs = self.jobs(request, plan)
        clock.lap("text")
        task = Task(plan=plan, settings=self._settings, rate=SAMPLE_RATE, seed=request.seed)
        chunks = Chunks(task)
        given, told = 0, 0
        for index, job in enumerate(jobs):
            mels = engine.mels([job])
            clock.lap("model")
            (wave,) = engine.waves(mels, [job])
            clock.lap("vocoder")
            chunks.add(cleaned(wave, index, task, lap=clock.lap))
            if index + 1 < len(jobs):
                samples = begun(chunks, task, lap=clock.lap)
                if samples.size > given:
                    text = "\n".join(chunk.text for chunk in plan.chunks[told : index + 1])
                    yield _piece(samples[given:], clock, text)
                    clock = _Clock(engine.synchronize)
                    given, told = samples.size, index + 1
        samples = whole(chunks, task, lap=clock.lap)
        yield _piece(samples[given:], clock, "\n".join(chunk.text for chunk in plan.chunks[told:]))


def _piece(samples: Wave, clock: _Clock, text: str) -> Utterance:
    return Utterance(samples=samples.copy(), sample_rate=SAMPLE_RATE, stages=clock.seconds, text=text)


class _Clock:
    """Seconds by stage, counted when the device has finished the stage."""

    def __init__(self, synchronize: Callable[[], None]) -> None:
        self._synchronize = synchronize
        self._since = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Add the time since the last lap to a stage."""
        self._synchronize()
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now
