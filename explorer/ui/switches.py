"""The switches: each beside what the paper says, and what they changed in the detections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from superqt import QDoubleSlider

from explorer.methods.names import method_named
from explorer.session.switching import Changes, Switch, Value, changes_text, number_text
from explorer.ui.fonts import mono
from explorer.ui.style import Theme
from explorer.ui.theme import colour
from explorer.ui.top_bar import dot

NOTE = "Decided again from the cached scores; no network runs."
NOTHING = "Switches appear when a method has found its detections."


def value_text(switch: Switch, value: Value) -> str:
    """ "0.30", "2,000", "on"."""
    if switch.kind == "toggle":
        return "on" if value else "off"
    if switch.kind == "count":
        return f"{int(value):,}"
    return number_text(float(value)) if switch.kind == "number" else str(value)


class StillSlider(QDoubleSlider):  # type: ignore[misc]
    """The wheel scrolls the panel; it does not move a threshold that it happens to pass."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class StillCombo(QComboBox):
    """See `StillSlider`."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class SwitchRow(QWidget):
    """A title, the value now, the thing to move, and what the paper says below."""

    moved = Signal(object)  # the new value, while it moves
    back = Signal()

    def __init__(self, switch: Switch, theme: Theme) -> None:
        super().__init__()
        self.switch = switch
        self.setToolTip(switch.why)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        head = QHBoxLayout()
        title = QLabel(switch.title)
        self.value = QLabel()
        self.value.setFont(mono(12))
        head.addWidget(title, 1)
        head.addWidget(self.value)
        column.addLayout(head)
        # The others show it themselves. (Not before it has a parent: it would open a window.)
        self.value.setVisible(switch.kind in ("number", "count"))
        self.field = self._field(switch)
        self.field.setAccessibleName(switch.title)
        column.addWidget(self.field)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        self.paper = QLabel()
        self.paper.setProperty("quiet", True)
        self.paper.setProperty("small", True)
        self.reset = QToolButton()
        self.reset.setIcon(theme.icon("ph.arrow-counter-clockwise"))
        self.reset.setIconSize(QSize(12, 12))
        self.reset.setProperty("tiny", True)
        self.reset.setToolTip("Back to what was run")
        self.reset.setAccessibleName(f"{switch.title}: back to what was run")
        self.reset.clicked.connect(self.back)
        foot.addWidget(self.paper, 1)
        foot.addWidget(self.reset)
        column.addLayout(foot)
        self.show_switch(switch)

    def _field(self, switch: Switch) -> QWidget:
        if switch.kind == "toggle":
            box = QCheckBox("Moved by the class's deltas")
            box.toggled.connect(self._move)
            return box
        if switch.kind == "choice":
            combo = StillCombo()
            combo.addItems(list(switch.choices))
            combo.textActivated.connect(self._move)
            return combo
        slider = StillSlider(Qt.Orientation.Horizontal)
        slider.setRange(switch.low, switch.high)
        slider.setSingleStep(switch.step)
        slider.setPageStep(10 * switch.step)
        slider.valueChanged.connect(self._slide)
        return slider

    def _slide(self, value: float) -> None:
        steps = round(value / self.switch.step) * self.switch.step
        self._move(round(steps) if self.switch.kind == "count" else round(steps, 4))

    def _move(self, value: Value) -> None:
        self.value.setText(value_text(self.switch, value))
        self.moved.emit(value)

    def show_switch(self, switch: Switch) -> None:
        """The value now; what is being dragged stays where the pointer has it."""
        self.switch = switch
        self.value.setText(value_text(switch, switch.value))
        self.paper.setText(switch.said)
        self.reset.setEnabled(switch.changed)
        self.reset.setVisible(switch.changed)
        self.field.blockSignals(True)
        if isinstance(self.field, QCheckBox):
            self.field.setChecked(bool(switch.value))
        elif isinstance(self.field, QComboBox):
            self.field.setCurrentText(str(switch.value))
        elif isinstance(self.field, QDoubleSlider) and not self.field.isSliderDown():
            self.field.setValue(float(switch.value))
        self.field.blockSignals(False)


class ChangeLine(QWidget):
    """A method's gained, lost and moved detections."""

    def __init__(self, method: str, changes: Changes, theme: Theme) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        swatch = QLabel()
        swatch.setPixmap(dot(colour(theme.palette, method)).pixmap(11, 11))
        row.addWidget(swatch)
        row.addWidget(QLabel(method_named(method).title), 1)
        text = QLabel(changes_text(changes))
        text.setProperty("quiet", not changes)
        row.addWidget(text)


class SwitchesPanel(QWidget):
    """`changed` tells key, methods and value (None: as it was run)."""

    changed = Signal(str, object, object)
    reset_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.rows: list[SwitchRow] = []
        self._described: object = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(self.area, 1)
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(14, 2, 10, 14)
        inner.setSpacing(10)
        self.note = QLabel(NOTHING)
        self.note.setWordWrap(True)
        self.note.setProperty("quiet", True)
        self.note.setProperty("small", True)
        inner.addWidget(self.note)
        self._changes = _card(inner)  # above what causes it: it must not need scrolling
        self._layout(self._changes).setSpacing(4)
        self._switches = _card(inner)
        self.reset_all = QPushButton("Reset all switches")
        self.reset_all.clicked.connect(self.reset_wanted)
        inner.addWidget(self.reset_all)
        inner.addStretch()
        self.area.setWidget(holder)
        self.show_switches((), {})
        theme.changed.connect(self._forget)

    def _forget(self) -> None:
        self._described = None

    def show_switches(
        self, switches: Sequence[Switch], changes: Mapping[str, Changes]
    ) -> None:
        """What can be switched for the methods on screen, and what was changed by it."""
        described = tuple((one.key, one.title, one.methods, one.low, one.high, one.choices)
                          for one in switches)
        if described != self._described:
            self._described = described
            _empty(self._switches)
            self.rows = []
            for one in switches:
                row = SwitchRow(one, self.theme)
                row.moved.connect(partial(self.changed.emit, one.key, one.methods))
                row.back.connect(partial(self.changed.emit, one.key, one.methods, None))
                self.rows.append(row)
                self._layout(self._switches).addWidget(row)
        for row, one in zip(self.rows, switches, strict=True):
            row.show_switch(one)
        _empty(self._changes)
        for method, what in changes.items():
            self._layout(self._changes).addWidget(ChangeLine(method, what, self.theme))
        self.note.setText(NOTE if switches else NOTHING)
        self._switches.setVisible(bool(switches))
        self._changes.setVisible(bool(changes))
        self.reset_all.setVisible(bool(switches))
        self.reset_all.setEnabled(any(one.changed for one in switches))

    @staticmethod
    def _layout(card: QFrame) -> QVBoxLayout:
        layout = card.layout()
        assert isinstance(layout, QVBoxLayout)
        return layout


def _card(column: QVBoxLayout) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    inner = QVBoxLayout(card)
    inner.setContentsMargins(12, 10, 12, 10)
    inner.setSpacing(11)
    column.addWidget(card)
    return card


def _empty(card: QFrame) -> None:
    layout = card.layout()
    assert layout is not None
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
