"""Tables of panels: no column runs into the next, no score is rounded onto its threshold."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from explorer.methods.names import NAMES
from explorer.session.chart import text_width as sans_width
from explorer.session.scene import Bars, Boxes, Labels, Scene, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.columns import APART, sized_table
from explorer.session.scenes.panel import Column, text_width
from explorer.session.words import short_apart, span_text
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.trace.stages import NmsStage
from tests.traces import exchanged, synthetic_trace


def gaps(panel: Scene) -> list[tuple[float, str, str]]:
    """The room between neighbours on one line, with their texts."""
    lines: dict[float, list[tuple[float, float, str]]] = {}
    for layer in panel.layers:
        for label in layer.items if isinstance(layer, Labels) else ():
            wide = text_width(label.text, label.size, True) if label.mono else \
                sans_width(label.text, label.size, label.bold)
            left = label.x - {"left": 0.0, "centre": 0.5, "right": 1.0}[label.anchor] * wide
            lines.setdefault(label.y, []).append((left, left + wide, label.text))
    return [
        (after[0] - before[1], before[2], after[2])
        for line in lines.values() for before, after in pairwise(sorted(line))
    ]


@pytest.mark.parametrize("name", ["cat", "a class of a very long name indeed, longer than any"])
def test_columns_are_as_wide_as_their_texts_and_evenly_apart(name: str) -> None:
    panel = Column()
    head = ("class", "score", "region", "x1, y1 – x2, y2")
    rows = [(name, "0.93", "7", "5, 5 – 9, 9"),
            ("dog", "<0.500", "1,470", "1305, 281 – 1470, 1310")]
    sized_table(panel, head, rows, 0, ("class0", "class1"), 11)
    found = gaps(panel.scene())
    assert min(gap for gap, _, _ in found) >= APART - 0.01
    ends = {label.x for layer in panel.scene().layers if isinstance(layer, Labels)
            for label in layer.items if label.anchor == "right"}
    assert max(ends) == pytest.approx(panel.inner + panel.left) and len(ends) == 3


@pytest.mark.parametrize("stage", STAGE_NAMES)
@pytest.mark.parametrize("method", NAMES)
def test_nothing_on_a_line_of_a_panel_touches_its_neighbour(
    method: str, stage: StageName
) -> None:
    trace = synthetic_trace(method)
    first = picture(trace, stage, ViewState())
    states = [ViewState()] + [
        ViewState(controls=((f"{stage}.{control.key}", value),))
        for control in first.controls if not control.switch and not control.part
        for value in (control.choices or (control.low, (control.low + control.high) // 2))
    ]
    for state in states:
        panel = picture(trace, stage, state).panel
        assert panel is not None
        assert not [each for each in gaps(panel) if each[0] < 3]


@pytest.mark.parametrize(("value", "threshold", "text"), [
    (0.71, 0.3, "0.710"), (0.3001, 0.3, ">0.300"), (0.49999, 0.5, "<0.500"), (0.3, 0.3, "0.300"),
    (-1.0001, -1.0, "<−1.000"),
])
def test_figures_of_a_column_are_even_and_on_their_side_of_the_threshold(
    value: float, threshold: float, text: str
) -> None:
    assert short_apart(value, threshold) == text


def test_keepers_say_no_score_and_no_overlap_that_reads_like_a_threshold() -> None:
    trace = synthetic_trace("fpn")
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    scores, overlap = np.array(stage.scores), np.array(stage.nms.overlap)
    best = int(stage.nms.kept[0])
    scores[best] = 0.49993
    overlap[np.asarray(stage.nms.suppressed_by) == best] = 0.50004
    close = exchanged(trace, stage, replace(
        stage, scores=scores, nms=replace(stage.nms, overlap=overlap)))
    made = picture(close, "nms", ViewState())
    assert made.panel is not None
    said = [label.text for layer in made.panel.layers if isinstance(layer, Labels)
            for label in layer.items]
    assert "<0.500" in said and ">0.500" in said and "0.500" not in said
    captions = [text for layer in made.main.layers if isinstance(layer, Boxes)
                for text in layer.captions]
    assert any(text.endswith(" 0.4999") for text in captions)
    assert not any(text.endswith(" 0.50") for text in captions)


def test_a_span_of_one_value_is_that_value() -> None:
    assert span_text(np.array([0.8612, 0.8613], np.float32), 0.7) == "0.861"
    assert span_text(np.array([0.9721, 0.3104], np.float32), 0.3) == "0.310 to 0.972"
    assert span_text(np.array([0.3001, 0.9721], np.float32), 0.3) == ">0.300 to 0.972"


def test_what_is_dashed_on_the_photo_is_dashed_in_the_legend() -> None:
    said = 0
    for method in NAMES:
        for stage in STAGE_NAMES:
            panel = picture(synthetic_trace(method), stage, ViewState()).panel
            for layer in panel.layers if panel is not None else ():
                for label in layer.items if isinstance(layer, Labels) else ():
                    if "(dashed)" in label.text:
                        said += 1
                        assert panel is not None and sides_of_swatch(panel, label.y) == "surface"
                    elif "(solid)" in label.text:
                        assert panel is not None and sides_of_swatch(panel, label.y) != "surface"
    assert said > 5


def sides_of_swatch(panel: Scene, y: float) -> str:
    """What is seen in the middle of the left side of a line's swatch."""
    bars = next(layer for layer in panel.layers if isinstance(layer, Bars))
    x = Column().left + 0.5
    return [
        role for (x1, y1, x2, y2), role in zip(bars.boxes.tolist(), bars.roles, strict=True)
        if x1 <= x <= x2 and y1 <= y <= y2
    ][-1]
