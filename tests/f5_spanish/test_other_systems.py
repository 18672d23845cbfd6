"""Who is right is decided by words, for espeak-ng by sounds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("damga")
pytest.importorskip("espeakng_loader")

import others

ACCEPTED = ("Cuesta cinco euros.", "Cuesta cinco euros justos.")
# libespeak-ng stays in the process that loads it, where the pipeline espeak would refuse it from then on.
HEARD = """
import json, others
print(json.dumps({
    "right": [others.right("espeak-ng", others.phonemes(f"Cuesta {n} euros."), ACCEPTED) for n in (5, 6)],
    "same": others.heard_otherwise("Faltan 22 minutos en Lugo.", "Faltan veintidós minutos en Lugo."),
    "otherwise": others.heard_otherwise("Comió en Wendy's.", "Comió en Wendy'ese."),
}))
""".replace("ACCEPTED", repr(ACCEPTED))


@pytest.mark.parametrize(("said", "right"), [("cuesta «cinco euros»", True), ("Cuesta cinco euro.", False)])
def test_right_is_an_accepted_reading(said: str, *, right: bool) -> None:
    assert others.right("nemo", said, ACCEPTED) is right


def test_espeak_is_right_by_its_sounds_and_hears_a_word_of_ours_that_sounds_otherwise() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HEARD],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {"right": [True, False], "same": [], "otherwise": ["wendy"]}


def test_the_table_has_every_type_and_the_corpus_as_one() -> None:
    counts = {"date": {"ours": 9, "texts": 10}, "real sentences": {"ours": 1, "texts": 2}}
    lines = others.table(counts, ["ours"]).splitlines()
    assert lines[2] == "| date | 10 | 90 % [60, 98] |"
    assert lines[-1] == "| all of the corpus | 10 | 90 % [60, 98] |"


def test_a_system_stops_when_its_time_is_over_and_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(others, "KEPT", tmp_path)
    monkeypatch.setattr(others, "SYSTEMS", {"slow": lambda: str.upper})
    texts = ["uno", "dos"]
    assert others._said("slow", texts, seconds=-1) == []
    assert others._said("slow", texts[:1], seconds=9) == ["UNO"]
    assert others._said("slow", texts, seconds=9) == ["UNO", "DOS"]
