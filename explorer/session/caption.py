"""What stands under an exported picture: which method, weights and thresholds made it."""

from __future__ import annotations

from explorer.methods.names import method_named
from explorer.session.scenes.common import number
from explorer.trace.stages import Trace

THRESHOLDS = (
    ("score_threshold", "scores above {} enter NMS"),
    ("nms_threshold", "NMS IoU {}"),
    ("rpn_nms_threshold", "RPN NMS IoU {}"),
    ("detection_threshold", "detections above {}"),
)


def thresholds(trace: Trace) -> tuple[str, ...]:
    """The method's thresholds in words, in the order in which they are used."""
    off = trace.settings.get("suppression") == "none"
    return tuple(
        "no NMS" if off and name == "nms_threshold" else words.format(number(float(value)))
        for name, words in THRESHOLDS
        if isinstance(value := trace.settings.get(name), int | float)
    )


def caption(trace: Trace) -> tuple[str, str]:
    """Two lines: method, paper, weights and device; thresholds."""
    method = method_named(trace.method)
    first = f"{method.title} ({method.paper}) · weights {trace.weights} · {trace.device}"
    return first, " · ".join(thresholds(trace))
