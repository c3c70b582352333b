"""Exported pages: one size for all stages, the same place for the photo, nothing beside the page.
"""

from __future__ import annotations

from functools import cache

import pytest

from explorer.methods.names import NAMES
from explorer.session.scene import Boxes, Picture, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.common import IN_PANEL
from explorer.session.thumbnail import thumbnail
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.trace.stages import Trace
from explorer.ui.arrange import areas
from explorer.ui.page import (
    EDGE,
    FOOT,
    HEAD,
    HEIGHT,
    READABLE,
    WIDTH,
    page_height,
    photo_title,
    stage_time,
)
from explorer.ui.transform import fitted
from explorer.ui.words import time_text
from tests.traces import synthetic_trace

ROOM = (EDGE, HEAD, WIDTH - EDGE, HEIGHT - FOOT)


@cache
def trace_of(method: str) -> Trace:
    return synthetic_trace(method)


def pictures(method: str) -> list[Picture]:
    return [picture(trace_of(method), stage, ViewState()) for stage in STAGE_NAMES]


@pytest.mark.parametrize("method", NAMES)
def test_all_stages_make_pages_of_one_size_with_the_photo_in_one_place(method: str) -> None:
    made = pictures(method)
    assert {page_height(each) for each in made} == {HEIGHT}
    assert len({areas(each, ROOM, gap=20.0) for each in made}) == 1


@pytest.mark.parametrize("method", NAMES)
def test_every_panel_can_be_read_on_its_page(method: str) -> None:
    for each in pictures(method):
        panel = areas(each, ROOM, gap=20.0)[1]
        assert each.panel is not None and panel is not None
        assert fitted(each.panel.extent, panel).scale >= READABLE, each.title


@pytest.mark.parametrize(("method", "stage"), [
    ("rcnn", "regions"), ("rcnn", "features"), ("faster_rcnn", "regions"), ("fpn", "regions"),
    ("fpn", "assignment"), ("fast_rcnn", "scores"),
])
def test_what_the_panel_is_about_is_marked_on_the_photo(method: str, stage: StageName) -> None:
    made = picture(trace_of(method), stage, ViewState())
    marked = [layer for layer in made.main.layers if layer.name == IN_PANEL]
    assert len(marked) == 1 and isinstance(marked[0], Boxes) and len(marked[0].boxes) == 1
    # The stage map shows the stage, not this mark.
    assert IN_PANEL not in [layer.name for layer in thumbnail(trace_of(method), stage).layers]


def test_the_header_names_the_photo_and_its_size() -> None:
    assert photo_title("cat.png", trace_of("fpn")) == "cat.png · 320 × 240 px"


@pytest.mark.parametrize("method", NAMES)
def test_the_page_of_detections_says_how_long_the_whole_method_took(method: str) -> None:
    trace = trace_of(method)
    total = sum(stage.ms for stage in trace.stages)
    assert stage_time(trace, "detections") == f"{time_text(total)} in all"
    own = trace.stage("scores")
    assert own is not None and stage_time(trace, "scores") == time_text(own.ms)


def test_only_rcnn_says_that_regions_and_not_the_photo_enter_the_network() -> None:
    for method in NAMES:
        summary = picture(trace_of(method), "image", ViewState()).summary
        assert ("each region enters the network at 96 × 96" in summary) == (method == "rcnn")
