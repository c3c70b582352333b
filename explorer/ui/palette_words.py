"""Other words by which the command palette finds what it offers: those of the papers, and those of
other programs."""

from __future__ import annotations

from explorer.trace.base import StageName

# Of a stage of all methods.
STAGE_WORDS: dict[StageName, str] = {
    "image": "input photo preprocessing resize",
    "regions": "region proposals candidates objectness",
    "features": "feature maps convolution activations channels backbone CNN heat map",
    "assignment": "crops windows RoI projection levels",
    "pooling": "pooled bins grid fixed-length vector",
    "scores": "classification classifier class probability logits",
    "refinement": "bounding box regression bbox regressor deltas offsets",
    "nms": "non-maximum suppression non maximum duplicates",
    "detections": "results output final boxes predictions objects found",
}
# Of a stage of one method.
SEARCH, NETWORK = "selective search proposals", "RPN region proposal network objectness anchors"
WORDS: dict[tuple[str, StageName], str] = {
    ("rcnn", "regions"): f"{SEARCH} superpixels segmentation",
    ("sppnet", "regions"): SEARCH,
    ("fast_rcnn", "regions"): SEARCH,
    ("faster_rcnn", "regions"): NETWORK,
    ("fpn", "regions"): "RPN network of region proposals objectness anchors",
    ("fpn", "features"): "feature pyramid network top-down lateral upsampling",
    ("rcnn", "assignment"): "crop warp context dilation anisotropic",
    ("sppnet", "assignment"): "window on the map projection",
    ("fast_rcnn", "assignment"): "RoI projection rounding quantization",
    ("faster_rcnn", "assignment"): "RoI projection rounding quantization",
    ("fpn", "assignment"): "pyramid level k0",
    ("sppnet", "pooling"): "spatial pyramid pooling SPP",
    ("fast_rcnn", "pooling"): "RoI pooling max",
    ("faster_rcnn", "pooling"): "RoI pooling max",
    # Found too, but after the parts that are exchanged for it.
    ("fpn", "pooling"): "RoI Align bilinear interpolation sampling",
    ("rcnn", "scores"): "SVM linear hinge loss margin",
    ("sppnet", "scores"): "SVM linear hinge loss margin",
    ("fast_rcnn", "scores"): "softmax",
    ("faster_rcnn", "scores"): "softmax",
    ("fpn", "scores"): "softmax",
    ("rcnn", "refinement"): "ridge regression",
    ("fast_rcnn", "refinement"): "smooth L1 loss multi-task",
}
# Of a named view, by its title.
NAMED_WORDS = {
    "Merges of segments, one by one": "selective search hierarchical grouping similarity",
    "Sliding window of Faster R-CNN": "RPN anchors k intermediate layer",
    "All anchors of FPN": "RPN anchor boxes scales ratios",
    "NMS in Faster R-CNN's RPN": "RPN proposals suppression",
    "NMS in FPN's RPN": "RPN proposals suppression",
    "Top-down pathway of FPN, step by step": "pyramid lateral connections upsampling",
}
# Of a command, by its first key.
COMMAND_WORDS = {
    "+": "zoom in larger", "-": "zoom out smaller", "F": "zoom fit reset view",
    **{f"Shift+{side}": "pan" for side in ("Left", "Right", "Up", "Down")},
    "Space": "animate animation replay start stop", "<": "speed", ">": "speed",
    "0": "compare", "V": "compare two", "T": "speed FLOPs cost timing how long runtime",
    "M": "compare table ground truth matched", "R": "compare proposals coverage curve",
    "G": "annotate label annotation", "S": "settings parameters options preferences",
    "B": "filter search sort table all boxes", "I": "lineage history follow a box why",
    "W": "checkpoint model", "Ctrl+S": "store", "Ctrl+C": "screenshot clipboard image",
    "Ctrl+O": "load file new image", "Ctrl+Shift+O": "load directory album",
    "Ctrl+V": "paste clipboard", "PgUp": "image", "PgDown": "image",
    "Ctrl+E": "save image PNG SVG PDF GIF MP4 movie animation JSON CSV download print",
    "Ctrl+T": "dark mode, light mode, colours colors colour blind safe appearance",
    "Ctrl++": "font zoom size", "Ctrl+-": "font zoom size",
    "L": "tutorial lesson explain introduction",
    "?": "help shortcuts keyboard hotkeys", "Esc": "deselect clear",
    "Ctrl+Shift+C": "share", "F11": "maximize presentation",
}
# Of a switch or part, by its key; of a choice, by its name.
SWITCH_WORDS = {
    "nms_threshold": "NMS threshold overlap", "score_threshold": "score threshold minimum",
    "detection_threshold": "score threshold confidence", "proposals": "number of proposals",
    "max_detections": "maximum number limit", "regression": "bounding turn off",
    "padding": "padding context", "levels": "bins SPP", "scales": "multi-scale single-scale",
    "svd_fc6": "truncated compress", "svd_fc7": "truncated compress",
    "only_level": "single level only", "sizes_used": "anchors sizes",
    "none": "no NMS turn off disable without", "soft": "Soft-NMS Gaussian decay",
}
