"""Boxes that the RPN's own NMS removed: they can be picked, and their story says who did it."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.ops.bins import overlap
from explorer.session.candidates import anchor_rows, key_of, outsider_at, proposal_of
from explorer.session.facts import cards
from explorer.session.related import box_of, counterparts, related
from explorer.session.rows import row_text
from explorer.session.scene import Boxes, Key, Picture, ViewState
from explorer.session.scenes import picture
from explorer.session.scenes.rpn_common import SHOWS
from explorer.session.state import Desk
from explorer.trace.base import STAGE_NAMES
from explorer.ui.picking import boxes_at
from tests.traces import rpn_of, synthetic_trace

METHODS = ("faster_rcnn", "fpn")
NMS = (("regions.show", "NMS"),)


def removed(method: str) -> list[int]:
    return np.flatnonzero(rpn_of(method).nms.suppressed_by >= 0).tolist()


def layer(made: Picture, name: str) -> Boxes:
    found = next(each for each in made.main.layers if each.name == name)
    assert isinstance(found, Boxes)
    return found


@pytest.mark.parametrize("method", METHODS)
def test_a_suppressed_box_is_picked_as_its_candidate(method: str) -> None:
    trace, stage = synthetic_trace(method), rpn_of(method)
    made = picture(trace, "regions", ViewState(controls=NMS))
    drawn = layer(made, "Suppressed")
    assert len(drawn.rows) == len(drawn.boxes) > 0
    for row, box in zip(drawn.rows[:20].tolist(), drawn.boxes, strict=False):
        key = Key(method, "regions", row)
        found = outsider_at(trace, key)
        assert found is not None and found.candidate is not None
        assert stage.nms.suppressed_by[found.candidate] >= 0
        assert box_of(trace, "regions", row).tolist() == box.tolist()
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        assert key in [hit.key for hit in boxes_at(made.main, method, x, y, 1.0)]
        assert row_text(key) == f"candidate {found.candidate:,}"


@pytest.mark.parametrize("method", METHODS)
def test_its_story_ends_with_the_box_that_suppressed_it(method: str) -> None:
    trace, stage = synthetic_trace(method), rpn_of(method)
    assert removed(method)
    for candidate in removed(method)[:10]:
        key = key_of(trace, stage, candidate)
        story = cards(trace, key.stage, key.row)
        assert {card.stage for card in story} == {"regions"}
        by = int(stage.nms.suppressed_by[candidate])
        proposal = proposal_of(stage, by)
        iou = overlap(stage.candidates[[candidate]], stage.candidates[[by]])[0, 0]
        assert stage.nms.overlap[candidate] == pytest.approx(iou, abs=1e-4)
        who = f"region {proposal}" if proposal is not None else f"candidate {by}"
        last = story[-1]
        assert f"Suppressed by {who} at IoU {stage.nms.overlap[candidate]:.3f}" in last.lines[0]
        # Its last card goes on with the same box; in the view that it leads to, a click goes on
        # with the one that did it.
        assert last.key == key
        desk = Desk().selecting(key).at_card(last)
        assert desk.view.selected == key
        made = picture(trace, "regions", desk.view)
        assert layer(made, "Selected").rows.tolist() == [key.row]
        assert layer(made, "Its suppressor").rows.tolist() == [key_of(trace, stage, by).row]
        anchor = int(stage.top[candidate])
        assert story[0].note == f"anchor {anchor:,}"


@pytest.mark.parametrize("method", METHODS)
def test_the_rpns_views_show_the_candidate_and_its_suppressor(method: str) -> None:
    trace, stage = synthetic_trace(method), rpn_of(method)
    candidate = removed(method)[0]
    key = key_of(trace, stage, candidate)
    for show in set(SHOWS) - {"anchors"}:
        view = ViewState(selected=key, controls=(("regions.show", show),))
        made = picture(trace, "regions", view)
        assert layer(made, "Selected").boxes.tolist() == stage.candidates[[candidate]].tolist()
        by = stage.nms.suppressed_by[[candidate]]
        key_by = key_of(trace, stage, int(by[0]))
        assert layer(made, "Its suppressor").rows.tolist() == [key_by.row]
        assert layer(made, "Its suppressor").boxes.tolist() == stage.candidates[by].tolist()


@pytest.mark.parametrize("method", METHODS)
def test_the_other_stages_show_what_they_would_without_it(method: str) -> None:
    trace = synthetic_trace(method)
    key = key_of(trace, rpn_of(method), removed(method)[0])
    for stage in STAGE_NAMES:
        if stage != "regions":
            with_it = picture(trace, stage, ViewState(selected=key))
            without = picture(trace, stage, ViewState())
            assert with_it.summary == without.summary
            assert [each.name for each in with_it.main.layers] == [
                each.name for each in without.main.layers
            ]


def test_a_candidate_has_counterparts_and_no_other_rows() -> None:
    trace = synthetic_trace("fpn")
    key = key_of(trace, rpn_of("fpn"), removed("fpn")[0])
    assert related(trace, key) == {"regions": [key.row]}
    found = counterparts([synthetic_trace("fpn"), synthetic_trace("faster_rcnn")], key)
    assert found["fpn"].key == key and found["faster_rcnn"].key.row >= 0


def test_a_candidate_that_is_not_there_is_an_index_error() -> None:
    with pytest.raises(IndexError, match="no candidate 99998"):
        box_of(synthetic_trace("fpn"), "regions", -99_999)
    with pytest.raises(IndexError):
        related(synthetic_trace("rcnn"), Key("rcnn", "regions", -1))


@pytest.mark.parametrize("method", METHODS)
def test_every_anchor_is_one_row_and_tells_its_life(method: str) -> None:
    trace, stage = synthetic_trace(method), rpn_of(method)
    rows = anchor_rows(stage, np.arange(len(stage.anchors)))
    assert len(set(rows.tolist())) == len(rows)
    assert rows[stage.anchor].tolist() == list(range(len(stage.boxes)))
    outside = np.setdiff1d(np.arange(len(stage.anchors)), stage.top)
    assert len(outside), "the made-up RPN leaves no anchor out"
    anchor = int(outside[0])
    key = Key(method, "regions", int(rows[anchor]))
    assert row_text(key) == f"anchor {anchor:,}"
    assert box_of(trace, "regions", key.row).tolist() == stage.anchors[anchor].tolist()
    story = cards(trace, "regions", key.row)
    assert [card.title for card in story] == ["Anchor", "Objectness", "RPN refinement", "RPN NMS"]
    assert story[0].note == f"anchor {anchor:,}"
    assert f"Not among the {len(stage.top):,} anchors" in story[-1].lines[0]
    for show in SHOWS:
        view = ViewState(selected=key, controls=(("regions.show", show),))
        picture(trace, "regions", view)
    with pytest.raises(IndexError, match="no anchor"):
        box_of(trace, "regions", int(rows.min()) - len(stage.anchors))


@pytest.mark.parametrize("limit", [5, 10_000_000])
@pytest.mark.parametrize("method", METHODS)
def test_all_anchors_are_there_as_far_as_the_limit_allows(method: str, limit: int) -> None:
    trace, stage = synthetic_trace(method), rpn_of(method)
    controls = (("regions.show", "all anchors"),)
    made = picture(trace, "regions", ViewState(limit=limit, controls=controls))
    layers = [one for one in made.main.layers if one.name.startswith("Anchors of")]
    rows = np.concatenate([one.rows for one in layers])  # type: ignore[attr-defined]
    best = np.argsort(-stage.objectness, kind="stable")[:limit]
    assert sorted(rows.tolist()) == sorted(anchor_rows(stage, best).tolist())
    every = f"{len(stage.anchors):,} anchors" + (" of C5" if method == "faster_rcnn" else "")
    some = f"the 5 likeliest of {every} · Boxes, below, shows more"
    assert made.summary == (f"all {every}" if limit > 5 else some)
    for one in layers:
        for row, box in zip(one.rows[:3], one.boxes[:3], strict=True):  # type: ignore[attr-defined]
            assert box_of(trace, "regions", int(row)) is not None and len(box) == 4
    if len(stage.levels) > 1:
        name = stage.levels[1].name
        view = ViewState(limit=limit, controls=(*controls, ("regions.level", name)))
        alone = picture(trace, "regions", view).main.layers
        assert [one.name for one in alone if one.name.startswith("Anchors")] == [
            f"Anchors of {name}"
        ]
