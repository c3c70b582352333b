"""How FPN's maps are made, one after the other: C, laterals, enlarged and added, smoothed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from explorer.session import control_texts
from explorer.session.digits import adding
from explorer.session.scene import Boxes, Control, Heat, Layer, Lines, Picture, Rect, ViewState
from explorer.session.scenes.common import (
    Focus,
    number,
    photo_scene,
    selection,
    title,
)
from explorer.session.scenes.grids import beyond_photo, cells_box, map_rect
from explorer.session.scenes.panel import Column
from explorer.trace.base import Floats
from explorer.trace.stages import FeatureMap, FeaturesStage, Trace

Kind = Literal["bottom-up", "lateral", "enlarged", "merged", "map"]
COLUMNS: tuple[tuple[Kind, str], ...] = (
    ("bottom-up", "C"), ("lateral", "L"), ("merged", "M"), ("map", "P"),
)
GAPS = (20.0, 34.0, 20.0)  # between the columns; the sum's plus stands in the second
PLUS = 7.0  # from its middle to where arrows end


@dataclass(frozen=True, eq=False)
class PyramidStep:
    """One map that appears. made: it; of "enlarged", the sum that will be made with it."""

    kind: Kind
    level: int
    made: FeatureMap
    sentence: str


def level_of(each: FeatureMap) -> int:
    return int(each.name[1:]) if each.name[1:].isdigit() else 0


def by_level(stage: FeaturesStage, role: str) -> dict[int, FeatureMap]:
    return {level_of(each): each for each in stage.maps if each.role == role}


def steps(trace: Trace, stage: FeaturesStage) -> tuple[PyramidStep, ...]:
    """All steps in the paper's order (section 3, figure 3); none where a trace has no sums."""
    bottom, lateral, merged, last = (
        by_level(stage, role) for role in ("bottom-up", "lateral", "merged", "map")
    )
    if not merged or not lateral or not bottom:
        return ()
    added = trace.settings.get("top_down", True) is not False
    beside = trace.settings.get("laterals", True) is not False
    top = max(merged)
    found = [
        PyramidStep("bottom-up", at, bottom[at],
                    f"{bottom[at].name}: the last output of stage {at} of the CNN.")
        for at in sorted(bottom)
    ]
    found += [
        PyramidStep("lateral", at, lateral[at], f"{lateral[at].name}: a 1 × 1 convolution of "
                    f"C{at}, to {len(lateral[at].values)} channels.")
        for at in sorted(lateral, reverse=True)
    ]
    for at in sorted(merged, reverse=True):
        name = merged[at].name
        if at == top:
            text = f"{name} = L{at}: nothing lies above it."
        else:
            if added:
                found.append(PyramidStep("enlarged", at, merged[at], f"M{at + 1} is enlarged to "
                                         f"the size of L{at}: every cell twice in x and y."))
            parts = [f"L{at}"] * beside + [f"M{at + 1} enlarged"] * added
            text = f"{name} = {' + '.join(parts) or '0'}."
        found.append(PyramidStep("merged", at, merged[at], text))
    found += [
        PyramidStep("map", at, last[at], f"{last[at].name}: a 3 × 3 convolution of M{at} smooths "
                    "what enlarging left.")
        for at in sorted(last, reverse=True) if at in merged
    ]
    found += [
        PyramidStep("map", at, last[at], f"{last[at].name}: every second cell of P{at - 1}, for "
                    "the RPN alone.")
        for at in sorted(last) if at not in merged
    ]
    return tuple(found)


def enlarged(plane: Floats, shape: tuple[int, ...]) -> Floats:
    """A map (h, w) at another size by nearest neighbour, as the network enlarges it."""
    rows = np.arange(shape[0]) * plane.shape[0] // shape[0]
    columns = np.arange(shape[1]) * plane.shape[1] // shape[1]
    result: Floats = plane[rows][:, columns]
    return result


def plane_of(step: PyramidStep, stage: FeaturesStage, channel: int) -> Floats:
    """What a step shows (h, w): of C its strongest channel, of all others `channel`."""
    values = step.made.values
    if step.kind == "bottom-up":
        strongest = np.asarray(values, np.float32).reshape(len(values), -1).max(axis=1).argmax()
        return np.asarray(values[int(strongest)], np.float32)
    if step.kind == "enlarged":
        above = by_level(stage, "merged")[step.level + 1]
        return enlarged(np.asarray(above.values[channel], np.float32), values.shape[1:])
    return np.asarray(values[channel], np.float32)


def build_up(
    trace: Trace, stage: FeaturesStage, state: ViewState, at: Focus | None, show: Control
) -> Picture:
    """The picture after some steps; at first, after all. show: the control that led here."""
    every = steps(trace, stage)
    step = min(max(1, int(state.control("features", "step", len(every)))), len(every))
    now = every[step - 1]
    finest = min(by_level(stage, "merged").items())[1]
    values = np.asarray(finest.values, np.float32)
    channel = int(values.reshape(len(values), -1).max(axis=1).argmax())
    plane = plane_of(now, stage, channel)
    name = f"M{now.level + 1} enlarged" if now.kind == "enlarged" else now.made.name
    low, high = min(0.0, float(plane.min())), float(plane.max())
    layers: list[Layer] = [
        Heat(name="Feature map", values=plane, rect=map_rect(now.made, *plane.shape), low=low,
             high=max(high, low + 1e-6), opacity=0.7),
    ]
    cell = np.unravel_index(int(plane.argmax()), plane.shape)
    panel = Column()
    panel.heading(f"Step {step} of {len(every)}", name)
    panel.text(now.sentence)
    panel.gap(6)
    _diagram(panel, trace, stage, every[:step], channel)
    panel.text(
        f"C: the CNN's maps, each its strongest channel. L: laterals, M: sums, P: the pyramid, all "
        f"channel {channel}. Every map has its own scale: dark is low, bright is high.",
        "muted", 11,
    )
    if now.kind in ("enlarged", "merged"):
        _sum(panel, trace, stage, now, channel, (int(cell[0]), int(cell[1])))
        y, x = int(cell[0]), int(cell[1])
        layers.append(
            Boxes(name="Cell of the sum", boxes=cells_box(np.array([[x, y, x, y]]), now.made),
                  roles="selected", width=2.5)
        )
    layers += selection(trace, at, "regions")
    which = "strongest channel" if now.kind == "bottom-up" else f"channel {channel}"
    return Picture(
        title=title(trace, "features"),
        summary=f"{name} · {which} · {plane.shape[1]} × {plane.shape[0]} cells",
        main=photo_scene(
            trace, *layers, beyond=beyond_photo(trace, [each.made for each in every])
        ),
        panel=panel.scene(),
        controls=(
            show,
            Control(key="step", title="Step", kind="number", value=step, low=1, high=len(every),
                    plays=True, why=control_texts.PYRAMID_STEP),
        ),
    )


def _diagram(
    panel: Column, trace: Trace, stage: FeaturesStage, done: tuple[PyramidStep, ...], channel: int
) -> None:
    """Figure 3 of the paper as small maps: what is made so far, the latest outlined."""
    levels = sorted({level_of(each) for each in stage.maps}, reverse=True)
    side = (panel.inner - sum(GAPS)) / len(COLUMNS)
    shape = done[0].made.values.shape
    tall = min(side * shape[1] / shape[2], side)
    x_of = {
        kind: panel.left + at * side + sum(GAPS[:at]) for at, (kind, _) in enumerate(COLUMNS)
    }
    for kind, letter in COLUMNS:
        panel.label(x_of[kind] + side / 2, panel.y + 7, letter, "muted", 11, "centre")
    panel.gap(18)
    y_of = {level: panel.y + at * (tall + 20) for at, level in enumerate(levels)}
    there: dict[tuple[Kind, int], Floats] = {
        (step.kind, step.level): plane_of(step, stage, channel)
        for step in done if step.kind != "enlarged"
    }
    last = done[-1]
    for level in levels:
        for kind, letter in COLUMNS:
            x, y = x_of[kind], y_of[level]
            if not any(level_of(e) == level and e.role == kind for e in stage.maps):
                continue
            panel.label(x + side / 2, y + tall + 8, f"{letter}{level}", "muted", 10, "centre")
            plane = there.get((kind, level))
            if plane is None:
                panel.fill((x, y, x + side, y + tall), "line")
                continue
            low = min(0.0, float(plane.min()))
            panel.add(Heat(name="Maps", values=plane, rect=(x, y, x + side, y + tall), low=low,
                           high=max(float(plane.max()), low + 1e-6)))
    corners = {(kind, level): (x_of[kind], y_of[level]) for kind, _ in COLUMNS for level in levels}
    _arrows(panel, trace, done, corners, (side, tall))
    kind = "merged" if last.kind == "enlarged" else last.kind
    x, y = x_of[kind], y_of[last.level]
    panel.add(Boxes(name="This step", boxes=np.array([[x - 2, y - 2, x + side + 2, y + tall + 2]]),
                    roles="selected", width=2.0))
    panel.y = y_of[levels[-1]] + tall + 20


def _arrows(
    panel: Column, trace: Trace, done: tuple[PyramidStep, ...],
    corners: dict[tuple[Kind, int], tuple[float, float]], size: tuple[float, float],
) -> None:
    """What each map is made of. M above and the lateral meet in a plus before their sum M."""
    side, tall = size
    columns = [kind for kind, _ in COLUMNS]
    made = {(step.kind, step.level) for step in done}
    top = max(step.level for step in done if step.kind == "bottom-up")
    beside = trace.settings.get("laterals", True) is not False
    bends: list[Rect] = []
    arrows: list[Rect] = []
    for kind, level in made:
        x, y = corners["merged" if kind == "enlarged" else kind, level]
        middle, plus = y + tall / 2, x - GAPS[1] / 2
        if kind == "enlarged":
            out, below = x + side / 6, corners["merged", level + 1][1] + tall
            bends += [(out, below + 2, out, below + 10), (out, below + 10, plus, below + 10)]
            arrows.append((plus, below + 10, plus, middle - PLUS))
        elif kind == "merged" and ("enlarged", level) in made:
            arrows.append((plus + PLUS, middle, x - 3, middle))
            if beside:
                arrows.append((x - GAPS[1] + 3, middle, plus - PLUS, middle))
                panel.label(plus, middle, "+", size=14, anchor="centre", bold=True)
        elif kind == "map" and ("map", level - 1) in made and level > top:
            up = x + 0.85 * side  # beside the name of the map above
            arrows.append((up, corners["map", level - 1][1] - 3, up, y + tall + 3))
        elif kind != "bottom-up" and (kind != "merged" or beside or level == top):
            before = columns.index(kind) - 1
            if (columns[before], level) in made:
                arrows.append((x - GAPS[before] + 3, middle, x - 3, middle))
    for name, segments, head in (("From above", bends, False), ("Steps so far", arrows, True)):
        panel.add(Lines(name=name, segments=np.array(segments).reshape(-1, 4), role="muted",
                        width=1.2, arrow=head))


def _sum(
    panel: Column, trace: Trace, stage: FeaturesStage, now: PyramidStep, channel: int,
    cell: tuple[int, int],
) -> None:
    """One cell of the sum in numbers: the strongest of what is shown."""
    lateral, merged = by_level(stage, "lateral"), by_level(stage, "merged")
    y, x = cell
    panel.heading(f"Cell ({x}, {y})", f"channel {channel}")
    terms: list[tuple[str, float]] = []
    beside = trace.settings.get("laterals", True) is not False or now.level == max(merged)
    if now.kind == "merged" and beside:
        terms.append((f"L{now.level}", float(lateral[now.level].values[channel, y, x])))
    if now.level + 1 in merged and trace.settings.get("top_down", True) is not False:
        above = enlarged(merged[now.level + 1].values[channel], now.made.values.shape[1:])
        height, width = merged[now.level + 1].values.shape[1:]
        own = (x * width // above.shape[1], y * height // above.shape[0])
        terms.append((f"M{now.level + 1}, its cell {own}", float(above[y, x])))
    total = float(now.made.values[channel, y, x])
    digits = adding((value for _, value in terms), total) if now.kind == "merged" else 2
    for name, value in terms:
        panel.pair(name, number(value, digits))
    if now.kind == "merged":
        panel.pair(f"{now.made.name}, their sum", number(total, digits))
