"""What the pictures say is true: recomputed here, plainly, from the trace."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from explorer.methods.names import NAMES
from explorer.session.anchors import (
    colour_index,
    colour_names,
    colour_role,
    level_rows,
    place,
    ratio_text,
)
from explorer.session.facts import facts
from explorer.session.scene import (
    Bars,
    Boxes,
    Heat,
    Key,
    Labels,
    Layer,
    Lines,
    Points,
    ViewState,
)
from explorer.session.scenes import picture
from explorer.session.scenes.assignment import outside_share
from explorer.session.scenes.assignment_levels import network_size
from explorer.session.scenes.common import shown
from explorer.session.scenes.crops import crop_of, warped
from explorer.session.scenes.detections import LISTED
from explorer.session.scenes.equations import box_lines, decoded, decoding_lines, level_lines
from explorer.session.scenes.merging import labels_after
from explorer.session.scenes.panel import text_width
from explorer.session.scenes.rpn_anchors import objectness_map
from explorer.trace.stages import (
    DetectionsStage,
    FeaturesStage,
    Grouping,
    ImageStage,
    LevelStage,
    NmsStage,
    RefinementStage,
    RpnStage,
    SearchStage,
    Trace,
    WarpStage,
    WindowStage,
)
from tests.traces import synthetic_photo, synthetic_trace


@cache
def trace_of(method: str) -> Trace:
    return synthetic_trace(method)


def layer(drawn: tuple[Layer, ...], name: str) -> Layer:
    return next(each for each in drawn if each.name == name)


def rpn(method: str) -> RpnStage:
    stage = trace_of(method).stage("regions")
    assert isinstance(stage, RpnStage)
    return stage


def grouping() -> Grouping:
    stage = trace_of("rcnn").stage("regions")
    assert isinstance(stage, SearchStage)
    return stage.groupings[0]


def test_labels_after_merges_are_what_merging_one_by_one_gives() -> None:
    runs = grouping()
    segments = len(runs.boxes) - len(runs.merges)
    labels = np.array(runs.labels)
    for made, (first, second) in enumerate(runs.merges.tolist()):
        if made % 9 == 0:
            np.testing.assert_array_equal(labels_after(runs, made), labels)
        labels[(labels == first) | (labels == second)] = segments + made
    np.testing.assert_array_equal(labels_after(runs, len(runs.merges)), labels)
    assert len(np.unique(labels)) == 1


def test_a_merge_shows_its_two_parts_and_the_new_box() -> None:
    trace, run = trace_of("rcnn"), grouping()
    segments = len(run.boxes) - len(run.merges)
    merge = 40
    state = ViewState(controls=(
        ("regions.show", "merges"), ("regions.space", "HSV"),
        ("regions.run", "k 50 · C+T+S+F"), ("regions.merge", merge + 1),
    ))
    drawn = picture(trace, "regions", state)
    new = layer(drawn.main.layers, "New region")
    assert isinstance(new, Boxes)
    np.testing.assert_array_equal(new.boxes[0], run.boxes[segments + merge])
    now = labels_after(run, merge)
    for name, region in zip(("First part", "Second part"), run.merges[merge], strict=True):
        mask = layer(drawn.main.layers, name).mask  # type: ignore[attr-defined]
        np.testing.assert_array_equal(mask, now == region)
    assert drawn.panel is not None
    parts = layer(drawn.main.layers, "Boxes of the parts")
    assert isinstance(parts, Boxes) and parts.roles == tuple(
        layer(drawn.main.layers, name).role  # type: ignore[attr-defined]
        for name in ("First part", "Second part")
    )
    swatches = [role for each in drawn.panel.layers if isinstance(each, Bars)
                for role in each.roles]
    assert {*parts.roles} <= {*swatches} and not {*parts.roles} & {*NAMES}
    texts = [label.text for each in drawn.panel.layers if isinstance(each, Labels)
             for label in each.items]
    for value in run.similarities[merge]:
        assert any(f"{value:.{digits}f}" in texts for digits in range(3, 7))
    # What is printed of the terms adds up to the sum printed.
    first = texts.index("colour") + 1
    terms, total = texts[first : first + 8 : 2], texts[texts.index("Weighted sum") + 1]
    assert f"{sum(map(float, terms)):.{len(total.split('.')[1])}f}" == total


def test_region_boxes_are_drawn_by_rank_and_the_limit_is_stated() -> None:
    trace = trace_of("sppnet")
    drawn = picture(trace, "regions", ViewState(limit=50))
    rows = np.concatenate([
        each.rows for each in drawn.main.layers
        if isinstance(each, Boxes) and each.name.startswith("Regions ")
    ])
    assert sorted(rows.tolist()) == list(range(50))
    assert "50 of 216 regions" in drawn.summary


@pytest.mark.parametrize("method", ["faster_rcnn", "fpn"])
def test_an_anchors_place_is_where_its_box_is(method: str) -> None:
    stage = rpn(method)
    for anchor in range(0, len(stage.anchors), 331):
        spot = place(stage, anchor)
        layout = stage.levels[spot.level]
        box = stage.anchors[anchor]
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        assert (x, y) == pytest.approx((spot.x * layout.stride_x, spot.y * layout.stride_y),
                                       abs=layout.stride_x / 4)
        wide, high = box[2] - box[0], box[3] - box[1]
        assert high / wide == pytest.approx(spot.ratio, rel=0.2)
        assert np.sqrt(wide * high) == pytest.approx(spot.size / 1.2, rel=0.1)


def test_anchor_colours_are_levels_or_sizes() -> None:
    assert colour_names(rpn("fpn")) == ("P2", "P3", "P4", "P5", "P6")
    assert colour_names(rpn("faster_rcnn")) == ("48²", "96²", "192²")
    stage = rpn("faster_rcnn")
    rows = np.arange(27)
    sizes = [place(stage, int(row)).size for row in rows]
    assert [(48, 96, 192)[index] for index in colour_index(stage, rows)] == sizes
    # The same size has the same colour in both, so that they can be compared.
    ours = {colour_role(stage, index): size for index, size in enumerate((48, 96, 192))}
    levels = rpn("fpn")
    own = {colour_role(levels, index): place(levels, level_rows(levels, index).start).size
           for index in range(5)}
    assert ours.items() <= own.items() and len(own) == 5
    drawn = picture(trace_of("faster_rcnn"), "regions", ViewState())
    roles = [each.roles for each in drawn.main.layers if each.name.startswith("Proposals of")]  # type: ignore[attr-defined]
    assert roles and {*roles} <= {*ours}
    assert [ratio_text(value) for value in (0.5, 1.0, 2.0)] == ["1:2", "1:1", "2:1"]


@pytest.mark.parametrize("method, k", [("faster_rcnn", 9), ("fpn", 15)])
def test_anchors_at_one_location_share_their_centre(method: str, k: int) -> None:
    state = ViewState(controls=(
        ("regions.show", "anchors"), ("regions.x", 160), ("regions.y", 107),
    ))
    drawn = picture(trace_of(method), "regions", state)
    anchors = layer(drawn.main.layers, "Anchors")
    assert isinstance(anchors, Boxes) and len(anchors.boxes) == k
    middle = (anchors.boxes[:, :2] + anchors.boxes[:, 2:]) / 2
    coarsest = max(level.stride_x for level in rpn(method).levels)
    assert np.abs(middle - (160, 107)).max() <= coarsest / 2 + 1


def test_objectness_is_the_highest_of_the_k_anchors_of_each_cell() -> None:
    stage = rpn("faster_rcnn")
    heat = objectness_map(stage, 0)
    level = stage.levels[0]
    assert heat.shape == (level.height, level.width)
    for y, x in ((0, 0), (9, 10), (17, 23)):
        start = (y * level.width + x) * 9
        best = stage.objectness[start : start + 9].max()
        assert heat[y, x] == pytest.approx(1 / (1 + np.exp(-best)), abs=1e-6)


def test_rpn_refinement_leads_from_the_anchor_to_its_proposal() -> None:
    state = ViewState(controls=(("regions.show", "refinement"),))
    drawn = picture(trace_of("fpn"), "regions", state)
    before, after = (layer(drawn.main.layers, name) for name in ("Anchors", "Refined"))
    assert isinstance(before, Boxes) and isinstance(after, Boxes)
    stage = rpn("fpn")
    np.testing.assert_array_equal(before.boxes, stage.anchors[stage.anchor[after.rows]])
    np.testing.assert_array_equal(after.boxes, stage.boxes[after.rows])


def test_the_channel_chosen_is_the_channel_drawn() -> None:
    trace = trace_of("fpn")
    stage = trace.stage("features")
    assert isinstance(stage, FeaturesStage)
    state = ViewState(controls=(
        ("features.pathway", "laterals (L)"), ("features.map", "L3"),
        ("features.show", "one channel"), ("features.channel", 17),
    ))
    heat = layer(picture(trace, "features", state).main.layers, "Feature map")
    lateral = next(each for each in stage.maps if each.name == "L3")
    assert isinstance(heat, Heat)
    np.testing.assert_allclose(heat.values, lateral.values[17])
    half = lateral.stride_x / 2
    assert heat.rect == pytest.approx((-half, -half, 320 - half, 240 - half))


def test_levels_colour_each_region_by_its_own_level() -> None:
    trace = trace_of("fpn")
    stage = trace.stage("assignment")
    assert isinstance(stage, LevelStage)
    drawn = picture(trace, "assignment", ViewState(limit=10**6))
    for each in drawn.main.layers:
        if isinstance(each, Boxes) and each.name.startswith("P"):
            assert set(stage.level[each.rows].tolist()) == {int(each.name[1])}
            assert each.roles == f"level{int(each.name[1]) - 2}"


def test_the_level_equation_ends_in_the_level_of_the_trace() -> None:
    trace = trace_of("fpn")
    stage = trace.stage("assignment")
    assert isinstance(stage, LevelStage)
    regions = rpn("fpn").boxes
    for row in range(len(stage.level)):
        width, height = network_size(trace, regions[row])
        raw = 4 + np.log2(np.sqrt(width * height) / 84)
        assert raw == pytest.approx(float(stage.raw[row]), abs=1e-3)
    assert level_lines(200, 200, 5.25, 5, 4, 84)[-1] == "  = ⌊5.25⌋ = 5"
    assert level_lines(10, 10, 0.93, 2, 4, 84)[-1] == "  = ⌊0.93⌋ = 0, clamped to 2"


def test_windows_are_drawn_on_the_map_they_are_read_from() -> None:
    trace = trace_of("sppnet")
    stage, features = trace.stage("assignment"), trace.stage("features")
    assert isinstance(stage, WindowStage) and isinstance(features, FeaturesStage)
    for row in (0, 40, 100):
        state = ViewState(selected=Key("sppnet", "assignment", row))
        drawn = picture(trace, "assignment", state)
        window = layer(drawn.main.layers, "Window of cells")
        assert isinstance(window, Boxes)
        shown = features.maps[int(stage.scale[row])]
        x1, y1, x2, y2 = stage.cells[row].tolist()
        assert window.boxes[0].tolist() == pytest.approx([
            (x1 - 0.5) * shown.stride_x, (y1 - 0.5) * shown.stride_y,
            (x2 + 0.5) * shown.stride_x, (y2 + 0.5) * shown.stride_y,
        ])


def test_a_crop_cut_again_is_the_photo_inside_and_the_mean_outside() -> None:
    photo = synthetic_photo()
    np.testing.assert_array_equal(warped(photo, np.array([40, 30, 104, 94]), 64),
                                  photo[30:94, 40:104])
    crop = warped(photo, np.array([-32, -32, 32, 32]), 64)
    assert (crop[:32] == (124, 116, 104)).all() and (crop[:, :32] == (124, 116, 104)).all()
    np.testing.assert_array_equal(crop[32:, 32:], photo[:32, :32])
    trace = trace_of("rcnn")
    stage = trace.stage("assignment")
    assert isinstance(stage, WarpStage)
    np.testing.assert_array_equal(crop_of(trace, stage, 3), stage.crops[3])
    beyond = len(stage.crops) + 5
    np.testing.assert_array_equal(
        crop_of(trace, stage, beyond), warped(photo, stage.context[beyond], stage.size)
    )


@pytest.mark.parametrize("method", NAMES)
def test_bins_cover_the_region_and_the_marked_one_is_among_them(method: str) -> None:
    drawn = picture(trace_of(method), "pooling", ViewState())
    bins, one = (layer(drawn.main.layers, name) for name in ("Bins", "One bin"))
    assert isinstance(bins, Boxes) and isinstance(one, Boxes)
    assert len(bins.boxes) == {"rcnn": 9, "sppnet": 36}.get(method, 49)
    assert (bins.boxes == one.boxes[0]).all(axis=1).any()
    if method == "fpn":
        points = layer(drawn.main.layers, "Sample points")
        assert isinstance(points, Points) and len(points.points) == 49 * 4


def test_all_four_grids_of_the_pyramid_can_be_drawn() -> None:
    for first, n in ((1, 36), (37, 9), (46, 4), (50, 1)):
        state = ViewState(controls=(("pooling.bin", first),))
        drawn = picture(trace_of("sppnet"), "pooling", state)
        bins = layer(drawn.main.layers, "Bins")
        assert isinstance(bins, Boxes) and len(bins.boxes) == n


@pytest.mark.parametrize("method", NAMES)
def test_refinement_draws_what_the_equations_give(method: str) -> None:
    trace = trace_of(method)
    stage = trace.stage("refinement")
    assert isinstance(stage, RefinementStage)
    limit = np.array([320, 240, 320, 240])
    for row in range(0, len(stage.before), 5):
        moved = np.clip(decoded(stage.before[row], stage.deltas[row]), 0, limit)
        np.testing.assert_allclose(moved, stage.after[row], atol=0.01)
    lines = decoding_lines(np.array([10.0, 20, 50, 100]), np.array([0.1, -0.25, 0.0, 9.0]))
    assert lines == (
        "x = 30.00 + 40.00·0.10000 = 34.0", "y = 60.00 − 80.00·0.25000 = 40.0",
        "w = 40.00·e^0.00000 = 40.0", "h = 80.00·e^4.13517 = 5000.0",
    )


def test_the_digits_shown_give_the_tenth_of_a_pixel_shown() -> None:
    rng = np.random.default_rng(3)
    for _ in range(300):
        corner = rng.uniform(0, 600, 2)
        box = np.concatenate([corner, corner + rng.uniform(5, 900, 2)])
        deltas = rng.normal(0, 0.4, 4)
        want = decoded(box, deltas)
        numbers = [(want[0] + want[2]) / 2, (want[1] + want[3]) / 2, *(want[2:] - want[:2])]
        lines = decoding_lines(box, deltas)
        assert len({len(line.split()[2].split("·")[0].split(".")[1]) for line in lines}) == 1, lines
        for line, value in zip(decoding_lines(box, deltas), numbers, strict=True):
            terms, result = line.replace("−", "-")[4:].split(" = ")
            # What a reader does with the digits on the screen.
            worked = eval(terms.replace("·e^", "*2.718281828459045**").replace("·", "*"))
            assert f"{worked:.1f}" == result == f"{value:.1f}", line


def test_a_box_that_the_photo_cuts_says_so() -> None:
    before, still = np.array([280.0, 20, 318, 60]), np.zeros(4)
    grown = np.array([0.0, 0, 0.5, 0])
    cut = np.clip(decoded(before, grown), 0, (320, 240, 320, 240))
    assert box_lines(before, still, before) == ("box 280, 20 – 318, 60  (38 × 40 px)",)
    assert box_lines(before, grown, cut) == (
        "box 267.7, 20.0 – 320.0, 60.0", "size 52.3 × 40.0 px", "clipped to the photo",
    )


@pytest.mark.parametrize("method", NAMES)
def test_every_suppressed_box_has_an_arrow_to_its_suppressor(method: str) -> None:
    trace = trace_of(method)
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    drawn = picture(trace, "nms", ViewState())
    gone, lines = (layer(drawn.main.layers, name) for name in ("Suppressed", "Suppressed by"))
    assert isinstance(gone, Boxes) and isinstance(lines, Lines)
    assert len(gone.rows) == len(lines.segments)
    assert lines.role == "text" and lines.edged  # a hue would be a class's
    middles = (stage.boxes[:, :2] + stage.boxes[:, 2:]) / 2
    for row, segment in zip(gone.rows[::-1], lines.segments, strict=True):
        by = stage.nms.suppressed_by[row]
        assert by >= 0 and stage.labels[by] == stage.labels[row]
        assert segment.tolist() == pytest.approx([*middles[row], *middles[by]], abs=1e-3)


@pytest.mark.parametrize("method", NAMES)
def test_stepping_through_nms_decides_each_pair_once(method: str) -> None:
    trace = trace_of(method)
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    total, before = len(stage.boxes), -1
    for step in range(0, len(stage.nms.kept) + 1, 4):
        drawn = picture(trace, "nms", ViewState(controls=(("nms.step", step),), limit=10**6))
        parts = [int(word) for word in drawn.summary.replace(",", "").split() if word.isdigit()]
        left = [len(each.rows) for each in drawn.main.layers
                if isinstance(each, Boxes) and each.name == "Undecided"]
        assert parts[0] == step and parts[0] + parts[1] + sum(left) == total
        assert parts[0] + parts[1] > before
        before = parts[0] + parts[1]


@pytest.mark.parametrize("limit", [10, 40, 200, 10**6])
def test_nms_draws_the_strongest_boxes_up_to_the_limit(limit: int) -> None:
    trace = trace_of("fpn")
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    for step in (3, len(stage.nms.kept)):
        state = ViewState(limit=limit, controls=(("nms.step", step),))
        drawn = {
            each.name: each.rows for each in picture(trace, "nms", state).main.layers
            if isinstance(each, Boxes) and each.stage == "nms" and "this step" not in each.name
        }
        assert sum(map(len, drawn.values())) == min(limit, len(stage.boxes))
    kept = len(drawn["Kept, strongest"]) + len(drawn.get("Kept, weaker", ()))
    assert kept >= min(len(stage.nms.kept), limit // 4)
    gone = drawn["Suppressed"][::-1]
    every = np.flatnonzero(np.asarray(stage.nms.suppressed_by) >= 0)
    if kept == len(stage.nms.kept):
        best = np.sort(stage.scores[every])[::-1][: len(gone)]
        np.testing.assert_array_equal(stage.scores[gone], best)


def test_the_panel_of_all_anchors_is_about_what_is_drawn_or_selected() -> None:
    trace = trace_of("faster_rcnn")
    plain = ViewState(controls=(("regions.show", "all anchors"),))
    for state, told in ((plain, 0), (replace(plain, selected=Key(trace.method, "regions", 2)), 1)):
        panel = picture(trace, "regions", state).panel
        assert panel is not None
        texts = layer(panel.layers, "Text")
        assert isinstance(texts, Labels)
        assert sum(each.text.startswith("Region ") for each in texts.items) == told


def test_the_footer_of_all_anchors_says_which_are_drawn() -> None:
    trace = trace_of("fpn")
    stage = trace.stage("regions")
    assert isinstance(stage, RpnStage)
    every = len(stage.anchors)
    own = int((np.asarray(stage.level) == 0).sum())
    view = ViewState(controls=(("regions.show", "all anchors"),), limit=5)
    few = picture(trace, "regions", view)
    assert few.summary == f"the 5 likeliest of {every:,} anchors · Boxes, below, shows more"
    assert picture(trace, "regions", replace(view, limit=10**6)).summary == f"all {every:,} anchors"
    (choice,) = [one for one in few.controls if stage.levels[0].name in one.choices]
    level = ("regions." + choice.key, stage.levels[0].name)
    view = replace(view, controls=(*view.controls, level))
    assert f"of {own:,} anchors of {level[1]}" in picture(trace, "regions", view).summary


@pytest.mark.parametrize("times", [1, 20, 200])
def test_coordinates_of_large_photos_keep_off_the_scores(times: int) -> None:
    trace = trace_of("faster_rcnn")
    stage = trace.stage("detections")
    assert isinstance(stage, DetectionsStage) and len(stage.boxes)
    large = replace(stage, boxes=stage.boxes * times)
    made = picture(
        replace(trace, stages=tuple(large if each is stage else each for each in trace.stages)),
        "detections", ViewState(),
    )
    assert made.panel is not None
    texts = layer(made.panel.layers, "Text")
    assert isinstance(texts, Labels)
    boxes = [each for each in texts.items if each.mono and "–" in each.text]
    assert len(boxes) == min(len(stage.boxes), LISTED)
    for box in boxes:
        score = next(each for each in texts.items
                     if each.mono and each.y == box.y and each.x < box.x)
        assert box.x - text_width(box.text, round(box.size), True) > score.x + 4


def test_counts_of_one_are_singular() -> None:
    assert shown(1, 1, "region") == "1 region"
    assert shown(12, 12, "region") == "12 regions"
    assert shown(200, 2000, "region") == "200 of 2,000 regions"


@pytest.mark.parametrize("method", ["fast_rcnn", "faster_rcnn", "fpn"])
def test_the_formulas_of_a_journey_fit_their_card(method: str) -> None:
    trace = trace_of(method)
    stage = trace.stage("detections")
    assert isinstance(stage, DetectionsStage)
    lines = [line for _, lines in facts(trace, "detections", 0) for line in lines]
    four = [line for line in lines if line.split(" ")[0] in ("÷", "cell", "tx", "tw", "px")]
    assert len(four) >= (2 if method == "fpn" else 5)
    assert max(map(len, four)) <= 34
    if method == "fast_rcnn":
        sides = lines.index(f"{'':6}     x1     y1     x2     y2")
        assert lines[sides + 1].startswith("÷ S")
        assert len(lines[sides + 1]) == len(lines[sides])


def test_a_crop_inside_the_photo_has_nothing_outside() -> None:
    trace = synthetic_trace("rcnn")
    box = np.array([10.1, 10.2, 83.3, 77.7], np.float32)  # 1 - its own area is -1e-8 of it
    assert 0.0 <= outside_share(box, trace) < 1e-6
    assert outside_share(np.array([-10.0, 0.0, 10.0, 20.0]), trace) == pytest.approx(0.5)


def test_how_often_a_pixel_is_read_counts_the_crops_with_their_context() -> None:
    trace = trace_of("rcnn")
    crops, image = trace.stage("assignment"), trace.stage("image")
    assert isinstance(crops, WarpStage) and isinstance(image, ImageStage)
    height, width = image.pixels.shape[:2]
    read = np.zeros((height, width))
    for x1, y1, x2, y2 in np.asarray(crops.context):
        across = np.clip(np.arange(width) + 1, x1, x2) - np.clip(np.arange(width), x1, x2)
        down = np.clip(np.arange(height) + 1, y1, y2) - np.clip(np.arange(height), y1, y2)
        read += down[:, None] * across
    made = picture(trace, "features", ViewState()).panel
    assert made is not None
    words = [
        label.text for each in made.layers if isinstance(each, Labels) for label in each.items
    ]
    at = words.index("On average, a photo pixel is read")
    assert words[at + 1] == f"{read.mean():.0f} times"


def test_where_a_map_lies_on_the_photo_is_said_as_it_is_drawn() -> None:
    made = picture(trace_of("fpn"), "features", ViewState())
    heat = layer(made.main.layers, "Feature map")
    assert isinstance(heat, Heat) and made.panel is not None
    step_x = (heat.rect[2] - heat.rect[0]) / heat.values.shape[1]
    step_y = (heat.rect[3] - heat.rect[1]) / heat.values.shape[0]
    assert heat.rect[:2] == pytest.approx((-step_x / 2, -step_y / 2))
    said = " ".join(
        label.text for each in made.panel.layers if isinstance(each, Labels)
        for label in each.items
    )
    assert "Cell (0, 0) is centred on the photo's top left corner and lies mostly outside." in said
