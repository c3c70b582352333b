"""Scores: every class's score for one region, and the highest regions on the photo."""

from __future__ import annotations

import numpy as np

from explorer.session import control_texts
from explorer.session.related import region_boxes
from explorer.session.scene import Boxes, Control, Layer, Picture, ViewState
from explorer.session.scenes.columns import sized_table
from explorer.session.scenes.common import (
    Focus,
    class_role,
    focus,
    label_name,
    need,
    photo_scene,
    plural,
    selection,
    title,
)
from explorer.session.scenes.pairs import exact_text, score_text, tag
from explorer.session.scenes.panel import Column
from explorer.trace.base import Floats, Ints, StageName
from explorer.trace.stages import ScoresStage, Trace

ALL = "all classes"
HIGHEST, CAPTIONS, TOP_CLASSES = 40, 6, 10
FEWEST, LEAST = 3, 0.0005  # classes listed in any case; from here on a probability is 0.001


def picture(trace: Trace, stage_name: StageName, state: ViewState) -> Picture:
    stage = need(trace, "scores", ScoresStage)
    at = focus(trace, state)
    objects = np.asarray(stage.values)[:, stage.first :]
    # COCO's numbers have gaps, "N/A" in torchvision's list.
    choices = (ALL, *(name for name in trace.classes if name != "N/A"))
    wanted = str(state.control("scores", "class", ALL))
    wanted = wanted if wanted in choices else ALL
    if wanted == ALL:
        labels: Ints = objects.argmax(axis=1) if objects.size else np.zeros(0, np.int64)
        best = objects.max(axis=1) if objects.size else np.zeros(0)
    else:
        label = trace.classes.index(wanted)
        labels, best = np.full(len(objects), label), objects[:, label]
    rows = np.argsort(-best, kind="stable")[: min(HIGHEST, state.limit)]
    layers = _layers(trace, stage, rows, labels[rows], best[rows])
    layers += selection(trace, at, "scores", always=True)
    kind = "SVM margins" if stage.kind == "svm" else "probabilities"
    return Picture(
        title=title(trace, "scores"),
        summary=f"{kind} · {len(rows)} highest of {plural(len(objects), 'region')}",
        main=photo_scene(trace, *layers, opacity=0.85),
        panel=_panel(trace, stage, at, rows, labels[rows], best[rows]).scene(),
        controls=(
            Control(key="class", title="Class", kind="choice", value=wanted, choices=choices,
                    why=control_texts.SCORES_CLASS),
        ),
    )


def _layers(
    trace: Trace, stage: ScoresStage, rows: Ints, labels: Ints, values: Floats
) -> list[Layer]:
    regions = region_boxes(trace)[_regions(trace, rows)]
    layers: list[Layer] = []
    captions = tuple(
        tag(trace, label, value)
        for label, value in zip(labels[:CAPTIONS].tolist(), values[:CAPTIONS].tolist(), strict=True)
    )
    for name, part, width, texts in (
        ("Next highest", slice(CAPTIONS, None), 1.0, ()),
        (f"Highest {CAPTIONS}", slice(0, CAPTIONS), 2.0, captions),
    ):
        if len(rows[part]):
            # Drawn from the lowest up, so that the best lies on top.
            layers.append(
                Boxes(
                    name=name, boxes=regions[part][::-1], stage="scores", rows=rows[part][::-1],
                    roles=tuple(class_role(label) for label in labels[part][::-1].tolist()),
                    width=width, opacity=0.9 if texts else 0.55, captions=texts[::-1],
                )
            )
    return layers


def _regions(trace: Trace, rows: Ints) -> Ints:
    """The region rows of rows of the scores, through pooling and assignment."""
    stage = trace.stage("scores")
    found: Ints = np.asarray(rows, np.int64)
    while stage is not None and stage.source_stage is not None:
        found = np.asarray(stage.source)[found]
        stage = trace.stage(stage.source_stage)
        if stage is not None and stage.name == "regions":
            break
    return found


def _panel(
    trace: Trace, stage: ScoresStage, at: Focus | None, rows: Ints, labels: Ints, values: Floats
) -> Column:
    panel = Column()
    row = at.first("scores") if at is not None else None
    if at is not None and row is not None:
        svm = stage.kind == "svm"
        panel.heading(f"Region {at.region:,}", at.why)
        panel.text("A linear SVM per class: positive means yes." if svm else
                   "Softmax over classes and background; sums to 1.", "muted", 11)
        panel.gap(4)
        _bars(panel, trace, stage, np.asarray(stage.values[row], np.float64))
    panel.heading("Highest regions")
    table = [
        (label_name(trace, label), f"{region:,}", score_text(trace, value))
        for label, region, value in zip(
            labels[:12].tolist(), _regions(trace, rows[:12]).tolist(), values[:12].tolist(),
            strict=True,
        )
    ]
    if table:
        roles = [class_role(label) for label in labels[:12].tolist()]
        sized_table(panel, ("class", "region", "score"), table, roles=roles)
    return panel


def _bars(panel: Column, trace: Trace, stage: ScoresStage, values: Floats) -> None:
    """The ten highest classes of one region, and the background. Of probabilities that are written
    as less than a thousandth the first, so that the others are at most that."""
    objects = values[stage.first :]
    order = np.argsort(-objects, kind="stable")[:TOP_CLASSES]
    low, high, svm = 0.0, 1.0, stage.kind == "svm"
    text = exact_text(stage)
    if not svm:
        order = order[: max(FEWEST, 1 + int((objects[order] >= LEAST).sum()))]
    if svm:
        low = min(-1.0, float(objects[order].min()))
        high = max(1.0, float(objects[order].max()))
    zero = (0.0 - low) / (high - low)
    for index, label in enumerate(order.tolist()):
        value = float(objects[label])
        drawn = value if svm or value >= LEAST else 0.0  # a mark would look like a thousandth
        panel.bar(label_name(trace, label), text(value), (drawn - low) / (high - low),
                  class_role(label), zero, bold=index == 0)
    if stage.first:
        value = float(values[0])
        panel.bar("background", text(value), value if value >= LEAST else 0.0, "muted", 0.0)
    hidden = len(objects) - len(order)
    if hidden > 0:
        floor = float(objects[order[-1]])
        most = f"each {text(floor)}" if text(floor).startswith("<") else f"at most {text(floor)}"
        panel.text(f"{plural(hidden, 'other class', 'other classes')}: {most}.", "muted", 11)
