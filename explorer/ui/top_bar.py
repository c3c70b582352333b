"""Above all: the photo, the methods with their times, the device, and what one can do."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from explorer.methods.names import METHODS
from explorer.trace.stages import Trace
from explorer.ui.style import Theme
from explorer.ui.theme import colour
from explorer.ui.words import brief_time, time_text, total_ms

# What is left out where there is no room, the least missed first.
WORDS = (
    "app", "titles", "precision", "name", "minutes", "size", "device", "open", "times", "place",
)


def dot(ink: QColor, size: int = 10, radius: float = 2.5) -> QIcon:
    """A small filled square, as sharp as the screen."""
    pixmap = QPixmap(size * 4, size * 4)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawRoundedRect(0, 0, size * 4, size * 4, radius * 4, radius * 4)
    painter.end()
    return QIcon(pixmap)


class TopBar(QWidget):
    method_toggled = Signal(str)
    theme_wanted = Signal()
    export_wanted = Signal()
    help_wanted = Signal()
    side_wanted = Signal()

    def __init__(
        self, theme: Theme, open_menu: QMenu, weights_menu: QMenu, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("topbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(52)
        self.setMinimumWidth(300)
        self.theme = theme
        self._traces: Mapping[str, Trace] = {}
        self._enabled: tuple[str, ...] = ()
        self._photo = ("no photo", "", 0, 0)
        self._device = "starting"
        row = self._row = QHBoxLayout(self)
        # The bar never forces the window wide: it shortens its texts instead.
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(6)
        self.name = QLabel("Two-Stage Explorer")
        self.name.setObjectName("appname")
        row.addWidget(self.name)
        row.addSpacing(4)
        self.photo = QLabel("no photo")
        self.photo.setProperty("chip", True)
        self.photo.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row.addWidget(self.photo)
        self.chips: dict[str, QPushButton] = {}
        for method in METHODS:
            chip = QPushButton(method.short)
            chip.setProperty("chip", True)
            chip.setProperty("toggle", True)
            chip.setCheckable(True)
            chip.setIconSize(QSize(10, 10))
            chip.clicked.connect(
                lambda _=False, name=method.name: self.method_toggled.emit(name)
            )
            self.chips[method.name] = chip
            row.addWidget(chip)
        row.addStretch()
        self.device = QPushButton("starting")
        self.device.setProperty("chip", True)
        self.device.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.device.setIconSize(QSize(8, 8))
        self.device.setToolTip("Where the networks run, and in which precision")
        row.addWidget(self.device)
        self.open = self._menu_button("Open", open_menu)
        self.weights = self._menu_button("Weights", weights_menu)
        self.weights.setToolTip("Weights of FPN (W)")
        self.theme_button = self._icon_button("Dark or light theme (Ctrl+T)")
        self.theme_button.clicked.connect(self.theme_wanted)
        self.help = self._icon_button("Keys (?)")
        self.help.clicked.connect(self.help_wanted)
        self.side = self._icon_button("Show or hide the journey (I)")
        self.side.clicked.connect(self.side_wanted)
        self.export = QPushButton("Export")
        self.export.setProperty("primary", True)
        self.export.setToolTip("Save pictures (Ctrl+E)")
        self.export.clicked.connect(self.export_wanted)
        for button in (self.help, self.theme_button, self.side, self.weights, self.open,
                       self.export):
            row.addWidget(button)
        self.restyle()
        theme.changed.connect(self.restyle)

    def _icon_button(self, tip: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("compact", True)
        button.setProperty("flat", True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button

    def _menu_button(self, text: str, menu: QMenu) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(menu)
        return button

    def show_weights(self) -> None:
        """Open the menu of weights below its button, as a click does."""
        button = self.weights
        menu = button.menu()
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def restyle(self) -> None:
        """Icons in the colours of the palette."""
        palette = self.theme.palette
        self.open.setIcon(self.theme.icon("ph.folder-open"))
        self.weights.setIcon(self.theme.icon("ph.stack"))
        self.theme_button.setIcon(
            self.theme.icon("ph.sun" if palette.name == "dark" else "ph.moon")
        )
        self.help.setIcon(self.theme.icon("ph.keyboard"))
        self.side.setIcon(self.theme.icon("ph.columns"))
        self.export.setIcon(self.theme.icon("ph.export", "on_accent"))
        self.device.setIcon(dot(QColor(palette.good), 8, 4))
        for method, chip in self.chips.items():
            on = chip.isChecked()
            chip.setIcon(dot(colour(palette, method) if on else QColor(palette.faint)))

    def show_photo(self, name: str, place: str, width: int, height: int) -> None:
        """place: "2 of 8", its position in the album, or ""."""
        self._photo = (name, place, width, height)
        size = f"{width:,} × {height:,} pixels" if width else ""
        self.photo.setToolTip("\n".join(filter(None, (name, place, size))))
        self._fit()

    def show_device(self, text: str) -> None:
        self._device = text
        self._fit()

    def show_methods(self, enabled: tuple[str, ...], traces: Mapping[str, Trace]) -> None:
        """Which methods are on, and the milliseconds of each so far."""
        changed = enabled != self._enabled
        self._enabled, self._traces = enabled, traces
        self._fit()
        for method in METHODS:
            on = method.name in enabled
            trace = traces.get(method.name)
            weights = f"\nWeights {trace.weights}" if trace is not None else ""
            self.chips[method.name].setChecked(on)
            self.chips[method.name].setToolTip(
                f"{method.title} · {method.paper}{weights}\n"
                f"Click to {'hide it' if on else 'run it'}"
            )
        if changed:
            self.restyle()

    def resizeEvent(self, event: object) -> None:
        self._fit()

    def _fit(self) -> None:
        """As many words as there is room for."""
        words = set(WORDS)
        for word in WORDS:
            if self._fits(words):
                break
            words.discard(word)
        # One long word may have made others go that fit without it.
        for word in reversed(WORDS):
            if word not in words and self._fits(words | {word}):
                words.add(word)
        self._fits(words)
        self._row.activate()

    def _fits(self, words: Collection[str]) -> bool:
        self._write(words)
        self._row.invalidate()
        return self._row.sizeHint().width() <= self.width()

    def _write(self, words: Collection[str]) -> None:
        """All texts, with these of `WORDS`."""
        self.name.setVisible("app" in words)
        long = "titles" in words
        for method in METHODS:
            trace = self._traces.get(method.name)
            text = f" {method.title if long else method.short}"
            # Of one that still runs the time so far would look like the time it takes.
            if trace is not None and trace.stage("detections") and "times" in words:
                brief = "minutes" not in words
                time = total_ms(trace)
                text += f"  {brief_time(time) if brief else time_text(time)}"
            self.chips[method.name].setText(text)
        beside, alone = (Qt.ToolButtonStyle.ToolButtonTextBesideIcon,
                         Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.weights.setToolButtonStyle(beside if long else alone)
        self.open.setToolButtonStyle(beside if "open" in words else alone)
        device = self._device if "precision" in words else self._device.partition(" ")[0]
        self.device.setText(f" {device}")
        self.device.setVisible("device" in words)
        name, place, width, height = self._photo
        room = 26 if "name" in words else 14
        shown = name if len(name) <= room else f"{name[: room // 2]}…{name[-room // 2 + 1 :]}"
        size = f"{width} × {height}" if width and "size" in words else ""
        more = " · ".join(filter(None, (place if "place" in words else "", size)))
        muted = self.theme.palette.muted
        self.photo.setText(f'{shown} <span style="color:{muted}">{more}</span>')
