"""How a region came to be, in numbers: merges of selective search, or an anchor of the RPN."""

from __future__ import annotations

import numpy as np

from explorer.session.anchors import place, ratio_text
from explorer.session.candidates import FIRST_ANCHOR, fate_lines
from explorer.session.card import Card
from explorer.session.digits import adding
from explorer.session.scene import Key
from explorer.session.scenes.common import (
    count,
    number,
    plural,
    probability,
    signed,
    span_text,
)
from explorer.session.scenes.equations import (
    box_lines,
    decoded,
    decoding_lines,
    decoding_rule,
    size_lines,
)
from explorer.session.scenes.merging import part_name
from explorer.session.scenes.papers import side_text
from explorer.session.scenes.rpn_common import objectness_text, sigmoid
from explorer.session.scenes.search_common import run_name, segments_of
from explorer.trace.base import Floats
from explorer.trace.stages import Grouping, RpnStage, SearchStage, Trace


def region_cards(trace: Trace, region: int) -> list[Card]:
    """region: a row of "regions", or the negative row of a candidate or anchor that is none."""
    stage = trace.stage("regions")
    key = Key(trace.method, "regions", region)
    if isinstance(stage, SearchStage):
        return _search_cards(stage, region, key)
    if isinstance(stage, RpnStage):
        return _rpn_cards(trace, stage, region, key)
    return []


def _search_cards(stage: SearchStage, region: int, key: Key) -> list[Card]:
    grouping = stage.groupings[int(stage.grouping[region])]
    own = int(stage.region[region])
    segments = segments_of(grouping)
    box = stage.boxes[region]
    lines = [*size_lines(box), run_name(grouping)]
    bars: list[tuple[str, float, str]] = []
    if own < segments:
        lines.append(f"segment {own} of {count(segments)} of the over-segmentation")
    else:
        merge = own - segments
        first, second = (int(part) for part in grouping.merges[merge])
        lines += [
            f"merge {merge + 1} of {count(len(grouping.merges))}: {part_name(grouping, first)} + "
            f"{part_name(grouping, second)}",
        ]
        values = grouping.similarities[merge]
        top = max(1.0, float(values.max()))
        names = ("colour", "texture", "size", "fill")
        bars = [
            (name, float(value) / top, number(float(value), 3))
            for name, value in zip(names, values, strict=True)
        ]
        lines += [_sum_line(grouping, merge), "the highest of all neighbours then"]
    note = f"{count(region)} of {count(len(stage.boxes))} rank higher"
    control = ("show", "segments" if own < segments else "merges")
    return [
        Card("regions", f"Region {count(region)}", tuple(lines), key, note, tuple(bars), control)
    ]


def _sum_line(grouping: Grouping, merge: int) -> str:
    """'C + T + S + F = 0.912 + 0.833 + 0.996 + 0.981 = 3.722', of the terms that count."""
    terms = [
        (letter, float(value) * weight) for letter, value, weight in
        zip("CTSF", grouping.similarities[merge], grouping.weights, strict=True) if weight
    ]
    total = float(grouping.total[merge])
    digits = adding((each for _, each in terms), total, 3)
    if len(terms) == 1:
        return f"{terms[0][0]} = {number(total, digits)}"
    letters = " + ".join(each for each, _ in terms)
    values = " + ".join(number(each, digits) for _, each in terms)
    return f"{letters} = {values} = {number(total, digits)}"


def _rpn_cards(trace: Trace, stage: RpnStage, region: int, key: Key) -> list[Card]:
    candidate: int | None = None
    if region <= FIRST_ANCHOR:
        anchor = FIRST_ANCHOR - region
    else:
        candidate = int(stage.source[region]) if region >= 0 else -1 - region
        anchor = int(stage.top[candidate])
    spot = place(stage, anchor)
    before, deltas = stage.anchors[anchor], stage.deltas[anchor]
    box = decoded(before, deltas) if candidate is None else stage.candidates[candidate]
    logit = float(stage.objectness[anchor])
    likely = float(sigmoid(stage.objectness[anchor]))
    better = int((stage.objectness > stage.objectness[anchor]).sum())
    return [
        Card(
            "regions", "Anchor",
            (
                f"{stage.levels[spot.level].name} · {side_text(stage, spot.size)} · ratio "
                f"{ratio_text(spot.ratio)}",
                f"cell ({spot.x}, {spot.y})",
                f"x {number(float(before[0] + before[2]) / 2, 1)}  "
                f"y {number(float(before[1] + before[3]) / 2, 1)}  "
                f"w {number(float(before[2] - before[0]), 1)}  "
                f"h {number(float(before[3] - before[1]), 1)}",
            ),
            key, f"anchor {count(anchor)}", control=("show", "anchors"),
        ),
        Card(
            "regions", "Objectness", (f"p = {objectness_text(logit)}",), key,
            f"{count(better)} of {count(len(stage.objectness))} are better",
            (("p", likely, probability(likely)),), ("show", "objectness"),
        ),
        Card(
            "regions", "RPN refinement",
            (
                *moves(deltas),
                decoding_rule("a"),
                *decoding_lines(before, deltas),
                *box_lines(before, deltas, box),
            ) if trace.settings.get("rpn_refinement", True) else (
                *moves(deltas), "switched off: the proposal is the anchor, clipped to the photo",
            ),
            key, control=("show", "refinement"),
        ),
        _nms_card(trace, stage, region, candidate),
    ]


def _nms_card(trace: Trace, stage: RpnStage, region: int, candidate: int | None) -> Card:
    """What the RPN's NMS made of a candidate. The view that it leads to shows its suppressor."""
    show, key = ("show", "NMS"), Key(trace.method, "regions", region)
    if region < 0:
        note = "did not enter" if candidate is None else \
            f"candidate {count(candidate)} of {count(len(stage.candidates))}"
        lines = fate_lines(stage, candidate)
        return Card("regions", "RPN NMS", lines, key, note, control=show)
    gone = np.nonzero(stage.nms.suppressed_by == candidate)[0]
    removed = "suppresses no other box"
    if len(gone):
        span = span_text(stage.nms.overlap[gone], stage.nms.threshold)
        removed = f"suppresses {plural(len(gone), 'box', 'boxes')} that overlap it by more than " \
            f"IoU {number(stage.nms.threshold)}: {span}"
    return Card(
        "regions", "RPN NMS", (f"kept · {removed}",), key,
        f"region {count(region)} of {count(len(stage.boxes))}", control=show,
    )


def moves(deltas: Floats) -> tuple[str, str]:
    """'tx +0.0612  ty −0.0104' and the same for w and h, on lines short enough not to wrap."""
    x, y, w, h = (signed(value, 4) for value in deltas.tolist())
    return f"tx {x}  ty {y}", f"tw {w}  th {h}"
