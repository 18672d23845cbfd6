"""How bright the voice is: the part of its power above 4 kHz."""

from tts_baseline.extend import Evidence, Measured, MetricSpec, Reading, Sound, over_utterances, spectrum

SPEC = MetricSpec(
    name="brightness",  # as this file
    unit="dB",
    better="same",  # duller or sharper: either is a change
    family="quality",
    decide="median",  # over the cases, of the differences from the accepted values
    limit="2 dB",  # more fails the build
)


def read(evidence: Evidence) -> Reading:
    """10·log10(power above 4 kHz / all power) in dB: the median over the scored utterances."""
    return over_utterances(SPEC, evidence, _brightness)


def _brightness(sound: Sound) -> Measured:
    import numpy as np  # here, and not above: metrics are looked up whenever the plugin starts

    heard = spectrum(sound)  # computed once for all metrics that ask for it
    power = (heard.amplitude**2).sum(axis=0)
    bright = power[heard.hz > 4000].sum()
    if bright == 0:
        return Measured(None, "nothing above 4 kHz")
    return Measured(float(10 * np.log10(bright / power.sum())))
