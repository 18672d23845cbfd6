"""Reads TOML files as people's editors leave them: with or without a byte-order mark, any line ends."""

from __future__ import annotations

import codecs
import sys
import tomllib
from pathlib import Path
from typing import Any

from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.files import read_bounded

_LARGEST = 2**24  # chosen: 16 MiB, a suite of about 100,000 sentences
_WIDE = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def load(path: Path, refusal: type[TtsBaselineError], hint: str) -> dict[str, Any]:
    """The document in a TOML file.

    Raises `refusal` for a file that cannot be read; `hint` is the next step where the document is wrong.
    """
    try:
        data = read_bounded(path, _LARGEST)
    except OSError as error:
        raise refusal(
            f"the file cannot be read: {error.strerror}", where=str(path), hint=f"ls -l {path}"
        ) from error
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        wide = data.startswith(_WIDE)
        why = "but UTF-16 or UTF-32" if wide else f"byte {error.start} is {data[error.start]:#04x}"
        encoding = "utf-16" if wide else "iso-8859-1"
        raise refusal(
            f"not valid TOML: it is not UTF-8, {why}",
            where=str(path),
            hint=f"iconv -f {encoding} -t utf-8 {path} > {path.with_suffix('.utf8.toml')}",
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise refusal(f"not valid TOML: {error}", where=str(path), hint=hint) from error
    except ValueError as error:
        what = f"not valid TOML: it holds a number of more than {sys.get_int_max_str_digits()} digits"
        raise refusal(what, where=str(path), hint=hint) from error
    except RecursionError as error:
        raise refusal("not valid TOML: it is nested too deep", where=str(path), hint=hint) from error
