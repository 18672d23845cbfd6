from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.options import OPTIONS
from tts_baseline.core.settings import Settings, read
from tts_baseline.core.table import find_root

NAMES = st.text("abcdefghijklmnop-_", min_size=1, max_size=8)
LISTS = st.lists(NAMES, min_size=1, max_size=3).map(tuple).filter(lambda names: names != ("none",))
SECONDS = st.integers(1, 10**6).map(float)
VALUES = {
    "pipeline": NAMES,
    "device": st.sampled_from(["auto", "cpu", "cuda"]),
    "optimize": LISTS,
    "variant": st.from_regex(r"[a-z0-9][a-z0-9_-]{0,7}", fullmatch=True),
    "suite": NAMES,
    "cases": LISTS,
    "tags": LISTS,
    "dir": NAMES,
    "missing": st.sampled_from(["fail", "record"]),
    "undecided": st.sampled_from(["warn", "fail"]),
    "budget": SECONDS,
    "report": NAMES,
    "restarts": st.integers(3, 99),
    "timeout": SECONDS,
    "load_timeout": SECONDS,
    "soak": st.integers(100, 100_000),
    "memory_limit": st.integers(1, 99).map("{} GiB".format),
}
SOME = st.fixed_dictionaries({}, optional=VALUES)


def project(folder: Path, table: str) -> Path:
    (folder / "pyproject.toml").write_text(f"[tool.tts-baseline]\n{table}\n", encoding="utf-8")
    return folder


def as_text(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


@settings(deadline=None)
@given(in_file=SOME, in_environment=SOME, chosen=SOME, ci=st.booleans())
def test_command_line_beats_environment_beats_file_beats_default(
    *, in_file: dict, in_environment: dict, chosen: dict, ci: bool
) -> None:
    environ = {f"TTS_BASELINE_{key.upper()}": as_text(value) for key, value in in_environment.items()}
    if ci:
        environ["CI"] = "true"
    with tempfile.TemporaryDirectory() as folder:
        table = "\n".join(f"{key.replace('_', '-')} = {json.dumps(value)}" for key, value in in_file.items())
        found = read(project(Path(folder), table), chosen, environ)
    defaults = Settings(missing="fail" if ci else "record")
    for key in VALUES:
        sources = (chosen, in_environment, in_file)
        expected = next((s[key] for s in sources if key in s), getattr(defaults, key))
        assert getattr(found, key) == expected, key


def test_without_any_source_the_contract_holds(tmp_path: Path) -> None:
    found = read(tmp_path, {}, {})
    assert (found.pipeline, found.suite, found.dir, found.report) == (
        "espeak", "es", "baselines", ".tts-baseline",
    )  # fmt: skip
    assert (found.device, found.missing, found.undecided, found.budget) == ("auto", "record", "warn", None)


def test_every_option_is_a_setting() -> None:
    assert OPTIONS.keys() <= set(Settings.__struct_fields__)


def test_none_on_the_command_line_is_not_given(tmp_path: Path) -> None:
    assert read(project(tmp_path, 'suite = "mine"'), {"suite": None}, {}).suite == "mine"


def test_an_empty_ci_is_not_ci(tmp_path: Path) -> None:
    assert read(tmp_path, {}, {"CI": ""}).missing == "record"


def test_reads_the_process_environment_unless_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTS_BASELINE_SUITE", "spoken")
    assert read(tmp_path, {}).suite == "spoken"


def test_none_switches_every_optimization_off(tmp_path: Path) -> None:
    root = project(tmp_path, 'optimize = "fp16, compile"')
    assert read(root, {}, {}).optimize == ("fp16", "compile")
    assert read(root, {"optimize": "none"}, {}).optimize == ()
    assert read(root, {}, {"TTS_BASELINE_OPTIMIZE": "none"}).optimize == ()


def test_commas_and_blanks_separate_names(tmp_path: Path) -> None:
    assert read(tmp_path, {"cases": " a, b,,c "}, {}).cases == ("a", "b", "c")


def test_a_pipeline_gets_its_own_table(tmp_path: Path) -> None:
    root = project(tmp_path, 'pipeline = "mine"\n[tool.tts-baseline.pipelines.mine]\nvoice = "eva"')
    assert read(root, {}, {}).for_pipeline() == {"voice": "eva"}
    assert read(root, {"pipeline": "other"}, {}).for_pipeline() == {}


@pytest.mark.parametrize(
    ("table", "chosen", "environ", "where"),
    [
        ('suit = "es"', {}, {}, "pyproject.toml [tool.tts-baseline]"),
        ("", {"suit": "es"}, {}, "the command line"),
        ("", {}, {"TTS_BASELINE_SUIT": "es"}, "the environment"),
    ],
)
def test_an_unknown_key_names_the_nearest_and_its_source(
    tmp_path: Path, table: str, chosen: dict, environ: dict, where: str
) -> None:
    with pytest.raises(SettingsError, match="unknown setting 'suit' .did you mean 'suite'") as caught:
        read(project(tmp_path, table), chosen, environ)
    assert caught.value.where.endswith(where)
    assert "--help" in caught.value.hint


@pytest.mark.parametrize(
    ("table", "chosen", "environ", "where"),
    [
        ('restarts = "many"', {}, {}, "pyproject.toml [tool.tts-baseline]"),
        ("restarts = 5", {"restarts": "many"}, {}, "the command line"),
        ("restarts = 5", {}, {"TTS_BASELINE_RESTARTS": "many"}, "the environment"),
        ('device = "tpu"', {"device": "cpu"}, {}, "pyproject.toml [tool.tts-baseline]"),
        ("suite = 5", {}, {}, "pyproject.toml [tool.tts-baseline]"),
        ('limits = "5%"', {}, {}, "pyproject.toml [tool.tts-baseline]"),
    ],
)
def test_a_wrong_value_names_its_source_even_where_it_is_overridden(
    tmp_path: Path, table: str, chosen: dict, environ: dict, where: str
) -> None:
    with pytest.raises(SettingsError, match=r"wrong kind: .* `\$\.\w+`") as caught:
        read(project(tmp_path, table), chosen, environ)
    assert caught.value.where.endswith(where)


@pytest.mark.parametrize("text", ["8", "8 gigs", "127 MiB", "0 GiB", "-1 GiB"])
def test_a_memory_limit_is_a_size_that_a_worker_fits_in(tmp_path: Path, text: str) -> None:
    with pytest.raises(
        SettingsError, match=f"memory_limit must be a size of at least 128.0 MiB, not '{text}'"
    ):
        read(project(tmp_path, f'memory_limit = "{text}"'), {}, {})


def test_a_memory_limit_is_in_bytes_and_none_without_one(tmp_path: Path) -> None:
    assert read(project(tmp_path, 'memory_limit = "2 GiB"'), {}, {}).memory_bytes == 2**31
    assert read(project(tmp_path, ""), {}, {}).memory_bytes == 0


@pytest.mark.parametrize("name", ["timeout", "load_timeout", "budget"])
@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf"])
def test_times_are_more_than_nothing(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must be more than 0 seconds and finite, not {value}"):
        read(tmp_path, {name: value}, {})


@pytest.mark.parametrize("name", ["dir", "report"])
@pytest.mark.parametrize("value", ["", "  "])
def test_a_folder_without_a_name_is_not_the_project_itself(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must name a folder"):
        read(tmp_path, {}, {f"TTS_BASELINE_{name.upper()}": value})


def test_fewer_than_three_fresh_processes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="at least 3, not 2"):
        read(tmp_path, {"restarts": 2}, {})


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"[tool.tts-baseline", "not valid TOML"),
        (b"[tool.tts-baseline]\nsuite = '\xff'", "not valid TOML"),
        (b"tool = 1", "not a table"),
        (b"[tool]\ntts-baseline = 1", "not a table"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=what) as caught:
        read(tmp_path, {}, {})
    assert caught.value.where == str(path)
    assert caught.value.hint


def test_the_root_is_the_nearest_folder_with_a_pyproject(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    assert find_root(inner) == tmp_path
    (tmp_path / "a" / "pyproject.toml").touch()
    assert find_root(inner) == tmp_path / "a"


def test_without_a_pyproject_the_root_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_file", lambda _: False)
    assert find_root(tmp_path) == tmp_path


@pytest.mark.parametrize("name", ["Studio", "a b", "a/b", "..", "-a", "a.b", "ñ", "a\n"])
def test_a_variant_that_is_no_folders_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="variant must be made of a-z"):
        read(tmp_path, {"variant": name}, {})
    with pytest.raises(SettingsError, match="variant must be made of a-z"):
        read(tmp_path, {}, {"TTS_BASELINE_VARIANT": name})


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_byte_order_mark_and_either_line_end_are_read(tmp_path: Path, mark: bytes, end: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(
        mark + b"[tool.tts-baseline]" + end + b'suite = "mine.toml"' + end
    )
    assert find_root(tmp_path) == tmp_path
    assert read(tmp_path, {}, {}).suite == "mine.toml"


def test_a_folder_that_may_not_be_entered_is_no_project(tmp_path: Path, monkeypatch) -> None:
    def refuse(*_: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", refuse)  # root may enter every folder
    assert find_root(tmp_path) == tmp_path
    assert read(tmp_path, {}, {}).suite == "es"


def test_the_checkpoint_of_our_own_tests_is_no_setting(tmp_path: Path) -> None:
    assert read(tmp_path, {}, {"TTS_BASELINE_CHECKPOINT": "f5.toml"}) == read(tmp_path, {}, {})
    with pytest.raises(SettingsError, match="unknown setting 'checkpoints'"):
        read(tmp_path, {}, {"TTS_BASELINE_CHECKPOINTS": "f5.toml"})


@pytest.mark.parametrize(
    ("table", "what"),
    [("soak = 20", "soak must be 0, or 100 to 100,000 requests, not 20"), ("memray = true", "there is none")],
)
def test_a_soak_has_requests_enough_and_memray_has_a_soak(tmp_path: Path, table: str, what: str) -> None:
    with pytest.raises(SettingsError, match=what):
        read(project(tmp_path, table), {}, {})
