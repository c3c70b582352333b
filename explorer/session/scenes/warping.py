"""R-CNN's dilation and warp, played: the region grows by its context, then becomes a square."""

from __future__ import annotations

import numpy as np

from explorer.session import control_texts
from explorer.session.scene import Boxes, Control, Layer, Lines, Pixels, ViewState
from explorer.session.scenes.common import number, size_text
from explorer.session.scenes.crops import inner, warped
from explorer.session.scenes.panel import Column
from explorer.session.words import SPACE, TIMES
from explorer.trace.base import Floats
from explorer.trace.stages import ImageStage, Trace, WarpStage

GROWING, WARPING = 10, 10  # steps of each
STEPS = GROWING + WARPING
SIDE = 168.0  # of the crop in the panel


def skipped(stage: WarpStage) -> int:
    """Steps that are left out: without context no region grows."""
    return 0 if stage.padding else GROWING


def step_of(stage: WarpStage, state: ViewState) -> int:
    """How far the replay is, from `skipped` to STEPS; at its end at first."""
    step = skipped(stage) + int(state.control("assignment", "step", STEPS))
    return min(max(skipped(stage), step), STEPS)


def control(stage: WarpStage, step: int) -> Control:
    gone = skipped(stage)
    return Control(key="step", title="Warp" if gone else "Dilate, then warp", kind="number",
                   value=step - gone, low=0, high=STEPS - gone, plays=True, motion=True,
                   why=control_texts.WARP)


def box_at(box: Floats, context: Floats, step: int) -> Floats:
    """The box (4,) that is cut out after some steps: from the region to region and context."""
    share = min(step / GROWING, 1.0)
    result: Floats = np.asarray(box, np.float64) * (1 - share) + np.asarray(context) * share
    return result


def shape_at(context: Floats, step: int) -> tuple[float, float]:
    """Width and height of the crop in the panel: as in the photo, then a square."""
    width, height = (max(float(side), 1e-6) for side in context[2:] - context[:2])
    share = max(step - GROWING, 0) / WARPING
    longest = max(width, height)
    sides = [SIDE * ((1 - share) * side / longest + share) for side in (width, height)]
    return sides[0], sides[1]


def sentence(stage: WarpStage, box: Floats, context: Floats, step: int) -> str:
    """What happens in this step, with this region's numbers."""
    usable = stage.size - 2 * stage.padding
    if step == skipped(stage):
        return f"The region: {size_text(box)} px."
    if step <= GROWING:
        pad = box[:2] - context[:2]
        return (
            f"Dilation: {number(float(pad[0]), 1)} px left and right, "
            f"{number(float(pad[1]), 1)} px above and below, so that {stage.padding} px of context "
            "are left in the crop. Beyond the photo: the mean colour."
        )
    width, height = (max(float(side), 1e-6) for side in box[2:] - box[:2])
    return (
        f"Warp to {stage.size}{TIMES}{stage.size}, without regard to its shape: "
        f"×{SPACE}{number(usable / width)} in x, ×{SPACE}{number(usable / height)} in y."
    )


def step_layers(stage: WarpStage, box: Floats, context: Floats, step: int) -> list[Layer]:
    """The box that is cut out now, and where its corners are going; nothing without context."""
    if skipped(stage):
        return []
    now = box_at(box, context, step)
    layers: list[Layer] = [
        Boxes(name="With context", boxes=now[None], roles="mark0", dashed=True, width=2.0,
              fill=0.05, captions=("with context",) if step >= GROWING else ())
    ]
    if step:
        corners = np.array([[0, 1], [2, 1], [0, 3], [2, 3]])
        layers.append(
            Lines(name="Dilation", role="mark0", width=1.0, arrow=True,
                  segments=np.concatenate([np.asarray(box)[corners], now[corners]], 1))
        )
    return layers


def playing(
    panel: Column, trace: Trace, stage: WarpStage, box: Floats, context: Floats, step: int
) -> None:
    """The crop on its way, in the panel."""
    image = trace.stage("image")
    if not isinstance(image, ImageStage):
        return
    panel.text(sentence(stage, np.asarray(box), np.asarray(context), step))
    panel.gap(6)
    now = box_at(box, context, step)
    width, height = shape_at(now if step <= GROWING else np.asarray(context), step)
    rect = (panel.left, panel.y, panel.left + width, panel.y + height)
    panel.add(Pixels(name="Crop", values=warped(image.pixels, now, stage.size), rect=rect))
    if step >= GROWING:
        panel.add(Boxes(name="Region in the crop", boxes=np.array([inner(rect, stage)]),
                        roles="selected", dashed=True, width=1.2))
    panel.gap(SIDE + 10)
