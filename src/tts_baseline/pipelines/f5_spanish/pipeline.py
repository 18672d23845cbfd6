"""The pipeline: text to plan, plan to chunks of sound, chunks to one utterance. Every stage is timed."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tts_baseline.core.errors import MissingExtra, SettingsError
from tts_baseline.core.records import Request, Utterance
from tts_baseline.pipelines.f5_spanish import finish
from tts_baseline.pipelines.f5_spanish.model import engine
from tts_baseline.pipelines.f5_spanish.model.reference import SAMPLE_RATE
from tts_baseline.pipelines.f5_spanish.plan import Plan
from tts_baseline.pipelines.f5_spanish.settings import TABLE, Settings, read
from tts_baseline.pipelines.f5_spanish.text.options import Pace
from tts_baseline.pipelines.f5_spanish.text.planner import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Looked for at the start, and not when the first request needs them.
_PACKAGES = {
    "emphasis": ("parselmouth", "prosody"),
    "denoise": ("noisereduce", "f5"),
    "loudness_lufs": ("pyloudnorm", "f5"),
}
_SAID_OTHERWISE = ("references", "arch", "cache")


def create(
    *, settings: Mapping[str, Any] | None = None, device: str = "cpu", optimize: tuple[str, ...] = ()
) -> F5Spanish:
    """The pipeline, not loaded yet; `settings` is `[tool.tts-baseline.pipelines.f5_spanish]`.

    Raises SettingsError for a setting or an optimization that it does not know, MissingExtra where a switch
    needs a package that is not installed.
    """
    wanted = read(settings or {})
    if optimize:
        raise SettingsError(
            f"f5_spanish has no optimization {optimize[0]!r} yet: this is the reference",
            where=TABLE,
            hint="--tts-optimize none",
        )
    for switch, (package, extra) in _PACKAGES.items():
        if getattr(wanted, switch) and find_spec(package) is None:
            raise MissingExtra(f"the setting {switch} needs {package}", extra=extra)
    return F5Spanish(wanted, device=device, root=Path.cwd())


class F5Spanish:
    """F5-TTS speaking Spanish; one request at a time, the same audio for the same request."""

    def __init__(self, settings: Settings, *, device: str, root: Path) -> None:
        self._settings, self._device, self._root = settings, device, root
        self._engine: engine.Engine | None = None

    def load(self) -> None:
        """Load the model, the vocoder and the reference clips."""
        self._engine = engine.load(self._settings, device=self._device, root=self._root)
        # The front end reads its data now, and not in the first request.
        self.plan(Request(text="Son las 2."))

    def close(self) -> None:
        """Let go of the model; it is loaded again when next asked to speak."""
        self._engine = None

    @property
    def provenance(self) -> dict[str, str]:
        """What the sound depends on, beyond the request: the settings and the content of their files."""
        s, ready = self._settings, self._loaded()
        told = {name: str(getattr(s, name)) for name in s.__struct_fields__ if name not in _SAID_OTHERWISE}
        files = engine.provenance(s, root=self._root)
        return {**told, **files, "arch": ready.network.version, **ready.voices.provenance}

    def plan(self, request: Request) -> Plan:
        """What would be said, and how: see `tts-baseline plan`."""
        ready = self._loaded()

        def pace(style: str | None) -> Pace:
            clip = ready.voices.choose(request.region, style)
            return Pace(bytes_per_s=clip.bytes_per_s, speech_s=clip.room_s)

        return make_plan(
            request.text,
            region=request.region,
            style=request.style,
            speed=request.speed * self._settings.speed,
            options=self._settings.text_options,
            pace=pace,
            vocabulary=ready.vocabulary,
        )

    def synthesize(self, request: Request) -> Utterance:
        """The spoken request, 24 kHz mono in [-1, 1], and its seconds by stage.

        The stages are text, model, vocoder, post and enhance; without chunks, model and vocoder are missing.

        Text without anything to say gives no samples. Raises RequestFailed for a tag that is not known,
        and for a style without a reference clip.
        """
        ready = self._loaded()
        clock = _Stages(ready.synchronize)
        plan = self.plan(request)
        clock.lap("text")
        waves = []
        for index, chunk in enumerate(plan.chunks):
            clip = ready.voices.choose(request.region, chunk.style)
            mel = ready.mel(chunk, clip, seed=request.seed, index=index)
            clock.lap("model")
            waves.append(ready.wave(mel, clip))
            clock.lap("vocoder")
        clean = finish.cleaned(waves, self._settings, SAMPLE_RATE)
        clock.lap("enhance")
        sound = finish.joined(clean, plan, self._settings, SAMPLE_RATE, seed=request.seed)
        clock.lap("post")
        samples = finish.enhanced(sound, self._settings, SAMPLE_RATE)
        clock.lap("enhance")
        return Utterance(samples=np.clip(samples, -1, 1), sample_rate=SAMPLE_RATE, stages=clock.seconds)

    def _loaded(self) -> engine.Engine:
        if self._engine is None:
            self.load()
        assert self._engine is not None
        return self._engine


class _Stages:
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
