"""What a picture contains, as plain data: the window, exports and tests all draw the same scene.

A `Scene` is a stack of layers in one coordinate system, `extent`. `space` says which: "photo"
scenes share one camera (pixels of the original photo); "panel" scenes (channel grids, bars, crops)
are drawn to fit. A `Picture` is one canvas: its main scene and, beside it, an optional panel.

Colours are roles, not values: the theme turns "rcnn" or "muted" into a colour. Roles: the five
method names, "level0".."level4" (P2..P6 or anchor sizes), "accent", "text", "muted", "line",
"surface", "good", "bad", "selected", "truth", "class0".. for classes, and "mark0" and "mark1" for
what a picture points at beside all these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.session.ground_truth import GroundTruth
from explorer.trace.base import Floats, Ints, StageName
from explorer.trace.stages import Trace

Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class Key:
    """Which row of which stage of which method something on screen stands for.

    Negative rows of "regions": see `explorer.session.candidates`.
    """

    method: str
    stage: StageName
    row: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Layer:
    """name: shown in the layer list, where it can be switched off. on: its first state."""

    name: str
    on: bool = True


@dataclass(frozen=True, eq=False, kw_only=True)
class Pixels(Layer):
    """An RGB (h, w, 3) or RGBA (h, w, 4) uint8 image in `rect`; `smooth` when scaled up."""

    values: NDArray[np.uint8]
    rect: Rect
    opacity: float = 1.0
    smooth: bool = True


@dataclass(frozen=True, eq=False, kw_only=True)
class Heat(Layer):
    """A map (h, w) of floats in `rect`, through the colour map, from `low` to `high`."""

    values: Floats
    rect: Rect
    low: float
    high: float
    opacity: float = 1.0
    colour_map: str = "viridis"


@dataclass(frozen=True, eq=False, kw_only=True)
class Area(Layer):
    """What of `rect` is True in `mask` (h, w), in the colour of a role."""

    mask: NDArray[np.bool_]
    rect: Rect
    role: str
    opacity: float = 0.6


@dataclass(frozen=True, eq=False, kw_only=True)
class Boxes(Layer):
    """n outlines. rows (n,): the row each box stands for in `stage` (for picking), or empty.

    anchors (n,): the anchor that each box is, where its row is what that became; or empty.
    captions: one per box or none; drawn where there is room, hidden ones are counted. inside: only
    in their boxes. most: of no more than the last so many. ranked: the last counts most; where one
    has no room, those before it have none.
    roles: one role for all, or one per box. double: two lines and a gap of
    the opposite lightness, one of which is seen on any photo. edged: as `Lines`; thick ones are.
    handles: squares at the corners, as nothing else has them, and a heavier edge: what the user has
    selected. No colour says so, for every colour is that of some class or method.
    """

    boxes: Floats
    roles: str | tuple[str, ...]
    stage: StageName | None = None
    rows: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    anchors: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    width: float = 1.5
    dashed: bool = False
    opacity: float = 1.0
    fill: float = 0.0
    captions: tuple[str, ...] = ()
    inside: bool = False
    most: int | None = None
    ranked: bool = False
    double: bool = False
    edged: bool = False
    handles: bool = False


@dataclass(frozen=True, eq=False, kw_only=True)
class Lines(Layer):
    """n segments (n, 4) as x1, y1, x2, y2. arrow: a head at the second end. edged: with edges of
    the opposite lightness, to stand out from any photo."""

    segments: Floats
    role: str
    width: float = 1.0
    arrow: bool = False
    edged: bool = False
    opacity: float = 1.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Points(Layer):
    """n dots (n, 2) of a radius in screen pixels, edged unless many or small. clear: captions keep
    clear of them."""

    points: Floats
    role: str
    radius: float = 2.5
    clear: bool = False


@dataclass(frozen=True)
class Label:
    """Text at a point of the scene. size in scene units for panels, screen pixels on photos.

    anchor: where the point lies in the text: "left", "centre" or "right" (always the baseline's
    middle height). mono: tabular figures.
    """

    x: float
    y: float
    text: str
    role: str = "text"
    size: float = 12.0
    anchor: Literal["left", "centre", "right"] = "left"
    bold: bool = False
    mono: bool = False


@dataclass(frozen=True, eq=False, kw_only=True)
class Labels(Layer):
    items: tuple[Label, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Bars(Layer):
    """Filled rectangles (n, 4) of a role each: bar charts, legends, swatches."""

    boxes: Floats
    roles: tuple[str, ...]
    opacity: float = 1.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Scene:
    """Layers, drawn first to last, inside `extent` (x1, y1, x2, y2). beyond: how far they may hang
    over its left, top, right and bottom, whichever box is looked at; shares of its sides."""

    extent: Rect
    space: Literal["photo", "panel"]
    layers: tuple[Layer, ...]
    beyond: Rect = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Own:
    """What a control is at in one of the methods that share it, and how far it goes there."""

    method: str
    value: str | int
    high: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Control:
    """A choice that the picture offers: the window shows a combo box or slider for it.

    kind "choice": one of `choices`; "number": an int from `low` to `high`. plays: its numbers are
    steps of something that happens one after the other; motion: which are one motion together.
    unit: what one of its number means, 0.01 for hundredths. switch: the switch of the desk that it
    moves; then it is no choice of the view. part: the part of the methods that it exchanges,
    likewise. owns: of each method that shares it. why: what it is, and its formula.
    """

    key: str
    title: str
    kind: Literal["choice", "number"]
    value: str | int
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    plays: bool = False
    motion: bool = False
    unit: float = 1.0
    switch: str = ""
    part: str = ""
    owns: tuple[Own, ...] = ()
    why: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Picture:
    """One canvas. title: "FPN · Regions"; summary: what is shown and what is hidden
    ("200 of 61,206 anchors"); brief: that for less and less room, or none; main: the photo scene;
    panel: a scene beside it, or None.
    pointer: controls that the pointer on the photo sets, to its x and y in photo pixels.
    limited: whether as many boxes are drawn as the display limit allows.
    """

    title: str
    summary: str
    main: Scene
    panel: Scene | None = None
    controls: tuple[Control, ...] = ()
    pointer: tuple[str, str] | None = None
    limited: bool = False
    brief: tuple[str, ...] = ()


@dataclass(frozen=True)
class ViewState:
    """What the user chose for pictures: selection, controls ("stage.key"), display limit.

    before: the trace as the method ran, where switches have changed it since.
    truth: the photo's ground truth, where there is one.
    partners: rows of other methods that were matched with the selection.
    """

    selected: Key | None = None
    controls: tuple[tuple[str, str | int], ...] = ()
    limit: int = 200
    before: Trace | None = None
    truth: GroundTruth | None = None
    partners: tuple[Key, ...] = ()

    def control(self, stage: StageName, key: str, default: str | int) -> str | int:
        return dict(self.controls).get(f"{stage}.{key}", default)
