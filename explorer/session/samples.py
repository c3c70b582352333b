"""How a layer is drawn, in little: what its swatch shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from explorer.session.scene import Area, Bars, Boxes, Heat, Layer, Lines, Points

Kind = Literal["", "box", "line", "grid", "arrow", "dot", "dots", "area", "heat"]
MOST = 5  # colours of one swatch: as many as there are methods
FEW = 3  # where there are more than that, as of classes, so many stand for all of them


@dataclass(frozen=True)
class Sample:
    """kind: what the layer is made of; "" for photos and texts. roles: its colours."""

    kind: Kind = ""
    roles: tuple[str, ...] = ()
    width: float = 1.0
    opacity: float = 1.0
    fill: float = 0.0
    dashed: bool = False
    double: bool = False
    edged: bool = False
    handles: bool = False
    colour_map: str = ""

    @property
    def shown(self) -> tuple[str, ...]:
        """The roles that there is room for."""
        return self.roles if len(self.roles) <= MOST else self.roles[:FEW]


def sample_of(layer: Layer) -> Sample:
    if isinstance(layer, Boxes) and len(layer.boxes):
        return Sample(
            "box", _roles(layer), layer.width, layer.opacity, layer.fill, layer.dashed,
            layer.double, handles=layer.handles,
        )
    if isinstance(layer, Lines):
        kind: Kind = "arrow" if layer.arrow else "grid" if _crossing(layer) else "line"
        return Sample(kind, (layer.role,), layer.width, layer.opacity, edged=layer.edged)
    if isinstance(layer, Points):
        return Sample("dot" if layer.radius >= 3 else "dots", (layer.role,), layer.radius)
    if isinstance(layer, Area):
        return Sample("area", (layer.role,), opacity=layer.opacity)
    if isinstance(layer, Bars):
        return Sample("area", tuple(dict.fromkeys(layer.roles)), opacity=layer.opacity)
    if isinstance(layer, Heat):
        return Sample("heat", opacity=1.0, colour_map=layer.colour_map)
    return Sample()


def together(one: Sample, other: Sample) -> Sample:
    """Of layers with the same name: drawn like the first, in the colours of both."""
    if not one.kind:
        return other
    return replace(one, roles=tuple(dict.fromkeys((*one.roles, *other.roles))))


def _roles(layer: Boxes) -> tuple[str, ...]:
    """Each once; what is drawn last lies on top and comes first."""
    return (layer.roles,) if isinstance(layer.roles, str) else \
        tuple(dict.fromkeys(reversed(layer.roles)))


def _crossing(layer: Lines) -> bool:
    """Whether some of the lines are upright and the others level."""
    ends = np.asarray(layer.segments)
    upright, level = ends[:, 0] == ends[:, 2], ends[:, 1] == ends[:, 3]
    return bool(upright.any() and level.any() and (upright | level).all())
