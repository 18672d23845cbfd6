"""From a name to a pipeline: every form that is accepted, and every refusal with its place and remedy."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from tts_baseline.core.errors import MissingExtra, PipelineError, RequestFailed, SettingsError
from tts_baseline.core.records import Phone, Request, Utterance
from tts_baseline.pipelines import _answers, _load, _prepare
from tts_baseline.pipelines.espeak import Espeak

HOLA = Request(text="Hola.")


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes a user's module and returns its name, new for each test."""
    monkeypatch.syspath_prepend(str(tmp_path))
    name = "user_" + re.sub(r"\W", "_", tmp_path.name)

    def write(source: str) -> str:
        head = "import numpy as np\nfrom tts_baseline.core.records import Utterance\n"
        (tmp_path / f"{name}.py").write_text(head + textwrap.dedent(source), encoding="utf-8")
        return name

    yield write
    sys.modules.pop(name, None)


def build(target: str, *, device: str = "cpu", optimize: tuple[str, ...] = (), **settings: Any) -> Any:
    return _load.build(target, settings, device=device, optimize=optimize)


RECORDER = """
    class Pipeline:
        def __init__(self, **given):
            self.given = given
        def synthesize(self, request):
            return Utterance(samples=np.ones(len(request.text), np.float32), sample_rate=8000)
"""


# --- resolve


def test_a_registered_name_is_its_factory() -> None:
    assert _load.resolve("espeak") == "tts_baseline.pipelines.espeak:create"


@pytest.mark.parametrize("name", ["speech:synthesize", "a.b.c:Class.method", "año_2.x:y"])
def test_a_path_to_an_attribute_is_taken_as_it_is(name: str) -> None:
    assert _load.resolve(name) == name


@pytest.mark.parametrize(
    "name", ["espaek", "", "a.b", "a:", ":b", "a:b:c", "./a.py:b", "a-b:c", "a b:c", "a..b:c"]
)
def test_anything_else_names_the_nearest_and_shows_the_form(name: str) -> None:
    with pytest.raises(PipelineError) as caught:
        _load.resolve(name)
    assert repr(name) in caught.value.what
    assert "espeak" in caught.value.what
    assert "package.module:attribute" in caught.value.where
    assert "my_project.speech:synthesize" in caught.value.hint
    assert ("did you mean 'espeak'" in caught.value.what) == (name == "espaek")


# --- the three forms


def test_form_a_is_a_function_of_a_text(module: Any) -> None:
    name = module("def synthesize(text):\n    return np.full(len(text), 0.5), 16000\n")
    made = build(f"{name}:synthesize").synthesize(HOLA)
    assert isinstance(made, Utterance)
    assert made.sample_rate == 16000
    assert made.samples.tolist() == [0.5] * 5
    assert made.samples.dtype == np.float32


def test_form_a_may_be_a_callable_object_and_may_name_its_text_as_it_likes(module: Any) -> None:
    name = module(
        """
        class Speaker:
            def __call__(self, words, /):
                return [0.0] * len(words), 16000
        speak = Speaker()
        """
    )
    assert len(build(f"{name}:speak").synthesize(HOLA).samples) == 5


def test_form_a_takes_settings_and_device_in_its_optional_parameters(module: Any) -> None:
    name = module("def say(text, level=0.0, device='?'):\n    return [level, len(device)], 16000\n")
    assert build(f"{name}:say", device="cuda", level=0.25).synthesize(HOLA).samples.tolist() == [0.25, 4]


def test_form_a_is_not_given_what_it_did_not_name(module: Any) -> None:
    name = module("def say(text, **options):\n    return [float(len(options))], 16000\n")
    assert build(f"{name}:say").synthesize(HOLA).samples.tolist() == [0]


def test_form_a_does_not_take_its_text_from_the_settings(module: Any) -> None:
    name = module("def say(text):\n    return [0.0], 16000\n")
    with pytest.raises(SettingsError, match="takes no setting 'text'"):
        build(f"{name}:say", text="Siempre esto.")


def test_form_a_reports_a_wrong_answer_with_its_place(module: Any) -> None:
    name = module("def say(text):\n    return None\n")
    with pytest.raises(RequestFailed, match="returned None") as caught:
        build(f"{name}:say").synthesize(HOLA)
    assert caught.value.where == f"{name}:say"


def test_an_object_is_used_as_it_is(module: Any) -> None:
    name = module(RECORDER + "\n    here = Pipeline()\n")
    assert build(f"{name}:here") is sys.modules[name].here


def test_an_attribute_of_an_attribute_is_found(module: Any) -> None:
    name = module(RECORDER + "\n    class Box:\n        inside = Pipeline()\n")
    assert build(f"{name}:Box.inside") is sys.modules[name].Box.inside


def test_a_class_is_called_with_its_settings(module: Any) -> None:
    name = module(RECORDER)
    assert build(f"{name}:Pipeline", device="cuda", optimize=("a", "b"), steps=8).given == {
        "steps": 8,
        "device": "cuda",
        "optimize": ("a", "b"),
    }


def test_a_class_may_require_settings(module: Any) -> None:
    name = module(
        """
        class Pipeline:
            def __init__(self, checkpoint, steps=16):
                self.given = checkpoint, steps
            def synthesize(self, request): ...
        """
    )
    assert build(f"{name}:Pipeline", checkpoint="x").given == ("x", 16)
    with pytest.raises(SettingsError, match="needs the setting checkpoint"):
        build(f"{name}:Pipeline")


def test_a_function_without_a_required_parameter_is_a_factory(module: Any) -> None:
    name = module(RECORDER + "\n    def create(steps=16, *more):\n        return Pipeline(steps=steps)\n")
    assert build(f"{name}:create").given == {"steps": 16}
    assert build(f"{name}:create", steps=4).given == {"steps": 4}


def test_a_factory_may_require_keyword_only_settings(module: Any) -> None:
    name = module(
        RECORDER + "\n    def create(*, checkpoint):\n        return Pipeline(checkpoint=checkpoint)\n"
    )
    assert build(f"{name}:create", checkpoint="x").given == {"checkpoint": "x"}


@pytest.mark.parametrize("parameters", ["settings", "settings=None", "*, settings", "settings, **rest"])
def test_a_factory_may_take_all_settings_at_once(module: Any, parameters: str) -> None:
    name = module(RECORDER + f"\n    def create({parameters}):\n        return Pipeline(**settings)\n")
    assert build(f"{name}:create", device="cuda", anything=1).given == {
        "anything": 1,
        "device": "cuda",
        "optimize": (),
    }


def test_device_and_optimize_go_to_parameters_of_their_own_first(module: Any) -> None:
    name = module(
        RECORDER
        + """
    def create(settings, device):
        return Pipeline(settings=settings, device=device)
    def plain(device="?", optimize="?"):
        return Pipeline(device=device, optimize=optimize)
    """
    )
    assert build(f"{name}:create", optimize=("a",), x=1).given == {
        "settings": {"x": 1, "optimize": ("a",)},
        "device": "cpu",
    }
    assert build(f"{name}:plain", optimize=("a",)).given == {"device": "cpu", "optimize": ("a",)}


def test_the_registered_pipeline_is_built_with_its_settings() -> None:
    made = build(_load.resolve("espeak"), rate=200)
    assert isinstance(made, Espeak)
    assert made.rate == 200


@pytest.mark.parametrize(("gpu", "device"), [(True, "cuda"), (False, "cpu")])
def test_auto_is_cuda_where_there_is_a_gpu(
    module: Any, monkeypatch: pytest.MonkeyPatch, *, gpu: bool, device: str
) -> None:
    monkeypatch.setattr(_load, "has_cuda", lambda: gpu)
    name = module(
        RECORDER
        + """
    def named(device="?"):
        return Pipeline(device=device)
    def whole(settings):
        return Pipeline(device=settings["device"])
    def none():
        return Pipeline()
    """
    )
    assert build(f"{name}:named", device="auto").given["device"] == device
    assert build(f"{name}:Pipeline", device="auto").given["device"] == device
    assert build(f"{name}:whole", device="auto").given["device"] == device
    assert build(f"{name}:none", device="auto").given == {}


# --- refusals


def test_an_unknown_setting_names_the_nearest(module: Any) -> None:
    name = module(RECORDER + "\n    def create(steps=16, device='', voice=''):\n        return Pipeline()\n")
    with pytest.raises(SettingsError) as caught:
        build(f"{name}:create", stesp=8)
    assert "takes no setting 'stesp' (did you mean 'steps'?); it takes: steps, voice" in caught.value.what
    assert "[tool.tts-baseline.pipelines" in caught.value.where
    assert "stesp" in caught.value.hint


def test_an_object_takes_no_settings(module: Any) -> None:
    name = module(RECORDER + "\n    here = Pipeline()\n")
    with pytest.raises(SettingsError, match="takes no setting 'steps'; it takes: none"):
        build(f"{name}:here", steps=8)


@pytest.mark.parametrize("attribute", ["here", "create", "say"])
@pytest.mark.parametrize(
    ("chosen", "says"),
    [({"device": "cuda"}, "takes no device"), ({"optimize": ("compile",)}, "takes no optimize")],
)
def test_what_would_not_act_is_refused(
    module: Any, attribute: str, chosen: dict[str, Any], says: str
) -> None:
    name = module(
        RECORDER
        + """
    here = Pipeline()
    def create(steps=1):
        return Pipeline()
    def say(text):
        return [0.0], 16000
    """
    )
    build(f"{name}:{attribute}")
    with pytest.raises(SettingsError, match=says) as caught:
        build(f"{name}:{attribute}", **chosen)
    assert f"--tts-{next(iter(chosen))}" in caught.value.hint


@pytest.mark.parametrize("key", ["device", "optimize"])
def test_device_and_optimize_are_not_settings(module: Any, key: str) -> None:
    name = module(RECORDER)
    with pytest.raises(SettingsError, match=f"{key} is not a setting") as caught:
        _load.build(f"{name}:Pipeline", {key: "x"}, device="cpu", optimize=())
    assert f"--tts-{key}" in caught.value.hint


def test_a_module_that_is_not_there_is_refused() -> None:
    with pytest.raises(PipelineError) as caught:
        build("no_such_module_at_all:synthesize")
    assert "ModuleNotFoundError: No module named 'no_such_module_at_all'" in caught.value.what
    assert caught.value.where.startswith("looked in ")
    assert "pythonpath" in caught.value.hint
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("raise ValueError('no weights')", "ValueError: no weights"),
        ("def (", "SyntaxError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
    ],
)
def test_a_module_that_breaks_says_how(module: Any, line: str, says: str) -> None:
    name = module(f"\n{line}\n")
    with pytest.raises(PipelineError, match="cannot be imported") as caught:
        build(f"{name}:synthesize")
    assert says in caught.value.what
    assert "SyntaxError" in says or f"{name}.py:4" in caught.value.where


def test_a_missing_attribute_names_the_nearest(module: Any) -> None:
    name = module("def synthesize(text): ...\n")
    with pytest.raises(PipelineError, match="did you mean 'synthesize'") as caught:
        build(f"{name}:synthesise")
    assert caught.value.where.endswith(f"{name}.py")
    assert "--tts-pipeline" in caught.value.hint


def test_a_factory_that_raises_says_what_and_where(module: Any) -> None:
    name = module("\ndef create():\n    raise OSError('no checkpoint')\n")
    with pytest.raises(PipelineError, match="OSError: no checkpoint") as caught:
        build(f"{name}:create")
    assert f"{name}.py:5" in caught.value.where
    assert isinstance(caught.value.__cause__, OSError)


def test_our_own_errors_come_through_unchanged(module: Any) -> None:
    name = module(
        "\nfrom tts_baseline.core.errors import MissingExtra\n"
        "def create():\n    raise MissingExtra('needs x', extra='x')\n"
    )
    with pytest.raises(MissingExtra, match="needs x"):
        build(f"{name}:create")


@pytest.mark.parametrize("value", ["3", "None", "'text'", "np"])
def test_what_is_neither_function_nor_pipeline_is_refused(module: Any, value: str) -> None:
    name = module(f"thing = {value}\n")
    with pytest.raises(PipelineError, match="neither a function nor a pipeline"):
        build(f"{name}:thing")


def test_a_function_of_two_texts_is_refused(module: Any) -> None:
    name = module("def say(text, voice): ...\n")
    with pytest.raises(PipelineError, match=r"requires 2 parameters \(text, voice\)"):
        build(f"{name}:say")


def test_a_factory_that_makes_no_pipeline_is_refused(module: Any) -> None:
    name = module("def say(text='hola'):\n    return [0.0], 16000\n")
    with pytest.raises(PipelineError, match=r"made a tuple of 2 values \(list, int\) without") as caught:
        build(f"{name}:say")
    assert "def synthesize(self, request)" in caught.value.hint


def test_a_callable_without_a_signature_is_refused(module: Any) -> None:
    name = module("say = dict.fromkeys.__self__.update if False else max\n")
    with pytest.raises(PipelineError, match="does not say which parameters"):
        build(f"{name}:say")


# --- prepare: what the worker calls


def prepare(target: str, **settings: Any) -> Any:
    return _prepare.prepare(target, settings, device="cpu", optimize=())


LIFE = """
    log = []
    class Pipeline:
        provenance = {"checkpoint": "x"}
        def __init__(self):
            log.append("made")
        def load(self):
            log.append("loaded")
        def synthesize(self, request):
            return [0.5], 16000
        def close(self):
            log.append("closed")
    bare = lambda text: ([0.5], 16000)
"""


def test_preparing_imports_and_the_step_builds_and_loads(module: Any) -> None:
    name = module(LIFE)
    step = prepare(f"{name}:Pipeline")
    log = sys.modules[name].log
    assert log == []
    live = step()
    assert log == ["made", "loaded"]
    assert live.provenance == {"checkpoint": "x"}
    assert isinstance(live.synthesize(HOLA), Utterance)
    live.close()
    assert log == ["made", "loaded", "closed"]


def test_load_close_and_provenance_are_optional(module: Any) -> None:
    live = prepare(f"{module(LIFE)}:bare")()
    assert live.synthesize(HOLA).samples.tolist() == [0.5]
    assert live.provenance == {}
    live.close()


def test_a_wrong_answer_of_an_object_is_refused_with_its_place(module: Any) -> None:
    name = module(LIFE + "\n    Pipeline.synthesize = lambda self, request: 'hola'\n")
    with pytest.raises(RequestFailed, match="returned a str") as caught:
        prepare(f"{name}:Pipeline")().synthesize(HOLA)
    assert caught.value.where == f"{name}:Pipeline"


def test_preparing_a_module_that_is_not_there_fails_at_once() -> None:
    with pytest.raises(PipelineError, match="cannot be imported"):
        prepare("no_such_module_at_all:x")


def test_naming_a_pipeline_loads_no_numpy() -> None:
    code = (
        "import sys; from tts_baseline.pipelines import _load; _load.resolve('espeak'); "
        "sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- utterance


class Tensor:
    """What numpy sees of a torch tensor."""

    def __init__(self, values: np.ndarray, error: Exception | None = None) -> None:
        self.values, self.error = values, error

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        if self.error:
            raise self.error
        return self.values


WAVE = np.array([0.0, 0.25, -1.0, 1.0])


@pytest.mark.parametrize(
    "samples",
    [
        WAVE,
        WAVE.astype(np.float16),
        WAVE.astype(np.float32),
        WAVE.astype(">f4"),
        WAVE.tolist(),
        tuple(WAVE),
        WAVE[np.newaxis, :],
        WAVE[:, np.newaxis],
        np.repeat(WAVE, 2)[::2],
        np.broadcast_to(WAVE, (4,)),
        Tensor(WAVE),
    ],
)
@pytest.mark.parametrize("form", ["pair", "list", "utterance"])
def test_every_kind_of_float_samples_becomes_the_same_utterance(samples: Any, form: str) -> None:
    result = {
        "pair": (samples, 24000),
        "list": [samples, np.int64(24000)],
        "utterance": Utterance(samples=samples, sample_rate=24000),
    }[form]
    made = _answers.utterance(result)
    assert made.samples.dtype == np.dtype(np.float32)
    assert made.samples.flags.c_contiguous
    assert made.samples.flags.writeable
    assert made.samples.tolist() == WAVE.tolist()
    assert made.sample_rate == 24000
    assert type(made.sample_rate) is int


@pytest.mark.parametrize("dtype", ["<i2", ">i2"])
def test_int16_is_divided_by_32768(dtype: str) -> None:
    made = _answers.utterance((np.array([[-32768, -1, 0, 1, 32767]], dtype), 16000))
    assert made.samples.tolist() == [-1.0, -1 / 32768, 0.0, 1 / 32768, 32767 / 32768]
    assert made.samples.dtype == np.float32


def test_the_samples_are_a_copy() -> None:
    buffer = np.zeros(3, np.float32)
    made = _answers.utterance((buffer, 16000))
    buffer[:] = 1
    assert made.samples.tolist() == [0, 0, 0]


def test_stages_and_phones_are_kept() -> None:
    phones = (Phone(symbol="o", start_s=0.1),)
    made = _answers.utterance(
        Utterance(
            samples=WAVE,
            sample_rate=24000,
            stages={"model": np.float64(0.5), "text": 0},
            phones=phones,
            solved=[(300, 16), (120, 16)],
        )
    )
    assert made.stages == {"model": 0.5, "text": 0.0}
    assert made.solved == ((300, 16), (120, 16))
    assert [type(seconds) for seconds in made.stages.values()] == [float, float]
    assert made.phones == phones


@pytest.mark.parametrize(
    ("text", "kept"), [(None, None), ("las diez", "las diez"), ("\ud800 a", "\\ud800 a")]
)
def test_the_text_that_was_read_out_is_kept_as_it_can_be_stored(text: str | None, kept: str | None) -> None:
    assert _answers.utterance(Utterance(samples=WAVE, sample_rate=16000, text=text)).text == kept


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros((1, 0)), np.zeros((0, 1)), []])
def test_no_samples_pass_through(samples: Any) -> None:
    assert _answers.utterance((samples, 16000)).samples.shape == (0,)


def test_nan_and_infinity_pass_through() -> None:
    made = _answers.utterance((np.array([np.nan, np.inf, 1e300]), 16000))
    assert np.isnan(made.samples[0])
    assert np.isposinf(made.samples[1:]).all()


@given(
    samples=nps.arrays(
        st.sampled_from([np.float16, np.float32, np.float64]),
        st.integers(0, 50),
        elements=st.floats(-1, 1, width=16),
    ),
    rate=st.integers(4000, 192_000),
)
def test_no_sample_is_lost_or_changed(samples: np.ndarray, rate: int) -> None:
    made = _answers.utterance((samples, rate))
    assert made.samples.tolist() == samples.tolist()
    assert made.sample_rate == rate


def generator() -> Any:
    yield 1.0


@pytest.mark.parametrize(
    ("samples", "says"),
    [
        (np.arange(200.0).reshape(2, 100), "the shape (2, 100)"),
        (np.arange(200.0).reshape(100, 2), "the shape (100, 2)"),
        (np.zeros((1, 1, 100)), "the shape (1, 1, 100)"),
        (np.float32(0.5), "the shape ()"),
        (np.zeros(4, np.int32), "of type int32"),
        (np.zeros(4, np.uint16), "of type uint16"),
        (np.zeros(4, np.uint8), "of type uint8"),
        ([0, 1], "of type int64"),
        (np.zeros(4, bool), "of type bool"),
        (np.zeros(4, complex), "of type complex128"),
        (None, "are None, not float"),
        (b"\0\0", "are 2 bytes of type |S"),
        (generator(), "are a generator, not float"),
        ([[0.0], [0.0, 1.0]], "no array: ValueError"),
        (Tensor(WAVE, RuntimeError("requires grad")), "no array: RuntimeError: requires grad"),
        (Tensor(WAVE, TypeError("can't convert cuda:0")), "no array: TypeError: can't convert cuda:0"),
    ],
)
def test_samples_that_are_no_mono_wave_are_refused(samples: Any, says: str) -> None:
    with pytest.raises(RequestFailed) as caught:
        _answers.utterance((samples, 16000), where="here")
    assert says in caught.value.what
    assert caught.value.where == "here"
    assert caught.value.hint.startswith("return ")


@pytest.mark.parametrize(
    ("rate", "says"),
    [
        (3999, "3999 Hz"),
        (192_001, "192001 Hz"),
        (0, "0 Hz"),
        (-1, "-1 Hz"),
        (True, "1 Hz"),
        (24000.0, "a float"),
        ("24000", "a str"),
        (None, "None"),
        (WAVE, "a ndarray"),
    ],
)
def test_a_sample_rate_that_is_none_is_refused(rate: Any, says: str) -> None:
    with pytest.raises(RequestFailed) as caught:
        _answers.utterance((WAVE, rate))
    assert says in caught.value.what


@pytest.mark.parametrize(
    "result", [None, "hola", WAVE, (WAVE,), (WAVE, 16000, "more"), {"samples": WAVE}, b"\0\0", iter([WAVE])]
)
def test_an_answer_of_another_kind_is_refused(result: Any) -> None:
    with pytest.raises(RequestFailed, match="not an Utterance or"):
        _answers.utterance(result)


@pytest.mark.parametrize(
    "parts",
    [
        {"solved": ((300, -1),)},
        {"solved": ((300, 16, 1),)},
        {"solved": 300},
        {"stages": {"model": -0.1}},
        {"stages": {"model": float("nan")}},
        {"stages": {"model": float("inf")}},
        {"stages": {"model": "fast"}},
        {"stages": {"model": None}},
        {"stages": [0.1]},
        {"phones": ("a", "b")},
        {"phones": None},
        {"text": b"hola"},
        {"text": "a" * 1_000_001},
        {"samples": np.zeros((2, 2))},
        {"sample_rate": 1},
    ],
)
def test_an_utterance_with_a_wrong_part_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(RequestFailed):
        _answers.utterance(Utterance(**({"samples": WAVE, "sample_rate": 16000} | parts)))
