"""Counts the operators that torch dispatches. Imported only if the pipeline has imported torch already."""

from __future__ import annotations

import functools
import importlib
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import msgspec

from tts_baseline.core.records import Work

# Imported by name, so that type checking gives the same result with and without torch.
torch: Any = importlib.import_module("torch")
_formulas: Any = importlib.import_module("torch.utils.flop_counter")
_python_dispatch: Any = importlib.import_module("torch.utils._python_dispatch")
_TorchDispatchMode: Any = _python_dispatch.TorchDispatchMode
_aten: Any = torch.ops.aten

# FLOPs of operators that speech models call and that torch's registry lacks, by its conventions.
_FLOPS: Mapping[Any, Callable[..., int]] = {
    **_formulas.flop_registry,
    _aten._scaled_dot_product_flash_attention_for_cpu: _formulas.flop_registry[
        _aten._scaled_dot_product_flash_attention
    ],
    _aten._addmm_activation: _formulas.flop_registry[_aten.addmm],
    _aten._int_mm: _formulas.flop_registry[_aten.mm],
    _aten.addmv: lambda _bias, matrix, *_rest, **_more: 2 * matrix.numel(),
    _aten.mv: lambda matrix, *_rest, **_more: 2 * matrix.numel(),
    _aten.dot: lambda vector, *_rest, **_more: 2 * vector.numel(),
}
# The host waits for these, because their result, or its shape, depends on values on the device.
_WAITING = frozenset(
    {
        _aten._local_scalar_dense,
        _aten._unique2,
        _aten.bincount,
        _aten.equal,
        _aten.masked_select,
        _aten.nonzero,
        _aten.repeat_interleave,
        _aten.unique_consecutive,
        _aten.unique_dim,
        _aten.unique_dim_consecutive,
    }
)
_COPYING = frozenset({_aten._to_copy, _aten.copy_})
_INDEXING = frozenset({_aten.index, _aten.index_put, _aten.index_put_})
_DEVICE_KEYS = {"cpu": "CPU", "cuda": "CUDA"}
_MADE_OF_OTHERS = "CompositeImplicitAutograd"


class _Facts(NamedTuple):
    """The fixed properties of an operator."""

    name: str
    packet: Any
    is_view: bool
    flops: Callable[..., int] | None
    may_wait: bool


@functools.cache
def _facts(func: Any) -> _Facts:
    packet = func._overloadpacket
    return _Facts(
        name=str(packet),
        packet=packet,
        is_view=func.is_view,
        flops=_FLOPS.get(packet),
        may_wait=packet in _WAITING | _COPYING | _INDEXING,
    )


class Tally:
    """The counters of one call, by operator; threads share it."""

    def __init__(self, *, has_device: bool) -> None:
        self._lock = threading.Lock()
        self._has_device = has_device
        self._counters: dict[str, Counter[str]] = {
            name: Counter() for name in ("operators", "views", "flops", "syncs", "allocated")
        }
        self._reason: str | None = None

    def view(self, func: Any) -> None:
        """Count an operator that only relabels memory."""
        self._add(_facts(func).name, views=1)

    def operator(self, func: Any, args: Any, kwargs: Any, before: Mapping[int, int], out: Any) -> None:
        """Count any other operator; `before` are the sizes of its arguments' storages before it ran."""
        facts = _facts(func)
        new = sum(size for storage, size in storages((out,)).items() if size > before.get(storage, 0))
        self._add(
            facts.name,
            operators=1,
            flops=int(facts.flops(*args, **kwargs, out_val=out)) if facts.flops else 0,
            syncs=int(facts.may_wait and self._waits(facts.packet, args, kwargs, out)),
            allocated=new,
        )

    def give_up(self, reason: str) -> None:
        """Void the counters; the first reason is kept."""
        self._reason = self._reason or reason

    def work(self) -> Work:
        """The counters so far, with operators sorted by name, or the reason for having none."""
        if self._reason:
            return Work(reason=self._reason)
        counts = {name: dict(sorted(counter.items())) for name, counter in self._counters.items()}
        return msgspec.convert(counts, Work)

    def _add(self, name: str, **counts: int) -> None:
        with self._lock:
            for counter, number in counts.items():
                if number:
                    self._counters[counter][name] += number

    def _waits(self, packet: Any, args: Any, kwargs: Any, out: Any) -> bool:
        """True if the host waits for the device, or, without a device, would wait for one."""
        where = {tensor.device.type for tensor in _tensors((args, *kwargs.values(), out))}
        if packet in _COPYING:
            is_async = kwargs.get("non_blocking", args[2:3] == (True,))
            return "cpu" in where and len(where) > 1 and not is_async
        if self._has_device and where == {"cpu"}:
            return False
        if packet in _INDEXING:
            # A mask is turned into indices, unless a single value is written through it, which is a fill.
            is_mask = any(i is not None and i.dtype in (torch.bool, torch.uint8) for i in args[1])
            return is_mask and not (len(args) > 2 and args[2].numel() == 1)
        return packet is not _aten.repeat_interleave or kwargs.get("output_size") is None


class Watch(_TorchDispatchMode):  # type: ignore[misc]
    """Counts every operator dispatched on the threads that have entered it, between `begin` and `end`.

    Results do not change: a composite operator runs the same kernel as without the watch. Compiled code stays
    compiled; what is counted is what its kernels dispatch.
    """

    supports_higher_order_operators = True

    def __init__(self) -> None:
        super().__init__()
        self._tally: Tally | None = None

    @classmethod
    def ignore_compile_internals(cls) -> bool:
        """True, so that torch.compile does not fall back to eager."""
        return True

    def begin(self, *, has_device: bool) -> Tally:
        """Start counting into a new tally; `has_device` is True if the pipeline computes on a GPU."""
        self._tally = Tally(has_device=has_device)
        return self._tally

    def end(self) -> None:
        """Stop counting; threads that have entered the watch run on uncounted."""
        self._tally = None

    def give_up(self, reason: str) -> None:
        """Void the counters of the current call."""
        if self._tally is not None:
            self._tally.give_up(reason)

    def modules_call(self, notice: Callable[..., None]) -> AbstractContextManager[Any]:
        """A context in which `notice` is called on every thread that calls a torch module."""
        handle: AbstractContextManager[Any] = torch.nn.modules.module.register_module_forward_pre_hook(notice)
        return handle

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        tally = self._tally
        if types:
            return NotImplemented  # a tensor subclass: the operators that it calls arrive here next
        if tally is None:
            return func(*args, **kwargs)
        if isinstance(func, torch._ops.HigherOrderOperator):
            tally.give_up(f"nobody knows what the operator {func} dispatches")
            return func(*args, **kwargs)
        kernel = _kernel_of_others(func, _device(args))
        if kernel is not None:
            with self:
                return kernel(*args, **kwargs)
        if func.is_view:
            tally.view(func)
            return func(*args, **kwargs)
        before = storages((args, *kwargs.values()))
        out = func(*args, **kwargs)
        try:
            tally.operator(func, args, kwargs, before, out)
        except Exception as error:  # noqa: BLE001 - counting must not end the call
            tally.give_up(f"{func._overloadpacket} cannot be counted: {type(error).__name__}: {error}")
        return out


def watch() -> Watch:
    """A watch that has seen one operator, so that torch's lazy imports are done."""
    mode = Watch()
    with mode:
        torch.empty(0)
    return mode


def storages(values: Iterable[Any]) -> dict[int, int]:
    """Bytes of each storage behind the strided tensors in `values`, by the storage's identity."""
    return {
        storage._cdata: storage.nbytes()
        for tensor in _tensors(values)
        if tensor.layout is torch.strided
        for storage in [tensor.untyped_storage()]
    }


def _tensors(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, tuple | list):
            yield from _tensors(value)


def _device(args: Iterable[Any]) -> str:
    return next((tensor.device.type for tensor in _tensors(args)), "cpu")


@functools.cache
def _kernel_of_others(func: Any, device: str) -> Callable[..., Any] | None:
    """The kernel of a composite operator on this device; None for any other operator.

    Torch decomposes composite operators before a mode sees them, except under inference mode. This is not
    `func.decompose`, which prefers Python versions (of matmul, stft) that torch itself would not run.
    """
    has_kernel = torch._C._dispatch_has_kernel_for_dispatch_key
    name = func.name()
    if not has_kernel(name, _MADE_OF_OTHERS) or has_kernel(name, _DEVICE_KEYS.get(device, "CPU")):
        return None
    return functools.partial(func._op_dk, getattr(torch._C.DispatchKey, _MADE_OF_OTHERS))
