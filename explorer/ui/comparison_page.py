"""All methods side by side on one page, with where the time goes and who found what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from explorer.methods.names import METHODS, method_named
from explorer.session.ground_truth import GroundTruth
from explorer.session.overhang import Margin, overhang_of
from explorer.session.part_switches import stage_note
from explorer.session.scene import Picture
from explorer.session.scenes.common import STAGE_TITLES
from explorer.session.summary import headline, summary_scene
from explorer.trace.base import StageName
from explorer.trace.stages import Trace
from explorer.ui.arrange import areas
from explorer.ui.canvas_frame import IN_ALL, Frame, footer_of, header_of, paint_frame
from explorer.ui.centre import grid_rects
from explorer.ui.page import (
    EDGE,
    HEAD,
    NAME,
    Look,
    caption_line,
    head_line,
    layers_off,
    legend,
    line,
    photo,
    photo_title,
)
from explorer.ui.paint import paint_scene
from explorer.ui.sheet import Sheet
from explorer.ui.theme import Palette
from explorer.ui.transform import fitted
from explorer.ui.words import time_text, total_ms

WIDTH = 1600.0
BODIES = (300.0, 560.0)  # a cell's least and greatest height for its photo
FOOT, LEGEND = 24.0, 24.0


def comparison_sheet(
    pictures: Mapping[str, Picture],
    traces: Sequence[Trace],
    stage: StageName,
    photo_name: str,
    palette: Palette,
    hidden: Collection[str] | None = None,
    look: Look | None = None,
    truth: GroundTruth | None = None,
    margin: Margin | None = None,
) -> Sheet:
    """pictures: of `stage`, by method; a method without one says so in its place. margin: see
    `stage_sheet`; all photos have the same."""
    height = sheet_height(pictures, len(traces) + 1)
    names = [method.name for method in METHODS if method.name in {t.method for t in traces}]
    by_name = {trace.method: trace for trace in traces}
    heading = f"{STAGE_TITLES[stage]}, side by side"
    shown = photo_title(photo_name, traces[0]) if traces else photo_name
    off = frozenset().union(*(layers_off(own) for own in pictures.values())) \
        if hidden is None else hidden
    around = overhang_of(pictures.values(), off) if margin is None else margin

    def draw(painter: QPainter) -> None:
        head_line(
            painter, WIDTH, heading, palette, None, "two-stage detectors from R-CNN to FPN",
            shown, "",
        )
        rects = grid_rects(len(names) + 1, WIDTH - 2 * EDGE + 20, height - HEAD, gap=12)
        for name, rect in zip([*names, ""], rects, strict=True):
            painter.save()
            painter.translate(EDGE - 12 + rect.left(), HEAD - 12 + rect.top())
            if name:
                own = pictures.get(name)
                _cell(painter, rect, by_name[name], own, stage, palette, hidden, look, around)
            else:
                _summary(painter, rect, traces, palette, truth)
            painter.restore()
        y = height + 2
        drawn = [own.main for own in pictures.values()]
        legend(painter, drawn, palette, EDGE, y, WIDTH - 2 * EDGE, off)
        y += LEGEND
        for name in names:
            line(painter, EDGE, y, caption_line(by_name[name]), 11.5, palette.muted)
            y += 18
        line(painter, WIDTH - EDGE, y - 18, NAME, 11.5, palette.faint, right=True)

    about = "\n".join(caption_line(by_name[name]) for name in names)
    return Sheet(
        WIDTH, height + LEGEND + 18.0 * len(traces) + FOOT, palette, f"{heading} · {shown}", about,
        draw,
    )


def _summary(
    painter: QPainter, rect: QRectF, traces: Sequence[Trace], palette: Palette,
    truth: GroundTruth | None,
) -> None:
    """Where the time goes and who found what, in the last cell: of the page's methods alone."""
    paint_frame(painter, round(rect.width()), round(rect.height()), palette)
    scene = summary_scene(
        traces, rect.width(), rect.height(), truth=truth,
        methods=[trace.method for trace in traces],
    )
    area = (0.0, 0.0, rect.width(), rect.height())
    paint_scene(painter, scene, fitted(scene.extent, area), area, palette)


def sheet_height(pictures: Mapping[str, Picture], cells: int) -> float:
    """As high as the photo's shape needs: three cells in a row, or fewer where there are fewer."""
    columns = min(cells, 3)
    width = (WIDTH - 2 * EDGE) / columns
    extents = [each.main.extent for each in pictures.values()] or [(0.0, 0.0, 4.0, 3.0)]
    shape = max((y2 - y1) / max(x2 - x1, 1e-6) for x1, y1, x2, y2 in extents)
    body = min(max(width * shape, BODIES[0]), BODIES[1])
    return HEAD + -(-cells // columns) * (body + header_of(width) + footer_of(width) + 12)


def _cell(
    painter: QPainter,
    rect: QRectF,
    trace: Trace,
    picture: Picture | None,
    stage: StageName,
    palette: Palette,
    hidden: Collection[str] | None,
    look: Look | None,
    margin: Margin,
) -> None:
    width, height = round(rect.width()), round(rect.height())
    paint_frame(painter, width, height, palette)
    note = headline(trace) if stage == "detections" else stage_note(trace.method, stage, trace)
    record = trace.stage(stage)
    time = time_text(total_ms(trace)) + IN_ALL
    if stage != "detections" and record is not None:
        time = time_text(record.ms)
    frame = Frame(trace.method, method_named(trace.method).title, note, time)
    lost = 0
    if picture is not None:
        body = (1.0, header_of(width), width - 1.0, height - footer_of(width))
        off = layers_off(picture) if hidden is None else hidden
        lost = photo(painter, picture.main, areas(Picture(
            title="", summary="", main=picture.main), body)[0], palette, off, look, margin)
    frame.paint_texts(painter, width, height, palette, picture, lost)
