"""The pending runs: every run leaves a folder that `accept` can promote, here or on another machine."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tts_baseline.baseline import files
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.records import Run, Utterance


def save(report: Path, run: Run, utterances: Mapping[str, Utterance]) -> Path:
    """The new folder `<report>/<run id>`: run.json and audio/<case>.flac; complete, or not there at all."""
    report.mkdir(parents=True, exist_ok=True)
    ignore = report / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    partial = Path(tempfile.mkdtemp(dir=report, prefix=f".{run.id}."))
    try:
        partial.chmod(0o755)
        (partial / "audio").mkdir()
        for case, utterance in utterances.items():
            if len(utterance.samples) and np.isfinite(utterance.samples).all():
                (partial / "audio" / f"{case}.flac").write_bytes(files.encode_flac(utterance))
        files.write_record(partial / "run.json", run)
        return partial.rename(report / run.id)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def find(report: Path, name: str) -> Path:
    """The folder of a pending run: by id, by the beginning or end of an id, `last`, or a path.

    Raises BaselineError where none or several fit.
    """
    given = Path(name)
    if given.name == "run.json":
        given = given.parent
    if (given / "run.json").is_file():
        return given
    known = listing(report)
    if name == "last" and known:
        return known[-1]
    fits = [path for path in known if path.name.startswith(name) or path.name.endswith(name)]
    if len(fits) == 1:
        return fits[0]
    shown = ", ".join(path.name for path in (fits or known)[-5:]) or "none"
    raise BaselineError(
        f"{'several pending runs are' if fits else 'no pending run is'} called {name!r}",
        where=f"{report} holds: {shown}",
        hint="tts-baseline run" if not known else f"tts-baseline compare {(fits or known)[-1].name}",
    )


def listing(report: Path) -> list[Path]:
    """The folders of all pending runs, oldest first."""
    return sorted(p.parent for p in report.glob("[!.]*/run.json"))


def load(folder: Path) -> Run:
    """The run in a pending folder."""
    return files.read_record(folder / "run.json", Run)


def recording(folder: Path, run: Run, case: str) -> bytes:
    """The FLAC file of a case's scored utterance."""
    path = folder / "audio" / f"{case}.flac"
    if not path.is_file():
        raise BaselineError(
            f"run {run.id} has no recording of case {case!r}",
            where=str(path),
            hint="download the whole folder of the run, audio/ included",
        )
    return path.read_bytes()


def discard(folder: Path) -> None:
    """Remove a pending run for good."""
    shutil.rmtree(folder)
