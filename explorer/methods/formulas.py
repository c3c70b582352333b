"""The papers' formulas in plain Unicode, each once: tooltips, switches and cards are made of them.

Texts alone, without torch. `x_y` is x with the index y, which the window sets lower. The code that
computes each stands beside it; `tests/unit/test_formulas.py` works them out with its numbers.
"""

from __future__ import annotations

# ops.boxes.decode (R-CNN, equations 1 to 4; Faster R-CNN, equation 2). {0}: the box that is moved.
DECODED = "x = t_x w_{0} + x_{0}, w = w_{0} exp(t_w)"
MOST = "t_w and t_h are cut at ln(1000 / 16)"  # ops.boxes.DELTA_CLAMP

# ops.nms.nms and ops.soft_nms.soft_nms. {0}: the threshold.
IOU = "IoU(A, B) = |A ∩ B| / |A ∪ B|"
GREEDY = "suppressed if IoU(b, keeper) > {0}"
SOFT = "s ← s (1 − IoU(b, keeper)) where IoU(b, keeper) ≥ {0}"  # Bodla et al., 2017, section 3

# ops.selective_search.merging (equations 1 to 6 of its paper).
ALIKE = "s = a1 s_colour + a2 s_texture + a3 s_size + a4 s_fill, each a 0 or 1"
HISTOGRAMS = "s_colour, s_texture = Σ min(h_i, h_j): what their histograms share"
SIZE = "s_size = 1 − (size_i + size_j) / size_image"
FILL = "s_fill = 1 − (size(box of both) − size_i − size_j) / size_image"
RANK = "rank = position (1: the last, largest region) × a random number in (0, 1)"

# nets.rpn; anchors: ops.anchors.
OBJECTNESS = "p = 1 / (1 + e^−z)"
ANCHOR = "w_a = s / √r, h_a = s √r"

# nets.fpn.top_down and smoothed.
SUM = "M_k = L_k + the coarser M_(k+1), enlarged twofold"

# methods.warp.context_boxes and Warper.crops. {0}: the crop's side.
CONTEXT = "w p / ({0} − 2 p)"

# ops.pooling.window_of and roi_cells, ops.levels.level_of. {0}: the canonical size.
WINDOW = "first = ⌊x / S⌋ + 1,  last = ⌈x / S⌉ − 1"
ROUNDED = "round(x / S)"
LEVEL = "k = ⌊k0 + log2(√(w·h) / {0})⌋"

# ops.bins.bilinear; nets.svd.
BILINEAR = "f(x, y) = Σ (1 − |x − x_i|) (1 − |y − y_j|) f_ij"
SVD = "W ≈ U Σ_t Vᵀ"

# The heads: nets.heads.
MARGIN = "w·φ + b"
SOFTMAX = "e^z / Σ e^z"


def bins(length: object, n: object, start: str = "i", end: str = "(i+1)") -> tuple[str, str]:
    """Where a bin begins and, not included, ends in a window of so many cells (ops.bins)."""
    return f"⌊{start}·{length}/{n}⌋", f"⌈{end}·{length}/{n}⌉"
