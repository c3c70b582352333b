"""The parts of the benchmark of all methods, on small random networks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from explorer.trace.base import STAGE_NAMES
from explorer.trace.freeze import freeze
from explorer.trace.stages import Trace
from tests.benchmarks import bench_methods as bench
from tests.unit.small_nets import small_loaded, small_photo, small_regions, small_trace


@pytest.mark.parametrize("method", ["rcnn", "faster_rcnn"])
def test_a_timing_has_every_stage_that_the_method_runs(method: str) -> None:
    photo = small_photo()
    regions = small_regions(photo, 12) if method == "rcnn" else None
    timing, trace = bench.timed(small_loaded(method), photo, regions, rounds=2)
    wanted = set(STAGE_NAMES) - ({"regions"} if method == "rcnn" else set())
    assert set(timing.stages) == wanted and all(ms > 0 for ms in timing.stages.values())
    assert timing.total == pytest.approx(sum(timing.stages.values()))
    assert timing.found == len(bench.detections(trace).boxes) > 0
    assert timing.memory > 10
    lines = bench.table([timing], "MB").splitlines()
    assert lines[0].split() == ["ms", method] and len({len(line) for line in lines}) == 1
    assert [line.split()[0] for line in lines[1:-1]] == [*STAGE_NAMES, "all", "detections"]


def test_bare_passes_run_the_network_on_every_crop(monkeypatch: pytest.MonkeyPatch) -> None:
    photo, loaded = small_photo(), small_loaded("rcnn")
    seen: list[int] = []
    pool5 = type(loaded.net).pool5
    monkeypatch.setattr(
        type(loaded.net), "pool5", lambda net, crops: seen.append(len(crops)) or pool5(net, crops)
    )
    assert bench.bare_passes(loaded, photo, small_regions(photo, 20), rounds=1) > 0
    assert seen == [16, 4, 16, 4]


def test_photos_are_read_at_the_side_that_is_asked_for() -> None:
    cpu = bench.choose("cpu", mixed=False)
    loaded = bench.network("fpn", cpu, "compact", 576, 100)
    assert (loaded.settings.short, loaded.settings.long) == (576, 768)  # type: ignore[union-attr]
    assert loaded.settings.anchor_sizes[0] == (24.0,)  # type: ignore[union-attr]
    assert bench.network("rcnn", cpu, "compact", 576, 100).settings.proposals == 100  # type: ignore[union-attr]


def moved(trace: Trace, rows: slice, by: float) -> Trace:
    """The trace with those detections alone, the first one's box and score moved."""
    found = bench.detections(trace)
    boxes, scores = found.boxes[rows].copy(), found.scores[rows].copy()
    boxes[0] += by
    scores[0] -= by / 100
    last = dataclasses.replace(
        found, boxes=freeze(boxes), scores=freeze(scores), labels=found.labels[rows],
        source=found.source[rows],
    )  # fmt: skip
    return dataclasses.replace(trace, stages=(*trace.stages[:-1], last))


def test_agreement_counts_what_only_one_has_found() -> None:
    torch.manual_seed(0)
    trace = small_trace("fpn")
    count = len(bench.detections(trace).boxes)
    assert count > 2
    assert bench.agreement(trace, trace) == bench.Agreement(count, 0, 0.0, 0.0)
    held = bench.agreement(moved(trace, slice(None), 0.25), trace)
    assert (held.found, held.missing) == (count, 0)
    np.testing.assert_allclose((held.score, held.pixels), (0.0025, 0.25), rtol=1e-3)
    assert bench.agreement(moved(trace, slice(count - 2), 0.0), trace).missing == 2
    assert bench.agreement(trace, moved(trace, slice(1, None), 0.0)).missing == 1
