"""A trace as JSON: what the command line's `--json` writes beside the pictures."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from explorer.session.scenes.common import label_name
from explorer.trace.stages import DetectionsStage, ImageStage, Trace


def trace_json(trace: Trace, path: str | Path) -> dict[str, Any]:
    """What the method did with the photo at `path`, ready for `json.dumps`.

    image {path, width, height}; method, weights, device; settings; stages [{name, ms, count,
    multiply_adds}] in the order in which they ran; detections [{box, label, score, lineage}], where
    box is x1, y1, x2, y2 in photo pixels and lineage the [{stage, row}] from the detection back to
    the region.
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
    }


def detections(trace: Trace) -> list[dict[str, Any]]:
    """[{box, label, score, lineage}] by falling score."""
    stage = trace.stage("detections")
    if not isinstance(stage, DetectionsStage):
        return []
    return [
        {
            "box": [round(float(value), 2) for value in stage.boxes[row]],
            "label": label_name(trace, int(stage.labels[row])),
            "score": round(float(stage.scores[row]), 6),
            "lineage": [
                {"stage": name, "row": at} for name, at in trace.lineage("detections", row)
            ],
        }
        for row in range(len(stage.boxes))
    ]


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
