"""Where a canvas shows its photo and its panel, and through which view."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.session.scene import Picture, Rect, Scene
from explorer.ui.arrange import in_canvas, usual_scale
from explorer.ui.backing import snapped
from explorer.ui.camera import Camera
from explorer.ui.transform import View

PAD = 8.0
SMALL = 560  # a narrower canvas stacks its panel below the photo
LEGIBLE = 0.85  # a panel that could only be drawn smaller is left out: the photo has its room


@dataclass(frozen=True)
class Spot:
    """A scene and where it is on screen."""

    scene: Scene
    area: Rect
    view: View


@dataclass
class Layout:
    """Lays a picture out. scroll: by how many pixels its panel is scrolled; kept in its bounds.
    text: how many times as large as usual the user wants texts, at least 1. alone: no other canvas
    stands beside this one."""

    camera: Camera
    scroll: float = 0.0
    text: float = 1.0
    alone: bool = False

    def spots(self, picture: Picture | None, room: Rect, ratio: float) -> tuple[Spot, ...]:
        """The photo scene and the panel in a room. ratio: device pixels per logical one."""
        if picture is None:
            return ()
        main, panel = picture.main, picture.panel
        left, top, right, bottom = room
        if panel is None:
            return (self._photo(main, room, room, ratio),)
        small = right - left + 2 < SMALL
        edge = 0 if small else PAD
        inner = (left + edge, top + PAD, right - edge, bottom - PAD)
        main_area, panel_area = in_canvas(picture, inner, small, self.text, self.alone)
        if panel_area is None:
            return (self._photo(main, main_area, room, ratio),)
        if small:
            panel_area = (panel_area[0] + PAD, panel_area[1], panel_area[2] - PAD, panel_area[3])
            if panel_area[2] - panel_area[0] < LEGIBLE * (panel.extent[2] - panel.extent[0]):
                return (self._photo(main, inner, room, ratio),)
        beside = panel_area[0] > main_area[2]
        seen = (left, top, panel_area[0], bottom) if beside else (left, top, right, panel_area[1])
        return (self._photo(main, main_area, seen, ratio), self._panel(panel, panel_area))

    def _photo(self, scene: Scene, area: Rect, seen: Rect, ratio: float) -> Spot:
        """seen: what hangs over the photo ends at the edges of the canvas and the panel alone."""
        if scene.space == "photo":
            return Spot(scene, seen, snapped(self.camera.view_in(area), ratio))
        return self._panel(scene, area)

    def _panel(self, scene: Scene, area: Rect) -> Spot:
        """A panel at the size that all have in its place; where it is longer, scrolled. It hangs
        from the top, as texts do."""
        across = (area[2] - area[0]) / max(scene.extent[2] - scene.extent[0], 1.0)
        scale = min(across, usual_scale(area[3] - area[1], self.text))
        height = (scene.extent[3] - scene.extent[1]) * scale
        self.scroll = min(max(self.scroll, 0.0), max(height - (area[3] - area[1]), 0.0))
        left = (area[0] + area[2] - scale * (scene.extent[0] + scene.extent[2])) / 2
        top = area[1] - scale * scene.extent[1] - self.scroll
        return Spot(scene, area, View(scale, left, top))
