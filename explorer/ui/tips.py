"""Tooltips as rich text: indices set lower and powers higher, and lines that break where we say.

Left to itself Qt breaks the lines of a tooltip so that it is about as high as wide, and formulas
in two.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Sequence

from explorer.session.formula_texts import LONGEST

SIZES = {"_": "sub", "^": "sup"}


def tip_text(why: str) -> str:
    """"M_k" and "M_(k+1)" with subscripts, "e^−z" with a superscript."""
    return _paragraph(re.sub(r"([_^])(−?\w+|\([^)]*\))", _moved, _broken(why)))


def with_formula(said: str, formula: Sequence[str]) -> str:
    """What is said as it stands, names of files too, and below it a formula."""
    above = _paragraph(_broken(said)) if said else ""
    return above + (tip_text("\n".join(formula)) if formula else "")


def _moved(found: re.Match[str]) -> str:
    tag = SIZES[found[1]]
    return f"<{tag}>{found[2].strip('()')}</{tag}>"


def _broken(text: str) -> str:
    lines = (
        part for line in text.split("\n")
        for part in textwrap.wrap(line, LONGEST, break_long_words=False) or [""]
    )
    return html.escape("\n".join(lines))


def _paragraph(markup: str) -> str:
    return f'<p style="white-space:nowrap">{markup.replace(chr(10), "<br>")}</p>'
