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
from explorer.trace.stages import ImageStage, Trace, WindowStage
from tests.traces import exchanged, rpn_of, synthetic_trace


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


def window_said(trace: Trace) -> tuple[str, str]:
    """The panel of SPPNet's assignment and the card of its first window."""
    card = next(card for card in cards(trace, "assignment", 0) if card.title == "Window")
    return words_of(picture(trace, "assignment", ViewState())), " ".join(card.lines)


def test_sppnets_scales_have_the_rule_and_the_papers_window() -> None:
    trace = synthetic_trace("sppnet")
    image = trace.stage("image")
    assert isinstance(image, ImageStage) and len(image.inputs) == 5
    panel, card = window_said(trace)
    assert "area closest to 84² (paper: 224²)" in panel and "one scale" not in panel
    assert "of 5 scales, the area closest to 84² (paper: 224²)" in card


def test_sppnets_single_scale_is_not_said_to_be_chosen() -> None:
    trace = synthetic_trace("sppnet")
    image, stage = trace.stage("image"), trace.stage("assignment")
    assert isinstance(image, ImageStage) and isinstance(stage, WindowStage)
    trace = exchanged(trace, image, replace(image, inputs=image.inputs[:1]))
    trace = exchanged(trace, stage, replace(stage, scale=stage.scale * 0))
    panel, card = window_said(trace)
    side = min(image.inputs[0].width, image.inputs[0].height)
    assert f"one scale, short side {side} (paper: 688)" in card
    assert "closest" not in card and "nearest" not in card
    assert "Scale one scale (paper: 688) All windows are read from it." in panel
