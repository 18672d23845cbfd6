"""espeak-ng through ctypes: the same samples always, settings that act, and nothing that breaks it."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from _ctypes import dlclose
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from tts_baseline.core.errors import MissingExtra, PipelineError, RequestFailed, SettingsError
from tts_baseline.core.records import Request, Utterance
from tts_baseline.pipelines import espeak
from tts_baseline.pipelines.espeak import Espeak, create
from tts_baseline.suites.reader import read

SENTENCE = "El zorro cazó doce cerezas y se llevó la llave de la calle."
REQUESTS = [case.request for case in read("es", Path()) if len(case.text) <= 60]


@pytest.fixture
def pipeline() -> Espeak:
    return create()


def say(pipeline: Espeak, text: str = SENTENCE, **more: Any) -> Utterance:
    return pipeline.synthesize(Request(text=text, **more))


def digest(utterance: Utterance) -> str:
    return hashlib.sha256(utterance.samples.tobytes()).hexdigest()


def seconds(utterance: Utterance) -> float:
    return len(utterance.samples) / utterance.sample_rate


def spoken(utterance: Utterance) -> str:
    return "".join(phone.symbol for phone in utterance.phones)


def run(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return done.stdout


# --- the same request gives the same samples


def test_the_samples_do_not_depend_on_what_was_said_before(pipeline: Espeak) -> None:
    forwards = [digest(pipeline.synthesize(request)) for request in REQUESTS]
    backwards = [digest(pipeline.synthesize(request)) for request in reversed(REQUESTS)]
    assert forwards == backwards[::-1]
    assert len(set(forwards)) == len(REQUESTS)


def test_the_phones_do_not_depend_on_what_was_said_before(pipeline: Espeak) -> None:
    first = say(pipeline).phones
    say(pipeline, "Otra cosa.")
    assert say(pipeline).phones == first


def test_the_samples_are_the_same_in_another_process(pipeline: Espeak) -> None:
    code = (
        "import hashlib, json; from pathlib import Path\n"
        "from tts_baseline.pipelines.espeak import create; from tts_baseline.suites.reader import read\n"
        "said = create(); cases = [c for c in read('es', Path()) if len(c.text) <= 60]\n"
        "print(json.dumps([hashlib.sha256(said.synthesize(c.request).samples.tobytes()).hexdigest()"
        " for c in reversed(cases)]))"
    )
    here = [digest(pipeline.synthesize(request)) for request in REQUESTS]
    for environment in ({"LC_ALL": "C", "TZ": "UTC"}, {"LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "7"}):
        assert json.loads(run(code, **environment))[::-1] == here


def test_two_pipelines_with_other_settings_do_not_disturb_each_other() -> None:
    usual, faster = create(), create(voice="es-419", rate=250, pitch=80)
    alone = digest(say(usual)), digest(say(faster))
    assert alone[0] != alone[1]
    for _ in range(2):
        assert (digest(say(usual)), digest(say(faster))) == alone


def test_threads_take_turns(pipeline: Espeak) -> None:
    expected = [digest(pipeline.synthesize(request)) for request in REQUESTS]
    heard: list[list[str]] = [[], []]

    def speak(into: list[str]) -> None:
        other = create()
        into.extend(digest(other.synthesize(request)) for request in REQUESTS)

    threads = [threading.Thread(target=speak, args=(into,)) for into in heard]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == [expected, expected]


def test_a_library_that_others_hold_cannot_be_reset_and_is_refused(pipeline: Espeak) -> None:
    held = ctypes.CDLL(pipeline.library)
    try:
        with pytest.raises(PipelineError, match="another part of this process holds"):
            say(pipeline)
    finally:
        dlclose(held._handle)
    assert len(say(pipeline).samples)


# --- what is made


def test_the_utterance_is_float32_mono_in_range(pipeline: Espeak) -> None:
    utterance = say(pipeline)
    assert utterance.sample_rate == 22050
    assert utterance.samples.dtype == np.float32
    assert utterance.samples.ndim == 1
    assert 0.1 < np.abs(utterance.samples).max() <= 1
    assert 2 < seconds(utterance) < 6


def test_the_samples_are_the_engines_16_bits_over_32768(pipeline: Espeak) -> None:
    steps = say(pipeline).samples * np.float32(32768)
    assert (steps == np.round(steps)).all()
    assert np.abs(steps).max() > 1000


def test_the_stages_are_text_model_and_post_and_add_up_to_the_call(pipeline: Espeak) -> None:
    text = SENTENCE * 5
    say(pipeline, text)
    begun = time.perf_counter()
    utterance = say(pipeline, text)
    wall = time.perf_counter() - begun
    assert set(utterance.stages) == {"text", "model", "post"}
    assert all(stage > 0 for stage in utterance.stages.values())
    assert 0.8 * wall < sum(utterance.stages.values()) <= wall
    assert utterance.stages["model"] > utterance.stages["text"]


def test_resetting_the_engine_is_part_of_the_stage_text(
    pipeline: Espeak, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]

    def reset(handle: int) -> None:
        clock[0] += 3.0
        dlclose(handle)

    monkeypatch.setattr(espeak, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    monkeypatch.setattr(espeak, "dlclose", reset)
    assert say(pipeline).stages == {"text": 3.0, "model": 0.0, "post": 0.0}


def test_the_phones_are_the_words(pipeline: Espeak) -> None:
    assert spoken(say(pipeline, "Hola.")) == "ˈola"
    assert spoken(say(pipeline, "El perro.")) == "elpˈero"


@pytest.mark.parametrize("text", [SENTENCE, "Sí.", "¿Qué? ¡No! Bueno… 1.234,5 €.", SENTENCE * 30])
def test_the_phones_are_in_order_and_within_the_audio(pipeline: Espeak, text: str) -> None:
    utterance = say(pipeline, text)
    starts = [phone.start_s for phone in utterance.phones]
    assert starts == sorted(starts)
    assert 0 <= starts[0] < 0.1
    assert starts[-1] <= seconds(utterance)
    assert starts[-1] > 0.5 * seconds(utterance)
    assert len(set(starts)) > 0.8 * len(starts)


def test_a_pause_between_sentences_is_where_the_phones_say(pipeline: Espeak) -> None:
    utterance = say(pipeline, "Hola. Adiós.")
    pauses = [
        (int(here.start_s * 22050), int(after.start_s * 22050))
        for here, after in zip(utterance.phones, utterance.phones[1:], strict=False)
        if here.symbol == "" and after.start_s - here.start_s > 0.1
    ]
    assert len(pauses) == 1
    start, end = pauses[0]
    middle = utterance.samples[(start + end) // 2 : end - 200]
    assert np.abs(middle).max() < 0.01
    assert np.abs(utterance.samples[:start]).max() > 0.1
    assert np.abs(utterance.samples[end:]).max() > 0.1


# --- settings and requests act


def test_speed_divides_the_duration(pipeline: Espeak) -> None:
    usual = seconds(say(pipeline))
    assert seconds(say(pipeline, speed=1.5)) == pytest.approx(usual / 1.5, rel=0.1)
    assert seconds(say(pipeline, speed=0.75)) == pytest.approx(usual / 0.75, rel=0.1)


def test_speed_multiplies_the_rate() -> None:
    assert digest(say(create(rate=100), speed=2.0)) == digest(say(create(rate=200)))
    assert digest(say(create(rate=100))) != digest(say(create(rate=200)))


def test_pitch_raises_the_voice() -> None:
    def f0(pitch: int) -> float:
        wave = say(create(pitch=pitch), "Ah, mamá llama a Ana a la cama.").samples
        frames = np.lib.stride_tricks.sliding_window_view(wave, 2048)[::512]
        frames = frames[np.abs(frames).max(axis=1) > 0.2]
        correlation = np.fft.irfft(np.abs(np.fft.rfft(frames, 4096)) ** 2)
        shortest, longest = 22050 // 350, 22050 // 50
        return float(np.median(22050 / (shortest + np.argmax(correlation[:, shortest:longest], axis=1))))

    low, middle, high = f0(10), f0(50), f0(90)
    assert low * 1.15 < middle
    assert middle * 1.15 < high


@pytest.mark.parametrize(
    ("region", "voice"),
    [
        ("neutral", "es"),
        ("castilian", "es"),
        ("rioplatense", "es-419"),
        ("colombian", "es-419"),
        ("mexican", "es-419"),
    ],
)
def test_the_region_chooses_the_voice(pipeline: Espeak, region: str, voice: str) -> None:
    utterance = say(pipeline, region=region)
    assert digest(utterance) == digest(say(create(voice=voice)))
    assert ("θ" in spoken(utterance)) == (voice == "es")


def test_a_set_voice_speaks_for_every_region() -> None:
    fixed = create(voice="es")
    assert digest(say(fixed, region="mexican")) == digest(say(fixed, region="atlantis")) == digest(say(fixed))


def test_an_unknown_region_is_refused_and_names_the_nearest(pipeline: Espeak) -> None:
    with pytest.raises(RequestFailed, match=r"'colombia' \(did you mean 'colombian'") as caught:
        say(pipeline, region="colombia")
    assert "voice" in caught.value.hint


@pytest.mark.parametrize("speed", [0.45, 2.58, 0.0, -1.0, float("nan"), float("inf")])
def test_a_speed_beyond_the_engine_is_refused(pipeline: Espeak, speed: float) -> None:
    with pytest.raises(RequestFailed, match="80 to 450") as caught:
        say(pipeline, speed=speed)
    assert "0.46 to 2.57" in caught.value.hint


@pytest.mark.parametrize("speed", [0.46, 2.57])
def test_the_fastest_and_the_slowest_speed_are_spoken(pipeline: Espeak, speed: float) -> None:
    assert len(say(pipeline, "Hola.", speed=speed).samples) > 1000


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"voice": "es-mx"}, "no Spanish voice 'es-mx'"),
        ({"voice": "es-149"}, "did you mean 'es-419'"),
        ({"voice": ""}, "no Spanish voice ''"),
        ({"voice": 3}, "no Spanish voice 3"),
        ({"rate": 79}, "rate must be a whole number from 80 to 450, not 79"),
        ({"rate": 451}, "from 80 to 450"),
        ({"rate": 175.0}, "not 175.0"),
        ({"rate": "fast"}, "not 'fast'"),
        ({"pitch": -1}, "pitch must be a whole number from 0 to 99, not -1"),
        ({"pitch": 100}, "from 0 to 99"),
        ({"pitch": True}, "not True"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        create(**settings)
    (name,) = settings
    assert says in caught.value.what
    assert name in caught.value.where
    assert name in caught.value.hint


@pytest.mark.parametrize("settings", [{"rate": 80, "pitch": 0}, {"rate": 450, "pitch": 99}])
def test_the_ends_of_the_ranges_are_taken(settings: dict[str, int]) -> None:
    assert len(say(create(**settings)).samples) > 10_000


def test_without_the_wheel_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(MissingExtra) as caught:
        create()
    assert "pip install 'pytest-tts-baseline[espeak]'" in caught.value.hint


def test_the_provenance_says_versions_and_settings() -> None:
    provenance = create(voice="es-419", rate=200, pitch=40).provenance
    assert provenance["engine"].startswith("espeak-ng 1.")
    assert provenance["espeakng-loader"][0].isdigit()
    assert (provenance["voice"], provenance["rate"], provenance["pitch"]) == ("es-419", "200", "40")
    assert create().provenance["voice"] == "by region"


def test_a_broken_installation_shows_when_it_is_loaded(
    pipeline: Espeak, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = msgspec.structs.replace(pipeline, data=str(tmp_path))
    with pytest.raises(PipelineError, match="espeak-ng does not start"):
        broken.load()
    capfd.readouterr()
    pipeline.load()
    assert len(say(pipeline).samples)


def test_a_synthesis_that_fails_is_an_error(pipeline: Espeak, monkeypatch: pytest.MonkeyPatch) -> None:
    full = SimpleNamespace(espeak_SetSynthCallback=lambda _: 0, espeak_Synth=lambda *_: 1)
    monkeypatch.setattr(Espeak, "_engine", lambda *_: nullcontext(full))
    with pytest.raises(RequestFailed, match="status 1") as caught:
        say(pipeline, "Hola.")
    assert "Hola." in caught.value.where


# --- nothing that a text holds breaks it


@pytest.mark.parametrize(
    "text", ["", " ", "\t\n ", "\0", "\0\0\0", "\x01\x02\x1b\x7f\x85", "…", "((((", "\u200b\ufeff"]
)
def test_text_without_words_is_almost_nothing(pipeline: Espeak, text: str) -> None:
    utterance = say(pipeline, text)
    assert seconds(utterance) < 0.1
    assert not utterance.samples.any()


@pytest.mark.parametrize(
    "text",
    [
        "🙂🎉🙂",
        "👩‍👩‍👧‍👦",
        "你好",
        "שלום",
        "\ud800",
        "a" * 10_000,
        "[[hola]]",
        "<speak>hola</speak>",
        "1" * 300,
        "%s%n%d",
    ],
)
def test_strange_text_is_spoken(pipeline: Espeak, text: str) -> None:
    utterance = say(pipeline, text)
    assert np.isfinite(utterance.samples).all()
    assert utterance.samples.any() == any(phone.symbol for phone in utterance.phones)


def test_a_text_of_10_000_characters_is_spoken_to_its_end(pipeline: Espeak) -> None:
    text = ("El río baja despacio entre los sauces. " * 257)[:10_000]
    assert seconds(say(pipeline, text)) > 500


def test_text_after_nul_is_not_lost(pipeline: Espeak) -> None:
    assert digest(say(pipeline, "Hola\0mundo")) == digest(say(pipeline, "Hola mundo"))


def test_a_control_character_is_no_command_to_the_engine(pipeline: Espeak) -> None:
    assert digest(say(pipeline, "\x0180P hola")) == digest(say(pipeline, " 80P hola"))


def test_a_new_line_is_kept_as_one(pipeline: Espeak) -> None:
    assert digest(say(pipeline, "Hola\n\nmundo")) != digest(say(pipeline, "Hola  mundo"))


def test_closing_twice_is_fine_and_the_pipeline_can_still_speak(pipeline: Espeak) -> None:
    expected = digest(say(pipeline))
    pipeline.close()
    pipeline.close()
    assert digest(say(pipeline)) == expected


# --- memory


def test_many_requests_hold_no_memory() -> None:
    code = (
        "import psutil; from tts_baseline.pipelines.espeak import create\n"
        "from tts_baseline.core.records import Request\n"
        "said = create(); used = psutil.Process().memory_info\n"
        "requests = [Request(text='Buenos días.'), Request(text='Son las 15:30, ¿no?')]\n"
        "for _ in range(50): [said.synthesize(request) for request in requests]\n"
        "before = used().rss\n"
        "for _ in range(150): [said.synthesize(request) for request in requests]\n"
        "print((used().rss - before) / 300)"
    )
    assert float(run(code)) < 20_000
