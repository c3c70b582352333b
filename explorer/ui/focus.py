"""Who takes the keys when widgets are made anew, and what Enter does there."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QToolButton, QWidget
from shiboken6 import Shiboken


def dismiss(widget: QWidget, heir: QWidget) -> None:
    """Remove a widget. Keys that it takes go to `heir`: Qt would give them to the next widget of
    the window, which may be any."""
    hand_over(widget, heir)
    widget.hide()
    widget.deleteLater()


def hand_over(widget: QWidget, heir: QWidget) -> None:
    """Keys that a widget, or one in it, takes go to `heir`, before it is gone."""
    focus = QApplication.focusWidget()
    if focus is not None and (focus is widget or widget.isAncestorOf(focus)):
        heir.setFocus()


def has_keys(widget: QWidget) -> bool:
    """Whether a widget takes the keys of its window, also while another window is in front."""
    return widget.window().focusWidget() is widget


def give_back(widget: QWidget | None, heir: QWidget) -> None:
    """Keys go to who had them before, where that one is still there and seen; else to `heir`."""
    there = widget is not None and Shiboken.isValid(widget) and widget.isVisible()
    (widget if there and widget is not None else heir).setFocus()


class Leaving(QWidget):
    """Comes and goes. heir: who takes the keys once it is hidden; Qt would give them to the next
    widget of the window, the first method's chip, which then looks chosen."""

    heir: QWidget | None = None

    def setVisible(self, visible: bool) -> None:
        if not visible and self.heir is not None:
            hand_over(self, self.heir)
        super().setVisible(visible)


def press(widget: QWidget | None) -> bool:
    """Press a button or open a list by a key. Space, with which Qt does it, plays the stage."""
    if isinstance(widget, QToolButton) and widget.menu() is not None:
        widget.showMenu()
    elif isinstance(widget, QAbstractButton):
        widget.click()
    elif isinstance(widget, QComboBox):
        widget.showPopup()
    else:
        return False
    return True


def holder(fields: Mapping[str, QWidget]) -> str:
    """Which of these takes the keys now; "" for none."""
    return next((key for key, field in fields.items() if field.hasFocus()), "")
