"""Page Up and Page Down: another photo of the album, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.ui.window import Window

NO_PHOTO = "Open a folder of photos to go through them."
ALONE = "There is no other photo to go to: open a folder."
FIRST, LAST = "This is the first photo.", "This is the last photo."


def leaf(window: Window, step: int) -> None:
    """The next photo (1) or the one before (-1)."""
    bench = window.workbench
    here = bench.coming.album if bench.coming else bench.album
    if here.turned(step) is not here:
        bench.turn(step)
    elif bench.photo is None and bench.coming is None:
        window.strip.say(NO_PHOTO)
    elif here.turned(-step) is here:
        window.strip.say(ALONE)
    else:
        window.strip.say(LAST if step > 0 else FIRST)
