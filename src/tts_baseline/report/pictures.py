"""A sound as a picture: spectrogram, melody and marked places, as SVG that loads nothing."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.cepstrum import STEP_S
from tts_baseline.metrics.features.f0 import CEILING_HZ, FLOOR_HZ, f0
from tts_baseline.metrics.features.spectrum import spectrum
from tts_baseline.metrics.spans import spans
from tts_baseline.report.markup import Markup, element

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tts_baseline.core.sounds import Samples

    Pixels = NDArray[np.uint8]

WIDTH, HEIGHT = 460, 128
_AXIS = 16
_HIGHEST_HZ = 8_000.0
_RANGE_DB = 70.0  # chosen: a room's noise is dark, and not black
_SHADES = 31  # chosen: more cannot be told apart, and fewer make smaller files
# Seven colours of matplotlib's map magma, from quiet to loud.
_COLORS = (
    (0, 0, 4), (43, 17, 94), (114, 31, 129), (183, 55, 121), (241, 96, 93), (254, 176, 120), (252, 253, 191),
)  # fmt: skip
_NARROWEST = 3.0
_ROOM = 0.5  # of a step: what stands at the end would be cut off
_TICKS_S, _TICK_WIDTH = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0), 40


def picture(sound: Sound, longest_s: float, marks: Sequence[tuple[float, float]]) -> Markup:
    """The sound as an SVG element, to the scale of one of `longest_s`; marks are seconds from and to.

    The sound must not be silent.
    """
    seconds = sound.samples.size / sound.rate
    scale = WIDTH / max(longest_s, seconds)
    width = max(1, round(seconds * scale))
    image = base64.b64encode(png(_levels(sound, width))).decode()
    size = {"width": str(width), "height": str(HEIGHT), "preserveAspectRatio": "none"}
    return element(
        "svg",
        element("image", href=f"data:image/png;base64,{image}", **size),
        *_melody(sound, scale),
        *(_mark(start, stop, scale) for start, stop in marks),
        *_axis(seconds, scale),
        viewBox=f"0 0 {WIDTH} {HEIGHT + _AXIS}",
        role="img",
    )


def png(levels: Pixels) -> bytes:
    """A PNG file of levels from 0 to 255, shape (rows, columns), in the colours of a spectrogram."""
    import numpy as np

    rows, columns = levels.shape
    steps = np.linspace(0, 255, len(_COLORS))
    colors = [np.interp(np.arange(256), steps, [color[part] for color in _COLORS]) for part in range(3)]
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), levels], axis=1)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
        (b"PLTE", np.round(np.stack(colors, axis=1)).astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _levels(sound: Sound, columns: int) -> Pixels:
    """Levels from 0 to 255, high frequencies first, in at most so many columns."""
    import numpy as np

    amplitude = spectrum(sound).amplitude[:, spectrum(sound).hz <= _HIGHEST_HZ]
    loudest = _pooled(_pooled(amplitude, columns).T, HEIGHT).T
    decibels = 20 * np.log10(np.maximum(loudest / loudest.max(), 1e-9))
    shades = np.round(np.clip(1 + decibels / _RANGE_DB, 0, 1) * _SHADES) * (255 / _SHADES)
    levels: Pixels = shades.astype(np.uint8).T[::-1].copy()
    return levels


def _pooled(rows: Samples, most: int) -> Samples:
    """At most so many rows, each the largest of those that it stands for."""
    import numpy as np

    edges = np.linspace(0, len(rows), min(most, len(rows)) + 1).astype(int)
    pooled: Samples = np.maximum.reduceat(rows, edges[:-1], axis=0)
    return pooled


def _melody(sound: Sound, scale: float) -> Iterator[Markup]:
    """A line for each voiced stretch, on a logarithmic scale of frequency."""
    import numpy as np

    pitch = f0(sound)
    heights = HEIGHT * (1 - np.log(pitch.hz / FLOOR_HZ) / np.log(CEILING_HZ / FLOOR_HZ))
    for first, last in spans(~np.isnan(pitch.hz)):
        points = (f"{place * STEP_S * scale:.1f},{heights[place]:.1f}" for place in range(first, last))
        yield element("polyline", class_="melody", points=" ".join(points))


def _mark(start_s: float, stop_s: float, scale: float) -> Markup:
    width = max(_NARROWEST, (stop_s - start_s) * scale)
    left = (start_s + stop_s) / 2 * scale - width / 2
    box = {"x": f"{left:.1f}", "y": "1", "width": f"{width:.1f}", "height": str(HEIGHT - 2)}
    return element("rect", class_="mark", **box)


def _axis(seconds: float, scale: float) -> Iterator[Markup]:
    step = next((step for step in _TICKS_S if step * scale >= _TICK_WIDTH), _TICKS_S[-1])
    for number in range(int(seconds / step - _ROOM) + 1):
        moment = number * step
        yield element("text", f"{moment:g} s", x=f"{moment * scale:.1f}", y=str(HEIGHT + _AXIS - 4))
