"""The formulas of tooltips and switches: all are there, and the code computes what they say."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.methods import formulas
from explorer.methods.choices import Choices
from explorer.methods.deciding import decide
from explorer.methods.names import METHODS, NAMES
from explorer.methods.parts import PARTS
from explorer.methods.warp import context_boxes
from explorer.ops import anchors, bins
from explorer.ops.boxes import DELTA_CLAMP, decode, iou
from explorer.ops.levels import level_of
from explorer.ops.nms import nms
from explorer.ops.pooling import roi_cells, window_of
from explorer.ops.selective_search.merging import fill_similarity, size_similarity
from explorer.ops.sizes import size_within
from explorer.ops.soft_nms import soft_nms
from explorer.session.formula_texts import LONGEST, STAGES, stage_formula
from explorer.session.replay import with_control
from explorer.session.scene import Control, Key, ViewState
from explorer.session.scenes import picture
from explorer.session.switching import switches
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.trace.stages import NmsStage, PoolingStage, Trace
from explorer.ui.choices import limit_control, merged_controls
from explorer.ui.tips import tip_text, with_formula
from tests.traces import synthetic_trace

SOURCES = ("R-CNN", "SPPNet", "FPN", "equation", "RoIAlign", "mAP")
WORDS = {
    "·": "*", "−": "-", "^": "**", "×": "*", "log2": "math.log2", "exp(": "math.exp(",
}


def value(text: str, **names: object) -> object:
    """A formula worked out, as it is printed: 'w p / (227 − 2 p)', '⌊i·w/7⌋', '√(w·h)'."""
    for shown, code in WORDS.items():
        text = text.replace(shown, code)
    text = re.sub(r"⌊([^⌋]*)⌋", r"math.floor(\1)", text)
    text = re.sub(r"⌈([^⌉]*)⌉", r"math.ceil(\1)", text)
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    text = re.sub(r"√(\w)", r"math.sqrt(\1)", text).replace("√(", "math.sqrt(")
    text = re.sub(r"([\w)]) (?=[\w(])", r"\1*", text)  # side by side: a product
    return eval(text, {"math": math, "round": round} | names)


def side(formula: str, name: str) -> str:
    """The right side of 'name = …' among the equations of a formula."""
    return next(
        each.partition(" = ")[2] for each in re.split(r", +", formula)
        if each.startswith(f"{name} = ")
    )


# --- they are there ----------------------------------------------------------------------------


@pytest.mark.parametrize("stage", STAGE_NAMES)
@pytest.mark.parametrize("method", NAMES)
def test_every_stage_of_every_method_has_a_formula_and_its_source(
    method: str, stage: StageName
) -> None:
    for trace in (None, synthetic_trace(method)):
        lines = stage_formula(method, stage, trace)
        text = "\n".join(lines)
        assert re.search(r"[=>×√⌊≥]", text), text
        assert re.search(r"\d|equation|section", text) and any(one in text for one in SOURCES)
        assert all(len(line) <= LONGEST for line in lines), lines


def test_every_stage_says_what_it_is() -> None:
    assert set(STAGES) == set(STAGE_NAMES)
    for what, *formula in STAGES.values():
        assert what.endswith(".") and all(len(line) <= LONGEST for line in (what, *formula))
    assert formulas.DECODED.format("P") in STAGES["refinement"][1]


def test_every_switch_has_a_formula_or_a_rule_of_numbers() -> None:
    traces = {name: synthetic_trace(name) for name in NAMES}
    found = switches(traces, ())
    assert {one.key for one in found} >= {
        "proposals", "score_threshold", "detection_threshold", "nms_threshold", "max_detections",
        "suppression", "regression",
    }
    for one in found:
        assert re.search(r"[=>≥≤←×]|min\(", one.why), one.title
        assert all(len(line) <= LONGEST for line in one.why.split("\n")), one.why
    for part in (part for some in PARTS.values() for part in some):
        assert re.search(r"[=>≈×²/]|\d,\d{3}", part.why), part.title


def every_control(trace: Trace, stage: StageName, view: ViewState) -> list[Control]:
    """Those of all views of a stage, also the ones that only some views have."""
    found: dict[str, Control] = {}
    views = [view]
    while views:
        at = views.pop()
        for control in picture(trace, stage, at).controls:
            if control.key not in found and control.key in ("show", "where"):
                views += [with_control(at, stage, control.key, each) for each in control.choices]
            found.setdefault(control.key, control)
    return list(found.values())


@pytest.mark.parametrize("stage", STAGE_NAMES)
def test_every_control_of_the_bar_says_what_it_is(stage: StageName) -> None:
    """Also where the methods do not differ, and in each of a stage's views."""
    pictures = {}
    for method in NAMES:
        trace = synthetic_trace(method)
        view = ViewState(selected=Key(method, "detections", 0))
        shown = picture(trace, stage, view)
        pictures[method] = shown
        for each in every_control(trace, stage, view):
            assert each.why, (method, stage, each.title)
            assert all(len(line) <= LONGEST for line in each.why.split("\n")), each.why
    for control in (*merged_controls(pictures, ()), limit_control(200)):
        assert control.why and all(len(line) <= LONGEST for line in control.why.split("\n"))


# --- they tell what ran ------------------------------------------------------------------------


def test_thresholds_are_those_of_the_trace() -> None:
    trace = synthetic_trace("fast_rcnn")
    assert "> 0.30" in stage_formula("fast_rcnn", "nms", trace)[0]
    moved = decide(trace, Choices(nms_threshold=0.42, detection_threshold=0.6))
    assert "> 0.42" in stage_formula("fast_rcnn", "nms", moved)[0]
    assert "paper: 0.30" in stage_formula("fast_rcnn", "nms", moved)[0]
    assert "p > 0.60" in stage_formula("fast_rcnn", "detections", moved)[0]
    soft = decide(trace, Choices(suppression="soft"))
    assert formulas.SOFT.format("0.30") in stage_formula("fast_rcnn", "nms", soft)
    none = decide(trace, Choices(suppression="none"))
    assert "no box is suppressed" in stage_formula("fast_rcnn", "nms", none)[0]
    fixed = decide(trace, Choices(regression=False))
    assert "as they were proposed" in stage_formula("fast_rcnn", "refinement", fixed)[0]


def with_stage(trace: Trace, name: StageName, **changes: object) -> Trace:
    stages = tuple(
        replace(each, **changes) if each.name == name else each  # type: ignore[arg-type]
        for each in trace.stages
    )
    return replace(trace, stages=stages)


def test_an_exchanged_part_has_its_own_formula() -> None:
    fast, fpn = synthetic_trace("fast_rcnn"), synthetic_trace("fpn")
    assert formulas.BILINEAR not in "".join(stage_formula("fast_rcnn", "pooling", fast))
    aligned = with_stage(fast, "pooling", kind="roi_align", sampling=2)
    assert formulas.BILINEAR in "".join(stage_formula("fast_rcnn", "pooling", aligned))
    rounded = with_stage(fpn, "pooling", kind="roi_pool", sampling=0)
    assert "⌊i·w/7⌋" in "".join(stage_formula("fpn", "pooling", rounded))
    regions = fpn.stage("regions")
    given = replace(fast, stages=tuple(
        regions if each.name == "regions" else each for each in fast.stages))  # type: ignore[misc]
    assert formulas.ANCHOR in "".join(stage_formula("fast_rcnn", "regions", given))
    assert formulas.ALIKE in "".join(stage_formula("fast_rcnn", "regions", fast))
    for off, said in (("top_down", "M_k = L_k:"), ("laterals", "the laterals are off")):
        cut = replace(fpn, settings={**fpn.settings, off: False})
        assert said in "".join(stage_formula("fpn", "features", cut))
    one = replace(fpn, settings={**fpn.settings, "only_level": 3})
    assert "read from P3" in stage_formula("fpn", "assignment", one)[0]
    small = replace(fast, settings={**fast.settings, "svd_fc6": 64})
    assert "fc6 = U Σ_t Vᵀ, t = 64" in "".join(stage_formula("fast_rcnn", "scores", small))


def test_our_own_sizes_stand_beside_the_papers() -> None:
    assert "Here 84 in place of 224." in stage_formula("fpn", "assignment", synthetic_trace("fpn"))
    assert not any("Here" in line for line in stage_formula("fpn", "assignment"))
    rcnn = "".join(stage_formula("rcnn", "assignment", synthetic_trace("rcnn")))
    assert "Here 96 in place of 227, and p = 7." in rcnn
    faster = "".join(stage_formula("faster_rcnn", "regions", synthetic_trace("faster_rcnn")))
    assert "s = 48, 96, 192 (paper: 128, 256, 512)" in faster


@pytest.mark.parametrize("method", [each.name for each in METHODS])
def test_nms_and_pooling_are_told_as_they_were_recorded(method: str) -> None:
    trace = synthetic_trace(method)
    record, pooled = trace.stage("nms"), trace.stage("pooling")
    assert isinstance(record, NmsStage) and isinstance(pooled, PoolingStage)
    assert f"> {record.nms.threshold:.2f}" in stage_formula(method, "nms", trace)[0]
    said = "".join(stage_formula(method, "pooling", trace))
    told = {"crop": "pool5", "pyramid": "⌈i·w/n⌉", "roi_pool": "⌈(i+1)·w/7⌉",
            "roi_align": "2 × 2 samples"}
    assert told[pooled.kind] in said


# --- the code computes them --------------------------------------------------------------------


def test_boxes_are_decoded_so() -> None:
    box, t = torch.tensor([[10.0, 20.0, 50.0, 100.0]]), torch.tensor([[0.1, -0.2, 0.3, -0.4]])
    x1, _, x2, _ = decode(t, box)[0].tolist()
    rule = formulas.DECODED.format("P")
    names = {"t_x": 0.1, "t_w": 0.3, "w_P": 40.0, "x_P": 30.0}
    assert value(side(rule, "x"), **names) == pytest.approx((x1 + x2) / 2, rel=1e-5)
    assert value(side(rule, "w"), **names) == pytest.approx(x2 - x1, rel=1e-5)
    assert f"{math.exp(DELTA_CLAMP):g}" == f"{1000 / 16:g}" and "1000 / 16" in formulas.MOST


def test_nms_suppresses_so() -> None:
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 6], [0, 0, 10, 3]])
    scores = torch.tensor([0.9, 0.8, 0.7])
    overlaps = iou(boxes[:1], boxes)[0].tolist()
    gone = nms(boxes, scores, 0.5).suppressed_by.tolist()
    rule = formulas.GREEDY.format("0.5").removeprefix("suppressed if ")
    rule = rule.replace("IoU(b, keeper)", "u")
    assert [value(rule, u=each) for each in overlaps[1:]] == [by >= 0 for by in gone[1:]]
    alone = torch.zeros(2, dtype=torch.int64)  # one class
    _, lowered = soft_nms(boxes[:2], scores[:2], 0.5, alone, 0.05)
    change, where = formulas.SOFT.format("0.5").removeprefix("s ← ").split(" where ")
    change, where = (part.replace("IoU(b, keeper)", "u") for part in (change, where))
    first = value(change, s=0.8, u=overlaps[1])
    assert first == pytest.approx(float(lowered[1]))
    assert value(where.removeprefix("where ").replace("≥", ">="), u=overlaps[1])
    _, same = soft_nms(boxes[::2], scores[::2], 0.5, alone, 0.05)
    assert not value(where.replace("≥", ">="), u=overlaps[2]) and same[1] == scores[2]


def test_regions_are_alike_so() -> None:
    first, second = np.array([0, 0, 4, 4], np.int32), np.array([4, 0, 8, 8], np.int32)
    names = {"size_i": 16, "size_j": 20, "size_image": 100, "both": 64}
    assert value(side(formulas.SIZE, "s_size"), **names) == size_similarity(16, 20, 100)
    fill = side(formulas.FILL, "s_fill").replace("size(box of both)", "both")
    assert value(fill, **names) == fill_similarity(16, 20, first, second, 100)
    stage = synthetic_trace("rcnn").stage("regions")
    for grouping in stage.groupings:  # type: ignore[union-attr]
        a1, a2, a3, a4 = grouping.weights
        colour, texture, size, filled = grouping.similarities[0].tolist()
        rule = side(formulas.ALIKE, "s")
        total = value(rule, a1=a1, a2=a2, a3=a3, a4=a4, s_colour=colour, s_texture=texture,
                      s_size=size, s_fill=filled)
        assert total == pytest.approx(float(grouping.total[0]), abs=1e-3)


def test_anchors_and_objectness_are_so() -> None:
    for r in (0.5, 1.0, 2.0):
        x1, y1, x2, y2 = anchors.anchors_at([128.0], [r])[0].tolist()
        assert value(side(formulas.ANCHOR, "w_a"), s=128, r=r) == pytest.approx(x2 - x1, abs=1)
        assert value(side(formulas.ANCHOR, "h_a"), s=128, r=r) == pytest.approx(y2 - y1, abs=1)
    p = value(side(formulas.OBJECTNESS, "p"), e=math.e, z=1.5)
    assert p == pytest.approx(float(torch.tensor(1.5).sigmoid()))


def test_regions_are_put_on_maps_so() -> None:
    box = torch.tensor([[35.0, 50.0, 170.0, 222.0]])
    cells = window_of(box, 16, 40, 40)[0].tolist()
    assert value(side(formulas.WINDOW, "first"), x=35, S=16) == cells[0]
    assert value(side(formulas.WINDOW, "last"), x=170, S=16) == cells[2]
    _, rounded = roi_cells(box, 1 / 16)
    assert value(formulas.ROUNDED, x=170, S=16) == rounded[0, 2]
    _, level = level_of(box, 4, 84, 2, 5)
    rule = side(formulas.LEVEL.format(84), "k")
    assert value(rule, k0=4, w=135, h=172) == level[0]
    context = context_boxes(np.array([[10, 20, 60, 120]]), 227, 16)[0]
    margin = value(formulas.CONTEXT.format(227), w=50, p=16)
    assert margin == pytest.approx(10 - context[0], rel=1e-5)
    assert size_within(480, 640, 600, 1000) == (600, 800)
    rule = stage_formula("fast_rcnn", "image")[0].partition(" × ")[2].partition(") (")[0] + ")"
    rule = rule.replace("short side", "480").replace("long side", "640").replace(", ", ",")
    assert value(rule, min=min) == 600 / 480


def test_bins_reach_so() -> None:
    window = np.array([0, 0, 12, 9])  # 13 × 10 cells
    low, high = formulas.bins("w", 7)
    spans = {(int(x1), int(x2)) for x1, _, x2, _ in bins.roi_pool_bins(window, 7)}
    assert spans == {
        (value(low, i=i, w=13), value(high, i=i, w=13) - 1) for i in range(7)  # type: ignore[operator]
    }
    low, high = formulas.bins("w", "n", "(i−1)", "i")
    spans = {(int(x1), int(x2)) for x1, _, x2, _ in bins.pyramid_bins(window, (6,))}
    assert spans == {
        (value(low, i=i, w=13, n=6), value(high, i=i, w=13, n=6) - 1)  # type: ignore[operator]
        for i in range(1, 7)
    }
    cells, weights = bins.bilinear(np.array([[2.3, 4.6]]), 10, 10)
    rule = formulas.BILINEAR.partition("Σ ")[2].removesuffix(" f_ij")
    for cell, weight in zip(cells[0].tolist(), weights[0].tolist(), strict=True):
        row, column = divmod(cell, 10)
        assert value(rule, x=2.3, y=4.6, x_i=column, y_j=row) == pytest.approx(weight, abs=1e-5)


# --- how they are set --------------------------------------------------------------------------


def test_indices_are_set_lower_and_powers_higher() -> None:
    said = tip_text("M_(k+1), size_image, t < e^−z")
    assert inside(said) == "M<sub>k+1</sub>, size<sub>image</sub>, t &lt; e<sup>−z</sup>"
    named = with_formula("Weights rcnn_voc.bin", ("t_x",))
    assert inside(named) == "Weights rcnn_voc.bin|t<sub>x</sub>" and with_formula("", ()) == ""


def test_tips_break_their_lines_themselves() -> None:
    """Not Qt, which would make them narrow and cut formulas in two."""
    long = " ".join(["word"] * 40)
    for said in (tip_text(f"{long}\nk = 1"), with_formula(long, ("k = 1",))):
        lines = re.split(r"<br>|\|", inside(said))
        assert lines[-1] == "k = 1" and max(map(len, lines)) <= LONGEST
        assert " ".join(lines[:-1]) == long and "nowrap" in said


def inside(markup: str) -> str:
    return "|".join(re.findall(r"<p[^>]*>(.*?)</p>", markup))
