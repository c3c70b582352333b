"""The layers in the bar: as many check boxes as have room, and a list for the others.

However many layers a stage has, the bar keeps its height, and so do the canvases above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from explorer.session.samples import Sample
from explorer.ui import swatch
from explorer.ui.choices import LayerChoice
from explorer.ui.flow import GAP_Y, FlowLayout, lines_of
from explorer.ui.focus import dismiss, holder
from explorer.ui.more_layers import MoreLayers, head_of
from explorer.ui.style import Theme

LINE = 23  # pixels of a line of check boxes
TRIES = 3  # of the number that has room, which may change as they come
AFTER_HEAD = 8  # pixels between whose layers they are and the first of them


class LayerBar(QWidget):
    switched = Signal(str, bool)

    def __init__(self, theme: Theme, bar: QWidget) -> None:
        """bar: over which the list opens; it takes the keys when a layer is gone that had them."""
        super().__init__()
        self.theme, self._bar = theme, bar
        self.boxes: dict[str, QCheckBox] = {}
        self._named: tuple[tuple[str, str], ...] = ()
        self._swatches: dict[str, Sample] = {}
        self._icons: dict[tuple[str, Sample, int], QIcon] = {}
        self._widths: list[int] = []
        self._lines = 1
        self._inline = -1  # how many stand in the bar; -1: they are not placed yet
        self._placing = False
        self._flow = FlowLayout(self)
        self.more = QToolButton(self)
        self.more.setProperty("flat", True)
        self.more.setProperty("slim", True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setAccessibleName("More layers")
        self.more.hide()
        self.rest = MoreLayers(self.more, bar)
        self.more.clicked.connect(self.rest.pop_up)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(90)  # of the button
        self.set_lines(self._lines)
        self.restyle()
        theme.changed.connect(self.restyle)

    def set_lines(self, lines: int) -> None:
        """In how many lines they may stand; they keep the room of these."""
        self.setFixedHeight(lines * LINE + (lines - 1) * GAP_Y)
        if lines != self._lines:
            self._lines = lines
            self._place()

    def restyle(self) -> None:
        """In the theme's colours."""
        self.more.setIcon(self.theme.icon("ph.caret-up-bold"))
        for name, sample in self._swatches.items():
            self.boxes[name].setIcon(self._icon(sample))

    def _icon(self, sample: Sample) -> QIcon:
        """Drawn once for a theme and screen: stages change many at a time."""
        palette, ratio = self.theme.palette, ceil(self.devicePixelRatioF())
        key = (palette.name, sample, ratio)
        if key not in self._icons:
            self._icons[key] = swatch.icon(palette, sample, ratio)
        return self._icons[key]

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.restyle()
        return super().event(event)

    def show_layers(self, layers: Sequence[LayerChoice]) -> None:
        """Widgets are kept while the layers stay the same."""
        named = tuple((layer.name, layer.whose) for layer in layers)
        swatches = {layer.name: layer.sample for layer in layers}
        held, before = "", {}
        if new := named != self._named:
            held, before = holder(self.boxes), self.boxes
            self._build(named)
        if new or swatches != self._swatches:
            self._swatches = swatches
            self.restyle()
            self._measure()
            self._place()
        for box in before.values():
            dismiss(box, self._bar)
        if held in self.boxes:
            self.boxes[held].setFocus()
        for layer in layers:
            box = self.boxes[layer.name]
            box.blockSignals(True)
            box.setChecked(layer.on)
            box.blockSignals(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    # -- the check boxes -------------------------------------------------------------------

    def _build(self, named: tuple[tuple[str, str], ...]) -> None:
        """named: layers, and whose each is. Layers come and go while a stage is played."""
        self._named, self.boxes, self._inline = named, {}, -1
        for name, whose in named:
            box = QCheckBox(name, self)
            box.setIconSize(QSize(swatch.SIDE, swatch.SIDE))
            box.toggled.connect(lambda on, name=name: self.switched.emit(name, on))
            box.setToolTip(f"Layer of {whose}" if whose else "")
            self.boxes[name] = box

    def _measure(self) -> None:
        """What each takes in a line, with its head."""
        self._widths = []
        before = ""
        for (_, whose), box in zip(self._named, self.boxes.values(), strict=True):
            box.ensurePolished()
            wide = box.sizeHint().width()
            if whose != before:
                head = head_of(whose, self)
                wide += head.sizeHint().width() + AFTER_HEAD
                head.deleteLater()
            self._widths.append(wide)
            before = whose

    def _place(self) -> None:
        """As many in the bar as have room there, with a button for the others."""
        if self._placing:
            return  # what is put there may give the bar another size at once
        self._placing = True
        for _ in range(TRIES):
            count = self._fitting()
            if count == self._inline:
                break
            self._put(count)
        self._fit()
        self._placing = False

    def _fit(self) -> None:
        """Each has the size that it needs now, not some turns later."""
        for at in range(self._flow.count()):
            item = self._flow.itemAt(at)
            cell = item.widget() if item is not None else None
            inner = cell.layout() if cell is not None else None
            if cell is not None and inner is not None:
                inner.invalidate()
                inner.activate()
                cell.updateGeometry()
        self._flow.invalidate()
        self._flow.activate()

    def _fitting(self) -> int:
        """How many have room in the bar; the button says how many have not."""
        count, room = len(self._widths), self.width()
        if lines_of(self._widths, room) <= self._lines:
            return count
        while count:
            count -= 1
            left = len(self._widths) - count
            self.more.setText(f"{left} more" if count else f"{left} layers")
            button = self.more.sizeHint().width()
            if lines_of([*self._widths[:count], button], room) <= self._lines:
                break
        return count

    def _put(self, count: int) -> None:
        """The first `count` in the bar, the others in the list."""
        held = holder(self.boxes)
        self._inline = count
        for box in self.boxes.values():
            box.setParent(self)
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget is not self.more and not isinstance(widget, QCheckBox):
                widget.hide()
                widget.deleteLater()
        before = ""
        boxes = list(self.boxes.items())
        for (_, box), (_, whose) in zip(boxes[:count], self._named, strict=False):
            cell = self._headed(whose, box) if whose != before else box
            self._flow.addWidget(cell)
            box.show()
            cell.show()
            before = whose
        self.rest.fill([
            (whose, box) for (_, box), (_, whose) in zip(boxes, self._named, strict=True)
        ][count:])
        self.more.setVisible(count < len(boxes))
        if count < len(boxes):
            self._flow.addWidget(self.more)
            self.more.setToolTip(", ".join(name for name, _ in boxes[count:]))
        if held:
            (self.boxes[held] if self.boxes[held].isVisible() else self.more).setFocus()

    def _headed(self, whose: str, box: QCheckBox) -> QWidget:
        """The first layer of some methods, with their names before it: no line ends between them.
        """
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(AFTER_HEAD)
        row.addWidget(head_of(whose))
        row.addWidget(box)
        return whole
