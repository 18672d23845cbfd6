"""Whatever is done to what was accepted is named, with the file, and gone once the file is brought back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support.baselines import golden, left_pending, promoted
from tests.support.runs import KEY, accepted
from tests.support.tones import tone
from tts_baseline.baseline import audit, files, pending
from tts_baseline.baseline.migrations import migrate
from tts_baseline.baseline.store import Store


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three accepted runs, the sound changed once."""
    root = tmp_path_factory.mktemp("built")
    store = Store(root / "baselines", "voice:synthesize", "cpu")
    for number, pitch in enumerate((200.0, 300.0, 300.0)):
        promoted(store, left_pending(root / "report", f"r{number}", pitch), accepted(number))
    return root / "baselines"


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Store:
    shutil.copytree(built, tmp_path / "baselines")
    return Store(tmp_path / "baselines", "voice:synthesize", "cpu")


def found(store: Store) -> list[tuple[str, str]]:
    """Where and what, for each problem; each says what mends it."""
    wrong = [problem for folder in audit.folders(store.root) for problem in audit.problems(folder)]
    wrong += audit.beside(store.root)
    assert all(problem.mend for problem in wrong)
    return [(str(problem.path.relative_to(store.root)), problem.what) for problem in wrong]


def edit(path: Path, change: Callable[[dict], object]) -> None:
    page = json.loads(path.read_text())
    change(page)
    path.write_text(json.dumps(page))


def entries(store: Store) -> list[Path]:
    """The entries of the history, oldest first."""
    paths = (store.folder / "history").iterdir()
    return sorted(paths, key=lambda path: json.loads(path.read_text())["at"])


def run_file(store: Store, name: str) -> Path:
    return store.folder / "machines" / KEY / f"{name}.json"


def swap(one: Path, other: Path) -> None:
    kept, other_kept = one.read_bytes(), other.read_bytes()
    one.write_bytes(other_kept)
    other.write_bytes(kept)


def test_what_was_only_accepted_is_fine(store: Store) -> None:
    assert found(store) == []
    (folder,) = audit.folders(store.root)
    assert folder.has_history


QUALITY = "voice-synthesize/cpu/quality.json"
EDITED = "this file was edited since it was written"
REMOVED = "this accepted file was removed"

HARM: dict[str, tuple[Callable[[Store], object], str, str]] = {
    "a score": (
        lambda s: edit(
            s.folder / "quality.json", lambda p: p["cases"]["hola"]["scores"]["duration"].update(value=9)
        ),
        QUALITY,
        EDITED,
    ),
    "a text": (
        lambda s: edit(s.folder / "quality.json", lambda p: p["cases"]["hola"]["request"].update(text="x")),
        QUALITY,
        EDITED,
    ),
    "a reason": (
        lambda s: edit(s.folder / "quality.json", lambda p: p["acceptance"].update(reason="x")),
        QUALITY,
        EDITED,
    ),
    "the limits kept with it": (
        lambda s: edit(s.folder / "quality.json", lambda p: p["acceptance"].update(limits={"snr": "9 dB"})),
        QUALITY,
        EDITED,
    ),
    "quality removed": (lambda s: (s.folder / "quality.json").unlink(), QUALITY, REMOVED),
    "quality damaged": (
        lambda s: (s.folder / "quality.json").write_text("{"), QUALITY, "the file is damaged",
    ),
    "a golden removed": (
        lambda s: golden(s, "hola").unlink(), "hola.", "the golden of case 'hola' is missing",
    ),
    "a golden edited": (
        lambda s: golden(s, "hola").write_bytes(files.encode_flac(tone(999))),
        "hola.",
        "the golden of case 'hola' is not the recording that quality.json accepted",
    ),
    "two goldens swapped": (
        lambda s: swap(golden(s, "hola"), golden(s, "adios")), "hola.", "is not the recording",
    ),
    "a golden nobody names": (
        lambda s: shutil.copy(golden(s, "hola"), golden(s, "hola").with_name("hola.0123456789abcdef.flac")),
        "hola.0123456789abcdef.flac",
        "nothing refers to this file",
    ),
    "a note of somebody": (
        lambda s: (s.folder / "NOTES.txt").write_text("x"), "NOTES.txt", "nothing refers to this file",
    ),
    "a time": (
        lambda s: edit(run_file(s, "r1"), lambda p: p["readings"][0].update(value=0.1)), "r1.json", EDITED,
    ),
    "a run removed": (lambda s: run_file(s, "r1").unlink(), "r1.json", REMOVED),
    "the newest run removed": (lambda s: run_file(s, "r2").unlink(), "r2.json", REMOVED),
    "two runs in each other's place": (
        lambda s: swap(run_file(s, "r1"), run_file(s, "r2")), "r1.json", "by its content this is machines/",
    ),
    "the order of two runs": (
        lambda s: edit(run_file(s, "r0"), lambda p: p["acceptance"].update(at=accepted(50).at)),
        "r0.json",
        EDITED,
    ),
    "a run of nobody": (
        lambda s: edit(run_file(s, "r1"), lambda p: p.update(acceptance=None)), "r1.json", "nobody accepted",
    ),
    "a run brought by hand": (
        lambda s: run_file(s, "r9").write_text(
            run_file(s, "r1").read_text().replace('"id":"r1"', '"id":"r9"')
        ),
        "r9.json",
        "no entry of the history names this file",
    ),
    "a run on another machine": (
        lambda s: run_file(s, "r1").parent.rename(run_file(s, "r1").parents[1] / "other-2c-1"),
        "other-2c-1/r0.json",
        "by its content this is machines/",
    ),
    "another pipeline's run": (
        lambda s: edit(run_file(s, "r1"), lambda p: p.update(pipeline="voice:Synthesize")),
        "r1.json",
        "this is of 'voice:Synthesize' (cpu), not of 'voice:synthesize' (cpu)",
    ),
    "another's folder": (
        lambda s: s.folder.parent.rename(s.root / "elsewhere"),
        "elsewhere/cpu",
        "this is the baseline of 'voice:synthesize' (cpu), which is looked for elsewhere",
    ),
    "an entry edited": (
        lambda s: edit(entries(s)[1], lambda p: p.update(reason="x")),
        "history/",
        "this entry of the history was edited",
    ),
    "an entry removed": (
        lambda s: entries(s)[0].unlink(), "history/", "this entry of the history was removed or edited",
    ),
    "the newest entry removed": (
        lambda s: entries(s)[-1].unlink(), "r2.json", "no entry of the history names this file",
    ),
    "an entry renamed": (
        lambda s: entries(s)[1].rename(entries(s)[1].with_name("0123456789abcdef.json")),
        "0123456789abcdef.json",
        "this entry of the history was edited",
    ),
    "an entry damaged": (lambda s: entries(s)[1].write_text("{}"), "history/", "the file is damaged"),
    "a file beside its place": (
        lambda s: (s.folder / ".quality.json.0123abcd").write_text("{}"),
        ".quality.json.0123abcd",
        "nothing refers to this file",
    ),
    "a schema beside its place": (
        lambda s: (s.root / "schema" / ".v2.json.0123abcd").write_text("{}"),
        "schema/.v2.json.0123abcd",
        "nothing refers to this file",
    ),
}  # fmt: skip


@pytest.mark.parametrize("harm", HARM)
def test_what_was_done_by_hand_is_named_until_it_is_undone(store: Store, tmp_path: Path, harm: str) -> None:
    act, where, what = HARM[harm]
    shutil.copytree(store.root, tmp_path / "kept")
    act(store)
    named = found(store)
    assert any(where in path and what in said for path, said in named), named
    shutil.rmtree(store.root)
    (tmp_path / "kept").rename(store.root)
    assert found(store) == []


def test_an_older_state_of_quality_is_told_from_an_edit(store: Store, built: Path, tmp_path: Path) -> None:
    promoted(store, left_pending(tmp_path / "report", "r4", 400.0), accepted(4))
    for name in ("quality.json", "golden"):
        path, kept = store.folder / name, built / "voice-synthesize" / "cpu" / name
        if path.is_dir():
            shutil.copytree(kept, path, dirs_exist_ok=True)
        else:
            shutil.copy(kept, path)
    assert (QUALITY, "this is an older state than the last that was accepted") in found(store)


def test_a_certificate_that_was_widened_by_hand_is_named(store: Store) -> None:
    """As any stored file: certify writes it with an entry."""
    from tests.gate.test_certificate import certificate, many

    made = certificate(many(0.0, ok=3))
    mine = replace(made, pipeline="voice:synthesize", variant="cpu")
    (path,) = store.write(certificate=mine)
    assert found(store) == []
    edit(path, lambda page: page.update(limit=page["limit"] * 2))
    assert found(store) == [(str(path.relative_to(store.root)), EDITED)]


def test_an_older_layout_is_checked_but_for_edits(store: Store) -> None:
    shutil.rmtree(store.folder / "history")
    for case, known in store.quality().cases.items():
        store.golden(case, known).rename(store.folder / "golden" / f"{case}.flac")
    assert found(store) == []
    (folder,) = audit.folders(store.root)
    assert not folder.has_history
    (store.folder / "golden" / "hola.flac").write_bytes(b"x")
    assert [what for _, what in found(store)] == [
        "the golden of case 'hola' is not the recording that quality.json accepted"
    ]


def test_looking_changes_nothing(store: Store) -> None:
    (store.folder / ".quality.json.0123abcd").write_text("{}")
    before = {path: path.read_bytes() for path in store.root.rglob("*") if path.is_file()}
    found(store)
    assert {path: path.read_bytes() for path in store.root.rglob("*") if path.is_file()} == before
    assert pending.listing(store.root) == []


def test_a_merge_that_somebody_resolved_is_named_until_it_is_taken_in(store: Store) -> None:
    edit(store.folder / "quality.json", lambda page: page["acceptance"].update(reason="both branches"))
    assert found(store) == [(QUALITY, EDITED)]
    assert [now.name for _, now in migrate(store.root, reason="merged")] != []
    assert found(store) == []
    assert list(migrate(store.root, reason="again")) == []
    edit(store.folder / "quality.json", lambda page: page["acceptance"].update(reason="once more"))
    assert found(store) == [(QUALITY, EDITED)]
