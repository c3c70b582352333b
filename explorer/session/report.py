"""A trace as JSON: what the command line's `--json` writes beside the pictures."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from explorer.session.ground_truth import GroundTruth
from explorer.session.origins import origin
from explorer.session.scenes.common import class_name
from explorer.session.verdicts import MATCH, verdicts
from explorer.trace.base import Floats, StageName
from explorer.trace.stages import DetectionsStage, ImageStage, RpnStage, SearchStage, Trace


def trace_json(
    trace: Trace, path: str | Path, truth: GroundTruth | None = None
) -> dict[str, Any]:
    """What the method did with the photo at `path`, ready for `json.dumps`.

    image {path, width, height}; method, weights, device; settings; stages [{name, ms, count,
    multiply_adds}] in the order in which they ran; detections [{box, label, score, lineage}], where
    box is x1, y1, x2, y2 in photo pixels and lineage the [{stage, row}] from the detection back to
    the region. The region, last in it, also has its box and what made it: of an RPN {anchor,
    anchor_level, cell_x, cell_y, anchor_size, anchor_ratio}, of selective search {run,
    colour_space, k, similarities, node, merge, part_1, part_2, s_colour, s_texture, s_size, s_fill,
    s_total}, without merge and what follows where it is a segment of the over-segmentation.
    `explorer.session.origins` says what each means; regions.csv has them for every region. With
    ground truth, `against` is in it too.
    """
    image = trace.stage("image")
    height, width = image.pixels.shape[:2] if isinstance(image, ImageStage) else (0, 0)
    return {
        "image": {"path": str(path), "width": int(width), "height": int(height)},
        "method": trace.method,
        "weights": trace.weights,
        "device": trace.device,
        "settings": plain(trace.settings),
        "stages": [
            {
                "name": stage.name, "ms": round(float(stage.ms), 3), "count": int(stage.count),
                "multiply_adds": stage.multiply_adds,
            }
            for stage in trace.stages
        ],
        "detections": detections(trace),
        **against(trace, truth),
    }


def detections(trace: Trace) -> list[dict[str, Any]]:
    """[{box, label, score, lineage}] by falling score."""
    stage = trace.stage("detections")
    if not isinstance(stage, DetectionsStage):
        return []
    return [
        {
            "box": _corners(stage.boxes[row]),
            "label": class_name(trace, int(stage.labels[row])),
            "score": round(float(stage.scores[row]), 6),
            "lineage": [_step(trace, *step) for step in trace.lineage("detections", row)],
        }
        for row in range(len(stage.boxes))
    ]


def _step(trace: Trace, name: StageName, row: int) -> dict[str, Any]:
    """One step of a lineage; of a region also its box and what made it."""
    step: dict[str, Any] = {"stage": name, "row": row}
    stage = trace.stage(name)
    if isinstance(stage, RpnStage | SearchStage):
        step |= {"box": _corners(stage.boxes[row]), **origin(stage, row)}
    return step


def against(trace: Trace, truth: GroundTruth | None) -> dict[str, Any]:
    """The detections judged by VOC's rule, nothing without ground truth or detections.

    ground_truth {source, iou, boxes [{box, label, difficult, found_by}]}, found_by: the row of the
    detection that found it, "missed", "difficult" (counts neither way) or "unknown" (a class that
    the detector was not trained on). verdicts [{verdict, ground_truth, iou, why}], one a detection:
    verdict "true", "false", "duplicate" or "ignored"; ground_truth: the row it overlaps most of its
    class, or null.
    """
    of = verdicts(trace, truth) if truth is not None else None
    if truth is None or of is None:
        return {}
    found: dict[int, Any] = {int(row): "difficult" for row in np.flatnonzero(truth.difficult)}
    found |= {int(row): "missed" for row in of.missed} | {int(row): "unknown" for row in of.unknown}
    found |= {int(of.match[row]): int(row) for row in of.rows("true")}
    boxes = [
        {"box": _corners(box), "label": name, "difficult": bool(hard), "found_by": found[row]}
        for row, (box, name, hard) in enumerate(
            zip(truth.boxes, truth.names, truth.difficult, strict=True)
        )
    ]
    judged = [
        {
            "verdict": kind, "ground_truth": int(match) if match >= 0 else None,
            "iou": round(float(iou), 4), "why": why,
        }
        for kind, match, iou, why in zip(of.kind, of.match, of.iou, of.why, strict=True)
    ]
    held = {"source": truth.source, "iou": MATCH, "boxes": boxes}
    return {"ground_truth": held, "verdicts": judged}


def _corners(box: Floats) -> list[float]:
    return [round(float(value), 2) for value in box]


def plain(value: Any) -> Any:
    """Settings as JSON has them: dicts, lists, strings, numbers, booleans and null."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain(dataclasses.asdict(value))
    return str(value)
