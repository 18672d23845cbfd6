"""Parameters of a shell: $1, $?, $@, ${name[*]}; every sign of them is typed, and none is money."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.kinds.links import read_out
from tts_baseline.pipelines.f5_spanish.text.rules import Paragraph, Rule, Said

_SPECIAL = re.compile(
    r"(?<![\w$])\$(?:[@*#](?![\w$\[{])|_(?!\w)|\$(?=[a-z](?![^\W_])))|(?<![\w$])\${2,}@?(?![\w$@])|(?<![\w$])\$(?=['\"][\w\\])"
)
# These are money, or the end of a question, where nothing of a shell is written.
_NUMBERED = re.compile(r"(?<![\w$])\$(?:\d(?![\w%$]| ?[.,]?\d)|[?!=-](?=[\s\"'”»’,.;)]|$))")
_BRACED = re.compile(r"(?<![\w$])\$\{[^\s{}«»]{1,60}\}(?!/[\w.])")  # ${HOME}/.bashrc is a path
_SHELL = re.compile(
    r"\b(?:shells?|bash|scripts?|awk|argumentos?|par[aá]metros?|posicional(?:es)?|macros?|intérprete|sustituci\w+)\b"
    r"|\$[@*#A-Z{]|\$\d ?= ?[\"'a-z]"
)
# A dollar by itself where the text names characters: $, `, o \\.
_ALONE = re.compile(r"(?<![\w$.,)])\$(?=[,;:.)](?!\d)|[\"'»”’]|\[[^\W\d]|$)")
_SIGNS_NAMED = re.compile(
    r"\b(?:[Cc]ar[aá]cter(?:es)?|[Ss]ímbolos?|[Ss]ignos?|[Pp]atr[oó]n(?:es)?|[Cc]omillas)\b|\$\["
)
_SILENT = re.compile(r"[\[\]]")


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for parameters of a shell that no name of a variable is."""
    return (
        Rule("dollar in a list of signs", "sign", ("$",), _ALONE, _say_alone),
        Rule("parameter with signs", "code", ("$",), _SPECIAL, _say),
        Rule("parameter in braces", "code", ("$",), _BRACED, _say_braced),
        Rule("parameter by its number", "code", ("$",), _NUMBERED, _say_numbered),
    )


def _say(match: re.Match[str], paragraph: Paragraph) -> Said:
    blank = " " if match.group() == "$" else ""
    return Said(read_out(match.group(), paragraph.region) + blank)


def _say_alone(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    return _say(match, paragraph) if _SIGNS_NAMED.search(paragraph.text) else None


def _say_braced(match: re.Match[str], paragraph: Paragraph) -> Said:
    """A parameter with its index or its change: dólar nombre arroba; brackets are heard nowhere."""
    inner = _SILENT.sub(" ", match.group()[2:-1])
    return Said(f"dólar {read_out(inner, paragraph.region)}")


def _say_numbered(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    return _say(match, paragraph) if _SHELL.search(paragraph.text) else None
