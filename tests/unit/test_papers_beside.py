"""Where a constant is another than the paper's, the paper's stands beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.session.births import region_cards
from explorer.session.facts import cards
from explorer.session.listing import listing
from explorer.session.part_switches import part_switches
from explorer.session.scene import Labels, Picture, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.papers import canonical_text, side_text
from tests.traces import rpn_of, synthetic_trace


def words_of(made: Picture) -> str:
    assert made.panel is not None
    return " ".join(
        label.text for layer in made.panel.layers if isinstance(layer, Labels)
        for label in layer.items
    )


@pytest.mark.parametrize(("method", "ours", "papers"), [
    ("faster_rcnn", (48, 96, 192), (128, 256, 512)),
    ("fpn", (12, 24, 48, 96, 192), (32, 64, 128, 256, 512)),
])
def test_anchors_have_the_papers_sizes_beside_theirs(
    method: str, ours: tuple[int, ...], papers: tuple[int, ...]
) -> None:
    stage, trace = rpn_of(method), synthetic_trace(method)
    for own, their in zip(ours, papers, strict=True):
        assert side_text(stage, own) == f"{own}² (paper: {their}²)"
    assert "² (paper: " in region_cards(trace, 0)[0].lines[0]
    for show in ("proposals", "all anchors", "anchors"):
        view = ViewState(controls=(("regions.show", show),), limit=len(stage.anchors))
        said = words_of(picture(trace, "regions", view))
        assert all(f"{their}²" in said for their in papers), show
    listed = listing(trace, "regions")
    assert listed is not None and f"Paper: {papers[0]}²" in listed.tips[1]
    assert listed.heads[2] == "objectness"


def test_anchor_scales_have_the_papers_beside_them() -> None:
    scales = part_switches({"faster_rcnn": synthetic_trace("faster_rcnn")}, ())["faster_rcnn"]
    assert "paper: all three (128², 256², 512²)" in [switch.said for switch in scales]


def test_fpns_canonical_size_has_the_papers_beside_it() -> None:
    trace = synthetic_trace("fpn")
    said = words_of(picture(trace, "assignment", ViewState()))
    assert "84 is 0.375 of the paper's 224" in said and "of its 800" in said
    level = next(card for card in cards(trace, "assignment", 0) if card.title == "Level")
    assert "84: the paper's 224, scaled" in level.lines


def test_weights_with_the_papers_sizes_have_nothing_beside_them() -> None:
    stage = rpn_of("fpn")
    levels = tuple(
        replace(level, sizes=(float(side),) * 3)
        for level, side in zip(stage.levels, (32, 64, 128, 256, 512), strict=True)
    )
    assert side_text(replace(stage, levels=levels), 64.0) == "64²"
    assert canonical_text(224, 800) == ""
