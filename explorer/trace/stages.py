"""The record of what one detector did with one photo, stage by stage.

Conventions, valid for every record here:

- Boxes are float32 (n, 4) as (x1, y1, x2, y2) in pixels of the original photo, y downwards.
- Arrays are read-only (build them with `freeze`).
- A record's rows point back: `source[i]` is the row of the stage named `source_stage` that row i
  came from. Following `source` from a detection leads to the region it was born as.
- A class label is an index into `Trace.classes`, which does not contain the background.

This module needs NumPy alone, so the window can be built before torch is imported.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from explorer.trace.base import Floats, Ints, NetworkInput, NmsRecord, Stage, StageName
from explorer.trace.layers import LayerSize


@dataclass(frozen=True, eq=False, kw_only=True)
class ImageStage(Stage):
    """The photo, uint8 RGB (H, W, 3), and the sizes at which it enters the network."""

    pixels: NDArray[np.uint8]
    inputs: tuple[NetworkInput, ...]

    @property
    def count(self) -> int:
        return max(1, len(self.inputs))


@dataclass(frozen=True, eq=False, kw_only=True)
class Grouping:
    """One run of selective search: one colour space, one k, one mix of similarities.

    Regions 0..n-1 are the over-segmentation; merge m creates region n + m from `merges[m]`.
    labels (h, w): initial region of each pixel, at the size the search worked at.
    boxes (n + M, 4): tight box of every region, in photo pixels.
    merges (M, 2), similarities (M, 4) colour, texture, size, fill; total (M,) their weighted sum.
    rank (n + M,): position in the hierarchy (1 = last, largest region) x random number.
    """

    colour_space: str
    k: float
    weights: tuple[float, float, float, float]
    labels: Ints
    boxes: Floats
    merges: Ints
    similarities: Floats
    total: Floats
    rank: Floats


@dataclass(frozen=True, eq=False, kw_only=True)
class SearchStage(Stage):
    """Regions from selective search. Row i is region `region[i]` of `groupings[grouping[i]]`."""

    boxes: Floats
    scores: Floats  # rank value; lower is better
    grouping: Ints
    region: Ints
    groupings: tuple[Grouping, ...]
    strategy: str

    @property
    def count(self) -> int:
        return len(self.boxes)

    @property
    def spaces(self) -> tuple[str, ...]:
        """The colour spaces that were searched."""
        return tuple(dict.fromkeys(each.colour_space for each in self.groupings))


@dataclass(frozen=True)
class AnchorLevel:
    """The anchors of one map: rows `start`..`start + height*width*k - 1`, in (y, x, k) order.

    sizes, ratios: of the k anchors at a location, in network pixels and as height / width.
    """

    name: str
    stride_x: float
    stride_y: float
    height: int
    width: int
    start: int
    sizes: tuple[float, ...]
    ratios: tuple[float, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class RpnStage(Stage):
    """Regions from a region proposal network.

    anchors (A, 4) in photo pixels; level (A,) index into `levels`; objectness (A,) logits;
    deltas (A, 4) t_x, t_y, t_w, t_h.
    top (m,): anchor rows that went into NMS, by level then falling objectness; candidates (m, 4)
    their decoded, clipped boxes; nms the record over those m (per level; never across levels).
    boxes (n, 4), scores (n,) probabilities: the proposals by falling objectness.
    source (n,): row in `candidates`; anchor (n,): the anchor row each proposal came from.
    """

    anchors: Floats
    level: Ints
    levels: tuple[AnchorLevel, ...]
    objectness: Floats
    deltas: Floats
    top: Ints
    candidates: Floats
    nms: NmsRecord
    boxes: Floats
    scores: Floats
    anchor: Ints

    @property
    def count(self) -> int:
        return len(self.boxes)


@dataclass(frozen=True, eq=False, kw_only=True)
class FeatureMap:
    """One map (C, h, w), half or single precision. Cell (i, j) is centred on photo pixel
    (j * stride_x, i * stride_y), where its receptive field is (He et al., 2014, appendix A), and
    so stands for [(j - 1/2) stride_x, (j + 1/2) stride_x) x [(i - 1/2) stride_y,
    (i + 1/2) stride_y).

    role: "map" (what regions are read from), "bottom-up", "lateral", "merged" (FPN's sums).
    scale: index into `ImageStage.inputs`.
    """

    name: str
    role: str
    values: Floats
    stride_x: float
    stride_y: float
    scale: int = 0


@dataclass(frozen=True, eq=False, kw_only=True)
class FeaturesStage(Stage):
    """Feature maps. R-CNN has no shared map: `maps` is empty and `passes` counts its crops."""

    maps: tuple[FeatureMap, ...]
    passes: int = 1

    @property
    def count(self) -> int:
        return len(self.maps) if self.maps else self.passes


@dataclass(frozen=True, eq=False, kw_only=True)
class WarpStage(Stage):
    """R-CNN's assignment: region -> warped crop. One row a region.

    context (n, 4): the dilated boxes, photo pixels, may leave the photo.
    size: side of the crop; padding: pixels of context in it on each side (at most; p).
    crops (m, size, size, 3) uint8: the crops of the first m rows, for show.
    """

    context: Floats
    size: int
    padding: int
    crops: NDArray[np.uint8]


@dataclass(frozen=True, eq=False, kw_only=True)
class WindowStage(Stage):
    """SPPNet's assignment: region -> window of cells on one scale's map.

    cells (n, 4) int: x1, y1, x2, y2 of the window's first and last cell, inclusive.
    scale (n,): the map (index into FeaturesStage.maps) each window is read from.
    """

    cells: Ints
    scale: Ints


@dataclass(frozen=True, eq=False, kw_only=True)
class RoiStage(Stage):
    """Fast and Faster R-CNN's assignment: region -> rounded RoI on the map.

    exact (n, 4): region / stride, in cells. cells (n, 4): rounded, first and last cell, inclusive.
    """

    exact: Floats
    cells: Ints


@dataclass(frozen=True, eq=False, kw_only=True)
class LevelStage(Stage):
    """FPN's assignment: k = floor(k0 + log2(sqrt(w h) / canonical)), clamped to the maps.

    raw (n,) the real number under the floor; level (n,) the clamped k, e.g. 2..5.
    """

    raw: Floats
    level: Ints
    k0: int
    canonical: float


@dataclass(frozen=True, eq=False, kw_only=True)
class PoolingStage(Stage):
    """How a row's features were pooled. kind: "crop", "pyramid", "roi_pool" or "roi_align".

    bins: sides of the grids, e.g. (6, 3, 2, 1) or (7,). channels: C.
    values (n, C, bins) half precision where they cannot be read again from the maps (R-CNN's),
    else None: `explorer.methods.pooled` computes the chosen row's again.
    sampling: points a side in a RoIAlign bin (0 where none).
    """

    kind: str
    bins: tuple[int, ...]
    channels: int
    values: Floats | None = None
    sampling: int = 0


@dataclass(frozen=True, eq=False, kw_only=True)
class ScoresStage(Stage):
    """Class scores of every region, (n, K) for SVMs, (n, K + 1) for softmax (column 0 background).

    kind: "svm" (margins) or "softmax" (probabilities). first: column of class 0 (0 or 1).
    layers: the fully connected layers that can be compressed, where a method says so.
    """

    values: Floats
    kind: str
    layers: tuple[LayerSize, ...] = ()

    @property
    def first(self) -> int:
        return 1 if self.kind == "softmax" else 0


@dataclass(frozen=True, eq=False, kw_only=True)
class RefinementStage(Stage):
    """Class-specific box regression of m (region, class) pairs: before -> after by deltas.

    every (n, K, 4): the deltas of all n regions for all K classes, so that thresholds can be moved
    without the network (`explorer.methods.deciding`); None where a trace does not keep them.
    """

    before: Floats
    after: Floats
    deltas: Floats
    labels: Ints
    scores: Floats
    every: Floats | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class NmsStage(Stage):
    """Final NMS, independently per class, over m (region, class) pairs above the threshold."""

    boxes: Floats
    labels: Ints
    scores: Floats
    nms: NmsRecord
    score_threshold: float


@dataclass(frozen=True, eq=False, kw_only=True)
class DetectionsStage(Stage):
    """What the method found, by falling score."""

    boxes: Floats
    labels: Ints
    scores: Floats
    threshold: float


RegionsStage = SearchStage | RpnStage


@dataclass(frozen=True, eq=False, kw_only=True)
class Trace:
    """Everything one method did with one photo. settings: the method's Settings as a dict."""

    method: str
    weights: str
    device: str
    classes: tuple[str, ...]
    settings: dict[str, object]
    stages: tuple[Stage, ...] = field(default=())

    def stage(self, name: str) -> Stage | None:
        """The stage of that name, or None where the method has not reached it (or lacks it)."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def lineage(self, name: StageName, row: int) -> tuple[tuple[StageName, int], ...]:
        """(stage, row) pairs from this row back to the region it was born as.

        Raises IndexError for a row that the stage has not.
        """
        path: list[tuple[StageName, int]] = []
        at: StageName | None = name
        while at is not None:
            stage = self.stage(at)
            if stage is None or not 0 <= row < rows(stage):
                raise IndexError(f"{self.method} has no row {row} in its stage '{at}'")
            path.append((at, row))
            if stage.source_stage is None:
                break
            row, at = int(stage.source[row]), stage.source_stage
        return tuple(path)


def rows(stage: Stage) -> int:
    """How many rows (boxes, pairs) a stage has; 0 for the image and the maps."""
    if isinstance(stage, SearchStage | RpnStage):
        return len(stage.boxes)
    return len(stage.source)
