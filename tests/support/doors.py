"""Finds where the source writes text, or takes text in: what only doors such as `core/outside` may do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

# The functions that make text fit for a place (core/outside, core/streams), whatever their module is called.
FITTING = {
    "line", "terminal", "ci_log", "markdown", "paragraph", "code", "filename", "slug", "json_text",
    "storable", "spelled", "fit", "html",
}  # fmt: skip
_STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}
_WRITERS = {
    "print", "input", "warn", "warn_explicit", "showwarning", "print_exception", "print_exc", "print_stack",
    "UsageError", "write_line", "write_sep", "section", "ensure_newline", "issue_config_time_warning",
}  # fmt: skip
_OF_PYTEST = {"fail", "skip", "exit", "xfail", "importorskip"}
_LOGGING = {"debug", "info", "warning", "error", "critical", "exception"}
_LISTENERS = {
    "run", "Popen", "check_output", "getoutput", "getstatusoutput", "call", "check_call", "popen",
    "create_subprocess_exec", "create_subprocess_shell",
}  # fmt: skip
_HEARERS = {"urlopen", "getresponse", "recv", "recv_bytes", "recvfrom", "makefile", "communicate"}
# What makes a string a piece of Markdown, HTML or a command to a CI.
_MARKUP = re.compile(
    r"(?:^|\n)#{1,6} |\| .* \||\*\*|\]\(|!\[|^::[a-z-]+[: ]|##\[|##vso|```"
    r"|</?(?:a|b|i|p|br|img|audio|table|t[rdh]|div|span|script|style|h[1-6]|ul|li|pre|code|html|svg)[ />]"
)


class Sink(NamedTuple):
    """A place where text leaves or comes in: `kind` is stream, markup, file or heard."""

    kind: str
    where: str
    line: int
    source: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}, line {self.line}: {self.source}"


def sinks(text: str, module: str) -> Iterator[Sink]:
    """Every sink of a module that passes no door; `where` is 'module:function'."""
    return _sinks(ast.parse(text), module, ())


def _sinks(tree: ast.AST, module: str, scope: tuple[str, ...]) -> Iterator[Sink]:
    for node in ast.iter_child_nodes(tree):
        if kind := _kind(node):
            yield Sink(kind, f"{module}:{'.'.join(scope)}", node.lineno, ast.unparse(node)[:100])
        is_scope = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        yield from _sinks(node, module, (*scope, node.name) if is_scope else scope)


def _kind(node: ast.AST) -> str | None:
    match node:
        case ast.Call(func=func):
            return _kind_of_call(_owner(func), _name(func), node)
        case ast.Attribute(value=ast.Name("sys"), attr=name) if name in _STREAMS:
            return "stream"
        case ast.ImportFrom(module="sys", names=names) if _STREAMS & {alias.name for alias in names}:
            return "stream"
        case ast.BinOp(op=ast.Div(), right=ast.JoinedStr() as right) if not _is_fit(right):
            return "file"
        case ast.JoinedStr() if _is_markup(node) and not _is_fit(node):
            return "markup"
        case ast.BinOp(op=ast.Add() | ast.Mod(), left=left, right=right) if _is_markup(left) or _is_markup(
            right
        ):
            return "markup"
    return None


def _kind_of_call(owner: str, name: str, call: ast.Call) -> str | None:
    if name in _WRITERS or (owner == "pytest" and name in _OF_PYTEST):
        return "stream"
    if owner in ("logging", "logger", "log", "_log") and name in _LOGGING:
        return "stream"
    if _writes_to_standard(owner, name, call) or _is_parser_error(call):
        return "stream"
    if (owner in ("subprocess", "asyncio", "os") and name in _LISTENERS) or name in _HEARERS:
        return "heard"
    if owner == "traceback" and name.startswith("format"):
        return "heard"
    if name in ("joinpath", "with_name", "with_stem", "mkstemp") and any(
        isinstance(value, ast.JoinedStr) and not _is_fit(value) for value in call.args
    ):
        return "file"
    if name == "format" and _is_markup(call.func):
        return "markup"
    return None


def _writes_to_standard(owner: str, name: str, call: ast.Call) -> bool:
    first = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    if (owner, name) == ("os", "write"):
        return first in (1, 2)
    return ((owner, name) == ("sys", "exit") or name == "SystemExit") and not isinstance(first, int)


def _is_parser_error(call: ast.Call) -> bool:
    return _name(call.func) == "error" and "parser" in _owner(call.func)


def _is_markup(node: ast.AST) -> bool:
    """Whether a piece of markup is written here, in a string of its own; regular expressions are none."""
    values = [leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant)]
    strings = [value for value in values if isinstance(value, str)]
    return any(map(_MARKUP.search, strings)) and not any("(?" in string for string in strings)


def _is_fit(text: ast.JoinedStr) -> bool:
    """Whether all that is put into a string has passed a door, or is a number in a format of its own."""
    values = (part for part in text.values if isinstance(part, ast.FormattedValue))
    return all(_passes(value.value) or value.format_spec is not None for value in values)


def _passes(value: ast.expr) -> bool:
    match value:
        case ast.Constant():
            return True
        case ast.Call(func=func, args=args):
            if _name(func) in ("join", "map"):
                return any(_name(arg) in FITTING or _passes(arg) for arg in args)
            return _name(func) in FITTING
        case ast.GeneratorExp(elt=elt) | ast.ListComp(elt=elt):
            return _passes(elt)
        case ast.IfExp(body=body, orelse=orelse):
            return _passes(body) and _passes(orelse)
    return False


def _owner(func: ast.expr) -> str:
    return _name(func.value) if isinstance(func, ast.Attribute) else ""


def _name(node: ast.AST) -> str:
    return getattr(node, "attr", None) or getattr(node, "id", "")
