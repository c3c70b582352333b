"""Where a picture's photo and its panel go in the room there is."""

from __future__ import annotations

import math

from explorer.session.scene import Picture, Rect, Scene

GAP = 12.0
WIDE = 1.15  # width / height of a room from which on the panel never goes below
ENOUGH = 1.12  # a panel's scale from which on the photo gets the room
SHARES = tuple(share / 100 for share in range(30, 82, 2))
# Every panel is given the room of one this large, so that the photo keeps its place from stage to
# stage.
PANEL = (320.0, 660.0)
LEAST_WIDTH = 0.95 * PANEL[0]  # a narrower panel cannot be read; wherever the room allows
# So many times as large a photo must be for another place: canvases side by side look alike, and
# alone, less of a panel is seen below it.
MUCH, MUCH_ALONE = 1.5, 2.0
ALMOST = 0.9  # of a photo's size: beside a panel it then loses nothing worth the panel
HIGH = 0.62  # of a room's height: a photo that is drawn smaller for a panel below it
# The least height of a panel below a photo that is drawn smaller for it: beside other canvases,
# where it has little room to scroll in, and alone; and of one that costs the photo nothing.
LEAST_BELOW, LEAST_ALONE, LEAST_FREE = 200.0, 140.0, 130.0
BESIDE = 0.8  # of the width of a panel with larger texts, a photo beside it has at least


def _size(scene: Scene) -> tuple[float, float]:
    x1, y1, x2, y2 = scene.extent
    return max(x2 - x1, 1e-6), max(y2 - y1, 1e-6)


def _fill(size: tuple[float, float], area: Rect, largest: float = float("inf")) -> float:
    """What `size` covers on screen when it is fitted into `area`, at most `largest` x."""
    width, height = size
    scale = min((area[2] - area[0]) / width, (area[3] - area[1]) / height, largest)
    return width * height * scale * scale if scale > 0 else 0.0


def least_width(room: Rect, gap: float = GAP, text: float = 1.0) -> float:
    """Of a panel. text: how many times as large as usual texts are; larger ones have the width that
    they have at the usual size, in which they can grow, as far as the photo keeps some."""
    share = (room[2] - room[0] - gap) / (1 + BESIDE)
    return LEAST_WIDTH if text <= 1 else max(LEAST_WIDTH, min(ENOUGH * PANEL[0], share))


def usual_scale(height: float, text: float = 1.0) -> float:
    """Of all panels in places so high, however much they show: texts are as large in each stage.
    text: see `least_width`."""
    return ENOUGH if text > 1 else min(max(1.0, height / PANEL[1]), ENOUGH)


def areas(
    picture: Picture, room: Rect, gap: float = GAP, text: float = 1.0, widest: float = ENOUGH
) -> tuple[Rect, Rect | None]:
    """(photo area, panel area or None): beside or below, whatever shows most of both. text: see
    `least_width`. widest: of a panel beside, how many times its usual width."""
    if picture.panel is None:
        return room, None
    left, top, right, bottom = room
    best: tuple[tuple[bool, float], Rect, Rect] | None = None
    least = least_width(room, gap, text)
    shape = (right - left) / max(bottom - top, 1.0)
    fits = 1 - (least + gap / 2) / max(right - left - gap, 1.0)  # exactly as wide as it must be
    for share in (*SHARES, fits) if text > 1 and fits > SHARES[0] else SHARES:
        across = left + (right - left - gap) * share
        down = top + (bottom - top - gap) * share
        # What a panel has no use for, the photo gets: it then stands in the middle of more room.
        start = max(across + gap, right - PANEL[0] * widest)
        beside = ((left, top, start - gap, bottom), (start, top, right, bottom))
        below = ((left, top, right, down), (left, down + gap, right, bottom))
        # In a clearly wide room the panel always stands beside: stages then look alike.
        places = (beside,) if shape > WIDE else (beside, below)
        for main, panel in places:
            # The product favours neither; a panel that can be read well needs no more.
            shown = _fill(_size(picture.main), main) * _fill(PANEL, panel, ENOUGH) ** 1.5
            worth = (panel[2] - panel[0] >= least, shown)
            if best is None or worth > best[0]:
                best = (worth, main, panel)
    assert best is not None
    return best[1], best[2]


def in_canvas(
    picture: Picture, room: Rect, small: bool, text: float = 1.0, alone: bool = False
) -> tuple[Rect, Rect | None]:
    """For canvases on screen: as `areas` says, or `stacked` in a small one; a photo that would be
    a stripe or a sliver there has the place in which it is much larger. alone: nothing stands
    beside the canvas, and its panel is shown wherever it can be read; of others, not where a line
    or two would be seen of it."""
    if small and not alone and room[3] - room[1] < LEAST_ALONE:
        return room, None
    below = stacked(picture, room) if small and not alone else \
        stacked(picture, room, GAP, LEAST_ALONE, math.inf, keep=small)
    usual, other = below, below
    if picture.panel is None or picture.main.space != "photo":
        return usual
    if small:
        across = room[2] - least_width(room)
        other = (room[0], room[1], across - GAP, room[3]), (across, *room[1:])
    else:
        scale = usual_scale(room[3] - room[1], text)
        usual = areas(picture, room, text=text, widest=scale)
    if other[1] is None:
        return usual
    size = _size(picture.main)
    better = ALMOST if usual[1] is None else MUCH if small else MUCH_ALONE
    return other if _fill(size, other[0]) > better * _fill(size, usual[0]) else usual


def stacked(
    picture: Picture, room: Rect, gap: float = GAP, least: float = LEAST_BELOW,
    free: float = LEAST_FREE, keep: bool = False,
) -> tuple[Rect, Rect | None]:
    """The photo as wide as the room, what is left below it for the panel: at least `free` pixels.

    Only for a panel that then has at least `least` pixels is a photo drawn smaller: with less, the
    panel is left out. keep: the photo rather gets as small as that needs.
    """
    if picture.panel is None:
        return room, None
    left, top, right, bottom = room
    width, height = _size(picture.main)
    high = (right - left) * height / width
    if bottom - top - gap - high < free:
        high = min(high, HIGH * (bottom - top))
        if bottom - top - gap - high < least:
            if not keep:
                return room, None
            high = bottom - top - gap - least
    split = top + high
    return (left, top, right, split), (left, split + gap, right, bottom)
