"""Opens checkpoints: safetensors or torch files, local or from the hub, mapped into memory and not copied.

The network is built on the meta device, without memory or an initialization that would be thrown away; its
parameters then *are* the tensors of the file, cast one at a time where another type or device is asked for.
"""

from __future__ import annotations

import functools
import json
import zipfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor, nn

from tts_baseline.core.errors import MissingExtra, PipelineError, SettingsError, brief
from tts_baseline.pipelines.f5_spanish.model.architecture import agreed, measured
from tts_baseline.pipelines.f5_spanish.model.dit import Transformer
from tts_baseline.pipelines.f5_spanish.model.vocos import Vocos, sizes_of
from tts_baseline.pipelines.f5_spanish.settings import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HUB = "hf://"
VOCODER_WEIGHTS = "pytorch_model.bin"
M = TypeVar("M", bound=nn.Module)
_KNOWN_REPOSITORIES = {
    "hf://jpgallegoar/F5-Spanish/": "v0",
    "hf://SWivid/F5-TTS/F5TTS_Base/": "v0",
    "hf://SWivid/F5-TTS/F5TTS_v1_Base/": "v1",
}
_KEPT_IN_FLOAT32 = ("rotary_embed.inv_freq",)
_PREFIXES = ("ema_model.", "transformer.")


def located(source: str, *, root: Path) -> Path:
    """The local file of a path (relative to `root`) or of `hf://owner/name/file`, downloaded if need be.

    Raises PipelineError where there is no such file or the hub does not answer.
    """
    if not source.startswith(HUB):
        path = root / source
        if not path.is_file():
            raise PipelineError(
                "there is no such file",
                where=str(path),
                hint=f"set its path in {TABLE}",
            )
        return path
    owner, _, rest = source.removeprefix(HUB).partition("/")
    name, _, file = rest.partition("/")
    if not (owner and name and file):
        raise SettingsError(
            f"{source!r} is not hf://owner/name/file", where=source, hint="hf://jpgallegoar/F5-Spanish/…"
        )
    return _downloaded(f"{owner}/{name}", file)


@functools.cache
def _downloaded(repository: str, file: str) -> Path:
    """The hub's file; it is asked once a process, though loading and provenance both want to know."""
    try:
        from huggingface_hub import hf_hub_download
    except ImportError as missing:
        raise MissingExtra("loading from the hub needs huggingface_hub", extra="f5") from missing
    try:
        return Path(hf_hub_download(repo_id=repository, filename=file))
    except Exception as error:
        raise PipelineError(
            f"the hub did not give the file: {brief(error)}",
            where=f"{HUB}{repository}/{file}",
            hint=f"download it, and set its path in {TABLE}",
        ) from error


def transformer(
    source: str, *, arch: str | None, tokens: int, device: str, dtype: torch.dtype, root: Path
) -> Transformer:
    """The network in a checkpoint, ready for inference.

    `arch` is what the settings state; `tokens` is the size of the vocabulary, which has to fit.

    Raises PipelineError for a file that is no F5-TTS checkpoint, SettingsError where the architecture is not
    stated, is stated differently, or the vocabulary has another size.
    """
    path = located(source, root=root)
    known = next((v for prefix, v in _KNOWN_REPOSITORIES.items() if source.startswith(prefix)), None)
    version = agreed(
        {"the settings": arch, "the sidecar file": _sidecar(path), "the hub repository": known},
        checkpoint=str(path),
    )
    with _tensors(path) as (shapes, read):
        keys = {_plain(key): key for key in shapes if _plain(key)}
        sizes = measured({name: shapes[key] for name, key in keys.items()}, version, checkpoint=str(path))
        if sizes.tokens != tokens:
            raise SettingsError(
                f"the checkpoint has {sizes.tokens} tokens and the vocabulary {tokens}",
                where=str(path),
                hint="set vocabulary to the vocab.txt that the checkpoint was trained with",
            )
        return _filled(lambda: Transformer(sizes), keys, read, device, dtype, path)


def vocoder(source: str, *, device: str, root: Path) -> Vocos:
    """The Vocos in a folder (or `hf://owner/name`) of `config.yaml` and `pytorch_model.bin`, float32."""
    import yaml

    config = located(f"{source}/config.yaml", root=root)
    path = located(f"{source}/{VOCODER_WEIGHTS}", root=root)
    try:
        sizes = sizes_of(yaml.safe_load(config.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise PipelineError(
            f"this is no vocoder for F5-TTS: {error}",
            where=str(config),
            hint='set vocoder = "hf://charactr/vocos-mel-24khz"',
        ) from error
    with _tensors(path) as (shapes, read):
        keys = {key: key for key in shapes if not key.startswith("feature_extractor.")}
        return _filled(lambda: Vocos(sizes), keys, read, device, torch.float32, path)


def _filled(
    build: Callable[[], M],
    keys: Mapping[str, str],
    read: Callable[[str], Tensor],
    device: str,
    dtype: torch.dtype,
    path: Path,
) -> M:
    with torch.device("meta"):
        module = build()
    wanted = module.state_dict()
    missing = [name for name in wanted if name not in keys]
    extra = [name for name in keys if name not in wanted]
    if missing or extra:
        raise PipelineError(
            f"the checkpoint lacks {_some(missing)} and has {_some(extra)} beyond what is known",
            where=str(path),
            hint="use a published checkpoint of F5-TTS Base, v0 or v1",
        )
    state: dict[str, Tensor] = {}
    for name, like in wanted.items():
        tensor = read(keys[name])
        if tensor.shape != like.shape:
            raise PipelineError(
                f"{name} has the shape {tuple(tensor.shape)}, not {tuple(like.shape)}", where=str(path)
            )
        state[name] = tensor.to(device, torch.float32 if name in _KEPT_IN_FLOAT32 else dtype)
    module.load_state_dict(state, assign=True)
    return module.eval().requires_grad_(False)


@contextmanager
def _tensors(path: Path) -> Iterator[tuple[dict[str, tuple[int, ...]], Callable[[str], Tensor]]]:
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


def _opened(path: Path, stack: ExitStack) -> tuple[dict[str, tuple[int, ...]], Callable[[str], Tensor]]:
    if path.suffix == ".safetensors":
        from safetensors import safe_open

        file = stack.enter_context(safe_open(path, framework="pt"))
        return {key: tuple(file.get_slice(key).get_shape()) for key in file.keys()}, file.get_tensor  # noqa: SIM118
    # Only torch's newer, zipped format can be mapped.
    mapped = zipfile.is_zipfile(path)
    loaded: Any = torch.load(path, map_location="cpu", mmap=mapped, weights_only=True)
    for part in ("ema_model_state_dict", "model_state_dict"):
        loaded = loaded.get(part, loaded)
    state = {key: value for key, value in loaded.items() if isinstance(value, Tensor)}
    return {key: tuple(value.shape) for key, value in state.items()}, state.__getitem__


def _plain(key: str) -> str:
    """The parameter's own name, or an empty string for what is not part of the network."""
    rest = key.removeprefix(_PREFIXES[0])
    return rest.removeprefix(_PREFIXES[1]) if rest.startswith(_PREFIXES[1]) else ""


def _sidecar(path: Path) -> str | None:
    sidecar = path.with_name(path.name + ".json")
    if not sidecar.is_file():
        return None
    try:
        return str(json.loads(sidecar.read_text(encoding="utf-8"))["arch"])
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            "the sidecar file does not state an architecture",
            where=str(sidecar),
            hint='write {"arch": "v0"} or {"arch": "v1"} to it',
        ) from error


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") or "nothing"
