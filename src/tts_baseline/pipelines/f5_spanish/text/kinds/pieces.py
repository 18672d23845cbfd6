"""Names that nobody can say as they stand (getwchar, systemd), in the pieces in which people say them."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from tts_baseline.pipelines.f5_spanish.text.overrides import words

# What a syllable begins and ends with, in Spanish and in the languages that it borrows from.
ONSETS = (
    r"[bcfgkptv]l|[bcdfgkptvw]r|s(?:[ckpt][rl]?|[mnlwvqf]|h[rlmnw]?|ch[rlmnw]?)|[tckpwrgbdz]h[rl]?|ll|p[nst]|[gkm]n"
    r"|t[szlwj]|cz|[kgdh]w|d[jz]|fj|[b-df-hj-np-tv-z]"
)
_ONSET = re.compile(f"{ONSETS}|dl")  # within a word
_CODA = re.compile(
    r"[b-df-hj-np-tvwxz]|m[bpftsn]|n[cdgkstxzfhvn]|l[bcdfgkmnpstvxl]|r[bcdfgklmnpstvxzr]|[bcdfgkptwx]s|s[cskpt]|[cp]t|[cgkpstwr]h"
    r"|ck|ft|xt|([bdfgpczt])\1s?|gn|n?ch[ts]?|lch|rch|n[cds]t|ndt?s?|nk?ts?|ng(?:s|th)|tch|ckts?|s?cht?|r[s]t|r[tkdmngp]s|[rdplnxf]?th"
    r"|ghts?|mp?ts?|mps|[cps]ts|[sn]ks|cks|[ct]hs|w[lnkd]s?|lfs?|lls|lds|rlds?|mns|lns|lts|sms?|[bds]l|ddrs?|dt|rtz|ltz|ntz"
)
_VOWELS = re.compile(r"[aeiouy]+")
_STOPPED = re.compile(r"q(?!u|\Z)|cv|\Aisw")
_LONGEST_SPELLED = 7  # chosen: nobody spells more letters in a row
_SHORTEST_CHUNK = 3  # chosen: two letters are no word by themselves
_KNOWN, _CHUNK, _SPELLED, _LETTER = 10, 24, 3, 6  # chosen: a known piece first, then few letters, then a rest
_SURE = 4  # chosen: shorter words stand in other words by chance


class NamePart(NamedTuple):
    """A piece of a name: said as a word, or spelled."""

    text: str
    spelled: bool
    known: bool = False


_PLURAL = NamePart("s", spelled=True)  # ioctls, as CPUs


@functools.lru_cache(maxsize=4096)
def sayable(small: str) -> bool:
    """True if a word can be said, in Spanish or as a word of another language: script, but not printf."""
    runs = _VOWELS.split(small)
    if len(runs) == 1 or _STOPPED.search(small):
        return False
    first, *inner, last = runs
    begins = not first or _ONSET.fullmatch(first)
    ends = not last or _CODA.fullmatch(last)
    return bool(begins and ends) and all(map(_between, inner))


def pieces(small: str, *, typed: bool = False) -> tuple[NamePart, ...]:
    """The pieces of a name that cannot be said; none if it can, or if nobody knows which it has.

    typed: it stands among what is typed, where any piece that can be said is one.
    """
    if any(small in words(kind) for kind in ("english", "said", "typed")) or sayable(small):
        return ()
    found = _cheapest(small)
    if found[-1] == _PLURAL and not found[-2].spelled:
        found = (*found[:-2], found[-2]._replace(text=f"{found[-2].text}s"))
    elif found[-1] == _PLURAL and not typed:
        found = found[:-1]
    if typed or len(small) <= _SURE or all(piece.known or len(piece.text) < _SURE for piece in found):
        return found
    return ()


@functools.lru_cache(maxsize=4096)
def _cheapest(small: str) -> tuple[NamePart, ...]:
    """The pieces that cost least: known ones, single letters, and chunks that can be said."""
    best: list[tuple[int, tuple[NamePart, ...]]] = [(0, ())]
    for end in range(1, len(small) + 1):
        ways = ((*way, _price(small[start:end])) for start, way in enumerate(best))
        best.append(min((cost + price[0], (*before, price[1])) for cost, before, price in ways if price))
    return best[-1][1]


def _price(chunk: str) -> tuple[int, NamePart] | None:
    """What a piece costs, and how it is said; None for what is none."""
    if chunk in words("spelled"):
        return _KNOWN, NamePart(chunk, spelled=True, known=True)
    if chunk in words("english") or chunk in words("piece"):
        return _KNOWN, NamePart(chunk, spelled=False, known=True)
    if len(chunk) >= _SHORTEST_CHUNK and sayable(chunk):
        return _CHUNK, NamePart(chunk, spelled=False)
    if len(chunk) <= _LONGEST_SPELLED:
        return _SPELLED + _LETTER * len(chunk), NamePart(chunk, spelled=True)
    return None


def _between(run: str) -> bool:
    """True if the consonants between two vowels end a syllable and begin the next."""
    return any(
        (not cut or _CODA.fullmatch(run[:cut])) and _ONSET.fullmatch(run[cut:]) for cut in range(len(run))
    )
