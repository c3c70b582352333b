"""The time chart: its lengths, counts and sources, and the summary beside the canvases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import ImageFont

from explorer.methods.names import METHODS, NAMES
from explorer.paths import resources_dir
from explorer.session.axis import Axis, axis_for, tick_text
from explorer.session.chart import LEGEND_GAP, Chart, Drawing
from explorer.session.published import PUBLISHED
from explorer.session.scene import Bars, Labels, Layer, Scene
from explorer.session.summary import GROUPS, group_times, headline, summary_scene
from explorer.session.time_chart import MEASURED, time_chart
from explorer.session.work import OTHER, REGIONWISE, ROLES, RPN, SEARCH, amount_text, work_of
from explorer.trace.base import STAGE_NAMES
from explorer.trace.stages import DetectionsStage, SearchStage, Trace
from tests.traces import synthetic_trace

FONT = resources_dir() / "fonts" / "Inter-Regular.otf"


def traces() -> list[Trace]:
    """All five, with an amount of work for each stage."""
    return [
        replace(trace, stages=tuple(
            replace(stage, multiply_adds=1_000_000 * index)
            for index, stage in enumerate(trace.stages)
        ))
        for trace in map(synthetic_trace, NAMES)
    ]


def layer(scene: Scene, name: str) -> Layer:
    return next(each for each in scene.layers if each.name == name)


def texts(scene: Scene) -> list[str]:
    labels = layer(scene, "Text")
    assert isinstance(labels, Labels)
    return [label.text for label in labels.items]


def bars_at(chart: Chart, y: float) -> list[tuple[float, float, str]]:
    """(left, right, role) of the bars at a height."""
    bars = layer(chart.scene, "Bars")
    assert isinstance(bars, Bars)
    return [
        (box[0], box[2], role)
        for box, role in zip(bars.boxes.tolist(), bars.roles, strict=True)
        if box[1] <= y <= box[3]
    ]


def row_of(chart: Chart, title: str) -> float:
    labels = layer(chart.scene, "Text")
    assert isinstance(labels, Labels)
    return next(label.y for label in labels.items if label.text == title)


def test_an_axis_places_times() -> None:
    linear = Axis(0, 200, log=False)
    assert [linear.at(ms) for ms in (0, 50, 200)] == [0, 0.25, 1]
    assert axis_for([37_500], log=False).ticks() == (0, 10_000, 20_000, 30_000)
    log = axis_for([40, 3_000], log=True)
    assert (log.low, log.high) == (10, 10_000)
    assert log.ticks() == pytest.approx((10, 100, 1_000, 10_000))
    assert log.at(10) == log.at(1) == 0
    assert log.at(1_000) - log.at(100) == pytest.approx(log.at(100) - log.at(10))
    assert [tick_text(ms) for ms in (0, 20, 1_500)] == ["0", "20 ms", "1.5 s"]


def test_work_adds_up_and_keeps_the_search_apart() -> None:
    for trace in traces():
        work = work_of(trace)
        assert work.ms == pytest.approx(sum(stage.ms for stage in trace.stages))
        assert work.multiply_adds == 1_000_000 * sum(range(len(trace.stages)))
        names = [part.name for part in work.parts]
        searches = trace.method in ("rcnn", "sppnet", "fast_rcnn")
        assert (SEARCH in names, RPN in names) == (searches, not searches)
        assert (work.anchors > 0) == (not searches)
        assert set(names) <= set(ROLES)


def test_passes_are_counted() -> None:
    works = {trace.method: work_of(trace) for trace in traces()}
    assert works["rcnn"].passes == works["rcnn"].regions
    # The made-up SPPNet reads the photo at five scales.
    assert [works[name].passes for name in NAMES[1:]] == [5, 1, 1, 1]


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1_000, "1.00 k"), (123_456, "123 k"), (99_960_000, "100 M"),
     (999_700_000, "1.00 G"), (12_340_000_000, "12.3 G"), (2_000_000_000_000, "2.00 T")],
)
def test_amounts_have_three_digits(number: int, text: str) -> None:
    assert amount_text(number) == text


@pytest.mark.parametrize("width", [380.0, 700.0, 1300.0])
@pytest.mark.parametrize("log", [False, True])
def test_every_method_has_its_row_and_nothing_leaves_the_panel(width: float, log: bool) -> None:
    chart = time_chart(traces(), width, log)
    words = texts(chart.scene)
    for method in METHODS:
        assert method.title in words
    x1, y1, x2, y2 = chart.scene.extent
    assert (x1, y1, x2) == (0, 0, width)
    bars = layer(chart.scene, "Bars")
    assert isinstance(bars, Bars)
    assert (bars.boxes[:, 0] >= 0).all() and (bars.boxes[:, 2] <= width).all()
    assert (bars.boxes[:, 0] <= bars.boxes[:, 2]).all() and (bars.boxes[:, 3] <= y2).all()
    labels = layer(chart.scene, "Text")
    assert isinstance(labels, Labels)
    assert all(0 <= label.x <= width and 0 <= label.y <= y2 for label in labels.items)


def test_bars_are_as_long_as_the_times() -> None:
    shown = traces()
    chart = time_chart(shown, 1300.0)
    left = min(left for left, _, _ in bars_at(chart, row_of(chart, "R-CNN")))
    ends = {}
    for trace, method in zip(shown, METHODS, strict=True):
        own = [bar for bar in bars_at(chart, row_of(chart, method.title)) if bar[0] < 500]
        ends[work_of(trace).ms] = max(right for _, right, _ in own) - left
    times = sorted(ends)
    scale = ends[times[-1]] / times[-1]
    for ms in times:
        assert ends[ms] == pytest.approx(ms * scale, abs=2.0)


def test_a_log_bar_ends_where_its_total_lies() -> None:
    shown = traces()
    totals = [work_of(trace).ms for trace in shown] + [each.ms for each in PUBLISHED]
    axis = axis_for(totals, log=True)
    chart = time_chart(shown, 1300.0, log=True)
    tracks = layer(chart.scene, "Tracks")
    assert isinstance(tracks, Bars)
    left, _, right, _ = tracks.boxes[0]
    own = [bar for bar in bars_at(chart, row_of(chart, "FPN")) if bar[0] < right]
    expected = left + (right - left) * axis.at(work_of(shown[-1]).ms)
    assert max(end for _, end, _ in own) == pytest.approx(expected, abs=1.5)


def test_the_pointer_is_told_what_a_bar_is() -> None:
    chart = time_chart(traces(), 1300.0)
    y = row_of(chart, "R-CNN")
    left, right, _ = next(bar for bar in bars_at(chart, y) if bar[2] == ROLES[SEARCH])
    said = chart.tip_at((left + right) / 2, y)
    assert said.startswith("R-CNN · Selective search (fast, 2 runs)\n") and "share one" in said
    assert chart.tip_at(2, 2) == ""
    tips = [text for _, text in chart.tips]
    for each in PUBLISHED:
        assert any(each.source in tip and each.machine in tip for tip in tips)


def test_the_cost_of_searches_is_told_as_it_was() -> None:
    """One that three methods share, or two, each with its own time."""
    shown = traces()
    chart = time_chart(shown, 1300.0)
    assert any("Selective search ran once" in text for text in texts(chart.scene))
    assert MEASURED in texts(chart.scene) and MEASURED not in texts(time_chart([], 1300.0).scene)
    rcnn = next(trace for trace in shown if trace.method == "rcnn")
    stage = rcnn.stage("regions")
    assert isinstance(stage, SearchStage)
    slow = replace(stage, strategy="quality", ms=9_500.0)
    other = replace(rcnn, stages=tuple(slow if one is stage else one for one in rcnn.stages))
    chart = time_chart([other if one is rcnn else one for one in shown], 1300.0)
    assert any("2 selective searches ran" in text for text in texts(chart.scene))
    y = row_of(chart, "R-CNN")
    left, right, _ = next(bar for bar in bars_at(chart, y) if bar[2] == ROLES[SEARCH])
    assert "quality, 2 runs)\n9.5 s, " in chart.tip_at((left + right) / 2, y)


def test_published_times_have_their_sources() -> None:
    assert {each.method for each in PUBLISHED} == set(NAMES)
    for each in PUBLISHED:
        assert each.ms > 0 and each.source and each.machine
        assert {name for name, _ in each.parts} <= set(ROLES)
        assert "table" in each.source or "section" in each.source
    totals = {(each.method, each.network): each.ms for each in PUBLISHED}
    assert totals["faster_rcnn", "VGG16"] == 198 and totals["faster_rcnn", "ZF"] == 59
    assert totals["fast_rcnn", "VGG16 + search"] == 1830
    assert any(name == OTHER for each in PUBLISHED for name, _ in each.parts)


def test_methods_that_have_not_run_have_a_dash() -> None:
    words = texts(time_chart([], 1300.0).scene)
    assert words.count("–") == len(METHODS)
    words = texts(time_chart(traces()[:1], 1300.0).scene)
    assert words.count("–") == len(METHODS) - 1 + 1  # and R-CNN has no anchors


def test_the_summary_counts_every_stage_once() -> None:
    for trace in traces():
        assert sum(group_times(work_of(trace))) == pytest.approx(
            sum(stage.ms for stage in trace.stages)
        )
    assert len({role for _, role, _ in GROUPS}) == len(GROUPS)


def test_the_summarys_legend_has_the_colours_of_its_bars() -> None:
    bars = layer(summary_scene(traces(), 480.0, 480.0), "Bars")
    assert isinstance(bars, Bars)
    swatches = [
        role for box, role in zip(bars.boxes.tolist(), bars.roles, strict=True)
        if box[2] - box[0] == 10 and box[3] - box[1] == 10
    ]
    assert set(bars.roles) == set(swatches) <= {role for _, role, _ in GROUPS}
    assert len(swatches) == len(set(swatches)) > 3


def drawn_and_named(scene: Scene) -> tuple[set[str], set[str]]:
    """The roles of what is seen of bars, and of the swatches of the legend."""
    bars = layer(scene, "Bars")
    assert isinstance(bars, Bars)
    sides = bars.boxes[:, 2:] - bars.boxes[:, :2]
    swatch = (sides == 10).all(axis=1)
    roles = np.array(bars.roles)
    return set(roles[~swatch]), set(roles[swatch])


def test_legends_list_what_is_drawn_and_nothing_else() -> None:
    some = traces()
    for width in (380.0, 1300.0):
        drawn, named = drawn_and_named(time_chart(some, width).scene)
        assert drawn == named and ROLES[OTHER] in named
        # What the papers call region-wise is a sliver of a 47 s axis, if it is seen at all.
        assert (ROLES[REGIONWISE] in named) == (width > 640)
        assert ROLES[REGIONWISE] in drawn_and_named(time_chart(some, width, True).scene)[1]
    for each in (some, some[3:], [replace(some[0], stages=some[0].stages[:1])]):
        drawn, named = drawn_and_named(summary_scene(each, 480.0, 480.0))
        assert drawn == named
    assert named == {ROLES["Image"]}


def test_a_legend_tells_of_the_thinnest_part_that_is_drawn() -> None:
    drawing = Drawing(200.0)
    parts = [(ms, role, "", "") for ms, role in ((100.0, "stage1"), (0.7, "stage2"), (0.3, "nms"))]
    drawing.bar(axis_for([200.0], False), 0.0, 200.0, 10.0, 16.0, parts)
    items = [("Search", "stage1"), ("RPN", "stage2"), ("NMS", "nms")]
    assert drawing.visible(items) == items[:2]


@pytest.mark.parametrize("size", [(330.0, 312.0), (360.0, 330.0), (480.0, 480.0)])
def test_nothing_of_the_summary_is_below_its_card(size: tuple[float, float]) -> None:
    many = [
        replace(trace, stages=tuple(
            replace(stage, boxes=np.tile(stage.boxes[:1], (12, 1)), scores=np.ones(12, np.float32),
                    labels=np.arange(12))
            if isinstance(stage, DetectionsStage) else stage for stage in trace.stages
        ))
        for trace in traces()
    ]
    for each in (traces(), many):
        labels = layer(summary_scene(each, *size), "Text")
        assert isinstance(labels, Labels)
        assert max(item.y + item.size / 2 for item in labels.items) <= size[1] - 4
        assert max(item.x for item in labels.items) <= size[0]


def test_swatches_of_a_legend_stand_equally_far_behind_the_names() -> None:
    drawing = Drawing(900.0)
    names = ("selective search", "RPN", "network", "Illinois")
    drawing.legend([(name, "text") for name in names], 0.0, 900.0, 10.0)
    starts = [rect[0] for rect, _ in drawing.bars]
    ends = [
        item.x + ImageFont.truetype(FONT, 23).getlength(item.text) / 2 for item in drawing.labels
    ]
    gaps = [start - end for start, end in zip(starts[1:], ends[:-1], strict=True)]
    assert gaps == pytest.approx([LEGEND_GAP] * 3, abs=1.0)


def test_scores_say_what_they_are() -> None:
    words = texts(summary_scene(traces(), 400.0, 480.0))
    assert words.count("margin") == 2 and words.count("prob.") == 3
    words = texts(summary_scene(traces(), 800.0, 480.0))
    assert words.count("probability") == 3
    found = {trace.method: headline(trace) for trace in traces()}
    # Headers write a margin as its label on the photo does: a minus where there is one, no plus.
    assert not any("+" in words for words in found.values())


def test_stages_are_all_parts() -> None:
    assert len(set(ROLES.values())) == len(ROLES) == len(STAGE_NAMES) + 3


def test_a_method_that_still_runs_has_a_time_so_far_and_no_counts() -> None:
    whole = traces()
    part = replace(whole[0], stages=whole[0].stages[:2])
    for width in (1200.0, 800.0, 500.0):
        words = texts(time_chart([part, *whole[1:]], width).scene)
        assert words.count("so far") == 1
        assert words.count("–") == texts(time_chart(whole, width).scene).count("–") + 3
        assert "so far" not in texts(time_chart(whole, width).scene)
    summary = texts(summary_scene([part, *whole[1:]], 480.0, 480.0))
    assert sum(text.endswith(" …") for text in summary) == 1


def test_nothing_found_is_no_verdict_while_methods_run() -> None:
    trace = synthetic_trace("fpn")
    found = trace.stage("detections")
    assert isinstance(found, DetectionsStage)
    none = replace(
        found, boxes=found.boxes[:0], labels=found.labels[:0], scores=found.scores[:0],
        source=found.source[:0],
    )
    empty = replace(trace, stages=(*trace.stages[:-1], none))
    for running, said in ((True, "No detection above the threshold so far."),
                          (False, "No detection above the threshold.")):
        assert said in texts(summary_scene([empty], 480.0, 480.0, running))
