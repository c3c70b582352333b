"""Image: the photo and the sizes at which it enters the network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.session.scene import Boxes, Picture, Pixels, ViewState
from explorer.session.scenes import papers
from explorer.session.scenes.common import (
    Focus,
    count,
    focus,
    limit_text,
    need,
    number,
    photo_scene,
    title,
)
from explorer.session.scenes.crops import crop_of
from explorer.session.scenes.panel import Cell, Column
from explorer.trace.base import StageName
from explorer.trace.stages import ImageStage, SearchStage, Trace, WarpStage

SHARP = 2.0  # pixels of the photo for one of the panel: it may be drawn larger

WHY = {
    "rcnn": "The photo itself never enters the network. Each region is cut out, warped to this "
    "square without regard to its aspect ratio, and passed through the network on its own.",
    "sppnet": "The photo enters the network once per scale. With several, each region is read "
    "from the scale where it comes closest to the size the network was trained on.",
    "fast_rcnn": "The photo enters the network once. All regions are read from one map.",
    "faster_rcnn": "The photo enters the network once. The same map proposes regions and "
    "classifies them.",
    "fpn": "The photo enters the network once. A pyramid of maps is built from that single pass.",
}


def picture(trace: Trace, stage_name: StageName, state: ViewState) -> Picture:
    image = need(trace, "image", ImageStage)
    height, width = image.pixels.shape[:2]
    sizes = ", ".join(f"{size.width} × {size.height}" for size in image.inputs)
    enters = "each region enters" if trace.method == "rcnn" else "enters"
    return Picture(
        title=title(trace, "image"),
        summary=f"{width} × {height} px · {enters} the network at {sizes}",
        main=photo_scene(trace),
        panel=_panel(trace, image, focus(trace, state)).scene(),
    )


def _panel(trace: Trace, image: ImageStage, at: Focus | None) -> Column:
    height, width = image.pixels.shape[:2]
    panel = Column()
    panel.heading("Photo")
    panel.pair("Size", f"{width} × {height} px")
    panel.pair("Pixels", count(width * height))
    crops = trace.method == "rcnn"
    scales = "drawn to one scale" if len(image.inputs) > 1 else ""
    panel.heading("Crop" if crops else "Network input", scales)
    _drawn_to_scale(panel, trace, image, at)
    head = ("", "size, px", "photo ×", "pixels")
    cells = (
        Cell(14), Cell(150, "right"), Cell(216, "right"), Cell(panel.inner, "right"),
    )
    rows = [
        (
            "crop" if crops else f"scale {index + 1}" if len(image.inputs) > 1 else "input",
            f"{size.width} × {size.height}",
            "varies" if crops else number(size.scale_x, 3),
            count(size.width * size.height),
        )
        for index, size in enumerate(image.inputs)
    ]
    panel.table(cells, head, rows, roles=(trace.method,) * len(rows))
    if said := limit_text(trace):
        panel.text(said, "muted", 11)
    _passes(panel, trace, image)
    panel.gap(4)
    panel.text(WHY[trace.method], "muted")
    panel.heading("In the paper")
    panel.text(papers.INPUT[trace.method])
    return panel


def _passes(panel: Column, trace: Trace, image: ImageStage) -> None:
    """How many pixels the network reads in all: the papers' story in one number."""
    pixels = sum(size.width * size.height for size in image.inputs)
    panel.gap(4)
    if trace.method == "rcnn":
        regions = trace.stage("regions")
        if not isinstance(regions, SearchStage):
            return
        panel.pair("Crops", count(len(regions.boxes)))
        pixels *= len(regions.boxes)
    panel.pair("Pixels through the network", count(pixels))


def _pixels(
    trace: Trace, image: ImageStage, at: Focus | None, width: float
) -> tuple[NDArray[np.uint8] | None, str]:
    """What enters the network, for a picture of that width, and what it is called: the photo, or
    one of R-CNN's crops, once there are any."""
    if trace.method != "rcnn":
        step = max(1, int(image.pixels.shape[1] / (SHARP * width)))
        return np.ascontiguousarray(image.pixels[::step, ::step]), ""
    warp, row = trace.stage("assignment"), at.first("assignment") if at is not None else None
    if at is None or row is None or not isinstance(warp, WarpStage):
        return None, ""
    return crop_of(trace, warp, row), f"region {at.region:,}"


def _drawn_to_scale(
    panel: Column, trace: Trace, image: ImageStage, at: Focus | None
) -> None:
    """What enters the network, as large as the panel allows, and the outlines of all its sizes."""
    inputs = image.inputs
    largest_width = max(size.width for size in inputs)
    largest_height = max(size.height for size in inputs)
    room = 72.0 if trace.method == "rcnn" else 120.0
    factor = min(panel.inner / largest_width, room / largest_height)
    boxes = np.array(
        [
            (panel.left, panel.y, panel.left + size.width * factor, panel.y + size.height * factor)
            for size in inputs
        ],
        np.float32,
    )
    largest = (panel.left, panel.y, panel.left + largest_width * factor,
               panel.y + largest_height * factor)
    pixels, what = _pixels(trace, image, at, largest[2] - largest[0])
    if pixels is not None:
        panel.add(Pixels(name="Input", values=pixels, rect=largest))
    panel.add(Boxes(name="Sizes", boxes=boxes, roles=trace.method, width=1.5,
                    fill=0.0 if pixels is not None else 0.08))
    if what:
        panel.label(largest[2] + 12, panel.y + 8, what, "muted")
    panel.gap(largest_height * factor + 12)
