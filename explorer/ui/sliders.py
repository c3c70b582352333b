"""Sliders whose keys move them, not the stage, while they have the focus."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLocale, QObject, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget
from superqt import QDoubleSlider, QLabeledDoubleSlider, QLabeledSlider
from superqt.sliders._labeled import SliderLabel

from explorer.ui.table import kept_key

STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
HANDLE, RING = 14.0, 5.0  # pixels: the handle's width, a mark's radius
BESIDE = 1  # pixels between a number and what stands at its right
KEYS = (*STEPS, Qt.Key.Key_Home, Qt.Key.Key_End)


NARROWEST = 0.5  # of the width that a slider wants: as narrow as it gets in a small window


class Marked:
    """Before a slider's own class. marks: values at which rings stand beside the handle: what else
    it stands for; ink, ground: of them and inside them, where the groove is of the same ink."""

    marks: Sequence[float] = ()
    ink = ground = ""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)  # type: ignore[misc]
        if not self.marks:
            return
        assert isinstance(self, QSlider)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.ink), 2))
        painter.setBrush(QColor(self.ground))
        span = self.maximum() - self.minimum() or 1.0
        for mark in self.marks:
            along = HANDLE / 2 + (self.width() - HANDLE) * (mark - self.minimum()) / span
            painter.drawEllipse(QPointF(along, self.height() / 2), RING, RING)


class MarkedSlider(Marked, QSlider):
    pass


class FineMarkedSlider(Marked, QDoubleSlider):  # type: ignore[misc]
    pass


class Labelled:
    """Before the class of a slider with its number at its right: it can be told how wide to be, see
    `want`, and what else to say there."""

    wanted = 0
    length = 0  # pixels that it has of those, with its number
    _more = 0  # pixels for what else it says
    _beside: QLabel | None = None

    def sizeHint(self) -> QSize:
        hint: QSize = super().sizeHint()  # type: ignore[misc]
        return QSize(self.length + self._more if self.length else hint.width(), hint.height())

    def mark(self, marks: Sequence[float], ink: str, ground: str) -> None:
        """See `Marked`."""
        inner = self._slider  # type: ignore[attr-defined]
        inner.marks, inner.ink, inner.ground = tuple(marks), ink, ground
        inner.update()

    def say(self, text: str, instead: bool = False, room_for: str = "") -> None:
        """What stands after its number, or instead of it. room_for: what may come there. The slider
        does not change its length for it, where the handle is under the pointer."""
        if self._beside is None:
            if not text:
                return
            self._beside = self._hung()
        number = self._label  # type: ignore[attr-defined]
        number.setVisible(not instead)
        self._beside.setText(text)
        self._beside.setVisible(bool(text))
        for label in (number, self._beside):
            label.ensurePolished()
        number._update_size()  # in the font that it has now
        wide = QFontMetrics(self._beside.font()).horizontalAdvance
        room = max(wide(text) + (0 if instead else number.width() + BESIDE),
                   wide(room_for) + number.width() + BESIDE if room_for else 0)
        whole = self._beside.parentWidget()
        assert whole is not None
        whole.setMinimumWidth(max(whole.minimumWidth(), room + 1))
        self._more = whole.minimumWidth() - number.width()
        fit(self)

    def _hung(self) -> QLabel:
        """A label at the right of the number, with which it shares its room."""
        assert isinstance(self, QWidget)
        number = self._label  # type: ignore[attr-defined]
        whole, label = QWidget(), QLabel()
        whole.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(BESIDE)
        number.setStyleSheet(f"{number.styleSheet()} padding: 0;")
        row.addWidget(number)
        row.addWidget(label)
        row.addStretch()
        layout = self.layout()
        assert layout is not None
        layout.addWidget(whole)
        return label


class Grouped(SliderLabel):  # type: ignore[misc]
    """A slider's whole number, written and typed with commas between its thousands."""

    def __init__(self, slider: QSlider, parent: QWidget) -> None:
        super().__init__(slider, parent)
        self.validator().setLocale(QLocale(QLocale.Language.English))

    def _format_value(self, value: float) -> str:
        return f"{round(value):,}"

    def _editing_finished(self) -> None:
        text = self.text().replace(",", "")
        self.setText(text)
        super()._editing_finished()


class Slider(Labelled, QLabeledSlider):  # type: ignore[misc]
    """A labelled slider of whole numbers."""

    _slider_class = MarkedSlider

    def __init__(self, orientation: Qt.Orientation) -> None:
        super().__init__(orientation)
        self._label = Grouped(self._slider, self)  # in place of the one that it has made
        self._label.valueEdited.connect(self._setValue)
        self._label.editingFinished.connect(self.editingFinished)
        self.setOrientation(orientation)

    def event(self, event: QEvent) -> bool:
        return kept_key(event, KEYS) or bool(super().event(event))


def _moved(slider: QDoubleSlider, event: QKeyEvent) -> bool:
    """Move a slider of other numbers by a key, which QSlider does for whole numbers alone."""
    key = event.key()
    if key in STEPS:
        slider.setValue(slider.value() + STEPS[Qt.Key(key)] * slider.singleStep())
    elif key in KEYS:
        slider.setValue(slider.minimum() if key == Qt.Key.Key_Home else slider.maximum())
    return key in KEYS


class FineSlider(Labelled, QLabeledDoubleSlider):  # type: ignore[misc]
    """A labelled slider of numbers between whole ones."""

    _slider_class = FineMarkedSlider

    def __init__(self, orientation: Qt.Orientation) -> None:
        super().__init__(orientation)
        inner = self.findChild(QSlider)
        assert inner is not None
        inner.installEventFilter(self)  # it takes the keys

    def event(self, event: QEvent) -> bool:
        return kept_key(event, KEYS) or bool(super().event(event))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return _moved(self, event)
        return bool(super().eventFilter(watched, event))


def want(slider: Slider | FineSlider, width: int) -> None:
    """Let it be so many pixels wide where there is room, and narrower where there is not."""
    slider.wanted = slider.length = width
    fit(slider)


def shorten(sliders: Sequence[Labelled], pixels: int) -> None:
    """Let them be shorter by so many pixels in all, as far as they can, or have all they want."""
    spare = [each.wanted - round(NARROWEST * each.wanted) for each in sliders]
    share = min(1.0, max(0, pixels) / max(1, sum(spare)))
    for each, most in zip(sliders, spare, strict=True):
        each.length = each.wanted - round(share * most)
        fit(each)


def fit(slider: Labelled) -> None:
    """What it says beside its number has room of its own."""
    assert isinstance(slider, QWidget)
    slider.setMaximumWidth(slider.length + slider._more)
    slider.setMinimumWidth(round(NARROWEST * slider.wanted) + slider._more)
    slider.updateGeometry()


class StillSlider(FineMarkedSlider):
    """The wheel scrolls the panel; it does not move a threshold that it happens to pass."""

    def event(self, event: QEvent) -> bool:
        return kept_key(event, KEYS) or bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _moved(self, event):
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
