"""Where each method's time goes, and who found what: the sixth picture beside the five methods."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.methods.names import METHODS, NAMES, MethodName
from explorer.session.axis import Axis
from explorer.session.chart import Drawing, text_width
from explorer.session.class_names import on_screen
from explorer.session.ground_truth import GroundTruth, one_name
from explorer.session.scene import Scene
from explorer.session.scenes.common import STAGE_TITLES, number
from explorer.session.scenes.truth_layers import MARKS
from explorer.session.verdicts import verdicts
from explorer.session.words import time_text
from explorer.session.work import FEATURES, REGIONWISE, ROLES, RPN, SEARCH, Work, work_of
from explorer.trace.stages import DetectionsStage, ScoresStage, Trace

# Parts that are shown together. Only those "per region" are several: theirs is the colour of
# region-wise work that is not taken apart.
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (STAGE_TITLES["image"].lower(), ROLES[STAGE_TITLES["image"]], (STAGE_TITLES["image"],)),
    (SEARCH.lower(), ROLES[SEARCH], (SEARCH,)),
    (RPN, ROLES[RPN], (RPN,)),
    (FEATURES.lower(), ROLES[FEATURES], (FEATURES,)),
    (
        "per region", ROLES[REGIONWISE],
        tuple(STAGE_TITLES[name] for name in ("assignment", "pooling", "scores", "refinement")),
    ),
    (STAGE_TITLES["nms"], ROLES[STAGE_TITLES["nms"]], (STAGE_TITLES["nms"],)),
    (
        STAGE_TITLES["detections"].lower(), ROLES[STAGE_TITLES["detections"]],
        (STAGE_TITLES["detections"],),
    ),
)
MARGIN, BAR = 18.0, 12.0
MARK = 10.5  # size of "✓" and "✗" beside a score
WIDE = 50.0  # pixels from column to column from which on scores stand in their usual size
FOUND = "Who found what"
UNCHECKED, CHECKED = "not checked: no ground truth", "✓ correct, ✗ none correct"
# Long, shorter and short.
SCORES = "best score per class", "best score", "best"
CORRECT_SCORES = "best correct score per class", "best correct score", "best correct"
UNITS = {"svm": ("margin", "margin"), "softmax": ("probability", "prob.")}  # long and short


@dataclass(frozen=True)
class Spacing:
    """From one line of text to the next, in pixels."""

    title: float  # from the top
    first: float  # from the title to the first bar
    bar: float
    block: float  # from the legend to the next title
    heads: float  # from there to the methods
    units: float
    rows: float  # from the methods to the first class
    row: float


ROOMY = Spacing(26, 32, 30, 34, 28, 15, 38, 23)
CLOSE = Spacing(22, 25, 22, 27, 21, 14, 33, 20)
ROOMY_FROM = 400.0  # the height from which on there is room


def group_times(work: Work) -> tuple[float, ...]:
    """Milliseconds of each of GROUPS."""
    return tuple(
        sum(part.ms for part in work.parts if part.name in names) for _, _, names in GROUPS
    )


def found_by(trace: Trace) -> dict[str, float]:
    """Class name -> best score among the method's detections."""
    stage = trace.stage("detections")
    best: dict[str, float] = {}
    if isinstance(stage, DetectionsStage):
        for label, score in zip(stage.labels.tolist(), stage.scores.tolist(), strict=True):
            name = trace.classes[label]
            best[name] = max(best.get(name, -np.inf), score)
    return best


def judged_by(trace: Trace, truth: GroundTruth | None) -> dict[str, tuple[float, str]]:
    """Class name -> score and "✓ " or "✗ ": the best detection that is correct, where none is the
    best of all; {} without ground truth."""
    stage, of = trace.stage("detections"), None if truth is None else verdicts(trace, truth)
    if of is None or not isinstance(stage, DetectionsStage):
        return {}
    best: dict[str, tuple[float, str]] = {}
    for label, score, kind in zip(
        stage.labels.tolist(), stage.scores.tolist(), of.kind, strict=True
    ):  # by falling score
        name, mark = trace.classes[label], MARKS[kind]
        if name not in best or (kind == "true" and best[name][1] != mark):
            best[name] = score, mark
    return best


def missed_by_all(traces: Sequence[Trace], truth: GroundTruth | None) -> list[str]:
    """Classes of the ground truth that no method has reported."""
    judged = [verdicts(trace, truth) for trace in traces] if truth is not None else []
    if truth is None or not any(judged):
        return []
    found = {one_name(name) for trace in traces for name in found_by(trace)}
    names = {truth.names[row] for of in judged if of is not None for row in of.missed.tolist()}
    return sorted(name for name in names if one_name(name) not in found)


def score_kind(trace: Trace) -> str:
    """"svm" (scores are margins), "softmax" (probabilities), or "" before there are scores."""
    stage = trace.stage("scores")
    return stage.kind if isinstance(stage, ScoresStage) else ""


def summary_scene(
    traces: Sequence[Trace], width: float, height: float, running: bool = False,
    truth: GroundTruth | None = None, methods: Collection[str] = NAMES,
) -> Scene:
    """A panel of that size for `methods`; those without stages show as "–".

    running: other methods may still find something.
    """
    drawing = Drawing(width)
    gaps = ROOMY if height >= ROOMY_FROM else CLOSE
    works = {trace.method: work_of(trace) for trace in traces if trace.stages}
    going = {trace.method for trace in traces if trace.stage("detections") is None}
    listed = [method for method in METHODS if method.name in methods]
    y = _times(drawing, listed, works, going, gaps) + gaps.block
    _who_found(drawing, listed, traces, y, height, gaps, running, truth)
    return drawing.chart(height).scene


def _times(
    drawing: Drawing, methods: Sequence[MethodName], works: dict[str, Work],
    going: Collection[str], gaps: Spacing,
) -> float:
    """A stacked bar for each method, and the legend of what is seen; returns where it ends."""
    drawing.text(MARGIN, gaps.title, "Where the time goes", 14, bold=True)
    names = max(text_width(method.title, 13) for method in METHODS)
    left, right = MARGIN + names + 12, drawing.width - MARGIN - 66
    axis = Axis(0.0, max((work.ms for work in works.values()), default=0.0) or 1.0, log=False)
    y = gaps.title + gaps.first
    for method in methods:
        drawing.text(MARGIN, y, method.title, 13, method.name)
        work = works.get(method.name)
        times = group_times(work) if work else (0.0,) * len(GROUPS)
        drawing.bar(
            axis, left, right, y, BAR,
            [(ms, role, "", "") for ms, (_, role, _) in zip(times, GROUPS, strict=True)],
        )
        text = time_text(work.ms) + (" …" if method.name in going else "") if work else "–"
        drawing.text(drawing.width - MARGIN, y, text, 12.5, "muted", "right")
        y += gaps.bar
    items = [(name, role) for name, role, _ in GROUPS]
    return drawing.legend(drawing.visible(items), MARGIN, drawing.width - MARGIN, y)


def _who_found(
    drawing: Drawing, methods: Sequence[MethodName], traces: Sequence[Trace], y: float,
    height: float, gaps: Spacing, running: bool, truth: GroundTruth | None,
) -> None:
    by_name = {trace.method: trace for trace in traces}
    judged = {trace.method: judged_by(trace, truth) for trace in traces}
    found = {
        trace.method: {name: score for name, (score, _) in judged[trace.method].items()}
        or found_by(trace) for trace in traces
    }
    best: dict[str, int] = {}
    for classes in found.values():
        for name in classes:
            best[name] = best.get(name, 0) + 1
    names = sorted(best, key=lambda name: (-best[name], name))
    names += missed_by_all(traces, truth)
    drawing.text(MARGIN, y, FOUND, 14, bold=True)
    if names:
        after = MARGIN + text_width(FOUND, 14, bold=True) + 12
        drawing.text(after, y, UNCHECKED if truth is None else CHECKED, 11.5, "muted")
    y += gaps.heads
    if not names:
        done = any(trace.stage("detections") is not None for trace in traces)
        text = "No method has finished yet."
        if done:
            text = f"No detection above the threshold{' so far' if running else ''}."
        drawing.text(MARGIN, y, text, 12.5, "muted")
        return
    pitch = (drawing.width - 2 * MARGIN) * 0.155
    columns = {
        method.name: drawing.width - MARGIN - pitch * (len(methods) - 1 - index)
        for index, method in enumerate(methods)
    }
    gap = 5 if pitch > WIDE else 2  # from a mark to its score
    first = drawing.width  # where the first unit starts
    for method in methods:
        drawing.text(columns[method.name], y, method.short, 11, method.name, "right")
        trace = by_name.get(method.name)
        long, short = UNITS.get(score_kind(trace) if trace else "", ("", ""))
        unit = long if text_width(long, 10.5) < pitch - 8 else short
        drawing.text(columns[method.name], y + gaps.units, unit, 10.5, "muted", "right")
        first = min(first, columns[method.name] - text_width(unit, 10.5))
    texts = SCORES if truth is None else CORRECT_SCORES
    fitting = (text for text in texts if MARGIN + text_width(text, 10.5) + 8 <= first)
    said = next(fitting, texts[-1])
    drawing.text(MARGIN, y + gaps.units, said, 10.5, "muted")
    y += gaps.rows
    room = max(1, 1 + int((height - 10 - y) // gaps.row))
    shown = names if len(names) <= room else names[: room - 1]
    size = 12.5 if pitch > WIDE else 11.0 if truth is None else 10.0  # with a mark before it
    beside = columns[methods[0].name] - text_width("−0.00", size) - (16 if truth else 6)
    for name in shown:
        part = (beside - MARGIN) / text_width(on_screen(name), 12.5, bold=True)
        drawing.text(MARGIN, y, on_screen(name), max(9.5, 12.5 * min(1.0, part)), bold=True)
        for own, x in columns.items():
            score = found.get(own, {}).get(name)
            text = "–" if score is None else number(score)
            drawing.text(x, y, text, size, "muted" if score is None else own, "right")
            mark = judged.get(own, {}).get(name, (0.0, ""))[1].strip()
            role = "good" if mark == MARKS["true"].strip() else "bad"
            if mark:
                drawing.text(x - text_width(text, size) - gap, y, mark, MARK, role, "right", True)
        y += gaps.row
    if len(shown) < len(names):
        drawing.text(MARGIN, y, f"and {len(names) - len(shown)} more", 12, "muted")


JOINED = "\u00a0"  # between a class and its score


def headline(trace: Trace) -> str:
    """One line for a method: "cat 0.93, sofa 0.61", or "nothing found"; "" before its end."""
    found = found_by(trace)
    if found:
        best = sorted(found.items(), key=lambda item: -item[1])
        # A class and its score stay together where the line is shortened.
        return ", ".join(f"{on_screen(name)}{JOINED}{number(score)}" for name, score in best)
    stage = trace.stage("detections")
    if isinstance(stage, DetectionsStage):
        return "nothing found"
    return ""
