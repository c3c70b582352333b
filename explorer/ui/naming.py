"""Lists to choose from that show classes as people write them and hold VOC's names."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox

from explorer.session.class_names import on_screen
from explorer.ui.readouts import DIFFERS


def offer(combo: QComboBox, names: Sequence[str]) -> None:
    """What can be chosen; nothing is done where it is offered already."""
    if [combo.itemData(at) for at in range(combo.count())] != list(names):
        combo.clear()
        for name in names:
            combo.addItem(on_screen(name), name)


def show_name(combo: QComboBox, name: str) -> None:
    """Make `name` the current one, if it is offered."""
    if (at := combo.findData(name)) >= 0:
        combo.setCurrentIndex(at)


def fitting(combo: QComboBox, text: str) -> str:
    """`text`, where the list is as wide as its own texts and has room for it; else a word for it:
    Qt would cut it without a sign."""
    wide = combo.fontMetrics().horizontalAdvance
    room = max((wide(combo.itemText(at)) for at in range(combo.count())), default=0)
    return text if wide(text) <= room else DIFFERS


def name_of(combo: QComboBox, text: str) -> str:
    """The name that is shown as `text`."""
    at = combo.findText(text)
    return str(combo.itemData(at)) if at >= 0 else text
