"""What one can choose after the class scores. Plain data: no torch is imported here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from explorer.trace.base import StageName

Suppression = Literal["greedy", "soft", "none"]
# R-CNN and SPPNet run NMS on the regions and move the survivors; their successors move first.
SUPPRESSING_FIRST = frozenset({"rcnn", "sppnet"})
DECIDED: tuple[StageName, ...] = ("refinement", "nms", "detections")  # the stages after the scores


@dataclass(frozen=True)
class Choices:
    """What can be chosen after the scores; None: as in the trace.

    proposals: only the best so many regions. regression: whether boxes are moved at all.
    suppression: "soft" is Soft-NMS (Bodla et al., ICCV 2017), for probabilities alone.
    """

    proposals: int | None = None
    score_threshold: float | None = None
    nms_threshold: float | None = None
    detection_threshold: float | None = None
    max_detections: int | None = None
    suppression: Suppression = "greedy"
    regression: bool = True
