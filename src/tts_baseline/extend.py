"""What a metric, a feature or a pipeline of your own is made of; examples/own_metric and own_pipeline use it.

Metric:    a module with `SPEC` (a `MetricSpec`) and `read(evidence) -> Reading`; `over_utterances`,
           `against_golden`, `over_replicates` and `over_operators` make the reading, `no_value` says why
           there is none. Announce it under the entry point group `tts_baseline.metrics`.
Feature:   a pure function of a `Sound` under `@feature`; those that are there are named below.
Pipeline:  `synthesize(text)`, or an object with `synthesize(Request) -> Utterance`, named `module:attribute`
           or announced under the entry point group `tts_baseline.pipelines`.

`tts_baseline.testing` checks that what you made keeps its promises.
"""

from tts_baseline.core.errors import (
    MissingExtra,
    PipelineError,
    RequestFailed,
    SettingsError,
    TtsBaselineError,
)
from tts_baseline.core.protocols import Evidence, Metric, MetricSpec, Pipeline
from tts_baseline.core.records import Calls, Case, ColdStart, Phone, Reading, Request, Utterance, Work
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.alignment import Alignment, alignment
from tts_baseline.metrics.features.f0 import Pitch, f0
from tts_baseline.metrics.features.full_scale import full_scale
from tts_baseline.metrics.features.resampled import resampled
from tts_baseline.metrics.features.spectrum import Spectrum, spectrum
from tts_baseline.metrics.features.voice_activity import VoiceActivity, voice_activity
from tts_baseline.metrics.pooling import (
    Measured,
    against_golden,
    no_value,
    over_operators,
    over_replicates,
    over_utterances,
)

__all__ = [
    "Alignment",
    "Calls",
    "Case",
    "ColdStart",
    "Evidence",
    "Measured",
    "Metric",
    "MetricSpec",
    "MissingExtra",
    "Phone",
    "Pipeline",
    "PipelineError",
    "Pitch",
    "Reading",
    "Request",
    "RequestFailed",
    "SettingsError",
    "Sound",
    "Spectrum",
    "TtsBaselineError",
    "Utterance",
    "VoiceActivity",
    "Work",
    "against_golden",
    "alignment",
    "f0",
    "feature",
    "full_scale",
    "no_value",
    "over_operators",
    "over_replicates",
    "over_utterances",
    "resampled",
    "spectrum",
    "voice_activity",
]
