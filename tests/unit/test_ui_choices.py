"""The layers of several methods in one bar: each says whose it is."""

from __future__ import annotations

from explorer.methods.names import NAMES
from explorer.session.scene import ViewState
from explorer.session.scenes import picture
from explorer.ui.choices import merged_layers
from tests.traces import synthetic_trace


def test_layers_of_some_methods_have_their_names() -> None:
    pictures = {
        name: picture(synthetic_trace(name), "pooling", ViewState()) for name in NAMES
    }
    layers = merged_layers(pictures)
    whose = {layer.name: layer.whose for layer in layers}
    for name in whose:
        having = [method for method, made in pictures.items()
                  if name in [layer.name for layer in made.main.layers]]
        assert (whose[name] == "") == (len(having) == len(NAMES))
    assert whose["Photo"] == ""
    assert whose["With context"] == "R-CNN" and whose["Sample points"] == "FPN"
    assert whose["Channel on the map"] == "all but R-CNN"
    # Those of the same methods stand together, so that these are named once.
    order = [layer.whose for layer in layers]
    assert len([one for at, one in enumerate(order) if at == 0 or one != order[at - 1]]) == len(
        set(order)
    )


def test_layers_of_one_method_need_no_name() -> None:
    alone = merged_layers({"fpn": picture(synthetic_trace("fpn"), "pooling", ViewState())})
    assert {layer.whose for layer in alone} == {""}
