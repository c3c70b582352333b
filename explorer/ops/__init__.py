"""Pure functions on tensors and arrays: boxes, NMS, anchors, pooling, levels, selective search."""
