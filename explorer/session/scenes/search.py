"""Regions from selective search: boxes by rank. Segments and merges are in `merging`."""

from __future__ import annotations

from operator import attrgetter

import numpy as np

from explorer.session.digits import box_and_size
from explorer.session.scene import Bars, Boxes, Layer, Picture, ViewState
from explorer.session.scenes import merging
from explorer.session.scenes.columns import sized_table
from explorer.session.scenes.common import (
    Focus,
    count,
    focus,
    number,
    photo_scene,
    plural,
    selection,
    shown,
    title,
)
from explorer.session.scenes.panel import Column
from explorer.session.scenes.search_common import (
    controls,
    run_looked_at,
    run_name,
    segments_of,
    similarity_bars,
)
from explorer.trace.stages import SearchStage, Trace

MOST_RUNS = 16  # that have a line each
RANK_STYLES = ((0.10, 1.0, 2.0), (0.40, 0.65, 1.4), (1.0, 0.35, 1.0))


def picture(trace: Trace, stage: SearchStage, state: ViewState) -> Picture:
    show = str(state.control("regions", "show", "boxes"))
    at = focus(trace, state)
    if show in ("segments", "merges") and stage.groupings:
        run = run_looked_at(stage, state, at)
        draw = merging.over_segmentation if show == "segments" else merging.one_merge
        return draw(trace, stage, state, at, run)
    return _boxes(trace, stage, state, at)


def _boxes(trace: Trace, stage: SearchStage, state: ViewState, at: Focus | None) -> Picture:
    total = len(stage.boxes)
    visible = min(state.limit, total)
    layers: list[Layer] = []
    panel = Column()
    panel.heading("By rank", "region 0 is the best")
    start = 0
    for part, opacity, width in RANK_STYLES:
        end = max(start, round(visible * part))
        if end == start:
            continue
        rows = np.arange(start, end)
        name = f"Regions {start:,} – {end - 1:,}"
        layers.insert(
            0,
            Boxes(
                name=name, boxes=stage.boxes[start:end], roles=trace.method, stage="regions",
                rows=rows, width=width, opacity=opacity,
            ),
        )
        y = panel.y + 8
        role = trace.method
        panel.add(
            Bars(
                name=name, boxes=np.array([(panel.left, y - width, panel.left + 22, y + width)]),
                roles=(role,), opacity=opacity,
            )
        )
        panel.label(panel.left + 32, y, f"regions {start:,} – {end - 1:,}")
        panel.label(panel.right, y, count(end - start), "text", 12, "right", mono=True)
        panel.gap(18)
        start = end
    if visible < total:
        panel.pair("not drawn", count(total - visible))
    _runs_table(panel, stage, at)
    if at is not None:
        _born(panel, stage, at)
    layers += selection(trace, at, "regions", always=True)
    return Picture(
        title=title(trace, "regions"),
        summary=f"selective search, {stage.strategy} · {shown(visible, total, 'region')}",
        main=photo_scene(trace, *layers, opacity=0.75),
        panel=panel.scene(),
        controls=controls(stage, "boxes"), limited=True,
    )


def _runs_table(panel: Column, stage: SearchStage, at: Focus | None) -> None:
    panel.heading("Runs", plural(len(stage.groupings), "run"))
    # One line a run, or where these are many, a colour space.
    named = run_name if len(stage.groupings) <= MOST_RUNS else attrgetter("colour_space")
    lines: dict[str, list[int]] = {}
    for index, grouping in enumerate(stage.groupings):
        lines.setdefault(named(grouping), []).append(index)
    rows: list[tuple[str, ...]] = []
    chosen = -1
    for name, runs in lines.items():
        some = [stage.groupings[index] for index in runs]
        segments = sum(segments_of(each) for each in some)
        if at is not None and at.chosen and int(stage.grouping[at.region]) in runs:
            chosen = len(rows)
        rows.append((
            name if len(runs) == 1 else f"{name} · {plural(len(runs), 'run')}", count(segments),
            count(sum(len(each.boxes) for each in some)),
            count(int(np.isin(stage.grouping, runs).sum())),
        ))
    sized_table(panel, ("", "segments", "regions", "in list"), rows, chosen)
    panel.gap(4)
    panel.text(
        "k: larger makes fewer segments. C colour, T texture, S size, F fill. Each run merges "
        "neighbours until one region is left; duplicates between runs are listed once.",
        "muted", 11,
    )


def _born(panel: Column, stage: SearchStage, at: Focus) -> None:
    """How the focused region came to be."""
    row = at.region
    grouping = stage.groupings[int(stage.grouping[row])]
    region = int(stage.region[row])
    segments = segments_of(grouping)
    panel.heading(f"Region {row:,}", at.why)
    panel.pair("Regions ranked above it", f"{row:,} of {count(len(stage.boxes))}")
    panel.pair("Rank value (lowest first)", number(float(stage.scores[row]), 2))
    corners, size = box_and_size(stage.boxes[row])
    panel.pair("Box", corners)
    panel.pair("Size", f"{size} px")
    panel.pair("Run", run_name(grouping))
    if region < segments:
        panel.pair("Born as", f"segment {region}")
        return
    merge = region - segments
    panel.pair("Born in", f"merge {merge + 1} of {count(len(grouping.merges))}")
    similarity_bars(panel, grouping, merge)
