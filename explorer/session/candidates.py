"""Boxes of a region proposal network that never became proposals, as rows that can be selected.

A row of "regions" is a proposal. Candidate c, which the RPN's own NMS removed or which came after
the last proposal, has the negative row -1 - c; anchor a, which did not even enter that NMS, the row
FIRST_ANCHOR - a. No stage after the regions knows them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.session.scene import Key
from explorer.session.words import apart, number
from explorer.trace.base import Floats, Ints
from explorer.trace.stages import RpnStage, Trace

FIRST_ANCHOR = -1_000_000_000  # below any candidate's row


@dataclass(frozen=True, eq=False)
class Outsider:
    """A box of the RPN that is no proposal. candidate: None where its anchor did not enter NMS."""

    stage: RpnStage
    anchor: int
    candidate: int | None

    @property
    def row(self) -> int:
        return FIRST_ANCHOR - self.anchor if self.candidate is None else -1 - self.candidate

    @property
    def box(self) -> Floats:
        """The candidate's box (4,), or the anchor itself: nobody decoded it."""
        box: Floats = self.stage.anchors[self.anchor] if self.candidate is None else \
            self.stage.candidates[self.candidate]
        return box


def candidate_rows(candidates: Ints) -> Ints:
    """The rows of candidates (n,)."""
    rows: Ints = -1 - np.asarray(candidates, np.int64)
    return rows


def anchor_rows(stage: RpnStage, anchors: Ints) -> Ints:
    """The rows of anchors (n,): of their proposals and candidates, where they became any."""
    table: Ints = FIRST_ANCHOR - np.arange(len(stage.anchors))
    table[stage.top] = candidate_rows(np.arange(len(stage.top)))
    table[stage.anchor] = np.arange(len(stage.anchor))
    rows: Ints = table[anchors]
    return rows


def outsider_at(trace: Trace, key: Key) -> Outsider | None:
    """The candidate or anchor that a key stands for; None for any other row.

    Raises IndexError where the trace has no such candidate or anchor.
    """
    if key.stage != "regions" or key.row >= 0:
        return None
    stage = trace.stage("regions")
    if key.row <= FIRST_ANCHOR:
        anchor = FIRST_ANCHOR - key.row
        if not isinstance(stage, RpnStage) or anchor >= len(stage.anchors):
            raise IndexError(f"{trace.method} has no anchor {anchor}")
        return Outsider(stage, anchor, None)
    candidate = -1 - key.row
    if not isinstance(stage, RpnStage) or candidate >= len(stage.candidates):
        raise IndexError(f"{trace.method} has no candidate {candidate}")
    return Outsider(stage, int(stage.top[candidate]), candidate)


def proposal_of(stage: RpnStage, candidate: int) -> int | None:
    """The proposal that a candidate became, or None."""
    found = np.flatnonzero(np.asarray(stage.source) == candidate)
    return int(found[0]) if len(found) else None


def name_of(stage: RpnStage, candidate: int) -> str:
    """'region 12', or 'candidate 2,006' where it became none."""
    proposal = proposal_of(stage, candidate)
    return f"candidate {candidate:,}" if proposal is None else f"region {proposal:,}"


def suppressor_of(stage: RpnStage, candidate: int) -> int | None:
    """The candidate that removed this one, or None where it was kept."""
    by = int(stage.nms.suppressed_by[candidate])
    return by if by >= 0 else None


def key_of(trace: Trace, stage: RpnStage, candidate: int) -> Key:
    """The key of a candidate: its proposal's row where it became one."""
    proposal = proposal_of(stage, candidate)
    return Key(trace.method, "regions", -1 - candidate if proposal is None else proposal)


def fate_lines(stage: RpnStage, candidate: int | None) -> tuple[str, ...]:
    """Why a candidate, or an anchor that was none, is no proposal, in sentences."""
    if candidate is None:
        return (
            f"Not among the {len(stage.top):,} anchors whose boxes entered the RPN's NMS: its "
            "objectness is too low, or its box too small.",
        )
    by = suppressor_of(stage, candidate)
    if by is None:
        return (
            f"Kept by the RPN's NMS, but beyond the {len(stage.boxes):,} best: no proposal.",
        )
    return (
        f"Suppressed by {name_of(stage, by)} at IoU "
        f"{apart(float(stage.nms.overlap[candidate]), stage.nms.threshold, 3)} > "
        f"{number(stage.nms.threshold)}.",
    )
