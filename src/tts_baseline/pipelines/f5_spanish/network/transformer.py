"""The diffusion transformer of F5-TTS v0 and v1, for inference.

Chen et al. 2024, "F5-TTS: A Fairytaler that Fakes Fluent and Faithful Speech with Flow Matching"
(arXiv:2410.06885). Parameter names are those of the published checkpoints. In float32 on a CPU its output
equals upstream f5-tts 1.1.22 bit for bit. In half precision the time, the rotary angles and the state of the
solver stay float32: rounding them costs 5 % of the time embedding and 0.8 rad at frame 2000 in float16.

Shapes: b items, n frames, d model width, m mel channels, t text tokens.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.buckets import alone
from tts_baseline.pipelines.f5_spanish.network.architecture import HEAD_SIZE, Architecture
from tts_baseline.pipelines.f5_spanish.network.blocks import Block, Modulation, fitting, normed
from tts_baseline.pipelines.f5_spanish.network.embeddings import (
    InputEmbedding,
    RotaryAngles,
    TextEmbedding,
    TimeEmbedding,
)
from tts_baseline.pipelines.f5_spanish.parts import Flow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tts_baseline.pipelines.f5_spanish.parts import Job, Parts

# Rounded frequencies turn far frames by another angle (see above).
KEPT_IN_FLOAT32 = ("rotary_embed.inv_freq",)


class Condition(NamedTuple):
    """What stays fixed over the steps of one job: the clip's mel, its text and none, the rotary angles.

    Of several jobs beside each other, `padding` (b, n, 1) marks the frames that a job does not have.
    """

    mel: Tensor
    text: Tensor
    no_text: Tensor
    cosine: Tensor
    sine: Tensor
    padding: Tensor | None = None


class Transformer(nn.Module):
    """The reference network: the DiT backbone, one job after the other.

    A job's flow is therefore the same in any batch, bit for bit. `groups` says which jobs are computed beside
    each other, from their frames: here each is alone.
    """

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        a = self.architecture = architecture
        self.time_embed: Callable[[float], Any] = TimeEmbedding(a.dim)
        self.text_embed = TextEmbedding(a)
        self.input_embed = InputEmbedding(a)
        self.rotary_embed = RotaryAngles(HEAD_SIZE)
        self.transformer_blocks = nn.ModuleList(Block(a) for _ in range(a.depth))
        self.norm_out: Callable[[Any], tuple[Tensor, ...]] = Modulation(a.dim, vectors=2)
        self.proj_out = nn.Linear(a.dim, a.mel_channels)
        self.groups: Callable[[Sequence[int]], Sequence[Sequence[int]]] = alone

    @property
    def dtype(self) -> torch.dtype:
        """The type of the weights, in which products are computed."""
        dtype: torch.dtype = self.proj_out.weight.dtype
        return dtype

    @torch.inference_mode()
    def prepare(self, job: Job) -> Condition:
        """The condition of a job: the clip's mel, zero where it is to be spoken, and the text."""
        clip = job.reference.mel
        mel = functional.pad(clip, (0, 0, 0, job.frames - clip.shape[1]))
        tokens = torch.tensor([job.tokens], device=clip.device)
        labels = torch.tensor([job.labels], device=clip.device) if job.labels else None
        cosine, sine = self.rotary_embed(job.frames)
        return Condition(
            mel.to(self.dtype),
            self.text_embed(tokens, job.frames, labels=labels),
            self.text_embed(tokens, job.frames, drop=True),
            cosine,
            sine,
        )

    @torch.inference_mode()
    def flow(
        self, states: Sequence[Tensor], time: float, conditions: Sequence[Condition], *, guided: bool = True
    ) -> list[Flow]:
        """The flow of every job, computed group by group."""
        flows: dict[int, Flow] = {}
        for group in self.groups([state.shape[1] for state in states]):
            state, given = beside([states[job] for job in group], [conditions[job] for job in group])
            both = self(state, time, given, guided=guided)
            for row, job in enumerate(group):
                flows[job] = Flow(*(flow[row : row + 1, : states[job].shape[1]] for flow in both))
        return [flows[job] for job in range(len(states))]

    def forward(self, state: Tensor, time: float, given: Condition, *, guided: bool = True) -> Flow:
        """The flow of one job, or of b beside each other; `state` (b, n, m)."""
        moment = self.time_embed(time)
        state = state.to(self.dtype)
        x = self.input_embed(state, given.mel, given.text, given.padding)
        if guided:
            free = self.input_embed(state, torch.zeros_like(given.mel), given.no_text, given.padding)
            x = torch.cat((x, free))
        mask = None if given.padding is None else _mask(given.padding, x)
        for block in self.transformer_blocks:
            x = block(x, moment, given.cosine, given.sine, mask=mask)
        scale, shift = fitting(self.norm_out(moment), x)
        flows = self.proj_out(normed(x) * (1 + scale) + shift).float().chunk(2 if guided else 1)
        return Flow(flows[0], flows[-1])


def beside(states: Sequence[Tensor], conditions: Sequence[Condition]) -> tuple[Tensor, Condition]:
    """States and conditions of b jobs as one of each; shorter jobs are padded with zeros."""
    if len(states) == 1:
        return states[0], conditions[0]
    frames = [state.shape[1] for state in states]
    longest = conditions[frames.index(max(frames))]
    there = [torch.zeros(1, count, 1, dtype=torch.bool, device=states[0].device) for count in frames]
    return _padded(states), Condition(
        _padded([given.mel for given in conditions]),
        _padded([given.text for given in conditions]),
        _padded([given.no_text for given in conditions]),
        longest.cosine,
        longest.sine,
        _padded(there, value=True) if min(frames) < max(frames) else None,
    )


def _padded(tensors: Sequence[Tensor], *, value: float = 0.0) -> Tensor:
    return pad_sequence([tensor[0] for tensor in tensors], batch_first=True, padding_value=value)


def _mask(padding: Tensor, x: Tensor) -> Tensor:
    """What is added to the scores of attention (b, 1, 1, n): nothing is attended to where nothing is."""
    mask = torch.zeros_like(padding, dtype=x.dtype).masked_fill(padding, -torch.inf)
    return mask.transpose(1, 2).unsqueeze(1).repeat(len(x) // len(padding), 1, 1, 1)


def with_weights(network: Transformer, weights: Mapping[str, Tensor]) -> Transformer:
    """Another network of the same architecture, whose parameters are these tensors; the given one stays."""
    with torch.device("meta"):
        other = Transformer(network.architecture)
    other.load_state_dict(dict(weights), assign=True)
    return other.eval().requires_grad_(False)


def alike(network: Transformer) -> Transformer:
    """The same network anew, whose modules may be replaced; it shares the weights of the given one."""
    shared = [*network.parameters(), *network.buffers()]
    return copy.deepcopy(network, {id(tensor): tensor for tensor in shared})


def transformer_of(parts: Parts) -> Transformer:
    """The network of the parts, for a switch that changes the transformer itself.

    Raises PipelineError where another switch has put something else in its place.
    """
    if not isinstance(parts.network, Transformer):
        raise PipelineError(
            f"the network is a {type(parts.network).__name__}, and a switch needs the transformer itself",
            where="--tts-optimize",
            hint="leave one of the switches out",
        )
    return parts.network
