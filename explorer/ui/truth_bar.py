"""The line above the bottom bar while ground truth is drawn: the class, what there is, the end."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from explorer.session.ground_truth import GroundTruth
from explorer.session.scenes.common import plural
from explorer.ui.focus import Leaving
from explorer.ui.naming import name_of, offer, show_name

HELP = "Drag a box around an object. Click a box to choose it."


class TruthBar(Leaving):
    """Hidden until the mode is on."""

    named = Signal(str)  # the class that was chosen
    remove_wanted = Signal()
    done = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bottombar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 7, 14, 7)
        row.setSpacing(12)
        title = QLabel("Ground truth")
        title.setObjectName("heading")
        self.what = QLabel()
        self.help = QLabel(HELP)
        self.help.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for label in (self.what, self.help):
            label.setProperty("quiet", True)
        class_label = QLabel("Class")
        class_label.setProperty("quiet", True)
        self.classes = QComboBox()
        self.classes.setAccessibleName("Class of the box")
        self.classes.setMinimumWidth(130)
        self.classes.setMaxVisibleItems(20)
        self.classes.textActivated.connect(self._named)
        self.remove = QPushButton("Delete")
        self.remove.setToolTip("Remove the chosen box (Delete)")
        self.remove.clicked.connect(self.remove_wanted)
        end = QPushButton("Done")
        end.setToolTip("Back to looking (G)")
        end.setProperty("primary", True)
        end.clicked.connect(self.done)
        widgets = (title, self.what, self.help, class_label, self.classes, self.remove, end)
        for widget in widgets:
            row.addWidget(widget, int(widget is self.help))
        self.hide()

    def show_truth(self, truth: GroundTruth, row: int | None, name: str) -> None:
        """What there is, and the class of the chosen box or of the next one."""
        boxes = plural(len(truth.names), "box", "boxes")
        self.what.setText(f"{boxes} · {truth.source}" if truth.names else "no box yet")
        self.remove.setEnabled(row is not None)
        show_name(self.classes, name)

    def _named(self, text: str) -> None:
        self.named.emit(name_of(self.classes, text))

    def show_classes(self, names: Sequence[str], name: str) -> None:
        """What can be chosen."""
        offer(self.classes, names)
        show_name(self.classes, name)
