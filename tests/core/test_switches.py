"""Which switches are chosen, in which order they are applied, and what is refused before loading."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from tts_baseline.core import environment, options, registry, switches
from tts_baseline.core.errors import MissingExtra, PipelineError, RegistryError, SettingsError
from tts_baseline.core.switches import Needs, Proof, Switch, SwitchSpec, applied, choose, provenance


def switch(name: str, stage: str = "network", **more: Any) -> Switch:
    """A switch of a list of names, to which it adds its own."""
    spec = SwitchSpec(name=name, stage=stage, equality="bit-exact", **more)  # type: ignore[arg-type]
    return Switch(
        spec,
        lambda names: [*names, name],
        lambda names: Proof(f"{name} in {len(names)}", {"names": len(names)}) if name in names else None,
    )


KNOWN = {
    s.spec.name: s
    for s in (
        switch("graph", "compile"),
        switch("table"),
        switch("half", "weights", excludes=("quarter",)),
        switch("quarter", "weights"),
        switch("fast_gpu", needs=Needs(devices=("cuda",), capability=(9, 0))),
        switch("eighth", needs=Needs(instructions=("avx512_vnni", "avx_vnni"))),
        switch("packaged", needs=Needs(package="no_such_package", extra="f5")),
    )
}


def chosen(*names: str, device: str = "cpu") -> tuple[Switch, ...]:
    return choose(KNOWN, names, pipeline="voice", device=device)


def test_switches_are_applied_in_the_order_of_their_stages_and_prove_themselves() -> None:
    several = chosen("graph", "table", "half", "table")
    names = applied(several, [])
    assert names == ["half", "table", "graph"]
    assert provenance(several, names) == {
        "switch half": "half in 3",
        "switch table": "table in 3",
        "switch graph": "graph in 3",
    }


def test_none_chosen_hands_back_what_it_is_given() -> None:
    parts: list[str] = []
    assert chosen() == ()
    assert applied((), parts) is parts


def test_a_name_that_is_not_known_is_refused_with_the_nearest_and_all() -> None:
    with pytest.raises(SettingsError, match="voice has no switch 'tabel'") as refused:
        chosen("tabel")
    assert "did you mean 'table'" in refused.value.what
    assert all(name in refused.value.what for name in KNOWN)
    assert refused.value.hint == "--tts-optimize none"


@pytest.mark.parametrize("names", [("half", "quarter"), ("quarter", "half")])
def test_switches_that_exclude_each_other_are_refused_whoever_says_so(names: tuple[str, str]) -> None:
    with pytest.raises(SettingsError, match="half and quarter exclude each other"):
        chosen(*names)


def test_a_device_that_cannot_do_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="fast_gpu needs cuda, not cpu") as refused:
        chosen("fast_gpu")
    assert refused.value.hint == "--tts-device cuda"
    monkeypatch.setattr(environment, "cuda_capability", lambda: (8, 6))
    with pytest.raises(SettingsError, match=r"needs CUDA compute capability 9\.0, and this GPU has 8\.6"):
        chosen("fast_gpu", device="cuda:0")
    for capability in ((9, 0), None):
        monkeypatch.setattr(environment, "cuda_capability", lambda seen=capability: seen)
        assert len(chosen("fast_gpu", device="cuda")) == 1


def test_a_processor_that_cannot_do_it_is_refused_and_one_that_is_not_known_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(environment, "cpu_instructions", lambda: frozenset({"avx2"}))
    with pytest.raises(
        SettingsError, match="eighth needs a processor with avx512_vnni or avx_vnni"
    ) as refused:
        chosen("eighth")
    assert refused.value.hint == "--tts-optimize none"
    assert len(chosen("eighth", device="cuda")) == 1
    for instructions in (frozenset({"avx2", "avx_vnni"}), None):
        monkeypatch.setattr(environment, "cpu_instructions", lambda seen=instructions: seen)
        assert len(chosen("eighth")) == 1


def test_a_missing_package_is_refused_with_its_extra() -> None:
    with pytest.raises(MissingExtra, match="packaged needs no_such_package") as refused:
        chosen("packaged")
    assert "[f5]" in refused.value.hint


def test_a_switch_without_proof_is_refused_when_it_was_applied() -> None:
    idle = Switch(KNOWN["table"].spec, lambda names: names, KNOWN["table"].proof)
    with pytest.raises(PipelineError, match="table is on, and there is no proof"):
        applied((idle,), [])


SPEC = SwitchSpec(name="fast", stage="network", equality="bit-exact")


@pytest.mark.parametrize(
    ("declared", "fault"),
    [
        ({"SPEC": replace(SPEC, name="slow")}, "declares the switch 'slow'"),
        ({"proof": None}, "has no apply"),
        ({"SPEC": replace(SPEC, equality="numeric")}, "numeric with the bound None"),
        ({"SPEC": replace(SPEC, bound=1.0)}, "bit-exact with the bound 1.0"),
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(
    monkeypatch: pytest.MonkeyPatch, declared: dict[str, Any], fault: str
) -> None:
    complete = {"__name__": "x.fast", "__file__": "fast.py", "SPEC": SPEC, "apply": len, "proof": len}
    module = complete | declared
    monkeypatch.setattr(registry, "modules", lambda _: [SimpleNamespace(**module)])
    with pytest.raises(RegistryError, match=fault):
        switches.switches.__wrapped__("f5_spanish")


def test_a_pipeline_without_a_folder_of_switches_has_none() -> None:
    assert switches.switches("espeak") == {}


def test_the_help_names_every_switch() -> None:
    named = options.OPTIONS["optimize"]["help"]
    assert f"f5_spanish: {', '.join(switches.switches('f5_spanish'))}" in named


def test_reading_the_declarations_imports_no_torch() -> None:
    code = (
        "import sys; from tts_baseline.core.switches import switches; assert switches('f5_spanish'); "
        "sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
