"""Plays a case before and after, by whichever player this machine has."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import soundfile

from tts_baseline.baseline import recordings
from tts_baseline.core.errors import PlayerError
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.records import Utterance
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.project import Project

# The first that is there plays. All take a WAV file of 16 bits; aplay takes no FLAC.
PLAYERS: Mapping[str, Sequence[str]] = {
    "ffplay": ("-nodisp", "-autoexit", "-loglevel", "error"),
    "aplay": ("--quiet",),
    "afplay": (),
    "paplay": (),
}


def case(project: Project, outcome: Outcome, name: str, progress: Progress) -> None:
    """Play the golden of a case, if it has one, then this run's recording; an interrupt ends the player.

    Raises PlayerError where no player is installed, or it fails; BaselineError for a recording that is
    missing, or not the one that was accepted or measured.
    """
    command = _player()
    store, quality = project.store_of(outcome.run), outcome.baseline.quality
    sounds: dict[str, tuple[Path, Utterance]] = {}
    if quality and name in outcome.run.goldens and name in quality.cases:
        golden = store.goldens(quality, (name,))[name]
        sounds["before"] = store.golden(name, quality.cases[name]), golden
    after = recordings.read(outcome.folder, outcome.run, name)[1]
    sounds["after"] = recordings.path_of(outcome.folder, name), after
    with tempfile.TemporaryDirectory(prefix="tts-baseline-play-") as folder:
        for which, (path, utterance) in sounds.items():
            progress.say(f"playing {which}: {path}")
            _play(command, utterance, Path(folder, f"{which}.wav"))


def _player() -> list[str]:
    for name, options in PLAYERS.items():
        if path := shutil.which(name):
            return [path, *options]
    raise PlayerError(
        f"nothing here plays sounds: none of {', '.join(PLAYERS)} is on PATH",
        hint="apt-get install ffmpeg; or open report.html in the folder of the run",
    )


def _play(command: Sequence[str], utterance: Utterance, path: Path) -> None:
    soundfile.write(path, utterance.samples, utterance.sample_rate, subtype="PCM_16")
    done = subprocess.run(
        [*command, path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["without a word"])[-1]
        raise PlayerError(
            f"{Path(command[0]).name} ended with status {done.returncode}: {said}",
            where=command[0],
            hint="open report.html in the folder of the run; or play the files yourself",
        )
