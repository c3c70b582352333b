"""From a trace to pictures: one module per stage, chosen from a literal dict.

`picture` needs the stage in the trace; `missing` says why a method has nothing of its own to show
for a stage although the stage has run.
"""

from __future__ import annotations

from collections.abc import Callable

from explorer.session.scene import Picture, ViewState
from explorer.session.scenes import (
    assignment,
    detections,
    features,
    image,
    nms,
    pooling,
    refinement,
    regions,
    scores,
)
from explorer.session.scenes.common import StageMissingError
from explorer.session.scenes.truth_layers import with_truth
from explorer.trace.base import StageName
from explorer.trace.stages import Trace

PICTURES: dict[StageName, Callable[[Trace, StageName, ViewState], Picture]] = {
    "image": image.picture,
    "regions": regions.picture,
    "features": features.picture,
    "assignment": assignment.picture,
    "pooling": pooling.picture,
    "scores": scores.picture,
    "refinement": refinement.picture,
    "nms": nms.picture,
    "detections": detections.picture,
}

MISSING: dict[tuple[str, StageName], str] = {
    ("rcnn", "features"): "R-CNN warps pixels: there is no shared map; "
    "2,000 crops, 2,000 passes",
}


def picture(trace: Trace, stage_name: StageName, state: ViewState) -> Picture:
    """What there is to see of one stage. Raises StageMissingError where it has not run yet."""
    made = PICTURES[stage_name](trace, stage_name, state)
    return made if state.truth is None else with_truth(made, trace, stage_name, state.truth)


def missing(method: str, stage: StageName) -> str | None:
    """Why a method has no such stage of its own, or None where it has one."""
    return MISSING.get((method, stage))


__all__ = ["PICTURES", "StageMissingError", "missing", "picture"]
