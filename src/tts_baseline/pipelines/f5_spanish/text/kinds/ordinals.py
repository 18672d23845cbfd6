"""Ordinals in digits: 3.er piso, 1ra vez, 12.º, 2ºB."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.agreement import noun_gender
from tts_baseline.pipelines.f5_spanish.text.amounts import ordinal
from tts_baseline.pipelines.f5_spanish.text.kinds.abbreviations import expanded
from tts_baseline.pipelines.f5_spanish.text.kinds.spelling import spell
from tts_baseline.pipelines.f5_spanish.text.overrides import words
from tts_baseline.pipelines.f5_spanish.text.rules import DIGIT, Paragraph, Rule, Said

_AFTER_DEGREES = "bajo|sobre|norte|sur|este|oeste|centígrados|para|por|con|sin|más|menos|del?|en|al?"
_MONTH = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
# Before these a letter that a keyboard has stands for ª and º: 2a edición.
_FEMININE = (
    "edición|parte|fase|etapa|vez|planta|división|generación|temporada|clase|ronda|fila|línea|sección|versión"
    "|sesión|semana|quincena|edad|persona|posición|vuelta|opción|categoría|jornada|guerra|mano|convocatoria|prueba|página"
)
_MASCULINE = (
    "piso|grado|lugar|puesto|año|curso|trimestre|semestre|bimestre|nivel|ciclo|capítulo|acto|tomo|grupo|día"
)
_ORDINAL = re.compile(
    r"(?<![^\W_])(?P<place>\d{1,3}(?:\.\d{3})+|\d{1,4})"
    r"(?:(?:\.| )?(?P<mark>[ºª]s?|ᵉʳ|ᵒ|ᵃ)(?: ?(?P<door>[ABDEG-Z])(?![^\W_]|\.?[A-Z]))?"
    r"|\.(?P<dotted>er|os|as|o|a)\b|\.(?P<wrong>°)"
    r"|(?P<ending>er[oa]?s?|[rdtmvn][oa]s?)\b(?:\.(?= [a-záéíóúñ]))?"
    rf"|(?P<bare>a)(?= (?:{_FEMININE})\b)|(?P<bare_o>o)(?= (?:{_MASCULINE})\b)"
    r"|(?<=[«“\"]\d)(?P<quoted>[oa])(?=[»”\"])"
    rf"|°(?= (?:(?!(?:{_AFTER_DEGREES})\b)[a-záéíóúñ]{{3,}}|de (?:{_MONTH})\b)))(?![^\W_])"
)
_NOUN = re.compile(" ([a-záéíóúñ]{3,}|[A-ZÁÉÍÓÚÑ]{5,})")
_PLURAL_OR_VERB = re.compile("(?:s|[aeo]n|[áéíó])$")


def rules(region: str) -> tuple[Rule, ...]:
    """The rule for ordinals."""
    return (Rule("ordinal", "ordinal", (DIGIT,), _ORDINAL, _say),)


def _say(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """An ordinal's words; its mark decides the gender, or after a degree sign the noun (3° año).

    Before a masculine noun primero and tercero are shortened, whatever the mark (DPD, primero).
    """
    mark = match["mark"] or match["dotted"] or match["ending"]
    mark = mark or match["bare"] or match["bare_o"] or match["quoted"] or ""
    feminine = mark.rstrip("s").endswith(("ª", "a", "ᵃ"))
    if match["ending"] == "ers" and match["place"][-1] not in "13":
        return None  # 76ers
    after = _NOUN.match(paragraph.text, match.end())
    noun = after.group(1).lower() if after and after.group(1).lower() not in words("not-noun") else ""
    if after and expanded(paragraph, after.start(1)):
        noun = ""
    if noun and not mark:
        feminine = noun_gender(noun) == "f"
    before_noun = bool(noun) and not _PLURAL_OR_VERB.search(noun)
    short = not feminine and (before_noun or mark in ("er", "ᵉʳ"))
    place = match["place"].replace(".", "")
    spoken = ordinal(place, "f" if feminine else "m", short=short, many=mark.endswith("s"))
    return Said(f"{spoken} {spell(match['door'], paragraph.region)}" if match["door"] else spoken)
