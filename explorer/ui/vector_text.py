"""Texts of an SVG as outlines of their letters, below the same text, unseen, to search and copy.

A viewer without the bundled fonts takes others, and many ignore `textLength`: letters would run
into what is next to them. Outlines look the same everywhere; each letter is in the file once.
"""

from __future__ import annotations

from xml.etree import ElementTree

from PySide6.QtGui import QFont, QFontMetricsF, QPainterPath, QRawFont, QTextLayout

from explorer.ui.fonts import MONO, Weight, mono, sans

SVG = "http://www.w3.org/2000/svg"
LINK = "http://www.w3.org/1999/xlink"
UNITS = 1000  # of a letter's outline, for each pixel of its size
# For what is searched and copied: a viewer that has not got the bundled fonts.
FALLBACK = {
    MONO: f"'{MONO}', 'DejaVu Sans Mono', Menlo, Consolas, monospace",
    "": "Inter, 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif",
}
INK = ("fill", "fill-opacity")


def outline_texts(root: ElementTree.Element) -> None:
    """Every text of a tree that Qt wrote."""
    letters = ElementTree.Element(f"{{{SVG}}}defs")
    names: dict[tuple[str, str, int], str] = {}
    for parent in list(root.iter()):
        for text in [child for child in parent if child.tag == f"{{{SVG}}}text"]:
            if not (text.text or "").strip():
                parent.remove(text)
                continue
            parent.insert(list(parent).index(text), _outlines(text, letters, names))
            _hide(text)
    if names:
        root.insert(0, letters)


def _font(text: ElementTree.Element) -> QFont:
    make = mono if text.attrib["font-family"] == MONO else sans
    return make(float(text.attrib["font-size"]), Weight(int(text.attrib["font-weight"])))


def _outlines(
    text: ElementTree.Element, letters: ElementTree.Element,
    names: dict[tuple[str, str, int], str],
) -> ElementTree.Element:
    """The text's letters, in its ink; outlines that are new go to `letters`."""
    layout = QTextLayout(text.text or "", _font(text))
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    group = ElementTree.Element(f"{{{SVG}}}g", {
        **{name: text.attrib[name] for name in INK}, "stroke": "none", "fill-rule": "nonzero",
    })
    for run in layout.glyphRuns():
        raw = run.rawFont()
        share = UNITS / raw.pixelSize()
        part = ElementTree.SubElement(group, group.tag, {
            "transform": f"translate({text.attrib['x']} {text.attrib['y']}) scale({1 / share:.6g})"
        })
        large = QRawFont(raw)
        large.setPixelSize(UNITS)
        for number, at in zip(run.glyphIndexes(), run.positions(), strict=True):
            key = (raw.familyName(), raw.styleName(), number)
            if key not in names:
                data = path_data(large.pathForGlyph(number))
                names[key] = f"letter{len(names) + 1}" if data else ""
                if data:
                    own = {"id": names[key], "d": data}
                    ElementTree.SubElement(letters, f"{{{SVG}}}path", own)
            if not names[key]:
                continue  # a space
            place = {f"{{{LINK}}}href": f"#{names[key]}", "x": f"{at.x() * share:.0f}"}
            if drop := round((at.y() - line.ascent()) * share):
                place["y"] = str(drop)
            ElementTree.SubElement(part, f"{{{SVG}}}use", place)
    return group


def path_data(path: QPainterPath) -> str:
    """The `d` of a path, in whole units; its contours closed."""
    parts: list[str] = []
    kind = QPainterPath.ElementType
    for number in range(path.elementCount()):
        element = path.elementAt(number)
        at = f"{element.x:.0f} {element.y:.0f}"
        if element.type == kind.MoveToElement:
            parts.append(f"{'Z' if parts else ''}M{at}")
        elif element.type == kind.LineToElement:
            parts.append(f"L{at}")
        elif element.type == kind.CurveToElement:
            parts.append(f"C{at}")
        else:  # the other two points of the curve
            parts.append(f" {at}")
    return "".join(parts) + ("Z" if parts else "")


def _hide(text: ElementTree.Element) -> None:
    """Unseen, as wide as its outlines where the viewer can, in fonts to fall back on."""
    width = QFontMetricsF(_font(text)).horizontalAdvance(text.text or "")
    family = text.attrib["font-family"]
    text.attrib["font-family"] = FALLBACK[MONO if family == MONO else ""]
    text.attrib["fill-opacity"] = "0"
    if len(text.text or "") > 1:
        text.attrib["textLength"] = f"{width:.2f}"
        text.attrib["lengthAdjust"] = "spacingAndGlyphs"
