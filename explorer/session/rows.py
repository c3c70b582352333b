"""What a row of a stage is called on screen."""

from __future__ import annotations

from explorer.session.scene import Key
from explorer.trace.base import StageName

NAMES: dict[StageName, str] = {
    "regions": "region", "features": "region", "assignment": "region", "pooling": "region",
    "scores": "region", "refinement": "pair", "nms": "pair", "detections": "detection",
}


def row_text(key: Key) -> str:
    """'region 12', 'pair 3', 'detection 0'; 'candidate 2006' for one that is no proposal."""
    if key.row < 0:
        return f"candidate {-1 - key.row}"
    return f"{NAMES.get(key.stage, key.stage)} {key.row}"
