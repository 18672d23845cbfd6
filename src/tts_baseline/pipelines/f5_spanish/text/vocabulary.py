"""The model's vocabulary, and the guard that replaces or reports everything else."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.hub import placed
from tts_baseline.pipelines.f5_spanish.plan import Omission
from tts_baseline.pipelines.f5_spanish.text.moves import Moves, edited
from tts_baseline.pipelines.f5_spanish.text.options import TABLE
from tts_baseline.pipelines.f5_spanish.text.overrides import names, overrides
from tts_baseline.pipelines.f5_spanish.text.tokenizer import REPLACED

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT = Path(__file__).parent.parent / "vocab.txt"
_HINT = f'{TABLE} vocabulary = "vocab.txt"  # the checkpoint\'s'

# The characters that the Spanish checkpoint was trained on; others in its vocabulary may be untrained.
SPANISH = "abcdefghijklmnopqrstuvwxyzáéíóúüñ"
_TAUGHT = SPANISH + SPANISH.upper() + " .,;:?!¿¡()\"'-"

_DASH = re.compile(r"(?:(?:^|\s+)-+)?\s*—(?:[\s—]|-+(?=[\s—]|$))*|(?:^|\s+)-+(?:\s+|$)")
_OPENING, _CLOSING = "¿¡(", ".,;:?!)"
_IN_WORDS = "'’-"
_SPACES = re.compile(r"\s+")
_SPACE_INSIDE = re.compile(r" (?=[.,;:?!)])()|([¿¡(]) ")
_SPACE_AROUND = re.compile(r"\A | \Z")
_REASONS = {
    "L": "a letter that Spanish does not have",
    "M": "a combining mark without its letter",
    "N": "a number sign without a reading",
    "P": "a punctuation mark without a counterpart",
    "S": "a sign or picture without a reading",
    "Z": "a separator",
    "C": "an invisible or unassigned character",
}


class Admission(NamedTuple):
    """A text in the model's characters, what was left out of it, and the moves to it."""

    text: str
    omissions: tuple[Omission, ...] = ()
    moves: tuple[Moves, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """The tokens of a model, in the order of their indices; the first is the space."""

    tokens: tuple[str, ...]

    @classmethod
    def default(cls) -> Vocabulary:
        """The vocabulary of the published checkpoints: 2,545 tokens, from f5-tts (MIT)."""
        return _default()

    @classmethod
    def read(cls, path: str | Path) -> Vocabulary:
        """The vocabulary in a UTF-8 file with one token a line, with LF or CRLF.

        Raises PipelineError for a file that is missing, empty or not UTF-8, whose first token is not a space,
        or that has a token twice.
        """
        path = Path(path)
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise _not_read(f"the vocabulary cannot be read: {error.strerror}", path) from error
        except UnicodeDecodeError as error:
            raise _not_read("the vocabulary is not UTF-8 text", path) from error
        tokens = tuple(text.replace("\r\n", "\n").removesuffix("\n").split("\n"))
        if not text.strip("\r\n"):
            raise _not_read("the vocabulary is empty", path)
        if tokens[0] != " ":
            raise _not_read(f"the vocabulary starts with {tokens[0]!r}, not with a space", path)
        if len(set(tokens)) < len(tokens):
            twice = next(token for token in tokens if tokens.count(token) > 1)
            raise _not_read(f"the vocabulary has the token {twice!r} twice", path)
        return cls(tokens)

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: str) -> bool:
        return token in self._index

    @functools.cached_property
    def _index(self) -> dict[str, int]:
        return {token: index for index, token in enumerate(self.tokens)}

    def encode(self, tokens: Sequence[str]) -> list[int]:
        """The index of each token; 0 for an unknown one, as in upstream's `list_str_to_idx`."""
        return [self._index.get(token, 0) for token in tokens]

    def admit(self, text: str) -> tuple[str, tuple[Omission, ...]]:
        """The text on one line, in characters that the model was trained on, and what was left out of it.

        Other characters are replaced as `rows/*.toml` say (« by ", … by ..., é by e if the vocabulary
        lacks it), digits and signs by their names, foreign letters by their base letter, and a dash between
        words by a comma. All else is left out and reported. The text may be lower-cased later.
        """
        admitted = self.admission(text)
        return admitted.text, admitted.omissions

    def admission(self, text: str) -> Admission:
        """As `admit`, with the moves from the given text to the admitted one."""
        omissions: list[Omission] = []

        def replace(match: re.Match[str]) -> str:
            spoken, left_out = self._replace(match)
            omissions.extend(left_out)
            return spoken

        rounds = []
        text = unicodedata.normalize("NFC", text)
        for pattern, say in (
            (self._foreign, replace),
            (_DASH, self._dash),
            (_SPACES, lambda _: " "),
            (_SPACE_INSIDE, lambda match: match[1] or match[2] or ""),
            (_SPACE_AROUND, lambda _: ""),
        ):
            text, moves = edited(pattern, text, say)
            rounds.append(moves)
        return Admission(text, tuple(omissions), tuple(rounds))

    def _replace(self, match: re.Match[str]) -> tuple[str, list[Omission]]:
        """The replacement of a run of untrained characters, and what of it is left out."""
        text, start = match.string, match.start()
        spoken, left_out = "", [""]
        on_letter = text[start - 1 : start].isalpha()
        for index, char in enumerate(match.group(), start):
            if unicodedata.category(char)[0] == "M":
                replacement = "" if on_letter else None
            else:
                beside = text[index - 1 : index] + text[index + 1 : index + 2]
                replacement = self._said(char, alone=not any(map(str.isalpha, beside)))
                on_letter = char.isalpha() and replacement is not None
            if replacement is None:
                left_out[-1] += char
            else:
                spoken += replacement
                left_out.append("")
        around = (text[start - 1 : start], text[match.end() : match.end() + 1])
        between = all(char.isalnum() or char in _IN_WORDS for char in around if char) and all(around)
        if not spoken and between and any(unicodedata.category(char)[0] in "NPS" for char in match.group()):
            spoken = " "
        if spoken[-1:].isalnum() and around[1].isalnum() and _is_sign(left_out[-1][-1:]):
            spoken += " "  # a sign that is left out still ends a word
        return spoken, [_omission(part) for part in left_out if part]

    def _said(self, char: str, *, alone: bool = False) -> str | None:
        """The replacement of a character, in trained characters; None if there is none."""
        if char.isspace():
            return " "
        if char in self._known or char == "—":
            return char
        data = _replacements(alone=alone)
        parts = data.get(char) or unicodedata.normalize("NFKD", char)
        if unicodedata.category(char) == "Nd":
            parts = data[str(unicodedata.decimal(char))]
        if parts == char:
            return None
        pieces = [self._said(part) for part in parts if unicodedata.category(part)[0] != "M"]
        replacement = "".join(part or "" for part in pieces)
        return replacement if replacement.strip() and None not in pieces else None

    def _dash(self, match: re.Match[str]) -> str:
        """The replacement of a dash between words: a comma, or none if another mark makes the pause."""
        before = match.string[match.start() - 1 : match.start()]
        after = match.string[match.end() : match.end() + 1]
        if not (before and after) or before in _OPENING or after in _CLOSING:
            return ""
        return " " if before in _CLOSING or after in _OPENING or "," not in self._known else ", "

    @functools.cached_property
    def _known(self) -> frozenset[str]:
        """The trained characters in the vocabulary, also in lower case, as the tokenizer writes them."""
        return frozenset(
            char for char in _TAUGHT if all(form.translate(REPLACED) in self for form in (char, char.lower()))
        )

    @functools.cached_property
    def _foreign(self) -> re.Pattern[str]:
        return re.compile(f"[^{re.escape(''.join(sorted(self._known)))}—]+")


@functools.cache
def _default() -> Vocabulary:
    return Vocabulary.read(DEFAULT)


@functools.cache
def _replacements(*, alone: bool) -> dict[str, str]:
    """The replacement of each character; names have spaces around them."""
    data = overrides()
    called = names(tuple(row for row in data.symbol if alone or not row.alone), "")
    # Capitals have the name of the small letter, but the capital of the micro sign is that of mu.
    capitals = {char.upper(): name for char, name in called.items() if char.upper().lower() == char}
    called = capitals | called
    return {char: f" {name} " for char, name in called.items()} | names(data.character, "")


def _is_sign(char: str) -> bool:
    return bool(char) and unicodedata.category(char)[0] in "NPS"


def _omission(part: str) -> Omission:
    what = part if part.isprintable() else " ".join(f"U+{ord(char):04X}" for char in part)
    return Omission(what=what, reason=_REASONS[unicodedata.category(part[0])[0]])


def _not_read(what: str, path: Path) -> PipelineError:
    return PipelineError(what, where=str(path), hint=_HINT)


def vocabulary_of(path: str | None, *, root: Path) -> Vocabulary:
    """The vocabulary in the file that a setting names, see `placed`; without one, upstream's."""
    return Vocabulary.read(placed(path, root=root)) if path else Vocabulary.default()
