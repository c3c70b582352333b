"""Made-up traces of all five methods, from NumPy alone, for tests of what is drawn.

The numbers are invented but hang together: regions gather around two objects, scores follow the
overlap with them, NMS is real, every row points to the row it came from, and the stages stand in
the order in which each paper runs them. `synthetic_trace` with the same arguments always gives the
same trace.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from explorer.trace.base import NetworkInput, Stage
from explorer.trace.freeze import freeze
from explorer.trace.layers import LayerSize
from explorer.trace.stages import (
    DetectionsStage,
    FeatureMap,
    FeaturesStage,
    ImageStage,
    LevelStage,
    NmsStage,
    PoolingStage,
    RefinementStage,
    RoiStage,
    RpnStage,
    ScoresStage,
    Trace,
    WarpStage,
    WindowStage,
)
from tests.trace_regions import DEVICE, greedy_nms, objects_in, overlap, rpn_stage, search_stage

Array = NDArray[np.float32]
CLASSES = (
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
    "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train",
    "tvmonitor",
)
CAT, DOG, BOTTLE = CLASSES.index("cat"), CLASSES.index("dog"), CLASSES.index("bottle")
SVM_METHODS = ("rcnn", "sppnet")
CHANNELS = 48
INPUT_SIDES = {"sppnet": (180, 216, 258, 324, 450)}
DEFAULT_SIDES = (288,)
CROP, PADDING = 96, 7
LAYERS = (LayerSize("fc6", 49 * CHANNELS, 512), LayerSize("fc7", 512, 512))
SEARCH: dict[str, object] = {"strategy": "fast", "spaces": ()}
# What else a method's settings say, of the parts that can be exchanged.
PARTS: dict[str, dict[str, object]] = {
    "rcnn": {"padding": PADDING, **SEARCH},
    "sppnet": {"pyramid": (6, 3, 2, 1), "levels": (6, 3, 2, 1), "scales": INPUT_SIDES["sppnet"],
               **SEARCH},
    "fast_rcnn": {"pooling": "roi_pool", "svd_fc6": 0, "svd_fc7": 0, **SEARCH},
    "faster_rcnn": {"anchor_sizes": (48.0, 96.0, 192.0), "sizes_used": (), "rpn_refinement": True,
                    "pooling": "roi_pool", "pre_nms_top": 6000, "rpn_nms_threshold": 0.7},
    "fpn": {"top_down": True, "laterals": True, "rpn_refinement": True, "only_level": 0,
            "lowest": 2, "highest": 5, "canonical": 84.0, "pooling": "roi_align",
            "pre_nms_top": 1000, "rpn_nms_threshold": 0.7},
}


def synthetic_photo(height: int = 240, width: int = 320) -> NDArray[np.uint8]:
    """A cat-like face left of the middle and a bottle on the right, uint8 RGB."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    photo = np.stack([150 - y * 0.25, 165 - y * 0.2, 175 - x * 0.1], -1)
    u, v = x / width, y / height
    photo[v > 0.78] = (116, 84, 62)

    def ellipse(cx: float, cy: float, rx: float, ry: float, colour: tuple[int, int, int]) -> None:
        photo[((u - cx) / rx) ** 2 + ((v - cy) / ry) ** 2 <= 1] = colour

    for side in (-0.12, 0.12):
        photo[(np.abs(u - 0.36 - side) * 2.2 < v - 0.16) & (v < 0.40)] = (196, 128, 62)
    ellipse(0.36, 0.55, 0.20, 0.29, (214, 148, 78))
    ellipse(0.36, 0.66, 0.10, 0.12, (240, 214, 178))
    for side in (-0.085, 0.085):
        ellipse(0.36 + side, 0.48, 0.042, 0.050, (226, 216, 96))
        ellipse(0.36 + side, 0.48, 0.014, 0.044, (24, 22, 20))
    ellipse(0.36, 0.61, 0.022, 0.020, (178, 92, 86))
    ellipse(0.78, 0.62, 0.072, 0.25, (62, 128, 92))
    ellipse(0.78, 0.34, 0.030, 0.13, (62, 128, 92))
    photo += 6 * (np.sin(x / 3) * np.cos(y / 4))[..., None]
    return np.clip(photo, 0, 255).astype(np.uint8)


def _features(method: str, image: ImageStage, rng: np.random.Generator) -> FeaturesStage:
    """Maps whose channels light up where the objects are, each with its own taste."""
    height, width = image.pixels.shape[:2]
    if method == "rcnn":
        return FeaturesStage(name="features", ms=3900.0, device=DEVICE, maps=(), passes=0)
    plans: list[tuple[str, str, int, int]] = []
    if method == "fpn":
        for role, letter in (("bottom-up", "C"), ("lateral", "L"), ("merged", "M"), ("map", "P")):
            plans += [(f"{letter}{level}", role, 2**level, 0) for level in (2, 3, 4, 5)]
        plans.append(("P6", "map", 64, 0))
    else:
        plans = [("C5", "map", 16, scale) for scale in range(len(image.inputs))]
    taste = rng.normal(0, 1, (CHANNELS, 4)).astype(np.float32)
    maps = []
    for name, role, stride, scale in plans:
        given = image.inputs[scale]
        step_x, step_y = stride / given.scale_x, stride / given.scale_y
        shape = (-(-given.height // stride), -(-given.width // stride))
        x = (np.arange(shape[1]) + 0.5) * step_x
        y = ((np.arange(shape[0]) + 0.5) * step_y)[:, None]
        ingredients = [np.broadcast_to(y / height, shape), np.broadcast_to(x / width, shape)]
        for x1, y1, x2, y2 in objects_in(height, width):
            far = ((x - (x1 + x2) / 2) / (x2 - x1)) ** 2 + ((y - (y1 + y2) / 2) / (y2 - y1)) ** 2
            ingredients.append(3 * np.exp(-4 * far))
        values = np.einsum("ci,ihw->chw", taste, np.stack(ingredients))
        values = np.maximum(values + rng.normal(0, 0.15, values.shape), 0)
        name = f"{name} · {given.height}" if method == "sppnet" else name
        maps.append(
            FeatureMap(
                name=name, role=role, values=freeze(values, np.float16), stride_x=step_x,
                stride_y=step_y, scale=scale,
            )
        )
    return FeaturesStage(name="features", ms=88.0, device=DEVICE, maps=tuple(maps))


def _warp(photo: NDArray[np.uint8], boxes: Array) -> WarpStage:
    """The dilated boxes, and crops of the first 24 by nearest neighbour."""
    pad = (boxes[:, 2:] - boxes[:, :2]) * (PADDING / (CROP - 2 * PADDING))
    context = np.concatenate([boxes[:, :2] - pad, boxes[:, 2:] + pad], -1)
    height, width = photo.shape[:2]
    steps = (np.arange(CROP) + 0.5) / CROP
    crops = np.empty((min(24, len(boxes)), CROP, CROP, 3), np.uint8)
    for crop, (x1, y1, x2, y2) in zip(crops, context, strict=False):
        x = np.floor(x1 + steps * (x2 - x1)).astype(int)
        y = np.floor(y1 + steps * (y2 - y1)).astype(int)
        crop[:] = photo[np.clip(y, 0, height - 1)][:, np.clip(x, 0, width - 1)]
        crop[(y < 0) | (y >= height)] = crop[:, (x < 0) | (x >= width)] = (124, 116, 104)
    return WarpStage(
        name="assignment", ms=120.0, device=DEVICE, source=freeze(np.arange(len(boxes))),
        source_stage="regions", context=freeze(context, np.float32), size=CROP, padding=PADDING,
        crops=freeze(crops),
    )


def _assignment(
    method: str, image: ImageStage, features: FeaturesStage | None, boxes: Array
) -> Stage:
    common = {
        "name": "assignment", "ms": 0.8, "device": DEVICE, "source_stage": "regions",
        "source": freeze(np.arange(len(boxes))),
    }
    if features is None or method == "rcnn":
        return _warp(image.pixels, boxes)
    size = boxes[:, 2:] - boxes[:, :2]
    if method == "fpn":
        side = np.sqrt(size.prod(-1)) * np.sqrt(image.inputs[0].scale_x * image.inputs[0].scale_y)
        raw = 4 + np.log2(np.maximum(side, 1e-3) / 84)
        level = np.clip(np.floor(raw), 2, 5)
        return LevelStage(
            **common, raw=freeze(raw, np.float32), level=freeze(level, np.int64), k0=4,
            canonical=84.0,
        )
    strides = np.array([(m.stride_x, m.stride_y, m.stride_x, m.stride_y) for m in features.maps])
    if method == "sppnet":
        factors = np.array([given.scale_x * given.scale_y for given in image.inputs])
        scale = np.abs(size.prod(-1)[:, None] * factors - 84**2).argmin(1)
        exact = boxes / strides[scale]
        cells = np.concatenate([np.floor(exact[:, :2]) + 1, np.ceil(exact[:, 2:]) - 1], -1)
        centre = np.round((exact[:, :2] + exact[:, 2:]) / 2 - 0.5)
        collapsed = cells[:, 2:] < cells[:, :2]
        cells[:, :2] = np.where(collapsed, centre, cells[:, :2])
        cells[:, 2:] = np.where(collapsed, centre, cells[:, 2:])
        shapes = np.array([each.values.shape[:0:-1] for each in features.maps])[scale] - 1
        cells = np.clip(cells, 0, np.concatenate([shapes, shapes], -1))
        return WindowStage(**common, cells=freeze(cells, np.int64), scale=freeze(scale, np.int64))
    exact = boxes / strides[0]
    return RoiStage(
        **common, exact=freeze(exact, np.float32), cells=freeze(np.round(exact), np.int64)
    )


def _pooling(method: str, n: int, rng: np.random.Generator) -> PoolingStage:
    kind, bins, sampling = {
        "rcnn": ("crop", (3,), 0),
        "sppnet": ("pyramid", (6, 3, 2, 1), 0),
        "fpn": ("roi_align", (7,), 2),
    }.get(method, ("roi_pool", (7,), 0))
    values = None
    if method == "rcnn":
        values = freeze(np.maximum(rng.normal(0.4, 0.6, (n, CHANNELS, 9)), 0), np.float16)
    return PoolingStage(
        name="pooling", ms=2.1, device=DEVICE, source=freeze(np.arange(n)),
        source_stage="assignment", kind=kind, bins=bins, channels=CHANNELS, values=values,
        sampling=sampling,
    )


def _scores(method: str, boxes: Array, photo_shape: tuple[int, int], rng: np.random.Generator,
            strength: float) -> ScoresStage:
    iou = overlap(boxes, objects_in(*photo_shape))
    margins = rng.normal(-1.6, 0.25, (len(boxes), len(CLASSES)))
    margins[:, CAT] += strength * 3.2 * iou[:, 0] ** 1.5
    margins[:, DOG] += strength * 2.0 * iou[:, 0] ** 1.5
    margins[:, BOTTLE] += strength * 2.9 * iou[:, 1] ** 1.5
    kind = "svm" if method in SVM_METHODS else "softmax"
    if kind == "softmax":
        logits = np.concatenate([np.full((len(boxes), 1), 1.5), 3.5 * (margins + 0.6)], -1)
        margins = np.exp(logits - logits.max(-1, keepdims=True))
        margins /= margins.sum(-1, keepdims=True)
    return ScoresStage(
        name="scores", ms=9.0, device=DEVICE, source=freeze(np.arange(len(boxes))),
        source_stage="pooling", values=freeze(margins, np.float32), kind=kind,
        layers=() if kind == "svm" else LAYERS,
    )


def _refinement(
    before: Array, labels: NDArray[np.int64], scores: Array, source: NDArray[np.int64],
    source_stage: str, photo_shape: tuple[int, int], rng: np.random.Generator,
) -> RefinementStage:
    """Boxes move three quarters of the way to the object of their class."""
    height, width = photo_shape
    objects = objects_in(height, width)
    target = objects[np.where(labels == BOTTLE, 1, 0)]
    size, wanted = before[:, 2:] - before[:, :2], target[:, 2:] - target[:, :2]
    shift = (target[:, :2] + target[:, 2:] - before[:, :2] - before[:, 2:]) / 2 / size
    deltas = np.concatenate([np.clip(shift, -0.6, 0.6), np.log(wanted / size).clip(-0.5, 0.5)], -1)
    deltas = 0.75 * deltas + rng.normal(0, 0.02, deltas.shape)
    centre = (before[:, :2] + before[:, 2:]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    limit = np.array([width, height, width, height])
    after = np.clip(np.concatenate([centre - half, centre + half], -1), 0, limit)
    return RefinementStage(
        name="refinement", ms=1.2, device=DEVICE, source=freeze(source),
        source_stage=source_stage,  # type: ignore[arg-type]
        before=freeze(before, np.float32), after=freeze(after, np.float32),
        deltas=freeze(deltas, np.float32), labels=freeze(labels), scores=freeze(scores, np.float32),
    )


def synthetic_trace(
    method: str, seed: int = 0, photo: NDArray[np.uint8] | None = None, strength: float = 1.0,
    proposals: int = 250,
) -> Trace:
    """A whole trace of `method`. strength: 1 finds both objects, 0 finds nothing.

    proposals: at most so many regions; 0 gives a trace in which nothing was ever found.

    Raises KeyError for a method that is not one of the five.
    """
    if photo is None:
        return _of_the_usual_photo(method, seed, strength, proposals)
    return _made(method, seed, photo, strength, proposals)


def rpn_of(method: str) -> RpnStage:
    """The RPN's stage of the method's usual trace."""
    stage = synthetic_trace(method).stage("regions")
    assert isinstance(stage, RpnStage)
    return stage


def exchanged(trace: Trace, old: Stage, new: Stage) -> Trace:
    """The trace with one stage in place of another."""
    return replace(trace, stages=tuple(new if one is old else one for one in trace.stages))


@lru_cache(maxsize=128)  # no test can change what it shares: all arrays are frozen
def _of_the_usual_photo(method: str, seed: int, strength: float, proposals: int) -> Trace:
    return _made(method, seed, synthetic_photo(), strength, proposals)


def _made(
    method: str, seed: int, photo: NDArray[np.uint8], strength: float, proposals: int
) -> Trace:
    shape = (int(photo.shape[0]), int(photo.shape[1]))
    rng = np.random.default_rng(seed)
    sides = (CROP,) if method == "rcnn" else INPUT_SIDES.get(method, DEFAULT_SIDES)
    scales = [side / min(shape) for side in sides]
    sizes = [(round(shape[1] * s), round(shape[0] * s)) for s in scales]
    if method == "rcnn":
        sizes = [(CROP, CROP)]
    inputs = tuple(
        NetworkInput(width=w, height=h, scale_x=w / shape[1], scale_y=h / shape[0])
        for w, h in sizes
    )
    image = ImageStage(name="image", ms=4.0, device=DEVICE, pixels=freeze(photo), inputs=inputs)
    scale = (inputs[0].scale_x, inputs[0].scale_y)
    regions: Stage
    if method in ("faster_rcnn", "fpn"):
        rpn = rpn_stage(method, *shape, scale, rng, proposals)
        regions, boxes = rpn, np.asarray(rpn.boxes)
    else:
        search = search_stage(photo, rng, proposals)
        regions, boxes = search, np.asarray(search.boxes)
    features = _features(method, image, rng)
    assignment = _assignment(method, image, features, boxes)
    pooling = _pooling(method, len(boxes), rng)
    scores = _scores(method, boxes, shape, rng, strength)
    svm = method in SVM_METHODS
    floor, wanted, nms_threshold = (-1.0, 0.0, 0.3) if svm else (0.05, 0.5, 0.3)
    nms_threshold = 0.5 if method == "fpn" else nms_threshold
    settings: dict[str, object] = {
        "score_threshold": floor, "detection_threshold": wanted, "nms_threshold": nms_threshold,
        "max_detections": 100, "proposals": 2000, **PARTS[method],
    }
    values = np.asarray(scores.values)[:, scores.first :]
    row, label = np.nonzero(values > floor)
    value = values[row, label]
    if svm:
        nms = _nms(boxes[row], label, value, row, "scores", nms_threshold, floor)
        kept = np.asarray(nms.nms.kept)
        refinement = _refinement(
            boxes[row[kept]], label[kept], value[kept], kept, "nms", shape, rng
        )
        found = np.nonzero(refinement.scores > wanted)[0]
        last: tuple[Stage, ...] = (nms, refinement)
        at = np.asarray(refinement.after)[found], label[kept][found], value[kept][found]
    else:
        refinement = _refinement(boxes[row], label, value, row, "scores", shape, rng)
        nms = _nms(np.asarray(refinement.after), label, value, np.arange(len(row)), "refinement",
                   nms_threshold, floor)
        kept = np.asarray(nms.nms.kept)
        found = kept[value[kept] > wanted]
        last = (refinement, nms)
        at = np.asarray(nms.boxes)[found], label[found], value[found]
    pair = (row[kept], label[kept]) if svm else (row, label)
    every = np.random.default_rng(seed).normal(0, 0.02, (len(boxes), len(CLASSES), 4))
    every[pair] = refinement.deltas
    moved = replace(refinement, every=freeze(every, np.float32))
    last = tuple(moved if stage is refinement else stage for stage in last)
    detections = DetectionsStage(
        name="detections", ms=0.1, device=DEVICE, source=freeze(found),
        source_stage="refinement" if svm else "nms", boxes=freeze(at[0], np.float32),
        labels=freeze(at[1]), scores=freeze(at[2], np.float32), threshold=wanted,
    )
    if method == "rcnn":
        passes = FeaturesStage(
            name="features", ms=features.ms, device=DEVICE, maps=(), passes=len(boxes)
        )
        middle: tuple[Stage, ...] = (regions, assignment, passes)
    elif method in ("faster_rcnn", "fpn"):
        middle = (features, regions, assignment)
    else:
        middle = (regions, features, assignment)
    return Trace(
        method=method, weights=f"{method} · synthetic", device=DEVICE, classes=CLASSES,
        settings=settings, stages=(image, *middle, pooling, scores, *last, detections),
    )


def _nms(
    boxes: Array, labels: NDArray[np.int64], scores: Array, source: NDArray[np.int64],
    source_stage: str, threshold: float, floor: float,
) -> NmsStage:
    return NmsStage(
        name="nms", ms=0.6, device=DEVICE, source=freeze(source),
        source_stage=source_stage,  # type: ignore[arg-type]
        boxes=freeze(boxes, np.float32), labels=freeze(labels), scores=freeze(scores, np.float32),
        nms=greedy_nms(boxes, scores, threshold, labels), score_threshold=floor,
    )
