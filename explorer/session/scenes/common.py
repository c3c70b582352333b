"""What all scenes share: the photo below, the selection above, and how numbers are written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np

from explorer.methods.names import method_named
from explorer.ops.sizes import size_within
from explorer.session.candidates import outsider_at
from explorer.session.class_names import on_screen
from explorer.session.overhang import NONE
from explorer.session.related import Related, best_key, box_of, region_boxes, related
from explorer.session.scene import Boxes, Key, Layer, Pixels, Rect, Scene, ViewState
from explorer.session.words import apart as apart
from explorer.session.words import both_apart as both_apart
from explorer.session.words import number as number
from explorer.session.words import plural as plural
from explorer.session.words import probability as probability
from explorer.session.words import short_apart as short_apart
from explorer.session.words import signed as signed
from explorer.session.words import span_text as span_text
from explorer.trace.base import Floats, Ints, Stage, StageName
from explorer.trace.stages import ImageStage, Trace

STAGE_TITLES: dict[StageName, str] = {
    "image": "Image",
    "regions": "Regions",
    "features": "Features",
    "assignment": "Assignment",
    "pooling": "Pooling",
    "scores": "Scores",
    "refinement": "Refinement",
    "nms": "NMS",
    "detections": "Detections",
}
S = TypeVar("S", bound=Stage)
NOT_HERE = "Selected region"  # in a stage that it never reached
IN_PANEL = "Best box"  # the layer that marks what a panel is about, with nothing selected


class StageMissingError(LookupError):
    """The trace has not reached the stage that a picture needs."""


def title(trace: Trace, stage: StageName) -> str:
    return f"{method_named(trace.method).title} · {STAGE_TITLES[stage]}"


def need(trace: Trace, name: StageName, kind: type[S]) -> S:
    """The stage of that name and kind. Raises StageMissingError where the trace has none."""
    stage = trace.stage(name)
    if not isinstance(stage, kind):
        raise StageMissingError(f"{trace.method} has no stage '{name}' yet")
    return stage


def photo_rect(trace: Trace) -> Rect:
    height, width = need(trace, "image", ImageStage).pixels.shape[:2]
    return (0.0, 0.0, float(width), float(height))


def short_sides(trace: Trace) -> list[int]:
    """The photo's short side at each scale, network pixels: as it was run, not as it was set."""
    image = trace.stage("image")
    inputs = image.inputs if isinstance(image, ImageStage) else ()
    return [min(given.width, given.height) for given in inputs]


def short_side(trace: Trace, wanted: int) -> int:
    """What a short side of `wanted` becomes for this photo: less where the long side would be over
    its limit."""
    height, width = need(trace, "image", ImageStage).pixels.shape[:2]
    return min(size_within(height, width, wanted, setting(trace, "long", math.inf)))


def limit_text(trace: Trace) -> str:
    """Why the photo is read smaller than its setting says; '' where it is not."""
    settings: Mapping[str, Any] = trace.settings
    wanted = max(settings.get("scales") or (settings.get("short", 0),))
    if not wanted or (run := short_side(trace, wanted)) >= wanted - 1:  # 1: it is rounded down
        return ""
    return f"The long side is at most {setting(trace, 'long', 0):,.0f} px: the short side is " \
        f"{run:,}, not {wanted:,}."


def photo_scene(
    trace: Trace, *layers: Layer, opacity: float = 1.0, beyond: Rect = NONE
) -> Scene:
    """The photo with layers over it, in photo pixels. beyond: see `Scene`."""
    rect = photo_rect(trace)
    photo = Pixels(
        name="Photo", values=need(trace, "image", ImageStage).pixels, rect=rect, opacity=opacity
    )
    return Scene(extent=rect, space="photo", layers=(photo, *layers), beyond=beyond)


@dataclass(frozen=True)
class Focus:
    """The row that a picture looks at. chosen: the user selected it; else it is the best one.

    rows: what belongs to it in every stage (see `related`). region: the region it was born as.
    """

    key: Key
    rows: Related
    region: int
    chosen: bool

    @property
    def why(self) -> str:
        """Why this row: 'selected', 'best detection'; 'highest score' where nothing was found."""
        if self.chosen:
            return "selected"
        best = {"detections": "best detection", "scores": "highest score"}
        return best.get(self.key.stage, "first")

    def first(self, stage: StageName) -> int | None:
        found = self.rows.get(stage)
        return found[0] if found else None


def focus(trace: Trace, state: ViewState) -> Focus | None:
    """The selection where it is a row of this trace, else the best row, or None.

    A candidate or anchor that is no proposal has no stages to look at: only the RPN's views show
    it.
    """
    for key, chosen in ((state.selected, True), (best_key(trace), False)):
        if key is None or key.method != trace.method:
            continue
        try:
            if outsider_at(trace, key) is not None:
                continue
            found = related(trace, key)
        except IndexError:
            continue
        if "regions" in found:
            return Focus(key, found, found["regions"][0], chosen)
    return None


def selection(
    trace: Trace, at: Focus | None, stage: StageName, always: bool = False, without: str = ""
) -> tuple[Layer, ...]:
    """A layer with the focused rows of `stage`, where the user selected something.

    always: also with nothing selected; then it marks the row that the panel is about. without: what
    is said of a selected region that has no row here, which is then drawn itself, dashed.
    """
    if at is None or not (at.chosen or always):
        return ()
    if stage not in at.rows:
        if not without:
            return ()
        return (
            Boxes(
                name=NOT_HERE, boxes=region_boxes(trace)[[at.region]], roles="selected",
                stage="regions", rows=np.array([at.region], np.int64), width=2.0, dashed=True,
                handles=True,
                captions=(f"region {count(at.region)}: {without}",),
            ),
        )
    own = at.rows[stage]
    boxes = np.stack([box_of(trace, stage, row) for row in own])
    return (
        Boxes(
            name="Selected" if at.chosen else IN_PANEL, boxes=boxes, roles="selected",
            stage=stage, rows=np.array(own, np.int64), width=2.5, handles=at.chosen,
        ),
    )


def strongest(scores: Floats, limit: int) -> Ints:
    """Rows of the `limit` highest scores, highest first."""
    order: Ints = np.argsort(-np.asarray(scores, np.float64), kind="stable")[: max(0, limit)]
    return order


def class_name(trace: Trace, label: int) -> str:
    """The class as files have it."""
    return trace.classes[label] if 0 <= label < len(trace.classes) else f"class {label}"


def label_name(trace: Trace, label: int) -> str:
    """The class as it is written on screen."""
    return on_screen(class_name(trace, label))


def setting(trace: Trace, name: str, default: float) -> float:
    """A number among the method's settings."""
    value = trace.settings.get(name, default)
    return float(value) if isinstance(value, int | float) else default


def class_role(label: int) -> str:
    return f"class{label}"


def centres(boxes: Floats) -> Floats:
    """(n, 2) centres of boxes (n, 4)."""
    middle: Floats = (boxes[:, :2] + boxes[:, 2:]) / 2
    return middle


def count(number: int) -> str:
    return f"{number:,}"


def channel_text(channel: int, channels: int) -> str:
    """'channel 139 (0 – 159)': they count from 0, unlike bins beside them."""
    return f"channel {channel} (0 – {channels - 1})"


def size_text(box: Floats) -> str:
    """'112 × 80'."""
    return f"{box[2] - box[0]:.0f} × {box[3] - box[1]:.0f}"


def box_text(box: Floats) -> str:
    """'52, 40 – 180, 201'."""
    x1, y1, x2, y2 = (number(float(value), 0) for value in box)
    return f"{x1}, {y1} – {x2}, {y2}"


def shown(visible: int, total: int, one: str) -> str:
    """'200 of 2,000 anchors', or '12 anchors' where none is hidden. one: 'anchor'."""
    every = plural(total, one)
    return every if visible >= total else f"{visible:,} of {every}"


Align = Literal["left", "centre", "right"]
