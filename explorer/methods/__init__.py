"""One file per paper: rcnn, sppnet, fast_rcnn, faster_rcnn, fpn."""
