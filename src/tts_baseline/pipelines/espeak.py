"""espeak-ng, embedded through ctypes: small, offline and reproducible, so it is the default pipeline.

espeak-ng keeps state between calls, such as the phase of its flutter, so that later answers differ from the
first. Only unloading the library resets that state. Each request therefore loads the library anew, which
takes less than a millisecond and makes equal requests give equal samples, bit for bit. espeak-ng itself leaks
183 KiB for a request with an emoji, because it loads English and never frees it.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from _ctypes import dlclose
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from tts_baseline.core.errors import MissingExtra, PipelineError, RequestFailed, SettingsError
from tts_baseline.core.records import Phone, Request, Utterance
from tts_baseline.core.registry import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("espeakng-loader",)
SAMPLE_RATE = 22050
RATES = (80, 450)  # words a minute: espeakRATE_MINIMUM and espeakRATE_MAXIMUM of espeak-ng/speak_lib.h
PITCHES = (0, 99)  # espeak-ng's command line (its option -p)
# Names of files, because for a bare "es" espeak-ng reads all its voice files, which takes 3 ms a request.
_VOICE_FILES = {"es": b"roa/es", "es-419": b"roa/es-419"}
_VOICE_OF_REGION = {
    "neutral": "es",
    "castilian": "es",
    "rioplatense": "es-419",
    "colombian": "es-419",
    "mexican": "es-419",
}
# Control characters are removed: to espeak-ng, U+0001 begins a command and NUL ends the text.
_WITHOUT_CONTROLS = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r"}
# The C library keeps its state in static variables, so all pipelines of a process share one engine.
_ONE_ENGINE = threading.Lock()

# From espeak-ng/speak_lib.h
_SYNCHRONOUS = 2
_PHONEME_EVENTS_IN_IPA_WITHOUT_EXIT = 0x8003
_RATE, _PITCH = 1, 3
_BY_CHARACTER, _UTF8 = 1, 1
_LIST_TERMINATED, _WORD, _PHONEME = 0, 1, 7


class _EventId(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Event))


def create(voice: str | None = None, rate: int = 175, pitch: int = 50) -> Espeak:
    """The espeak-ng pipeline; its settings are the keys of `[tool.tts-baseline.pipelines.espeak]`.

    voice: "es" (Spain) or "es-419" (Latin America) for every case; by default the case's region decides.
    rate: words a minute, 80 to 450, multiplied by a case's speed. pitch: 0 to 99.

    Raises SettingsError for any other value, MissingExtra without the espeakng-loader wheel.
    """
    if voice is not None and voice not in _VOICE_FILES:
        raise SettingsError(
            f"espeak has no Spanish voice {voice!r}{nearest(str(voice), _VOICE_FILES)}",
            where="setting voice of the pipeline espeak",
            hint=f"set voice to one of {', '.join(_VOICE_FILES)}, or leave it out",
        )
    _check_range("rate", rate, RATES)
    _check_range("pitch", pitch, PITCHES)
    try:
        import espeakng_loader
    except ImportError as error:
        raise MissingExtra("the pipeline espeak needs espeakng-loader", extra="espeak") from error
    return Espeak(
        library=espeakng_loader.get_library_path(),
        data=espeakng_loader.get_data_path(),
        voice=voice,
        rate=rate,
        pitch=pitch,
    )


class _Said(NamedTuple):
    """Blocks of 16-bit samples; phones and words, each with the sample at which it begins.

    A word is named by its first character in the text, which is counted from 1.
    """

    pcm: list[bytes]
    phones: list[tuple[int, bytes]]
    words: list[tuple[int, int]]
    seconds: float = 0.0


class Espeak(Struct, frozen=True, kw_only=True):
    """A pipeline that speaks Spanish with espeak-ng; it keeps no state between requests.

    Several may be used at once, also from threads: they take turns with the engine.
    """

    library: str
    data: str
    voice: str | None
    rate: int
    pitch: int

    @property
    def provenance(self) -> dict[str, str]:
        """The versions and settings on which the sound depends."""
        from importlib.metadata import version

        with self._engine("es", self.rate) as engine:
            engine.espeak_Info.restype = ctypes.c_char_p
            release = engine.espeak_Info(None).decode()
        return {
            "engine": f"espeak-ng {release}",
            "espeakng-loader": version("espeakng-loader"),
            "voice": self.voice or "by region",
            "rate": str(self.rate),
            "pitch": str(self.pitch),
        }

    def load(self) -> None:
        """Start the engine once; PipelineError if the installation is broken."""
        import numpy as np  # noqa: F401 - here, so that the first request need not wait for it

        with self._engine("es", self.rate):
            pass

    def close(self) -> None:
        """Do nothing: the engine is unloaded after each request. May be called any number of times."""

    def synthesize(self, request: Request) -> Utterance:
        """The spoken request: 22,050 Hz mono, seconds by stage (text, model, post), and phones in IPA.

        A phone without a symbol is a pause, or the glide at the end of the phone before it. Seed and style
        have no effect. Text with nothing to say gives a few milliseconds of silence.

        Raises RequestFailed for a region without a voice and for a speed outside 80 to 450 words a minute.
        """
        import numpy as np

        started = time.perf_counter()
        said = self.said(request)
        unloaded = time.perf_counter()
        samples = np.frombuffer(b"".join(said.pcm), dtype=np.int16).astype(np.float32) / np.float32(32768)
        stages = {
            "text": unloaded - started - said.seconds,
            "model": said.seconds,
            "post": time.perf_counter() - unloaded,
        }
        return Utterance(samples=samples, sample_rate=SAMPLE_RATE, stages=stages, phones=phones_of(said))

    def said(self, request: Request) -> _Said:
        """What the engine gives for a request. Raises RequestFailed as `synthesize` does."""
        text = request.text.translate(_WITHOUT_CONTROLS).encode("utf-8", "replace")
        said = _Said([], [], [])
        with self._engine(self._voice(request.region), self._rate(request.speed)) as engine:
            callback = _Callback(_recorder(said))
            engine.espeak_SetSynthCallback(callback)
            asked = time.perf_counter()
            status = engine.espeak_Synth(text, len(text) + 1, 0, _BY_CHARACTER, 0, _UTF8, None, None)
            said = said._replace(seconds=time.perf_counter() - asked)
        if status != 0:
            raise RequestFailed(
                f"espeak_Synth failed with status {status}", where=f"text {request.text[:60]!r}"
            )
        return said

    def _voice(self, region: str) -> str:
        if self.voice is not None:
            return self.voice
        if region not in _VOICE_OF_REGION:
            raise RequestFailed(
                f"espeak has no voice for the region {region!r}{nearest(region, _VOICE_OF_REGION)}",
                hint='set voice = "es-419" in [tool.tts-baseline.pipelines.espeak]',
            )
        return _VOICE_OF_REGION[region]

    def _rate(self, speed: float) -> int:
        low, high = RATES
        if not low <= self.rate * speed <= high:
            raise RequestFailed(
                f"speed {speed:g} makes {self.rate * speed:g} words a minute; espeak speaks {low} to {high}",
                hint=f"choose a speed from {low / self.rate:.2f} to {high / self.rate:.2f} for this case",
            )
        return round(self.rate * speed)

    @contextmanager
    def _engine(self, voice: str, rate: int) -> Iterator[ctypes.CDLL]:
        with _ONE_ENGINE:
            if _is_loaded(self.library):
                raise PipelineError(
                    "another part of this process holds libespeak-ng, so its state cannot be reset",
                    where=self.library,
                    hint="use the pipeline espeak in a process of its own",
                )
            engine = ctypes.CDLL(self.library)
            try:
                self._start(engine, voice, rate)
                yield engine
            finally:
                engine.espeak_Terminate()
                dlclose(engine._handle)

    def _start(self, engine: ctypes.CDLL, voice: str, rate: int) -> None:
        engine.espeak_Synth.argtypes = (
            *(ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint),
            *(ctypes.c_void_p, ctypes.c_void_p),
        )
        data = self.data.encode()
        answers = (
            engine.espeak_Initialize(_SYNCHRONOUS, 0, data, _PHONEME_EVENTS_IN_IPA_WITHOUT_EXIT)
            - SAMPLE_RATE,
            engine.espeak_SetVoiceByName(_VOICE_FILES[voice]),
            engine.espeak_SetParameter(_RATE, rate, 0),
            engine.espeak_SetParameter(_PITCH, self.pitch, 0),
        )
        if any(answers):
            raise PipelineError(
                f"espeak-ng does not start: its functions answered {answers}",
                where=self.data,
                hint="pip install --force-reinstall espeakng-loader",
            )


def phones_of(said: _Said) -> tuple[Phone, ...]:
    """The phones of what was said, in IPA."""
    return tuple(
        Phone(symbol=symbol.decode("utf-8", "ignore"), start_s=sample / SAMPLE_RATE)
        for sample, symbol in said.phones
    )


def _recorder(said: _Said) -> Any:
    def record(wave: int | None, count: int, events: Any) -> int:
        if wave and count > 0:
            said.pcm.append(ctypes.string_at(wave, 2 * count))
        index = 0
        while events[index].type != _LIST_TERMINATED:
            if events[index].type == _PHONEME:
                said.phones.append((events[index].sample, events[index].id.string))
            elif events[index].type == _WORD:
                said.words.append((events[index].sample, events[index].text_position))
            index += 1
        return 0

    return record


def _check_range(name: str, value: object, allowed: tuple[int, int]) -> None:
    low, high = allowed
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise SettingsError(
            f"{name} must be a whole number from {low} to {high}, not {value!r}",
            where=f"setting {name} of the pipeline espeak",
            hint=f"set {name} in [tool.tts-baseline.pipelines.espeak]",
        )


def _is_loaded(library: str) -> bool:
    try:
        engine = ctypes.CDLL(library, mode=os.RTLD_NOLOAD)
    except OSError:
        return False
    dlclose(engine._handle)
    return True
