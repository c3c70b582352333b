"""The controls of the pictures on screen, as the bar below them shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from explorer.session.part_switches import Varied, variant_of
from explorer.session.scene import Control, Picture, ViewState
from explorer.trace.base import StageName


def merged_controls(pictures: Mapping[str, Picture], varied: Varied) -> list[Control]:
    """The controls of all pictures, each key once. pictures: by method."""
    controls: dict[str, Control] = {}
    for method, picture in pictures.items():
        for control in picture.controls:
            if control.part:  # what was chosen, while its method still runs
                chosen = dict(variant_of(varied, method)).get(control.part)
                control = control if chosen is None else replace(control, value=str(chosen))
            held = controls.setdefault(control.key, control)
            further = control.plays and int(control.value) > int(held.value)
            controls[control.key] = replace(
                held,
                value=control.value if further else held.value,  # who has most steps leads
                low=min(held.low, control.low),
                high=max(held.high, control.high),
                choices=tuple(dict.fromkeys((*held.choices, *control.choices))),
            )
    return list(controls.values())


def as_chosen(control: Control, stage: StageName, view: ViewState) -> Control:
    """The control at what was chosen last, before the picture of it is there: the next key or turn
    of the wheel starts from there."""
    if control.part or control.switch:
        return control
    chosen = view.control(stage, control.key, control.value)
    if control.kind == "choice":
        return replace(control, value=chosen) if chosen in control.choices else control
    return replace(control, value=min(max(int(chosen), control.low), control.high))
