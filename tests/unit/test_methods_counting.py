"""Multiply-adds of a trace, against the layers' own sizes when the method really runs."""

from __future__ import annotations

import collections
from collections.abc import Callable

import pytest
from torch import Tensor, nn

from explorer.methods import catalog
from explorer.methods.modules import MODULES
from explorer.trace.stages import ScoresStage
from tests.unit.small_nets import (
    SEARCHING,
    small_loaded,
    small_photo,
    small_regions,
    small_settings,
    small_trace,
)

METHODS = tuple(name for name, _ in MODULES)
# The stage that each part of a network works for.
PARTS = {
    "backbone": "features", "fpn": "features", "rpn": "regions", "head": "scores",
    "svm": "scores", "ridge": "refinement",
}


def done_by(layer: nn.Module, output: Tensor) -> int:
    """Every number that leaves a layer is a sum over one filter, or one row of the matrix."""
    assert isinstance(layer, nn.Conv2d | nn.Linear)
    return output.numel() * layer.weight[0].numel()


@pytest.mark.parametrize("method", METHODS)
def test_the_count_is_that_of_the_layers_as_they_ran(method: str) -> None:
    loaded = small_loaded(method)
    seen: collections.Counter[str] = collections.Counter()

    def hook(part: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        def see(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            seen[PARTS[part]] += done_by(layer, output)

        return see

    handles = [
        layer.register_forward_hook(hook(name.partition(".")[0]))
        for name, layer in loaded.net.named_modules()
        if isinstance(layer, nn.Conv2d | nn.Linear)
    ]
    photo = small_photo()
    regions = small_regions(photo) if method in SEARCHING else None
    trace = catalog.trace_photo(photo, method, loaded, regions)
    for handle in handles:
        handle.remove()
    counted = {stage.name: stage.multiply_adds for stage in trace.stages if stage.multiply_adds}
    assert counted == dict(seen)
    assert {"features", "scores"} <= set(counted)


def test_regions_of_another_method_cost_the_network_nothing() -> None:
    own = small_trace("faster_rcnn")
    regions = own.stage("regions")
    assert regions is not None and regions.multiply_adds > 0
    borrowed = small_trace("fpn", regions=small_regions(small_photo())).stage("regions")
    assert borrowed is not None and borrowed.multiply_adds == 0


def test_several_scales_cost_several_passes() -> None:
    counts = []
    for scales in ((64,), (64, 64, 64)):
        trace = small_trace("sppnet", settings=small_settings("sppnet", scales=scales))
        stage = trace.stage("features")
        assert stage is not None
        counts.append(stage.multiply_adds)
    assert counts[1] == 3 * counts[0] > 0


def test_truncated_svd_saves_what_the_paper_says() -> None:
    whole = small_trace("fast_rcnn").stage("scores")
    cut = small_trace("fast_rcnn", settings=small_settings("fast_rcnn", svd_fc6=5)).stage("scores")
    assert isinstance(whole, ScoresStage) and isinstance(cut, ScoresStage)
    fc6 = cut.layers[0]
    saved = fc6.inputs * fc6.outputs - 5 * (fc6.inputs + fc6.outputs)
    assert whole.multiply_adds - cut.multiply_adds == len(cut.source) * saved > 0
