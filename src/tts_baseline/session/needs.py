"""What options and pipelines would need that a plain installation lacks: a line of `doctor` each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires, version

from msgspec import Struct
from packaging.requirements import Requirement

from tts_baseline.core import environment, git
from tts_baseline.session import play
from tts_baseline.session.project import Project

DISTRIBUTION = "pytest-tts-baseline"
# By what is typed: the extra whose packages it needs.
_EXTRAS: Mapping[str, str] = {
    "--pipeline espeak": "espeak",
    "--pipeline f5_spanish": "f5",
    "ears.asr": "asr",
    "ears.distillmos": "distillmos",
    "ears.dnsmos": "mos",
    "ears.speaker": "speaker",
    "--memray": "memray",
    "setting emphasis": "prosody",
    "train": "train",
}


class Need(Struct, frozen=True):
    """An option, what it lacks here ('' for nothing), and what would mend that."""

    option: str
    lacks: str = ""
    next: str = ""


def needs(project: Project) -> tuple[Need, ...]:
    """Every option that needs something, as this machine and this project are."""
    return (*map(_of_extra, _EXTRAS), _cuda(), _against(project), _player())


def _of_extra(option: str) -> Need:
    extra = _EXTRAS[option]
    if lacks := ", ".join(missing(extra)):
        return Need(option, lacks, f"pip install '{DISTRIBUTION}[{extra}]'")
    return Need(option)


def missing(extra: str) -> Iterator[str]:
    """The requirements of an extra that are not installed, or in a version that is too old or too new."""
    for text in requires(DISTRIBUTION) or ():
        wanted = Requirement(text)
        if wanted.marker is None or not wanted.marker.evaluate({"extra": extra}):
            continue
        if wanted.marker.evaluate({"extra": ""}):
            continue  # it is always installed
        if wanted.name == DISTRIBUTION:
            for inner in sorted(wanted.extras):
                yield from missing(inner)
        elif not _suits(wanted):
            yield f"{wanted.name}{wanted.specifier}"


def _suits(wanted: Requirement) -> bool:
    found = _version(wanted.name)
    return bool(found) and wanted.specifier.contains(found, prereleases=True)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _cuda() -> Need:
    option, torch = "--device cuda", _version("torch")
    if not environment.has_cuda():
        return Need(option, "a GPU of NVIDIA, which NVML sees", "nvidia-smi")
    if not torch or torch.endswith("+cpu"):
        return Need(option, "a torch with CUDA", "pip install torch")
    return Need(option)


def _against(project: Project) -> Need:
    option = "--against REV"
    if trouble := git.trouble(project.root):
        return Need(option, trouble.what, trouble.hint)
    has_commit = git.commit(project.root)[0] is not None
    return Need(option) if has_commit else Need(option, "a commit to compare with", "git commit")


def _player() -> Need:
    option = "--play"
    if any(map(shutil.which, play.PLAYERS)):
        return Need(option)
    return Need(option, f"one of {', '.join(play.PLAYERS)}", "apt-get install ffmpeg")
