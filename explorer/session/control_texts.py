"""What each control of the bar is, with the formula of what it moves through: its tooltip."""

from __future__ import annotations

from explorer.methods import formulas

# Of the photo's regions: selective search.
SEARCH_SHOW = (
    "boxes: the ranked regions. segments: the over-segmentation that a run begins with.\n"
    "merges: how its most similar neighbours merge, one pair after the other."
)
SPACE = "The colour space in which this run segments the photo and compares its regions."
RUN = (
    "k: the larger, the larger the segments. C, T, S, F: the similarities that are added,\n"
    f"{formulas.ALIKE} (equation 6)"
)
MERGE = (
    "One step merges the pair of neighbours of the highest s (Selective Search):\n"
    f"{formulas.ALIKE}\n{formulas.HISTOGRAMS}\n{formulas.SIZE}\n{formulas.FILL}"
)

# Of an RPN.
RPN_SHOW = (
    "proposals: what its NMS leaves. anchors: those at one cell; all anchors: of every cell.\n"
    f"objectness: {formulas.OBJECTNESS} of every anchor, z: what the RPN gives.\n"
    f"refinement: {formulas.DECODED.format('a')} (Faster R-CNN, equation 2).\n"
    f"NMS: {formulas.GREEDY.format('the threshold')}, step by step."
)
ANCHOR_LEVEL = (
    "The map whose anchors are shown. An anchor of scale s and ratio r = h / w has\n"
    f"{formulas.ANCHOR} network pixels."
)
WINDOW = (
    "Where the RPN's window of 3 × 3 cells stands; slides: cell by cell, row by row.\n"
    "Each place has k anchors, so a map of W × H cells has W·H·k."
)
LOCATION = (
    "The cell at which the window stands, of W a row: location n is cell x = (n − 1) mod W,\n"
    "y = ⌊(n − 1) / W⌋, both from 0."
)

# Of maps.
PATHWAY = (
    "C: bottom-up, the CNN's own maps. L: 1 × 1 convolutions of them, the laterals.\n"
    f"M: {formulas.SUM}. P: a 3 × 3 convolution of M."
)
MAP = "The map that is shown. A cell x′ stands for the pixels around S x′, S: its stride."
CHANNELS = (
    "strongest: the channel of the largest value. mean of all: Σ f_c / C over the C channels.\n"
    "one channel: that of your choice."
)
BUILDING = f"{CHANNELS}\nstep by step: how the pyramid is built, {formulas.SUM}."
CHANNEL = "The channel that is shown, from 0."
PYRAMID_STEP = (
    "One step makes one map: C_k, then L_k = conv1×1(C_k), then\n"
    f"{formulas.SUM}, last P_k = conv3×3(M_k)."
)

# Of what is read for a region.
WARP = (
    f"The region grows by {formulas.CONTEXT.format('size')} a side, for p pixels of context,\n"
    "and is warped to size × size: u = (x − x1) size / (x2 − x1)."
)
BIN = (
    "One bin after the other, row by row, and the cells that it reads: of a window of w cells\n"
    "the cells {} … {} − 1 in a row of n bins, i = 0 … n − 1.\n"
    "RoIAlign reads bilinear samples instead."
).format(*formulas.bins("w", "n"))

# Of scores, NMS and detections.
SCORES_CLASS = (
    f"Whose scores are shown. Probability: p = {formulas.SOFTMAX}; margin: {formulas.MARGIN}."
)
PAIRS_CLASS = "Only pairs of a region with this class: NMS runs for each class by itself."
NMS_STEP = (
    "One step keeps the box of the highest score that is left, the keeper. Any other box b,\n"
    f"of the same class, is {formulas.GREEDY.format('the threshold')}."
)
NMS_IOU = f"{formulas.GREEDY.format('this')}; {formulas.IOU}"
COLOUR = "What the colour of a box tells: its class, or the method that found it."
LIMIT = "At most so many boxes are drawn, the best first. Each canvas counts what it hides."

# Switches. Keys: what a score is.
PROPOSALS = (
    "Only the n best regions are read: of selective search those of the lowest rank,\n"
    f"{formulas.RANK};\n"
    f"of an RPN those of the highest objectness {formulas.OBJECTNESS}."
)
ENTERS = {
    "probability": "A region and a class enter NMS together if p > the threshold,\n"
    f"p = {formulas.SOFTMAX} of the class. All other pairs are dropped.",
    "margin": "A region and a class enter NMS together if margin > the threshold,\n"
    f"margin = {formulas.MARGIN} of the class's SVM. All other pairs are dropped.",
}
DETECTED = {
    "probability": "What NMS keeps is reported if p > the threshold.\n"
    f"p = {formulas.SOFTMAX}: the higher the threshold, the fewer and the surer.",
    "margin": "What NMS keeps is reported if margin > the threshold.\n"
    f"margin = {formulas.MARGIN}: 0 is the SVM's own boundary.",
}
SUPPRESSED = (
    f"A box b is {formulas.GREEDY.format('this')}, keeper: a better box of its class.\n"
    f"{formulas.IOU}"
)
MOST = "Of the k detections that NMS keeps, min(k, n) are reported: those of the highest score."
SUPPRESSION = {
    "probability": f"greedy: a box b is {formulas.GREEDY.format('the threshold')}.\n"
    f"soft: {formulas.SOFT.format('the threshold')} (Bodla et\n"
    "al., 2017); a box is gone where s ≤ the score that it takes to enter. none: all stay.",
    "margin": f"greedy: a box b is {formulas.GREEDY.format('the threshold')}. none: all stay.\n"
    "Margins have no Soft-NMS: it scales probabilities.",
}
REGRESSION = (
    f"On: {formulas.DECODED.format('P')}; y and h likewise (R-CNN, equations 1 to 4),\n"
    f"P: the region; {formulas.MOST}.\nOff: regions are reported as they were proposed."
)
