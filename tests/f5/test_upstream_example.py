"""The example that gates upstream F5-TTS, through a real worker, with a small random checkpoint."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.support import REPOSITORY, small
from tts_baseline.core import settings
from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Request
from tts_baseline.measure.client import Worker
from tts_baseline.measure.protocol import Spoken, WorkerSpec
from tts_baseline.session.project import BUILDER
from tts_baseline.suites import reader

EXAMPLE = Path(__file__).parents[2] / "examples" / "upstream_f5"
SHORT = "hola, ¿cómo estás?"
STAGES = {"text", "model", "vocoder", "post"}

# Upstream without the example, as a person would call it.
PLAIN = """
import hashlib, sys, warnings
warnings.simplefilter("ignore")
from f5_tts.api import F5TTS
made, asked = (eval(word) for word in sys.argv[1:])
samples, rate, _ = F5TTS(**made, device="cpu").infer(**asked, progress=None)
print(hashlib.sha256(samples.astype("float32").tobytes()).hexdigest(), rate)
"""

SPOKEN = """
import sys
from tts_baseline import Request
from upstream_f5 import UpstreamF5
pipeline = UpstreamF5(**eval(sys.argv[1]))
pipeline.load()
pipeline.synthesize(Request(text=sys.argv[2]))
"""

REFUSED = """
import sys
from upstream_f5 import UpstreamF5
for word in sys.argv[1:]:
    try:
        UpstreamF5(**eval(word)).load()
    except Exception as error:
        print(type(error).__name__, error.what)
"""


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The example's own table, with the small model's files in it."""
    if find_spec("f5_tts") is None:
        pytest.skip("f5-tts is not installed")
    folder = tmp_path_factory.mktemp("upstream")
    made = small.make(folder, "v1")
    vocabulary = REPOSITORY / "src/tts_baseline/pipelines/f5_spanish/vocab.txt"
    return settings.read(EXAMPLE, {}, {}).for_pipeline() | {
        "model": small.configuration(folder),
        "checkpoint": str(made.checkpoint),
        "vocabulary": str(vocabulary),
        "vocoder": str(made.vocoder),
        "reference_audio": str(made.reference),
        "reference_text": small.TRANSCRIPT,
        "steps": 4,
    }


def spec(table: dict[str, Any]) -> WorkerSpec:
    return WorkerSpec(
        builder=BUILDER,
        target=settings.read(EXAMPLE, {}, {}).pipeline,
        settings=table,
        device="cpu",
        optimize=(),
        root=str(EXAMPLE),
        paths=(str(EXAMPLE),),
    )


@pytest.fixture(scope="module")
def worker(table: dict[str, Any]) -> Iterator[Worker]:
    with Worker(spec(table), load_timeout=300) as started:
        yield started


def say(worker: Worker, text: str = SHORT, **more: Any) -> Spoken:
    return worker.speak(Request(text=text, **more), full=True, timeout=120)


def test_the_stages_are_of_this_call_and_add_up_to_it(worker: Worker) -> None:
    say(worker)
    for text in (SHORT, "el tren de la mañana sale a las siete y media. " * 12):
        spoken = say(worker, text)
        assert set(spoken.stages) == STAGES
        assert min(spoken.stages.values()) > 0
        assert 0.5 * spoken.wall_s < sum(spoken.stages.values()) <= spoken.wall_s
        assert spoken.stages["model"] > spoken.stages["vocoder"]  # ten times, on the CPU


def test_the_audio_is_the_text_at_24_khz(worker: Worker) -> None:
    spoken = say(worker)
    longer = say(worker, SHORT + " nos vemos mañana temprano.")
    assert spoken.sample_rate == 24_000
    assert spoken.audio is not None
    assert any(spoken.audio)
    assert longer.samples > spoken.samples > 5_000


def test_one_chunk_is_the_same_for_the_same_seed_alone(worker: Worker) -> None:
    first, again, other = (say(worker, seed=seed).sha256 for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_the_speed_acts(worker: Worker) -> None:
    assert say(worker, speed=0.5).samples == pytest.approx(2 * say(worker).samples, rel=0.05)


def test_an_empty_text_is_refused(worker: Worker) -> None:
    with pytest.raises(RequestFailed, match="at `\\$.request.text`"):
        say(worker, "")


def test_the_samples_are_those_of_a_plain_call(worker: Worker, table: dict[str, Any]) -> None:
    made = {
        "model": table["model"],
        "ckpt_file": table["checkpoint"],
        "vocab_file": table["vocabulary"],
        "vocoder_local_path": table["vocoder"],
    }
    asked = {
        "ref_file": table["reference_audio"],
        "ref_text": table["reference_text"],
        "gen_text": SHORT,
        "seed": 9,
        "nfe_step": table["steps"],
    }
    plain = subprocess.run(
        [sys.executable, "-c", PLAIN, repr(made), repr(asked)], capture_output=True, text=True, check=True
    )
    spoken = say(worker, seed=9)
    assert plain.stdout.splitlines()[-1] == f"{spoken.sha256} {spoken.sample_rate}"


def test_it_says_what_it_is_made_of(worker: Worker, table: dict[str, Any]) -> None:
    provenance = worker.ready.provenance
    assert provenance["f5-tts"][0].isdigit()
    assert (provenance["steps"], provenance["dtype"]) == ("4", "torch.float32")
    assert provenance["checkpoint"] == Path(table["checkpoint"]).name


def test_no_text_is_printed(table: dict[str, Any]) -> None:
    command = [sys.executable, "-c", SPOKEN, repr(table), SHORT]
    done = subprocess.run(command, cwd=EXAMPLE, capture_output=True, text=True, check=True)
    for text in (SHORT, small.TRANSCRIPT):
        assert text not in done.stdout + done.stderr


def test_what_is_missing_is_named(table: dict[str, Any]) -> None:
    changes = [{"reference_text": " "}, {"reference_audio": "nowhere.wav"}, {"vocoder": "nothing"}]
    done = subprocess.run(
        [sys.executable, "-c", REFUSED, *(repr(table | change) for change in changes)],
        cwd=EXAMPLE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [
        "SettingsError reference_text is empty",
        "PipelineError there is no nowhere.wav",
        "PipelineError there is no nothing",
    ]


def test_its_cases_are_a_suite_of_one_chunk_each() -> None:
    cases = reader.read("cases.toml", EXAMPLE)
    assert len(cases) >= 3
    assert all(len(case.text.encode()) < 135 for case in cases)
