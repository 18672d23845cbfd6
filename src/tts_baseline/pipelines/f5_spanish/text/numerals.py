"""The words of whole numbers, ordinals and fractions, in the masculine (OLE and NGLE, on numerals)."""

from __future__ import annotations


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_BELOW_30 = _listed(
    """cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis
    diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco
    veintiséis veintisiete veintiocho veintinueve"""
)
_TENS = _listed("""diez veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa""")
_HUNDREDS = _listed(
    """ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos
    novecientos"""
)
# Long scale: a billón is a million millions (DPD billón).
_SCALES = (
    (10**18, "un trillón", "trillones"),
    (10**12, "un billón", "billones"),
    (10**6, "un millón", "millones"),
)
_ORDINAL_ONES = _listed("""primero segundo tercero cuarto quinto sexto séptimo octavo noveno""")
_ORDINAL_TENS = _listed(
    """décimo vigésimo trigésimo cuadragésimo quincuagésimo sexagésimo septuagésimo octogésimo nonagésimo"""
)
_ORDINAL_HUNDREDS = _listed(
    """centésimo ducentésimo tricentésimo cuadringentésimo quingentésimo sexcentésimo septingentésimo
    octingentésimo noningentésimo"""
)
_ORDINALS = {
    11: "undécimo",
    12: "duodécimo",
    18: "decimoctavo",
    1000: "milésimo",
    10**6: "millonésimo",
}
_PARTS = {2: "medio", 3: "tercio", 100: "centésimo", 1000: "milésimo", 10**6: "millonésimo"}
_LAST_ORDINAL_PART = 10
_LAST_PART = 99  # chosen: nobody names larger parts but the hundredths, thousandths and millionths

LARGEST = 10**24 - 1


def cardinal(number: int) -> str:
    """The words of 0 to LARGEST: veintiún mil, un millón dos."""
    for worth, one, many in _SCALES:
        if number >= worth:
            count, rest = divmod(number, worth)
            head = one if count == 1 else f"{_short(cardinal(count))} {many}"
            return f"{head} {cardinal(rest)}" if rest else head
    thousands, rest = divmod(number, 1000)
    if not thousands:
        return _below_1000(rest)
    head = "mil" if thousands == 1 else f"{_short(_below_1000(thousands))} mil"
    return f"{head} {_below_1000(rest)}" if rest else head


def ordinal(number: int) -> str | None:
    """The ordinal of 1 to 1000 and a million (undécimo, centésimo primero); None for others."""
    if number in _ORDINALS:
        return _ORDINALS[number]
    if not 1 <= number < 1000:
        return None
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        head = _ORDINAL_HUNDREDS[hundreds - 1]
        return f"{head} {ordinal(rest)}" if rest else head
    tens, ones = divmod(number, 10)
    if not tens:
        return _ORDINAL_ONES[ones - 1]
    if not ones:
        return _ORDINAL_TENS[tens - 1]
    return f"decimo{_ORDINAL_ONES[ones - 1]}" if tens == 1 else f"{_ORDINAL_TENS[tens - 1]} {ordinal(ones)}"


def part(number: int) -> str | None:
    """The name of a part of 2 to 99, 100, 1000 and a million (tercio, doceavo); None for others."""
    if number in _PARTS:
        return _PARTS[number]
    if number <= _LAST_ORDINAL_PART:
        return ordinal(number)
    if number > _LAST_PART:
        return None
    joined = cardinal(number).replace(" y ", "i").translate(_BARE)
    return f"{joined[:-1] if joined.endswith(('uno', 'a')) else joined}avo"


_BARE = str.maketrans("éóí", "eoi")


def _below_1000(number: int) -> str:
    if number < 30:
        return _BELOW_30[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return f"{_TENS[tens - 1]} y {_BELOW_30[ones]}" if ones else _TENS[tens - 1]
    if number == 100:
        return "cien"
    hundreds, rest = divmod(number, 100)
    return f"{_HUNDREDS[hundreds - 1]} {_below_1000(rest)}" if rest else _HUNDREDS[hundreds - 1]


def _short(words: str) -> str:
    """The words before mil or millones: veintiún, treinta y un."""
    if words.endswith("veintiuno"):
        return words[:-3] + "ún"
    return words[:-1] if words.endswith("uno") else words
