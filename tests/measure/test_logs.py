"""Logs of workers: one file a worker, bounded, few, and never a reason to fail."""

from __future__ import annotations

from pathlib import Path

from tts_baseline.measure.logs import Log


def test_one_file_has_all_that_a_worker_kept(tmp_path: Path) -> None:
    log = Log(str(tmp_path / "runs" / "logs"), str(tmp_path))
    names = {log.keep("the text 'Hola.'", "Traceback\n"), log.keep("the worker died", "caf\udce9")}
    (name,) = names
    assert name.startswith("runs/logs/")
    text = (tmp_path / name).read_text()
    assert text == "--- the text 'Hola.'\nTraceback\n\n--- the worker died\ncaf\\udce9\n\n"


def test_what_is_kept_does_nothing_where_it_is_shown(tmp_path: Path) -> None:
    name = Log(str(tmp_path), str(tmp_path)).keep(
        "the text '\n::error::'", "\x1b]52;c;Y2F0\x07\n::set-output name=x::y"
    )
    text = (tmp_path / name).read_text()
    assert "\x1b" not in text
    assert not any(row.startswith("::") for row in text.splitlines())


def test_nothing_to_keep_makes_no_file(tmp_path: Path) -> None:
    assert Log(str(tmp_path / "logs"), str(tmp_path)).keep("loading", " \n") == ""
    assert Log("", str(tmp_path)).keep("loading", "text") == ""
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert Log(str(tmp_path / "file" / "logs"), str(tmp_path)).keep("loading", "text") == ""


def test_files_and_their_sizes_are_bounded(tmp_path: Path) -> None:
    names = [Log(str(tmp_path), "/elsewhere").keep("loading", str(n)) for n in range(25)]
    assert all(Path(name).is_absolute() for name in names)
    assert len(list(tmp_path.iterdir())) == 20
    assert Path(names[-1]).exists()
    log = Log(str(tmp_path), str(tmp_path))
    for _ in range(40):
        name = log.keep("the text", "x" * 10**5)
    assert (tmp_path / name).stat().st_size < 1.2 * 2**20
