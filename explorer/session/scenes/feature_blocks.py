"""Blocks of the panel about feature maps: the strongest channels, FPN's addition, the list of maps.
"""

from __future__ import annotations

import math

import numpy as np

from explorer.session.scene import Boxes, Heat, Rect
from explorer.session.scenes.columns import sized_table
from explorer.session.scenes.common import number, plural
from explorer.session.scenes.panel import Column
from explorer.session.scenes.pyramid_steps import enlarged
from explorer.trace.base import Floats, Ints
from explorer.trace.stages import FeatureMap, FeaturesStage

MONTAGE = 6  # channels a side in the browser
PATHWAYS = {
    "map": "pyramid (P)", "merged": "sums (M)", "lateral": "laterals (L)",
    "bottom-up": "bottom-up (C)",
}


def montage(panel: Column, planes: Floats, names: Ints, chosen: int) -> None:
    """Channels (n, h, w) side by side with their numbers, each scaled to its own highest value."""
    n = len(planes)
    panel.heading(f"The {plural(n, 'strongest channel')}", "own scales")
    columns = min(MONTAGE, n)
    gap = 6.0
    side = (panel.inner - gap * (columns - 1)) / columns
    height, width = planes.shape[1:]
    tall = min(side * height / width, side * 1.4)
    rows = math.ceil(n / columns)
    # One image for all: the gaps between channels are drawn over it.
    peaks = planes.reshape(n, -1).max(axis=1)
    lowest = np.minimum(planes.reshape(n, -1).min(axis=1), 0)
    span = np.where(peaks > lowest, peaks - lowest, 1)
    scaled = (planes - lowest[:, None, None]) / span[:, None, None]
    top = panel.y
    marked: list[Rect] = []
    for row in range(rows):
        for column in range(columns):
            index = row * columns + column
            if index >= n:
                continue
            x = panel.left + column * (side + gap)
            y = top + row * (tall + 19)
            panel.add(
                Heat(name="Channels", values=scaled[index], rect=(x, y, x + side, y + tall), low=0,
                     high=1)
            )
            own = int(names[index])
            panel.label(
                x + side / 2, y + tall + 8, str(own), "text" if own == chosen else "muted", 10,
                "centre", own == chosen,
            )
            if own == chosen:
                marked.append((x - 2.5, y - 2.5, x + side + 2.5, y + tall + 2.5))
    if marked:
        panel.add(Boxes(name="Chosen channel", boxes=np.array(marked), roles="selected", width=2))
    panel.y = top + rows * (tall + 19)


def addition(panel: Column, stage: FeaturesStage, shown: FeatureMap, channel: int) -> None:
    """FPN's top-down step: lateral + map above, doubled = sum."""
    number_ = shown.name[-1]
    lateral = next((m for m in stage.maps if m.role == "lateral" and m.name[-1] == number_), None)
    if lateral is None or not number_.isdigit():
        return
    above = next(
        (m for m in stage.maps if m.role == "merged" and m.name[-1] == str(int(number_) + 1)), None
    )
    parts: list[tuple[str, Floats]] = [(lateral.name, lateral.values[channel])]
    if above is not None:
        grown = enlarged(np.asarray(above.values[channel]), shown.values.shape[1:])
        parts.append((f"{above.name} × 2", grown))
    parts.append((shown.name, shown.values[channel]))
    panel.heading("Top-down addition", f"channel {channel}")
    low = min(float(np.min(plane)) for _, plane in parts)
    high = max(float(np.max(plane)) for _, plane in parts)
    side = (panel.inner - 2 * 22) / 3
    height, width = shown.values.shape[1:]
    tall = side * height / width
    signs = ("+", "=") if len(parts) == 3 else ("=",)
    for index, (name, plane) in enumerate(parts):
        x = panel.left + index * (side + 22)
        rect = panel.heat(np.asarray(plane, np.float32), side, tall, low, high, x, move=False)
        panel.label(x + side / 2, rect[3] + 9, name, "muted", 11, "centre")
        if index < len(signs):
            panel.label(rect[2] + 11, (rect[1] + rect[3]) / 2, signs[index], size=14,
                        anchor="centre")
    panel.gap(tall + 20)
    if above is None:
        panel.text("The top of the pyramid: nothing is added to its lateral.", "muted", 11)


def sizes(panel: Column, stage: FeaturesStage, shown: FeatureMap) -> None:
    """All maps of the same role, as a table."""
    same = [each for each in stage.maps if each.role == shown.role]
    if len(same) < 2:
        return
    letters = [
        PATHWAYS[role][-2] for role in PATHWAYS if role != shown.role
        and any(each.role == role for each in stage.maps)
    ]
    others = f"; Pathway shows {', '.join(letters[:-1])} and {letters[-1]}" if letters[1:] else ""
    panel.heading("Maps", f"{len(same)} of {len(stage.maps)}{others}" if letters else "")
    rows = []
    for each in same:
        channels, height, width = each.values.shape
        rows.append((each.name, f"{width} × {height} × {channels}",
                     f"{number(each.stride_x, 1)} px a cell"))
    chosen = next(at for at, each in enumerate(same) if each is shown)
    sized_table(panel, ("", "", ""), rows, chosen)
