"""A voice learns from prose that is spoken as it is written."""

from __future__ import annotations

from pathlib import Path

import prose

PAGE = """
<p>Los dos hermanos, que no se hablaban, salieron de la casa. En el 2004 se fue a la costa.</p>
<p>¿Qué es lo que dijo el maestro de la aldea? Use la orden SHOW para ver la lista de los programas.</p>
<p>Se escribe foo_bar en la línea de la orden. Es la.</p><pre>No se lee la parte de una lista.</pre>
"""


def test_numbers_acronyms_names_and_lists_are_not_taken(tmp_path: Path) -> None:
    folder = tmp_path / "aptitude-doc-es" / "usr/share/doc/aptitude/html/es"
    folder.mkdir(parents=True)
    for name in ("one.html", "two.html"):
        (folder / name).write_text(PAGE, encoding="utf-8")
    assert set(prose.plain(tmp_path)) == {
        "Los dos hermanos, que no se hablaban, salieron de la casa.",
        "¿Qué es lo que dijo el maestro de la aldea?",
    }
    assert len(prose.plain(tmp_path)) == 2
