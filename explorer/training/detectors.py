"""One training step of the three detectors that are trained whole: their losses on a batch.

Shapes: N photos of H x W pixels, A anchors, R RoIs of the whole batch; boxes in canvas pixels.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torchvision
from torch import Tensor, nn

from explorer.methods import fast_rcnn, faster_rcnn, fpn
from explorer.nets.fpn import build
from explorer.nets.heads import SiblingHead
from explorer.nets.rpn import RpnHead, flatten
from explorer.ops.anchors import anchors_at, grid, pyramid
from explorer.ops.boxes import clip, decode, encode
from explorer.ops.levels import level_of
from explorer.training.losses import detection_losses, rpn_losses
from explorer.training.precision import Precision
from explorer.training.samplers import (
    AnchorSample,
    RoiSample,
    inside,
    sample_anchors,
    sample_rois,
)
from explorer.training.sparse import Table, roi_align, rpn_at
from explorer.training.views import Batch

Randoms = list[torch.Generator | None]  # one for each photo
RegionNet = fast_rcnn.Net | faster_rcnn.Net


@dataclass(frozen=True)
class Sampling:
    """How regions are drawn. rois: per photo (64 in Fast R-CNN; FPN's code 512 of 2,000).

    low: where the background's IoU begins; 0.1 in Fast R-CNN, 0 where an RPN proposes.
    pre_nms, post_nms: proposals kept for the head before NMS (per level) and after it.
    """

    rois: int = 64
    foreground: float = 0.25
    low: float = 0.1
    anchors: int = 256
    pre_nms: int = 400
    post_nms: int = 200


@torch.no_grad()
def propose(
    logits: Tensor, deltas: Tensor, anchors: Sequence[Tensor], size: tuple[int, int],
    sampling: Sampling, threshold: float = 0.7, smallest: float = 1e-3,
) -> list[Tensor]:  # fmt: skip
    """Proposals of every photo, best first: decode, clip, drop tiny ones, NMS per level.

    logits (N, A), deltas (N, A, 4); anchors of each level (A_l, 4). No gradient flows through the
    boxes: the approximation in Faster R-CNN's "approximate joint training" (section 3.2).
    """
    n = len(logits)
    boxes, scores, groups = [], [], []
    start = 0
    for level, held in enumerate(anchors):
        rows = slice(start, start + len(held))
        start += len(held)
        best, top = logits[:, rows].topk(min(sampling.pre_nms, len(held)))
        moves = deltas[:, rows].gather(1, top[..., None].expand(-1, -1, 4))
        boxes.append(clip(decode(moves, held[top]), size).flatten(0, 1))
        scores.append(best.flatten())
        photo = torch.arange(n, device=top.device).repeat_interleave(top.shape[1])
        groups.append(photo * len(anchors) + level)
    box, score, group = torch.cat(boxes), torch.cat(scores), torch.cat(groups)
    large = ((box[:, 2:] - box[:, :2]) >= smallest).all(1)
    box, score, group = box[large], score[large], group[large]
    kept = torchvision.ops.batched_nms(box, score, group, threshold)
    of_photo = group[kept] // len(anchors)
    return [box[kept[of_photo == i][: sampling.post_nms]] for i in range(n)]


def head_losses(
    head: SiblingHead, pooled: Tensor, rois: list[RoiSample], precision: Precision
) -> tuple[Tensor, Tensor]:
    """Fast R-CNN's two losses on pooled features (R, C, 7, 7) of the RoIs of all photos."""
    with precision.autocast():
        logits, boxes = head.siblings(pooled)
    logits, boxes = logits.float(), boxes.float()
    labels = torch.cat([one.labels for one in rois])
    regions = torch.cat([one.boxes for one in rois])
    truths = torch.cat([one.truths for one in rois])
    targets = torch.zeros_like(regions)
    rows = labels > 0
    targets[rows] = (encode(regions[rows], truths[rows]) - head.mean) / head.std
    return detection_losses(logits, boxes, labels, targets)


def with_photo(rois: list[RoiSample]) -> Tensor:
    """(R, 5): the number of the photo, then the box, as torchvision's poolers take them."""
    boxes = torch.cat([one.boxes for one in rois])
    photo = torch.arange(len(rois)).repeat_interleave(torch.tensor([len(r.boxes) for r in rois]))
    return torch.cat([photo[:, None].to(boxes), boxes], 1)


def rois_of(
    proposals: list[Tensor], batch: Batch, sampling: Sampling, randoms: Randoms
) -> list[RoiSample]:
    """Draw each photo's RoIs from its proposals and ground truth."""
    return [
        sample_rois(
            found, boxes, labels, sampling.rois, sampling.foreground, low=sampling.low,
            generator=random,
        )
        for found, boxes, labels, random in zip(
            proposals, batch.boxes, batch.labels, randoms, strict=True
        )
    ]  # fmt: skip


def fast_rcnn_losses(
    net: RegionNet, batch: Batch, sampling: Sampling, precision: Precision, forward: nn.Module
) -> dict[str, Tensor]:
    """Fast R-CNN: RoIs from cached regions, gradients through RoI pooling to all layers.

    forward: what computes the backbone's maps: the backbone itself, or compiled.
    """
    with precision.autocast():
        shared = forward(batch.images)["C5"].float().contiguous()
    rois = rois_of(batch.regions, batch, sampling, batch.generators())
    return pooled_losses(net, shared, rois, precision)


def pooled_losses(
    net: RegionNet, shared: Tensor, rois: list[RoiSample], precision: Precision
) -> dict[str, Tensor]:
    """Fast R-CNN's two losses on RoIs of the shared map (N, C, h, w)."""
    pooled = torchvision.ops.roi_pool(shared, with_photo(rois), 7, 1 / fast_rcnn.STRIDE)
    scores, boxes = head_losses(net.head, pooled, rois, precision)
    return {"cls": scores, "box": boxes}


def sampled_rpn_losses(
    head: RpnHead, table: Table, anchors: Tensor, samples: list[AnchorSample]
) -> tuple[Tensor, Tensor]:
    """The RPN's losses, the head being run with gradients at the sampled anchors alone.

    table: the maps that the head reads; anchors (A, 4) of all of them.
    """
    parts = [one.positive for one in samples] + [one.negative for one in samples]
    photo = torch.arange(len(samples)).repeat(2).repeat_interleave(
        torch.tensor([len(rows) for rows in parts])
    )
    rows = torch.cat(parts)
    logits, deltas = rpn_at(head, table, photo.to(rows.device), rows)
    p = sum(len(one.positive) for one in samples)
    truths = torch.cat([one.truths for one in samples])
    return rpn_losses(logits[:p], logits[p:], deltas[:p], anchors[rows[:p]], truths, len(samples))


def single_map_rpn(
    net: faster_rcnn.Net, settings: faster_rcnn.Settings, shared: Tensor, batch: Batch,
    sampling: Sampling, randoms: Randoms,
) -> tuple[dict[str, Tensor], Tensor]:  # fmt: skip
    """The RPN's losses on the shared map (N, C, h, w), and its anchors (A, 4)."""
    base = anchors_at(settings.anchor_sizes, settings.anchor_ratios).to(shared.device)
    stride = faster_rcnn.STRIDE
    anchors = grid(base, shared.shape[-2], shared.shape[-1], stride, stride)
    height, width = batch.images.shape[-2:]
    allowed = inside(anchors, (height, width))
    samples = [
        sample_anchors(anchors, truths, allowed, sampling.anchors, generator=random)
        for truths, random in zip(batch.boxes, randoms, strict=True)
    ]
    objectness, moves = sampled_rpn_losses(net.rpn, Table([shared]), anchors, samples)
    return {"rpn_cls": objectness, "rpn_box": moves}, anchors


def rpn_alone_losses(
    net: faster_rcnn.Net, settings: faster_rcnn.Settings, batch: Batch, sampling: Sampling,
    precision: Precision, forward: nn.Module,
) -> dict[str, Tensor]:  # fmt: skip
    """Faster R-CNN, section 3.1.2: the RPN's losses without a detector behind it, as in steps 1
    and 3 of the alternating schedule."""
    with precision.autocast():
        shared = forward(batch.images)["C5"].float().contiguous()
    return single_map_rpn(net, settings, shared, batch, sampling, batch.generators())[0]


def faster_rcnn_losses(
    net: faster_rcnn.Net, settings: faster_rcnn.Settings, batch: Batch, sampling: Sampling,
    precision: Precision, forward: nn.Module,
) -> dict[str, Tensor]:  # fmt: skip
    """Faster R-CNN, approximate joint training: the RPN's and the head's losses in one step."""
    with precision.autocast():
        shared = forward(batch.images)["C5"].float().contiguous()
    randoms = batch.generators()
    losses, anchors = single_map_rpn(net, settings, shared, batch, sampling, randoms)
    with torch.no_grad():
        logits, deltas = flatten(*net.rpn([shared]))
    proposals = propose(
        logits, deltas, [anchors], (batch.images.shape[-2], batch.images.shape[-1]), sampling,
        settings.rpn_nms_threshold, settings.min_proposal,
    )  # fmt: skip
    rois = rois_of(proposals, batch, sampling, randoms)
    return losses | pooled_losses(net, shared, rois, precision)


def fpn_losses(
    net: fpn.Net, settings: fpn.Settings, batch: Batch, sampling: Sampling,
    precision: Precision, forward: nn.Module, finest: bool = True,
) -> dict[str, Tensor]:  # fmt: skip
    """FPN in Faster R-CNN: the RPN on P2..P6, each RoI read from its level by RoIAlign.

    finest=False: a step without P2, on which few objects lie but half of all time is spent; its
    regions are read from P3.
    """
    skip = 0 if finest else 1
    with precision.autocast():
        bottom_up = forward(batch.images)
        # The backbone is fastest with channels last, the pyramid's wide convolutions without.
        read = OrderedDict((k, v.contiguous()) for k, v in list(bottom_up.items())[skip:])
        maps = build(read, list(net.fpn.lateral)[skip:], list(net.fpn.smooth)[skip:]).maps
    lowest = settings.lowest + skip
    height, width = batch.images.shape[-2:]
    levels = [values.float() for values in maps.values()]
    table = Table(levels)
    anchors = pyramid(
        settings.anchor_sizes[skip:], settings.anchor_ratios,
        [(x.shape[-2], x.shape[-1]) for x in levels],
        [(width / x.shape[-1], height / x.shape[-2]) for x in levels], levels[0].device,
    )  # fmt: skip
    # FPN, section 4.1: unlike in Faster R-CNN, anchors outside the image take part.
    together, randoms = torch.cat(anchors), batch.generators()
    samples = [
        sample_anchors(together, truths, None, sampling.anchors, generator=random)
        for truths, random in zip(batch.boxes, randoms, strict=True)
    ]
    objectness, moves = sampled_rpn_losses(net.rpn, table, together, samples)
    with torch.no_grad():
        logits, deltas = flatten(*net.rpn(levels))
    proposals = propose(
        logits, deltas, anchors, (height, width), sampling, settings.rpn_nms_threshold
    )
    rois = rois_of(proposals, batch, sampling, randoms)
    placed = with_photo(rois)
    level = level_of(placed[:, 1:], settings.k0, settings.canonical, lowest, settings.highest)[1]
    scales = torch.tensor([x.shape[-1] / width for x in levels], device=level.device)
    pooled = roi_align(
        table, placed[:, 1:], placed[:, 0].long(), level - lowest, scales,
        settings.pool, settings.sampling,
    )  # fmt: skip
    scores, boxes = head_losses(net.head, pooled, rois, precision)
    return {"rpn_cls": objectness, "rpn_box": moves, "cls": scores, "box": boxes}
