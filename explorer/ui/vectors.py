"""Sheets as SVG and PDF: boxes, lines and text stay vectors, each photo is in it once."""

from __future__ import annotations

from xml.etree import ElementTree

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QSize, QSizeF
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from explorer.ui.sheet import Sheet
from explorer.ui.vector_text import LINK, SVG, outline_texts

PIXELS_PER_INCH = 96.0
POINTS_PER_INCH = 72.0
PDF_RESOLUTION = 1200  # Qt rounds glyph positions to units of this


def pdf_bytes(sheet: Sheet) -> bytes:
    """One page as large as the sheet, fonts embedded."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(sheet.title)
    writer.setCreator("Two-Stage Explorer")
    writer.setResolution(PDF_RESOLUTION)
    points = QSizeF(sheet.width, sheet.height) * (POINTS_PER_INCH / PIXELS_PER_INCH)
    page = QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(
        QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
    )
    painter = QPainter(writer)
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    painter.scale(PDF_RESOLUTION / PIXELS_PER_INCH, PDF_RESOLUTION / PIXELS_PER_INCH)
    painter.fillRect(_whole(sheet), QColor(sheet.palette.surface))
    sheet.paint(painter)
    return bytes(buffer.data().data())


def svg_bytes(sheet: Sheet) -> bytes:
    """SVG 1.1. Text can be searched, and looks the same without its fonts."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # 1.1, because Qt's default, SVG Tiny 1.2, has no clipping.
    writer = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    writer.setOutputDevice(buffer)
    writer.setResolution(round(PIXELS_PER_INCH))
    writer.setSize(QSize(round(sheet.width), round(sheet.height)))
    writer.setViewBox(_whole(sheet))
    writer.setTitle(sheet.title)
    writer.setDescription(sheet.description)
    painter = QPainter(writer)
    painter.fillRect(_whole(sheet), QColor(sheet.palette.surface))
    sheet.paint(painter)
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", LINK)
    root = ElementTree.fromstring(bytes(buffer.data().data()))
    # Qt says millimetres, which programs round up to one pixel more.
    root.attrib["width"], root.attrib["height"] = f"{sheet.width:g}", f"{sheet.height:g}"
    _drop_empty(root)
    _share_images(root)
    outline_texts(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _whole(sheet: Sheet) -> QRect:
    return QRect(0, 0, round(sheet.width), round(sheet.height))


def _drop_empty(root: ElementTree.Element) -> None:
    """Qt opens a group at each change of pen, whether something is drawn with it or not."""
    for child in list(root):
        _drop_empty(child)
        if child.tag == f"{{{SVG}}}g" and not len(child):
            root.remove(child)


def _share_images(root: ElementTree.Element) -> None:
    """The same picture drawn several times is stored once, one unit large, and used."""
    names: dict[str, str] = {}
    held = ElementTree.Element(f"{{{SVG}}}defs")
    for image in list(root.iter(f"{{{SVG}}}image")):
        data = image.attrib[f"{{{LINK}}}href"]
        if data not in names:
            names[data] = f"picture{len(names) + 1}"
            size = {"width": "1", "height": "1", "preserveAspectRatio": "none"}
            own = {"id": names[data], **size, f"{{{LINK}}}href": data}
            ElementTree.SubElement(held, image.tag, own)
        x, y, width, height = (image.attrib[name] for name in ("x", "y", "width", "height"))
        image.tag = f"{{{SVG}}}use"
        image.attrib = {
            f"{{{LINK}}}href": f"#{names[data]}",
            "transform": f"translate({x} {y}) scale({width} {height})",
        }
    if names:
        root.insert(0, held)
