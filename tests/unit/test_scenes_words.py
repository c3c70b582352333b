"""The words in pictures and panels: which numbers they give, and of what."""

from __future__ import annotations

from functools import cache

import pytest

from explorer.session.scene import Labels, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.common import shown
from explorer.session.scenes.features import ends
from explorer.session.scenes.merging import part_name
from explorer.session.scenes.refinement import HOW, PAIR, SIBLING
from explorer.trace.base import StageName
from explorer.trace.stages import FeaturesStage, ImageStage, NmsStage, SearchStage, Trace
from tests.traces import synthetic_trace


@cache
def trace_of(method: str) -> Trace:
    return synthetic_trace(method)


@pytest.mark.parametrize("method", ["fast_rcnn", "fpn"])
def test_where_a_map_ends_is_said_of_this_photo(method: str) -> None:
    trace = trace_of(method)
    stage, image = trace.stage("features"), trace.stage("image")
    assert isinstance(stage, FeaturesStage) and isinstance(image, ImageStage)
    high, wide = image.pixels.shape[:2]
    for each in stage.maps:
        rows, columns = each.values.shape[1:]
        right = (columns - 0.5) * each.stride_x - wide
        bottom = (rows - 0.5) * each.stride_y - high
        said = ends(each, (0.0, 0.0, float(wide), float(high)))
        for away, edge in ((right, "right"), (bottom, "bottom")):
            how = "beyond" if away > 0 else "before"
            whose = "the photo's" if edge == "right" else "its"
            assert f"{abs(away):.1f} px {how} {whose} {edge} edge" in said or abs(away) < 0.05


def panel_texts(method: str, stage: str, *controls: tuple[str, str | int]) -> list[str]:
    state = ViewState(controls=tuple(controls))
    panel = picture(trace_of(method), stage, state).panel  # type: ignore[arg-type]
    assert panel is not None
    return [
        item.text for each in panel.layers if isinstance(each, Labels) for item in each.items
    ]


def test_the_parts_of_a_merge_are_segments_or_earlier_merges() -> None:
    searched = trace_of("rcnn").stage("regions")
    assert isinstance(searched, SearchStage)
    made = searched.groupings[0]
    segments = len(made.boxes) - len(made.merges)
    assert part_name(made, 0) == "segment 0" and part_name(made, segments - 1).startswith("segment")
    assert part_name(made, segments) == "merge 1"
    words = panel_texts("rcnn", "regions", ("regions.show", "merges"))
    for which in ("first part", "second part"):
        named = next(word for word in words if word.startswith(which)).removeprefix(f"{which}: ")
        assert named in {part_name(made, part) for part in range(len(made.boxes))}
    assert "new region" in words


def test_a_panel_says_how_many_anchors_a_cell_has_and_whose_shift_is_counted() -> None:
    words = panel_texts("faster_rcnn", "regions", ("regions.show", "objectness"))
    assert "highest of the 9 anchors of a cell" in words
    assert "RoIs by the shift of their left side:" in panel_texts("fast_rcnn", "assignment")
    crops = picture(trace_of("rcnn"), "assignment", ViewState()).summary
    assert "px of context on each side" in crops


@pytest.mark.parametrize("method", ["rcnn", "fpn"])
def test_refinement_explains_its_pairs_and_what_moves_them(method: str) -> None:
    words = " ".join(panel_texts(method, "refinement"))
    assert PAIR in words and HOW.get(method, SIBLING) in words
    assert "size before (dashed)" in words and "Box before" in words and "P = box before" in words


def test_the_detections_panel_orders_the_limits_as_they_are_used() -> None:
    words = panel_texts("fpn", "detections")
    found = trace_of("fpn").stage("nms")
    assert isinstance(found, NmsStage)
    order = ["Enters NMS above", "Suppressed above IoU", "Survived NMS", "Is a detection above"]
    assert [word for word in words if word in order] == order
    assert shown(1, len(found.nms.kept), "pair").split(" of ")[-1] in words
    assert f"5 of {len(trace_of('fpn').classes)}, before NMS" in words


@pytest.mark.parametrize("stage", ["features", "pooling"])
@pytest.mark.parametrize("method", ["sppnet", "fpn"])
def test_a_channel_is_said_with_the_numbers_that_channels_have(
    method: str, stage: StageName
) -> None:
    trace = trace_of(method)
    maps = trace.stage("features")
    assert isinstance(maps, FeaturesStage)
    range_of = f"(0 – {len(maps.maps[-1].values) - 1})"
    said = panel_texts(method, "pooling")  # a footer has no room for it beside the bin
    if stage == "features":
        said = [picture(trace, stage, ViewState()).summary]
    assert any(range_of in text and "hannel" in text for text in said)
