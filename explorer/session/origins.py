"""How a region came to be, as plain numbers for files: its anchor, or its merge in a search.

Named as the columns of `regions.csv`; `trace.json` has the same names and numbers. Anchors, cells,
regions and parts are numbered from 0, runs and merges from 1, as on screen.
"""

from __future__ import annotations

from explorer.session.anchors import place
from explorer.session.scenes.search_common import added, segments_of
from explorer.trace.stages import RpnStage, SearchStage

Origin = dict[str, int | float | str]

ANCHOR = (  # of a region of an RPN
    "anchor",  # its row among all anchors
    "anchor_level",  # the map that it stands on: P2 .. P6, or the one map
    "cell_x", "cell_y",  # where it stands on that map
    "anchor_size", "anchor_ratio",  # √(w·h) in network pixels, and height / width
)
MERGE = (  # of a region of selective search
    "run", "colour_space", "k", "similarities",  # the run; similarities: those it adds, "C+T+S+F"
    "node",  # which of the run's regions; the first are the segments
    "merge", "part_1", "part_2",  # the merge that made it and of which; empty for a segment
    "s_colour", "s_texture", "s_size", "s_fill", "s_total",  # of the two parts
)
ORIGIN = (*ANCHOR, *MERGE)


def origin(stage: RpnStage | SearchStage, region: int) -> Origin:
    """What made the region of that row: the names of ANCHOR, or those of MERGE. A segment of the
    over-segmentation has no merge, and so nothing after "node"."""
    return _anchor(stage, region) if isinstance(stage, RpnStage) else _merge(stage, region)


def _anchor(stage: RpnStage, region: int) -> Origin:
    anchor = int(stage.anchor[region])
    spot = place(stage, anchor)
    values = (
        anchor, stage.levels[spot.level].name, spot.x, spot.y, float(spot.size), float(spot.ratio),
    )
    return dict(zip(ANCHOR, values, strict=True))


def _merge(stage: SearchStage, region: int) -> Origin:
    run, node = int(stage.grouping[region]), int(stage.region[region])
    grouping = stage.groupings[run]
    made: list[int | float | str] = [
        run + 1, grouping.colour_space, grouping.k, added(grouping), node
    ]
    merge = node - segments_of(grouping)
    if merge >= 0:
        made += [merge + 1, *(int(part) for part in grouping.merges[merge])]
        made += [round(float(each), 4) for each in grouping.similarities[merge]]
        made.append(round(float(grouping.total[merge]), 4))
    return dict(zip(MERGE, made, strict=False))
