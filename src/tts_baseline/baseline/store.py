"""Reads and writes the accepted baselines of one pipeline variant; nothing else writes them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from tts_baseline.baseline import files
from tts_baseline.baseline.schema import json_schema
from tts_baseline.core.certificate import Certificate
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.files import write_atomic
from tts_baseline.core.records import SCHEMA_VERSION, Baseline, Quality, QualityCase, Run, Utterance

RING = 20  # chosen: enough for a good spread, few enough to forget a machine's old state


def slug(name: str) -> str:
    """A folder name for a pipeline, from its registered name or `package.module:attribute`."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-.")


def accepted_at(run: Run) -> tuple[str, str]:
    """The key that sorts runs by when they were accepted."""
    return (run.acceptance.at if run.acceptance else "", run.id)


class Store:
    """`baselines/<pipeline>/<variant>`: quality.json, golden/, machines/<key>/, certificates/<key>.json."""

    def __init__(self, root: Path, pipeline: str, variant: str) -> None:
        self.root = root
        self.folder = root / slug(pipeline) / slug(variant)

    def locked(self) -> AbstractContextManager[None]:
        """All baselines of the root, locked for this process."""
        return files.locked(self.root)

    def load(self, key: str) -> Baseline:
        """The baseline of a run on the machine `key`; empty if nothing was accepted yet.

        It has the last 20 runs of the current epoch, oldest first, the anchor, and the newest run of each
        suite on every other machine.
        """
        quality_file = self.folder / "quality.json"
        quality = files.read_record(quality_file, Quality) if quality_file.exists() else None
        machines = self.folder / "machines"
        others = sorted({path.parent.name for path in machines.glob("*/*.json")} - {key})
        runs = self.runs(key)
        epoch = max((r.acceptance.epoch for r in runs if r.acceptance), default=1)
        current = [r for r in runs if r.acceptance and r.acceptance.epoch == epoch]
        anchors = [r for r in runs if r.acceptance and r.acceptance.anchor]
        return Baseline(
            quality=quality,
            runs=tuple(current[-RING:]),
            anchor=anchors[-1] if anchors else None,
            other_machines=tuple(others),
            elsewhere=tuple(run for other in others for run in self._newest(other)),
        )

    def runs(self, key: str) -> tuple[Run, ...]:
        """Every run accepted on the machine `key`, oldest first, over all epochs."""
        paths = sorted((self.folder / "machines" / key).glob("*.json"))
        runs = [files.read_record(path, Run) for path in paths]
        return tuple(sorted(runs, key=accepted_at))

    def goldens(self, quality: Quality | None, chosen: Collection[str] | None = None) -> dict[str, Utterance]:
        """The accepted recordings by case; of the `chosen` cases alone, where those are given.

        Raises BaselineError for one that is missing or differs from what quality.json describes.
        """
        recordings = {}
        for case, accepted in (quality.cases if quality else {}).items():
            if chosen is not None and case not in chosen:
                continue
            path = self._golden(case)
            if not path.exists():
                raise BaselineError(
                    f"the golden of case {case!r} is missing",
                    where=str(path),
                    hint=f"git checkout -- {path}",
                )
            if not self.is_intact(case, accepted):
                raise BaselineError(
                    f"the golden of case {case!r} is not the recording that quality.json accepted",
                    where=str(path),
                    hint=f"git checkout -- {self.folder}   (or `git lfs pull`, or accept that run again)",
                )
            recordings[case] = files.read_flac(path, accepted.audio)
        return recordings

    def write_run(self, run: Run) -> Path:
        """Write an accepted run to a new file, which never changes later."""
        path = self._run(run)
        if path.exists():
            raise BaselineError(f"run {run.id} is accepted already", where=str(path), hint="tts-baseline run")
        self._write_schema()
        files.write_record(path, run)
        return path

    def has(self, run: Run) -> bool:
        """True if this run is accepted already."""
        return self._run(run).exists()

    def certificate(self, key: str) -> Certificate | None:
        """The certificate of the machine `key`; None if it has none."""
        path = self._certificate(key)
        return files.read_record(path, Certificate) if path.exists() else None

    def write_certificate(self, certificate: Certificate) -> Path:
        """Replace the certificate of its machine."""
        self._write_schema()
        path = self._certificate(certificate.environment.key)
        files.write_record(path, certificate)
        return path

    def write_quality(self, quality: Quality, recordings: Mapping[str, bytes]) -> Path:
        """Replace the accepted quality; recordings first, so that quality.json never names a missing one."""
        self._write_schema()
        for case, data in recordings.items():
            write_atomic(self._golden(case), data)
        path = self.folder / "quality.json"
        files.write_record(path, quality)
        return path

    def is_intact(self, case: str, accepted: QualityCase) -> bool:
        """True if the golden of a case exists and is the accepted recording."""
        path = self._golden(case)
        return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == accepted.recording

    def _newest(self, key: str) -> Iterable[Run]:
        return {run.suite: run for run in self.runs(key)}.values()

    def _run(self, run: Run) -> Path:
        return self.folder / "machines" / run.environment.key / f"{run.id}.json"

    def _certificate(self, key: str) -> Path:
        return self.folder / "certificates" / f"{key}.json"

    def _golden(self, case: str) -> Path:
        return self.folder / "golden" / f"{case}.flac"

    def _write_schema(self) -> None:
        path = self.root / "schema" / f"v{SCHEMA_VERSION}.json"
        data = json_schema()
        if not path.exists() or path.read_bytes() != data:
            write_atomic(path, data)
