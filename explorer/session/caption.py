"""What stands under an exported picture: which method, weights and thresholds made it."""

from __future__ import annotations

from explorer.methods.names import method_named
from explorer.session.scenes.common import number
from explorer.trace.stages import ImageStage, Trace

THRESHOLDS = (
    ("score_threshold", "scores above {} enter NMS"),
    ("nms_threshold", "NMS IoU {}"),
    ("rpn_nms_threshold", "RPN NMS IoU {}"),
    ("detection_threshold", "detections above {}"),
)


def thresholds(trace: Trace) -> tuple[str, ...]:
    """The method's thresholds in words, in the order in which they are used."""
    return tuple(
        words.format(number(float(value)))
        for name, words in THRESHOLDS
        if isinstance(value := trace.settings.get(name), int | float)
    )


def caption(trace: Trace) -> tuple[str, str]:
    """Two lines: method, paper, weights and device; photo size and thresholds."""
    method = method_named(trace.method)
    first = f"{method.title} ({method.paper}) · weights {trace.weights} · {trace.device}"
    parts = list(thresholds(trace))
    image = trace.stage("image")
    if isinstance(image, ImageStage):
        height, width = image.pixels.shape[:2]
        parts.insert(0, f"{width} × {height} px")
    return first, " · ".join(parts)
