"""Where each method's time goes, and who found what: the sixth picture beside the five methods."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.methods.names import METHODS
from explorer.session.scene import Bars, Label, Labels, Layer, Scene
from explorer.session.words import time_text
from explorer.trace.base import StageName
from explorer.trace.stages import DetectionsStage, Trace

# Part of the work -> the stages that count to it, and how strongly its bar is drawn.
PARTS: tuple[tuple[str, tuple[StageName, ...], float], ...] = (
    ("proposals", ("image", "regions"), 0.38),
    ("network", ("features",), 1.0),
    ("heads", ("assignment", "pooling", "scores", "refinement"), 0.66),
    ("NMS", ("nms", "detections"), 0.9),
)
MARGIN, ROW, BAR = 18.0, 30.0, 12.0
FEWEST_CLASSES = 3


def part_times(trace: Trace) -> tuple[float, ...]:
    """Milliseconds of each of PARTS."""
    return tuple(
        sum(stage.ms for stage in trace.stages if stage.name in names) for _, names, _ in PARTS
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


def summary_scene(traces: Sequence[Trace], width: float, height: float) -> Scene:
    """A panel of that size for the methods that have stages; the rest show as "–"."""
    by_name = {trace.method: trace for trace in traces}
    labels: list[Label] = []
    layers: list[Layer] = []
    inner = width - 2 * MARGIN
    labels.append(Label(MARGIN, 26, "Where the time goes", size=14, bold=True))
    left, right = MARGIN + 92, width - MARGIN - 66
    longest = max((sum(part_times(trace)) for trace in traces), default=0.0) or 1.0
    tracks: list[tuple[float, float, float, float]] = []
    parts: list[list[tuple[tuple[float, float, float, float], str]]] = [[] for _ in PARTS]
    y = 58.0
    for method in METHODS:
        labels.append(Label(MARGIN, y, method.title, role=method.name, size=13))
        tracks.append((left, y - BAR / 2, right, y + BAR / 2))
        trace = by_name.get(method.name)
        if trace is not None and trace.stages:
            at = left
            for index, ms in enumerate(part_times(trace)):
                end = at + (right - left) * ms / longest
                role = "text" if PARTS[index][0] == "NMS" else method.name
                role = "muted" if index == 0 else role
                parts[index].append(((at, y - BAR / 2, end, y + BAR / 2), role))
                at = end
            text = time_text(sum(part_times(trace)))
        else:
            text = "–"
        labels.append(
            Label(width - MARGIN, y, text, role="muted", size=12.5, anchor="right")
        )
        y += ROW
    layers.append(Bars(name="Tracks", boxes=np.array(tracks), roles=("raised",) * len(tracks)))
    for (name, _, opacity), bars in zip(PARTS, parts, strict=True):
        if bars:
            boxes = np.array([box for box, _ in bars], np.float64)
            roles = tuple(role for _, role in bars)
            layers.append(Bars(name=name, boxes=boxes, roles=roles, opacity=opacity))
    y = _legend(layers, labels, y)
    _who_found(traces, labels, y + 34, inner, width, height)
    layers.append(Labels(name="Text", items=tuple(labels)))
    return Scene(extent=(0, 0, width, height), space="panel", layers=tuple(layers))


def _legend(layers: list[Layer], labels: list[Label], y: float) -> float:
    x = MARGIN
    for name, _, opacity in PARTS:
        role = {"proposals": "muted", "NMS": "text"}.get(name, "accent")
        layers.append(
            Bars(
                name="Legend", boxes=np.array([(x, y - 5, x + 10, y + 5)]), roles=(role,),
                opacity=opacity,
            )
        )
        labels.append(Label(x + 16, y, name, role="muted", size=11.5))
        x += 16 + 6.2 * len(name) + 20
    return y


def _who_found(
    traces: Sequence[Trace], labels: list[Label], y: float, inner: float, width: float,
    height: float,
) -> None:
    found = {trace.method: found_by(trace) for trace in traces}
    best: dict[str, int] = {}
    for classes in found.values():
        for name in classes:
            best[name] = best.get(name, 0) + 1
    names = sorted(best, key=lambda name: (-best[name], name))
    labels.append(Label(MARGIN, y, "Who found what", size=14, bold=True))
    y += 30
    if not names:
        done = any(trace.stage("detections") is not None for trace in traces)
        text = "No detection above the threshold." if done else "No method has finished yet."
        labels.append(Label(MARGIN, y, text, role="muted", size=12.5))
        return
    columns = {
        method.name: MARGIN + inner * (0.38 + 0.155 * index)
        for index, method in enumerate(METHODS)
    }
    for method in METHODS:
        labels.append(
            Label(columns[method.name], y - 2, method.short, role=method.name, size=11,
                  anchor="right")
        )
    y += 22
    room = max(FEWEST_CLASSES, int((height - y) // 23))
    shown = names if len(names) <= room else names[: room - 1]
    for name in shown:
        labels.append(Label(MARGIN, y, name, size=12.5, bold=True))
        for own, x in columns.items():
            score = found.get(own, {}).get(name)
            text = "–" if score is None else f"{score:.2f}"
            role = "faint" if score is None else own
            labels.append(Label(x, y, text, role=role, size=12.5, anchor="right"))
        y += 23
    if len(shown) < len(names):
        rest = len(names) - len(shown)
        labels.append(Label(MARGIN, y, f"and {rest} more", role="muted", size=12))


def headline(trace: Trace) -> str:
    """One line for a method: "cat 0.93, sofa 0.61", or "nothing found"; "" before its end."""
    found = found_by(trace)
    if found:
        best = sorted(found.items(), key=lambda item: -item[1])
        return ", ".join(f"{name} {score:.2f}" for name, score in best[:4])
    stage = trace.stage("detections")
    if isinstance(stage, DetectionsStage):
        return "nothing found"
    return ""
