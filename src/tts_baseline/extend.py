"""What a metric, a feature, a pipeline or a switch of your own is made of.

Metric:    a module with `SPEC` (a `MetricSpec`) and `read(evidence) -> Reading`; `over_utterances`,
           `against_golden`, `over_replicates` and `over_operators` make the reading, `no_value` says why
           there is none. Announce it under the entry point group `tts_baseline.metrics`.
Feature:   a pure function of a `Sound` under `@feature`; those that are there are named below.
Pipeline:  `synthesize(text)`, or an object with `synthesize(Request) -> Utterance`, named `module:attribute`
           or announced under the entry point group `tts_baseline.pipelines`.
Switch:    `switches = {"name": Switch(...)}` on the pipeline's object.

examples/own_metric and examples/own_pipeline show both; `tts_baseline.testing` checks what you made.
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
from tts_baseline.core.switches import Needs, Proof, Switch, SwitchSpec
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
    "Needs",
    "Phone",
    "Pipeline",
    "PipelineError",
    "Pitch",
    "Proof",
    "Reading",
    "Request",
    "RequestFailed",
    "SettingsError",
    "Sound",
    "Spectrum",
    "Switch",
    "SwitchSpec",
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
