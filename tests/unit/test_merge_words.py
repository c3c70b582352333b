"""What is said of one merge of selective search: its similarities, its areas, its place in the
list."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.session.births import region_cards
from explorer.session.scene import Bars, Labels, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.panel import Column, text_width
from explorer.session.scenes.search_common import similarity_bars
from explorer.trace.stages import Grouping, SearchStage, Trace
from tests.traces import exchanged, synthetic_trace


def search_of(proposals: int = 250) -> tuple[Trace, SearchStage]:
    trace = synthetic_trace("rcnn", proposals=proposals)
    stage = trace.stage("regions")
    assert isinstance(stage, SearchStage)
    return trace, stage


def with_first(trace: Trace, stage: SearchStage, grouping: Grouping) -> Trace:
    return exchanged(trace, stage, replace(stage, groupings=(grouping, *stage.groupings[1:])))


def test_a_sum_of_one_similarity_is_said_once() -> None:
    trace, stage = search_of()
    run = stage.groupings[0]
    made = np.flatnonzero(
        (stage.grouping == 0) & (stage.region >= len(run.boxes) - len(run.merges))
    )
    only = replace(run, weights=(0.0, 0.0, 0.0, 1.0), total=run.similarities[:, 3])
    lines = region_cards(with_first(trace, stage, only), int(made[0]))[0].lines
    said = [line for line in lines if line.startswith("F =")]
    assert len(said) == 1 and said[0].count("=") == 1


def test_a_similarity_in_many_digits_does_not_touch_its_bar() -> None:
    _, stage = search_of()
    near = np.array([0.1234564, 0.1234564, 0.1234564, 0.1234564], np.float32)
    run = replace(
        stage.groupings[0], weights=(1.0,) * 4, similarities=near[None].repeat(2, 0),
        total=np.full(2, 0.4938256, np.float32),
    )
    column = Column()
    similarity_bars(column, run, 0)
    layers = column.scene().layers
    track = max(
        rect[2] for layer in layers if isinstance(layer, Bars) for rect in layer.boxes.tolist()
    )
    texts = [
        item for layer in layers if isinstance(layer, Labels) for item in layer.items
        if item.text.startswith("0.12")
    ]
    assert len(texts) == 4 and len(texts[0].text) > 6
    for item in texts:
        assert item.x - text_width(item.text, item.size, True) >= track + 6


def merge_texts(trace: Trace, merge: int) -> list[str]:
    view = ViewState(controls=(
        ("regions.show", "merges"), ("regions.space", "HSV"), ("regions.run", "k 50 · C+T+S+F"),
        ("regions.merge", merge + 1),
    ))
    panel = picture(trace, "regions", view).panel
    assert panel is not None
    return [
        item.text for layer in panel.layers if isinstance(layer, Labels) for item in layer.items
    ]


def test_areas_of_parts_say_of_which_pixels_they_are() -> None:
    trace, stage = search_of()
    run = stage.groupings[0]
    high, wide = run.labels.shape
    small = with_first(trace, stage, replace(run, labels=run.labels[: high // 2]))
    assert f"pixels of {wide} × {high // 2}, the size" in " ".join(merge_texts(small, 3))
    assert "the size at which" not in " ".join(merge_texts(trace, 3))


def test_why_a_region_is_not_in_the_list_is_said() -> None:
    trace, stage = search_of(60)
    run = stage.groupings[0]
    segments, seen = len(run.boxes) - len(run.merges), set()
    for merge in range(len(run.merges)):
        new = segments + merge
        own = np.flatnonzero((stage.grouping == 0) & (stage.region == new)).tolist()
        same = np.flatnonzero((stage.boxes == run.boxes[new]).all(axis=1)).tolist()
        wanted = f"region {own[0]}" if own else \
            f"as region {same[0]}, the same box" if same else \
            f"no: ranked below all {len(stage.boxes)}"
        assert wanted in merge_texts(trace, merge)
        seen.add(wanted.split()[0])
    assert seen == {"region", "as", "no:"}, seen


def test_merging_starts_from_the_over_segmentation() -> None:
    trace, stage = search_of()
    view = ViewState(controls=(("regions.show", "merges"), ("regions.merge", 0)))
    start = picture(trace, "regions", view)
    control = next(each for each in start.controls if each.plays)
    (at,) = [i for i, one in enumerate(stage.groupings) if len(one.merges) == control.high]
    run = stage.groupings[at]
    segments = len(run.boxes) - len(run.merges)
    assert (control.low, control.value, control.high) == (0, 0, len(run.merges))
    assert f"merge 0 of {len(run.merges):,} · {segments:,} segments" in start.summary
    layers = {layer.name: layer for layer in start.main.layers}
    born = np.flatnonzero((stage.grouping == at) & (stage.region < segments))
    assert layers["Proposals born so far"].rows.tolist() == born.tolist()  # type: ignore[attr-defined]
    assert "Segments" in layers and "New region" not in layers
    view = ViewState(controls=(("regions.show", "merges"), ("regions.merge", 1)))
    layers = {layer.name: layer for layer in picture(trace, "regions", view).main.layers}
    assert "New region" in layers and "Segments" not in layers
