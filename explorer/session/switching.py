"""Switches: what the user changes after the scores, beside the paper's value, and what it does.

The desk holds what was changed; `switches` describes it for a panel of the window; `changes` says
which detections came, went or moved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from explorer.methods.choices import Choices
from explorer.ops.bins import overlap
from explorer.trace.base import Ints
from explorer.trace.stages import (
    DetectionsStage,
    RefinementStage,
    RpnStage,
    ScoresStage,
    SearchStage,
    Trace,
)

Kind = Literal["number", "count", "toggle", "choice"]
Value = float | int | bool | str
SAME = 0.5  # IoU from which a box before and one after count as the same detection
STILL = 0.995  # IoU from which it has not moved


@dataclass(frozen=True)
class Switch:
    """One thing to change. key: of `Choices`; methods: whom it changes.

    value: now; paper: as the methods were run; others: (method, value) where one's is another.
    low, high, step: of a slider. why: a sentence.
    """

    key: str
    title: str
    kind: Kind
    methods: tuple[str, ...]
    value: Value
    paper: Value
    why: str
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    choices: tuple[str, ...] = ()
    others: tuple[tuple[str, Value], ...] = ()

    @property
    def changed(self) -> bool:
        return self.value != self.paper


Chosen = tuple[tuple[str, Choices], ...]  # (method, what was changed), methods once


def choices_of(chosen: Chosen, method: str) -> Choices:
    """What was changed for a method."""
    return dict(chosen).get(method, Choices())


def with_choice(chosen: Chosen, methods: Sequence[str], key: str, value: Value | None) -> Chosen:
    """Change `key` for the methods; None: back to the paper's value."""
    held = dict(chosen)
    for method in methods:
        new: Any = getattr(Choices(), key) if value is None else value
        changed = replace(held.get(method, Choices()), **{key: new})
        if changed == Choices():
            held.pop(method, None)
        else:
            held[method] = changed
    return tuple(sorted(held.items()))


def switches(traces: Mapping[str, Trace], chosen: Chosen) -> tuple[Switch, ...]:
    """What can be switched for the traces, as the methods ran them; none before a method is done.

    Where methods stand differently, the value is that of the first. Margins and probabilities have
    thresholds of their own.
    """
    done = {name: trace for name, trace in traces.items() if can_switch(trace)}
    if not done:
        return ()
    kinds = {name: _kind(trace) for name, trace in done.items()}
    found = [_count(done, chosen)]
    for kind, title in (("softmax", "probability"), ("svm", "margin")):
        some = {name: trace for name, trace in done.items() if kinds[name] == kind}
        if some:
            found += _thresholds(some, chosen, kind, title if len(set(kinds.values())) > 1 else "")
    found += [
        _number(
            done, chosen, "nms_threshold", "Suppressed above IoU",
            "A box that overlaps a better one of its class by more is suppressed.",
        ),
        _suppression(done, chosen, kinds),
        Switch(
            "regression", "Box regression", "toggle", tuple(done),
            choices_of(chosen, next(iter(done))).regression, True,
            "Off: regions are reported as they were proposed.",
        ),
    ]
    return tuple(found)


def can_switch(trace: Trace) -> bool:
    """Whether a trace is complete and keeps the deltas that deciding again takes."""
    refined = trace.stage("refinement")
    moves = isinstance(refined, RefinementStage) and refined.every is not None
    return moves and trace.stage("detections") is not None


def _kind(trace: Trace) -> str:
    scores = trace.stage("scores")
    assert isinstance(scores, ScoresStage)
    return scores.kind


def _value(traces: Mapping[str, Trace], chosen: Chosen, key: str) -> tuple[Value, Value]:
    """(now, as run) of the first method."""
    method, trace = next(iter(traces.items()))
    paper = trace.settings[key]
    assert isinstance(paper, int | float)
    now = getattr(choices_of(chosen, method), key)
    return (paper if now is None else now), paper


def _count(traces: Mapping[str, Trace], chosen: Chosen) -> Switch:
    most = max(_regions(trace) for trace in traces.values())
    now, paper = _value(traces, chosen, "proposals")
    return Switch(
        "proposals", "Regions", "count", tuple(traces), min(int(now), most),
        min(int(paper), most), "Only the best so many regions are read.", 1, max(most, 1), 1,
    )


def _regions(trace: Trace) -> int:
    stage = trace.stage("regions")
    assert isinstance(stage, SearchStage | RpnStage)
    return len(stage.boxes)


def _thresholds(
    traces: Mapping[str, Trace], chosen: Chosen, kind: str, suffix: str
) -> list[Switch]:
    low, high = (-2.0, 2.0) if kind == "svm" else (0.0, 1.0)
    ending = f" ({suffix})" if suffix else ""
    return [
        replace(
            _number(traces, chosen, key, title + ending, why), low=low, high=high, step=0.01
        )
        for key, title, why in (
            ("score_threshold", "Enters NMS above",
             "Pairs of region and class below it are dropped."),
            ("detection_threshold", "Is a detection above",
             "What NMS keeps below it is not reported."),
        )
    ]


def _number(
    traces: Mapping[str, Trace], chosen: Chosen, key: str, title: str, why: str
) -> Switch:
    now, paper = _value(traces, chosen, key)
    others = tuple(
        (name, float(str(trace.settings[key]))) for name, trace in traces.items()
        if trace.settings[key] != paper
    )
    return Switch(
        key, title, "number", tuple(traces), float(now), float(paper), why, others=others
    )


def _suppression(
    traces: Mapping[str, Trace], chosen: Chosen, kinds: Mapping[str, str]
) -> Switch:
    """Soft-NMS scales probabilities, so it is offered where there are some."""
    soft = "softmax" in kinds.values()
    first = next((n for n in traces if kinds[n] == "softmax"), next(iter(traces)))
    return Switch(
        "suppression", "NMS", "choice", tuple(traces), choices_of(chosen, first).suppression,
        "greedy", "Soft-NMS lowers the scores of overlapping boxes instead of removing them.",
        choices=("greedy", "soft", "none") if soft else ("greedy", "none"),
    )


@dataclass(frozen=True, eq=False)
class Changes:
    """Rows of detections: gained and moved (m, 2: before, after) of what is now, lost of what was.
    """

    gained: Ints
    lost: Ints
    moved: Ints

    def __bool__(self) -> bool:
        return bool(len(self.gained) or len(self.lost) or len(self.moved))


def changes_text(what: Changes) -> str:
    """"2 gained · 1 lost", or "no change"."""
    parts = [
        f"{len(rows)} {word}" for rows, word in (
            (what.gained, "gained"), (what.lost, "lost"), (what.moved, "moved"),
        ) if len(rows)
    ]
    return " · ".join(parts) or "no change"


def changes(before: Trace, after: Trace) -> Changes:
    """Which detections came, went or moved: the same class and the highest IoU, from SAME on."""
    one, other = before.stage("detections"), after.stage("detections")
    assert isinstance(one, DetectionsStage) and isinstance(other, DetectionsStage)
    iou = overlap(one.boxes, other.boxes)
    iou = np.where(one.labels[:, None] == other.labels[None], iou, 0.0)
    pairs = list[tuple[int, int]]()
    moved = list[tuple[int, int]]()
    left = iou.copy()
    while left.size and left.max() >= SAME:
        i, j = np.unravel_index(int(left.argmax()), left.shape)
        pairs.append((int(i), int(j)))
        if iou[i, j] < STILL:
            moved.append((int(i), int(j)))
        left[i], left[:, j] = -1, -1
    was, now = {i for i, _ in pairs}, {j for _, j in pairs}
    return Changes(
        np.array([j for j in range(len(other.boxes)) if j not in now], np.int64),
        np.array([i for i in range(len(one.boxes)) if i not in was], np.int64),
        np.array(moved, np.int64).reshape(-1, 2),
    )
