"""What other people's code reads of the same pair of sounds, each by itself, as its documentation calls it.

Needs `pip install -r requirements.txt`, which the package itself does not. A pair has one length and rate.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import librosa
import numpy as np
import parselmouth
import pyworld
import soundfile
import torch
import torchaudio
from mel_cepstral_distance import compare_audio_files
from msgspec import Struct
from torchmetrics.functional.audio import (
    perceptual_evaluation_speech_quality,
    scale_invariant_signal_distortion_ratio,
    short_time_objective_intelligibility,
)

Wave = np.ndarray
_STEP_S, _FLOOR_HZ, _CEILING_HZ = 0.01, 75.0, 600.0
_SEMITONES = 12
_GROSS = 0.2  # Chu & Alwan 2009
_REFERENCE_DB = 20 * np.log10(2e-5)  # Praat's 0 dB
_WIDEBAND = 16_000
_BLOCK_S = 0.4  # of BS.1770


class Reference(Struct, frozen=True):
    """Another implementation of a metric of ours, in its unit; a slow one is tried on few pairs.

    One that compares sample with sample, where ours lays the sound over its golden, is of pairs in one time.
    """

    metric: str
    by: str
    read: Callable[[Wave, Wave, int], float]
    is_slow: bool = False
    is_in_time: bool = False


def _tensor(wave: Wave) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(wave, dtype=np.float32))


def _si_sdr(heard: Wave, golden: Wave, rate: int) -> float:
    return float(scale_invariant_signal_distortion_ratio(_tensor(heard), _tensor(golden)))


def _pesq(heard: Wave, golden: Wave, rate: int) -> float:
    ours, theirs = (librosa.resample(wave, orig_sr=rate, target_sr=_WIDEBAND) for wave in (heard, golden))
    return float(perceptual_evaluation_speech_quality(_tensor(ours), _tensor(theirs), _WIDEBAND, "wb"))


def _stoi(heard: Wave, golden: Wave, rate: int) -> float:
    return float(short_time_objective_intelligibility(_tensor(heard), _tensor(golden), rate))


def _estoi(heard: Wave, golden: Wave, rate: int) -> float:
    return float(short_time_objective_intelligibility(_tensor(heard), _tensor(golden), rate, extended=True))


def _loudness(heard: Wave, golden: Wave, rate: int) -> float:
    if heard.size < _BLOCK_S * rate:
        return float("nan")
    return float(torchaudio.functional.loudness(_tensor(heard)[None], rate))


def _level(heard: Wave, golden: Wave, rate: int) -> float:
    return float(parselmouth.Sound(heard, rate).get_intensity()) + float(_REFERENCE_DB)


def _hnr(heard: Wave, golden: Wave, rate: int) -> float:
    values = parselmouth.Sound(heard, rate).to_harmonicity_cc(_STEP_S, _FLOOR_HZ, 0.1, 1.0).values
    return float(values[values != -200].mean())


def _praat(wave: Wave, rate: int) -> Wave:
    pitch = parselmouth.Sound(wave, rate).to_pitch_ac(_STEP_S, _FLOOR_HZ, pitch_ceiling=_CEILING_HZ)
    hz = pitch.selected_array["frequency"]
    return np.where(hz > 0, hz, np.nan)


def _world(wave: Wave, rate: int) -> Wave:
    """Harvest's pitch, which VERSA's `mcd_f0` takes too, refined by StoneMask, every 5 ms."""
    hz, times = pyworld.harvest(wave, rate, f0_floor=_FLOOR_HZ, f0_ceil=_CEILING_HZ)
    hz = pyworld.stonemask(wave, hz, times, rate)
    return np.where(hz > 0, hz, np.nan)


def _probabilistic(wave: Wave, rate: int) -> Wave:
    hz, _, _ = librosa.pyin(wave, sr=rate, fmin=_FLOOR_HZ, fmax=_CEILING_HZ)
    return np.asarray(hz)


Tracker = Callable[[Wave, int], Wave]


def _semitones(heard: Wave, golden: Wave, rate: int, track: Tracker) -> tuple[Wave, Wave]:
    ours, theirs = (_SEMITONES * np.log2(track(wave, rate)) for wave in (heard, golden))
    both = ~np.isnan(ours[: theirs.size] - theirs[: ours.size])
    return ours[: both.size][both], theirs[: both.size][both]


def _f0(track: Tracker) -> Callable[[Wave, Wave, int], float]:
    def difference(heard: Wave, golden: Wave, rate: int) -> float:
        ours, theirs = _semitones(heard, golden, rate, track)
        return float(np.median(ours - theirs))

    return difference


def _f0_range(heard: Wave, golden: Wave, rate: int) -> float:
    ours, theirs = (np.percentile(each, (10, 90)) for each in _semitones(heard, golden, rate, _praat))
    return float(np.diff(ours)[0] - np.diff(theirs)[0])


def _ffe(heard: Wave, golden: Wave, rate: int) -> float:
    ours, theirs = _praat(heard, rate), _praat(golden, rate)
    both = ~np.isnan(ours) & ~np.isnan(theirs)
    voicing = np.isnan(ours) != np.isnan(theirs)
    return float((np.sum(np.abs(ours[both] / theirs[both] - 1) > _GROSS) + voicing.sum()) / ours.size)


def _amplitude(wave: Wave, window: int) -> Wave:
    spectrum = librosa.stft(wave, n_fft=window, hop_length=window // 4, window="hann", pad_mode="constant")
    return 2 * np.abs(spectrum) / (window / 2)


def _lsd(heard: Wave, golden: Wave, rate: int) -> float:
    ours, theirs = (_amplitude(wave, round(0.032 * rate)) for wave in (heard, golden))
    floor = 1e-4 * theirs.max()
    apart = 20 * np.log10(np.maximum(ours, floor) / np.maximum(theirs, floor))
    return float(np.sqrt((apart**2).mean(axis=0)).mean())


def _mrstft(heard: Wave, golden: Wave, rate: int) -> float:
    found = []
    for window_s in (0.032, 0.064, 0.128):
        ours, theirs = (_amplitude(wave, round(window_s * rate)) for wave in (heard, golden))
        floor = 1e-4 * theirs.max()
        log = np.abs(np.log(np.maximum(ours, floor) / np.maximum(theirs, floor))).mean()
        found.append(np.linalg.norm(ours - theirs) / np.linalg.norm(theirs) + log)
    return float(np.mean(found))


def mcd(heard: Wave, golden: Wave, rate: int) -> float:
    """The mel-cepstral distance of `mel-cepstral-distance` with its defaults, at 16 kHz."""
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder) / name for name in ("heard.wav", "golden.wav")]
        for name, wave in zip(names, (heard, golden), strict=True):
            soundfile.write(name, librosa.resample(wave, orig_sr=rate, target_sr=_WIDEBAND), _WIDEBAND)
        return float(compare_audio_files(*names)[0])


REFERENCES: Mapping[str, Reference] = {
    each.by: each
    for each in (
        Reference("snr_golden", "torchmetrics, SI-SDR", _si_sdr, is_in_time=True),
        Reference("pesq_wb", "torchmetrics, PESQ (pesq)", _pesq, is_in_time=True),
        Reference("stoi", "torchmetrics, STOI (pystoi)", _stoi, is_in_time=True),
        Reference("estoi", "torchmetrics, extended STOI (pystoi)", _estoi, is_in_time=True),
        Reference("loudness", "torchaudio, loudness", _loudness),
        Reference("level", "Praat, intensity", _level),
        Reference("hnr", "Praat, harmonicity (cc)", _hnr),
        Reference("f0", "Praat, pitch (ac)", _f0(_praat)),
        Reference("f0_range", "Praat, 10 to 90 % of pitch (ac)", _f0_range),
        Reference("ffe", "Chu & Alwan 2009 on Praat's pitch", _ffe),
        Reference("f0", "WORLD, Harvest and StoneMask", _f0(_world), is_slow=True),
        Reference("f0", "librosa, pYIN", _f0(_probabilistic), is_slow=True),
        Reference("lsd", "Gray & Markel 1976 on librosa's STFT", _lsd, is_in_time=True),
        Reference("mrstft", "Yamamoto et al. 2020 on librosa's STFT", _mrstft, is_in_time=True),
    )
}
