"""Tokenization, syllables and stress: known answers, and agreement with silabeador (LGPL, tests only)."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts_baseline.pipelines.f5_spanish.text.words import UNSTRESSED, analyse, side, tokenize

# Stressed syllable in capitals, by hand, from RAE's Ortografía (2010) and dictionaries.
KNOWN = """
    ca-MIÓN re-LOJ a-É-re-o LÍ-ne-a cons-truc-CIÓN a-HÍ BÚ-ho ra-ÍZ ba-HÍ-a ta-HÚR ve-HÍ-cu-lo
    prohi-BIR ahu-MAR rehu-SAR buhar-DI-lla de-SAHU-cio ca-ca-HUE-te ma-ri-HUA-na vi-HUE-la
    al-co-HOL GUE-rra GUÍ-a se-GUIR QUE-so QUIE-ro pin-GÜI-no lin-GÜÍS-ti-ca ver-GÜEN-za A-gua CA-sa
    GUION TRUHAN HUIR cons-TRUIR cons-TRUÍ-a CUÍ-da-te chi-I-ta BUEY a-ve-ri-GUÁIS cam-BIÁIS
    sa-LÍ-ais o-Í-ais pa-ra-NO-ia HIOI-des MIAU MA-yo a-YER PLA-ya YO REY MUY u-ru-GUAY es-TOY
    WHIS-ky YA-te y-ri-GO-yen CA-lle PE-rro NO-che mu-CHA-cho cons-TAN-te obs-TÁ-cu-lo abs-TRAC-to
    ins-tru-MEN-to trans-POR-te es-DRÚ-ju-lo AT-las ex-hi-BIR al-HA-ja in-hu-MA-no ad-he-RIR
    des-ha-CER e-XA-men EX-tra ac-CIÓN BLAN-co BRA-zo a-PLAU-so CLA-ro CRÁ-ter DRA-ma flo-TAR
    ro-BOTS BÍ-ceps can-CIÓN CÓ-mic OR-den ci-PRÉS LÁ-piz rá-pi-da-MEN-te fe-liz-MEN-te MEN-te
    cle-MEN-te hi-po-po-to-mons-tro-ses-qui-pe-da-lio-FO-bia ñan-DÚ
"""

WORDS = """
    abierta abuela aburrida accede actriz actuado actuar adentro administrador administrativos
    admisión adquiere advirtió aerolínea aficionado afiliados agua alcanzó alemán almacén amén ancho
    antorcha anunciada anécdotas aplicaciones aplicar aportación apuesta archivo arias armamento
    asesinaron asociada asqueroso atacó atrae atribuye autonomía autos auténtica ayudado ayudante
    ayudaron ayude ayudó bailar bailes ben bola boletín bombardeo brindan béisbol caen campeona
    canaria cancelación capturado castro causó caí celosa celular cercanía cercanías ceremonias
    cerró chapa cheque chocó ciega circunstancias cliente clientes clásicos cohetes combinación
    comerciante comercios cometiendo comisiones comisión competición complejas complejo compré
    compuesto concilio condicional conexión conferencia confesión confianza confiar conociendo
    conocí consideró consiguiente consistía constantes consuelo contemporáneo contextos contratos
    contribución contribuyó convencionales cordón cortés creada creamos creas creerlo creyeron criar
    criollo criticó cualidades cuanto cubrió cuello cuántas códigos deberías debían decepcionado
    decirnos declaró decía dejaré democrática demora denunció depende dependiendo descendiente
    descrito descubrieron deseos desperté despidió destruyendo detrás devuelve diarios dicho diez
    dinosaurios dirán discos disminuido disminuye dispuestas distinguido doce doy echo ejecución
    ejercicios elaboración embarcaciones emocionada emocionales empresa empresario encontraba
    encuentras energético enfrentan enfrentó entendió enterarse entierro envíe escrituras escuchamos
    escuchan espacios especializadas especializados espía espías estaciones estadística estalló
    estrada estrecho estudia estudiado estudio estudios estuvieran estuvieras estáis estándar estás
    etapa europeo evidencia evolución excepto exceso existen expedición experimentar expertos
    explicó exportación expuestas extendió externo facial filtro franquismo frágil fuesen fui
    funcionó ganamos ganancia genético gestiones gobierno grandioso guardián guardo guías habitante
    habituales hablando hable habrá habría habéis haces haciéndose hacía harás hayamos hazlo herir
    historial hogar homosexuales hondo hora horno hoyo huele huerta ibérica ideales ideológico
    idioma idiotas imperialismo implantación impresionado inaugural incendio incendios incentivos
    incluye industria industrias ingresa ingresar inicialmente iniciaron iniciativas inmigración
    insistencia instalado insuficiencia internacionalmente inusual iré juegan juicios júpiter lana
    lateral laurel lección lesión libera licencias literaria literario llamé llegó luchador línea
    mafia maniobras mapa marruecos material materiales memorial mencionadas menores menos mensual
    metiendo mezcla miembros migración milímetros misericordia mismas modernas moisés molestia
    monstruos montaña mostrado movió muchos muchísimo mueren mutuamente máximas médicas módulo móvil
    nacionalidad nacionalismo nadie negligencia nombrados nombramiento nominación norteamericana
    nosotras noticias noviembre novios núcleo obstáculos ocasionalmente occidentales occidente
    oficio ofreció ofrecía olimpiadas olímpica olímpico opciones opresión optar oxígeno paisajes
    pandemia parecería pareciera participación partidarios parto parís patriotismo paula pañuelo
    pegado peligrosas películas pendientes peor perdida pertenecientes peruana peruano piensan
    pirámide planeado plato plástico podrá político políticos porquería porqué posesiones posesión
    precios preciosa preguntaba premio preocupaciones presentando presentes preservación presionar
    presupuestos pretendía pretexto prevé primarias progresiva proporcionan propuesto proteínas
    provee proveer provincia provinciales proyectar práctica prácticos príncipe próximas psicológico
    publicidad pudiendo puede puesta pájaros quedes quedé quemada racha radial radicalmente rayas
    realizó reclamación recomendación recuerda reflexiones regresó regularidad relación remedio
    renovación rentas reparaciones reportes republicana residencial respondiendo respuestas reunió
    revelación revoluciones rioja rol rompieron roque rotación sabias sabías salarial saliera salud
    sanción saque saqueo sarmiento sea secciones seguiría seguí seguían seis seleccionado
    selecciones sienta significativamente siguientes silva single singular sirviendo sofá solían
    sombras sospechas sports subir sufrimiento suizo suministro superior superiores superioridad
    supo supuesto supuso tardó templos temática tendrían tenia teniendo tentación teoría tercio
    tercios texto teórico tierra tiroteo tomó toque torres tos trabaje trabajé traes traigan
    tranquilo transacciones transferencias transformado trauma turístico técnicos túnel unieron
    universitario unió venido veía viaje vicio victoria victorias viene visión viviendo vivió
    vocación voló votación ácidos ésa ética órbita únete
    incluía adherir software prohibido ahumado búhos cohibida alhaja deshielo exhausto paraguas huésped hueso
    huía fluido jesuita veintiún dieciséis actúe evalúa reúne aúlla vahído rehén truhan miau guau
"""

# Where the two differ, and why ours is kept.
EXCEPTIONS = {
    # Two different closed vowels are a diphthong by RAE's convention (2010, II 3.2), accented or not;
    # silabeador agrees in construía.
    "incluía": "in-cluí-a",
    "huía": "huí-a",
    "veintiún": "vein-tiún",
    # The prefix ends a syllable: silabeador agrees in inhumano. No Spanish syllable begins with tw.
    "adherir": "ad-he-rir",
    "software": "soft-wa-re",
}


def split(word: str) -> str:
    syllables, stress = analyse(word)
    return "-".join(s.upper() if i == stress else s for i, s in enumerate(syllables))


@pytest.mark.parametrize("expected", KNOWN.split())
def test_known_syllables_and_stress(expected: str) -> None:
    assert split(expected.replace("-", "").lower()) == expected


def test_syllables_keep_the_spelling() -> None:
    assert analyse("ÁRBOL") == (("ÁR", "BOL"), 0)
    assert analyse("Yapeyú") == (("Ya", "pe", "yú"), 2)


@pytest.mark.parametrize("word", ["el", "La", "de", "QUE", "y", "con", "nuestra", "del", "si"])
def test_a_function_word_is_unstressed(word: str) -> None:
    assert analyse(word)[1] is None


@pytest.mark.parametrize(
    "word", ["él", "tú", "mí", "sí", "sé", "qué", "quién", "dónde", "más", "según", "no", "un"]
)
def test_its_stressed_twin_is_not(word: str) -> None:
    assert analyse(word)[1] is not None


@pytest.mark.parametrize("word", ["1998", "1.250,50", "10:30", "kg", "пример", "pst"])
def test_what_has_no_spanish_vowel_is_one_stressed_syllable(word: str) -> None:
    assert analyse(word) == ((word,), 0)


def test_the_fork_s_wrong_splits_at_accents_are_not_repeated() -> None:
    assert split("cómo") == "CÓ-mo"
    assert split("número") == "NÚ-me-ro"
    assert split("público") == "PÚ-bli-co"
    assert split("pingüino") == "pin-GÜI-no"


def suite_words() -> set[str]:
    text = resources.files("tts_baseline.suites").joinpath("es.toml").read_text(encoding="utf-8")
    texts = " ".join(case["text"] for case in tomllib.loads(text)["case"])
    return {word.lower() for word in re.findall("[a-zA-ZáéíóúüñÁÉÍÓÚÜÑ]{2,}", texts)}


def test_agreement_with_silabeador() -> None:
    silabeador = pytest.importorskip("silabeador")
    foreign = {"ml", "kg", "https", "www", "com", "tel", "dra", "av", "xix"}
    words = (set(WORDS.split()) | suite_words()) - foreign
    assert len(words) >= 800
    different = {}
    for word in sorted(words - set(EXCEPTIONS)):
        other = silabeador.Syllabification(word, exceptions=0)
        syllables, stress = analyse(word)
        # Adverbs in -mente have two stresses; silabeador gives the first where it is written.
        same_stress = (
            word in UNSTRESSED or word.endswith("mente") or stress == len(other.syllables) + other.stress
        )
        if tuple(other.syllables) != syllables or not same_stress:
            different[word] = (syllables, other.syllables)
    assert different == {}


def test_every_exception_is_one() -> None:
    silabeador = pytest.importorskip("silabeador")
    for word, ours in EXCEPTIONS.items():
        assert "-".join(analyse(word)[0]) == ours
        assert "-".join(silabeador.Syllabification(word, exceptions=0).syllables) != ours


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hola, mundo.", ["Hola", ",", "mundo", "."]),
        ("¿¡Qué!? ¡¡No!!...", ["¿¡", "Qué", "!?", "¡¡", "No", "!!..."]),
        ("Uno... dos… tres", ["Uno", "...", "dos", "…", "tres"]),
        ("—¿Y? —dijo", ["—", "¿", "Y", "?", "—", "dijo"]),
        ("«sí», (no)", ["«", "sí", "»", ",", "(", "no", ")"]),
        ("a 1.250,50 o 7:45", ["a", "1.250,50", "o", "7:45"]),
        ("franco-alemán d'Or", ["franco", "-", "alemán", "d'Or"]),
        ("'ay'", ["'", "ay", "'"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_known_tokens(text: str, expected: list[str]) -> None:
    assert [token.text for token in tokenize(text)] == expected


def test_words_and_marks_are_told_apart() -> None:
    assert [(t.kind, bool(t.syllables)) for t in tokenize("¡Sí!")] == [
        ("mark", False), ("word", True), ("mark", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("marks", "expected"),
    [("¿¡ « (", "opening"), (", ?! ... » )", "closing"), ("— \" ' sí", "neither")],
)
def test_the_side_of_a_mark(marks: str, expected: str) -> None:
    assert {side(token) for token in tokenize(marks)} == {expected}


SPANISH = "aeiouáéíóúüyhqgñlrsncbtd ÁYE.,;:?!¿¡…-—«»'\"1290\n"


@given(st.text(st.sampled_from(SPANISH), max_size=60) | st.text(max_size=60))
def test_tokens_cover_all_but_white_space(text: str) -> None:
    end = 0
    for token in tokenize(text):
        assert not text[end : token.start].strip()
        assert text[token.start : token.end] == token.text
        assert token.start < token.end
        if token.kind == "word":
            assert "".join(token.syllables) == token.text
            assert all(token.syllables)
            assert token.stress is None or 0 <= token.stress < len(token.syllables)
        end = token.end
    assert not text[end:].strip()
