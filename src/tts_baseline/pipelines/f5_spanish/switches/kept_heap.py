"""Keeps freed memory in the process: what one step of the network frees, the next one takes."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tts_baseline.core.errors import PipelineError
from tts_baseline.core.switches import Needs, Proof, SwitchSpec

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(name="kept_heap", stage="compile", equality="bit-exact", needs=Needs(devices=("cpu",)))

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # malloc.h; see mallopt(3)
_PROBE = 64 * 2**20  # twice the largest block that glibc ever keeps by itself


class _Mallinfo2(ctypes.Structure):
    """What glibc says of its heap, mallinfo(3): `fordblks` are the bytes that are free in it."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
                     "fordblks", "keepcost")
    )  # fmt: skip


def apply(parts: Parts) -> Parts:
    """The parts, in a process whose malloc maps no block by itself and gives none back.

    Raises PipelineError where malloc is not glibc's.
    """
    from tts_baseline.pipelines.f5_spanish.network.transformer import alike, transformer_of

    libc = ctypes.CDLL(None)
    if not _keeps(libc):
        raise PipelineError(
            "the switch kept_heap sets glibc's malloc, and this process has another",
            where="--tts-optimize",
            hint="--tts-optimize none, and without LD_PRELOAD",
        )
    network = alike(transformer_of(parts))
    network.keeps_heap = True
    return replace(parts, network=network)


def proof(parts: Parts) -> Proof | None:
    """What lies free in the heap, for the next step."""
    from tts_baseline.pipelines.f5_spanish.network.transformer import transformer_of

    if not hasattr(transformer_of(parts), "keeps_heap"):
        return None
    return Proof("freed memory stays in the heap", {"bytes": _free(ctypes.CDLL(None))})


def _keeps(libc: ctypes.CDLL) -> bool:
    """Set malloc, and whether it keeps a large block that is freed."""
    if not (hasattr(libc, "mallopt") and hasattr(libc, "mallinfo2")):
        return False
    if not (libc.mallopt(_MMAP_MAX, 0) and libc.mallopt(_TRIM_THRESHOLD, -1)):
        return False
    libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = (
        ctypes.c_void_p, (ctypes.c_size_t,), (ctypes.c_void_p,),
    )  # fmt: skip
    libc.free(libc.malloc(_PROBE))
    return _free(libc) >= _PROBE


def _free(libc: ctypes.CDLL) -> int:
    libc.mallinfo2.restype = _Mallinfo2
    return int(libc.mallinfo2().fordblks)
