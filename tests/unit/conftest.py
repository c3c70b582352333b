"""What unit tests share."""

from __future__ import annotations

import pytest
from torch import nn

from explorer.methods.modules import module_of
from explorer.training import networks, train_detector, train_rcnn, train_sppnet


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training over fc6 and fc7 of 24 instead of 512: a checkpoint of 110 MB becomes one of 35.

    For tests of what is kept and fixed, not of what is learnt.
    """

    def build(method: str, classes: int, network: str = "compact") -> nn.Module:
        assert network == "compact"
        net: nn.Module = module_of(method).Net(classes, width=24)
        return net

    for module in (train_detector, train_rcnn, train_sppnet, networks):
        monkeypatch.setattr(module, "build", build)
