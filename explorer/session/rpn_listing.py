"""Every anchor of a region proposal network with its fate: proposals, candidates, all others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.session.anchors import colour_index, colour_names, ratio_index, ratio_text
from explorer.session.candidates import FIRST_ANCHOR, candidate_rows
from explorer.session.fate_codes import BELOW, KEPT, NOBODY, SUPPRESSED
from explorer.session.scenes.rpn_common import sigmoid
from explorer.trace.base import Floats, Ints
from explorer.trace.stages import RpnStage


@dataclass(frozen=True, eq=False)
class Anchored:
    """A anchors: first the proposals, then the other candidates, then what never entered NMS, by
    falling objectness. rows, by: of the stage "regions"; boxes: decoded where they were candidates.
    anchors: those of the stage that they are.
    """

    rows: Ints
    boxes: Floats
    kinds: Ints
    names: tuple[str, ...]
    scores: Floats
    codes: NDArray[np.uint8]
    by: Ints
    overlap: Floats
    anchors: Ints


def anchored(stage: RpnStage) -> Anchored:
    """All anchors of the stage."""
    top, source = np.asarray(stage.top), np.asarray(stage.source)
    row_of = candidate_rows(np.arange(len(top)))  # of each candidate
    row_of[source] = np.arange(len(source))
    others = np.flatnonzero(row_of < 0)
    left = np.ones(len(stage.anchors), bool)
    left[top] = False
    outside = np.flatnonzero(left)
    outside = outside[np.argsort(-np.asarray(stage.objectness)[outside], kind="stable")]
    candidates = np.concatenate([source, others])
    anchors = np.concatenate([top[candidates], outside])
    by = np.asarray(stage.nms.suppressed_by)[candidates]
    codes = np.full(len(anchors), BELOW, np.uint8)
    # What NMS kept beyond the last proposal is below it.
    codes[: len(candidates)] = np.where(by >= 0, SUPPRESSED, KEPT | BELOW)
    codes[: len(source)] = KEPT
    blank = np.full(len(outside), NOBODY, np.int64)
    kinds, names = _kinds(stage, anchors)
    return Anchored(
        rows=np.concatenate([row_of[candidates], FIRST_ANCHOR - outside]),
        boxes=np.concatenate([stage.candidates[candidates], stage.anchors[outside]]),
        kinds=kinds, names=names,
        scores=sigmoid(np.asarray(stage.objectness)[anchors]).astype(np.float32),
        codes=codes, anchors=anchors,
        by=np.concatenate([np.where(by >= 0, row_of[by], NOBODY), blank]),
        overlap=np.concatenate([
            np.asarray(stage.nms.overlap)[candidates], np.zeros(len(outside), np.float32)
        ]),
    )


def _kinds(stage: RpnStage, anchors: Ints) -> tuple[Ints, tuple[str, ...]]:
    """For each anchor row an index into names such as 'P3 1:2' or '96² 1:2'."""
    ratio, ratios = ratio_index(stage, anchors)
    names = tuple(
        f"{name} {ratio_text(value)}" for name in colour_names(stage) for value in ratios
    )
    kinds: Ints = colour_index(stage, anchors) * len(ratios) + ratio
    return kinds, names
