"""The engine: what it loads is ready, so that the first photo's times are those of the photo."""

from __future__ import annotations

import pytest

from explorer.methods.devices import Device
from explorer.methods.names import NAMES
from explorer.session.engine import TorchEngine
from explorer.trace.stages import DetectionsStage, SearchStage
from tests.unit.small_nets import SEARCHING, small_loaded, small_photo


@pytest.mark.parametrize("method", NAMES)
def test_a_method_has_run_once_before_its_first_photo(method: str) -> None:
    seen: list[str] = []

    def load(name: str, device: Device):  # type: ignore[no-untyped-def]
        loaded = small_loaded(name)
        loaded.net.backbone.register_forward_pre_hook(lambda *_: seen.append(name))  # type: ignore[union-attr]
        return loaded

    engine = TorchEngine("cpu", load)
    loaded = engine.load(method)
    runs = len(seen)
    assert runs
    assert engine.load(method) is loaded and len(seen) == runs
    photo = small_photo()
    search = None
    if method in SEARCHING:
        search = next(step for step in engine.search(photo) if isinstance(step, SearchStage))
    stages = list(engine.stages(photo, method, loaded, search))
    assert isinstance(stages[-1], DetectionsStage) and len(seen) > runs
