"""How builds with planted faults are counted, and what a certificate's file must be."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from tests.support.baselines import complaint
from tests.support.stored import document, sound_certificate
from tts_baseline.baseline import files
from tts_baseline.baseline.schema import json_schema
from tts_baseline.baseline.store import Store
from tts_baseline.core.sound_certificate import SoundCertificate
from tts_baseline.faults.fault import Fault
from tts_baseline.gate import sound_certificate as rules

WORD = Fault(
    name="word", what="a word", strengths=(1.0, 2.0, 3.0), shown="{:g} s", plant=lambda *_: None,
    gates=frozenset({"words", "repeats"}),
)  # fmt: skip


def builds(*failing: str) -> list[frozenset[str]]:
    return [frozenset(gates.split()) for gates in failing]


def test_a_build_is_caught_by_any_gate_and_named_by_one_of_its_own() -> None:
    row = rules.catches(WORD, 2.0, "one", 4, builds("", "pesq_wb", "words pesq_wb", "repeats"))
    assert (row.fault, row.shown, row.sentences) == ("word", "2 s", 4)
    assert (row.builds, row.caught, row.named) == (4, 3, 2)
    assert list(row.gates.items()) == [("pesq_wb", 2), ("words", 1), ("repeats", 1)]


def test_alarms_are_counted_with_their_gates() -> None:
    row = rules.alarms("1 ms later", builds("", "snr", ""))
    assert (row.builds, row.alarms, row.gates) == (3, 1, {"snr": 1})


@pytest.mark.parametrize(
    ("caught", "faintest"),
    [((10, 10, 10), 1.0), ((10, 8, 9), 3.0), ((0, 9, 10), 2.0), ((10, 10, 8), None)],
)
def test_a_fault_is_caught_from_where_all_that_is_grosser_is(caught, faintest) -> None:
    rows = [
        rules.catches(WORD, strength, "one", 4, builds(*["words"] * count, *[""] * (10 - count)))
        for strength, count in zip(WORD.strengths, caught, strict=True)
    ]
    assert rules.caught_from(rows, WORD, "one") == faintest
    assert rules.caught_from(rows, WORD, "all") is None


def test_its_file_is_read_as_it_was_written_and_fits_the_schema(tmp_path) -> None:
    store = Store(tmp_path, "voice:synthesize", "cpu")
    assert store.sound_certificate() is None
    (path,) = store.write(sound=sound_certificate())
    assert store.sound_certificate() == sound_certificate()
    Draft202012Validator(json.loads(json_schema())).validate(json.loads(path.read_text()))
    complaint_of_another = complaint(
        Store(tmp_path, "other:synthesize", "cpu", folder=store.folder).sound_certificate
    )
    assert "not of 'other:synthesize'" in complaint_of_another.what


@pytest.mark.parametrize(
    ("tamper", "what"),
    [
        (lambda page: page["faults"][0].update(named=2), "'noise' (30 dB, all) counts more than there are"),
        (lambda page: page["faults"][0].update(caught=2), "'noise' (30 dB, all) counts more than there are"),
        (lambda page: page["faults"][0].update(sentences=3), "counts more than there are"),
        (lambda page: page["faults"].append(page["faults"][0]), "is there twice"),
        (lambda page: page["harmless"][0].update(alarms=4), "'1 ms later' counts more than there are"),
        (lambda page: page["harmless"].append(page["harmless"][0]), "is there twice"),
        (lambda page: page.update(cases=["hola", "hola"]), "is there twice"),
        (lambda page: page.update(created="yesterday"), "no time with its offset"),
        (lambda page: page.update(goldens="x"), "goldens"),
        (lambda page: page["faults"][0].update(extent="most"), "extent"),
    ],
)
def test_what_does_not_belong_together_is_refused(tmp_path, tamper, what: str) -> None:
    page = document(SoundCertificate)
    tamper(page)
    path = tmp_path / "sound.json"
    path.write_text(json.dumps(page))
    assert what in complaint(files.read_record, path, SoundCertificate).what
