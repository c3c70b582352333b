"""The list of the layers that have no room in the bar, over the bar."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QLabel, QToolButton, QVBoxLayout, QWidget

from explorer.ui.flow import FlowLayout
from explorer.ui.focus import press

WIDTH, EDGE = 430, 8  # pixels: of the list, and beside it in a small window
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def head_of(whose: str, parent: QWidget | None = None) -> QLabel:
    """Whose the layers after it are."""
    head = QLabel(f"{whose}:", parent)
    head.setProperty("quiet", True)
    head.setProperty("small", True)
    head.ensurePolished()
    return head


class MoreLayers(QFrame):
    """Filled with check boxes, which stay those of the bar. It is closed by Esc or a click beside
    it."""

    def __init__(self, button: QToolButton, bar: QWidget) -> None:
        """button: what opens it."""
        super().__init__(button, Qt.WindowType.Popup)
        self.setObjectName("morelayers")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # A click on the button would close and open it again.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)
        self.button, self._bar = button, bar
        self.boxes: list[QCheckBox] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 12, 14, 12)
        self._column.setSpacing(4)

    def fill(self, layers: Sequence[tuple[str, QCheckBox]]) -> None:
        """layers: whose each is, and its check box. Those that were here are elsewhere now."""
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.boxes = [box for _, box in layers]
        before, flow = None, None
        for whose, box in layers:
            if whose != before or flow is None:
                if whose:
                    self._column.addWidget(head_of(whose))
                group = QWidget()
                flow = FlowLayout(group)
                self._column.addWidget(group)
                before = whose
            flow.addWidget(box)
            box.show()
        if not layers:
            self.hide()
        elif self.isVisible():
            self._fit()

    def pop_up(self) -> None:
        """Over the bar, with the keys on the first layer."""
        self._fit()
        self.show()
        if self.boxes:
            self.boxes[0].setFocus(Qt.FocusReason.PopupFocusReason)

    def _fit(self) -> None:
        window = self.button.window()
        width = min(WIDTH, window.width() - 2 * EDGE)
        self._column.activate()
        self.setFixedSize(width, self._column.totalHeightForWidth(width))
        left = self.button.mapTo(window, QPoint(0, 0)).x()
        left = min(max(left, EDGE), window.width() - EDGE - width)
        top = max(self._bar.mapTo(window, QPoint(0, 0)).y() - self.height(), EDGE)
        self.move(window.mapToGlobal(QPoint(left, top)))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:  # no key plays or steps the stage here
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() not in ENTER or not press(self.focusWidget()):
            super().keyPressEvent(event)
