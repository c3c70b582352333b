"""Every picture of every stage: well formed, readable, and about what it says."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from explorer.methods.names import NAMES
from explorer.session.related import region_boxes, related
from explorer.session.scene import (
    Area,
    Bars,
    Boxes,
    Control,
    Heat,
    Key,
    Labels,
    Lines,
    Picture,
    Pixels,
    Points,
    Scene,
    ViewState,
)
from explorer.session.scenes import PICTURES, StageMissingError, missing, picture
from explorer.session.scenes.panel import WIDTH
from explorer.session.thumbnail import thumbnail
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.trace.stages import Trace, rows
from tests.traces import synthetic_trace

ROLES = ("accent", "text", "muted", "line", "surface", "good", "bad", "selected", "truth")


@cache
def trace_of(method: str, strength: float = 1.0, proposals: int = 250) -> Trace:
    return synthetic_trace(method, strength=strength, proposals=proposals)


def is_role(role: str) -> bool:
    for prefix in ("level", "mark", "class"):
        if role.startswith(prefix):
            return role.removeprefix(prefix).isdigit()
    return role in ROLES or role in NAMES


def check_scene(scene: Scene, trace: Trace) -> None:
    x1, y1, x2, y2 = scene.extent
    assert x2 > x1 and y2 > y1
    for layer in scene.layers:
        assert layer.name
        if isinstance(layer, Boxes):
            n = len(layer.boxes)
            assert layer.boxes.shape == (n, 4) and np.isfinite(layer.boxes).all()
            assert (layer.boxes[:, 2:] >= layer.boxes[:, :2]).all(), layer.name
            assert not layer.captions or len(layer.captions) == n, layer.name
            roles = (layer.roles,) if isinstance(layer.roles, str) else layer.roles
            assert isinstance(layer.roles, str) or len(roles) == n, layer.name
            assert all(is_role(role) for role in roles), roles
            if len(layer.rows):
                assert layer.stage is not None and len(layer.rows) == n, layer.name
                stage = trace.stage(layer.stage)
                assert stage is not None and layer.rows.max() < rows(stage)
        elif isinstance(layer, Lines):
            assert layer.segments.shape[1:] == (4,) and np.isfinite(layer.segments).all()
            assert is_role(layer.role)
        elif isinstance(layer, Points):
            assert layer.points.shape[1:] == (2,) and np.isfinite(layer.points).all()
        elif isinstance(layer, Bars):
            assert len(layer.boxes) == len(layer.roles)
            assert all(is_role(role) for role in layer.roles)
        elif isinstance(layer, Heat):
            assert (layer.values.ndim == 2 and layer.high > layer.low) or not layer.values.any()
        elif isinstance(layer, Area):
            assert layer.mask.ndim == 2 and layer.mask.dtype == bool and is_role(layer.role)
        elif isinstance(layer, Pixels):
            assert layer.values.dtype == np.uint8 and layer.values.shape[2] in (3, 4)
        elif isinstance(layer, Labels):
            assert all(label.text and is_role(label.role) for label in layer.items)


def check_panel(panel: Scene) -> None:
    """Nothing leaves the panel, and no text lies on another."""
    x1, y1, x2, y2 = panel.extent
    assert (x1, x2) == (0, WIDTH)
    taken: list[tuple[float, float, float, float, str]] = []
    for layer in panel.layers:
        if isinstance(layer, Heat | Pixels):
            left, top, right, bottom = layer.rect
            assert left >= x1 and right <= x2 + 0.01 and top >= y1 and bottom <= y2
        if not isinstance(layer, Labels):
            continue
        for label in layer.items:
            # Real widths of Inter and JetBrains Mono, a little below the layout's safe ones.
            width = len(label.text) * label.size * (0.6 if label.mono else 0.47)
            shift = {"left": 0.0, "centre": 0.5, "right": 1.0}[label.anchor] * width
            left, tall = label.x - shift, label.size * 0.35
            right, top, bottom = left + width, label.y - tall, label.y + tall
            assert left >= x1 and right <= x2 and top >= y1 and bottom <= y2, label.text
            for a, b, c, d, other in taken:
                assert right <= a or c <= left or bottom <= b or d <= top, (label.text, other)
            taken.append((left, top, right, bottom, label.text))


def check(drawn: Picture, trace: Trace) -> None:
    assert drawn.title and drawn.summary
    assert drawn.main.space == "photo"
    check_scene(drawn.main, trace)
    assert drawn.panel is not None and drawn.panel.space == "panel"
    check_scene(drawn.panel, trace)
    check_panel(drawn.panel)
    for control in drawn.controls:
        if control.kind == "choice":
            assert control.value in control.choices
        else:
            assert control.low <= int(control.value) <= control.high


def values_of(control: Control) -> list[str | int]:
    if control.kind == "choice":
        return list(control.choices[:6])
    return sorted({control.low, control.high, (control.low + control.high) // 2})


@pytest.mark.parametrize("stage", STAGE_NAMES)
@pytest.mark.parametrize("method", NAMES)
def test_every_choice_of_every_control_gives_a_whole_picture(
    method: str, stage: StageName
) -> None:
    trace = trace_of(method)
    first = picture(trace, stage, ViewState())
    check(first, trace)
    for control in first.controls:
        if control.switch or control.part:  # it moves the desk, and so the trace, not the view
            continue
        for value in values_of(control):
            state = ViewState(controls=((f"{stage}.{control.key}", value),))
            second = picture(trace, stage, state)
            check(second, trace)
            assert {each.key: each.value for each in second.controls}[control.key] == value
            for inner in second.controls:
                if inner.key not in {each.key for each in first.controls}:
                    for deeper in values_of(inner):
                        both = (*state.controls, (f"{stage}.{inner.key}", deeper))
                        check(picture(trace, stage, ViewState(controls=both)), trace)


@pytest.mark.parametrize("stage", STAGE_NAMES)
@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("proposals, strength", [(0, 1.0), (1, 1.0), (250, 0.0)])
def test_traces_with_little_or_nothing_in_them_are_drawn_too(
    method: str, stage: StageName, proposals: int, strength: float
) -> None:
    trace = trace_of(method, strength, proposals)
    check(picture(trace, stage, ViewState()), trace)
    check_scene(thumbnail(trace, stage), trace)


@pytest.mark.parametrize("stage", STAGE_NAMES)
@pytest.mark.parametrize("method", NAMES)
def test_a_selection_is_marked_wherever_its_lineage_has_a_row(
    method: str, stage: StageName
) -> None:
    trace = trace_of(method)
    region = trace.lineage("detections", 0)[-1][1]
    for row in (0, region, rows(trace.stage("regions")) - 1):  # type: ignore[arg-type]
        drawn = picture(trace, stage, ViewState(selected=Key(method, "regions", row)))
        check(drawn, trace)
        marks = [layer for layer in drawn.main.layers
                 if isinstance(layer, Boxes) and layer.roles == "selected"]
        if row == region and stage not in ("image", "features"):
            assert marks, stage


def test_the_pictures_cover_all_stages_and_say_what_is_missing() -> None:
    assert set(PICTURES) == set(STAGE_NAMES)
    assert "no shared map" in (missing("rcnn", "features") or "")
    assert missing("fpn", "features") is None


def test_a_stage_that_has_not_run_is_an_error_of_its_own() -> None:
    trace = trace_of("fpn")
    begun = Trace(
        method="fpn", weights="", device="", classes=trace.classes, settings={},
        stages=trace.stages[:2],
    )
    for stage in STAGE_NAMES[1:]:
        if begun.stage(stage) is None:
            with pytest.raises(StageMissingError, match=stage):
                picture(begun, stage, ViewState())
    check(picture(begun, "features", ViewState()), begun)


@pytest.mark.parametrize("method", NAMES)
def test_half_finished_traces_are_drawn_as_far_as_they_have_come(method: str) -> None:
    whole = trace_of(method)
    for end in range(1, len(whole.stages)):
        part = Trace(
            method=method, weights="", device="", classes=whole.classes, settings=whole.settings,
            stages=whole.stages[:end],
        )
        last = part.stages[-1].name
        check(picture(part, last, ViewState()), part)
        check_scene(thumbnail(part, last), part)


def test_a_selection_of_another_method_or_a_stale_row_is_no_selection() -> None:
    trace = trace_of("fast_rcnn")
    plain = picture(trace, "scores", ViewState())
    for key in (Key("fpn", "regions", 3), Key("fast_rcnn", "regions", 10**6)):
        other = picture(trace, "scores", ViewState(selected=key))
        assert [layer.name for layer in other.main.layers] == [
            layer.name for layer in plain.main.layers
        ]


@pytest.mark.parametrize("method", NAMES)
def test_a_selected_region_is_marked_in_stages_that_it_never_reached(method: str) -> None:
    """So that a selection can be followed in all methods: its region is drawn, dashed."""
    trace = synthetic_trace(method)
    regions = region_boxes(trace)
    reached = [related(trace, Key(method, "regions", row)) for row in range(len(regions))]
    for stage, words in (
        ("nms", "not in NMS"), ("refinement", "not refined"), ("detections", "no detection")
    ):
        without = [row for row, found in enumerate(reached) if stage not in found]
        for row in without[:1] + [row for row in range(len(regions)) if row not in without][:1]:
            state = ViewState(selected=Key(method, "regions", row))
            layers = picture(trace, stage, state).main.layers
            name = "Selected region" if row in without else "Selected"
            marked = next(each for each in layers if each.name == name)
            assert isinstance(marked, Boxes)
            if row in without:
                assert marked.dashed and marked.captions == (f"region {row:,}: {words}",)
                np.testing.assert_array_equal(marked.boxes, regions[[row]])
            else:
                assert not marked.dashed and marked.rows.tolist() == reached[row][stage]
        assert without or stage == "nms"


@pytest.mark.parametrize("stage", STAGE_NAMES)
@pytest.mark.parametrize("method", NAMES)
def test_the_display_limit_is_offered_just_where_it_changes_what_is_drawn(
    method: str, stage: StageName
) -> None:
    trace = trace_of(method)
    states: list[tuple[tuple[str, str | int], ...]] = [()] + [
        ((f"{stage}.{control.key}", value),) for control in picture(
            trace, stage, ViewState()).controls
        if control.key in ("show", "where") for value in control.choices
    ]
    for controls in states:
        few, many = (picture(trace, stage, ViewState(controls=controls, limit=limit))
                     for limit in (50, 10**7))
        drawn = [
            sum(len(layer.boxes) for layer in each.main.layers if isinstance(layer, Boxes))
            for each in (few, many)
        ]
        assert few.limited or drawn[0] == drawn[1], controls


@pytest.mark.parametrize(("method", "stage", "layer"), [
    ("rcnn", "features", "Regions, each a pass of its own"),
    ("sppnet", "assignment", "Other regions"), ("fast_rcnn", "assignment", "Other regions"),
    ("faster_rcnn", "assignment", "Other regions"), ("rcnn", "pooling", "Other regions"),
    ("fpn", "pooling", "Other regions"), ("rcnn", "assignment", "Regions of the crops shown"),
])
def test_how_many_boxes_are_drawn_is_said(method: str, stage: StageName, layer: str) -> None:
    made = picture(trace_of(method), stage, ViewState())
    drawn = next(each for each in made.main.layers if each.name == layer)
    assert isinstance(drawn, Boxes)
    n = len(drawn.boxes)
    assert any(said in made.summary for said in (
        f" · {n} other regions", f" · {n} drawn", f" · {n} of "
    )), made.summary


def test_the_captioned_boxes_of_scores_are_called_what_they_are() -> None:
    made = picture(trace_of("fast_rcnn"), "scores", ViewState())
    drawn = {each.name: len(each.boxes) for each in made.main.layers if isinstance(each, Boxes)}
    assert drawn["Highest 6"] == 6 and drawn["Next highest"] == 34
    assert "40 highest of" in made.summary
