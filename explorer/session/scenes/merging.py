"""Selective search at work: the over-segmentation, and one merge after the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from explorer.session import control_texts
from explorer.session.digits import box_and_size
from explorer.session.scene import Area, Boxes, Control, Layer, Picture, Pixels, ViewState
from explorer.session.scenes.common import (
    Focus,
    count,
    need,
    photo_rect,
    photo_scene,
    plural,
    selection,
    title,
)
from explorer.session.scenes.panel import Column
from explorer.session.scenes.search_common import (
    controls,
    run_controls,
    run_name,
    segments_of,
    similarity_bars,
)
from explorer.trace.base import Ints
from explorer.trace.stages import Grouping, ImageStage, SearchStage, Trace

FIRST, SECOND = "mark0", "mark1"  # the two parts that become one


def over_segmentation(
    trace: Trace, stage: SearchStage, state: ViewState, at: Focus | None, run: int
) -> Picture:
    grouping = stage.groupings[run]
    rect = photo_rect(trace)
    segments = segments_of(grouping)
    layers: list[Layer] = [
        Pixels(name="Segments", values=_painted(grouping.labels, 150), rect=rect, smooth=False),
        Pixels(name="Boundaries", values=_boundaries(grouping.labels), rect=rect, smooth=False),
        *selection(trace, at, "regions"),
    ]
    panel = Column()
    panel.heading("Over-segmentation", "graph-based")
    panel.pair("Colour space", grouping.colour_space)
    panel.pair("k (larger: fewer segments)", f"{grouping.k:g}")
    panel.pair("Segments", count(segments))
    panel.pair("Worked at", f"{grouping.labels.shape[1]} × {grouping.labels.shape[0]} px")
    sizes = np.bincount(grouping.labels.ravel(), minlength=segments)
    panel.heading("Segment sizes", "pixels")
    edges = [1, 50, 100, 200, 500, 1000, 2000, 5000, int(max(5001, sizes.max() + 1))]
    found, _ = np.histogram(sizes, edges)
    for low, high, here in zip(edges[:-1], edges[1:], found, strict=True):
        name = f"{low:,} – {high - 1:,}" if high < edges[-1] else f"{low:,} and more"
        panel.bar(name, count(int(here)), here / max(1, found.max()), trace.method, name_width=112)
    panel.gap(4)
    panel.text("These segments are where the merging starts.", "muted")
    return Picture(
        title=title(trace, "regions"),
        summary=f"{run_name(grouping)} · {plural(segments, 'segment')}",
        main=photo_scene(trace, *layers),
        panel=panel.scene(),
        controls=(*controls(stage, "segments"), *run_controls(stage, run)),
    )


def one_merge(
    trace: Trace, stage: SearchStage, state: ViewState, at: Focus | None, run: int
) -> Picture:
    grouping = stage.groupings[run]
    total = len(grouping.merges)
    segments = segments_of(grouping)
    if not total:
        return over_segmentation(trace, stage, state, at, run)
    merge = _merge_number(stage, state, at, run)
    if merge < 0:
        return _before(trace, stage, state, at, run)
    now = labels_after(grouping, merge)
    first, second = (int(part) for part in grouping.merges[merge])
    part_a, part_b = now == first, now == second
    rect = photo_rect(trace)
    tint = np.zeros((*now.shape, 4), np.uint8)
    tint[~(part_a | part_b)] = (0, 0, 0, 85)
    new = segments + merge
    born = _born(stage, run, new)
    layers: list[Layer] = [
        Pixels(name="Rest, dimmed", values=tint, rect=rect, smooth=False),
        Pixels(name="Boundaries", values=_boundaries(now), rect=rect, smooth=False, opacity=0.45),
    ]
    layers += [
        Area(name="First part", mask=part_a, rect=rect, role=FIRST),
        Area(name="Second part", mask=part_b, rect=rect, role=SECOND),
        Boxes(
            name="Proposals born so far", boxes=stage.boxes[born], roles=trace.method, width=1.0,
            opacity=0.65, stage="regions", rows=born,
        ),
        Boxes(
            name="Boxes of the parts", boxes=grouping.boxes[[first, second]],
            roles=(FIRST, SECOND), width=1.5, dashed=True,
        ),
        Boxes(name="New region", boxes=grouping.boxes[new][None], roles="selected", width=2.5),
    ]
    panel = Column()
    panel.heading(f"Merge {merge + 1:,} of {total:,}", "the most similar neighbours")
    sizes = {number_: int((now == number_).sum()) for number_ in (first, second)}
    panel.swatch(FIRST, f"first part: {part_name(grouping, first)}", f"{sizes[first]:,} px")
    panel.swatch(SECOND, f"second part: {part_name(grouping, second)}", f"{sizes[second]:,} px")
    panel.swatch("selected", "new region", f"{sum(sizes.values()):,} px", outline=True)
    if now.shape != need(trace, "image", ImageStage).pixels.shape[:2]:
        panel.text(f"These are pixels of {now.shape[1]} × {now.shape[0]}, the size at which the "
                   "photo is searched; below, the photo's own.", "muted", 11)
    panel.heading("Similarity")
    similarity_bars(panel, grouping, merge)
    panel.heading("The new box")
    corners, size = box_and_size(grouping.boxes[new])
    panel.pair("Box", corners)
    panel.pair("Size", f"{size} px")
    panel.pair("In the list", _listed(stage, run, new))
    panel.pair("Regions left", count(segments - merge - 1))
    every = int((stage.grouping == run).sum())
    panel.pair("Proposals born so far", f"{count(len(born))} of {count(every)}")
    return Picture(
        title=title(trace, "regions"),
        summary=f"{run_name(grouping)} · merge {merge + 1:,} of {total:,} · "
        f"{plural(segments - merge - 1, 'region')} left · {plural(len(born), 'proposal')} so far",
        main=photo_scene(trace, *layers),
        panel=panel.scene(),
        controls=_merge_controls(stage, run, merge + 1),
    )


def _before(
    trace: Trace, stage: SearchStage, state: ViewState, at: Focus | None, run: int
) -> Picture:
    """Where the merging starts, as its step 0: segments, some of which are proposals already."""
    start, grouping = over_segmentation(trace, stage, state, at, run), stage.groupings[run]
    segments = segments_of(grouping)
    born = _born(stage, run, segments - 1)
    proposals = Boxes(
        name="Proposals born so far", boxes=stage.boxes[born], roles=trace.method, width=1.0,
        opacity=0.65, stage="regions", rows=born,
    )
    return replace(
        start,
        summary=f"{run_name(grouping)} · merge 0 of {len(grouping.merges):,} · "
        f"{plural(segments, 'segment')} · {plural(len(born), 'proposal')} so far",
        main=replace(start.main, layers=(*start.main.layers, proposals)),
        controls=_merge_controls(stage, run, 0),
    )


def _merge_controls(stage: SearchStage, run: int, merge: int) -> tuple[Control, ...]:
    """merge: how many are done."""
    return (
        *controls(stage, "merges"), *run_controls(stage, run),
        Control(
            key="merge", title="Merge", kind="number", value=merge, low=0,
            high=len(stage.groupings[run].merges), plays=True, why=control_texts.MERGE,
        ),
    )


def _listed(stage: SearchStage, run: int, region: int) -> str:
    """Whether a region of a run is in the list, and why not: of equal boxes only the one of the
    best rank is."""
    own = np.flatnonzero((stage.grouping == run) & (stage.region == region))
    if len(own):
        return f"region {int(own[0]):,}"
    box = stage.groupings[run].boxes[region]
    same = np.flatnonzero((np.asarray(stage.boxes) == box).all(axis=1))
    if len(same):
        return f"as region {int(same[0]):,}, the same box"
    return f"no: ranked below all {len(stage.boxes):,}"


def part_name(grouping: Grouping, part: int) -> str:
    """'segment 12', or 'merge 501': which one made it."""
    made = part - segments_of(grouping)
    return f"segment {part:,}" if made < 0 else f"merge {made + 1:,}"


def _born(stage: SearchStage, run: int, region: int) -> Ints:
    """Rows of the list that this run has made up to a region of it: segments, then merges."""
    own = (np.asarray(stage.grouping) == run) & (np.asarray(stage.region) <= region)
    return np.flatnonzero(own)


def _merge_number(stage: SearchStage, state: ViewState, at: Focus | None, run: int) -> int:
    """The chosen merge; else the one that made the focused region, else the last. -1: before the
    first."""
    grouping = stage.groupings[run]
    total = len(grouping.merges)
    default = total
    if at is not None and int(stage.grouping[at.region]) == run:
        made = int(stage.region[at.region]) - segments_of(grouping)
        default = max(made + 1, 0)
    return min(max(0, int(state.control("regions", "merge", default))), total) - 1


def labels_after(grouping: Grouping, merges: int) -> Ints:
    """The region that each pixel (h, w) belongs to once the first `merges` merges are done."""
    parts = grouping.merges[:merges].tolist()
    segments = segments_of(grouping)
    owner = list(range(segments + merges))
    for made in range(merges - 1, -1, -1):
        for part in parts[made]:
            owner[part] = owner[segments + made]
    labels: Ints = np.array(owner[:segments], np.int64)[grouping.labels]
    return labels


def segment_colours(values: Ints) -> NDArray[np.uint8]:
    """A colour for every region number: hues a golden angle apart. (...,) -> (..., 3)."""
    hue = (np.asarray(values, np.float64) * 0.61803398875) % 1.0
    strength = 0.55 + 0.35 * ((np.asarray(values) * 7) % 5) / 4
    wave = np.abs((hue[..., None] + np.array([0.0, 2 / 3, 1 / 3])) * 6 % 6 - 3) - 1
    colour = 1 - strength[..., None] * (1 - np.clip(wave, 0, 1))
    return (colour * 235).astype(np.uint8)


def _painted(labels: Ints, alpha: int) -> NDArray[np.uint8]:
    """Labels (h, w) as coloured areas, RGBA."""
    table = segment_colours(np.arange(int(labels.max()) + 1))
    opaque = np.full((len(table), 1), alpha, np.uint8)
    return np.concatenate([table, opaque], 1)[labels]


def _boundaries(labels: Ints) -> NDArray[np.uint8]:
    """White where a label meets another, RGBA (h, w, 4)."""
    edge = np.zeros(labels.shape, bool)
    edge[:-1] |= labels[:-1] != labels[1:]
    edge[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    image = np.zeros((*labels.shape, 4), np.uint8)
    image[edge] = (255, 255, 255, 210)
    return image
