"""The times that the papers give for one photo, by part, machine and table."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.session.work import FEATURES, OTHER, REGIONWISE, RPN, SEARCH


@dataclass(frozen=True)
class Published:
    """parts: (part, milliseconds) in the order in which they run; parts of `session.work`.

    network: what was timed; machine: the GPU; source: the paper and its place; note: a sentence.
    """

    method: str
    network: str
    machine: str
    parts: tuple[tuple[str, float], ...]
    source: str
    note: str = ""

    @property
    def what(self) -> str:
        """"VGG16 · K40"."""
        return f"{self.network} · {self.machine.removeprefix('Nvidia ')}"

    @property
    def ms(self) -> float:
        return sum(ms for _, ms in self.parts)


FAST = "Girshick, ICCV 2015, table 4"
FASTER = "Ren et al., NIPS 2015 (arXiv 1506.01497), table 5"
FPN = "Lin et al., CVPR 2017, section 5.2, “Running time”"
K40, M40 = "Nvidia K40", "Nvidia M40"
UNSPLIT = "The paper gives one figure for all stages together."
WITHOUT = "Without the time for the proposals."
BY_CPU = "Selective search ran on a CPU, the rest on the GPU."
ALL_SHARED = "Work per region is pooling, fully connected layers, softmax and NMS."

PUBLISHED: tuple[Published, ...] = (
    Published("rcnn", "VGG16", K40, ((OTHER, 47_000.0),), FAST, UNSPLIT),
    Published(
        "rcnn", "AlexNet", "GPU", ((OTHER, 13_000.0),),
        "Girshick et al., CVPR 2014, section 2.2",
        "Proposals and features; the paper does not name the GPU. On a CPU 53 s.",
    ),
    Published("sppnet", "VGG16, 5 scales", K40, ((OTHER, 2_300.0),), FAST, UNSPLIT),
    Published(
        "fast_rcnn", "VGG16 + search", K40,
        ((SEARCH, 1_510.0), (FEATURES, 146.0), (REGIONWISE, 174.0)), FASTER,
        f"{BY_CPU} {ALL_SHARED}",
    ),
    Published("fast_rcnn", "VGG16", K40, ((OTHER, 320.0),), FAST, f"{UNSPLIT} {WITHOUT}"),
    Published("fast_rcnn", "VGG16, SVD", K40, ((OTHER, 220.0),), FAST, f"{UNSPLIT} {WITHOUT}"),
    Published(
        "faster_rcnn", "VGG16", K40, ((FEATURES, 141.0), (RPN, 10.0), (REGIONWISE, 47.0)),
        FASTER, ALL_SHARED,
    ),
    Published(
        "faster_rcnn", "ZF", K40, ((FEATURES, 31.0), (RPN, 3.0), (REGIONWISE, 25.0)),
        FASTER, ALL_SHARED,
    ),
    Published("fpn", "ResNet-50", M40, ((OTHER, 148.0),), FPN, UNSPLIT),
    Published("fpn", "ResNet-101", M40, ((OTHER, 172.0),), FPN, UNSPLIT),
)
