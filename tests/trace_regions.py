"""The regions of made-up traces: a small selective search and a small region proposal network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.trace.base import NmsRecord
from explorer.trace.freeze import freeze
from explorer.trace.stages import AnchorLevel, Grouping, RpnStage, SearchStage

Array = NDArray[np.float32]
DEVICE = "cpu · float32"


def objects_in(height: int, width: int) -> Array:
    """Boxes of the cat and of the bottle that `synthetic_photo` paints."""
    relative = np.array([[0.16, 0.17, 0.57, 0.85], [0.70, 0.20, 0.86, 0.88]], np.float32)
    return relative * np.array([width, height, width, height], np.float32)


def overlap(a: Array, b: Array) -> Array:
    """IoU of every box of `a` (n, 4) with every box of `b` (m, 4): (n, m)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(-1)
    areas_a, areas_b = ((box[:, 2:] - box[:, :2]).prod(-1) for box in (a, b))
    result: Array = shared / np.maximum(areas_a[:, None] + areas_b[None] - shared, 1e-6)
    return result


def greedy_nms(boxes: Array, scores: Array, threshold: float, groups: Array) -> NmsRecord:
    """Greedy NMS inside each group, written as the papers say it."""
    order = np.argsort(-scores, kind="stable")
    by = np.full(len(boxes), -1, np.int64)
    iou = np.zeros(len(boxes), np.float32)
    step = np.zeros(len(boxes), np.int64)
    alive = np.ones(len(boxes), bool)
    kept: list[int] = []
    for row in order:
        if not alive[row]:
            continue
        alive[row] = False
        step[row] = len(kept)
        kept.append(int(row))
        shared = overlap(boxes[row : row + 1], boxes)[0]
        gone = alive & (shared > threshold) & (groups == groups[row])
        by[gone], iou[gone], step[gone], alive[gone] = row, shared[gone], step[row], False
    return NmsRecord(
        kept=freeze(np.array(kept, np.int64)),
        suppressed_by=freeze(by),
        overlap=freeze(iou),
        step=freeze(step),
        threshold=threshold,
    )


def grouping(
    photo: NDArray[np.uint8], rng: np.random.Generator, space: str, k: float, regions: int
) -> Grouping:
    """Pixels go to the nearest of `regions` seeds (place and colour); then neighbours merge."""
    height, width = photo.shape[:2]
    seeds = np.stack([rng.uniform(0, width, regions), rng.uniform(0, height, regions)], -1)
    rows, columns = seeds[:, 1].astype(int), seeds[:, 0].astype(int)
    place = np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1) / (width / 9)
    pixels = np.concatenate([place, photo / 24.0], -1).astype(np.float32)
    centres = np.concatenate([seeds / (width / 9), photo[rows, columns] / 24.0], -1)
    planes = np.ascontiguousarray(np.moveaxis(pixels, -1, 0))
    distance = np.stack([
        sum((plane - at) ** 2 for plane, at in zip(planes, centre, strict=True))
        for centre in centres
    ])  # fmt: skip
    labels = distance.argmin(0)
    _, labels = np.unique(labels, return_inverse=True)
    labels = labels.reshape(height, width)
    n = int(labels.max()) + 1

    boxes = np.zeros((2 * n - 1, 4), np.float32)
    colours = np.zeros((2 * n - 1, 3), np.float32)
    sizes = np.zeros(2 * n - 1, np.float32)
    touching = np.zeros((2 * n - 1, 2 * n - 1), bool)
    for a, b in ((labels[1:], labels[:-1]), (labels[:, 1:], labels[:, :-1])):
        touching[a[a != b], b[a != b]] = touching[b[a != b], a[a != b]] = True
    for region in range(n):
        y, x = np.nonzero(labels == region)
        boxes[region] = (x.min(), y.min(), x.max() + 1, y.max() + 1)
        colours[region], sizes[region] = photo[y, x].mean(0), len(x)

    merges, similarities = np.zeros((n - 1, 2), np.int64), np.zeros((n - 1, 4), np.float32)
    area = float(height * width)
    for step in range(n - 1):
        new = n + step
        pairs = np.argwhere(np.triu(touching[:new, :new]))
        if not len(pairs):  # pragma: no cover - labels cover the photo, so something touches
            break
        i, j = pairs.T
        low = np.minimum(boxes[i, :2], boxes[j, :2])
        high = np.maximum(boxes[i, 2:], boxes[j, 2:])
        colour = 1 - np.abs(colours[i] - colours[j]).mean(-1) / 255
        texture = np.clip(colour - rng.uniform(0, 0.2, len(i)), 0, 1)
        size = 1 - (sizes[i] + sizes[j]) / area
        fill = np.clip(1 - ((high - low).prod(-1) - sizes[i] - sizes[j]) / area, 0, 1)
        all_four = np.stack([colour * 1.0, texture, size, fill], -1)
        best = int(all_four.sum(-1).argmax())
        a, b = int(i[best]), int(j[best])
        merges[step], similarities[step] = (a, b), all_four[best]
        boxes[new] = (*low[best], *high[best])
        sizes[new] = sizes[a] + sizes[b]
        colours[new] = (colours[a] * sizes[a] + colours[b] * sizes[b]) / sizes[new]
        touching[new] = touching[a] | touching[b]
        touching[:, new] = touching[new]
        for gone in (a, b, new):
            touching[gone, gone] = False
        touching[[a, b]] = False
        touching[:, [a, b]] = False
    rank = (2 * n - 1 - np.arange(2 * n - 1)) * rng.uniform(0, 1, 2 * n - 1)
    return Grouping(
        colour_space=space,
        k=k,
        weights=(1.0, 1.0, 1.0, 1.0),
        labels=freeze(labels, np.int32),
        boxes=freeze(boxes, np.float32),
        merges=freeze(merges),
        similarities=freeze(similarities, np.float32),
        total=freeze(similarities.sum(-1), np.float32),
        rank=freeze(rank, np.float32),
    )


def search_stage(
    photo: NDArray[np.uint8], rng: np.random.Generator, proposals: int
) -> SearchStage:
    """Two groupings, their regions ranked and without duplicates."""
    groupings = (grouping(photo, rng, "HSV", 50.0, 70), grouping(photo, rng, "Lab", 100.0, 46))
    boxes = np.concatenate([each.boxes for each in groupings])
    scores = np.concatenate([each.rank for each in groupings])
    runs = np.repeat(np.arange(len(groupings)), [len(each.boxes) for each in groupings])
    region = np.concatenate([np.arange(len(each.boxes)) for each in groupings])
    order = np.argsort(scores, kind="stable")
    _, first = np.unique(boxes[order], axis=0, return_index=True)
    chosen = order[np.sort(first)][:proposals]
    return SearchStage(
        name="regions", ms=412.0, device=DEVICE,
        boxes=freeze(boxes[chosen]), scores=freeze(scores[chosen]), grouping=freeze(runs[chosen]),
        region=freeze(region[chosen]), groupings=groupings, strategy="fast",
    )


LAYOUTS: dict[str, tuple[tuple[str, int, tuple[float, ...]], ...]] = {
    "faster_rcnn": (("C5", 16, (48.0, 96.0, 192.0)),),
    "fpn": (
        ("P2", 4, (12.0,)), ("P3", 8, (24.0,)), ("P4", 16, (48.0,)), ("P5", 32, (96.0,)),
        ("P6", 64, (192.0,)),
    ),
}
RATIOS = (0.5, 1.0, 2.0)


def rpn_stage(
    method: str, height: int, width: int, scale: tuple[float, float], rng: np.random.Generator,
    proposals: int,
) -> RpnStage:
    """Anchors over one map ("faster_rcnn") or five ("fpn"), attracted by the objects."""
    objects = objects_in(height, width)
    levels: list[AnchorLevel] = []
    anchors: list[Array] = []
    start = 0
    for name, stride, sides in LAYOUTS[method]:
        rows = -(-round(height * scale[1]) // stride)
        columns = -(-round(width * scale[0]) // stride)
        pairs = [(size, ratio) for ratio in RATIOS for size in sides]
        half = np.array([(s / np.sqrt(r), s * np.sqrt(r)) for s, r in pairs], np.float32) / 2
        base = np.round(np.concatenate([-half, half], -1))
        x, y = np.meshgrid(np.arange(columns) * stride, np.arange(rows) * stride)
        corner = np.stack([x, y, x, y], -1).reshape(-1, 1, 4)
        grid = (corner + base).reshape(-1, 4) / np.array([*scale, *scale])
        anchors.append(grid.astype(np.float32))
        levels.append(
            AnchorLevel(
                name=name, stride_x=stride / scale[0], stride_y=stride / scale[1], height=rows,
                width=columns, start=start, sizes=tuple(s for s, _ in pairs),
                ratios=tuple(r for _, r in pairs),
            )
        )
        start += len(grid)
    every = np.concatenate(anchors)
    level = np.repeat(np.arange(len(levels)), [len(part) for part in anchors])
    iou = overlap(every, objects)
    nearest = objects[iou.argmax(1)]
    objectness = 9 * iou.max(1) - 4.5 + rng.normal(0, 0.7, len(every))
    size, wanted = every[:, 2:] - every[:, :2], nearest[:, 2:] - nearest[:, :2]
    shift = ((nearest[:, :2] + nearest[:, 2:]) - (every[:, :2] + every[:, 2:])) / 2 / size
    deltas = np.concatenate([shift, np.log(wanted / size)], -1) * iou.max(1)[:, None]
    deltas = deltas + rng.normal(0, 0.08, deltas.shape)

    top = np.concatenate([
        np.nonzero(level == index)[0][np.argsort(-objectness[level == index])[:150]]
        for index in range(len(levels))
    ])
    centre = (every[top, :2] + every[top, 2:]) / 2 + deltas[top, :2] * size[top]
    half_size = size[top] * np.exp(np.minimum(deltas[top, 2:], 4.135)) / 2
    candidates = np.concatenate([centre - half_size, centre + half_size], -1)
    limit = np.array([width, height, width, height], np.float32)
    candidates = np.clip(candidates, 0, limit).astype(np.float32)
    nms = greedy_nms(candidates, objectness[top], 0.7, level[top])
    source = np.asarray(nms.kept[:proposals])
    scores = 1 / (1 + np.exp(-objectness[top[source]]))
    return RpnStage(
        name="regions", ms=31.0, device=DEVICE, source=freeze(source),
        anchors=freeze(every), level=freeze(level, np.int16), levels=tuple(levels),
        objectness=freeze(objectness, np.float32), deltas=freeze(deltas, np.float32),
        top=freeze(top), candidates=freeze(candidates), nms=nms,
        boxes=freeze(candidates[source]), scores=freeze(scores, np.float32),
        anchor=freeze(top[source]),
    )
