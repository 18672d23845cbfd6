"""Opens weights: safetensors or torch files, mapped into memory and not copied.

A network is built on the meta device, without memory or an initialization that would be thrown away; its
parameters then *are* the tensors of the file, copied only where another device is asked for.
"""

from __future__ import annotations

import ctypes
import mmap
import zipfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor, nn

from tts_baseline.core.errors import PipelineError, brief
from tts_baseline.pipelines.f5_spanish.text.options import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

M = TypeVar("M", bound=nn.Module)


def filled(
    build: Callable[[], M],
    keys: Mapping[str, str],
    read: Callable[[str], Tensor],
    *,
    device: str,
    path: Path,
    hint: str = "use a published checkpoint of F5-TTS Base, v0 or v1",
) -> M:
    """The module that `build` makes, its parameters read from a file in float32, ready for inference.

    `keys` are the file's names by the module's. Raises PipelineError where they do not fit the module.
    """
    with torch.device("meta"):
        module = build()
    wanted = module.state_dict()
    missing = [name for name in wanted if name not in keys]
    extra = [name for name in keys if name not in wanted]
    if missing or extra:
        raise PipelineError(
            f"the checkpoint lacks {_some(missing)} and has {_some(extra)} beyond what is known",
            where=str(path),
            hint=hint,
        )
    state: dict[str, Tensor] = {}
    for name, like in wanted.items():
        tensor = read(keys[name])
        if tensor.shape != like.shape:
            raise PipelineError(
                f"{name} has the shape {tuple(tensor.shape)}, not {tuple(like.shape)}",
                where=str(path),
                hint=hint,
            )
        state[name] = tensor.to(device, torch.float32)
    module.load_state_dict(state, assign=True)
    return module.eval().requires_grad_(False)


@contextmanager
def tensors(path: Path) -> Iterator[tuple[dict[str, tuple[int, ...]], Callable[[str], Tensor]]]:
    """Shapes by key, and a reader of one tensor; nothing is read before it is asked for."""
    with ExitStack() as stack:
        try:
            opened = _opened(path, stack)
        except Exception as error:
            raise PipelineError(
                f"the file cannot be read as weights: {brief(error)}",
                where=str(path),
                hint=f"download it again, or correct its path in {TABLE}",
            ) from error
        yield opened


def let_go(tensors: Iterable[Tensor]) -> None:
    """Give back the memory of weights that are mapped from a file; it is read again where they are needed.

    What is no file's is left alone, and so is everything where there is no /proc.
    """
    maps = Path("/proc/self/maps")
    if not maps.is_file():
        return
    files = [
        tuple(int(end, 16) for end in line.split(" ", 1)[0].split("-"))
        for line in maps.read_text(encoding="utf-8", errors="replace").splitlines()
        if "/" in line and "r-xp" not in line
    ]
    system, page = ctypes.CDLL(None), mmap.PAGESIZE
    for tensor in tensors:
        begin, size = tensor.data_ptr(), tensor.nbytes
        if any(first <= begin and begin + size <= last for first, last in files):
            first, last = -(-begin // page) * page, (begin + size) // page * page
            if first < last:
                system.madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), mmap.MADV_DONTNEED)


def _opened(path: Path, stack: ExitStack) -> tuple[dict[str, tuple[int, ...]], Callable[[str], Tensor]]:
    if path.suffix == ".safetensors":
        from safetensors import safe_open

        file = stack.enter_context(safe_open(path, framework="pt"))
        return {key: tuple(file.get_slice(key).get_shape()) for key in file.keys()}, file.get_tensor  # noqa: SIM118
    # Only torch's newer, zipped format can be mapped.
    mapped = zipfile.is_zipfile(path)
    loaded: Any = torch.load(path, map_location="cpu", mmap=mapped, weights_only=True)
    for part in ("ema_model_state_dict", "model_state_dict", "generator"):
        loaded = loaded.get(part, loaded)
    state = {key: value for key, value in loaded.items() if isinstance(value, Tensor)}
    return {key: tuple(value.shape) for key, value in state.items()}, state.__getitem__


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") or "nothing"
