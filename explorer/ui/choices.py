"""The layers and controls of the pictures on screen, as the bar below them shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from explorer.methods.names import METHODS
from explorer.session.part_switches import Varied, variant_of
from explorer.session.samples import Sample, sample_of, together
from explorer.session.scene import Control, Picture, ViewState
from explorer.trace.base import StageName


@dataclass(frozen=True)
class LayerChoice:
    """sample: how it is drawn. whose: short names of the methods on screen that have it, or ""
    where all have."""

    name: str
    on: bool
    sample: Sample = Sample()
    whose: str = ""


def merged_layers(pictures: Mapping[str, Picture]) -> list[LayerChoice]:
    """The layers of all pictures, each name once, as they are at first: those of all methods, then
    those of some, together. pictures: by method."""
    found: dict[str, LayerChoice] = {}
    owners: dict[str, list[str]] = {}
    for method, picture in pictures.items():
        for layer in picture.main.layers:
            held = found.setdefault(layer.name, LayerChoice(layer.name, layer.on))
            both = together(held.sample, sample_of(layer))
            found[layer.name] = replace(held, sample=both)
            if method not in owners.setdefault(layer.name, []):
                owners[layer.name].append(method)
    short = {method.name: method.short for method in METHODS}
    groups: dict[tuple[str, ...], list[LayerChoice]] = {tuple(pictures): []}
    for name, choice in found.items():
        of = tuple(owners[name])
        others = [short[method] for method in pictures if method not in of]
        whose = ", ".join(short[method] for method in of) if others else ""
        if len(others) == 1 and len(of) > 2:
            whose = f"all but {others[0]}"
        groups.setdefault(of, []).append(replace(choice, whose=whose))
    return [choice for group in groups.values() for choice in group]


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
