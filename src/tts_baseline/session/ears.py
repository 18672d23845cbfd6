"""What a project listens with: the models that its settings name, and the front end that reads Spanish."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from msgspec.structs import replace

from tts_baseline.core.ears import NO_EARS, SOFTWARE, Ears
from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.records import Environment
from tts_baseline.core.registry import metrics

_NEUTRAL = "neutral"


def of(models: Mapping[str, str], root: Path) -> Ears:
    """The ears for these models; a path is one below `root`, whatever else is a name of the model's own."""
    if not models:
        return NO_EARS
    return Ears(models={name: _placed(model, root) for name, model in models.items()}, reader=spanish)


def spanish(text: str, region: str) -> str:
    """The text as our own front end reads it out: numbers, dates and signs as words."""
    from tts_baseline.pipelines.f5_spanish.text.normalize import normalize

    try:
        return normalize(text, region=region)[0]
    except TtsBaselineError:  # a region that only another pipeline knows
        return normalize(text, region=_NEUTRAL)[0]


def noted(environment: Environment, models: Mapping[str, str]) -> Environment:
    """The environment, with the models, and what they run on, among its software: others are other scores."""
    if not models:
        return environment
    specs = (metric.spec for metric in metrics().values() if metric.spec.needs in models)
    versions = {name: _version(name) for spec in specs for name in spec.packages}
    named = {f"{SOFTWARE}{name}": model for name, model in models.items()}
    found = {name: version for name, version in versions.items() if version}
    return replace(environment, software=environment.software | found | named)


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _placed(model: str, root: Path) -> str:
    place = root / model
    return str(place) if place.exists() else model
