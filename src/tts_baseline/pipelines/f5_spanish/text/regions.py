"""Regions in text: voseo accents, respelling, and the words that are evidence of a region."""

from __future__ import annotations

import functools
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Record
from tts_baseline.core.registry import nearest
from tts_baseline.pipelines.f5_spanish.plan import RegionClue

_DATA = Path(__file__).with_name("regions.toml")
_PLAIN = str.maketrans("áéíóú", "aeiou")
_WORD = re.compile(r"\w+")
_SHEISMO = re.compile(r"(?:ll|y)(?=[aeiouáéíóúü])", re.IGNORECASE)
_OXYTONE = re.compile(r"\w+[áéí]s?")
_SHORT = 3  # chosen: longer words in capitals are shouted, not abbreviated


class Region(Record, frozen=True, kw_only=True):
    """The data of one region; the head of regions.toml explains each key."""

    voseo: bool = False
    sheismo: bool = False
    evidence: Mapping[str, tuple[str, ...]] = {}


class _Voseo(Record, frozen=True, kw_only=True):
    present: tuple[str, ...]
    imperative: tuple[str, ...]


class _Data(Record, frozen=True, kw_only=True):
    region: Mapping[str, Region]
    voseo: _Voseo


def regions() -> Mapping[str, Region]:
    """All regions by name."""
    return _data().region


def region(name: str) -> Region:
    """The named region; RequestFailed, with the nearest name, if it is unknown."""
    known = regions()
    if name not in known:
        raise RequestFailed(
            f"no region is named {name!r}{nearest(name, known)}",
            where=f"regions: {', '.join(known)}",
            hint='region = "neutral"',
        )
    return known[name]


def restore_accents(text: str) -> str:
    """The text with the accents of voseo forms restored (tenes: tenés)."""
    forms = _accented()

    def restored(match: re.Match[str]) -> str:
        word = match.group()
        form = forms.get(word.lower())
        if form is None:
            return word
        return "".join(new.upper() if old.isupper() else new for old, new in zip(word, form, strict=True))

    return _WORD.sub(restored, text)


def is_voseo(word: str, name: str) -> bool:
    """True for a verb form of vos that ends in a stressed vowel (tenés, mirá), in a region that says vos."""
    return region(name).voseo and word.lower() in _oxytone_voseo()


def respell_sheismo(word: str) -> str:
    """The word with ll and y before a vowel written as sh (calle: cashe); hay, rey, y and muy stay."""

    def respelled(match: re.Match[str]) -> str:
        letters = match.group()
        loud = word.isupper() and len(word) > 1
        return "SH" if loud else "Sh" if letters[0].isupper() else "sh"

    return _SHEISMO.sub(respelled, word)


def detect(text: str) -> tuple[str | None, tuple[RegionClue, ...]]:
    """The region with the most evidence in a text (None: a tie), and the words; each counts once.

    Whole words only: "coche" is no "che". An abbreviation in capitals (OS, SOS) is no evidence.
    """
    pattern, features = _evidence()
    seen: dict[str, RegionClue] = {}
    for match in pattern.finditer(text):
        word = match.group()
        if word.isupper() and len(word) <= _SHORT:
            continue
        name, feature = features[(match.lastindex or 1) - 1]
        seen.setdefault(word.lower(), RegionClue(region=name, feature=feature, word=word))
    votes = Counter(item.region for item in seen.values()).most_common(2)
    clear = len(votes) == 1 or (len(votes) == 2 and votes[0][1] > votes[1][1])
    return (votes[0][0] if clear else None), tuple(seen.values())


@functools.cache
def _data() -> _Data:
    with _DATA.open("rb") as file:
        return msgspec.convert(tomllib.load(file), _Data)


@functools.cache
def _accented() -> Mapping[str, str]:
    """Every voseo form of the table, by its spelling without accents."""
    voseo = _data().voseo
    return {form.translate(_PLAIN): form for form in (*voseo.present, *voseo.imperative)}


@functools.cache
def _oxytone_voseo() -> frozenset[str]:
    """The voseo forms of the table and of the evidence that are stressed on their last syllable."""
    data = _data()
    seen = [word for each in data.region.values() for word in each.evidence.get("voseo", ())]
    forms = (*data.voseo.present, *data.voseo.imperative, *seen)
    return frozenset(form for form in forms if _OXYTONE.fullmatch(form))


def _own_verbs() -> tuple[str, ...]:
    """The voseo forms, with and without accents, that cannot be anything else; those in -í and -ís can."""
    own = [pair for pair in _accented().items() if "í" not in pair[1][-2:]]
    return tuple(form for pair in own for form in pair)


@functools.cache
def _evidence() -> tuple[re.Pattern[str], tuple[tuple[str, str], ...]]:
    """One pattern with a group for each feature, and each group's region and feature."""
    features, groups = [], []
    for name, data in regions().items():
        for feature, patterns in data.evidence.items():
            verbs = _own_verbs() if feature == "voseo" else ()
            features.append((name, feature))
            groups.append(f"({'|'.join((*patterns, *verbs))})")
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)})(?!\w)", re.IGNORECASE), tuple(features)
