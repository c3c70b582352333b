"""Feature cells are drawn around their centres i S, where the papers read and place them."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.session.anchors import anchors_a_cell
from explorer.session.scene import Boxes, Heat, Key, Layer, Points, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.common import centres
from explorer.session.scenes.grids import cells_box, grid_lines, map_named
from explorer.trace.stages import RoiStage, RpnStage, Trace, WindowStage
from tests.traces import synthetic_trace


def layer(drawn: tuple[Layer, ...], name: str) -> Layer:
    return next(each for each in drawn if each.name == name)


def drawn_at(trace: Trace, stage: str, row: int) -> tuple[Layer, ...]:
    state = ViewState(selected=Key(trace.method, "assignment", row))
    return picture(trace, stage, state).main.layers  # type: ignore[arg-type]


def test_a_window_has_just_the_cells_whose_centres_lie_inside_the_region() -> None:
    trace = synthetic_trace("sppnet")
    stage, regions = trace.stage("assignment"), trace.stage("regions")
    assert isinstance(stage, WindowStage) and regions is not None
    checked = 0
    for row in range(0, len(stage.cells), 9):
        shown = map_named(trace, index=int(stage.scale[row]))
        assert shown is not None
        stride = np.array([shown.stride_x, shown.stride_y])
        box = np.asarray(regions.boxes[int(stage.source[row])], np.float64)  # type: ignore[attr-defined]
        first = np.floor(box[:2] / stride + 1e-4) + 1
        last = np.ceil(box[2:] / stride - 1e-4) - 1
        height, width = shown.values.shape[1:]
        if (first > last).any() or (last >= (width, height)).any():
            continue  # collapsed or beyond the map: other rules
        window = layer(drawn_at(trace, "assignment", row), "Window of cells")
        assert isinstance(window, Boxes)
        low, high = window.boxes[0][:2], window.boxes[0][2:]
        # The centres of the drawn cells at its corners are inside the region, the next are not.
        assert (low + stride / 2 > box[:2] - 1e-2).all()
        assert (high - stride / 2 < box[2:] + 1e-2).all()
        assert (low - stride / 2 <= box[:2] + 1e-2).all()
        assert (high + stride / 2 >= box[2:] - 1e-2).all()
        checked += 1
    assert checked > 5


def test_a_rounded_roi_contains_its_region() -> None:
    trace = synthetic_trace("fast_rcnn")
    stage, shown = trace.stage("assignment"), map_named(trace)
    assert isinstance(stage, RoiStage) and shown is not None
    stride = np.array([shown.stride_x, shown.stride_y] * 2)
    boxes, exact = cells_box(stage.cells, shown), np.asarray(stage.exact) * stride
    assert (boxes[:, :2] <= exact[:, :2] + 1e-3).all()
    assert (boxes[:, 2:] >= exact[:, 2:] - 1e-3).all()
    assert (np.abs(boxes - exact) <= stride + 1e-3).all()


@pytest.mark.parametrize("method", ["faster_rcnn", "fpn"])
def test_an_anchors_centre_is_the_centre_of_its_heat_cell(method: str) -> None:
    trace = synthetic_trace(method)
    stage = trace.stage("regions")
    assert isinstance(stage, RpnStage)
    for index, level in enumerate(stage.levels):
        state = ViewState(controls=(("regions.show", "objectness"), ("regions.level", level.name)))
        heat = layer(picture(trace, "regions", state).main.layers, "Objectness")
        assert isinstance(heat, Heat)
        x1, y1, x2, y2 = heat.rect
        step = ((x2 - x1) / level.width, (y2 - y1) / level.height)
        k = anchors_a_cell(stage, index)
        for cell in {0, level.width - 1, level.width * level.height - 1}:
            row, column = divmod(cell, level.width)
            middle = (x1 + (column + 0.5) * step[0], y1 + (row + 0.5) * step[1])
            anchor = centres(stage.anchors[[level.start + cell * k]])[0]
            assert np.abs(anchor - middle).max() < 1.0  # corners are rounded to network pixels


@pytest.mark.parametrize("shape", [(240, 320, 3), (320, 320, 3), (320, 200, 3)])
@pytest.mark.parametrize("method", ["faster_rcnn", "fpn"])
def test_cells_of_the_panels_maps_are_squares(method: str, shape: tuple[int, int, int]) -> None:
    trace = synthetic_trace(method, photo=np.zeros(shape, np.uint8))
    panel = picture(trace, "regions", ViewState(controls=(("regions.show", "objectness"),))).panel
    assert panel is not None
    maps = [each for each in panel.layers if isinstance(each, Heat) and "Objectness" in each.name]
    assert maps
    for each in maps:
        x1, y1, x2, y2 = each.rect
        down, across = each.values.shape
        assert (x2 - x1) / across == pytest.approx((y2 - y1) / down)


def test_the_grid_has_a_line_at_every_side_of_a_cell() -> None:
    shown = map_named(synthetic_trace("faster_rcnn"))
    assert shown is not None
    height, width = shown.values.shape[1:]
    lines = grid_lines(shown)
    down = lines[lines[:, 0] == lines[:, 2]]
    sides = cells_box(np.array([[x, 0, x, height - 1] for x in range(width)]), shown)
    assert down[:, 0].tolist() == pytest.approx([*sides[:, 0], sides[-1, 2]])
    around = cells_box(np.array([3, 2, 5, 4]), shown)
    near = grid_lines(shown, around + np.array([0.1, 0.1, -0.1, -0.1]), margin=0)
    assert [near[:, 0].min(), near[:, 1].min()] == pytest.approx(around[:2].tolist())
    assert [near[:, 2].max(), near[:, 3].max()] == pytest.approx(around[2:].tolist())


def test_samples_fill_the_region_evenly() -> None:
    trace = synthetic_trace("fpn")
    layers = picture(trace, "pooling", ViewState()).main.layers
    samples, region = layer(layers, "Sample points"), layer(layers, "Region")
    assert isinstance(samples, Points) and isinstance(region, Boxes)
    box = np.asarray(region.boxes[0], np.float64)
    low, high = samples.points.min(0), samples.points.max(0)
    assert ((low > box[:2]) & (high < box[2:])).all()
    assert low - box[:2] == pytest.approx(box[2:] - high, abs=1e-2)
