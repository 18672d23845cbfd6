"""Text from outside leaves through doors alone, and what is heard from outside passes redaction.

A new place that writes to a stream, composes Markdown, HTML or a CI's command, names a file after a value, or
hears another process or a server is found in the source. It passes `core/outside` (`line`, `markdown`,
`filename`, …), or is listed here with the reason.
"""

from __future__ import annotations

import pytest

from tests.support import PACKAGE
from tests.support.doors import Sink, sinks

LISTED = {
    # The doors themselves: what they are handed passes core/outside and core/streams there.
    "stream": {
        "cli._commands:_Parser._print_message": "argparse's own messages, through `terminal`",
        "cli._common:progress": "asks whether the stream is live",
        "cli._common:progress.write": "through cli/_streams",
        "cli._streams:say": "the door",
        "cli._streams:say_json": "the door",
        "cli._streams:complain": "the door",
        "cli._streams:has_colors": "asks the stream",
        "pipelines.f5_spanish.voice.transcripts:_recognized": "in the worker: into its log",
        "pipelines._renderings:_main": "msgpack to the process that started it",
        "plugin.gatekeeper:Gatekeeper.pytest_terminal_summary": "a title of ours",
        "plugin.said:fit": "asks the stream for its encoding",
        "plugin.said:fail": "the door",
        "plugin.said:usage_error": "the door",
        "plugin.said:write": "the door",
        "plugin.said:progress": "the door",
        "plugin.said:progress.draw": "the door; session/measurement/progress makes lines",
        "report.table:text": "rich writes into a string; cells are `line`s",
        "report.text_plan:render": "rich writes into a string",
        "session.measurement.progress:_Line.advanced": "rich writes into a string; texts are `line`s",
    },
    "markup": {
        "report.benchmark.text:page": "`kind` is a word of ours; tables pass `row`",
        "report.formats.comment:render": "`counts` are numbers and words of ours",
        "report.formats.openmetrics:_family": "comments: a metric's name, and text that passes `line`",
        "report.formats.markdown:render": "`counts` are numbers and words of ours",
        "training.cards:card": "cells pass `markdown`; a recipe holds numbers and words of ours",
    },
    # Ids of cases and runs are names by themselves: suites/reader and the records refuse others.
    "file": {
        "baseline.audit:_history": "a hash",
        "baseline.files:lock_path": "a hash of the folder",
        "baseline.history:_staged_at": "beside the file itself",
        "baseline.pending:_beside": "a run's own id",
        "baseline.recordings:path_of": "a case's id",
        "baseline.recordings:golden_path": "a case's id",
        "baseline.store:Store.certificate": "a machine's key",
        "baseline.store:Store.golden": "a case's id",
        "baseline.store:Store.golden_name": "a case's id and a hash",
        "baseline.store:Store._write_schema": "a number",
        "core.files:write_atomic": "beside the file itself",
        "measure.load:_frequency": "a number",
        "measure.lock:path": "the user's number",
        "measure.logs:_new": "a time",
        "pipelines.command.__init__:Command.synthesize": "wav, flac or pcm",
        "pipelines.f5_spanish.voice.transcripts:transcript": "hashes",
        "training.recordings:_bars": "a file that is read, named by its own list",
    },
    "heard": {
        "core.errors:unforeseen": "redacted there",
        "core.git:run": "redacted there",
        "measure.kin:_parents": "numbers",
        "measure.supervised:Supervised.__init__": "into the worker's output, redacted in measure/client",
        "measure.worker:_Session._refusal": "redacted there",
        "pipelines._renderings:_said": "samples and numbers, decoded strictly",
        "pipelines.command.process:run": "through pipelines/_sound_files/words",
        "pipelines.http.client:Client._server": "a proxy's status, through pipelines/_sound_files/words",
        "pipelines.http.client:Client._posted": "through pipelines/_sound_files/words",
        "pipelines.http.client:Client._drop_idle": "whether there is a byte",
        "session.measurement.under_load:take": "an event loop; its errors are redacted where they are raised",
        "session.scoring_pool:_Scorer.__init__": "a process of our own code, which says nothing",
        "session.scoring_pool:_Scorer.ask": "readings, from our own code",
        "session.scoring_pool:serve": "cases, from our own code",
        "session.play:_play": "a player's last line, which `TtsBaselineError` prints as a `line`",
    },
}

PLANTS = {
    "stream": [
        "print(text)",
        "print(f'{text}', file=sys.stderr)",
        "sys.stdout.write(text)",
        "from sys import stderr",
        "os.write(2, text.encode())",
        "warnings.warn(text)",
        "pytest.fail(text)",
        "pytest.skip(reason=text)",
        "raise pytest.UsageError(text)",
        "raise SystemExit(text)",
        "sys.exit(text)",
        "reporter.write_line(text)",
        "reporter.section(text)",
        "parser.error(text)",
        "logging.info(text)",
        "traceback.print_exc()",
        "console.print(text)",
    ],
    "markup": [
        "return f'## {text}'",
        "return f'{text} is **slow**'",
        "return f'| {text} | 5 |'",
        "return f'<td>{text}</td>'",
        "return f'[{text}](https://example.org)'",
        "return f'![{text}]({text})'",
        "return f'::error::{text}'",
        "return f'::set-output name=x::{text}'",
        "return f'##[error]{text}'",
        "return f'```\\n{text}\\n```'",
        "return '## ' + text",
        "return '<b>%s</b>' % text",
        "return '| {} | 5 |'.format(text)",
        "return f'# {outside.markdown(text)} {text}'",
    ],
    "file": [
        "return folder / f'{text}.wav'",
        "return folder.joinpath(f'{text}.wav')",
        "return path.with_name(f'{text}.wav')",
        "return folder / 'audio' / f'{outside.filename(text)}-{text}'",
    ],
    "heard": [
        "return subprocess.run(['git'], capture_output=True)",
        "return subprocess.check_output(['git'])",
        "return os.popen(text).read()",
        "return urllib.request.urlopen(text)",
        "return connection.recv_bytes()",
        "return ''.join(traceback.format_exception(error))",
    ],
}  # fmt: skip

PASSING = [
    "return f'## {outside.markdown(text)}'",
    "return f'| {code(text)} | {number:.1f} |'",
    "return f\"| {' | '.join(map(outside.markdown, cells))} |\"",
    "return folder / f'{outside.filename(text)}.wav'",
    "return folder / 'audio' / 'one.wav'",
    "return text",
    "raise SettingsError(f'unknown setting {text!r}')",
]


def found_in(text: str, module: str = "report.planted") -> list[Sink]:
    return list(sinks(text, module))


def all_sinks() -> list[Sink]:
    paths = sorted(PACKAGE.rglob("*.py"))
    names = (".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in paths)
    return [
        sink for path, name in zip(paths, names, strict=True) for sink in sinks(path.read_text("utf-8"), name)
    ]


def test_every_sink_of_the_package_is_a_door_or_listed_with_its_reason() -> None:
    unlisted = [str(sink) for sink in all_sinks() if sink.where not in LISTED[sink.kind]]
    assert not unlisted, "\n".join(
        ["pass a door of core/outside, or list it in tests/core/test_doors.py:", *unlisted]
    )


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in PLANTS.items() for code in codes])
def test_a_sink_that_is_planted_is_found(kind: str, code: str) -> None:
    text = (PACKAGE / "report/story.py").read_text(encoding="utf-8")
    planted = f"{text}\n\ndef planted(text, folder, path, number, error, cells):\n    {code}\n"
    assert [sink.kind for sink in found_in(planted) if sink.where == "report.planted:planted"][:1] == [kind]


@pytest.mark.parametrize("code", PASSING)
def test_what_passes_a_door_is_no_sink(code: str) -> None:
    assert found_in(f"def planted(text, folder, number, cells):\n    {code}\n") == []


def test_what_is_heard_is_redacted_in_its_module() -> None:
    heard = ("core/errors", "core/git", "measure/client", "measure/worker", "pipelines/_sound_files/words")
    for module in heard:
        text = (PACKAGE / f"{module}.py").read_text(encoding="utf-8")
        assert any(f"{word}(" in text for word in ("redacted", "without_secrets", "excerpt")), module
