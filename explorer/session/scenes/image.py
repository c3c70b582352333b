"""Image: the photo and the sizes at which it enters the network."""

from __future__ import annotations

import numpy as np

from explorer.session.scene import Boxes, Picture, ViewState
from explorer.session.scenes import papers
from explorer.session.scenes.common import (
    count,
    limit_text,
    need,
    number,
    photo_scene,
    title,
)
from explorer.session.scenes.panel import Cell, Column
from explorer.trace.base import NetworkInput, StageName
from explorer.trace.stages import ImageStage, SearchStage, Trace

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
        panel=_panel(trace, image).scene(),
    )


def _panel(trace: Trace, image: ImageStage) -> Column:
    height, width = image.pixels.shape[:2]
    panel = Column()
    panel.heading("Photo")
    panel.pair("Size", f"{width} × {height} px")
    panel.pair("Pixels", count(width * height))
    crops = trace.method == "rcnn"
    scales = "drawn to one scale" if len(image.inputs) > 1 else ""
    panel.heading("Crop" if crops else "Network input", scales)
    _drawn_to_scale(panel, trace.method, image.inputs, width / height)
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


def _drawn_to_scale(
    panel: Column, method: str, inputs: tuple[NetworkInput, ...], aspect: float
) -> None:
    """Nested outlines of all input sizes, the largest as wide as the panel allows."""
    largest_width = max(size.width for size in inputs)
    largest_height = max(size.height for size in inputs)
    room = 120.0
    if method == "rcnn":
        room = 72.0
    factor = min(panel.inner / largest_width, room / largest_height)
    boxes = np.array(
        [
            (panel.left, panel.y, panel.left + size.width * factor, panel.y + size.height * factor)
            for size in inputs
        ],
        np.float32,
    )
    panel.add(Boxes(name="Sizes", boxes=boxes, roles=method, width=1.5, fill=0.08))
    panel.gap(largest_height * factor + 12)
