"""The table of regions agrees with the trace, row by row, by ways of its own."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from explorer.methods.names import NAMES
from explorer.ops.bins import overlap
from explorer.session.origins import ANCHOR, MERGE, origin
from explorer.session.region_table import COLUMNS, region_csv, region_rows
from explorer.session.related import related
from explorer.session.scene import Key
from explorer.trace.stages import (
    DetectionsStage,
    NmsStage,
    RefinementStage,
    RpnStage,
    SearchStage,
    Trace,
)
from tests.traces import synthetic_trace


def table(trace: Trace) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(region_csv(trace))))


def box(row: dict[str, str], prefix: str = "") -> list[float]:
    return [float(row[f"{prefix}{side}"]) for side in ("x1", "y1", "x2", "y2")]


@pytest.mark.parametrize("method", NAMES)
def test_every_region_has_a_row_that_agrees_with_its_relatives(method: str) -> None:
    trace = synthetic_trace(method)
    listed, nms = table(trace), trace.stage("nms")
    found, refined = trace.stage("detections"), trace.stage("refinement")
    assert isinstance(nms, NmsStage) and isinstance(found, DetectionsStage)
    assert isinstance(refined, RefinementStage)
    regions = trace.stage("regions")
    assert len(listed) == len(regions.boxes) > 20  # type: ignore[union-attr]
    assert tuple(listed[0]) == COLUMNS
    fates = set()
    for at, row in enumerate(listed):
        assert int(row["region"]) == at and row["method"] == method
        assert box(row) == pytest.approx(
            regions.boxes[at].tolist(), abs=0.006)  # type: ignore[union-attr]
        own = related(trace, Key(method, "regions", at))
        fates.add(row["fate"])
        assert (row["fate"] == "detection") == ("detections" in own)
        if "detections" in own:
            best = max(own["detections"], key=lambda each: float(found.scores[each]))
            assert row["class"] == trace.classes[int(found.labels[best])]
            assert box(row, "refined_") == pytest.approx(found.boxes[best].tolist(), abs=0.006)
        if "nms" not in own:
            assert row["class"] == "" and row["suppressed_by_region"] == ""
        if row["fate"] == "suppressed":
            pairs = [each for each in own["nms"]
                     if nms.nms.overlap[each] == pytest.approx(float(row["iou"]), abs=1e-3)]
            assert pairs
            by = int(nms.nms.suppressed_by[pairs[0]])
            assert trace.lineage("nms", by)[-1] == ("regions", int(row["suppressed_by_region"]))
            iou = overlap(nms.boxes[[pairs[0]]], nms.boxes[[by]])[0, 0]
            assert float(row["iou"]) == pytest.approx(float(iou), abs=1e-3)
            assert float(row["iou"]) > nms.nms.threshold
    assert {"detection", "suppressed"} <= fates


def test_levels_are_those_of_the_assignment() -> None:
    trace = synthetic_trace("fpn")
    levels = trace.stage("assignment").level  # type: ignore[union-attr]
    assert [row["level"] for row in table(trace)] == [f"P{level}" for level in levels]
    sides = {row["level"] for row in table(synthetic_trace("sppnet"))}
    assert sides <= {"180", "216", "258", "324", "450"} and len(sides) > 1
    assert {row["level"] for row in table(synthetic_trace("rcnn"))} == {""}


@pytest.mark.parametrize("method", NAMES)
def test_every_region_says_what_made_it(method: str) -> None:
    """The anchor of an RPN's region or the merge of a searched one, and nothing of the other."""
    trace = synthetic_trace(method)
    stage = trace.stage("regions")
    for at, row in enumerate(table(trace)):
        own, other = (ANCHOR, MERGE) if isinstance(stage, RpnStage) else (MERGE, ANCHOR)
        assert {row[name] for name in other} == {""}
        assert isinstance(stage, RpnStage | SearchStage)
        made = {name: str(value) for name, value in origin(stage, at).items()}
        assert {name: row[name] for name in own if row[name]} == made
    if isinstance(stage, RpnStage):
        assert [int(row["anchor"]) for row in table(trace)] == stage.anchor.tolist()


def test_without_regions_or_scores_nothing_is_invented() -> None:
    trace = synthetic_trace("fpn")
    first = replace(trace, stages=trace.stages[:1])
    assert list(region_rows(first)) == []
    born = replace(
        trace, stages=tuple(each for each in trace.stages if each.name in ("image", "regions"))
    )
    rows = table(born)
    assert rows and {row["fate"] for row in rows} == {"not read"}
    assert {row["best_class"] for row in rows} == {""}


def test_best_class_is_that_of_the_scores() -> None:
    trace = synthetic_trace("fast_rcnn")
    values = np.asarray(trace.stage("scores").values)[:, 1:]  # type: ignore[union-attr]
    for row, own in zip(table(trace), values, strict=False):
        assert row["best_class"] == trace.classes[int(own.argmax())]
        assert float(row["best_score"]) == pytest.approx(float(own.max()), abs=1e-5)
