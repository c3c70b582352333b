"""Where a picture's photo and its panel go in the room there is."""

from __future__ import annotations

from explorer.session.scene import Picture, Rect, Scene

GAP = 12.0
WIDE = 1.15  # width / height of a room from which on the panel never goes below
ENOUGH = 1.12  # a panel's scale from which on the photo gets the room
SHARES = tuple(share / 100 for share in range(30, 82, 2))
# Every panel is given the room of one this large, so that the photo keeps its place from stage to
# stage.
PANEL = (320.0, 660.0)
LEAST_WIDTH = 0.95 * PANEL[0]  # a narrower panel cannot be read; wherever the room allows
LYING = 0.58  # of a room: a panorama as wide as it and no higher than this lies above its panel
PANORAMA = 2.0  # width / height of a photo that may lie so
MUCH = 1.5  # times as large a photo must be for another place: canvases side by side look alike
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


def areas(
    picture: Picture, room: Rect, gap: float = GAP, text: float = 1.0
) -> tuple[Rect, Rect | None]:
    """(photo area, panel area or None): beside or below, whatever shows most of both. text: see
    `least_width`."""
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
        start = max(across + gap, right - PANEL[0] * ENOUGH)
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
    picture: Picture, room: Rect, small: bool, text: float = 1.0
) -> tuple[Rect, Rect | None]:
    """For canvases on screen: as `areas` says, or `stacked` in a small one; a photo that would be
    a stripe or a sliver there has the place in which it is much larger."""
    below = stacked(picture, room)
    usual = below if small else areas(picture, room, text=text)
    size = _size(picture.main)
    if below[1] is None or picture.main.space != "photo":
        return usual
    if small:
        across = room[2] - least_width(room)
        other: tuple[Rect, Rect | None] = (
            (room[0], room[1], across - GAP, room[3]), (across, *room[1:])
        )
    elif size[0] >= PANORAMA * size[1] and (
        (room[2] - room[0]) * size[1] / size[0] <= LYING * (room[3] - room[1])
    ):
        other = below
    else:
        return usual
    return other if _fill(size, other[0]) > MUCH * _fill(size, usual[0]) else usual


def stacked(picture: Picture, room: Rect, gap: float = GAP) -> tuple[Rect, Rect | None]:
    """For small canvases: the photo as wide as the room, what is left below it for the panel.

    The photo keeps at most 62 % of the height; a panel with less than 90 pixels is left out.
    """
    if picture.panel is None:
        return room, None
    left, top, right, bottom = room
    width, height = _size(picture.main)
    wanted = min((right - left) * height / width, (bottom - top) * 0.62)
    split = top + wanted
    if bottom - split - gap < 90:
        return room, None
    return (left, top, right, split), (left, split + gap, right, bottom)
