"""Share of the frames whose pitch is another than the golden's, or that are voiced in one alone."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.melody import ENOUGH, pitches
from tts_baseline.metrics.pooling import Measured, against_golden

SPEC = MetricSpec(
    name="ffe",
    unit="1",
    better="lower",
    family="quality",
    decide="each",
    limit=None,
    golden=True,
    identical=0.0,
    packages=("scipy", "soxr"),
)

_GROSS = 0.2  # of the golden's frequency: Chu & Alwan 2009, after Rabiner et al. 1976


def read(evidence: Evidence) -> Reading:
    """The F0 frame error (Chu & Alwan 2009): (gross pitch errors + voicing errors) / frames, from 0 to 1.

    Over the frames of 10 ms that say the same. A gross error is more than 20 % off the golden's frequency
    where both are voiced; a voicing error is a frame that one of them voices. The note has GPE, the share of
    gross errors of what both voice, and VDE, the share of voicing errors of all.
    """
    return against_golden(SPEC, evidence, _ffe)


def _ffe(sound: Sound, golden: Sound) -> Measured:
    import numpy as np

    heard, accepted, _ = pitches(sound, golden)
    if heard.size < ENOUGH:
        return Measured(None, "less than 0.1 s in common with the golden")
    both = ~np.isnan(heard) & ~np.isnan(accepted)
    voicing = np.isnan(heard) != np.isnan(accepted)
    gross = np.abs(heard[both] / accepted[both] - 1) > _GROSS
    gpe = float(gross.mean()) if gross.size else 0.0
    value = float((gross.sum() + voicing.sum()) / heard.size)
    return Measured(value, f"GPE {gpe:.1%}, VDE {voicing.mean():.1%}" if value else "")
