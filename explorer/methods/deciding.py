"""Deciding again: from the scores that a trace holds to other detections, without a network.

What lies after the class scores is cheap: which pairs are good enough, where each class moves its
box, who suppresses whom. R-CNN and SPPNet suppress first and move the survivors; Fast R-CNN, Faster
R-CNN and FPN move first. With the settings that a trace was made with, the result is that trace.

Shapes: n regions, K classes, m (region, class) pairs. Boxes here are in network pixels where the
method decides in them (Fast R-CNN and its successors), in photo pixels where it does not.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
from torch import Tensor

from explorer.methods.choices import DECIDED, SUPPRESSING_FIRST, Choices, Suppression
from explorer.methods.recording import (
    large_enough,
    nms_record,
    pairs_above,
    photo_boxes,
    regions_on,
)
from explorer.ops.boxes import clip, decode
from explorer.ops.nms import NmsResult, nms
from explorer.ops.soft_nms import soft_nms
from explorer.trace.base import Stage
from explorer.trace.freeze import freeze
from explorer.trace.stages import (
    DetectionsStage,
    ImageStage,
    NmsStage,
    RefinementStage,
    RpnStage,
    ScoresStage,
    SearchStage,
    Trace,
)


@dataclass(frozen=True, eq=False)
class _Known:
    """What a trace says about its regions: boxes (n, 4) and scores (n, K), deltas (n, K, 4)."""

    boxes: Tensor
    scores: Tensor
    deltas: Tensor
    size: tuple[int, int]  # height and width in which boxes are clipped
    scale: Tensor  # (4,) photo pixels -> the pixels of `boxes`
    photo: np.ndarray


@dataclass(frozen=True)
class _Chosen:
    """`Choices` with nothing left open."""

    proposals: int
    score_threshold: float
    nms_threshold: float
    detection_threshold: float
    max_detections: int
    suppression: Suppression
    regression: bool


def decide(trace: Trace, choices: Choices) -> Trace:
    """The trace with its stages after the scores decided by `choices`.

    `ms` of these stages is what deciding again took. Raises ValueError for a trace that has not
    come to its detections, or keeps no deltas, and for Soft-NMS of SVM margins.
    """
    scores, refined = trace.stage("scores"), trace.stage("refinement")
    if trace.stage("detections") is None:
        raise ValueError(f"{trace.method} has not come to its detections yet")
    assert isinstance(scores, ScoresStage) and isinstance(refined, RefinementStage)
    if refined.every is None:
        raise ValueError(f"the trace of {trace.method} keeps no deltas to decide with")
    if choices.suppression == "soft" and scores.kind == "svm":
        raise ValueError("Soft-NMS scales probabilities; an SVM's margins are none")
    chosen = _filled(trace, choices)
    with torch.inference_mode():
        known = _known(trace, scores, refined.every, chosen.proposals)
        order = _suppress_first if trace.method in SUPPRESSING_FIRST else _move_first
        decided = tuple(order(trace, known, chosen))
    kept = tuple(stage for stage in trace.stages if stage.name not in DECIDED)
    return replace(trace, settings=trace.settings | asdict(chosen), stages=kept + decided)


def _filled(trace: Trace, choices: Choices) -> _Chosen:
    """The choices, with what they leave open taken from the trace's settings."""

    def number(name: str) -> float:
        chosen = getattr(choices, name)
        value = trace.settings[name] if chosen is None else chosen
        assert isinstance(value, int | float)
        return value

    return _Chosen(
        int(number("proposals")), number("score_threshold"), number("nms_threshold"),
        number("detection_threshold"), int(number("max_detections")), choices.suppression,
        choices.regression and bool(trace.settings.get("regression", True)),
    )


def _known(
    trace: Trace, scores: ScoresStage, every: np.ndarray, proposals: int | None
) -> _Known:
    image, regions = trace.stage("image"), trace.stage("regions")
    assert isinstance(image, ImageStage) and isinstance(regions, SearchStage | RpnStage)
    n = len(regions.boxes) if proposals is None else min(proposals, len(regions.boxes))
    boxes = regions_on(torch.device("cpu"), regions.boxes[:n])
    height, width = image.pixels.shape[:2]
    size, scale = (height, width), boxes.new_ones(4)
    if trace.method not in SUPPRESSING_FIRST:
        seen = image.inputs[0]
        size, scale = (seen.height, seen.width), boxes.new_tensor([seen.scale_x, seen.scale_y] * 2)
    return _Known(
        boxes * scale, torch.from_numpy(scores.values[:n, scores.first :].astype(np.float32)),
        torch.from_numpy(every[:n].astype(np.float32)), size, scale, image.pixels,
    )


def _suppress_first(trace: Trace, known: _Known, chosen: _Chosen) -> Iterator[Stage]:
    """R-CNN, section 2.2 and appendix C: NMS on the regions as they are, then regression."""
    watch = _Watch()
    row, label = pairs_above(known.scores, chosen.score_threshold)
    score = known.scores[row, label]
    survivors, _ = _suppress(known.boxes[row], score, label, chosen)
    kept = survivors.kept
    yield NmsStage(
        name="nms", ms=watch.ms(), device="cpu", source=freeze(row), source_stage="scores",
        boxes=photo_boxes(known.boxes[row], known.photo), labels=freeze(label),
        scores=freeze(score), nms=nms_record(survivors, chosen.nms_threshold),
        score_threshold=chosen.score_threshold,
    )
    row, label, score = row[kept], label[kept], score[kept]
    before, moves = known.boxes[row], known.deltas[row, label]
    after = clip(decode(moves, before), known.size) if chosen.regression else before
    yield RefinementStage(
        name="refinement", ms=watch.ms(), device="cpu", source=freeze(kept), source_stage="nms",
        before=photo_boxes(before, known.photo), after=photo_boxes(after, known.photo),
        deltas=freeze(moves), labels=freeze(label), scores=freeze(score),
        every=_every(trace), multiply_adds=_spent(trace, len(known.boxes)),
    )
    threshold = chosen.detection_threshold
    found = (score > threshold).nonzero()[: chosen.max_detections, 0]
    yield DetectionsStage(
        name="detections", ms=watch.ms(), device="cpu", source=freeze(found),
        source_stage="refinement", boxes=photo_boxes(after[found], known.photo),
        labels=freeze(label[found]), scores=freeze(score[found]), threshold=threshold,
    )


def _move_first(trace: Trace, known: _Known, chosen: _Chosen) -> Iterator[Stage]:
    """Fast R-CNN, section 2: each class moves the region its own way, then NMS."""
    watch = _Watch()
    row, label = pairs_above(known.scores, chosen.score_threshold)
    before, moves = known.boxes[row], known.deltas[row, label]
    after = clip(decode(moves, before), known.size) if chosen.regression else before
    score = known.scores[row, label]
    yield RefinementStage(
        name="refinement", ms=watch.ms(), device="cpu", source=freeze(row), source_stage="scores",
        before=photo_boxes(before / known.scale, known.photo),
        after=photo_boxes(after / known.scale, known.photo),
        deltas=freeze(moves), labels=freeze(label), scores=freeze(score), every=_every(trace),
    )
    smallest = float(str(trace.settings.get("min_detection", 0.0)))
    pair = large_enough(after, smallest).nonzero()[:, 0] if smallest else torch.arange(len(after))
    after, label, score = after[pair], label[pair], score[pair]
    survivors, score = _suppress(after, score, label, chosen)
    boxes = photo_boxes(after / known.scale, known.photo)
    yield NmsStage(
        name="nms", ms=watch.ms(), device="cpu", source=freeze(pair), source_stage="refinement",
        boxes=boxes, labels=freeze(label), scores=freeze(score),
        nms=nms_record(survivors, chosen.nms_threshold),
        score_threshold=chosen.score_threshold,
    )
    threshold = chosen.detection_threshold
    found = survivors.kept[: chosen.max_detections]
    found = found[score[found] > threshold]
    yield DetectionsStage(
        name="detections", ms=watch.ms(), device="cpu", source=freeze(found), source_stage="nms",
        boxes=freeze(boxes[found.numpy()]), labels=freeze(label[found]),
        scores=freeze(score[found]), threshold=threshold,
    )


def _suppress(
    boxes: Tensor, scores: Tensor, labels: Tensor, chosen: _Chosen
) -> tuple[NmsResult, Tensor]:
    """Who stays, and the scores (m,) after it: Soft-NMS lowers them."""
    if chosen.suppression == "soft":
        return soft_nms(
            boxes, scores, chosen.nms_threshold, labels, chosen.score_threshold,
        )
    # Without suppression, a threshold that no IoU exceeds.
    threshold = 1.0 if chosen.suppression == "none" else chosen.nms_threshold
    return nms(boxes, scores, threshold, groups=labels), scores


def _every(trace: Trace) -> np.ndarray | None:
    refined = trace.stage("refinement")
    assert isinstance(refined, RefinementStage)
    return refined.every


def _spent(trace: Trace, n: int) -> int:
    """The multiply-adds of regressing n of the trace's regions, which were done when it ran."""
    refined = trace.stage("refinement")
    assert isinstance(refined, RefinementStage) and refined.every is not None
    return refined.multiply_adds * n // max(1, len(refined.every))


class _Watch:
    """Milliseconds since it was last asked."""

    def __init__(self) -> None:
        self._last = time.perf_counter()

    def ms(self) -> float:
        now = time.perf_counter()
        passed, self._last = 1000 * (now - self._last), now
        return passed
