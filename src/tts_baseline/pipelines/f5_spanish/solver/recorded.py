"""A solver that records all its steps for a length once, and plays them back: a chunk is then one launch.

The times of the steps are a part of what is recorded, so tables of modulations are, too. Chunks are filled up
to a multiple of `GRAIN` frames, which are masked, so that a recording serves many lengths.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from tts_baseline.pipelines.f5_spanish.network.transformer import Condition
from tts_baseline.pipelines.f5_spanish.solver.euler import noise, speech

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
    from tts_baseline.pipelines.f5_spanish.parts import Job
    from tts_baseline.pipelines.f5_spanish.solver.euler import EulerSolver

GRAIN = 64  # chosen: at 1000 frames, 3 % of them are filled up on average
MOST = 8  # chosen: 512 frames of lengths; the recording longest unused makes room
_WARM = 3  # torch's own advice: libraries choose their kernels in the first calls, which must not be recorded

Play = Callable[[Sequence[Tensor]], Tensor]
Recorder = Callable[[Callable[..., Tensor], Sequence[Tensor]], Play]


class RecordedSolver:
    """Follows the flow as `solver` does. Counts its recordings, and how often one was played."""

    def __init__(self, solver: EulerSolver, recorder: Recorder) -> None:
        self.solver, self._recorder = solver, recorder
        self._kept: OrderedDict[tuple[int, int], Play] = OrderedDict()
        self._turn = threading.Lock()  # a recording has one place for its inputs
        self.recordings = self.plays = 0

    @property
    def times(self) -> tuple[float, ...]:
        """The times at which the network is asked."""
        return self.solver.times

    @torch.inference_mode()
    def mels(self, network: Transformer, jobs: Sequence[Job]) -> list[Tensor]:
        """The log mel of each job's speech, see `EulerSolver`."""
        return [self._mel(network, job) for job in jobs]

    def _mel(self, network: Transformer, job: Job) -> Tensor:
        clip = job.reference.mel
        filled = -job.frames % GRAIN
        given = network.prepare(job)
        padding = torch.arange(job.frames + filled, device=clip.device) >= job.frames
        state = noise(job.frames, clip.shape[2], job.seed).to(clip.device)
        tensors = [
            functional.pad(each, (0, 0, 0, filled))
            for each in (state, given.mel, given.text, given.no_text, given.cosine, given.sine)
        ]
        with self._turn:
            inputs = [*tensors, padding[None, :, None]]
            end = self._recording(network, inputs)(inputs)
            self.plays += 1
        return speech(end[:, : job.frames], job)

    def _recording(self, network: Transformer, inputs: Sequence[Tensor]) -> Play:
        key = (id(network), inputs[0].shape[1])
        if key not in self._kept:

            def followed(state: Tensor, *given: Tensor) -> Tensor:
                return self.solver.followed(network, [state], [Condition(*given)])[0]

            if len(self._kept) == MOST:
                self._kept.popitem(last=False)
            self._kept[key] = self._recorder(followed, inputs)
            self.recordings += 1
        self._kept.move_to_end(key)
        return self._kept[key]


class CudaRecorder:
    """Records what a function launches on the GPU as a CUDA graph. All graphs share their memory."""

    def __init__(self) -> None:
        self._pool: tuple[int, int] | None = None

    def __call__(self, function: Callable[..., Tensor], inputs: Sequence[Tensor]) -> Play:
        held = [each.clone() for each in inputs]
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(_WARM):
                function(*held)
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool):
            out = function(*held)
        self._pool = graph.pool()

        def play(given: Sequence[Tensor]) -> Tensor:
            for place, each in zip(held, given, strict=True):
                place.copy_(each)
            graph.replay()
            return out.clone()

        return play
