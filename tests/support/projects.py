"""A project without a pipeline: its runs are made up, and their sound is really scored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from tests.support.calls import calls, replicate
from tests.support.runs import KEY, run
from tests.support.tones import TEXTS
from tts_baseline.baseline import pending
from tts_baseline.baseline.store import Store
from tts_baseline.core.records import Run, Utterance
from tts_baseline.session.measurement.score import goldens_of, score
from tts_baseline.session.project import Project, open_project

TABLE = '[tool.tts-baseline]\npipeline = "voice:synthesize"\nsuite = "cases.toml"\nmissing = "record"\n'
SUITE = "".join(f'[[case]]\nid = "{case}"\ntext = "{text}"\n' for case, text in TEXTS.items())

Said = dict[str, Utterance]


def make_project(folder: Path) -> Project:
    """A new project in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(TABLE)
    (folder / "cases.toml").write_text(SUITE)
    (folder / "voice.py").write_text("def synthesize(text): ...\n")
    return open_project(folder, {})


def voice(seed: int) -> Said:
    """Half a second of noise a case; two seeds have nothing in common."""
    dice = np.random.default_rng(seed)
    return {
        case: Utterance(samples=dice.uniform(-0.5, 0.5, 8000).astype(np.float32), sample_rate=16_000)
        for case in TEXTS
    }


def close_to(said: Said, decibels: float) -> Said:
    """The same but for noise that many decibels below it."""
    share = np.float32(10 ** (-decibels / 20))
    noise = voice(99)
    return {
        case: Utterance(samples=sound.samples + share * noise[case].samples, sample_rate=sound.sample_rate)
        for case, sound in said.items()
    }


def store_of(project: Project) -> Store:
    """The baselines of its one variant."""
    return project.store("cpu")


def measured(
    project: Project, name: str, said: Said, seconds: float = 0.25, texts: Mapping[str, str] = TEXTS
) -> Run:
    """A run that was scored against what is accepted at this moment."""
    store = store_of(project)
    with store.locked():
        quality = store.load(KEY).quality
        goldens = store.goldens(quality)
    bare = run(name, said, seconds=seconds, texts=texts)
    process = replicate(dict.fromkeys(said, calls([seconds] * 2, audio_s=0.5)), start_s=1.0)
    heard = {case: (sound,) for case, sound in said.items()}
    readings, own = score(bare.cases, [process] * 3, heard, quality, goldens)
    return replace(bare, goldens=goldens_of(bare.cases, quality), readings=readings, own_readings=own)


def left(
    project: Project, name: str, said: Said, seconds: float = 0.25, texts: Mapping[str, str] = TEXTS
) -> Path:
    """The folder of such a run."""
    return pending.save(project.report, measured(project, name, said, seconds, texts), said)
