"""What the papers say of settings that can be switched; what is not here, no paper gives."""

from __future__ import annotations

# Regions that are read at test time: R-CNN section 2, SPPNet section 4.1, Fast R-CNN section 4.1,
# Faster R-CNN section 3.3 ("top-300"), FPN section 5.2 ("1000 for testing").
PROPOSALS = {"rcnn": 2000, "sppnet": 2000, "fast_rcnn": 2000, "faster_rcnn": 300, "fpn": 1000}
# Of R-CNN's code, which SPPNet and Fast R-CNN say they use; Faster R-CNN's detector is Fast R-CNN.
NMS_THRESHOLD = {"rcnn": 0.3, "sppnet": 0.3, "fast_rcnn": 0.3, "faster_rcnn": 0.3}

PAPERS: dict[str, dict[str, float]] = {
    "proposals": {method: float(value) for method, value in PROPOSALS.items()},
    "nms_threshold": NMS_THRESHOLD,
}
