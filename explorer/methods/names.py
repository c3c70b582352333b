"""The five methods by name, without torch: what the window needs to know before it loads one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.trace.base import StageName


@dataclass(frozen=True)
class MethodName:
    """name: as in files and on the command line; title, short: on screen.

    notes: stage -> what the method does there, a few words for the stage map.
    """

    name: str
    title: str
    short: str
    paper: str
    year: int
    arxiv: str
    notes: dict[StageName, str]


METHODS: tuple[MethodName, ...] = (
    MethodName(
        "rcnn", "R-CNN", "R-CNN", "Girshick et al., CVPR 2014", 2014, "1311.2524",
        {
            "regions": "selective search",
            "features": "no shared map: one pass per crop",
            "assignment": "warp with context",
            "pooling": "pool5 of each crop",
            "scores": "linear SVMs",
            "refinement": "ridge regression",
            "nms": "per class, then refined",
        },
    ),
    MethodName(
        "sppnet", "SPPNet", "SPPNet", "He et al., ECCV 2014", 2014, "1406.4729",
        {
            "regions": "selective search",
            "features": "one shared map per scale",
            "assignment": "window on the map",
            "pooling": "pyramid of 50 bins",
            "scores": "linear SVMs",
            "refinement": "ridge regression",
            "nms": "per class, then refined",
        },
    ),
    MethodName(
        "fast_rcnn", "Fast R-CNN", "Fast", "Girshick, ICCV 2015", 2015, "1504.08083",
        {
            "regions": "selective search",
            "features": "one shared map",
            "assignment": "RoI, rounded to cells",
            "pooling": "RoI max pooling 7 × 7",
            "scores": "softmax",
            "refinement": "sibling output",
            "nms": "per class",
        },
    ),
    MethodName(
        "faster_rcnn", "Faster R-CNN", "Faster", "Ren et al., NIPS 2015", 2015, "1506.01497",
        {
            "regions": "RPN, 9 anchors a cell",
            "features": "one shared map",
            "assignment": "RoI, rounded to cells",
            "pooling": "RoI max pooling 7 × 7",
            "scores": "softmax",
            "refinement": "sibling output",
            "nms": "per class",
        },
    ),
    MethodName(
        "fpn", "FPN", "FPN", "Lin et al., CVPR 2017", 2017, "1612.03144",
        {
            "regions": "RPN on every level",
            "features": "pyramid P2–P6",
            "assignment": "level k by size",
            "pooling": "RoIAlign 7 × 7",
            "scores": "softmax",
            "refinement": "sibling output",
            "nms": "per class",
        },
    ),
)
NAMES = tuple(method.name for method in METHODS)


def method_named(name: str) -> MethodName:
    """The method of that name. Raises KeyError with the names there are."""
    for method in METHODS:
        if method.name == name:
            return method
    raise KeyError(f"no method '{name}'; there are {', '.join(NAMES)}")
