"""Files by path, of the voices in this package, or from the hub."""

from __future__ import annotations

import functools
from pathlib import Path

from tts_baseline import voices
from tts_baseline.core.errors import MissingExtra, PipelineError, SettingsError, brief
from tts_baseline.pipelines.f5_spanish.text.options import TABLE

HUB, VOICE = "hf://", "voice://"


def placed(source: str, *, root: Path) -> Path:
    """Where a path (relative to `root`) or `voice://name/file` of this package leads, be it there or not."""
    return voices.FOLDER / source.removeprefix(VOICE) if source.startswith(VOICE) else root / source


def located(source: str, *, root: Path) -> Path:
    """The local file of a path, or of `hf://owner/name/file`, downloaded if need be; see `placed`.

    Raises PipelineError where there is no such file or the hub does not answer.
    """
    if not source.startswith(HUB):
        path = placed(source, root=root)
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
    answer = _asked(f"{owner}/{name}", file)
    if isinstance(answer, PipelineError):
        raise answer
    return answer


@functools.cache
def _asked(repository: str, file: str) -> Path | PipelineError:
    """The hub's file, or why there is none. It is asked once a process: to find no network takes long.

    Loading and provenance both want to know, and a vocoder has either of two files.
    """
    try:
        from huggingface_hub import hf_hub_download
    except ImportError as missing:
        raise MissingExtra("loading from the hub needs huggingface_hub", extra="f5") from missing
    try:
        return Path(hf_hub_download(repo_id=repository, filename=file))
    except Exception as error:  # noqa: BLE001 - the hub, the network and the disk have their own
        return PipelineError(
            f"the hub did not give the file: {brief(error)}",
            where=f"{HUB}{repository}/{file}",
            hint=f"download it, and set its path in {TABLE}",
        )
