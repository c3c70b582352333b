"""(region, class) pairs: what refinement and NMS have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from explorer.session import control_texts
from explorer.session.scene import Control, ViewState
from explorer.session.scenes.common import (
    apart,
    class_name,
    label_name,
    number,
    probability,
    setting,
    short_apart,
)
from explorer.trace.base import Floats, Ints, StageName
from explorer.trace.stages import NmsStage, ScoresStage, Trace

ALL = "all classes"


def class_control(
    trace: Trace, stage: StageName, state: ViewState, labels: Ints, scores: Floats
) -> tuple[Control, Ints]:
    """A choice of the classes among the pairs, strongest first, and the pairs it leaves."""
    present = np.unique(labels)
    best = [float(scores[labels == label].max()) for label in present]
    names = [class_name(trace, int(present[i])) for i in np.argsort(best)[::-1]]
    wanted = str(state.control(stage, "class", ALL))
    wanted = wanted if wanted in names else ALL
    rows = np.arange(len(labels))
    if wanted != ALL:
        rows = rows[labels == trace.classes.index(wanted)]
    control = Control(
        key="class", title="Class", kind="choice", value=wanted, choices=(ALL, *names),
        why=control_texts.PAIRS_CLASS,
    )
    return control, rows


def found_above(trace: Trace) -> float:
    """The score from which on a pair that NMS kept is a detection."""
    return setting(trace, "detection_threshold", 0.0)


def tag(trace: Trace, label: int, score: float, threshold: float | None = None) -> str:
    """'cat 0.93'. threshold: what the score is above or below, from which it is told apart; that of
    detections where nothing else is said. It is also told apart from that of NMS."""
    limits = [found_above(trace) if threshold is None else threshold]
    nms = trace.stage("nms")
    if isinstance(nms, NmsStage):
        limits.append(float(nms.score_threshold))
    text = max((apart(score, limit) for limit in limits), key=len)
    return f"{label_name(trace, label)} {text}"


def score_text(trace: Trace, score: float) -> str:
    """A score for a column of figures: '0.930', and '<0.500' where it is just no detection."""
    return short_apart(score, found_above(trace))


def exact_text(stage: ScoresStage) -> Callable[[float], str]:
    """How its scores are written where no threshold is near: margins as numbers, probabilities
    never rounded to 0 or 1."""
    return partial(number, digits=3) if stage.kind == "svm" else probability


def strong_rows(trace: Trace, scores: Floats, rows: Ints, fewest: int = 2) -> Ints:
    """Of `rows`, by falling score, those that count as detections; at least the first `fewest`."""
    enough = np.asarray(scores)[rows] >= found_above(trace)
    enough[:fewest] = True
    strong: Ints = rows[enough]
    return strong
