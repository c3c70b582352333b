"""The anchors of an RPN: what each is called, which is selected, which is the likeliest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.session.candidates import FIRST_ANCHOR
from explorer.session.essentials import essentials
from explorer.session.rows import anchor_text, row_text
from explorer.session.scene import Key, Picture, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.common import size_text
from explorer.ui.picking import Hit, boxes_at, hint
from tests.traces import exchanged, rpn_of, synthetic_trace

METHODS = ("faster_rcnn", "fpn")


def anchors_view(method: str, key: Key | None = None, show: str = "anchors", **at: int) -> Picture:
    chosen = tuple((f"regions.{name}", value) for name, value in at.items())
    view = ViewState(selected=key, controls=(("regions.show", show), *chosen))
    return picture(synthetic_trace(method), "regions", view)


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
