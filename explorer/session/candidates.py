"""Boxes of a region proposal network that never became proposals, as rows that can be selected.

A row of "regions" is a proposal. Candidate c, which the RPN's own NMS removed or which came after
the last proposal, has the negative row -1 - c: no stage after the regions knows it.
"""

from __future__ import annotations

import numpy as np

from explorer.session.scene import Key
from explorer.trace.base import Ints
from explorer.trace.stages import RpnStage, Trace


def candidate_rows(candidates: Ints) -> Ints:
    """The rows of candidates (n,)."""
    rows: Ints = -1 - np.asarray(candidates, np.int64)
    return rows


def candidate_at(trace: Trace, key: Key) -> tuple[RpnStage, int] | None:
    """The RPN and the candidate that a key stands for; None for any other row.

    Raises IndexError where the trace has no such candidate.
    """
    if key.stage != "regions" or key.row >= 0:
        return None
    stage = trace.stage("regions")
    candidate = -1 - key.row
    if not isinstance(stage, RpnStage) or candidate >= len(stage.candidates):
        raise IndexError(f"{trace.method} has no candidate {candidate}")
    return stage, candidate


def proposal_of(stage: RpnStage, candidate: int) -> int | None:
    """The proposal that a candidate became, or None."""
    found = np.flatnonzero(np.asarray(stage.source) == candidate)
    return int(found[0]) if len(found) else None


def name_of(stage: RpnStage, candidate: int) -> str:
    """'proposal 12', or 'candidate 2006' where it became none."""
    proposal = proposal_of(stage, candidate)
    return f"candidate {candidate}" if proposal is None else f"proposal {proposal}"


def suppressor_of(stage: RpnStage, candidate: int) -> int | None:
    """The candidate that removed this one, or None where it was kept."""
    by = int(stage.nms.suppressed_by[candidate])
    return by if by >= 0 else None


def key_of(trace: Trace, stage: RpnStage, candidate: int) -> Key:
    """The key of a candidate: its proposal's row where it became one."""
    proposal = proposal_of(stage, candidate)
    return Key(trace.method, "regions", -1 - candidate if proposal is None else proposal)


def fate_lines(stage: RpnStage, candidate: int) -> tuple[str, ...]:
    """Why a candidate is no proposal, in sentences."""
    by = suppressor_of(stage, candidate)
    if by is None:
        return (
            f"Kept by the RPN's NMS, but beyond the {len(stage.boxes):,} best: no proposal.",
        )
    return (
        f"Suppressed by {name_of(stage, by)} at IoU "
        f"{float(stage.nms.overlap[candidate]):.3f} > {stage.nms.threshold:.2f}.",
    )
