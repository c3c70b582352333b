"""Regions from a region proposal network: proposals, anchors, objectness, refinement, NMS."""

from __future__ import annotations

import numpy as np

from explorer.session.anchors import (
    anchors_a_cell,
    colour_index,
    colour_names,
    level_rows,
    place,
    ratio_index,
    ratio_text,
)
from explorer.session.scene import (
    Boxes,
    Control,
    Heat,
    Layer,
    Lines,
    Picture,
    Points,
    ViewState,
)
from explorer.session.scenes.common import (
    Focus,
    centres,
    count,
    focus,
    number,
    photo_rect,
    photo_scene,
    plural,
    selection,
    shown,
    size_text,
    title,
)
from explorer.session.scenes.equations import decoding
from explorer.session.scenes.panel import Cell, Column
from explorer.trace.stages import Floats, Ints, RpnStage, Trace

SHOWS = ("proposals", "anchors", "objectness", "refinement", "NMS")
ALL_LEVELS = "all levels"
ARROWS = 24


def picture(trace: Trace, stage: RpnStage, state: ViewState) -> Picture:
    show = str(state.control("regions", "show", "proposals"))
    at = focus(trace, state)
    draw = {
        "anchors": _anchors, "objectness": _objectness, "refinement": _refinement, "NMS": _nms,
    }.get(show, _proposals)
    return draw(trace, stage, state, at)


def _show(value: str) -> Control:
    return Control(key="show", title="Show", kind="choice", value=value, choices=SHOWS)


def sigmoid(logits: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-np.clip(np.asarray(logits, np.float64), -60, 60)))
    return result


def roles_of(stage: RpnStage, anchors: Ints) -> tuple[str, ...]:
    table = np.array([f"level{index}" for index in range(5)])
    return tuple(table[np.clip(colour_index(stage, anchors), 0, 4)].tolist())


def _proposals(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> Picture:
    total = len(stage.boxes)
    rows = np.arange(min(state.limit, total))[::-1]
    layers: list[Layer] = []
    for index, name in enumerate(colour_names(stage)):
        own = rows[colour_index(stage, stage.anchor[rows]) == index]
        if len(own):
            layers.append(
                Boxes(
                    name=f"Proposals of {name}", boxes=stage.boxes[own], roles=f"level{index}",
                    stage="regions", rows=own, width=1.3, opacity=0.75,
                )
            )
    layers += selection(trace, at, "regions")
    panel = Column()
    _funnel(panel, trace, stage)
    _by_level_and_ratio(panel, stage)
    if at is not None:
        _chosen(panel, stage, at)
    return Picture(
        title=title(trace, "regions"),
        summary=f"{shown(len(rows), total, 'proposals')} · from {count(len(stage.anchors))} "
        "anchors",
        main=photo_scene(trace, *layers, opacity=0.75),
        panel=panel.scene(),
        controls=(_show("proposals"),),
    )


def _funnel(panel: Column, trace: Trace, stage: RpnStage) -> None:
    """From all anchors to the proposals, on a logarithmic scale."""
    panel.heading("From anchors to proposals", "log scale")
    steps = (
        ("anchors", len(stage.anchors)), ("enter NMS", len(stage.top)),
        ("survive NMS", len(stage.nms.kept)), ("proposals", len(stage.boxes)),
    )
    top = np.log10(max(10, len(stage.anchors)))
    for name, value in steps:
        panel.bar(name, count(value), float(np.log10(max(1, value)) / top), trace.method)


def _by_level_and_ratio(panel: Column, stage: RpnStage) -> None:
    names = colour_names(stage)
    several = len(stage.levels) > 1
    panel.heading("Proposals by " + ("level" if several else "size") + " and ratio", "h : w")
    index = colour_index(stage, stage.anchor)
    ratio, ratios = ratio_index(stage, stage.anchor)
    steps = [96 + 52 * at for at in range(len(ratios))]
    cells = (
        Cell(16), *(Cell(x, "right") for x in steps), Cell(panel.inner, "right"),
    )
    rows = []
    for at, name in enumerate(names):
        if several:
            name = f"{name} {stage.levels[at].sizes[0]:g}²"
        own = index == at
        each = [count(int((own & (ratio == r)).sum())) for r in range(len(ratios))]
        rows.append((name, *each, count(int(own.sum()))))
    head = ("", *(ratio_text(value) for value in ratios), "all")
    panel.table(cells, head, rows, roles=[f"level{at}" for at in range(len(names))])


def _chosen(panel: Column, stage: RpnStage, at: Focus) -> None:
    """Where the focused proposal came from, with its numbers."""
    row = at.region
    anchor = int(stage.anchor[row])
    spot = place(stage, anchor)
    level = stage.levels[spot.level]
    panel.heading(f"Proposal {row}", "selected" if at.chosen else "best detection")
    panel.pair("Anchor", f"row {count(anchor)}")
    panel.pair("Level, cell", f"{level.name}, ({spot.x}, {spot.y})")
    panel.pair("Size, ratio", f"{spot.size:g}², {ratio_text(spot.ratio)}")
    logit = float(stage.objectness[anchor])
    probability = float(sigmoid(stage.objectness[anchor]))
    panel.pair("Objectness", f"σ({number(logit)}) = {number(probability, 3)}")
    decoding(panel, stage.anchors[anchor], stage.deltas[anchor], "a", clipped_to=stage.boxes[row])


def _anchors(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> Picture:
    names = tuple(level.name for level in stage.levels)
    choices = (ALL_LEVELS, *names) if len(names) > 1 else names
    wanted = str(state.control("regions", "level", choices[0]))
    wanted = wanted if wanted in choices else choices[0]
    levels = range(len(names)) if wanted == ALL_LEVELS else [names.index(wanted)]
    x1, y1, x2, y2 = photo_rect(trace)
    middle = ((x1 + x2) / 2, (y1 + y2) / 2)
    if at is not None:
        middle = tuple(centres(stage.anchors[[int(stage.anchor[at.region])]])[0])
    x = float(state.control("regions", "x", round(min(max(middle[0], 0), x2 - 1))))
    y = float(state.control("regions", "y", round(min(max(middle[1], 0), y2 - 1))))
    rows = np.concatenate([_at_cell(stage, level, x, y) for level in levels])
    grid = Points(name="Anchor centres", points=_grid(stage, max(levels)), role="muted", radius=1.2)
    here = Points(name="Location", points=centres(stage.anchors[rows]), role="selected", radius=4.0)
    layers: list[Layer] = [
        grid,
        Boxes(
            name="Anchors", boxes=stage.anchors[rows], roles=roles_of(stage, rows), width=1.8,
            opacity=0.95,
        ),
        here,
    ]
    panel = Column()
    k = anchors_a_cell(stage, levels[0])
    note = f"k = {k} a cell" if len(names) == 1 else f"{k} a level, {len(rows)} in all"
    panel.heading("Anchors at one location", note)
    cells = (
        Cell(14), Cell(44), Cell(186, "right"), Cell(240, "right"), Cell(panel.inner, "right"),
    )
    probability = sigmoid(stage.objectness[rows])
    table = []
    for row, p in zip(rows.tolist(), probability.tolist(), strict=True):
        spot = place(stage, row)
        name = stage.levels[spot.level].name
        table.append(
            (
                name, f"{spot.size:g}² {ratio_text(spot.ratio)}", size_text(stage.anchors[row]),
                f"{spot.x}, {spot.y}", number(p, 3),
            )
        )
    head = ("map", "size, h:w", "photo px", "cell", "p")
    best = int(probability.argmax()) if len(rows) else -1
    panel.table(cells, head, table, chosen=best, roles=roles_of(stage, rows))
    panel.gap(4)
    panel.text(
        "p: objectness of the box that this anchor becomes. Sizes in network pixels; anchors may "
        "leave the photo.", "muted", 11,
    )
    panel.heading("All anchors", count(len(stage.anchors)))
    for index, level in enumerate(stage.levels):
        own = level_rows(stage, index)
        panel.pair(
            f"{level.name}: {level.width} × {level.height} cells × {anchors_a_cell(stage, index)}",
            count(own.stop - own.start),
        )
    controls = [_show("anchors")]
    if len(choices) > 1:
        controls.append(
            Control(key="level", title="Level", kind="choice", value=wanted, choices=choices)
        )
    controls += [
        Control(key=key, title=f"Location {key}", kind="number", value=int(value), high=int(top))
        for key, value, top in (("x", x, x2 - 1), ("y", y, y2 - 1))
    ]
    return Picture(
        title=title(trace, "regions"),
        summary=shown(len(rows), len(stage.anchors), "anchors"),
        main=photo_scene(trace, *layers, opacity=0.85),
        panel=panel.scene(),
        controls=tuple(controls),
    )


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


def _objectness(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> Picture:
    names = tuple(level.name for level in stage.levels)
    maps = [objectness_map(stage, level) for level in range(len(names))]
    best = int(np.argmax([each.max() for each in maps]))
    if at is not None:
        best = int(stage.level[int(stage.anchor[at.region])])
    wanted = str(state.control("regions", "level", names[best]))
    level = names.index(wanted) if wanted in names else best
    layout = stage.levels[level]
    extent = (0.0, 0.0, layout.width * layout.stride_x, layout.height * layout.stride_y)
    logits = stage.objectness[level_rows(stage, level)]
    top = layout.start + np.argsort(-logits, kind="stable")[: min(5, len(logits))]
    layers: list[Layer] = [
        Heat(name="Objectness", values=maps[level], rect=extent, low=0, high=1, opacity=0.65),
        Boxes(
            name="Highest anchors", boxes=stage.anchors[top], roles=f"level{min(level, 4)}",
            dashed=True, captions=tuple(number(float(p)) for p in sigmoid(stage.objectness[top])),
        ),
        *selection(trace, at, "regions"),
    ]
    panel = Column()
    panel.heading("Objectness", "highest of the k anchors of a cell")
    half = (panel.inner - 12) / 2
    aspect = photo_rect(trace)[3] / photo_rect(trace)[2]
    height = min(130.0, half * aspect)
    for index, each in enumerate(maps):
        right = index % 2 == 1
        x = panel.left + (half + 12 if right else 0)
        role = "text" if index == level else "muted"
        panel.label(x, panel.y + 7, f"{names[index]}  {each.shape[1]} × {each.shape[0]}", role, 11)
        panel.label(x + half, panel.y + 7, f"max {number(float(each.max()))}", role, 11, "right",
                    mono=True)
        panel.y += 17
        panel.heat(each, half, height, 0, 1, x, f"Objectness {names[index]}", move=False)
        panel.y -= 17
        if right or index == len(maps) - 1:
            panel.gap(height + 28)
    panel.heading("Anchors by probability", names[level])
    edges = np.array([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
    found, _ = np.histogram(sigmoid(logits), edges)
    for low, high, here in zip(edges[:-1], edges[1:], found.tolist(), strict=True):
        fraction = np.log10(1 + here) / np.log10(1 + max(1, len(logits)))
        panel.bar(f"{low:.1f} – {high:.1f}", count(here), float(fraction), trace.method)
    panel.text("Bars: logarithmic.", "muted", 11)
    return Picture(
        title=title(trace, "regions"),
        summary=f"objectness on {names[level]}, {layout.width} × {layout.height} cells × "
        f"{anchors_a_cell(stage, level)} anchors",
        main=photo_scene(trace, *layers),
        panel=panel.scene(),
        controls=(
            _show("objectness"),
            Control(key="level", title="Level", kind="choice", value=names[level], choices=names),
        ),
    )


def _refinement(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> Picture:
    total = len(stage.boxes)
    rows = np.arange(min(state.limit, ARROWS, total))
    if at is not None and at.chosen and at.region not in rows:
        rows = np.append(rows, at.region)
    anchors = stage.anchor[rows]
    before, after = stage.anchors[anchors], stage.boxes[rows]
    roles = roles_of(stage, anchors)
    layers: list[Layer] = [
        Boxes(name="Anchors", boxes=before, roles=roles, dashed=True, width=1.2, opacity=0.6),
        Boxes(
            name="Refined", boxes=after, roles=roles, stage="regions", rows=rows, width=1.8,
        ),
        Lines(
            name="Moves", segments=np.concatenate([centres(before), centres(after)], 1),
            role="text", arrow=True, width=1.2,
        ),
        *selection(trace, at, "regions"),
    ]
    panel = Column()
    panel.heading("Anchor to box", "clipped to the photo")
    panel.swatch("muted", "anchor (dashed)", outline=True)
    panel.swatch("text", "refined box (solid), arrow between centres", outline=True)
    shift = np.abs(stage.deltas[stage.anchor[:total], :2]).mean(0) if total else np.zeros(2)
    scale = np.exp(np.abs(stage.deltas[stage.anchor[:total], 2:]).mean(0)) if total else np.ones(2)
    panel.pair("Mean |t_x|, |t_y|", f"{number(shift[0], 3)}, {number(shift[1], 3)}")
    panel.pair("Typical change of w, h", f"× {number(scale[0])}, × {number(scale[1])}")
    if at is not None:
        _chosen(panel, stage, at)
    return Picture(
        title=title(trace, "regions"),
        summary=f"before and after refinement · {shown(len(rows), total, 'proposals')}",
        main=photo_scene(trace, *layers, opacity=0.75),
        panel=panel.scene(),
        controls=(_show("refinement"),),
    )


def _nms(trace: Trace, stage: RpnStage, state: ViewState, at: Focus | None) -> Picture:
    record = stage.nms
    proposals = np.arange(min(state.limit // 4 or 1, len(stage.boxes)))
    kept = stage.source[proposals]
    gone = np.nonzero(np.isin(record.suppressed_by, kept))[0]
    order = np.argsort(-stage.objectness[stage.top[gone]], kind="stable")
    gone = gone[order][: state.limit]
    layers: list[Layer] = [
        Boxes(
            name="Suppressed", boxes=stage.candidates[gone], roles="muted", dashed=True, width=1.0,
            opacity=0.7,
        ),
        Boxes(
            name="Kept", boxes=stage.boxes[proposals], stage="regions", rows=proposals, width=2.0,
            roles=roles_of(stage, stage.anchor[proposals]),
        ),
    ]
    panel = Column()
    panel.heading("NMS on proposals", f"IoU > {number(record.threshold)}")
    total_gone = int((record.suppressed_by >= 0).sum())
    panel.swatch("text", "kept", count(len(record.kept)), outline=True)
    panel.swatch("muted", "suppressed (dashed)", count(total_gone), outline=True)
    if len(stage.levels) > 1:
        panel.text("Boxes of different levels never suppress each other.", "muted", 11)
    cells = (
        Cell(16), Cell(130, "right"), Cell(210, "right"), Cell(panel.inner, "right"),
    )
    level = np.asarray(stage.level[stage.top])
    table = [
        (
            each.name, count(int((level == index).sum())),
            count(int((level[record.kept] == index).sum())),
            count(int(((level == index) & (record.suppressed_by >= 0)).sum())),
        )
        for index, each in enumerate(stage.levels)
    ]
    panel.gap(6)
    panel.table(cells, ("", "candidates", "kept", "suppressed"), table)
    if at is not None:
        layers += _victims(panel, stage, at)
    layers += selection(trace, at, "regions")
    return Picture(
        title=title(trace, "regions"),
        summary=f"{plural(len(proposals), 'kept box', 'kept boxes')} and {len(gone)} of "
        f"{count(total_gone)} suppressed",
        main=photo_scene(trace, *layers, opacity=0.7),
        panel=panel.scene(),
        controls=(_show("NMS"),),
    )


def _victims(panel: Column, stage: RpnStage, at: Focus) -> tuple[Layer, ...]:
    """Whom the focused proposal suppressed: a list, and lines on the photo."""
    keeper = int(stage.source[at.region])
    gone = np.nonzero(stage.nms.suppressed_by == keeper)[0]
    gone = gone[np.argsort(-stage.nms.overlap[gone], kind="stable")]
    panel.heading(f"Proposal {at.region}", f"suppresses {plural(len(gone), 'box', 'boxes')}")
    cells = (Cell(0), Cell(180, "right"), Cell(panel.inner, "right"))
    table = [
        (
            f"candidate {row}", number(float(sigmoid(stage.objectness[stage.top[row]])), 3),
            number(float(stage.nms.overlap[row]), 3),
        )
        for row in gone[:12].tolist()
    ]
    if table:
        panel.table(cells, ("", "objectness", "IoU"), table)
    if len(gone) > 12:
        panel.text(f"and {len(gone) - 12} more", "muted")
    if not len(gone):
        return ()
    own = np.broadcast_to(centres(stage.boxes[[at.region]]), (len(gone), 2))
    lines = np.concatenate([centres(stage.candidates[gone]), own], 1)
    return (
        Boxes(
            name="Suppressed by the selection", boxes=stage.candidates[gone], roles="bad",
            dashed=True, width=1.3,
        ),
        Lines(name="Who suppressed it", segments=lines, role="bad", width=0.8, opacity=0.6),
    )

