"""What became of a row: its NMS, and why it is a detection or why not."""

from __future__ import annotations

import numpy as np

from explorer.session.related import Related
from explorer.session.scenes.common import apart, both_apart, label_name, number, setting
from explorer.session.scenes.nms import fate_lines, iou_text
from explorer.session.scenes.pairs import tag
from explorer.session.soft_replay import entered_scores, is_soft
from explorer.trace.stages import DetectionsStage, NmsStage, ScoresStage, Trace

PAIRS = 3  # classes of one region whose NMS is told
PAIR = "A pair is a region with one of its classes."


def nms_facts(trace: Trace, rows: Related) -> list[tuple[int, str, str, tuple[str, ...]]]:
    """(row, title, note, lines) of the NMS of up to three of the region's classes, best first."""
    stage = trace.stage("nms")
    if not isinstance(stage, NmsStage):
        return []
    own = sorted(rows.get("nms", []), key=lambda row: -float(stage.scores[row]))
    result = []
    for row in own[:PAIRS]:
        lines = list(fate_lines(trace, stage, row))
        gone = np.nonzero(np.asarray(stage.nms.suppressed_by) == row)[0]
        if len(gone):
            gone = gone[np.argsort(-np.asarray(stage.nms.overlap)[gone], kind="stable")]
            named = [
                f"pair {other:,} (IoU {iou_text(stage, other)})"
                for other in gone[:3].tolist()
            ]
            more = f" and {len(gone) - 3} more" if len(gone) > 3 else ""
            lines.append(f"It removes {', '.join(named)}{more}. {PAIR}")
        note = tag(trace, int(stage.labels[row]), float(stage.scores[row]))
        result.append((row, "NMS", note, tuple(lines)))
    return result


def outcome(trace: Trace, rows: Related, region: int) -> tuple[str, tuple[str, ...]]:
    """('Detection', ...) or ('No detection', why)."""
    found = trace.stage("detections")
    own = rows.get("detections", [])
    if isinstance(found, DetectionsStage) and own:
        best = max(own, key=lambda row: float(found.scores[row]))
        others = [
            tag(trace, int(found.labels[row]), float(found.scores[row])) for row in own
            if row != best
        ]
        score = apart(float(found.scores[best]), found.threshold)
        lines = [f"{label_name(trace, int(found.labels[best]))} {score}, "
                 f"above {number(found.threshold)}"]
        if others:
            lines.append(f"also {', '.join(others)}")
        return "Detection", tuple(lines)
    threshold = found.threshold if isinstance(found, DetectionsStage) else \
        setting(trace, "detection_threshold", 0.5)
    return "No detection", _why_not(trace, rows, threshold)


def _why_not(trace: Trace, rows: Related, threshold: float) -> tuple[str, ...]:
    nms, scores = trace.stage("nms"), trace.stage("scores")
    at = rows.get("scores", [None])[0]
    if not isinstance(scores, ScoresStage) or at is None:
        return ("Not scored yet.",)
    read = setting(trace, "proposals", len(scores.values))
    if at >= read:
        return (f"Region {at:,} is not among the {read:,.0f} that are read.",)
    objects = np.asarray(scores.values[at])[scores.first :]
    label = int(objects.argmax())
    name, best = label_name(trace, label), float(objects[label])
    own = rows.get("nms", [])
    if isinstance(nms, NmsStage) and own:
        row = max(own, key=lambda each: float(nms.scores[each]))
        name, best = label_name(trace, int(nms.labels[row])), float(nms.scores[row])
        by = int(nms.nms.suppressed_by[row])
        was = float(entered_scores(trace, nms)[row])
        if by >= 0 and is_soft(trace):
            return (f"Soft-NMS lowered {name} from {number(was)} to {number(best)}, not above "
                    f"{number(nms.score_threshold)}.",)
        if by >= 0:
            return (
                f"{name} {apart(best, nms.score_threshold)} was suppressed by pair {by:,} "
                f"({apart(float(nms.scores[by]), nms.score_threshold)}), "
                f"IoU {iou_text(nms, row)} > {number(nms.nms.threshold)}.",
            )
        if best <= threshold:
            score, least = both_apart(best, threshold)
            lowered = f", lowered from {number(was)}," if was > best else ""
            return (f"Kept by NMS, but {name} {score}{lowered} is below {least}.",)
        return (f"{name} {number(best)} lies beyond the "
                f"{setting(trace, 'max_detections', 100):.0f} best.",)
    if isinstance(nms, NmsStage) and best <= nms.score_threshold:
        score, least = both_apart(best, nms.score_threshold)
        return (f"Best class {name} {score}, below {least}: it did not enter NMS.",)
    score, least = both_apart(best, threshold)
    return (f"Best class {name} {score}, below {least}.",)
