"""How VOC's class names read on screen; files, sessions and switches keep VOC's own."""

from __future__ import annotations

ON_SCREEN = {
    "diningtable": "dining table", "pottedplant": "potted plant", "tvmonitor": "TV monitor",
}


def on_screen(name: str) -> str:
    """The class as it is written for people; any other text stays as it is."""
    return ON_SCREEN.get(name, name)
