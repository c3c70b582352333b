"""The layers and controls of several methods in one bar: each says whose it is, and what it is at
in each of them."""

from __future__ import annotations

from explorer.methods.choices import Choices
from explorer.methods.names import NAMES
from explorer.session.scene import Control, Picture, Scene, ViewState
from explorer.session.scenes import picture
from explorer.session.state import Desk
from explorer.session.switching import Chosen
from explorer.ui.choices import as_chosen, different, merged_controls, merged_layers
from explorer.ui.readouts import all_text, beside, tip
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


def shared(*controls: Control, chosen: Chosen = ()) -> Control:
    """One control of as many methods, in the order of the papers."""
    scene = Scene(extent=(0, 0, 1, 1), space="photo", layers=())
    pictures = {
        name: Picture(title="", summary="", main=scene, controls=(control,))
        for name, control in zip(NAMES, controls, strict=False)
    }
    (one,) = merged_controls(pictures, (), chosen)
    return one


def threshold(hundredths: int) -> Control:
    return Control(key="iou", title="", kind="number", value=hundredths, low=5, high=95,
                   unit=0.01, switch="nms_threshold")


def step(value: int, high: int) -> Control:
    return Control(key="bin", title="", kind="number", value=value, low=1, high=high, plays=True)


def test_a_slider_of_methods_that_differ_tells_their_values() -> None:
    one = shared(*(threshold(at) for at in (30, 30, 30, 30, 50)))
    assert one.value == 30 and different(one) == (30, 50)
    assert beside(one) == ("/ 0.50", False) and all_text(one) == "0.30 / 0.50"
    assert tip(one) == "Now R-CNN, SPPNet, Fast R-CNN and Faster R-CNN 0.30, FPN 0.50.\n" \
        "Moved here, all of them get the same."
    alike = shared(*[threshold(40)] * 5)
    assert different(alike) == () and beside(alike) == ("", False) and tip(alike) == ""
    several = shared(*(threshold(at) for at in (30, 40, 50)))
    assert beside(several) == ("differs", True) and "SPPNet 0.40" in tip(several)


def test_a_switch_that_was_moved_says_so_before_the_pictures_are_there() -> None:
    moved = tuple((name, Choices(nms_threshold=0.42)) for name in NAMES)
    one = shared(*(threshold(at) for at in (30, 30, 30, 41, 50)), chosen=moved)
    assert one.value == 42 and different(one) == ()


def test_a_replay_says_how_far_it_goes_and_who_has_fewer_steps() -> None:
    alone = shared(step(26, 49))
    assert beside(alone) == ("of 49", False) and tip(alone) == ""
    own = shared(step(9, 9), step(1, 50), step(26, 49))  # each at its strongest
    assert own.value == 26 and own.high == 50 and beside(own) == ("differs", True)
    assert tip(own).startswith("Now R-CNN 9, SPPNet 1, Fast R-CNN 26.")
    moved = shared(step(9, 9), step(30, 50), step(30, 49))
    assert moved.value == 30 and different(moved) == () and beside(moved) == ("of 50", False)
    assert tip(moved) == \
        "R-CNN 9, SPPNet 50, Fast R-CNN 49 in all.\nWho has fewer stays at its last."
    long = shared(step(7, 1_354), step(7, 2_000))
    longer = shared(step(7, 1_354), step(1_100, 2_000))
    assert beside(long) == ("of 2,000", False) and tip(long).startswith("R-CNN 1,354, SPPNet 2,000")
    assert beside(longer) == ("/ 7", False) and tip(longer).startswith("Now R-CNN 7, SPPNet 1,100.")
    # While the pictures are on their way, it is at what was chosen.
    view = Desk(stage="pooling").with_control("bin", 31).view
    assert different(as_chosen(own, "pooling", view)) == ()


def test_a_list_of_methods_that_differ_is_at_none_of_its_lines() -> None:
    def class_choice(value: str) -> Control:
        return Control(key="class", title="", kind="choice", value=value, choices=("all", "cat"))

    assert all_text(shared(class_choice("all"), class_choice("cat"))) == "all / cat"
    assert different(shared(class_choice("cat"), class_choice("cat"))) == ()
