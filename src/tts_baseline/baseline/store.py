"""Reads and writes the accepted baselines of one pipeline variant; nothing else writes them."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from tts_baseline.baseline import files, history, identity
from tts_baseline.baseline.condensed import condensed
from tts_baseline.baseline.history import digest
from tts_baseline.baseline.identity import Identity
from tts_baseline.baseline.schema import json_schema
from tts_baseline.core.bounds import largest_flac
from tts_baseline.core.certificate import Certificate
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.files import read_bounded, write_atomic
from tts_baseline.core.records import SCHEMA_VERSION, Baseline, Quality, QualityCase, Run, Utterance
from tts_baseline.core.sound_certificate import SoundCertificate
from tts_baseline.core.taints import Taint, Taints

Owned = TypeVar("Owned", Quality, Run, Certificate, SoundCertificate, Taints)

RING = 20  # chosen: enough for a good spread, few enough to forget a machine's old state
_GOLDEN_DIGITS = 16  # of the SHA-256 of a golden's file, in its name
_QUALITY = "quality.json"
TAINTS = "taints.json"
SOUND_CERTIFICATE = "certificates/sound.json"  # no machine has this key: theirs end in a hash


def accepted_at(run: Run) -> tuple[str, str]:
    """The key that sorts runs by when they were accepted."""
    return (run.acceptance.at if run.acceptance else "", run.id)


def stores(root: Path) -> Iterator[Store]:
    """The baselines of every variant under `root`, in the order of their folders."""
    for folder in sorted(root.glob("*/*/")):
        if found := identity.stored_in(folder, Identity(folder.parent.name, folder.name)):
            yield Store(root, found.pipeline, found.variant, folder=folder)


class Store:
    """`<pipeline>/<variant>/`: quality.json, golden/, machines/<key>/, taints.json, certificates/, history/.

    quality.json alone says which goldens count, taints.json which runs do not. What is read is of one moment
    under `locked`.
    """

    def __init__(self, root: Path, pipeline: str, variant: str, *, folder: Path | None = None) -> None:
        self.root = root
        self.identity = Identity(pipeline, variant)
        self.folder = folder or identity.folder_of(root, self.identity)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """All baselines of the root, locked for this process, and whole: what a kill cut off is finished."""
        with files.locked(self.root):
            self._check_inside()
            history.finish(self.folder)
            yield

    def load(self, key: str) -> Baseline:
        """The baseline of a run on the machine `key`; empty if nothing was accepted yet.

        It has the last 20 runs of the current epoch, oldest first, the anchor, and the newest run of each
        suite on every other machine, all of them `condensed`, and none that is tainted; where every anchor
        is, the oldest run is the anchor. Raises BaselineError for a file that is damaged or of another
        pipeline.
        """
        with self.locked():
            quality = self._read(self.folder / _QUALITY, Quality)
            others = sorted(set(self.machines()) - {key})
            every = sorted(map(condensed, self.each_run(key)), key=accepted_at)
            runs = list(self.untainted(every))
            elsewhere = tuple(condensed(run) for other in others for run in self._newest(other))
        epoch = max((r.acceptance.epoch for r in runs if r.acceptance), default=1)
        current = [r for r in runs if r.acceptance and r.acceptance.epoch == epoch]
        anchors = [r for r in runs if r.acceptance and r.acceptance.anchor]
        if not anchors and len(runs) < len(every):
            anchors = runs[:1]
        return Baseline(
            quality=quality,
            runs=tuple(current[-RING:]),
            anchor=anchors[-1] if anchors else None,
            other_machines=tuple(others),
            elsewhere=elsewhere,
        )

    def machines(self) -> list[str]:
        """The machines on which a run was accepted."""
        return sorted({path.parent.name for path in self.folder.glob("machines/*/[!.]*.json")})

    def runs(self, key: str) -> tuple[Run, ...]:
        """Every run accepted on the machine `key`, oldest first, over all epochs."""
        return tuple(sorted(self.each_run(key), key=accepted_at))

    def each_run(self, key: str) -> Iterator[Run]:
        """As `runs`, one after the other in any order: no name keeps one, as each may take much memory."""
        with self.locked():
            paths = sorted((self.folder / "machines" / key).glob("[!.]*.json"))
            yield from filter(None, (self._read(path, Run) for path in paths))

    def untainted(self, runs: Iterable[Run]) -> Iterator[Run]:
        """Those of these runs that are in the speed baseline."""
        tainted = self.tainted()
        return (run for run in runs if run.id not in tainted)

    def tainted(self) -> Mapping[str, Taint]:
        """The runs that have left the speed baseline, by their ids."""
        with self.locked():
            found = self._read(self.folder / TAINTS, Taints)
        return found.runs if found else {}

    def quality(self) -> Quality | None:
        """The accepted quality; None if there is none yet."""
        with self.locked():
            return self._read(self.folder / _QUALITY, Quality)

    def certificate(self, key: str) -> Certificate | None:
        """The certificate of the machine `key`; None if it has none."""
        with self.locked():
            return self._read(self.folder / "certificates" / f"{key}.json", Certificate)

    def sound_certificate(self) -> SoundCertificate | None:
        """What was certified of the gate of sound, on whichever machine; None if nothing was."""
        with self.locked():
            return self._read(self.folder / SOUND_CERTIFICATE, SoundCertificate)

    def goldens(self, quality: Quality | None, chosen: Collection[str] | None = None) -> dict[str, Utterance]:
        """The accepted recordings by case; of the `chosen` cases alone, where those are given.

        Raises BaselineError for one that is missing or differs from what quality.json describes.
        """
        known = quality.cases if quality else {}
        return {
            case: self._heard(case, accepted)
            for case, accepted in known.items()
            if chosen is None or case in chosen
        }

    def golden(self, case: str, accepted: QualityCase) -> Path:
        """Where the golden of a case is: named by its content, or by the case alone as once."""
        named = self.golden_name(case, accepted)
        older = self.folder / "golden" / f"{case}.flac"
        return older if older.exists() and not named.exists() else named

    def golden_name(self, case: str, accepted: QualityCase) -> Path:
        """Where the golden of a case belongs."""
        return self.folder / "golden" / f"{case}.{accepted.recording[:_GOLDEN_DIGITS]}.flac"

    def is_intact(self, case: str, accepted: QualityCase) -> bool:
        """True if the golden of a case exists and is the accepted recording."""
        try:
            data = read_bounded(self.golden(case, accepted), largest_flac(accepted.audio.samples))
        except OSError:
            return False
        return digest(data) == accepted.recording

    def has(self, run: Run) -> bool:
        """True if this run is accepted already."""
        with self.locked():
            return (self.folder / named_run(run)).exists()

    def write(
        self,
        *,
        quality: Quality | None = None,
        goldens: Mapping[str, bytes] | None = None,
        run: Run | None = None,
        certificate: Certificate | None = None,
        sound: SoundCertificate | None = None,
    ) -> tuple[Path, ...]:
        """The paths that were written: all of them or, where this is killed, none.

        `goldens` are the recordings of the cases that are new in `quality`; those that it names no more are
        removed. Raises BaselineError for a run that is accepted already: its file never changes.
        """
        with self.locked():
            if run is not None and self.has(run):
                path = self.folder / named_run(run)
                raise BaselineError(
                    f"run {run.id} is accepted already", where=str(path), hint="tts-baseline run"
                )
            self._write_schema()
            for case, data in (goldens or {}).items():
                name = f"{case}.{digest(data)[:_GOLDEN_DIGITS]}.flac"
                write_atomic(self.folder / "golden" / name, data)
            records = {
                name: record
                for name, record in (
                    (_QUALITY, quality),
                    (named_run(run) if run else "", run),
                    (named_certificate(certificate) if certificate else "", certificate),
                    (SOUND_CERTIFICATE, sound),
                )
                if record is not None
            }
            for name, record in records.items():
                identity.check(self.folder / name, Identity(record.pipeline, record.variant), self.identity)
            at, reason = _occasion(quality, run, certificate or sound)
            written = {name: files.encoded(record, self.folder / name) for name, record in records.items()}
            history.commit(self.folder, written, at=at, reason=reason)
            self.sweep()
        return tuple(self.folder / name for name in records)

    def taint(self, runs: Mapping[str, Taint], *, at: str, reason: str) -> Path:
        """The file that says that exactly these runs are tainted; it is whole, or as it was."""
        with self.locked():
            self._write_schema()
            record = Taints(pipeline=self.identity.pipeline, variant=self.identity.variant, runs=dict(runs))
            path = self.folder / TAINTS
            history.commit(self.folder, {TAINTS: files.encoded(record, path)}, at=at, reason=reason)
        return path

    def sweep(self) -> None:
        """Remove what a kill left, and the recordings that quality.json does not name."""
        history.sweep(self.folder, self.named_goldens())
        for path in history.temporary(self.root / "schema"):
            path.unlink(missing_ok=True)

    def named_goldens(self) -> list[Path]:
        """The files that quality.json refers to."""
        quality = self._read(self.folder / _QUALITY, Quality)
        return [self.golden(case, accepted) for case, accepted in (quality.cases if quality else {}).items()]

    def _check_inside(self) -> None:
        """Raise BaselineError for a folder that leads out of the root: its files are replaced and removed."""
        root = self.root.resolve()
        for path in (self.folder, *self.folder.glob("*/"), *self.folder.glob("machines/*/")):
            if not path.resolve().is_relative_to(root):
                raise BaselineError(
                    f"this folder of the baselines leads out of them, to {path.resolve()}",
                    where=str(path),
                    hint=f"rm {path}; then git checkout -- {self.folder}",
                )

    def _heard(self, case: str, accepted: QualityCase) -> Utterance:
        path = self.golden(case, accepted)
        if not path.exists():
            raise BaselineError(
                f"the golden of case {case!r} is missing", where=str(path), hint=f"git checkout -- {path}"
            )
        if not self.is_intact(case, accepted):
            raise BaselineError(
                f"the golden of case {case!r} is not the recording that quality.json accepted",
                where=str(path),
                hint=f"git checkout -- {self.folder}   (or `git lfs pull`, or accept that run again)",
            )
        return files.read_flac(path, accepted.audio)

    def _read(self, path: Path, kind: type[Owned]) -> Owned | None:
        """The record of this store at `path`; None if there is none."""
        if not path.exists():
            return None
        record = files.read_record(path, kind)
        identity.check(path, Identity(record.pipeline, record.variant), self.identity)
        return record

    def _newest(self, key: str) -> Iterable[Run]:
        return {run.suite: run for run in self.untainted(self.runs(key))}.values()

    def _write_schema(self) -> None:
        path = self.root / "schema" / f"v{SCHEMA_VERSION}.json"
        data = json_schema()
        if not path.exists() or path.read_bytes() != data:
            write_atomic(path, data)


def named_run(run: Run) -> str:
    """Where an accepted run belongs in its variant's folder."""
    return f"machines/{run.environment.key}/{run.id}.json"


def named_certificate(certificate: Certificate) -> str:
    """Where a machine's certificate belongs in its variant's folder."""
    return f"certificates/{certificate.environment.key}.json"


def _occasion(
    quality: Quality | None, run: Run | None, certificate: Certificate | SoundCertificate | None
) -> tuple[str, str]:
    """When, and why, something is written."""
    acceptance = run.acceptance if run else quality.acceptance if quality else None
    if acceptance is not None:
        return acceptance.at, acceptance.reason
    if certificate is not None:
        return certificate.created, "certified"
    return (run.created if run else "", "kept")
