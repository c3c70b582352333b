"""Parts of the methods that can be exchanged, so that a method runs again from some stage on.

Plain data; no torch is imported here. A part is a field of the method's Settings, but for
REGIONS_OF: whose regions the method reads. Values are those of the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from explorer.methods import formulas
from explorer.ops.strategies import SPACES, STRATEGIES, Strategy
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.trace.stages import FeaturesStage, Trace

PartValue = int | float | bool | str | tuple[float, ...] | tuple[str, ...]
# What was exchanged in one method, by key; sorted, so that equal variants are equal.
Variant = tuple[tuple[str, PartValue], ...]
REGIONS_OF = "regions_of"
EXCHANGED = "exchanged"  # among a trace's settings: what was exchanged, in words
OWN, SEARCH = "own", "search"  # values of REGIONS_OF, beside the names of the methods with an RPN
WITH_RPN = ("faster_rcnn", "fpn")
STRATEGY, COLOURS = "strategy", "spaces"  # the parts that change selective search


@dataclass(frozen=True)
class Part:
    """One exchangeable part of a method. first: the earliest stage that it changes.

    kind: "members" is a choice of some of the options. paper: what the paper has, in words;
    published: as a value, where it is one that any network can run with. why: the formula, and what
    it does. options: (text, value). low, high, step: of a slider, and
    unit: what follows its number.
    """

    key: str
    title: str
    kind: Literal["toggle", "choice", "count", "members"]
    first: StageName
    paper: str
    why: str
    options: tuple[tuple[str, PartValue], ...] = ()
    low: int = 0
    high: int = 0
    step: int = 1
    zero: str = ""  # the word for 0 on a slider
    unit: str = ""
    published: PartValue | None = None


POOLING = Part(
    "pooling", "Pooling", "choice", "pooling", "paper: RoI pooling",
    f"RoI pooling rounds the region to cells, {formulas.ROUNDED}, and each of 7 × 7 bins to whole "
    "cells, and takes the largest.\nRoIAlign (He et al., 2017) rounds nothing: each bin is the "
    "mean of 2 × 2 bilinear samples at x / S.\nThe same maps and the same weights.",
    (("RoI pooling", "roi_pool"), ("RoIAlign", "roi_align")), published="roi_pool",
)
RPN_REFINEMENT = Part(
    "rpn_refinement", "RPN refinement", "toggle", "regions", "paper: on",
    f"On: a proposal is its anchor moved by the RPN's deltas, {formulas.DECODED.format('a')}."
    "\nOff: proposals are the anchors themselves, ranked by the same objectness.",
    published=True,
)
RPN_NMS = Part(
    "rpn_nms_threshold", "RPN NMS IoU", "choice", "regions", "paper: 0.70",
    f"A proposal b is {formulas.GREEDY.format('the threshold')}, keeper: one of higher "
    "objectness.\nA lower IoU leaves fewer, more different ones. The head then reads others than "
    "it did.",
    tuple((f"{iou:.2f}", iou) for iou in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)), published=0.7,
)


def _rpn_top(default: str, high: int) -> Part:
    return Part(
        "pre_nms_top", "RPN top before NMS", "count", "regions", default,
        "Only so many boxes of the highest objectness enter the RPN's NMS. No paper gives the "
        "number; 6,000 is that of Faster R-CNN's code, 1,000 on each level that of torchvision's "
        "FPN.", low=50, high=high, step=50,
    )


SVD = f"{formulas.SVD} (Fast R-CNN, section 3.1): {{}} becomes two layers with t (u + v) weights " \
    "instead of u v.\nThe paper: t = {} of 4,096, over 30% less time for 0.3 points of mAP."


def _runs(name: str, strategy: Strategy) -> str:
    """ "fast: HSV, Lab × k 50, 100 × 2 similarities = 8 runs"."""
    spaces, ks = ", ".join(strategy.spaces), ", ".join(str(k) for k in strategy.ks)
    mixes = "1 similarity" if len(strategy.mixes) == 1 else f"{len(strategy.mixes)} similarities"
    runs = "1 run" if strategy.runs == 1 else f"{strategy.runs} runs"
    return f"{name}: {spaces} × k {ks} × {mixes} = {runs}"


SEARCHED = (
    "Selective search runs its grouping once for every colour space, k and similarity of the\n"
    "strategy and ranks all regions together; the best are read.\n"
    + "\n".join(_runs(name, one) for name, one in STRATEGIES.items())
)


def _search(paper: str) -> tuple[Part, ...]:
    """The parts of selective search. paper: what the method's paper says of the strategy."""
    return (
        Part(
            STRATEGY, "Search strategy", "choice", "regions", paper, SEARCHED,
            tuple((name, name) for name in STRATEGIES),
        ),
        Part(
            COLOURS, "Colour spaces", "members", "regions",
            f"paper: {', '.join(STRATEGIES['fast'].spaces)} in fast",
            "The photo is segmented and its regions compared in each of these, with every k and "
            "similarity of the strategy.\nrgI: r = R / (R + G + B), g likewise, and intensity; H: "
            "the hue of HSV; I: intensity.", tuple((name, name) for name in SPACES),
        ),
    )


REGIONS = {
    OWN: "its own", SEARCH: "selective search", "faster_rcnn": "Faster R-CNN's RPN",
    "fpn": "FPN's RPN",
}

PARTS: dict[str, tuple[Part, ...]] = {
    "rcnn": (
        Part(
            "padding", "Context p", "count", "assignment", "paper: 16 of 227 px",
            "A region is dilated so that p pixels of the crop surround it on each side: "
            f"{formulas.CONTEXT.format('size')} photo pixels.\n0: the crop is the region alone.",
            high=24, zero="none",
        ),
        *_search("paper: fast (section 2.2)"),
    ),
    "sppnet": (
        Part(
            "levels", "Pyramid levels", "members", "pooling", "paper: all four, 50 bins",
            "Level n × n max-pools the window to n² bins.\nThe bins of a level that is off are 0. "
            "The head was trained with all four, so this shows what it reads from each, not what "
            "a network without that level would reach.",
        ),
        Part(
            "scales", "Scales", "choice", "image", "paper: one (688), or five (480–1,200)",
            "s, the photo's short side: min(w, h) = s. With five, each window is read at the scale "
            "where its area comes closest to the training size squared, and the convolutions run "
            "five times.",
        ),
        *_search("paper: fast (section 4.1)"),
    ),
    "fast_rcnn": (
        POOLING,
        Part("svd_fc6", "fc6: SVD, t", "count", "scores", "paper: off, or 1,024 of 4,096",
             SVD.format("fc6", "1,024"), zero="off"),
        Part("svd_fc7", "fc7: SVD, t", "count", "scores", "paper: off, or 256 of 4,096",
             SVD.format("fc7", "256"), zero="off"),
        *_search("published code fast; quality in 5.5"),
    ),
    "faster_rcnn": (
        RPN_REFINEMENT,
        Part(
            "sizes_used", "Anchor scales", "members", "regions", "paper: all three",
            "Only anchors of these scales s² may become proposals.\nThe RPN was trained with all "
            "three, k = 9 anchors a cell; it is not trained again.",
        ),
        _rpn_top("default 6,000", 6000),
        RPN_NMS,
        POOLING,
    ),
    "fpn": (
        Part(
            "top_down", "Top-down pathway", "toggle", "features", "paper: on",
            f"On: {formulas.SUM}.\nOff: M_k = L_k, a pyramid "
            "of the bottom-up maps (tables 1 and 2, row d).\nThe paper trained that; here the "
            "same weights run without it.", published=True,
        ),
        Part(
            "laterals", "Lateral connections", "toggle", "features", "paper: on",
            f"On: {formulas.SUM}.\nOff: M_k is the coarser one "
            "alone, from M5 = L5 down (tables 1 and 2, row e).\nThe paper trained that; here the "
            "same weights run without it.", published=True,
        ),
        RPN_REFINEMENT,
        _rpn_top("default 1,000 on each level", 2000),
        RPN_NMS,
        Part(
            "only_level", "Level of a region", "choice", "assignment", "paper: by its size",
            f"By size: {formulas.LEVEL.format(224)}, equation 1.\nElse every region is read from "
            "that one level; the RPN stays on all.",
        ),
        Part(
            "canonical", "Canonical size", "count", "assignment", "paper: 224 px",
            "The √(w·h), in network pixels, of a region on level k0 = 4: "
            f"{formulas.LEVEL.format('canonical')}.\n"
            "Twice as large reads every region one level finer.",
            low=21, high=336, unit=" px",
        ),
        POOLING,
    ),
}


def regions_part(method: str) -> Part:
    """Whose regions a method reads."""
    own = "faster_rcnn" if method == "faster_rcnn" else "fpn" if method == "fpn" else SEARCH
    said = "its own RPN" if method in WITH_RPN else REGIONS[SEARCH]
    others = ((text, key) for key, text in REGIONS.items() if key not in (OWN, own))
    options = ((said, OWN), *others)
    return Part(
        REGIONS_OF, "Regions", "choice", "regions", f"paper: {said}",
        "Another method's regions under this method's head: the same boxes, read from this "
        "method's maps and scored by its layers.", options,
    )


def first_stage(trace: Trace, variant: Variant) -> StageName:
    """The earliest stage of the method that the variant changes."""
    return min(_changed(trace, variant), key=_order(trace).index)


def kept_stages(trace: Trace, variant: Variant) -> frozenset[StageName]:
    """The stages that stay as they are: those before the first that changes, and maps of the whole
    photo, whatever regions are read from them."""
    order, changed = _order(trace), _changed(trace, variant)
    kept = set(order[: order.index(first_stage(trace, variant))])
    features = trace.stage("features")
    if isinstance(features, FeaturesStage) and features.maps:
        at = order.index("features")
        if all(order.index(stage) > at for stage in changed - {"regions"}):
            kept.add("features")
    return frozenset(kept)


def _order(trace: Trace) -> list[StageName]:
    return [stage.name for stage in trace.stages] or list(STAGE_NAMES)


def _changed(trace: Trace, variant: Variant) -> set[StageName]:
    own = {part.key: part.first for part in PARTS[trace.method]} | {REGIONS_OF: "regions"}
    return {own[key] for key, _ in variant}


def settings_of(variant: Variant) -> Mapping[str, PartValue]:
    """What the variant changes in the method's Settings."""
    return {key: value for key, value in variant if key != REGIONS_OF}


def source_of(variant: Variant) -> str:
    """Whose regions are read."""
    return str(dict(variant).get(REGIONS_OF, OWN))


def with_part(variant: Variant, key: str, value: PartValue | None) -> Variant:
    """The variant with another value; None: as it is run."""
    held = {one: kept for one, kept in variant if one != key}
    return tuple(sorted((held if value is None else held | {key: value}).items()))


def search_of_variant(
    settings: Mapping[str, object], variant: Variant
) -> tuple[str, tuple[str, ...]] | None:
    """(strategy, colour spaces) of the search that a variant starts from, given the settings of
    the run; None: from the run's own regions."""
    held = dict(variant)
    if source_of(variant) != OWN or not {STRATEGY, COLOURS} & held.keys():
        return None
    strategy = str(held.get(STRATEGY, settings[STRATEGY]))
    return strategy, colours_of(settings, variant)


def colours_of(settings: Mapping[str, object], variant: Variant) -> tuple[str, ...]:
    """The colour spaces that are searched: those that were chosen, else the strategy's."""
    held = dict(settings) | dict(variant)
    chosen = held.get(COLOURS) or STRATEGIES[str(held[STRATEGY])].spaces
    assert isinstance(chosen, tuple | list)
    return tuple(str(one) for one in chosen)
