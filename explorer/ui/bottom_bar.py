"""Below the canvases: the stage and the steps to its neighbours, layers, and the stage's controls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.session.samples import Sample
from explorer.session.scene import Control
from explorer.session.scenes.common import STAGE_TITLES
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.ui import swatch
from explorer.ui.choices import LayerChoice
from explorer.ui.flow import FlowLayout
from explorer.ui.focus import dismiss, holder
from explorer.ui.player import Player
from explorer.ui.stage_controls import StageControls
from explorer.ui.style import Theme

ALIKE = 10  # pixels of height for which layers do not stand in more lines
LAYERS_AT = 3  # after the two steps and the heading


class BottomBar(QWidget):
    stepped = Signal(int)
    layer_switched = Signal(str, bool)
    control_changed = Signal(str, object)
    switch_moved = Signal(str, float)
    part_chosen = Signal(str, str)  # the part, what was chosen

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bottombar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.theme = theme
        self.player = Player(self)
        self.player.moved.connect(self.control_changed)
        self.boxes: dict[str, QCheckBox] = {}
        self._swatches: dict[str, Sample] = {}
        self._named: tuple[tuple[str, str], ...] = ()
        self.stage_controls = StageControls(self.player, theme, self)
        for own, signal in (
            (self.stage_controls.control_changed, self.control_changed),
            (self.stage_controls.switch_moved, self.switch_moved),
            (self.stage_controls.part_chosen, self.part_chosen),
        ):
            own.connect(signal)
        self._offered: tuple[object, ...] = ()
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(14, 9, 14, 9)
        self._lines.setSpacing(6)
        row = self._row = QHBoxLayout()
        self._lines.addLayout(row)
        row.setSpacing(16)
        self.back, self.forward = QToolButton(), QToolButton()
        for button, step, tip in (
            (self.back, -1, "Previous stage (←)"), (self.forward, 1, "Next stage (→)"),
        ):
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setProperty("compact", True)
            button.clicked.connect(lambda _=False, step=step: self.stepped.emit(step))
        self.heading = QLabel()
        self.heading.setObjectName("heading")
        self.place = QLabel()
        self.place.setProperty("quiet", True)
        self.place.setProperty("small", True)
        names = QVBoxLayout()
        names.setSpacing(1)
        names.addStretch()
        names.addWidget(self.heading)
        names.addWidget(self.place)
        names.addStretch()
        holder = QWidget()
        holder.setFixedWidth(112)
        holder.setLayout(names)
        names.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.back)
        row.addWidget(self.forward)
        row.addWidget(holder)
        self._layers = QWidget()
        self._flow = FlowLayout(self._layers)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self._layers.setSizePolicy(policy)
        row.addWidget(self._layers, 1)
        self._below = False
        row.addWidget(self.stage_controls)
        self.setMinimumSize(300, 70)
        self._icons()
        theme.changed.connect(self._icons)

    @property
    def controls(self) -> Mapping[str, QWidget]:
        """The fields of the stage's controls."""
        return self.stage_controls.fields

    def resizeEvent(self, event: object) -> None:
        self._place_layers()

    def _place_layers(self) -> None:
        """Beside the controls, or, where the bar is then hardly higher, in lines of their own."""
        margins = self._lines.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        items = (self._row.itemAt(index) for index in range(self._row.count()))
        hints = [item.sizeHint() for item in items if item and item.widget() is not self._layers]
        used = sum(hint.width() + self._row.spacing() for hint in hints)
        height = max(hint.height() for hint in hints)
        lines = self._flow.heightForWidth
        beside = max(height, lines(max(room - used, 1)))
        lower = height + self._lines.spacing() + lines(room)
        below = room - used < 1 or lower < beside + ALIKE
        if below != self._below:
            self._below = below
            if below:
                self._row.removeWidget(self._layers)
                self._row.insertStretch(LAYERS_AT, 1)
                self._lines.addWidget(self._layers)
            else:
                self._lines.removeWidget(self._layers)
                self._row.takeAt(LAYERS_AT)
                self._row.insertWidget(LAYERS_AT, self._layers, 1)
        self.updateGeometry()

    def _icons(self) -> None:
        self.back.setIcon(self.theme.icon("ph.caret-left-bold"))
        self.forward.setIcon(self.theme.icon("ph.caret-right-bold"))
        for name, sample in self._swatches.items():
            self.boxes[name].setIcon(swatch.icon(self.theme.palette, sample))

    def show_stage(self, stage: StageName) -> None:
        number = STAGE_NAMES.index(stage)
        self.heading.setText(STAGE_TITLES[stage])
        self.place.setText(f"stage {number + 1} of {len(STAGE_NAMES)}")
        self.back.setEnabled(number > 0)
        self.forward.setEnabled(number < len(STAGE_NAMES) - 1)

    def show_choices(
        self, layers: Sequence[LayerChoice], controls: Sequence[Control], behind: bool = False,
    ) -> None:
        """behind: the picture of these choices is not on screen yet.

        Widgets are kept while the choices stay the same.
        """
        names = tuple((layer.name, layer.whose) for layer in layers)
        offered = (tuple((layer.name, layer.sample.kind, layer.whose) for layer in layers), tuple(
            (c.key, c.title, c.kind, c.unit, c.choices, c.low, c.high) for c in controls
        ))
        if names != self._named:
            self._build_layers(names)
        swatches = {layer.name: layer.sample for layer in layers}
        if swatches != self._swatches:
            self._swatches = swatches
            self._icons()
        for layer in layers:
            box = self.boxes[layer.name]
            box.blockSignals(True)
            box.setChecked(layer.on)
            box.blockSignals(False)
        self.stage_controls.show_controls(controls)
        if offered != self._offered:  # it may need more or less room
            self._offered = offered
            self._place_layers()
        self.player.show(next((control for control in controls if control.plays), None), behind)

    def _build_layers(self, names: tuple[tuple[str, str], ...]) -> None:
        """names: of layers, and whose each is. Layers come and go while a stage is played; its
        controls stay."""
        held = holder(self.boxes)
        _empty(self._flow, self)
        self._named, self.boxes, self._swatches = names, {}, {}
        before = ""
        for name, whose in names:
            box = QCheckBox(name)
            box.setIconSize(QSize(swatch.SIDE, swatch.SIDE))
            box.toggled.connect(lambda on, name=name: self.layer_switched.emit(name, on))
            box.setToolTip(f"Layer of {whose}" if whose else "")
            self.boxes[name] = box
            self._flow.addWidget(_headed(whose, box) if whose != before else box)
            before = whose
        if held in self.boxes:
            self.boxes[held].setFocus()


def _headed(whose: str, box: QCheckBox) -> QWidget:
    """The first layer of some methods, with their names before it: no line ends between them."""
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    head = QLabel(f"{whose}:")
    head.setProperty("quiet", True)
    head.setProperty("small", True)
    row.addWidget(head)
    row.addWidget(box)
    return whole


def _empty(layout: QLayout, heir: QWidget) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            dismiss(widget, heir)
