"""Detections: what the method found, or how near it came."""

from __future__ import annotations

import numpy as np

from explorer.session import control_texts
from explorer.session.related import region_boxes
from explorer.session.scene import Boxes, Control, Label, Labels, Layer, Picture, ViewState
from explorer.session.scenes.columns import sized_table
from explorer.session.scenes.common import (
    box_text,
    class_role,
    focus,
    label_name,
    need,
    number,
    photo_rect,
    photo_scene,
    plural,
    probability,
    selection,
    setting,
    short_apart,
    title,
)
from explorer.session.scenes.pairs import tag
from explorer.session.scenes.panel import Column
from explorer.session.switching import Changes, changes, changes_text
from explorer.trace.base import StageName
from explorer.trace.stages import DetectionsStage, NmsStage, ScoresStage, Trace

BY_CLASS, BY_METHOD = "class", "method"
LISTED = 20


def picture(trace: Trace, stage_name: StageName, state: ViewState) -> Picture:
    stage = need(trace, "detections", DetectionsStage)
    at = focus(trace, state)
    wanted = str(state.control("detections", "colour", BY_CLASS))
    by_method = wanted == BY_METHOD
    n = len(stage.boxes)
    roles: str | tuple[str, ...] = trace.method
    if not by_method:
        roles = tuple(class_role(int(label)) for label in stage.labels[::-1])
    layers: list[Layer] = []
    what = changes(state.before, trace) if state.before is not None else None
    gained = set() if what is None else set(what.gained.tolist())
    if n:
        captions = tuple(
            ("+ " if row in gained else "")
            + tag(trace, int(label), float(score), stage.threshold)
            for row, (label, score) in enumerate(zip(stage.labels, stage.scores, strict=True))
        )
        layers.append(
            Boxes(name="Detections", boxes=stage.boxes[::-1], roles=roles, stage="detections",
                  rows=np.arange(n)[::-1], width=2.6, captions=captions[::-1])
        )
    else:
        layers += nothing(trace, stage)
    if what is not None and state.before is not None:
        layers += _changed(state.before, stage, what)
    layers += selection(trace, at, "detections", without="no detection")
    return Picture(
        title=title(trace, "detections"),
        summary=_summary(trace, stage) + (f" · {changes_text(what)}" if what else ""),
        main=photo_scene(trace, *layers),
        panel=_panel(trace, stage, by_method).scene(),
        controls=(
            Control(key="colour", title="Colour", kind="choice",
                    value=BY_METHOD if by_method else BY_CLASS, choices=(BY_CLASS, BY_METHOD),
                    why=control_texts.COLOUR),
        ),
    )


def _changed(before: Trace, stage: DetectionsStage, what: Changes) -> list[Layer]:
    """What the switches gained, lost and moved, beside the detections themselves.

    Dashed and without a hue: green and red say what is correct or wrong, whether gained or not.
    """
    was = need(before, "detections", DetectionsStage)
    layers: list[Layer] = []
    if len(what.gained):
        layers.append(
            Boxes(name="Gained", boxes=stage.boxes[what.gained], roles="text", width=5.0,
                  dashed=True, opacity=0.65)
        )
    gone = [
        ("Lost", what.lost, "muted", 3.0, "lost "),
        ("Moved from here", what.moved[:, 0], "text", 2.0, ""),
    ]
    for name, rows, role, width, word in gone:
        if len(rows):
            captions = tuple(
                word + tag(before, int(was.labels[row]), float(was.scores[row])) for row in rows
            )
            layers.append(
                Boxes(name=name, boxes=was.boxes[rows], roles=role, width=width, dashed=True,
                      captions=captions if word else ())
            )
    return layers


def _summary(trace: Trace, stage: DetectionsStage) -> str:
    if not len(stage.boxes):
        return nothing_text(trace, stage)
    return f"{plural(len(stage.boxes), 'detection')} above {number(stage.threshold)}"


def runners_up(trace: Trace) -> list[tuple[int, int, float]]:
    """(region, class, score) of the best regions of the classes, of those that are read, highest
    first."""
    scores = trace.stage("scores")
    if not isinstance(scores, ScoresStage) or not len(scores.values):
        return []
    read = int(setting(trace, "proposals", len(scores.values)))
    objects = np.asarray(scores.values)[:read, scores.first :]
    rows = objects.argmax(axis=0)
    best = objects.max(axis=0)
    order = np.argsort(-best, kind="stable")
    return [
        (trace.lineage("scores", int(rows[label]))[-1][1], int(label), float(best[label]))
        for label in order[:5].tolist()
    ]


def nothing_text(trace: Trace, stage: DetectionsStage) -> str:
    """'Nothing above 0.50. Best: person 0.31'."""
    text = f"Nothing above {number(stage.threshold)}."
    close = runners_up(trace)
    if close:
        _, label, score = close[0]
        text += f" Best: {tag(trace, label, score, stage.threshold)}"
    return text


def nothing(trace: Trace, stage: DetectionsStage) -> tuple[Layer, ...]:
    """A sentence on the photo, and the best region below the threshold."""
    x1, y1, x2, y2 = photo_rect(trace)
    text = f"Nothing above {number(stage.threshold)}"
    place = ((x1 + x2) / 2, y1 + 0.92 * (y2 - y1))
    said = Label(*place, text, "text", 14, "centre", True)
    sentence = Labels(name="Nothing found", items=(said,))
    close = runners_up(trace)
    if not close:
        return (sentence,)
    region, label, score = close[0]
    box = Boxes(name="Best below the threshold", boxes=region_boxes(trace)[region][None],
                roles="muted", stage="regions", rows=np.array([region]), dashed=True, width=2.0,
                captions=(tag(trace, label, score, stage.threshold),))
    return (box, sentence)


def _panel(trace: Trace, stage: DetectionsStage, by_method: bool) -> Column:
    panel = Column()
    n = len(stage.boxes)
    panel.heading(plural(n, "detection"), f"score > {number(stage.threshold)}")
    if n:
        rows = [
            (
                label_name(trace, int(stage.labels[row])),
                short_apart(float(stage.scores[row]), stage.threshold),
                f"{trace.lineage('detections', row)[-1][1]:,}",
                box_text(stage.boxes[row]),
            )
            for row in range(min(n, LISTED))
        ]
        roles = [
            trace.method if by_method else class_role(int(stage.labels[row]))
            for row in range(min(n, LISTED))
        ]
        head = ("class", "score", "region", "x1, y1 – x2, y2")
        sized_table(panel, head, rows, roles=roles, size=11)
        if n > LISTED:
            panel.text(f"and {n - LISTED} more", "muted")
    close = runners_up(trace)
    every = len(trace.classes)
    panel.heading("Highest scores by class", f"{len(close)} of {every}, before NMS")
    scores = trace.stage("scores")
    svm = isinstance(scores, ScoresStage) and scores.kind == "svm"
    low = min([-1.0 if svm else 0.0, *(score for _, _, score in close)])
    high = max([1.0, *(score for _, _, score in close)])
    zero = -low / (high - low)
    for _, label, score in close:
        text = short_apart(score, stage.threshold) if svm or score > 0.01 else probability(score)
        panel.bar(label_name(trace, label), text, (score - low) / (high - low),
                  trace.method if by_method else class_role(label), zero)
    nms = trace.stage("nms")
    if isinstance(nms, NmsStage):
        panel.heading("NMS and thresholds")
        panel.pair("Enters NMS above", number(nms.score_threshold))
        off = trace.settings.get("suppression") == "none"
        panel.pair("Suppressed above IoU", "none" if off else number(nms.nms.threshold))
        panel.pair("Survived NMS", plural(len(nms.nms.kept), "pair"))
        panel.pair("Is a detection above", number(stage.threshold))
    return panel
