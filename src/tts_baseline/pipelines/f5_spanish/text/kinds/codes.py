"""Codes: letters and digits written together, chains of numbers, accounts."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal, digits
from tts_baseline.pipelines.f5_spanish.text.kinds.links import read_out
from tts_baseline.pipelines.f5_spanish.text.kinds.spelling import (
    as_word,
    parted,
    spell,
    typed,
    with_acronym,
    with_head,
)
from tts_baseline.pipelines.f5_spanish.text.overrides import words
from tts_baseline.pipelines.f5_spanish.text.rules import (
    CAPITALS,
    DIGIT,
    JOINED,
    LETTER,
    Paragraph,
    Rule,
    Said,
)

_ACCOUNT = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_LETTER = "[^\\W\\d_¼½¾⅐-⅞\u2e80-\U0003ffff]"  # a Chinese sign is no letter of a code
_CODE = re.compile(rf"(?<![^\W_])(?:{_LETTER}+(?:[-‑]?\d+{_LETTER}*)+|\d+{_LETTER}+(?:-?\d+{_LETTER}*)*)")
_HEX = re.compile(
    r"(?<![^\W_])0x[0-9A-Fa-f]+(?![^\W_])|(?<=\b[Ii]nt )[0-9A-Fa-f]{2}h(?![^\W_])"
    r"|(?<!LP: )(?<!bug )(?<!error )(?<!Closes: )#[0-9A-Fa-f]{6}(?![^\W_])"
    r"|(?<![^\W_])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![^\W_])"
)
# A colour by three digits, where the text talks of colours: #35b.
_COLOUR = re.compile(r"(?<![\w&])#(?=\w*\d)(?P<digits>[0-9A-Fa-f]{3})(?![^\W_])")
_OF_COLOURS = re.compile(r"(?i:\b(?:color(?:es)?|hex(?:adecimal(?:es)?)?|rgb|css|html|fondo)\b)")
_LETTERS = re.compile(r"(?<![\w:])[A-Z]:[A-Z](?![\w:]|\.\w)")  # A:E
_CHAIN = re.compile(r"(?<![^\W_])\d+(?:-\d+){2,}(?!\d)")
_SLASHED = re.compile(r"(?<![^\W_])\d+(?:/\d+)*/[A-Z]{1,5}(?![^\W_])")
# The number of a decree, its year and who gave it: 054-93-EM.
_DECREE = re.compile(r"(?<![\w-])\d{2,4}-\d{2,4}(?:[-/][A-Z]{1,8})+(?![\w-])")
_PLATE = re.compile(
    r"(?<![^\W_])(?:[A-Z]{1,2}-\d{4}-[A-Z]{1,2}|(?<=\bpatente )[A-Z]{2} \d{3} [A-Z]{2}"
    r"|(?<=\bplaca )[A-Z]{2} \d{3} [A-Z]{2})(?![^\W_])"
)
_CARD = re.compile(r"(?<![\w.])(?P<number>\d{1,2}(?:\.\d{3}){2})-(?P<check>[\dkK])(?![\w-]|[.,]\d)")
# A field of a format: %20V, %-10s, %.1f, %lu.
_FORMAT = re.compile(
    r"(?<![\w%])%(?P<field>[-+#]?\d{0,3}(?:\.\d{1,2})?(?:l{1,2}(?=[dux]))?[A-Za-z])(?![^\W_])"
)
# A device and its slot, as Linux lists them: 1002:954f, 04:00.0 VGA compatible controller.
_ESCAPED = re.compile(r"\\(?P<number>[0-7]{1,3})(?!\w)")  # a character by its number: \033
_ESCAPES = re.compile(r"(?:%[0-9A-F]{2}){2,}(?![0-9A-Fa-f])")  # letters in an address: %E8%BB%8A
_DEVICE = re.compile(
    r"(?<![\w:.])(?:(?=[\d:]*[a-f]|(?<=\[))[0-9a-f]{4}:[0-9a-f]{4}(?![\w:.])"
    r"|(?:[0-9a-f]{4}:)?[0-9a-f]{2}:[01][0-9a-f]\.[0-7]"
    r"(?= [^.:]{0,40}\b(?:controller|bridge|adapter|device)\b))"
)
_SIX = re.compile(  # an address of version 6: 2001:db8::1
    r"(?<![\w:.])(?=[\da-f:]*::|(?:[\da-f]{1,4}:){4})[\da-f]{1,4}(?:::?[\da-f]{1,4})+(?:::)?(?:/\d{1,3})?(?![\w:.]\w)"
    r"|(?<![\w:])::(?=[\da-f:]*\d)[\da-f]{1,4}(?::[\da-f]{1,4})*(?:/\d{1,3})?(?![\w:])"
)
_BYTE = r"(?:1\d\d|2[0-4]\d|25[0-5])"
# An address whose parts all have three digits, as groups of thousands have; no amount with its noun.
_FOUR = re.compile(
    rf"(?<![\w.,])(?:{_BYTE}\.){{3}}{_BYTE}(?![\w%]|[.,]\d| ?[$€%]| (?:de )?[a-záéíóúñ]{{2,}}s\b)"
)
_OF_NETWORKS = re.compile(
    r"(?i:\b(?:ip|ipv4|direcci[oó]n(?:es)?|máscaras?|red(?:es)?|servidor(?:es)?|equipos?|ordenador(?:es)?|host|dns|router"
    r"|difusión|interfaz)\b)"
)
_MASKED = re.compile(r"(?<!\w)[01]{1,6}(?P<any>[xyz])(?P=any){1,6}(?!\w)")  # 1110xxxx: bits of any value
_BITS = re.compile(
    r"(?<![\w.,])(?:[01]{4}(?: [01]{4})+|[01]{8}(?: [01]{8})+)(?!\d| \d|[.,]\d)"
    r"|(?<=[«“\"'‘`])(?:0[01]{3,31}|(?!\d*000\b)[01]{7,32})(?=[»”\"'’`])"  # quoted: «1111111»
)
# A byte in hexadecimal, where the text says that numbers are: el 0A en hexadecimal.
_OCTET = re.compile(r"(?<![\w.,])(?:\d[A-Fa-f]|[A-F]\d)(?![\w-]|[.,]\d)")
_OF_BYTES = re.compile(r"(?i:\bhexadecimal)")
# Versions of one thing: MPEG1/2/4; parts of one standard: ISO 8859-1/2.
_VERSIONS = re.compile(r"(?<![^\W_])(?P<code>[A-Za-z]+\d{1,2})(?P<others>(?:/\d{1,2})+)(?![\w/]|[.,]\d)")
_PARTS = re.compile(r"(?<![\w.-])(?P<code>\d{4,5}-\d{1,2})(?P<others>(?:/\d{1,2})+)(?![\w/]|[.,]\d)")
# How colours are sampled: YUV 4:2:0.
_SAMPLED = re.compile(r"(?<![\w:.,-])4:[0-4]:[0-4](?::4)?(?![\w:]|[.,]\d)")
_PAIRED = re.compile("[:-]")
_VERSION = re.compile(r"(?<=[A-Z]{3})v(?=\d)")  # SUSv4
_PART = re.compile(r"[^\W\d_]+|\d+")
_LONGEST_READ = 4  # chosen: a year is read as a number, longer codes digit by digit
_SHORTEST_ACRONYM = 3  # chosen: two capitals (TV, UE) are spelled


def exact(region: str) -> tuple[Rule, ...]:
    """The rules for codes whose form is unmistakable: hexadecimals and accounts."""
    return (
        Rule("number with letters", "code", (DIGIT,), _SLASHED, _say_slashed),
        Rule("number of a decree", "code", (DIGIT,), _DECREE, _say_decree),
        Rule("versions with slashes", "code", (JOINED,), _VERSIONS, _say_versions),
        Rule("parts with slashes", "code", (DIGIT,), _PARTS, _say_parts),
        Rule("hexadecimal", "code", (DIGIT, JOINED, "#"), _HEX, _say_hex),
        Rule("short colour", "code", ("#",), _COLOUR, _say_colour),
        Rule("letters around a colon", "code", (LETTER, "A", "E", "I", "O", "U", "Y"), _LETTERS, _say_masked),
        Rule("sampling of colours", "code", (DIGIT,), _SAMPLED, _say_sampled),
        Rule("address of version 6", "link", (DIGIT, JOINED, ":"), _SIX, _say_device),
        Rule("address of version 4", "link", (DIGIT,), _FOUR, _say_four),
        Rule("bits with letters", "code", (DIGIT,), _MASKED, _say_masked),
        Rule("byte", "code", (DIGIT, JOINED), _OCTET, _say_octet),
        Rule("groups of bits", "number", (DIGIT,), _BITS, _say_bits),
        Rule("device", "code", (DIGIT, JOINED), _DEVICE, _say_device),
        Rule("account", "code", (JOINED,), _ACCOUNT, _say_account),
        Rule("plate", "code", (JOINED, CAPITALS), _PLATE, _say_code),
        Rule("escaped number", "code", ("\\",), _ESCAPED, _say_escaped),
        Rule("escaped letters", "code", ("%",), _ESCAPES, _say_escapes),
        Rule("field of a format", "code", ("%",), _FORMAT, _say_format),
        Rule("identity card", "code", (DIGIT,), _CARD, _say_card),
    )


def chains(region: str) -> tuple[Rule, ...]:
    """The rule for chains of numbers."""
    return (Rule("chain", "code", (DIGIT,), _CHAIN, _say_chain),)


def mixed(region: str) -> tuple[Rule, ...]:
    """The rule for letters and digits written together that are no quantity with its unit."""
    return (Rule("code", "code", (JOINED, DIGIT), _CODE, _say_code),)


def code(written: str, region: str) -> str:
    """The words of letters and digits written together: MP3 is eme pe tres, COVID-19 is COVID diecinueve."""
    spoken = []
    for part in _PART.findall(_VERSION.sub(" v ", written)):
        if part.isdecimal():
            spoken.append(cardinal(part) if len(part) <= _LONGEST_READ else digits(part))
        else:
            headed = with_head(part, region)
            is_word = not headed and as_word(part) and (len(part) >= _SHORTEST_ACRONYM or not part.isupper())
            said = with_acronym(part, region) if is_word else _spelled(part, region)
            spoken.append(parted(said, region, typed=True))
    return " ".join(spoken)


def _spelled(part: str, region: str) -> str:
    return spell(part, region) if part.isupper() else typed(part, region)


def _say_account(match: re.Match[str], paragraph: Paragraph) -> Said:
    """An IBAN's words, character by character, with a pause after every four."""
    written = match.group().replace(" ", "")
    spelled = [digits(char) if char.isdecimal() else code(char, paragraph.region) for char in written]
    return Said(", ".join(" ".join(spelled[i : i + 4]) for i in range(0, len(spelled), 4)))


def _say_decree(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(" ".join(code(part, paragraph.region) for part in re.split("[-/]", match.group())))


def _say_versions(match: re.Match[str], paragraph: Paragraph) -> Said:
    others = "".join(f" barra {cardinal(part)}" for part in match["others"].split("/")[1:])
    return Said(code(match["code"], paragraph.region) + others)


def _say_sampled(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(digits(match.group().replace(":", "")))


def _say_parts(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    standard = paragraph.word_before(match.start()).lower() in words("coded")
    return _say_versions(match, paragraph) if standard else None


def _say_hex(match: re.Match[str], paragraph: Paragraph) -> Said:
    """Character by character; the pairs of an address by pairs."""
    groups = _PAIRED.split(match.group().lstrip("#"))
    return Said(", ".join(code(" ".join(group), paragraph.region) for group in groups))


def _say_colour(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    if not _OF_COLOURS.search(paragraph.text):
        return None
    return Said(code(" ".join(match["digits"]), paragraph.region))


def _say_device(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(read_out(" ".join(match.group()), paragraph.region))


def _say_four(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    address = _OF_NETWORKS.search(paragraph.text)
    return Said(read_out(match.group(), paragraph.region)) if address else None


def _say_masked(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(read_out(" ".join(match.group()), paragraph.region))


def _say_octet(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    if not _OF_BYTES.search(paragraph.text):
        return None
    return Said(code(" ".join(match.group()), paragraph.region))


def _say_bits(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(", ".join(map(digits, match.group().split())))


def _say_escaped(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(f"barra inversa {digits(match['number'])}")


def _say_escapes(match: re.Match[str], paragraph: Paragraph) -> Said:
    pairs = match.group().split("%")[1:]
    return Said(", ".join(f"por ciento {code(' '.join(pair), paragraph.region)}" for pair in pairs))


def _say_format(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(f"por ciento {read_out(match['field'], paragraph.region)}")


def _say_card(match: re.Match[str], paragraph: Paragraph) -> Said:
    """A number with groups and a check digit after a dash, as Chile's RUT: a number, and the digit."""
    number = cardinal(match["number"].replace(".", ""), grouped=True)
    return Said(f"{number} guion {code(match['check'], paragraph.region)}")


def _say_slashed(match: re.Match[str], paragraph: Paragraph) -> Said:
    parts = match.group().split("/")
    spoken = [cardinal(part) if part.isdecimal() else spell(part, paragraph.region) for part in parts]
    return Said(" barra ".join(spoken))


def _say_chain(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(" ".join(cardinal(part) for part in match.group().split("-")))


def _say_code(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(code(match.group(), paragraph.region))
