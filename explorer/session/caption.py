"""What stands under an exported picture: which method, weights and thresholds made it."""

from __future__ import annotations

from explorer.methods.names import method_named
from explorer.session.part_switches import exchanged_text
from explorer.session.scenes.common import number
from explorer.trace.stages import Trace

THRESHOLDS = (
    ("score_threshold", "scores above {} enter NMS"),
    ("nms_threshold", "NMS IoU {}"),
    ("rpn_nms_threshold", "RPN NMS IoU {}"),
    ("detection_threshold", "detections above {}"),
)
OTHER_NMS = {"none": "no NMS", "soft": "Soft-NMS from IoU {}"}  # in place of greedy NMS


def thresholds(trace: Trace) -> tuple[str, ...]:
    """The method's thresholds in words, in the order in which they are used."""
    how = trace.settings.get("suppression")
    words = dict(THRESHOLDS)
    if how in OTHER_NMS:
        words["nms_threshold"] = OTHER_NMS[str(how)]
    return tuple(
        text.format(number(float(value))) for name, text in words.items()
        if isinstance(value := trace.settings.get(name), int | float)
    )


def switched(trace: Trace) -> tuple[str, ...]:
    """What else is not as the method was run: parts that were exchanged, box regression."""
    off = () if trace.settings.get("regression", True) else ("no box regression",)
    return (*filter(None, (exchanged_text(trace),)), *off)


def caption(trace: Trace) -> tuple[str, str]:
    """Two lines: method, paper, weights and device; what was exchanged, and thresholds."""
    method = method_named(trace.method)
    first = f"{method.title} ({method.paper}) · weights {trace.weights} · {trace.device}"
    return first, " · ".join((*switched(trace), *thresholds(trace)))
