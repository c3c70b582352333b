"""A layer's swatch is a piece of what it draws, and tells it from the other layers of a picture."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from explorer.methods.names import NAMES
from explorer.session.ground_truth import GroundTruth
from explorer.session.samples import FEW, MOST, Sample, sample_of, together
from explorer.session.scene import Boxes, Lines, Picture, ViewState
from explorer.session.scenes import picture
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.trace.freeze import freeze
from explorer.trace.stages import DetectionsStage, Trace
from explorer.ui.choices import merged_layers
from explorer.ui.images import from_image
from explorer.ui.swatch import SIDE, icon, paint_swatch
from explorer.ui.theme import PALETTES, Palette, colour
from tests.traces import synthetic_trace

PLAIN = {"Photo", "Boundaries", "Rest, dimmed", "Segments"}  # what they are is seen


@pytest.fixture(params=PALETTES)
def palette(request: pytest.FixtureRequest, qtbot: QtBot) -> Palette:
    return PALETTES[request.param]


@cache
def trace_of(method: str) -> Trace:
    return synthetic_trace(method)


def pictures(method: str) -> list[Picture]:
    """Every stage at its first look, and the regions in all of theirs."""
    made = [picture(trace_of(method), stage, ViewState()) for stage in STAGE_NAMES]
    show = next(each for each in made[1].controls if each.key == "show")
    return made + [
        picture(trace_of(method), "regions", ViewState(controls=(("regions.show", choice),)))
        for choice in show.choices
    ]


def drawn(palette: Palette, sample: Sample, ratio: int = 1) -> np.ndarray:
    """(h, w, 3) of a swatch on the bar."""
    image = QImage(SIDE * ratio, SIDE * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(palette.surface)
    painter = QPainter(image)
    paint_swatch(painter, palette, sample, 0.0, 0.0)
    painter.end()
    return from_image(image)


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("ratio", [1, 2])
def test_layers_of_one_picture_have_different_swatches(
    palette: Palette, method: str, ratio: int
) -> None:
    for each in pictures(method):
        choices = merged_layers({method: each})
        swatches = {
            one.name: drawn(palette, one.sample, ratio) for one in choices if one.sample.kind
        }
        assert {one.name for one in choices} - {*swatches} <= PLAIN
        for name, other in combinations(swatches, 2):
            differ = (swatches[name] != swatches[other]).any(-1).sum()
            assert differ >= 6 * ratio, (each.title, name, other)


def changed_and_judged() -> Picture:
    """Detections of which one was gained, one lost and one moved, beside a ground truth of which
    something was found and something missed."""
    trace = trace_of("fast_rcnn")
    now = trace.stages[-1]
    assert isinstance(now, DetectionsStage) and len(now.boxes) > 1
    boxes = np.concatenate([now.boxes[1:] - np.array([1, 0, 1, 0], np.float32), [[0, 0, 9, 9]]])
    was = replace(
        now, boxes=freeze(boxes.astype(np.float32)), labels=freeze(np.roll(now.labels, -1)),
        scores=freeze(np.roll(now.scores, -1)),
    )
    names = (trace.classes[int(now.labels[0])], "horse")
    truth = GroundTruth(
        freeze(np.array([now.boxes[0], [0, 0, 20, 20]], np.float32)), names,
        freeze(np.zeros(2, bool)), "a.xml",
    )
    before = replace(trace, stages=(*trace.stages[:-1], was))
    return picture(trace, "detections", ViewState(before=before, truth=truth))


def test_what_changed_is_told_from_what_is_correct_or_wrong(palette: Palette) -> None:
    shown = changed_and_judged()
    choices = {one.name: one for one in merged_layers({"fast_rcnn": shown})}
    changed = {"Gained", "Lost", "Moved from here"}
    assert changed | {"Ground truth", "Correct or wrong", "Detections"} <= {*choices}
    for layer in shown.main.layers:
        if layer.name in changed:  # by their lines, for all eyes
            assert isinstance(layer, Boxes) and layer.dashed and layer.width >= 2
            assert layer.roles in ("text", "muted")
        elif isinstance(layer, Boxes):
            assert not layer.dashed
    swatches = {name: drawn(palette, one.sample) for name, one in choices.items()}
    for name, other in combinations(swatches, 2):
        if name in changed or other in changed:
            far = np.abs(swatches[name].astype(int) - swatches[other]).max(-1)
            assert (far > 40).sum() >= 20, (name, other)


@pytest.mark.parametrize("method", NAMES)
def test_swatches_are_seen_on_the_bar(palette: Palette, method: str) -> None:
    ground = drawn(palette, Sample())
    for each in pictures(method):
        for one in merged_layers({method: each}):
            if one.sample.kind:
                far = np.abs(drawn(palette, one.sample).astype(int) - ground).max(-1)
                assert (far > 60).sum() >= 8, one.name


def test_a_swatch_is_dashed_filled_and_thick_as_its_layer(palette: Palette) -> None:
    thin, thick = (drawn(palette, Sample("box", ("rcnn",), width)) for width in (1.0, 3.0))
    ground = drawn(palette, Sample())
    inked = [int((one != ground).any(-1).sum()) for one in (thin, thick)]
    assert inked[0] < inked[1]
    dashed = drawn(palette, Sample("box", ("rcnn",), 1.0, dashed=True))
    assert 0 < (dashed != ground).any(-1).sum() < inked[0]
    held = drawn(palette, Sample("box", ("rcnn",), 1.0, handles=True))
    assert (held != ground).any(-1)[:4, :4].sum() > (thin != ground).any(-1)[:4, :4].sum()
    filled = drawn(palette, Sample("box", ("rcnn",), 1.0, fill=0.06))
    middle = filled[SIDE // 2, SIDE // 2]
    assert (middle != ground[0, 0]).any() and (thin[SIDE // 2, SIDE // 2] == ground[0, 0]).all()


def test_a_swatch_is_the_same_wherever_it_stands(palette: Palette) -> None:
    for sample in (
        Sample("box", ("rcnn", "fpn"), 2.0, fill=0.2), Sample("heat", colour_map="viridis"),
        Sample("arrow", ("text",), edged=True), Sample("dots", ("text",), 2.0),
    ):
        image = QImage(1200, 800, QImage.Format.Format_RGB32)
        image.fill(palette.surface)
        painter = QPainter(image)
        paint_swatch(painter, palette, sample, 1000.0, 700.0)
        painter.end()
        pixels = from_image(image)
        np.testing.assert_array_equal(pixels[700:714, 1000:1014], drawn(palette, sample))
        assert ((pixels != pixels[0, 0]).any(-1)).sum() == (
            (drawn(palette, sample) != pixels[0, 0]).any(-1)).sum()


def test_several_colours_share_a_swatch(palette: Palette) -> None:
    row = drawn(palette, Sample("area", ("good", "bad"), opacity=1.0))[SIDE // 2]
    for x, role in ((4, "good"), (10, "bad")):
        assert tuple(row[x]) == colour(palette, role).getRgb()[:3]
    assert not icon(palette, Sample("area", ("good", "bad")), 1).isNull()
    assert icon(palette, Sample(), 1).isNull()


def test_layers_with_one_name_have_the_colours_of_all() -> None:
    boxes = np.array([[0.0, 0, 9, 9]] * 7)
    layers = [
        Boxes(name="Right or wrong", boxes=boxes, roles="bad", width=8.0),
        Boxes(name="Right or wrong", boxes=boxes, roles="good", width=8.0),
    ]
    assert together(*map(sample_of, layers)).roles == ("bad", "good")
    assert together(Sample(), sample_of(layers[0])) == sample_of(layers[0])
    classes = Boxes(name="Kept", boxes=boxes, roles=tuple(f"class{i}" for i in range(7)))
    assert len(sample_of(classes).roles) == 7
    # Those on top stand for all where there is no room for more.
    assert sample_of(classes).shown == ("class6", "class5", "class4") and FEW < MOST
    arrow = Lines(name="By", segments=boxes, role="text", arrow=True, edged=True)
    assert sample_of(arrow).kind == "arrow" and sample_of(arrow).edged


def test_methods_share_a_swatch() -> None:
    stage: StageName = "pooling"
    made = {name: picture(trace_of(name), stage, ViewState()) for name in NAMES}
    bins = next(one for one in merged_layers(made) if one.name == "Bins")
    assert bins.sample.shown == NAMES


@pytest.mark.parametrize("stage", STAGE_NAMES)
def test_layers_that_share_a_swatch_are_all_solid_or_all_dashed(stage: StageName) -> None:
    dashed: dict[str, set[bool]] = {}
    for method in NAMES:
        for layer in picture(synthetic_trace(method), stage, ViewState()).main.layers:
            if isinstance(layer, Boxes) and len(layer.boxes):
                dashed.setdefault(layer.name, set()).add(layer.dashed)
    assert [name for name, how in dashed.items() if len(how) > 1] == []
