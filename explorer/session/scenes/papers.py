"""The papers' constants, to stand beside those of our small versions where they differ."""

from __future__ import annotations

from explorer.session.anchors import kinds
from explorer.trace.stages import RpnStage

SCALE = 688  # the short side of SPPNet's single scale
# What enters the network.
INPUT = {
    "rcnn": "227 × 227 crops",
    "sppnet": f"short side {SCALE}, or five: 480, 576, 688, 864, 1200",
    "fast_rcnn": "short side 600, long side at most 1000",
    "faster_rcnn": "short side 600, long side at most 1000",
    "fpn": "short side 800, long side at most 1333",
}
SHORT = {"faster_rcnn": 600, "fpn": 800}
CROP, PADDING = 227, 16  # R-CNN's warped square and its context
WINDOW = 224  # SPPNet reads a window where it comes closest to this; FPN's k0 belongs to it
# Numbers pooled for a region: AlexNet's pool5, ZF-5's pyramid, VGG16's 7 x 7, FPN's 7 x 7 x 256.
VECTOR = {
    "rcnn": 9_216, "sppnet": 12_800, "fast_rcnn": 25_088, "faster_rcnn": 25_088, "fpn": 12_544,
}
ANCHORS = {"faster_rcnn": (128, 256, 512), "fpn": (32, 64, 128, 256, 512)}


def papers_sides(stage: RpnStage) -> tuple[int, ...]:
    """The paper's anchor sizes: FPN's where there are several levels. (Any method may be given the
    regions of an RPN.)"""
    return ANCHORS["fpn" if len(stage.levels) > 1 else "faster_rcnn"]


def sides(some: tuple[float, ...]) -> str:
    """'128², 256², 512²'."""
    return ", ".join(f"{side:g}²" for side in some)


def side_text(stage: RpnStage, size: float) -> str:
    """'48² (paper: 128²)': the anchors' size, and what is in its place in the paper if another."""
    ours = sorted({own for level in range(len(stage.levels)) for own, _ in kinds(stage, level)})
    theirs = papers_sides(stage)
    if len(ours) != len(theirs) or theirs[ours.index(size)] == size:
        return f"{size:g}²"
    return f"{size:g}² (paper: {theirs[ours.index(size)]}²)"


def canonical_text(canonical: float, short: int) -> str:
    """Whence FPN's canonical size is, beside the short side that it belongs to; '' for 224."""
    if canonical == WINDOW:
        return ""
    paper = SHORT["fpn"]
    return f"{canonical:g} is {canonical / WINDOW:.3g} of the paper's {WINDOW}; our short side " \
        f"{short} is {short / paper:.2g} of its {paper}."


def beside(ours: int, papers: int, unit: str = "") -> str:
    """' (paper: 9,216)' where the paper's number is another one, else ''."""
    return "" if ours == papers else f" (paper: {papers:,}{unit})"
