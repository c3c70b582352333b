"""Below the canvases: the stage and the steps to its neighbours, layers, and the stage's controls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.session.scene import Control
from explorer.session.scenes.common import STAGE_TITLES
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.ui.choices import LayerChoice, different
from explorer.ui.layer_bar import LayerBar
from explorer.ui.player import Player
from explorer.ui.stage_controls import StageControls
from explorer.ui.style import Theme

BESIDE_FROM = 1200  # pixels of the bar from which layers stand beside the controls
LAYERS_AT = 3  # after the two steps and the heading
LAYERS_SHARE = 0.29  # of the room, before sliders are as long as they want to be


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
        self._fixed = (self.back, self.forward, holder)
        for widget in self._fixed:
            row.addWidget(widget)
        self.layers = LayerBar(theme, self)
        self.layers.set_lines(2)
        self.layers.switched.connect(self.layer_switched)
        row.addWidget(self.layers, 1)
        self._below = False
        row.addWidget(self.stage_controls)
        self.setMinimumSize(300, 70)
        self._icons()
        theme.changed.connect(self._icons)

    @property
    def controls(self) -> Mapping[str, QWidget]:
        """The fields of the stage's controls."""
        return self.stage_controls.fields

    @property
    def boxes(self) -> Mapping[str, QCheckBox]:
        """The check boxes of the layers."""
        return self.layers.boxes

    def resizeEvent(self, event: object) -> None:
        self._place_layers()

    def _place_layers(self) -> None:
        """Beside the controls, or in a small window in a line below them. Where that is depends on
        the window alone: canvases keep their size from stage to stage."""
        below = self.width() < BESIDE_FROM
        if below != self._below:
            self._below = below
            if below:
                self._row.removeWidget(self.layers)
                self._row.insertStretch(LAYERS_AT, 1)
                self._lines.addWidget(self.layers)
            else:
                self._lines.removeWidget(self.layers)
                self._row.takeAt(LAYERS_AT)
                self._row.insertWidget(LAYERS_AT, self.layers, 1)
            self.layers.set_lines(1 if below else 2)
        self._share()

    def _share(self) -> None:
        """Sliders have the same length however many layers there are: those come and go while a
        stage is played, and what is under the pointer must stay there."""
        margins = self._lines.contentsMargins()
        used = sum(
            max(each.sizeHint().width(), each.minimumWidth()) + self._row.spacing()
            for each in self._fixed
        )
        room = most = self.width() - margins.left() - margins.right() - used
        if not self._below:
            room -= round(LAYERS_SHARE * room) + self._row.spacing()
            most -= self.layers.minimumWidth() + self._row.spacing()
        self.stage_controls.share(room, most)

    def _icons(self) -> None:
        self.back.setIcon(self.theme.icon("ph.caret-left-bold"))
        self.forward.setIcon(self.theme.icon("ph.caret-right-bold"))

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
        offered = (tuple((layer.name, layer.sample.kind, layer.whose) for layer in layers), tuple(
            (c.key, c.title, c.kind, c.unit, c.choices, c.low, c.high, bool(different(c)))
            for c in controls
        ))
        self.layers.show_layers(layers)
        self.stage_controls.show_controls(controls)
        if offered != self._offered:  # it may need more or less room
            self._offered = offered
            self._place_layers()
        self.player.show(next((control for control in controls if control.plays), None), behind)
