"""Real sentences that were reviewed line by line are read as they were reviewed, or better."""

from __future__ import annotations

from pathlib import Path

import manual
import pytest
import registers
import review
import sentences as drawing
import treebank

FILES = sorted(review.FOLDER.glob("*.toml"))


@pytest.mark.no_cover  # counting its lines takes four times as long as reading them
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_reviewed_sentence_keeps_its_verdict(file: Path) -> None:
    reviewed = review.sentences(file)
    now = [review.today(row) for row in reviewed]
    unread = [f"{new.written!r}: {new.read!r}" for new in now if new.verdict == "unread"]
    mended = [new.written for old, new in zip(reviewed, now, strict=True) if new.verdict != old.verdict]
    assert len(reviewed) >= 300
    assert not unread, "read each, and write its verdict into the file"
    assert not mended, "right by now: python benchmarks/reading/review.py --update"


def test_an_interval_is_wilsons() -> None:
    low, high = review.wilson(10, 100)
    assert (low, high) == pytest.approx(
        (0.05523, 0.17437), abs=1e-5
    )  # R, prop.test(10, 100, correct = FALSE)


def test_a_reading_that_nobody_reviewed_has_no_verdict() -> None:
    row = review.Sentence(
        written="Hay 2 gatos.", read="Hay 2 gatos.", package="own", verdict="wrong", should=("x",)
    )
    assert review.today(row).verdict == "unread"
    assert review.today(review.replace(row, should=("Hay dos gatos",))).verdict == "right"
    assert review.today(review.replace(row, read="hay dos gatos")).verdict == "wrong"


@pytest.mark.parametrize(
    ("written", "register"),
    [
        ("Llegaron 25 personas el 3 de mayo.", "prose"),
        ("¿Cuánto cuesta, 5 € y/o 6 $?", "prose"),
        ("Va a 90 km/h. -- Refrán. (1835-1910).", "prose"),
        ("12.5. Relación de operadores", "technical"),  # a heading ends as no sentence does
        ("Edite /etc/fstab y espere.", "technical"),
        ("La opción -b falla.", "technical"),
        ("Es igual a =SUMA(A1).", "technical"),
        ("Instale exim4 aquí.", "technical"),
    ],
)
def test_the_form_of_a_sentence_tells_prose_from_what_is_technical(written: str, register: str) -> None:
    assert registers.register(written) == register


def test_the_shares_of_prose_and_of_technical_sentences_are_told_apart() -> None:
    prose = review.Sentence(written="Hay 2 gatos.", package="own", verdict="right")
    path = review.Sentence(written="Mire /etc.", package="own", verdict="wrong")
    said = review.shown([prose, prose, path])
    assert said.startswith("1 of 3 wrong")
    assert "prose: 0 of 2 wrong" in said
    assert "technical: 1 of 1 wrong" in said


def test_sentences_are_drawn_of_the_packages_that_have_some_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "PACKAGES", {"none": ("*.html", "own", 3), "some": ("*.html", "own", 1)})
    (tmp_path / "some").mkdir()
    page = "<p>El gato de la casa tiene 2 años y medio.</p><p>La calle de la plaza tiene 3 casas.</p>"
    (tmp_path / "some" / "page.html").write_text(page, encoding="utf-8")
    found = list(drawing.drawn(tmp_path, 1, 1, set()))
    assert [row.package for row in found] == ["some"]


def test_only_sentences_of_a_register_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "PACKAGES", {"some": ("*.html", "own", 1)})
    (tmp_path / "some").mkdir()
    page = "<p>El gato de la casa tiene 2 años.</p><p>Edite el archivo /etc/fstab de la máquina.</p>"
    (tmp_path / "some" / "page.html").write_text(page, encoding="utf-8")
    found = list(drawing.drawn(tmp_path, 2, 1, set(), "technical"))
    assert [row.written for row in found] == ["Edite el archivo /etc/fstab de la máquina."]


def test_a_page_of_a_manual_is_read_as_it_is_printed() -> None:
    page = r"""
.TH LS 1
.SH NOMBRE
ls \- lista el contenido
.TP
\fB\-a\fP, \fB\-\-all\fP
muestra los que empiezan con \(aq.\(aq de
.BR stat (2)
.EX
ls \-l
.EE
.PP
Fin.
"""
    assert manual.paragraphs(page) == [
        "NOMBRE",
        "ls - lista el contenido",
        "-a, --all",
        "muestra los que empiezan con '.' de stat(2)",
        "Fin.",
    ]


CONLLU = """# newdoc
# sent_id = one
# text = Tenía 3 casas.
1	Tenía	tener

# sent_id = two
# newpar
# text = Tenía tres casas.
1	Tenía	tener

# sent_id = three
# origin = blog
# text = Vive en el n.º 5.
"""


def test_a_treebanks_sentences_with_something_to_read_out_are_found() -> None:
    assert [*treebank.texts(CONLLU)] == [("one", "Tenía 3 casas."), ("three", "Vive en el n.º 5.")]


def test_a_treebanks_sentence_that_is_read_otherwise_is_unread() -> None:
    known = treebank.Verdict(
        id="one", sample="first", words=treebank.fingerprint("tenía tres casas"), verdict="right"
    )
    assert treebank.today(known, "Tenía 3 casas.") == (known, "Tenía tres casas.")
    assert treebank.today(known, "Tenía 4 casas.")[0].verdict == "unread"


def test_the_verdicts_on_treebanks_are_of_sentences_once_each() -> None:
    rows = treebank.reviewed()
    assert len({row.id for row in rows}) == len(rows) == 384
    assert all(row.kind for row in rows if row.verdict == "wrong")
