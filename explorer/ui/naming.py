"""Lists to choose from that show classes as people write them and hold VOC's names."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox

from explorer.session.class_names import on_screen

WIDEST = 240  # pixels of a list


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


def say_instead(combo: QComboBox, text: str) -> None:
    """`text` stands there, where no name is the current one."""
    combo.setCurrentIndex(-1)
    if text != combo.placeholderText():
        combo.setPlaceholderText(text)
        # Else it keeps the width that it had, and Qt cuts the text without a sign.
        policy = combo.sizeAdjustPolicy()
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContentsOnFirstShow)
        combo.setSizeAdjustPolicy(policy)
        combo.setMaximumWidth(min(WIDEST, combo.sizeHint().width()))  # nor more than it needs now


def name_of(combo: QComboBox, text: str) -> str:
    """The name that is shown as `text`."""
    at = combo.findText(text)
    return str(combo.itemData(at)) if at >= 0 else text
