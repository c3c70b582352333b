"""What a row of a stage is called on screen.

Rows (regions, pairs, detections, candidates, anchors), cells and channels count from 0, everywhere
on screen as in the exported JSON and CSV: row 0 of regions, proposals and detections is the best.
Steps (of a replay, a merge, a bin) count from 1: step n is the n-th that happens.
"""

from __future__ import annotations

from explorer.session.candidates import FIRST_ANCHOR
from explorer.session.scene import Key
from explorer.trace.base import StageName

COUNTED = "Boxes, cells and channels count from 0, the best box first, as in the exported JSON; " \
    "steps, merges and bins from 1."
NAMES: dict[StageName, str] = {
    "regions": "region", "features": "region", "assignment": "region", "pooling": "region",
    "scores": "region", "refinement": "pair", "nms": "pair", "detections": "detection",
}


def anchor_text(anchor: int) -> str:
    """'anchor 31,007'."""
    return f"anchor {anchor:,}"


def row_text(key: Key) -> str:
    """'region 12', 'pair 3', 'detection 0'; 'candidate 2,006', 'anchor 31,007' for boxes of the
    RPN that are no proposals."""
    if key.row <= FIRST_ANCHOR:
        return anchor_text(FIRST_ANCHOR - key.row)
    if key.row < 0:
        return f"candidate {-1 - key.row:,}"
    return f"{NAMES.get(key.stage, key.stage)} {key.row:,}"
