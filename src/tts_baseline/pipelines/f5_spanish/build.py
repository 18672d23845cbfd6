"""From settings to what speaks, in one place: the reference parts, then the switches upon them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
import torch

from tts_baseline.core.errors import PipelineError, SettingsError, brief
from tts_baseline.core.switches import applied
from tts_baseline.pipelines.f5_spanish import hub
from tts_baseline.pipelines.f5_spanish.engine import Engine
from tts_baseline.pipelines.f5_spanish.fingerprints import fingerprint
from tts_baseline.pipelines.f5_spanish.network import sidecar
from tts_baseline.pipelines.f5_spanish.network.load import transformer
from tts_baseline.pipelines.f5_spanish.parts import Parts
from tts_baseline.pipelines.f5_spanish.settings import F5Settings
from tts_baseline.pipelines.f5_spanish.solver.euler import EulerSolver
from tts_baseline.pipelines.f5_spanish.text.vocabulary import vocabulary_of
from tts_baseline.pipelines.f5_spanish.vocoder import load as vocoders
from tts_baseline.pipelines.f5_spanish.voice import voices

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from tts_baseline.core.switches import Switch


def build(settings: F5Settings, switches: Collection[Switch], *, device: str, root: Path) -> Engine:
    """Everything that is needed to speak, read from disk or from the hub, under the switches.

    Raises SettingsError or PipelineError for what is missing or does not fit together.
    """
    _check_device(device)
    vocabulary = vocabulary_of(settings.vocabulary, root=root)
    # First what is small: a clip that is missing should not cost the download of a checkpoint.
    speakers = voices.load(settings, vocabulary, device=device, root=root)
    network = transformer(
        settings.checkpoint, arch=settings.arch, tokens=len(vocabulary), device=device, root=root
    )
    reference = Parts(
        network=network,
        solver=EulerSolver(steps=settings.steps, guidance=settings.guidance, sway=settings.sway),
        vocoder=vocoders.vocoder(settings.vocoder, device=device, root=root),
    )
    return Engine(
        parts=_switched(switches, reference),
        vocabulary=vocabulary,
        voices=speakers,
        device=device,
        arch=network.architecture.version,
        labels=network.architecture.labels,
        short_speed=settings.short_speed,
    )


def _switched(switches: Collection[Switch], reference: Parts) -> Parts:
    """The parts under the switches. Raises PipelineError where steps are left out by one that may not."""
    parts = applied(switches, reference)
    solvers = [switch for switch in switches if switch.spec.stage == "solver"]
    if not solvers and parts.solver.times != reference.solver.times:
        raise PipelineError(
            f"a switch makes {len(parts.solver.times)} steps where the settings ask for "
            f"{len(reference.solver.times)}, and none is of the stage solver",
            where="--tts-optimize",
            hint="--tts-optimize none",
        )
    return parts


def provenance(settings: F5Settings, *, root: Path) -> dict[str, str]:
    """Where the weights came from, and each file's hash: a path may hold another voice tomorrow."""
    cache = root / settings.cache
    files = {"checkpoint": settings.checkpoint}
    if settings.vocoder != vocoders.GRIFFIN_LIM:
        files["vocoder"] = vocoders.weights_of(settings.vocoder, root=root)
    sources = {
        name: f"{source} {fingerprint(hub.located(source, root=root), cache=cache)}"
        for name, source in files.items()
    }
    if settings.vocabulary:
        sources["vocabulary"] = (
            f"{settings.vocabulary} {fingerprint(hub.placed(settings.vocabulary, root=root), cache=cache)}"
        )
    checkpoint = hub.located(settings.checkpoint, root=root)
    stated = sidecar.read(checkpoint)
    if stated and stated.prosody:
        names = hashlib.sha256(msgspec.json.encode(stated.prosody)).hexdigest()[:16]
        vectors = fingerprint(sidecar.vectors_of(checkpoint), cache=cache)
        sources["prosody"] = f"vectors {vectors}, names {names}"
    return sources


def _check_device(device: str) -> None:
    """Refuse a device that is not there, and make CUDA compute what it is asked for, the same every time."""
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise SettingsError(
            f"the device {device!r} cannot be used: {brief(error)}",
            where="--tts-device",
            hint="--tts-device cpu",
        ) from error
    if device.startswith("cuda"):
        # Otherwise convolutions round float32 to 10 bits of mantissa, and choose their algorithm by timing.
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.deterministic = True
