"""Replays of what feeds the head: bins, roundings, FPN's sums, the sliding window, R-CNN's warp."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from explorer.methods.pooled import pooled
from explorer.session.related import region_boxes
from explorer.session.scene import Boxes, Heat, Key, Labels, Lines, Picture, Pixels, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.bin_reading import reading, shift_of
from explorer.session.scenes.bins import bins_of
from explorer.session.scenes.common import focus
from explorer.session.scenes.grids import cells_box
from explorer.session.scenes.pyramid_steps import enlarged, plane_of, steps
from explorer.session.scenes.warping import GROWING, STEPS, WARPING, box_at, shape_at
from explorer.session.thumbnail import thumbnail
from explorer.trace.freeze import freeze
from explorer.trace.stages import (
    FeaturesStage,
    PoolingStage,
    RoiStage,
    RpnStage,
    Trace,
    WarpStage,
)
from tests.traces import synthetic_trace

SHARED = ("sppnet", "fast_rcnn", "faster_rcnn", "fpn")


@cache
def trace_of(method: str) -> Trace:
    return synthetic_trace(method)


def view(stage: str, **controls: int | str) -> ViewState:
    return ViewState(controls=tuple((f"{stage}.{key}", value) for key, value in controls.items()))


def boxes(made: Picture, name: str) -> Boxes:
    found = next(each for each in made.main.layers if each.name == name)
    assert isinstance(found, Boxes)
    return found


def panel_words(made: Picture) -> list[str]:
    """The texts of the panel beside the photo."""
    assert made.panel is not None
    return [
        item.text for layer in made.panel.layers if isinstance(layer, Labels)
        for item in layer.items
    ]


def names(made: Picture) -> list[str]:
    return [each.name for each in made.main.layers]


@pytest.mark.parametrize("method", SHARED)
def test_what_a_bin_reads_gives_the_pooled_number(method: str) -> None:
    trace = trace_of(method)
    stage, at = trace.stage("pooling"), focus(trace, ViewState())
    assert isinstance(stage, PoolingStage) and at is not None
    row = at.first("pooling")
    assert row is not None
    values, bins = pooled(trace, row), bins_of(trace, at, stage)
    for channel in (0, 7):
        for number in range(values.shape[1]):
            read = reading(bins, number, channel)
            assert read is not None
            assert read.result == pytest.approx(float(values[channel, number]), abs=2e-3)
            if read.weights is not None:
                assert read.weights.sum() == pytest.approx(1, abs=1e-5)
            else:
                assert (read.values[read.winners] == read.values.max()).all()


def test_every_bin_of_the_pyramid_is_played_in_its_own_grid() -> None:
    trace = trace_of("sppnet")
    for first, last, n in ((1, 36, 36), (37, 45, 9), (46, 49, 4), (50, 50, 1)):
        for number in (first, last):
            made = picture(trace, "pooling", view("pooling", bin=number))
            drawn, one = boxes(made, "Bins"), boxes(made, "One bin")
            assert len(drawn.boxes) == n
            assert drawn.boxes[number - first].tolist() == one.boxes[0].tolist()
    slider = next(each for each in made.controls if each.key == "bin")
    assert (slider.low, slider.high, slider.plays) == (1, 50, True)


@pytest.mark.parametrize(("method", "number", "said"), [
    ("rcnn", 30, "bin 9 of 9 · row 3, column 3 of 3 × 3"),  # it has no more
    ("sppnet", 30, "bin 30 of 50 · row 5, column 6 of 6 × 6"),
    ("sppnet", 38, "bin 38 of 50 · row 1, column 2 of 3 × 3"),
    ("fast_rcnn", 30, "bin 30 of 49 · row 5, column 2 of 7 × 7"),
])
def test_each_method_names_its_own_bin(method: str, number: int, said: str) -> None:
    """One slider moves all of them: which bin that is differs with the grid."""
    made = picture(trace_of(method), "pooling", view("pooling", bin=number))
    assert f" · {said} · channel " in made.summary


def test_a_level_of_the_pyramid_that_is_off_is_said_to_be_off() -> None:
    """Its bins are 0, whatever their cells hold: none of these wins."""
    whole = trace_of("sppnet")
    trace = replace(whole, settings={**whole.settings, "levels": (3, 2, 1)})
    made = picture(trace, "pooling", view("pooling", bin=15))
    assert boxes(picture(whole, "pooling", view("pooling", bin=15)), "Largest cell")
    assert "Largest cell" not in names(made) and "One bin" in names(made)
    written = panel_words(made)
    assert "6 × 6 off" in written and "3 × 3" in written and "3 × 3 off" not in written
    assert any(each.startswith("Level 6 × 6 is off") for each in written)
    assert "pyramid 3² + 2² + 1²" in made.summary and "of 6 × 6 (off)" in made.summary
    # At first the strongest bin of the first grid that is read, which is what the thumbnail shows.
    first = picture(trace, "pooling", ViewState())
    assert len(boxes(first, "Bins").boxes) == 9
    assert "Largest cell" in names(first)
    (heat,) = thumbnail(trace, "pooling").layers
    assert isinstance(heat, Heat) and heat.values.shape == (3, 3) and heat.values.max() > 0


def test_the_roundings_are_shown_as_the_shift_they_cause() -> None:
    trace = trace_of("fast_rcnn")
    made = picture(trace, "pooling", view("pooling", bin=1))
    exact, used = boxes(made, "Bin without rounding"), boxes(made, "One bin")
    arrows = next(each for each in made.main.layers if each.name == "Shift by the roundings")
    assert isinstance(arrows, Lines)
    assert arrows.segments[0].tolist() == [*exact.boxes[0][:2], *used.boxes[0][:2]]
    # The first bin's corner: the region's own, then that of its first cell.
    stage, assignment = trace.stage("pooling"), trace.stage("assignment")
    at = focus(trace, ViewState())
    assert isinstance(stage, PoolingStage) and isinstance(assignment, RoiStage) and at is not None
    bins = bins_of(trace, at, stage)
    region = boxes(made, "Region").boxes[0]
    assert bins.rounded is not None and bins.source is not None
    cells = assignment.cells[at.first("assignment")]
    assert bins.rounded.tolist() == cells_box(cells, bins.source).tolist()
    shift = shift_of(bins, np.asarray(region, np.float64), bins.rounded, 7, 0, 0)
    assert shift.exact[:2].tolist() == region[:2].tolist()
    assert shift.rounded[:2].tolist() == shift.used[:2].tolist() == bins.rounded[:2].tolist()
    # RoIAlign rounds nothing: there is no shift to show.
    assert "Bin without rounding" not in names(picture(trace_of("fpn"), "pooling", ViewState()))


def test_pooling_follows_its_kind_not_its_method() -> None:
    trace = trace_of("fast_rcnn")
    stage = trace.stage("pooling")
    assert isinstance(stage, PoolingStage)
    other = replace(stage, kind="roi_align", sampling=2)
    exchanged = replace(
        trace, stages=tuple(other if each is stage else each for each in trace.stages)
    )
    made = picture(exchanged, "pooling", ViewState())
    assert "Sample points" in names(made) and "Bin without rounding" not in names(made)


def test_fpns_steps_go_from_c_to_p_and_each_sum_is_its_parts() -> None:
    trace = trace_of("fpn")
    stage = trace.stage("features")
    assert isinstance(stage, FeaturesStage)
    every = steps(trace, stage)
    order = [f"{each.kind} {each.level}" for each in every]
    assert order == [
        *(f"bottom-up {at}" for at in (2, 3, 4, 5)), *(f"lateral {at}" for at in (5, 4, 3, 2)),
        "merged 5", "enlarged 4", "merged 4", "enlarged 3", "merged 3", "enlarged 2", "merged 2",
        *(f"map {at}" for at in (5, 4, 3, 2, 6)),
    ]
    assert "M4 = L4 + M5 enlarged." in [each.sentence for each in every]
    for number, step in enumerate(every, 1):
        made = picture(trace, "features", view("features", show="step by step", step=number))
        heat = next(each for each in made.main.layers if isinstance(each, Heat))
        assert heat.values.shape == step.made.values.shape[1:]
        assert next(each for each in made.controls if each.key == "step").high == len(every)
    grown = next(each for each in every if each.kind == "enlarged" and each.level == 3)
    above = next(each.made for each in every if each.kind == "merged" and each.level == 4)
    plane = plane_of(grown, stage, 5)
    small = np.asarray(above.values[5], np.float32)
    seen = plane[::2, ::2]
    assert seen.tolist() == small[: seen.shape[0], : seen.shape[1]].tolist()


@pytest.mark.parametrize("laterals", [True, False])
def test_the_map_above_is_added_on_the_way_from_the_lateral_to_the_sum(laterals: bool) -> None:
    trace = trace_of("fpn")
    trace = replace(trace, settings=trace.settings | {"laterals": laterals})
    panel = picture(trace, "features", view("features", show="step by step")).panel
    assert panel is not None
    texts = [each for layer in panel.layers if isinstance(layer, Labels) for each in layer.items]
    at = {each.text: each.x for each in texts}
    arrows = next(each for each in panel.layers if each.name == "Steps so far")
    assert isinstance(arrows, Lines)
    upright = [each for each in arrows.segments if each[0] == each[2]]
    down = [each for each in upright if each[1] < each[3]]
    up = [each for each in upright if each[1] > each[3]]
    assert len(down) == 3  # into M4, M3, M2
    assert len(up) == 1 and up[0][0] > at["P6"]  # from P5 into P6, beside its name
    for x, _, _, y in down:
        assert at["L4"] < x < at["M4"]  # not on the way to P
        leaving = [each for each in arrows.segments if x < each[0] < at["M4"] and each[1] > y]
        assert min(each[1] for each in leaving) - y < 10  # on to the sum, right below its head
    assert sum(each.text == "+" for each in texts) == (3 if laterals else 0)


def test_boxes_beside_a_selected_proposal_step_back() -> None:
    trace = trace_of("faster_rcnn")
    every = view("regions", show="NMS")
    one = replace(every, selected=Key("faster_rcnn", "regions", 1))
    plain, asked = (picture(trace, "regions", state) for state in (every, one))
    for name in ("Kept", "Suppressed"):
        assert boxes(asked, name).opacity <= 0.25 < 0.6 < boxes(plain, name).opacity
    assert boxes(asked, "Selected").opacity == 1
    # While steps are watched, all are looked at.
    going = replace(one, controls=(*one.controls, ("regions.step", 1)))
    assert boxes(picture(trace, "regions", going), "Kept").opacity == 1


def test_enlarging_is_nearest_neighbour_at_odd_sizes_too() -> None:
    plane = np.arange(6.0).reshape(2, 3)
    assert enlarged(plane, (4, 6)).tolist() == plane.repeat(2, 0).repeat(2, 1).tolist()
    assert enlarged(plane, (3, 5))[:, 0].tolist() == [0, 0, 3]
    assert enlarged(plane, (3, 5))[0].tolist() == [0, 0, 1, 1, 2]


def test_a_part_that_is_off_is_not_told() -> None:
    trace = trace_of("fpn")
    off = replace(trace, settings=trace.settings | {"top_down": False})
    stage = off.stage("features")
    assert isinstance(stage, FeaturesStage)
    every = steps(off, stage)
    assert not any(each.kind == "enlarged" for each in every)
    assert "M4 = L4." in [each.sentence for each in every]
    single = trace_of("fast_rcnn")
    made = picture(single, "features", view("features", show="step by step"))
    assert "step by step" not in made.controls[0].choices


@pytest.mark.parametrize("method", ["faster_rcnn", "fpn"])
def test_the_window_is_under_the_pointer_or_slides_over_every_location(method: str) -> None:
    trace = trace_of(method)
    stage = trace.stage("regions")
    assert isinstance(stage, RpnStage)
    state = view("regions", show="anchors", x=100, y=80)
    made = picture(trace, "regions", state)
    assert made.pointer == ("x", "y")
    level = stage.levels[0]
    window = boxes(made, "3 × 3 window").boxes[0]
    middle = (window[:2] + window[2:]) / 2
    assert np.abs(middle - (100, 80)).max() <= level.stride_x / 2 + 1
    assert window[2] - window[0] == pytest.approx(3 * level.stride_x)
    total = level.width * level.height
    for location in (1, level.width + 2, total):
        made = picture(
            trace, "regions", view("regions", show="anchors", where="slides", location=location)
        )
        slider = next(each for each in made.controls if each.key == "location")
        assert (slider.value, slider.high, slider.plays) == (location, total, True)
        assert made.pointer is None
        y, x = divmod(location - 1, level.width)
        expected = cells_box(np.array([x - 1, y - 1, x + 1, y + 1]), level)
        assert boxes(made, "3 × 3 window").boxes[0] == pytest.approx(expected, abs=1e-3)
        rows = boxes(made, "Anchors").rows
        assert len(rows) == (9 if method == "faster_rcnn" else 15)


def test_rcnns_region_is_dilated_then_warped() -> None:
    trace = trace_of("rcnn")
    stage, at = trace.stage("assignment"), focus(trace, ViewState())
    assert isinstance(stage, WarpStage) and at is not None
    row = at.first("assignment")
    assert row is not None
    region = boxes(picture(trace, "assignment", ViewState()), "Region").boxes[0]
    context = stage.context[row]
    assert box_at(region, context, 0).tolist() == pytest.approx(region.tolist())
    assert box_at(region, context, GROWING).tolist() == pytest.approx(context.tolist())
    width, height = shape_at(context, GROWING)
    ratio = (context[2] - context[0]) / (context[3] - context[1])
    assert width / height == pytest.approx(ratio, rel=1e-3)
    assert shape_at(context, STEPS)[0] == pytest.approx(shape_at(context, STEPS)[1])
    said = []
    for step in (0, 4, GROWING, 15, STEPS):
        made = picture(trace, "assignment", view("assignment", step=step))
        drawn = boxes(made, "With context").boxes[0]
        assert drawn.tolist() == pytest.approx(box_at(region, context, step).tolist(), abs=1e-3)
        assert made.panel is not None
        crop = next(each for each in made.panel.layers if isinstance(each, Pixels))
        assert crop.values.shape == (stage.size, stage.size, 3)
        said.append(" ".join(
            item.text for each in made.panel.layers for item in getattr(each, "items", ())
        ))
    assert "The region:" in said[0] and "Dilation:" in said[1] and "Warp to" in said[3]
    assert "× " not in said[3].split("Warp to")[1].split(" in y")[0]  # no line is broken there
    # The last step is the picture as it is without a replay.
    assert names(picture(trace, "assignment", ViewState())) == names(made)


def test_without_context_rcnns_region_is_only_warped() -> None:
    trace = trace_of("rcnn")
    stage = trace.stage("assignment")
    assert isinstance(stage, WarpStage)
    bare = replace(
        stage, padding=0, context=freeze(np.asarray(region_boxes(trace))[stage.source])
    )
    trace = replace(trace, stages=tuple(
        bare if each is stage else each for each in trace.stages
    ))
    for step, beginning in ((0, "The region:"), (1, "Warp to"), (WARPING, "")):
        made = picture(trace, "assignment", view("assignment", step=step))
        assert not {"With context", "Dilation"} & set(names(made))
        (player,) = made.controls
        assert (player.title, player.value, player.high) == ("Warp", step, WARPING)
        assert made.panel is not None
        said = " ".join(
            item.text for each in made.panel.layers for item in getattr(each, "items", ())
        )
        assert beginning in said and "Dilation" not in said
    assert "px, no context · " in made.summary
