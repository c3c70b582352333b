"""A picture as a page: title, scene, panel, legend and caption, for export.

Pages are laid out in logical pixels and painted at 1x, 2x or 4x; painting on a QImage needs no
display and may happen in any thread.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from explorer.methods.names import method_named
from explorer.session.caption import caption
from explorer.session.overhang import Margin, grown, overhang
from explorer.session.samples import Sample, sample_of, together
from explorer.session.scene import Picture, Rect, Scene
from explorer.session.scenes.common import plural
from explorer.trace.base import StageName
from explorer.trace.stages import ImageStage, Trace
from explorer.ui.arrange import areas
from explorer.ui.fonts import Weight, sans
from explorer.ui.paint import paint_scene
from explorer.ui.sheet import Sheet
from explorer.ui.swatch import SIDE, paint_swatch
from explorer.ui.theme import Palette, colour
from explorer.ui.transform import View, fitted
from explorer.ui.words import time_text, total_ms

WIDTH, HEIGHT = 1280.0, 800.0
READABLE = 0.95  # a panel's least scale; a longer one makes the page higher
NAME = "Two-Stage Explorer"
EDGE, HEAD, FOOT = 28.0, 66.0, 64.0
OUTLINE = 3.0  # pixels that an outline at the end of a margin may need
LARGEST = 1.12  # panels are not enlarged more than this
Align = Qt.AlignmentFlag


@dataclass(frozen=True)
class Look:
    """Where on the photo to look: None for all of it, else a photo-pixel centre and a zoom."""

    centre: tuple[float, float]
    zoom: float


def caption_line(trace: Trace) -> str:
    """Method, paper, weights, device and thresholds in one line."""
    return " · ".join(caption(trace))


def stage_sheet(
    picture: Picture,
    trace: Trace,
    stage: StageName,
    photo_name: str,
    palette: Palette,
    hidden: Collection[str] | None = None,
    look: Look | None = None,
    height: float | None = None,
    margin: Margin | None = None,
) -> Sheet:
    """One stage of one method. hidden: layers left out (those that are off, where None). height,
    margin: of the page and around its photo, where it is one of several (None: as this picture
    needs)."""
    height = height or page_height(picture)
    off = layers_off(picture) if hidden is None else hidden
    around = overhang(picture.main, off) if margin is None else margin

    def draw(painter: QPainter) -> None:
        head_line(
            painter, WIDTH, picture.title, palette, colour(palette, trace.method),
            method_named(trace.method).paper, photo_title(photo_name, trace),
            stage_time(trace, stage),
        )
        room = (EDGE, HEAD, WIDTH - EDGE, height - FOOT)
        main, panel = areas(picture, room, gap=20.0)
        lost = photo(painter, picture.main, main, palette, off, look, around)
        if picture.panel is not None and panel is not None:
            panel = _level(picture, main, panel, around)
            lost += on_plate(painter, picture.panel, panel, palette, off)
        foot_lines(painter, picture, trace, palette, height, off, lost)

    title = f"{picture.title} · {photo_title(photo_name, trace)}"
    return Sheet(
        WIDTH, height, palette, title, f"{picture.summary}. {caption_line(trace)}", draw
    )


def stage_time(trace: Trace, stage: StageName) -> str:
    """What the window shows: a stage's own time, and the method's where its detections are."""
    record = trace.stage(stage)
    if record is None:
        return ""
    return f"{time_text(total_ms(trace))} in all" if stage == "detections" else \
        time_text(record.ms)


def _level(picture: Picture, main: Rect, panel: Rect, margin: Margin) -> Rect:
    """The panel's area, cut to its height: level with the photo's top where it stands beside it."""
    view = fitted(picture.panel.extent, panel, LARGEST) if picture.panel else None
    if view is None or picture.panel is None or panel[0] < main[2]:
        return panel
    top, bottom = view.rect(picture.panel.extent)[1::2]
    height = bottom - top
    photo_top = _whole(picture.main, main, margin).rect(picture.main.extent)[1]
    start = min(max(photo_top, panel[1]), panel[3] - height)
    return panel[0], start, panel[2], start + height


def page_height(picture: Picture) -> float:
    """800: all pages have one size. Only a panel too long to be read on one makes it higher."""
    for height in range(int(HEIGHT), 1600, 40):
        panel = areas(picture, (EDGE, HEAD, WIDTH - EDGE, height - FOOT), gap=20.0)[1]
        if picture.panel is None or panel is None:
            return float(height)
        if fitted(picture.panel.extent, panel).scale >= READABLE:
            return float(height)
    return 1600.0


def photo_title(name: str, trace: Trace) -> str:
    """'chelsea.png · 451 × 300 px'."""
    image = trace.stage("image")
    if not isinstance(image, ImageStage):
        return name
    height, width = image.pixels.shape[:2]
    return f"{name} · {width} × {height} px"


def layers_off(picture: Picture) -> frozenset[str]:
    scenes = (picture.main, picture.panel)
    return frozenset(
        layer.name for scene in scenes if scene for layer in scene.layers if not layer.on
    )


def _whole(scene: Scene, area: Rect, margin: Margin) -> View:
    """All of the photo, and around it what hangs over its edges, as wide as that is drawn."""
    left, top, right, bottom = (OUTLINE if side else 0.0 for side in margin)
    inner = (area[0] + left, area[1] + top, area[2] - right, area[3] - bottom)
    return fitted(grown(scene.extent, margin), inner)


def photo(
    painter: QPainter,
    scene: Scene,
    area: Rect,
    palette: Palette,
    hidden: Collection[str],
    look: Look | None,
    margin: Margin,
) -> int:
    """A photo scene with rounded-off surroundings, fitted or at the camera's place. margin: for
    what hangs over the photo's edges."""
    if scene.space == "panel":
        return on_plate(painter, scene, area, palette, hidden)
    view = fitted(scene.extent, area) if look is not None else _whole(scene, area, margin)
    if look is not None:
        zoom = view.scale * look.zoom
        view = View(
            zoom,
            (area[0] + area[2]) / 2 - zoom * look.centre[0],
            (area[1] + area[3]) / 2 - zoom * look.centre[1],
        )
        clip = area
        corners = QRectF(QPointF(clip[0], clip[1]), QPointF(clip[2], clip[3]))
        painter.fillRect(corners, QColor(palette.canvas))
    else:
        clip = view.rect(grown(scene.extent, margin))
        # Boxes may reach further beyond the photo; let them, as far as there is room.
        clip = (
            max(area[0], clip[0] - 40), max(area[1], clip[1] - 40),
            min(area[2], clip[2] + 40), min(area[3], clip[3] + 40),
        )
    return paint_scene(painter, scene, view, clip, palette, hidden).labels_hidden


def on_plate(
    painter: QPainter, scene: Scene, area: Rect, palette: Palette, hidden: Collection[str]
) -> int:
    """A panel on a plate as wide as its area."""
    view = fitted(scene.extent, area, largest=LARGEST)
    y1, y2 = view.rect(scene.extent)[1::2]
    x1, x2 = area[0], area[2]
    painter.setPen(QPen(QColor(palette.line), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(QPointF(x1, y1), QPointF(x2, y2)), 8, 8)
    return paint_scene(painter, scene, view, (x1, y1, x2, y2), palette, hidden).labels_hidden


def head_line(
    painter: QPainter,
    width: float,
    title: str,
    palette: Palette,
    swatch: QColor | None,
    note: str,
    right: str,
    time: str,
) -> None:
    """The title with its swatch at the left, photo and time at the right."""
    x, middle = EDGE, HEAD / 2
    if swatch is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(swatch)
        painter.drawRoundedRect(QRectF(x, middle - 7, 14, 14), 3.5, 3.5)
        x += 25
    x += line(painter, x, middle, title, 20, palette.text, Weight.DemiBold) + 12
    tail = f"{right} · {time}" if time else right
    used = line(painter, width - EDGE, middle, tail, 13.5, palette.muted, right=True)
    if x + QFontMetricsF(sans(13.5)).horizontalAdvance(note) < width - EDGE - used - 20:
        line(painter, x, middle + 1, note, 13.5, palette.muted)


def line(
    painter: QPainter,
    x: float,
    middle: float,
    text: str,
    size: float,
    ink: str,
    weight: Weight = Weight.Normal,
    right: bool = False,
) -> float:
    """One line of text around the height `middle`; returns its width."""
    font = sans(size, weight)
    metrics = QFontMetricsF(font)
    width = metrics.horizontalAdvance(text)
    painter.setFont(font)
    painter.setPen(QColor(ink))
    painter.drawText(QPointF(x - width if right else x, middle + metrics.capHeight() / 2), text)
    return width


def foot_lines(
    painter: QPainter,
    picture: Picture,
    trace: Trace,
    palette: Palette,
    height: float,
    hidden: Collection[str],
    lost: int,
) -> None:
    """First the legend and what is shown, then the caption."""
    top = height - FOOT + 22
    summary = picture.summary + (f" · {plural(lost, 'label')} hidden" if lost else "")
    used = line(painter, WIDTH - EDGE, top, summary, 13, palette.text, Weight.Medium, True)
    legend(painter, [picture.main], palette, EDGE, top, WIDTH - 2 * EDGE - used - 24, hidden)
    used = line(painter, EDGE, top + 23, caption_line(trace), 11.5, palette.muted)
    if used < WIDTH - 2 * EDGE - 130:
        line(painter, WIDTH - EDGE, top + 23, NAME, 11.5, palette.faint, right=True)


def legend(
    painter: QPainter,
    scenes: Sequence[Scene],
    palette: Palette,
    x: float,
    middle: float,
    room: float,
    hidden: Collection[str],
) -> None:
    """A swatch and the name of every drawn layer that has a colour, as far as there is room.

    A layer of several scenes stands there once, with the colours of all.
    """
    end = x + room
    metrics = QFontMetricsF(sans(12.5))
    found: dict[str, Sample] = {}
    for scene in scenes:
        for layer in scene.layers:
            if layer.name not in hidden:
                sample = sample_of(layer)
                found[layer.name] = together(found.get(layer.name, Sample()), sample)
    for name, sample in found.items():
        if not sample.kind:
            continue
        if x + SIDE + 8 + metrics.horizontalAdvance(name) + 18 > end:
            return
        paint_swatch(painter, palette, sample, x, middle - SIDE / 2)
        x += SIDE + 4
        x += 4 + line(painter, x + 4, middle, name, 12.5, palette.muted) + 18
