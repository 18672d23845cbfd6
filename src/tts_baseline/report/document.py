"""A page of HTML that runs no script and asks no network: its style is named by hash, pictures are in it."""

from __future__ import annotations

import base64
import hashlib

from tts_baseline.report.markup import Markup, element, together

STYLE = """
:root { color-scheme: light dark; --bad: #d93025; --doubt: #b06000; --good: #188038; --soft: #8886; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem auto; max-width: 66rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: .6rem 0 1.2rem; }
th, td { border-bottom: 1px solid var(--soft); padding: .15rem .7rem .15rem 0; text-align: left;
  vertical-align: top; }
th { font-weight: 600; opacity: .7; }
svg { width: 100%; }
svg text { fill: currentColor; font-size: 10px; }
"""


def document(title: str, style: str, body: Markup) -> str:
    """The whole page; recordings that lie beside it may be played."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src data:; media-src 'self' file:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    void = Markup(
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    )
    head = together([void, element("title", title), element("style", Markup(style))])
    page = element("html", together([element("head", head), element("body", body)]), lang="en")
    return f"<!doctype html>\n{page}\n"
