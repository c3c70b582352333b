"""The anchors at one location, and the objectness of all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.session import control_texts
from explorer.session.anchors import (
    anchors_a_cell,
    level_rows,
    place,
    ratio_text,
)
from explorer.session.candidates import anchor_rows
from explorer.session.rows import anchor_text
from explorer.session.scene import (
    Boxes,
    Control,
    Heat,
    Layer,
    Picture,
    Points,
    ViewState,
)
from explorer.session.scenes.common import (
    Focus,
    centres,
    count,
    photo_scene,
    probability,
    shown,
    size_text,
    title,
)
from explorer.session.scenes.grids import beyond_photo, map_rect
from explorer.session.scenes.panel import Cell, Column
from explorer.session.scenes.papers import papers_sides, sides
from explorer.session.scenes.rpn_common import (
    ALL_LEVELS,
    focused_anchor,
    level_looked_at,
    outsider_selected,
    roles_of,
    selected,
    show_control,
    sigmoid,
)
from explorer.session.scenes.sliding import location, window_layer
from explorer.trace.base import Floats, Ints
from explorer.trace.stages import RpnStage, Trace

LISTED = 18  # anchors in the table
TALLEST = 130.0  # a map in the panel


def anchors(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> Picture:
    names = tuple(level.name for level in stage.levels)
    wanted, choice = level_looked_at(stage, state)
    levels = range(len(names)) if wanted == ALL_LEVELS else [names.index(wanted)]
    finest = levels[0]
    place_now = location(trace, stage, state, focused_anchor(trace, stage, state, at), finest)
    x, y = place_now.x, place_now.y
    rows = np.concatenate([_at_cell(stage, level, x, y) for level in levels])
    grid = Points(name="Anchor centres", points=_grid(stage, max(levels)), role="muted", radius=1.2)
    here = Points(name="Location", points=centres(stage.anchors[rows]), role="selected", radius=4.0)
    layers: list[Layer] = [
        grid,
        Boxes(
            name="Anchors", boxes=stage.anchors[rows], roles=roles_of(stage, rows), width=1.8,
            opacity=0.95, stage="regions", rows=anchor_rows(stage, rows), anchors=rows,
        ),
        window_layer(trace, stage, finest, rows[0]),
        here,
    ]
    focused = _own(trace, stage, state, at)
    if focused is not None:
        layers.append(
            Boxes(name="Selected", boxes=stage.anchors[[focused]], roles="selected", width=2.5,
                  stage="regions", rows=anchor_rows(stage, np.array([focused])),
                  anchors=np.array([focused]), captions=(anchor_text(focused),), handles=True)
        )
    panel = Column()
    k = anchors_a_cell(stage, levels[0])
    note = f"k = {k} a cell" if len(names) == 1 else f"{k} a level, {len(rows)} in all"
    panel.heading("Anchors at one location", note)
    cells = (
        Cell(14), Cell(44), Cell(186, "right"), Cell(240, "right"), Cell(panel.inner, "right"),
    )
    likely = sigmoid(stage.objectness[rows])
    table = []
    for row, p in zip(rows.tolist(), likely.tolist(), strict=True):
        spot = place(stage, row)
        name = stage.levels[spot.level].name
        table.append(
            (
                name, f"{spot.size:g}² {ratio_text(spot.ratio)}", size_text(stage.anchors[row]),
                f"{spot.x}, {spot.y}", probability(p),
            )
        )
    head = ("map", "size, h:w", "photo px", "cell", "p")
    marked = -1 if focused is None or focused not in rows else rows.tolist().index(focused)
    listed = slice(0, LISTED)
    panel.text(
        f"The RPN slides a 3 × 3 window over the map: at each of its "
        f"{count(stage.levels[finest].width * stage.levels[finest].height)} locations it scores "
        "and moves these anchors.", "muted", 11,
    )
    panel.gap(4)
    panel.table(cells, head, table[listed], chosen=marked, roles=roles_of(stage, rows)[listed])
    if len(rows) > LISTED:
        panel.text(f"and {len(rows) - LISTED} more, up to p = {probability(likely.max())}",
                   "muted")
    panel.gap(4)
    if focused is not None:
        where = _where(stage, focused, marked)
        panel.text(f"{anchor_text(focused).capitalize()}, selected: {where}.")
    panel.text(_highest(table, likely))
    panel.gap(4)
    panel.text(
        f"p: objectness of the box that this anchor becomes. Sizes in network pixels; the paper's: "
        f"{sides(papers_sides(stage))}.", "muted", 11,
    )
    panel.heading("All anchors", count(len(stage.anchors)))
    for index, level in enumerate(stage.levels):
        own = level_rows(stage, index)
        panel.pair(
            f"{level.name}: {level.width} × {level.height} cells × {anchors_a_cell(stage, index)}",
            count(own.stop - own.start),
        )
    return Picture(
        title=title(trace, "regions"),
        summary=shown(len(rows), len(stage.anchors), "anchor"),
        main=photo_scene(trace, *layers, opacity=0.85),
        panel=panel.scene(),
        controls=(show_control("anchors"), *choice, *place_now.controls),
        pointer=place_now.pointer,
    )


def _own(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> int | None:
    """The anchor that the user selected, or from which the selected box came."""
    outsider = outsider_selected(trace, state)
    if outsider is None and (at is None or not at.chosen):
        return None
    return focused_anchor(trace, stage, state, at)


def _where(stage: RpnStage, anchor: int, marked: int) -> str:
    """Where the selected anchor is to be found in the table, or on the photo."""
    if marked >= 0:
        return "the marked row" if marked < LISTED else "here, further down"
    spot = place(stage, anchor)
    return f"at cell {spot.x}, {spot.y} of {stage.levels[spot.level].name}"


def _highest(table: Sequence[Sequence[str]], likely: Floats) -> str:
    """Which of the anchors here is the likeliest."""
    level, kind, *_, p = table[int(likely.argmax())]
    return f"Highest p here: {p}, of {kind} on {level}."


def _at_cell(stage: RpnStage, level: int, x: float, y: float) -> Ints:
    """Rows of the k anchors whose centre on this level is nearest to a photo point."""
    layout = stage.levels[level]
    k = anchors_a_cell(stage, level)
    first = centres(stage.anchors[layout.start : layout.start + 1])[0]
    column = int(np.clip(round((x - first[0]) / layout.stride_x), 0, layout.width - 1))
    row = int(np.clip(round((y - first[1]) / layout.stride_y), 0, layout.height - 1))
    start = layout.start + (row * layout.width + column) * k
    return np.arange(start, start + k)


def _grid(stage: RpnStage, level: int) -> Floats:
    """Centres of every location of a level (n, 2)."""
    rows = level_rows(stage, level)
    return centres(stage.anchors[rows.start : rows.stop : max(1, anchors_a_cell(stage, level))])


def objectness_map(stage: RpnStage, level: int) -> Floats:
    """The highest objectness of the k anchors of every cell (h, w), as probabilities."""
    layout = stage.levels[level]
    logits = stage.objectness[level_rows(stage, level)]
    return sigmoid(logits.reshape(layout.height, layout.width, -1).max(axis=-1))


def objectness(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> Picture:
    names = tuple(level.name for level in stage.levels)
    maps = [objectness_map(stage, level) for level in range(len(names))]
    best = int(np.argmax([each.max() for each in maps]))
    anchor = focused_anchor(trace, stage, state, at)
    if anchor is not None:
        best = int(stage.level[anchor])
    wanted = str(state.control("regions", "level", names[best]))
    level = names.index(wanted) if wanted in names else best
    layout = stage.levels[level]
    extent = map_rect(layout, layout.height, layout.width)  # anchors are its cells' centres
    logits = stage.objectness[level_rows(stage, level)]
    top = layout.start + np.argsort(-logits, kind="stable")[: min(5, len(logits))][::-1]
    layers: list[Layer] = [
        Heat(name="Objectness", values=maps[level], rect=extent, low=0, high=1, opacity=0.65),
        Boxes(
            name="Highest anchors", boxes=stage.anchors[top], roles=roles_of(stage, top),
            dashed=True, width=2.0,
            captions=tuple(probability(float(p)) for p in sigmoid(stage.objectness[top])),
            stage="regions", rows=anchor_rows(stage, top), anchors=top,
        ),
        *selected(trace, stage, state, at, always=False),
    ]
    panel = Column()
    k = anchors_a_cell(stage, level)
    panel.heading("Objectness", f"highest of the {k} anchors of a cell")
    half = (panel.inner - 12) / 2
    sides = [min(half / each.shape[1], TALLEST / each.shape[0]) for each in maps]  # of its cells
    tall = max(side * each.shape[0] for side, each in zip(sides, maps, strict=True))
    for index, each in enumerate(maps):
        right = index % 2 == 1
        x = panel.left + (half + 12 if right else 0)
        role = "text" if index == level else "muted"
        panel.label(x, panel.y + 7, f"{names[index]}  {each.shape[1]} × {each.shape[0]}", role, 11)
        most = probability(float(each.max()))
        panel.label(x + half, panel.y + 7, f"max {most}", role, 11, "right")
        panel.y += 17
        high, wide = (sides[index] * cells for cells in each.shape)
        panel.heat(each, wide, high, 0, 1, x, f"Objectness {names[index]}", move=False)
        panel.y -= 17
        if right or index == len(maps) - 1:
            panel.gap(tall + 28)
    panel.pair("Colours: probability", "0 to 1")
    panel.scale()
    panel.heading("Anchors by probability", names[level])
    edges = np.linspace(0, 1, 6)
    found, _ = np.histogram(sigmoid(logits), edges)
    for low, high, here in zip(edges[:-1], edges[1:], found.tolist(), strict=True):
        fraction = np.log10(1 + here) / np.log10(1 + max(1, len(logits)))
        panel.bar(f"{low:.1f} – {high:.1f}", count(here), float(fraction), trace.method)
    panel.text("Bars on a log scale.", "muted", 11)
    return Picture(
        title=title(trace, "regions"),
        summary=f"objectness on {names[level]}, {layout.width} × {layout.height} cells × "
        f"{anchors_a_cell(stage, level)} anchors",
        main=photo_scene(trace, *layers, beyond=beyond_photo(trace, stage.levels)),
        panel=panel.scene(),
        controls=(
            show_control("objectness"),
            Control(key="level", title="Level", kind="choice", value=names[level], choices=names,
                    why=control_texts.ANCHOR_LEVEL),
        ),
    )
