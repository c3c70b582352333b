"""The whole life of one row in numbers: what the inspector's cards say."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from explorer.session.births import moves, region_cards
from explorer.session.card import Card
from explorer.session.fates import nms_facts, outcome
from explorer.session.related import Related, box_of, region_boxes, related
from explorer.session.scene import Key
from explorer.session.scenes.assignment_levels import network_size
from explorer.session.scenes.common import (
    box_text,
    count,
    label_name,
    number,
    setting,
    signed,
)
from explorer.session.scenes.equations import box_lines, decoding_lines, level_lines
from explorer.session.scenes.grids import map_named
from explorer.trace.base import Floats, StageName
from explorer.trace.stages import (
    ImageStage,
    LevelStage,
    PoolingStage,
    RefinementStage,
    RoiStage,
    ScoresStage,
    Trace,
    WarpStage,
    WindowStage,
)


def cards(trace: Trace, stage: StageName, row: int) -> list[Card]:
    """Every number of one row, stage by stage in the order in which the method runs them.

    Raises IndexError where the trace has no such row.
    """
    rows = related(trace, Key(trace.method, stage, row))
    region = rows["regions"][0] if "regions" in rows else None
    if region is None:
        return []
    if region < 0:  # a candidate that is no proposal: its life ends with the RPN
        return region_cards(trace, region)
    result: list[Card] = []
    for name in [each.name for each in trace.stages]:
        if name == "regions":
            result += region_cards(trace, region)
        elif name == "assignment" and name in rows:
            result += _assignment_cards(trace, region, rows[name][0])
        elif name == "pooling" and name in rows:
            result += _pooling_cards(trace, rows[name][0])
        elif name == "scores" and name in rows:
            result += _score_cards(trace, rows[name][0])
        elif name == "refinement":
            result += _refinement_cards(trace, rows)
        elif name == "nms":
            result += [
                Card("nms", title, lines, Key(trace.method, "nms", at), note)
                for at, title, note, lines in nms_facts(trace, rows)
            ]
    title, lines = outcome(trace, rows, region)
    last = rows.get("detections", [None])[0]
    key = None if last is None else Key(trace.method, "detections", last)
    result.append(Card("detections", title, lines, key))
    return result


def facts(trace: Trace, stage: StageName, row: int) -> list[tuple[str, tuple[str, ...]]]:
    """The cards as (title, lines), with their notes and bars as text."""
    return [
        (
            f"{card.title} · {card.note}" if card.note else card.title,
            card.lines + tuple(f"{name}  {text}" for name, _, text in card.bars),
        )
        for card in cards(trace, stage, row)
    ]


def _assignment_cards(trace: Trace, region: int, row: int) -> list[Card]:
    stage = trace.stage("assignment")
    key = Key(trace.method, "assignment", row)
    box = np.asarray(region_boxes(trace)[region], np.float64)
    image = trace.stage("image")
    lines: tuple[str, ...]
    if isinstance(stage, WarpStage):
        usable = stage.size - 2 * stage.padding
        sides = box[2:] - box[:2]
        stretch = usable / np.maximum(sides, 1e-6)
        lines = (
            f"context {number(sides[0] * stage.padding / usable, 1)} px left and right, "
            f"{number(sides[1] * stage.padding / usable, 1)} px above and below",
            f"dilated {box_text(stage.context[row])}",
            f"warped × {number(stretch[0])} in x, × {number(stretch[1])} in y",
        )
        return [Card("assignment", "Crop", lines, key, f"{stage.size} × {stage.size}, "
                     f"p = {stage.padding}")]
    if isinstance(stage, WindowStage) and isinstance(image, ImageStage):
        return _window_cards(trace, stage, image, box, row, key)
    if isinstance(stage, RoiStage):
        exact, cells = stage.exact[row], stage.cells[row]
        lines = (
            _four("", ("x1", "y1", "x2", "y2")),
            _four("÷ stride", [number(float(value)) for value in exact]),
            _four("rounded", [str(int(cell)) for cell in cells]),
        )
        shown = map_named(trace)
        if shown is not None:
            moved = (cells - exact) * np.array([shown.stride_x, shown.stride_y] * 2)
            lines += (_four("shift px", [signed(float(value), 1) for value in moved]),)
        size = f"{cells[2] - cells[0] + 1} × {cells[3] - cells[1] + 1} cells"
        return [Card("assignment", "RoI", lines, key, size)]
    if isinstance(stage, LevelStage):
        width, height = network_size(trace, box)
        raw, level = float(stage.raw[row]), int(stage.level[row])
        lines = level_lines(width, height, raw, level, stage.k0, stage.canonical)
        return [Card("assignment", "Level", lines, key, f"P{level}")]
    return []


def _four(name: str, values: Sequence[str]) -> str:
    """A row of a table of the four sides of a box, in a monospaced face."""
    return f"{name:<9}" + "".join(f"{value:>6}" for value in values)


def _window_cards(
    trace: Trace, stage: WindowStage, image: ImageStage, box: Floats, row: int, key: Key
) -> list[Card]:
    scale = int(stage.scale[row])
    size = image.inputs[min(scale, len(image.inputs) - 1)]
    width, height = (box[2] - box[0]) * size.scale_x, (box[3] - box[1]) * size.scale_y
    cells = stage.cells[row]
    wanted = setting(trace, "window", 84.0)
    lines = (
        f"read at short side {min(size.width, size.height)}: {width:.0f} × {height:.0f} px, "
        f"√(w·h) = {math.sqrt(max(width * height, 0)):.0f}, wanted {wanted:g}",
        "first = ⌊x / S⌋ + 1, last = ⌈x / S⌉ − 1",
        f"columns {cells[0]} … {cells[2]}, rows {cells[1]} … {cells[3]}",
    )
    note = f"{cells[2] - cells[0] + 1} × {cells[3] - cells[1] + 1} cells"
    return [Card("assignment", "Window", lines, key, note)]


def _pooling_cards(trace: Trace, row: int) -> list[Card]:
    stage = trace.stage("pooling")
    if not isinstance(stage, PoolingStage):
        return []
    bins = sum(side * side for side in stage.bins)
    how = {
        "crop": "C5 of the crop",
        "pyramid": "max over the cells of each bin",
        "roi_pool": "max over the cells of each bin",
        "roi_align": f"mean of {stage.sampling} × {stage.sampling} bilinear samples a bin",
    }.get(stage.kind, stage.kind)
    sides = " + ".join(f"{side} × {side}" for side in stage.bins)
    lines = (f"{sides} bins: {how}", f"{stage.channels} channels × {bins} = "
             f"{count(stage.channels * bins)} numbers")
    return [Card("pooling", "Pooled", lines, Key(trace.method, "pooling", row), sides)]


def _score_cards(trace: Trace, row: int) -> list[Card]:
    stage = trace.stage("scores")
    if not isinstance(stage, ScoresStage):
        return []
    values = np.asarray(stage.values[row], np.float64)
    objects = values[stage.first :]
    order = np.argsort(-objects, kind="stable")[:5].tolist()
    low, high = 0.0, 1.0
    if stage.kind == "svm":
        low, high = min(-2.0, float(objects.min())), max(1.0, float(objects.max()))
    bars = [
        (label_name(trace, label), (float(objects[label]) - low) / (high - low),
         number(float(objects[label]), 3))
        for label in order
    ]
    if stage.first:
        bars.append(("background", float(values[0]), number(float(values[0]), 3)))
    note = "SVM margins" if stage.kind == "svm" else "softmax"
    return [Card("scores", "Class scores", (), Key(trace.method, "scores", row), note, tuple(bars))]


def _refinement_cards(trace: Trace, rows: Related) -> list[Card]:
    stage = trace.stage("refinement")
    if not isinstance(stage, RefinementStage):
        return []
    own = sorted(rows.get("refinement", []), key=lambda at: -float(stage.scores[at]))
    result = []
    for at in own[:3]:
        deltas = stage.deltas[at]
        lines = (
            *moves(deltas),
            *decoding_lines(stage.before[at], deltas),
            *box_lines(stage.before[at], deltas, box_of(trace, "refinement", at)),
        )
        name = label_name(trace, int(stage.labels[at]))
        result.append(Card("refinement", "Refinement", lines, Key(trace.method, "refinement", at),
                           f"{name} {number(float(stage.scores[at]))}"))
    return result
