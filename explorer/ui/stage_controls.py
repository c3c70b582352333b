"""The stage's controls in the bar: for each its name, and below it a list or a slider."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from explorer.session.scene import Control
from explorer.ui.choices import different
from explorer.ui.focus import dismiss, holder
from explorer.ui.naming import WIDEST, name_of, offer, say_instead, show_name
from explorer.ui.player import PlayButtons, Player
from explorer.ui.readouts import DIFFERS, all_text, beside, tip, widest
from explorer.ui.sliders import FineSlider, Slider, shorten, want
from explorer.ui.style import Theme
from explorer.ui.tips import tip_text

FIELD = 34  # pixels of a control below its name: all names and controls of the bar are in line
APART, CLOSE = 16, 8  # pixels between controls, and where there is little room
HEIGHT = 52  # pixels of both, also of a stage that has none


class StageControls(QWidget):
    control_changed = Signal(str, object)
    switch_moved = Signal(str, float)
    part_chosen = Signal(str, str)  # the part, what was chosen

    def __init__(self, player: Player, theme: Theme, heir: QWidget) -> None:
        """heir: who takes the keys when a control is gone that had them."""
        super().__init__()
        self.player, self.theme, self._heir = player, theme, heir
        self.fields: dict[str, QWidget] = {}
        self._titles: dict[str, QLabel] = {}
        self._apart: dict[str, str] = {}  # what lists say of values that differ
        self._brief = False  # whether there is no room for that
        self._described: tuple[object, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(APART)
        self.setMinimumHeight(HEIGHT)
        theme.changed.connect(self.restyle)

    def restyle(self) -> None:
        """In the theme's colours."""
        for field in self.fields.values():
            if isinstance(field, FineSlider | Slider):
                field.mark(
                    field.marks, self.theme.palette.accent, self.theme.palette.surface
                )

    def show_controls(self, controls: Sequence[Control]) -> None:
        """Widgets are kept while the controls stay the same."""
        described = tuple(
            (c.key, c.title, c.kind, c.unit, c.switch, c.plays, c.part) for c in controls
        )
        if described != self._described:
            self._described = described
            self._build(controls)
        for control in controls:
            self._set(self.fields[control.key], control)
        for at in range(self._row.count()):  # not in the next turn: sizes are asked for in this one
            if (item := self._row.itemAt(at)) is not None and (widget := item.widget()) is not None:
                widget.show()

    def share(self, room: int, most: int) -> None:
        """Have so many pixels, sliders being as short as they may be. Before anything is cut, where
        there are no more than `most`, lists say of values that differ no more than that, and stand
        closer."""
        sliders = [each for each in self.fields.values() if isinstance(each, FineSlider | Slider)]
        shorten(sliders, 0)
        self._be_brief(False)
        shorten(sliders, self._width() - room)
        self._be_brief(self._width() > most)
        self._width()  # the bar's layout asks for it anew as well
        self.updateGeometry()

    def _be_brief(self, brief: bool) -> None:
        self._brief = brief
        self._row.setSpacing(CLOSE if brief else APART)
        for key, text in self._apart.items():
            combo = self.fields[key]
            assert isinstance(combo, QComboBox)
            say_instead(combo, DIFFERS if brief else text)

    def _width(self) -> int:
        """What all of it would take, as it is now: layouts would say so a turn later."""
        for widget in self.findChildren(QWidget):
            widget.updateGeometry()
            if (layout := widget.layout()) is not None:
                layout.invalidate()
        self._row.invalidate()
        return self._row.sizeHint().width()

    def _build(self, controls: Sequence[Control]) -> None:
        held = holder(self.fields)
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                dismiss(widget, self._heir)
        self.fields, self._titles, self._apart = {}, {}, {}
        for control in controls:
            self._row.addWidget(self._control(control))
        if held in self.fields:
            self.fields[held].setFocus()

    def _control(self, control: Control) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        title = QLabel(control.title)
        title.setProperty("quiet", True)
        title.setProperty("small", True)
        self._titles[control.key] = title
        column.addStretch()
        column.addWidget(title)
        field = self._field(control)
        field.setAccessibleName(control.title)
        inner = field.findChild(QSlider)
        if inner is not None:  # it takes the keys: one stop of Tab, not two
            field.setFocusProxy(inner)
            inner.setAccessibleName(control.title)
        self.fields[control.key] = field
        line = QWidget()
        line.setFixedHeight(FIELD)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        if control.plays:
            row.addWidget(PlayButtons(self.player, self.theme))
        row.addWidget(field)
        column.addWidget(line)
        column.addStretch()
        return whole

    def _field(self, control: Control) -> QWidget:
        if control.kind == "choice":
            combo = QComboBox()
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            combo.setMaximumWidth(WIDEST)
            combo.textActivated.connect(partial(self._chosen, control))
            return combo
        if control.unit != 1:
            fine = FineSlider(Qt.Orientation.Horizontal)
            fine.setDecimals(2)
            fine.setSingleStep(control.unit)
            want(fine, 170)
            fine.valueChanged.connect(partial(self._fine_moved, control))
            return fine
        slider = Slider(Qt.Orientation.Horizontal)
        want(slider, 200)
        slider.valueChanged.connect(
            lambda value, key=control.key: self.control_changed.emit(key, value)
        )
        return slider

    def _chosen(self, control: Control, text: str) -> None:
        combo = self.fields[control.key]
        assert isinstance(combo, QComboBox)
        signal = self.part_chosen if control.part else self.control_changed
        signal.emit(control.key, name_of(combo, text))

    def _fine_moved(self, control: Control, value: float) -> None:
        steps = round(value / control.unit)
        if control.switch:
            self.switch_moved.emit(control.switch, round(steps * control.unit, 4))
        else:
            self.control_changed.emit(control.key, steps)

    def _set(self, field: QWidget, control: Control) -> None:
        """What it offers and what it says now; what is being dragged stays where it is."""
        field.blockSignals(True)
        if isinstance(field, QComboBox):
            offer(field, control.choices)
            show_name(field, str(control.value))
            self._apart.pop(control.key, None)
            if different(control):
                self._apart[control.key] = text = all_text(control)
                say_instead(field, DIFFERS if self._brief else text)
        elif isinstance(field, FineSlider | Slider):
            unit = control.unit if isinstance(field, FineSlider) else 1
            if (field.minimum(), field.maximum()) != (control.low * unit, control.high * unit):
                field.setRange(control.low * unit, control.high * unit)
            if not field.isSliderDown():
                field.setValue(int(control.value) * unit)
            field.mark([int(other) * unit for other in different(control)[1:]],
                       self.theme.palette.accent, self.theme.palette.surface)
            field.say(*beside(control), room_for=widest(control))
        for told in (field, self._titles[control.key]):
            told.setToolTip(tip_text(tip(control)))
        field.setAccessibleDescription(tip(control))
        field.blockSignals(False)
