"""Reads the modulation of every block from a table: it depends on the time of the step alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tts_baseline.core import units
from tts_baseline.core.switches import Proof, SwitchSpec

if TYPE_CHECKING:
    from torch import Tensor

    from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(name="adaln_table", stage="network", equality="bit-exact")


class BareTime:
    """Stands where the time was embedded: the time itself is the key of the tables. Counts its uses."""

    def __init__(self) -> None:
        self.hits = 0

    def __call__(self, time: float) -> float:
        self.hits += 1
        return time


class Table:
    """Stands where a modulation was computed: its vectors at each time of the schedule."""

    def __init__(self, modulation: Callable[[Any], tuple[Tensor, ...]], moments: dict[float, Any]) -> None:
        self.rows = {time: modulation(moment) for time, moment in moments.items()}

    def __call__(self, time: float) -> tuple[Tensor, ...]:
        return self.rows[time]


def apply(parts: Parts) -> Parts:
    """The parts with a table for each modulation, computed as the reference does at every step."""
    import torch

    from tts_baseline.pipelines.f5_spanish.network.transformer import alike, transformer_of
    from tts_baseline.pipelines.f5_spanish.weights import let_go

    reference = transformer_of(parts)
    network = alike(reference)
    with torch.inference_mode():
        moments = {time: reference.time_embed(time) for time in parts.solver.times}
        for owner, name in _places(network):
            modulation = getattr(owner, name)
            _put(owner, name, Table(modulation, moments))
            let_go(modulation.parameters())
    _put(network, "time_embed", BareTime())
    return replace(parts, network=network)


def proof(parts: Parts) -> Proof | None:
    """The tables, how much they hold, and how many steps they were asked for."""
    from tts_baseline.pipelines.f5_spanish.network.transformer import transformer_of

    network = transformer_of(parts)
    clock = network.time_embed
    places = [getattr(owner, name) for owner, name in _places(network)]
    tables = [place for place in places if isinstance(place, Table)]
    if not isinstance(clock, BareTime) or len(tables) < len(places):
        return None
    times = len(tables[0].rows)
    held = sum(vector.nbytes for table in tables for row in table.rows.values() for vector in row)
    text = f"{len(tables)} of {len(places)} modulations in tables of {times} times, {units.size(held)}"
    return Proof(text, {"tables": len(tables), "times": times, "bytes": held, "hits": clock.hits})


def _places(network: Transformer) -> list[tuple[Any, str]]:
    """Where modulations are: before attention and feed-forward of each block, and before the output."""
    return [*((block, "attn_norm") for block in network.transformer_blocks), (network, "norm_out")]


def _put(owner: Any, name: str, part: object) -> None:
    """Replace a module by what is none: torch wants the module removed first."""
    delattr(owner, name)
    setattr(owner, name, part)
