"""R-CNN's warped crops: cut from the photo as the network saw them, and what it made of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.session.scene import Boxes, Pixels, Rect
from explorer.session.scenes.common import Focus
from explorer.session.scenes.panel import Column
from explorer.session.scenes.papers import CROP, PADDING
from explorer.trace.base import Floats
from explorer.trace.stages import ImageStage, PoolingStage, Trace, WarpStage

MEAN_COLOUR = (124, 116, 104)  # ImageNet's mean, which fills what lies outside the photo


def warped(photo: NDArray[np.uint8], box: Floats, size: int) -> NDArray[np.uint8]:
    """The box (4,) of a photo, stretched to size x size by bilinear samples, uint8 RGB."""
    height, width = photo.shape[:2]
    steps = (np.arange(size) + 0.5) / size
    x = box[0] + steps * (box[2] - box[0])
    y = box[1] + steps * (box[3] - box[1])
    left, over_x = _neighbours(x, width)
    above, over_y = _neighbours(y, height)
    right, below = np.minimum(left + 1, width - 1), np.minimum(above + 1, height - 1)
    over_x, over_y = over_x[None, :, None], over_y[:, None, None]
    upper = photo[above][:, left] * (1 - over_x) + photo[above][:, right] * over_x
    lower = photo[below][:, left] * (1 - over_x) + photo[below][:, right] * over_x
    crop = upper * (1 - over_y) + lower * over_y
    crop[(y < 0) | (y >= height)] = MEAN_COLOUR
    crop[:, (x < 0) | (x >= width)] = MEAN_COLOUR
    result: NDArray[np.uint8] = np.round(crop).astype(np.uint8)
    return result


def _neighbours(at: Floats, length: int) -> tuple[NDArray[np.int64], Floats]:
    """The pixel before each position (pixel centres at .5) and how far the position is past it."""
    inside = np.clip(at - 0.5, 0, length - 1)
    first = np.floor(inside).astype(np.int64)
    return first, inside - first


def crop_of(trace: Trace, stage: WarpStage, row: int) -> NDArray[np.uint8]:
    """The crop of one row: the recorded one, or cut again where it was not kept."""
    if row < len(stage.crops):
        crop: NDArray[np.uint8] = stage.crops[row]
        return crop
    image = trace.stage("image")
    if not isinstance(image, ImageStage):
        return np.zeros((stage.size, stage.size, 3), np.uint8)
    return warped(image.pixels, stage.context[row], stage.size)


def inner(rect: Rect, stage: WarpStage) -> Rect:
    """Where the region itself lies in a crop drawn in `rect`: inside p pixels of context."""
    share = stage.padding / stage.size
    pad_x, pad_y = share * (rect[2] - rect[0]), share * (rect[3] - rect[1])
    return (rect[0] + pad_x, rect[1] + pad_y, rect[2] - pad_x, rect[3] - pad_y)


def large(panel: Column, trace: Trace, stage: WarpStage, row: int, side: float = 168.0) -> None:
    """One crop, large, with the line between the region and its context."""
    rect = (panel.left, panel.y, panel.left + side, panel.y + side)
    panel.add(Pixels(name="Crop", values=crop_of(trace, stage, row), rect=rect))
    _dash(panel, "Region in the crop", [inner(rect, stage)], 1.2)
    x = rect[2] + 14
    usable = stage.size - 2 * stage.padding
    lines = (
        f"{stage.size} × {stage.size} px",
        f"p = {stage.padding} px context",
        f"paper: {CROP}, p = {PADDING}" if stage.size != CROP else "",
        "inside the dashed",
        "line: the region,",
        f"{usable} × {usable} px",
    )
    for index, line in enumerate(lines):
        panel.label(x, panel.y + 8 + index * 17, line, "muted" if index > 1 else "text", 11.5)
    panel.gap(side + 10)


def _dash(
    panel: Column, name: str, rects: list[Rect], width: float, opacity: float = 1.0
) -> None:
    """Dashed outlines with another colour in their gaps: one of the two is seen on any crop."""
    boxes = np.array(rects)
    panel.add(Boxes(name=f"{name}, gaps", boxes=boxes, roles="surface", width=width,
                    opacity=opacity))
    panel.add(Boxes(name=name, boxes=boxes, roles="selected", dashed=True, width=width,
                    opacity=opacity))


def grid(panel: Column, trace: Trace, stage: WarpStage, rows: list[int], columns: int = 4) -> None:
    """Small crops side by side, each with its region's line, and its row below."""
    gap = 8.0
    side = (panel.inner - gap * (columns - 1)) / columns
    lines: list[Rect] = []
    for index, row in enumerate(rows):
        x = panel.left + (index % columns) * (side + gap)
        y = panel.y + (index // columns) * (side + 20)
        rect = (x, y, x + side, y + side)
        panel.add(Pixels(name="Crops", values=crop_of(trace, stage, row), rect=rect))
        lines.append(inner(rect, stage))
        panel.label(x + side / 2, y + side + 8, f"region {row:,}", "muted", 10, "centre")
    if lines:
        _dash(panel, "Regions", lines, 0.8, 0.8)
    panel.gap(-(-len(rows) // columns) * (side + 20))


def focused(panel: Column, trace: Trace, at: Focus) -> None:
    """The focused region's crop."""
    warp, row = trace.stage("assignment"), at.first("assignment")
    if not isinstance(warp, WarpStage) or row is None:
        return
    panel.heading(f"Crop of region {at.region:,}", at.why)
    large(panel, trace, warp, row, 120.0)


def pool5(panel: Column, trace: Trace, at: Focus, channels: int = 12) -> None:
    """The focused crop's strongest pool5 channels, each a small grid of cells."""
    pooling, pooled = trace.stage("pooling"), at.first("pooling")
    if not isinstance(pooling, PoolingStage) or pooling.values is None or pooled is None:
        return
    values = np.asarray(pooling.values[pooled], np.float32)
    side_cells = pooling.bins[0]
    order = np.argsort(-values.max(axis=1), kind="stable")[:channels]
    panel.heading("Its pool5", f"{side_cells} × {side_cells} × {pooling.channels} numbers")
    planes = values[order].reshape(len(order), side_cells, side_cells)
    columns, gap = 6, 7.0
    side = (panel.inner - gap * (columns - 1)) / columns
    top = panel.y
    for index, plane in enumerate(planes):
        x = panel.left + (index % columns) * (side + gap)
        panel.y = top + (index // columns) * (side + 18)
        panel.heat(plane, side, side, 0.0, float(plane.max()), x, "pool5", move=False)
        panel.label(x + side / 2, panel.y + side + 8, str(int(order[index])), "muted", 10, "centre")
    panel.y = top + -(-len(planes) // columns) * (side + 18)
    panel.text(f"The {len(planes)} strongest channels, each from 0 to its own highest number.",
               "muted", 11)
