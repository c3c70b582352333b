"""What each stage is, and the paper's formula of each stage in each method: the stage map's tips.

What was run is told, not only what a paper says: thresholds and sizes come from the trace, and
where a part was exchanged (pooling, regions, the pyramid) the formula is that of the other part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from explorer.methods import formulas
from explorer.session.paper_values import NMS_THRESHOLD
from explorer.session.scenes.papers import ANCHORS, CROP, INPUT, PADDING, SCALE, SHORT, WINDOW
from explorer.session.words import number
from explorer.trace.base import Stage, StageName
from explorer.trace.stages import (
    NmsStage,
    PoolingStage,
    RpnStage,
    ScoresStage,
    Trace,
    WarpStage,
)

Lines = tuple[str, ...]
Settings = Mapping[str, Any]
LONGEST = 90  # letters of a line

# What a stage is, in any method; and the formula that all share.
STAGES: dict[StageName, Lines] = {
    "image": ("The photo, and the size at which it enters the network.",),
    "regions": ("Boxes that may hold an object of any class: the proposals.",),
    "features": (
        "What the convolutions make of the photo, or of each crop: maps of many channels.",
        "A cell x′ of a map stands for the pixels around S x′, S: its stride.",
    ),
    "assignment": ("Where each region is read: a crop of the photo, or some cells of a map.",),
    "pooling": ("Regions of any size become equally many numbers, those that the head reads.",),
    "scores": ("How much each region looks like each class.",),
    "refinement": (
        "Each class moves the box of a region P nearer to the object, by four numbers t.",
        f"{formulas.DECODED.format('P')}; y and h likewise (R-CNN, equations 1 to 4)",
    ),
    "nms": (
        "Non-maximum suppression: of boxes of one class that overlap much, only the best stays.",
        f"{formulas.IOU}; {formulas.GREEDY.format('the threshold')}",
    ),
    "detections": (
        "What the method reports: what NMS kept, if its score > the threshold, the best first.",
    ),
}


def stage_formula(method: str, stage: StageName, trace: Trace | None = None) -> Lines:
    """The formula of a stage in a method and whence it is, in lines of at most LONGEST letters.

    trace: of the method, as far as it has come; without it, the papers' numbers.
    """
    record = trace.stage(stage) if trace is not None else None
    return FORMULAS[stage](method, record, trace.settings if trace is not None else {})


def _image(method: str, record: Stage | None, settings: Settings) -> Lines:
    if method == "rcnn":
        return (
            f"The photo is not resized: crop = dilated box × ({CROP} / w, {CROP} / h)",
            "w and h: of that box, so each crop has a scale of its own (R-CNN, section 2.1)",
            *_here(settings, "crop", CROP),
        )
    if method == "sppnet":
        scales = settings.get("scales") or (SCALE,)
        long = settings.get("long")
        limit = f", the long side at most {long}" if long else ""
        ours = () if tuple(scales) == (SCALE,) else (f"Here s = {_list(scales)}{limit}.",)
        return (
            f"min(w, h) = s, s = {SCALE} or each of 480, 576, 688, 864, 1200 (SPPNet, section 4.1)",
            *ours,
        )
    short, long = SHORT.get(method, 600), "1333" if method == "fpn" else "1000"
    source = {
        "fast_rcnn": "(Fast R-CNN, section 5.2)", "faster_rcnn": "(Faster R-CNN, section 3.3)",
        "fpn": "(FPN, section 5.1; 1333: torchvision's)",
    }[method]
    assert str(short) in INPUT[method] and long in INPUT[method]
    own = (settings.get("short", short), settings.get("long", int(long)))
    ours = () if own == (short, int(long)) else (f"Here {own[0]} and {own[1]}.",)
    return (f"photo × min({short} / short side, {long} / long side) {source}", *ours)


def _regions(method: str, record: Stage | None, settings: Settings) -> Lines:
    rpn = method in ("faster_rcnn", "fpn") if record is None else isinstance(record, RpnStage)
    if not rpn:
        return (
            "Selective Search: the neighbours of the highest s merge, until one region is left.",
            f"{formulas.ALIKE} (equation 6)",
            f"{formulas.HISTOGRAMS} (equations 1, 3)",
            f"{formulas.SIZE} (equation 4)", f"{formulas.FILL} (equation 5)",
            formulas.RANK,
        )
    levels = record.levels if isinstance(record, RpnStage) else ()
    pyramid = method == "fpn" if record is None else len(levels) > 1
    each = "k = 3 anchors a cell: on each level one scale s in 3 ratios r = h / w" if pyramid else \
        "k = 9 anchors a cell: 3 scales s in 3 ratios r = h / w"
    source = "FPN, section 4.1" if pyramid else "Faster R-CNN, section 3.1.1"
    papers = ANCHORS["fpn" if pyramid else "faster_rcnn"]
    ours = tuple(sorted({size for level in levels for size in level.sizes})) or papers
    beside = "" if ours == papers else f" (paper: {_list(papers)})"
    iou = record.nms.threshold if isinstance(record, RpnStage) else 0.7
    moved = f"{formulas.DECODED.format('a')}; y and h likewise (Faster R-CNN, equation 2)"
    if not settings.get("rpn_refinement", True):
        moved = "Switched off: proposals are the anchors themselves."
    where = ", level by level" if pyramid else ""
    return (
        f"{each} ({source})", f"{formulas.ANCHOR}; s = {_list(ours)}{beside}",
        f"Objectness {formulas.OBJECTNESS}, z: what the RPN gives", moved,
        f"{formulas.GREEDY.format(number(iou))}{where} (Faster R-CNN, section 3.3)",
    )


def _features(method: str, record: Stage | None, settings: Settings) -> Lines:
    if method == "rcnn":
        return ("n regions, n passes: pool5 = convolutions(crop), each alone (R-CNN, section 2.2)",)
    if method == "fpn":
        down, side = settings.get("top_down", True), settings.get("laterals", True)
        total = formulas.SUM if down and side else "M_k = L_k: the top-down pathway is off" \
            if side else "M_k = the coarser M_(k+1), enlarged twofold: the laterals are off"
        if not (down or side):
            total = "M_k = 0 below M5: pathway and laterals are off"
        return (
            f"L_k = conv1×1(C_k), {total},",
            "P_k = conv3×3(M_k); M5 = L5, P6 = every second cell of P5 (FPN, section 3, figure 3)",
        )
    source = {
        "sppnet": "SPPNet, appendix A", "fast_rcnn": "Fast R-CNN, section 2",
        "faster_rcnn": "Faster R-CNN, section 3.2",
    }[method]
    passes = "one pass for each s" if len(settings.get("scales", ())) > 1 else "one pass"
    whose = ", shared by the RPN and the head" if method == "faster_rcnn" else ""
    return (
        f"map = convolutions(photo), {passes}{whose}",
        f"A cell x′ stands for the pixels around S x′, S = 16 ({source})",
    )


def _assignment(method: str, record: Stage | None, settings: Settings) -> Lines:
    if method == "rcnn":
        context = formulas.CONTEXT.format(CROP)
        ours = (record.size, record.padding) if isinstance(record, WarpStage) else (CROP, PADDING)
        told = () if ours == (CROP, PADDING) else (
            f"Here {ours[0]} in place of {CROP}, and p = {ours[1]}.",
        )
        return (
            f"On each side {context} photo pixels of context, p = {PADDING}; h likewise. Then",
            f"u = (x − x1) {CROP} / (x2 − x1): the aspect ratio is lost (R-CNN, section 2.1)",
            *told,
        )
    if method == "sppnet":
        return (
            f"{formulas.WINDOW}, S = 16 (SPPNet, appendix A)",
            f"Of several scales the one at which w·h comes closest to {WINDOW}² (section 4.1)",
            *_here(settings, "window", WINDOW),
        )
    if method == "fpn":
        k0, low, high = (
            settings.get(key, usual)
            for key, usual in (("k0", 4), ("lowest", 2), ("highest", 5))
        )
        if only := settings.get("only_level", 0):
            return (f"Switched: all regions are read from P{only}, not from level",
                    f"{formulas.LEVEL.format(WINDOW)} (FPN, equation 1)")
        return (
            f"{formulas.LEVEL.format(WINDOW)} (FPN, equation 1)",
            f"k0 = {k0}, and k is kept within {low} … {high}; w and h in network pixels",
            *_here(settings, "canonical", WINDOW),
        )
    whose = "" if method == "fast_rcnn" else "; as Fast R-CNN, section 2.1"
    source = "Fast R-CNN, section 2.1" if method == "fast_rcnn" else "Faster R-CNN, section 3.2"
    return (
        f"x′ = {formulas.ROUNDED}, S = 16: the first rounding; at least one cell",
        f"({source}{whose})",
    )


def _pooling(method: str, record: Stage | None, settings: Settings) -> Lines:
    kinds = {"rcnn": "crop", "sppnet": "pyramid", "fpn": "roi_align"}
    kind, side, sampling = kinds.get(method, "roi_pool"), 7, 2
    if isinstance(record, PoolingStage):
        kind, side, sampling = record.kind, record.bins[0], record.sampling
    if kind == "crop":
        here = () if not isinstance(record, PoolingStage) or (side, record.channels) == (6, 256) \
            else (f"Here {side} × {side} × {record.channels} = "
                  f"{side * side * record.channels:,}.",)
        return ("pool5, the last map of the crop: 6 × 6 × 256 = 9,216 (R-CNN, section 3.1)", *here)
    if kind == "pyramid":
        low, high = formulas.bins("w", "n", "(i−1)", "i")
        return (
            f"Level n × n, bin i = 1 … n: cells {low} … {high} − 1 of the window's w, counted",
            "from 0; the maximum of each channel (SPPNet, appendix A)",
            "n = 6, 3, 2, 1: 6² + 3² + 2² + 1² = 50 bins (section 4.1)",
        )
    if kind == "roi_align":
        return (
            f"{side} × {side} bins of w / {side} × h / {side} cells, not rounded: the mean of "
            f"{sampling} × {sampling} samples",
            f"{formulas.BILINEAR} (RoIAlign: He et al., 2017)",
            *(("The paper: RoI pooling (FPN, section 4.2).",) if method == "fpn" else
              ("Switched: the paper has RoI pooling.",)),
        )
    low, high = formulas.bins("w", side)
    return (
        f"Bin i = 0 … {side - 1}: cells {low} … {high} − 1 of the RoI's w: the second rounding;",
        "the maximum of each channel, 0 where there is no cell (Fast R-CNN, section 2.1)",
    )


def _scores(method: str, record: Stage | None, settings: Settings) -> Lines:
    kind = "svm" if method in ("rcnn", "sppnet") else "softmax"
    if isinstance(record, ScoresStage):
        kind = record.kind
    if kind == "svm":
        source = "R-CNN, section 2.2" if method == "rcnn" else "SPPNet, section 4.1"
        return (f"margin of a class = {formulas.MARGIN}, φ: what fc7 gives ({source})",)
    shared = ("One head for all levels (FPN, section 4.2)",) if method == "fpn" else ()
    layers = [
        f"{layer} = U Σ_t Vᵀ, t = {settings[f'svd_{layer}']}"
        for layer in ("fc6", "fc7") if settings.get(f"svd_{layer}")
    ]
    cut = (f"Switched: {'; '.join(layers)} (section 3.1)",) if layers else ()
    softmax = f"p = {formulas.SOFTMAX} over K classes and background (Fast R-CNN, section 2.3)"
    return (softmax, *shared, *cut)


def _refinement(method: str, record: Stage | None, settings: Settings) -> Lines:
    source = {
        "rcnn": "R-CNN, equations 1 to 4", "sppnet": "R-CNN, equations 1 to 4",
        "fast_rcnn": "Fast R-CNN, section 2.3", "faster_rcnn": "Faster R-CNN, equation 2",
        "fpn": "as Faster R-CNN, equation 2",
    }[method]
    if not settings.get("regression", True):
        return ("Switched off: boxes stay as they were proposed.",)
    return (
        f"{formulas.DECODED.format('P')}; y and h likewise ({source})",
        f"P: the region, t: of this class; {formulas.MOST}",
    )


def _nms(method: str, record: Stage | None, settings: Settings) -> Lines:
    paper = NMS_THRESHOLD.get(method)
    iou = record.nms.threshold if isinstance(record, NmsStage) else paper or 0.5
    kind = settings.get("suppression", "greedy")
    if kind == "none":
        return ("Switched off: no box is suppressed.",)
    if kind == "soft":
        return (formulas.SOFT.format(number(iou)),
                "Switched to Soft-NMS (Bodla et al., 2017): scores are lowered, class by class.")
    source = {
        "rcnn": "R-CNN, section 2.2", "sppnet": "SPPNet, section 4.1",
        "fast_rcnn": "Fast R-CNN, section 3", "faster_rcnn": "as Fast R-CNN, section 3",
        "fpn": "as Fast R-CNN; it names no IoU",
    }[method]
    beside = f"; paper: {number(paper)}" if paper is not None and abs(paper - iou) > 1e-9 else ""
    return (
        f"{formulas.GREEDY.format(number(iou))}, class by class ({source}{beside})", formulas.IOU,
        "keeper: the box of the highest score that is left",
    )


def _detections(method: str, record: Stage | None, settings: Settings) -> Lines:
    svm = method in ("rcnn", "sppnet")
    usual = 0.0 if svm else 0.5
    above = number(float(settings.get("detection_threshold", usual)))
    score = "margin" if svm else "p"
    return (
        f"Reported if {score} > {above}, at most {settings.get('max_detections', 100)}, the best "
        "first",
        "(the papers rank all that NMS keeps, for mAP)",
    )


FORMULAS: dict[StageName, Callable[[str, Stage | None, Settings], Lines]] = {
    "image": _image, "regions": _regions, "features": _features, "assignment": _assignment,
    "pooling": _pooling, "scores": _scores, "refinement": _refinement, "nms": _nms,
    "detections": _detections,
}


def _here(settings: Settings, key: str, paper: float) -> Lines:
    """'Here 84 in place of 224.', where it is another one."""
    ours = float(settings.get(key, paper))
    return () if ours == paper else (f"Here {ours:g} in place of {paper:g}.",)


def _list(values: object) -> str:
    assert isinstance(values, tuple | list)
    return ", ".join(f"{value:g}" for value in values)
