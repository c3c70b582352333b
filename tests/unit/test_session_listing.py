"""The list of boxes: rows, fates and classes agree with the trace, whatever the sorting."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from explorer.methods.names import NAMES
from explorer.session.facts import cards
from explorer.session.fate_codes import BELOW, KEPT, SUPPRESSED
from explorer.session.listing import COLUMNS, Listing, listing, rows_at
from explorer.session.related import best_key, box_of, related
from explorer.session.scene import Key
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.trace.stages import DetectionsStage, NmsStage, RpnStage, Trace
from tests.traces import synthetic_trace


@cache
def trace_of(method: str) -> Trace:
    return synthetic_trace(method)


def listed(method: str, stage: StageName) -> Listing:
    found = listing(trace_of(method), stage)
    assert found is not None
    return found


def test_an_overlap_is_written_apart_from_the_threshold_it_is_above() -> None:
    trace = trace_of("fast_rcnn")
    nms = trace.stage("nms")
    assert isinstance(nms, NmsStage)
    overlap = np.where(nms.nms.suppressed_by >= 0, nms.nms.threshold + 0.0004, 0)
    other = replace(nms, nms=replace(nms.nms, overlap=overlap.astype(np.float32)))
    stages = tuple(other if stage is nms else stage for stage in trace.stages)
    found = listing(replace(trace, stages=stages), "nms")
    assert found is not None
    gone = int(np.flatnonzero(nms.nms.suppressed_by >= 0)[0])
    assert found.fates.text(gone).endswith(f" at IoU {nms.nms.threshold + 0.0004:.4f}")


@pytest.mark.parametrize("method", NAMES)
def test_every_stage_but_the_image_lists_its_boxes(method: str) -> None:
    trace = trace_of(method)
    assert listing(trace, "image") is None
    for stage in STAGE_NAMES[1:]:
        found = listed(method, stage)
        assert len(found) > 0
        for at in range(0, len(found), max(1, len(found) // 9)):
            key = found.key(at)
            assert found.boxes[at].tolist() == box_of(trace, key.stage, key.row).tolist()
            assert found.place_of(key.row) == at
            assert all(found.text(at, column) for column in COLUMNS)


@pytest.mark.parametrize("method", NAMES)
def test_fates_are_those_of_nms_and_of_the_detections(method: str) -> None:
    trace = trace_of(method)
    nms, found = trace.stage("nms"), trace.stage("detections")
    assert isinstance(nms, NmsStage) and isinstance(found, DetectionsStage)
    pairs = listed(method, "nms").fates
    by = np.asarray(nms.nms.suppressed_by)
    assert ((pairs.codes & SUPPRESSED) > 0).tolist() == (by >= 0).tolist()
    assert ((pairs.codes & KEPT) > 0).tolist() == (by < 0).tolist()
    assert pairs.count(KEPT) - pairs.count(BELOW) == len(found.boxes)
    gone = int(np.flatnonzero(by >= 0)[0])
    assert pairs.text(gone) == f"suppressed by pair {by[gone]} at IoU {nms.nms.overlap[gone]:.2f}"
    regions = listed(method, "scores")
    kept = {trace.lineage("detections", row)[-1][1] for row in range(len(found.boxes))}
    detected = (regions.fates.codes & KEPT > 0) & (regions.fates.codes & BELOW == 0)
    assert set(np.flatnonzero(detected).tolist()) == kept


@pytest.mark.parametrize("method", NAMES)
def test_a_region_without_a_pair_is_below_and_its_journey_agrees(method: str) -> None:
    trace, found = trace_of(method), listed(method, "scores")
    for at in range(0, len(found), 11):
        story = " ".join(cards(trace, "scores", at)[-1].lines)
        code = int(found.fates.codes[at])
        pairs = related(trace, Key(method, "scores", at)).get("nms", [])
        if not pairs:
            assert code == BELOW and "below" in story
        if code & SUPPRESSED:
            assert f"pair {int(found.fates.by[at])}" in story


@pytest.mark.parametrize("method", ("faster_rcnn", "fpn"))
def test_all_anchors_are_listed_once_with_the_fate_that_the_rpn_gave_them(method: str) -> None:
    trace, found = trace_of(method), listed(method, "regions")
    stage = trace.stage("regions")
    assert isinstance(stage, RpnStage)
    assert len(found) == len(stage.anchors) == len(set(found.rows.tolist()))
    assert found.fates.count(SUPPRESSED) == int((stage.nms.suppressed_by >= 0).sum())
    only_kept = int((found.fates.codes == KEPT).sum())
    assert only_kept == len(stage.boxes)
    assert found.rows[: len(stage.boxes)].tolist() == list(range(len(stage.boxes)))
    last = len(found) - 1
    assert found.text(last, "number").startswith("a") and "top" in found.fates.text(last)


@pytest.mark.parametrize("column", COLUMNS)
def test_sorting_is_stable_and_complete(column: str) -> None:
    found = listed("fast_rcnn", "scores")
    every = np.arange(len(found))
    rising = found.sorted(every, column)  # type: ignore[arg-type]
    falling = found.sorted(every, column, True)  # type: ignore[arg-type]
    assert sorted(rising.tolist()) == sorted(falling.tolist()) == every.tolist()
    if column == "score":
        assert (np.diff(found.scores[rising]) >= 0).all()
        assert (np.diff(found.scores[falling]) <= 0).all()
    if column == "kind":
        names = [found.text(int(at), "kind") for at in rising]
        assert names == sorted(names, key=str.casefold)
        # Boxes of one class stay in their order.
        first = [int(at) for at in rising if found.text(int(at), "kind") == names[0]]
        assert first == sorted(first)


def test_search_is_by_class_by_number_and_by_fate() -> None:
    found = listed("fast_rcnn", "nms")
    cats = found.found("CAT")
    assert len(cats) and {found.text(int(at), "kind") for at in cats} == {"cat"}
    assert found.found("3").tolist() == [3]
    assert found.found("no such class").tolist() == []
    kept, gone = found.found("", [KEPT]), found.found("", [SUPPRESSED])
    assert len(kept) + len(gone) == len(found)
    assert found.found("", [KEPT, SUPPRESSED]).tolist() == list(range(len(found)))
    assert set(found.found("cat", [KEPT])) == set(cats) & set(kept)


@pytest.mark.parametrize("method", NAMES)
def test_the_selection_is_found_in_the_list_of_any_stage(method: str) -> None:
    trace = trace_of(method)
    key = best_key(trace)
    assert key is not None
    for stage in ("scores", "nms", "detections"):
        found = listed(method, stage)  # type: ignore[arg-type]
        places = rows_at(found, trace, key)
        assert places
        rows = related(trace, key)[stage]  # type: ignore[index]
        assert [int(found.rows[at]) for at in places] == rows


def test_a_trace_that_found_nothing_has_empty_lists() -> None:
    trace = synthetic_trace("fast_rcnn", proposals=0)
    for stage in STAGE_NAMES[1:]:
        found = listing(trace, stage)
        assert found is None or (len(found) == 0 and len(found.found("cat", [KEPT])) == 0)


def test_what_the_rpn_keeps_beyond_its_last_proposal_is_told_apart() -> None:
    trace = trace_of("fpn")
    stage = trace.stage("regions")
    assert isinstance(stage, RpnStage)
    few = replace(
        stage, boxes=stage.boxes[:5], scores=stage.scores[:5], source=stage.source[:5],
        anchor=stage.anchor[:5],
    )
    found = listing(replace(trace, stages=(few,)), "regions")
    assert found is not None
    both = np.flatnonzero(found.fates.codes == KEPT | BELOW)
    assert len(both) == len(stage.nms.kept) - 5
    assert {found.fates.text(int(at)) for at in both} == {"kept, beyond the 5 best"}


def test_a_score_just_below_the_threshold_does_not_read_like_it() -> None:
    trace = synthetic_trace("fast_rcnn")
    stage = trace.stage("nms")
    assert isinstance(stage, NmsStage)
    scores = np.array(stage.scores)
    scores[0] = 0.49993
    close = replace(stage, scores=scores)
    trace = replace(trace, stages=tuple(close if each is stage else each for each in trace.stages))
    found = listing(trace, "nms")
    assert found is not None
    assert found.text(0, "score") == "<0.500" and " <0.500 · " in found.sentence(0)


def test_fates_of_a_column_say_as_much_as_there_is_room_for() -> None:
    found = listed("fast_rcnn", "nms")
    gone = int(np.flatnonzero(found.fates.codes & SUPPRESSED)[0])
    by = int(found.fates.by[gone])
    assert [found.text(gone, "fate", brief) for brief in (0, 1, 2)] == [
        f"suppressed by {by}", f"supp. by {by}", "suppressed",
    ]
    regions = listed("fast_rcnn", "scores")
    gone = int(np.flatnonzero(regions.fates.codes & SUPPRESSED)[0])
    assert regions.text(gone, "fate", 1) == f"supp. by pair {int(regions.fates.by[gone])}"
    assert f"suppressed by pair {int(regions.fates.by[gone])} at IoU 0." in regions.sentence(gone)


def test_the_letters_of_anchors_are_explained_beside_their_count() -> None:
    found = listed("fpn", "regions")
    letters = {found.text(at, "number")[0] for at in range(len(found))} - set("0123456789")
    assert letters and all(f"{letter}: " in found.note for letter in letters)
    assert listed("fpn", "nms").note == ""


@pytest.mark.parametrize("method", ("faster_rcnn", "fpn"))
def test_a_box_is_found_by_the_number_of_its_anchor(method: str) -> None:
    found, stage = listed(method, "regions"), trace_of(method).stage("regions")
    assert isinstance(stage, RpnStage)
    region = len(stage.boxes) - 1
    anchor = int(stage.anchor[region])  # as its Journey has it
    for text in (f"{anchor}", f"{anchor:,}", f"anchor {anchor}", f"a{anchor:,}"):
        assert region in found.rows[found.found(text)].tolist(), text
    assert found.found(f"anchor {anchor}").tolist() == [region]
    outsider = int(np.flatnonzero(found.rows < 0)[0])
    assert outsider in found.found(found.text(outsider, "number")).tolist()
    assert region in found.found(f"{region}") and found.found(f"region {region}").tolist() == \
        [region]
    assert len(found.found("P" if method == "fpn" else "²")) == len(found)
