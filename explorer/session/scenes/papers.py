"""The papers' constants, to stand beside those of the compact versions where they differ."""

from __future__ import annotations

# What enters the network.
INPUT = {
    "rcnn": "227 × 227 crops",
    "sppnet": "short side 688, or five: 480, 576, 688, 864, 1200",
    "fast_rcnn": "short side 600, long side at most 1000",
    "faster_rcnn": "short side 600, long side at most 1000",
    "fpn": "short side 800, long side at most 1333",
}
CROP, PADDING = 227, 16  # R-CNN's warped square and its context
WINDOW = 224  # SPPNet reads a window where it comes closest to this; FPN's k0 belongs to it
# Numbers pooled for a region: AlexNet's pool5, ZF-5's pyramid, VGG16's 7 x 7, FPN's 7 x 7 x 256.
VECTOR = {
    "rcnn": 9_216, "sppnet": 12_800, "fast_rcnn": 25_088, "faster_rcnn": 25_088, "fpn": 12_544,
}
ANCHORS = {"faster_rcnn": (128, 256, 512), "fpn": (32, 64, 128, 256, 512)}


def beside(ours: int, papers: int, unit: str = "") -> str:
    """' (paper 9,216)' where the paper's number is another one, else ''."""
    return "" if ours == papers else f" (paper {papers:,}{unit})"
