"""The anchors of an RPN: what each is called, which is selected, which is the likeliest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.session.anchors import place, ratio_text
from explorer.session.candidates import FIRST_ANCHOR
from explorer.session.essentials import essentials
from explorer.session.rows import anchor_text, row_text
from explorer.session.scene import Boxes, Key, Labels, Picture, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.common import probability, size_text
from explorer.session.scenes.rpn_common import sigmoid
from explorer.ui.picking import Hit, boxes_at, hint
from tests.traces import exchanged, rpn_of, synthetic_trace

METHODS = ("faster_rcnn", "fpn")


def anchors_view(method: str, key: Key | None = None, show: str = "anchors", **at: int) -> Picture:
    chosen = tuple((f"regions.{name}", value) for name, value in at.items())
    view = ViewState(selected=key, controls=(("regions.show", show), *chosen))
    return picture(synthetic_trace(method), "regions", view)


def said(made: Picture) -> list[str]:
    assert made.panel is not None
    return [item.text for layer in made.panel.layers if isinstance(layer, Labels)
            for item in layer.items]


def hit_of(made: Picture, method: str, anchor: int) -> Hit:
    """What the pointer finds in the middle of an anchor that is drawn."""
    x1, y1, x2, y2 = rpn_of(method).anchors[anchor].tolist()
    hits = boxes_at(made.main, method, (x1 + x2) / 2, (y1 + y2) / 2, 1.0)
    return next(hit for hit in hits if hit.anchor == anchor)


@pytest.mark.parametrize("show", ["anchors", "all anchors"])
@pytest.mark.parametrize("method", METHODS)
def test_an_anchor_under_the_pointer_is_no_region_of_its_size(method: str, show: str) -> None:
    stage = rpn_of(method)
    region = 3
    anchor = int(stage.anchor[region])
    x, y = ((stage.anchors[anchor][:2] + stage.anchors[anchor][2:]) / 2).round().astype(int)
    hit = hit_of(anchors_view(method, show=show, x=int(x), y=int(y)), method, anchor)
    size = f"{size_text(stage.anchors[anchor])} px"
    assert hit.key == Key(method, "regions", region)
    assert hit.label == f"anchor {anchor:,} → region {region}"
    assert hint(hit, 0, "") == f"anchor {anchor:,} · {size} → region {region}"


def test_what_became_nothing_is_called_by_its_number_alone() -> None:
    box = (0.0, 0.0, 20.0, 10.0)
    left = Hit(Key("fpn", "regions", FIRST_ANCHOR - 7), box, "", 7)
    assert (left.label, hint(left, 0, "")) == ("anchor 7", "anchor 7 · 20 × 10 px")
    candidate = Hit(Key("fpn", "regions", -5), box, "0.953", 7)
    assert candidate.label == "0.953"
    assert hint(candidate, 0, "") == "0.953 · anchor 7 · 20 × 10 px → candidate 4"
    said = Hit(Key("fpn", "regions", -5), box, "candidate 4: suppressed")
    assert hint(said, 0, "") == "candidate 4: suppressed · 20 × 10 px"
    assert anchor_text(31_007) == row_text(Key("fpn", "regions", FIRST_ANCHOR - 31_007))


def test_no_objectness_is_said_to_be_0() -> None:
    trace, stage = synthetic_trace("fpn"), rpn_of("fpn")
    logits = np.array(stage.objectness)
    logits[stage.anchor[4]] = -9
    faint = exchanged(trace, stage, replace(stage, objectness=logits))
    assert essentials(faint, Key("fpn", "regions", 4)).startswith("objectness <0.001 · ")


def marked_rows(made: Picture) -> list[str]:
    """The rows of the table that are bold, by their last column."""
    assert made.panel is not None
    labels = [item for layer in made.panel.layers if isinstance(layer, Labels)
              for item in layer.items]
    return [item.text for item in labels if item.bold and item.mono and item.anchor == "right"][2:]


@pytest.mark.parametrize("method", METHODS)
def test_the_selected_anchor_stays_marked_and_the_highest_is_said(method: str) -> None:
    stage = rpn_of(method)
    region = 3
    anchor = int(stage.anchor[region])
    key = Key(method, "regions", region)
    x, y = ((stage.anchors[anchor][:2] + stage.anchors[anchor][2:]) / 2).round().astype(int)
    here = anchors_view(method, key, x=int(x), y=int(y))
    elsewhere = anchors_view(method, key, x=int(x) + 60, y=int(y) + 60)
    spot = place(stage, anchor)
    level = stage.levels[spot.level].name
    for made, where in ((here, "the marked row"),
                        (elsewhere, f"at cell {spot.x}, {spot.y} of {level}")):
        mark = next(each for each in made.main.layers if each.name == "Selected")
        assert isinstance(mark, Boxes)
        assert mark.boxes.tolist() == stage.anchors[[anchor]].tolist()
        assert (mark.rows.tolist(), mark.captions) == ([region], (f"anchor {anchor:,}",))
        assert f"Anchor {anchor:,}, selected: {where}." in said(made)
    p = probability(float(sigmoid(stage.objectness[anchor])))
    assert marked_rows(here) == [p] and marked_rows(elsewhere) == []
    drawn = next(each for each in here.main.layers if each.name == "Anchors")
    assert isinstance(drawn, Boxes)
    best = int(drawn.anchors[stage.objectness[drawn.anchors].argmax()])
    best_at = place(stage, best)
    p = probability(float(sigmoid(stage.objectness[best])))
    assert f"Highest p here: {p}, of {best_at.size:g}² {ratio_text(best_at.ratio)} on " \
        f"{stage.levels[best_at.level].name}." in said(here)


def test_nothing_is_marked_as_selected_that_is_not() -> None:
    made = anchors_view("faster_rcnn", x=80, y=60)
    assert "Selected" not in [each.name for each in made.main.layers]
    assert marked_rows(made) == [] and "selected" not in " ".join(said(made))
