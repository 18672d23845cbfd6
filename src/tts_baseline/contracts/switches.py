"""The promises of every switch: off, no trace is left; on, it proves that it acts and keeps its equality."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tts_baseline.core.errors import ContractBroken
from tts_baseline.core.records import Request
from tts_baseline.core.switches import Switch, SwitchSpec
from tts_baseline.pipelines._answers import utterance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Samples = NDArray[np.float32]


def check_switch(
    switch: Switch,
    build: Callable[[tuple[Switch, ...]], Any],
    requests: Sequence[Request],
    *,
    subject: Callable[[Any], Any] = lambda pipeline: pipeline,
) -> float | None:
    """The error of a `numeric` switch, the SNR in dB of a `perceptual` one; None for `bit-exact`.

    Raises ContractBroken if the switch breaks its contract.

    `build(switches)` returns a newly loaded pipeline with these switches: none, or this one. `subject`
    returns what the pipeline passes to its switches (`f5_spanish`: its parts); by default the pipeline
    itself. A switch that does nothing is caught if it proves itself active in the reference, where its proof
    has to be None; a `perceptual` one also if no sample changes.
    """
    name = switch.spec.name
    off = build(())
    reference = _spoken(off, requests)
    _require(switch.proof(subject(off)) is None, f"{name} proves itself active where it is off")
    on = build((switch,))
    switched = _spoken(on, requests)
    proof = switch.proof(subject(on))
    if proof is None or not proof.text.strip():
        raise _broken(f"{name} is on, and there is no proof of it")
    idle = [counter for counter, count in proof.counters.items() if count <= 0]
    _require(proof.counters, f"{name} counts nothing that it does")
    _require(not idle, f"{name} spoke and its counters stand at 0: {', '.join(idle)}")
    margin = _check_equality(switch.spec, reference, switched)
    _require(_same(reference, _spoken(off, requests)), f"{name} changed the parts that it was given")
    _require(_same(reference, _spoken(build(()), requests)), f"{name} leaves a trace when it is off again")
    return margin


def _check_equality(
    spec: SwitchSpec, reference: Sequence[_Samples], switched: Sequence[_Samples]
) -> float | None:
    same = _same(reference, switched)
    if spec.equality == "bit-exact":
        _require(same, f"{spec.name} is bit-exact and changes samples")
        return None
    lengths = [(before.size, now.size) for before, now in zip(reference, switched, strict=True)]
    _require(all(a == b for a, b in lengths), f"{spec.name} changes the number of samples: {lengths}")
    assert spec.bound is not None  # the registry saw to it
    if spec.equality == "numeric":
        error = _worst(max, _relative_error, reference, switched)
        _require(error <= spec.bound, f"{spec.name} is off by {error:.2g} of the peak, over {spec.bound:g}")
        return error
    _require(not same, f"{spec.name} is perceptual and changes no sample: it does nothing")
    snr_db = _worst(min, _snr_db, reference, switched)
    _require(snr_db >= spec.bound, f"{spec.name} has an SNR of {snr_db:.1f} dB, under {spec.bound:g} dB")
    return snr_db


def _spoken(pipeline: Any, requests: Sequence[Request]) -> list[_Samples]:
    return [utterance(pipeline.synthesize(request)).samples for request in requests]


def _same(reference: Sequence[_Samples], other: Sequence[_Samples]) -> bool:
    return all(a.tobytes() == b.tobytes() for a, b in zip(reference, other, strict=True))


def _worst(
    extreme: Callable[[list[float]], float],
    measure: Callable[[_Samples, _Samples], float],
    reference: Sequence[_Samples],
    switched: Sequence[_Samples],
) -> float:
    """The extreme of a measure over all utterances; NaN if any is NaN, which min and max can miss."""
    values = [measure(before, now) for before, now in zip(reference, switched, strict=True)]
    return math.nan if any(map(math.isnan, values)) else extreme(values)


def _relative_error(reference: _Samples, switched: _Samples) -> float:
    """The largest difference, as a share of the reference's largest sample."""
    import numpy as np

    return float(np.max(np.abs(switched - reference), initial=0) / np.max(np.abs(reference), initial=1e-9))


def _snr_db(reference: _Samples, switched: _Samples) -> float:
    """Power of the reference over that of the difference, in dB; infinite if nothing differs."""
    import numpy as np

    signal, noise = (np.sum(np.square(x, dtype=np.float64)) for x in (reference, switched - reference))
    with np.errstate(divide="ignore", invalid="ignore"):
        return float("inf") if noise == 0 else 10 * float(np.log10(signal / noise))


def _require(promise: object, broken: str) -> None:
    if not promise:
        raise _broken(broken)


def _broken(what: str) -> ContractBroken:
    return ContractBroken(what, where="what a switch promises", hint="pytest -k switch, once it is mended")
