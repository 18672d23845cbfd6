"""Switches, which are named optimizations: their declaration, their choice, and the proof that they act.

A switch takes a subject and returns the optimized one. In `f5_spanish` the subject is its parts, and each
switch has a file (`f5_spanish/switches/<name>.py`). A pipeline of your own declares
`switches = {"name": Switch(...)}`, and is the subject itself, once loaded.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from msgspec import Struct

from tts_baseline.core.errors import MissingExtra, PipelineError, RegistryError, SettingsError
from tts_baseline.core.registry import PIPELINES, declared, nearest, summary

Equality = Literal["bit-exact", "numeric", "perceptual"]
SwitchStage = Literal["weights", "solver", "network", "vocoder", "compile"]
STAGES: tuple[SwitchStage, ...] = ("weights", "solver", "network", "vocoder", "compile")


class Needs(Struct, frozen=True, kw_only=True):
    """What a switch needs; checked before anything is loaded.

    devices:      where it works: cpu, cuda.
    capability:   the least CUDA compute capability, such as (8, 0).
    instructions: what the CPU must have one of, as Linux names it; trusted where the system does not say.
    package, extra: what it imports, and the extra of this project that installs it.
    """

    devices: tuple[str, ...] = ("cpu", "cuda")
    capability: tuple[int, int] = (0, 0)
    instructions: tuple[str, ...] = ()
    package: str = ""
    extra: str = ""


class SwitchSpec(Struct, frozen=True, kw_only=True):
    """How a switch is named and what it promises. `name` is that of its file.

    stage:    when it is applied, in the order of STAGES: first what changes weights or solver times, then
              what computes with them, last what compiles or records.
    equality: "bit-exact"  every sample is the same as without it;
              "numeric"    no sample differs by more than `bound` times the largest sample of the reference;
              "perceptual" samples differ, with an SNR of at least `bound` dB.
    excludes: switches that cannot be on at the same time.
    """

    name: str
    stage: SwitchStage
    equality: Equality
    bound: float | None = None
    needs: Needs = Needs()
    excludes: tuple[str, ...] = ()


class Proof(Struct, frozen=True):
    """Proof that a switch is active: a text, and counters that are above 0 after the first request.

    The text is kept in the run's provenance, so it must be the same in every run of the same code.
    """

    text: str
    counters: Mapping[str, int]


class Switch(Struct, frozen=True):
    """A named optimization.

    apply: takes the subject and returns the optimized one.
    proof: takes a subject; None if the switch is not active in it.
    """

    spec: SwitchSpec
    apply: Callable[[Any], Any]
    proof: Callable[[Any], Proof | None]
    doc: str = ""


@functools.cache
def switches(pipeline: str) -> Mapping[str, Switch]:
    """The switches of a registered pipeline by name, from its folder `switches` and entry points.

    Raises RegistryError if two have one name, or a declaration contradicts its file or itself.
    """
    root = f"{PIPELINES}.{pipeline}.switches"
    folders = (Path(folder) for folder in importlib.import_module(PIPELINES).__path__)
    if not any((folder / pipeline / "switches").is_dir() for folder in folders):
        return {}
    known = sorted(declared(root, "switches"), key=lambda module: module.SPEC.name)
    for module in known:
        _check_declaration(module, module.SPEC)
    return {
        module.SPEC.name: Switch(module.SPEC, module.apply, module.proof, summary(module)) for module in known
    }


def choose(
    known: Mapping[str, Switch], names: Collection[str], *, pipeline: str, device: str
) -> tuple[Switch, ...]:
    """The named switches in the order in which they are applied.

    Raises SettingsError for an unknown name, two that exclude each other, and an unfit device; MissingExtra
    for a missing package.
    """
    for name in names:
        if name not in known:
            raise SettingsError(
                f"{pipeline} has no switch {name!r}{nearest(name, known)}; it has: "
                + (", ".join(known) or "none"),
                where="--tts-optimize",
                hint="--tts-optimize none",
            )
    chosen = sorted(
        (known[name] for name in set(names)), key=lambda s: (STAGES.index(s.spec.stage), s.spec.name)
    )
    for switch in chosen:
        _check_beside(switch.spec, chosen)
        check_needs(switch.spec, device)
    return tuple(chosen)


def applied(switches: Collection[Switch], subject: Any) -> Any:
    """The subject with all the switches applied.

    Raises PipelineError for a switch without proof, so that no gain is credited to one that does nothing.
    """
    for switch in switches:
        subject = switch.apply(subject)
    for switch in switches:
        if switch.proof(subject) is None:
            raise PipelineError(
                f"the switch {switch.spec.name} is on, and there is no proof that it is active",
                where="--tts-optimize",
                hint="--tts-optimize none",
            )
    return subject


def provenance(switches: Collection[Switch], subject: Any) -> dict[str, str]:
    """The text of each switch's proof, for the run's record: `switch bf16: 88 of 88 linear layers …`."""
    proofs = {switch.spec.name: switch.proof(subject) for switch in switches}
    return {f"switch {name}": proof.text for name, proof in proofs.items() if proof is not None}


def named(names: Sequence[str]) -> str:
    """The switches of a variant as people write them."""
    return "+".join(names) or "none"


def _check_declaration(module: ModuleType, spec: SwitchSpec) -> None:
    file = module.__name__.rpartition(".")[2]
    wrong = hint = ""
    if spec.name != file:
        wrong, hint = (
            f"declares the switch {spec.name!r}",
            f"name the file {spec.name}.py or the switch {file!r}",
        )
    elif not (callable(getattr(module, "apply", None)) and callable(getattr(module, "proof", None))):
        wrong, hint = "has no apply(parts) or no proof(parts)", "add the function that is missing"
    elif (spec.bound is None) != (spec.equality == "bit-exact"):
        wrong = f"is {spec.equality} with the bound {spec.bound}"
        hint = "state a bound for numeric and perceptual, and none for bit-exact"
    if wrong:
        raise RegistryError(f"{module.__name__} {wrong}", where=str(module.__file__), hint=hint)


def _check_beside(spec: SwitchSpec, chosen: Collection[Switch]) -> None:
    for other in chosen:
        if other.spec.name in spec.excludes:
            raise SettingsError(
                f"the switches {spec.name} and {other.spec.name} exclude each other",
                where="--tts-optimize",
                hint=f"--tts-optimize {spec.name}",
            )


def check_needs(spec: SwitchSpec, device: str) -> None:
    """Raise SettingsError where a switch does not work on this device, MissingExtra without its package."""
    from tts_baseline.core import environment  # here: a worker, which reads a SwitchSpec, does without

    kind = device.partition(":")[0]
    if kind not in spec.needs.devices:
        raise SettingsError(
            f"the switch {spec.name} needs {' or '.join(spec.needs.devices)}, not {device}",
            where="--tts-optimize",
            hint=f"--tts-device {spec.needs.devices[0]}",
        )
    capability = environment.cuda_capability() if kind == "cuda" else None
    if capability is not None and capability < spec.needs.capability:
        raise SettingsError(
            f"the switch {spec.name} needs CUDA compute capability {_dotted(spec.needs.capability)}, "
            f"and this GPU has {_dotted(capability)}",
            where="--tts-optimize",
            hint="--tts-optimize none",
        )
    instructions = environment.cpu_instructions() if kind == "cpu" and spec.needs.instructions else None
    if instructions is not None and instructions.isdisjoint(spec.needs.instructions):
        raise SettingsError(
            f"the switch {spec.name} needs a processor with {' or '.join(spec.needs.instructions)}, which "
            "this one has not: it would be slower",
            where="--tts-optimize",
            hint="--tts-optimize none",
        )
    if spec.needs.package and find_spec(spec.needs.package) is None:
        raise MissingExtra(f"the switch {spec.name} needs {spec.needs.package}", extra=spec.needs.extra)


def _dotted(capability: tuple[int, int]) -> str:
    return ".".join(map(str, capability))
