"""What can be played in a stage: its steps, and the views that show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from explorer.session.scene import Control, Picture, ViewState
from explorer.session.scenes import picture
from explorer.trace.base import StageName
from explorer.trace.stages import Trace

MOST_FRAMES = 120


def playable(made: Picture) -> Control | None:
    """The control of a picture whose numbers are steps, where there is more than one."""
    return next((each for each in made.controls if each.plays and each.high > each.low), None)


def playing_view(
    trace: Trace, stage: StageName, view: ViewState
) -> tuple[ViewState, Control] | None:
    """The view in which the stage plays, and what plays in it; None where nothing does.

    The given one, or else a choice of it that has steps (selective search's merges); choices within
    what is shown, which stand last, go before other things to show.
    """
    made = picture(trace, stage, view)
    control = playable(made)
    if control is not None:
        return view, control
    for choice in reversed(made.controls):
        for value in choice.choices if not choice.part else ():
            other = with_control(view, stage, choice.key, value)
            control = playable(picture(trace, stage, other))
            if control is not None:
                return other, control
    return None


def with_control(view: ViewState, stage: StageName, key: str, value: str | int) -> ViewState:
    """The view with one control at another value."""
    name = f"{stage}.{key}"
    rest = tuple(item for item in view.controls if item[0] != name)
    return replace(view, controls=(*rest, (name, value)))


def steps_of(controls: Sequence[Control], most: int = MOST_FRAMES) -> tuple[int, ...]:
    """The steps from the first to the last, evenly spaced where there are more than `most`."""
    low, high = min(each.low for each in controls), max(each.high for each in controls)
    if high - low < most:
        return tuple(range(low, high + 1))
    return tuple(low + round(at * (high - low) / (most - 1)) for at in range(most))
