"""One switch: its title, the value now, the thing to move, and what the paper says."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)
from superqt import QDoubleSlider

from explorer.session.switching import Switch, Value, number_text, same_text
from explorer.ui.flow import FlowLayout
from explorer.ui.fonts import mono
from explorer.ui.readouts import FOR_ALL
from explorer.ui.sliders import StillSlider
from explorer.ui.style import Theme
from explorer.ui.tips import tip_text

PAUSE = 400  # milliseconds that a slider rests before what runs a network is told


def value_text(switch: Switch, value: Value) -> str:
    """ "0.30", "2,000", "on"; of a count that is off, the word for it."""
    if switch.kind == "toggle":
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(value)
    if switch.kind == "count":
        return f"{int(value):,}{switch.unit}" if value or not switch.zero else switch.zero
    return number_text(float(value)) if switch.kind == "number" else str(value)


def now_text(switch: Switch) -> str:
    """The value now; where its methods have different ones, each once: "0.30 / 0.50"."""
    some = switch.different or (switch.value,)
    return " / ".join(value_text(switch, value) for value in some)


class StillCombo(QComboBox):
    """See `StillSlider`."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


LAST = "One at least stays on."


class Members(QWidget):
    """Some of a few choices, of which one at least stays on."""

    moved = Signal(tuple)

    def __init__(self, choices: tuple[str, ...]) -> None:
        super().__init__()
        row = FlowLayout(self, 4, 4)  # many do not fit beside each other in a narrow panel
        self.buttons: list[QPushButton] = []
        for text in choices:
            button = QPushButton(text)
            button.setCheckable(True)
            button.setProperty("filter", True)
            button.clicked.connect(self._clicked)
            self.buttons.append(button)
            row.addWidget(button)

    def show_members(self, members: tuple[str, ...]) -> None:
        for button in self.buttons:
            button.setChecked(button.text() in members)

    def _clicked(self) -> None:
        chosen = tuple(button.text() for button in self.buttons if button.isChecked())
        if chosen:
            self.moved.emit(chosen)
            return
        button = self.sender()
        assert isinstance(button, QPushButton)
        button.setChecked(True)
        QToolTip.showText(button.mapToGlobal(button.rect().bottomLeft()), LAST, button)


class SwitchRow(QWidget):
    """patient: what it moves is told when it rests, because it runs a network."""

    moved = Signal(object)  # the new value
    back = Signal()

    def __init__(self, switch: Switch, theme: Theme, patient: bool = False) -> None:
        super().__init__()
        self.switch = switch
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(PAUSE)
        self._rest.timeout.connect(self._tell)
        self._patient, self._last = patient, switch.value
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        head = QHBoxLayout()
        self.value = QLabel()
        self.value.setFont(mono(12))
        title = QLabel(switch.title)
        title.setWordWrap(True)
        head.addWidget(title, 1)
        head.addWidget(self.value)
        column.addLayout(head)
        self.field = self._field(switch)
        self.field.setAccessibleName(switch.title)
        if switch.kind == "toggle" and patient:
            head.addWidget(self.field)
        else:
            column.addWidget(self.field)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        self.paper = QLabel()
        self.paper.setWordWrap(True)  # it tells of five methods, in whatever room the panel has
        self.paper.setProperty("quiet", True)
        self.paper.setProperty("small", True)
        self.reset = QToolButton()
        self.theme = theme
        self.restyle()
        self.reset.setIconSize(QSize(12, 12))
        self.reset.setProperty("tiny", True)
        self.reset.setToolTip("Back to what was run")
        self.reset.setAccessibleName(f"{switch.title}: back to what was run")
        self.reset.clicked.connect(self.back)
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the rows below stay where they are
        self.reset.setSizePolicy(policy)
        foot.addWidget(self.paper, 1)
        foot.addWidget(self.reset)
        column.addLayout(foot)
        self.show_switch(switch, first=True)

    def restyle(self) -> None:
        """In the theme's colours."""
        self.reset.setIcon(self.theme.icon("ph.arrow-counter-clockwise"))
        if isinstance(self.field, StillSlider):
            self.field.ink = self.theme.palette.accent
            self.field.ground = self.theme.palette.surface

    def _field(self, switch: Switch) -> QWidget:
        if switch.kind == "toggle":
            box = QCheckBox("" if self._patient else "Apply the box correction")
            box.toggled.connect(self._move)
            return box
        if switch.kind == "choice":
            combo = StillCombo()
            combo.addItems(list(switch.choices))
            combo.textActivated.connect(self._move)
            return combo
        if switch.kind == "members":
            members = Members(switch.choices)
            members.moved.connect(self._move)
            return members
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
        self._last = value
        if self._patient and isinstance(self.field, QDoubleSlider):
            self._rest.start()
        else:
            self._tell()

    def _tell(self) -> None:
        if isinstance(self.field, QDoubleSlider) and self._patient and self.field.isSliderDown():
            self._rest.start()
        elif self._last != self.switch.value or self.switch.different:
            self.moved.emit(self._last)

    def show_switch(self, switch: Switch, first: bool = False) -> None:
        """The value now; what is being dragged stays where the pointer has it."""
        if switch == self.switch and switch.value == self._last and not first:
            return
        self.switch = switch
        self.paper.setText(switch.said)
        self.reset.setEnabled(switch.changed)
        self.reset.setVisible(switch.changed)
        if self._rest.isActive():
            return
        self._last = switch.value
        self.value.setText(now_text(switch))
        # The others show it themselves, while it is one.
        self.value.setVisible(switch.kind in ("number", "count") or bool(switch.different))
        self._tell_apart(switch)
        self.field.blockSignals(True)
        if isinstance(self.field, QCheckBox):
            self.field.setChecked(bool(switch.value))
        elif isinstance(self.field, QComboBox):
            self.field.setPlaceholderText(now_text(switch))
            self.field.setCurrentText(str(switch.value))
            if switch.different:
                self.field.setCurrentIndex(-1)
        elif isinstance(self.field, Members):
            assert isinstance(switch.value, tuple)
            self.field.show_members(switch.value)
        elif not self.field.isSliderDown():  # type: ignore[attr-defined]
            self.field.setValue(float(switch.value))  # type: ignore[attr-defined, arg-type]
        self.field.blockSignals(False)

    def _tell_apart(self, switch: Switch) -> None:
        """Where methods have different values: which has which, and that moving it is for all."""
        tip = switch.why
        if switch.different:
            each = same_text(switch.methods, switch.values, partial(value_text, switch))
            tip = f"{tip}\nNow {each}.\n{FOR_ALL}"
        self.setToolTip(tip_text(tip))
        self.field.setAccessibleDescription(now_text(switch) if switch.different else "")
        if isinstance(self.field, StillSlider):
            self.field.marks = tuple(float(one) for one in switch.different[1:])  # type: ignore[arg-type]
            self.field.ink = self.theme.palette.accent
            self.field.ground = self.theme.palette.surface
            self.field.update()
