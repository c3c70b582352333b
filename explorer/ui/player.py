"""Plays a stage's steps (NMS, merges, bins): back, play or pause, forward."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from explorer.session.scene import Control
from explorer.ui.style import Theme

FRAMES = 120  # a long replay takes strides: about so many
WHOLE = 45_000  # milliseconds that a replay takes at most, or little more
SLOWEST = 1_500  # milliseconds a step where there are few: each is read


def stride(steps: int) -> int:
    """How many steps are taken at once."""
    return max(1, steps // FRAMES)


def interval(steps: int) -> int:
    """Milliseconds that each picture of so many steps stands."""
    return min(SLOWEST, WHOLE * stride(steps) // max(steps, 1))


class Player(QObject):
    """Holds what can be played on screen; `moved` asks for the next step."""

    moved = Signal(str, object)  # the control's key, its value
    changed = Signal()  # playing or not

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._control: Control | None = None
        self._timer = QTimer(self)
        self._awaited = ""  # the control that is to play when it is there
        self._timer.timeout.connect(self._tick)

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    @property
    def ready(self) -> bool:
        """Whether there are steps on screen."""
        return self._control is not None and self._control.high > self._control.low

    def await_control(self, key: str) -> None:
        """Play a control that will be on screen, from its start."""
        self._awaited = key

    def show(self, control: Control | None) -> None:
        """The control that can be played now, with its present value."""
        same = (
            control is not None and self._control is not None
            and control.key == self._control.key
        )
        self._control = control
        if not same:
            self.pause()
        if control is not None and self.ready and control.key == self._awaited:
            self._awaited = ""
            self.moved.emit(control.key, control.low)
            self._start()

    def toggle(self) -> None:
        """Play on, from the start where it stands at the end; or pause."""
        if self.playing:
            self.pause()
        elif self._control is not None and self.ready:
            if int(self._control.value) >= self._control.high:
                self.moved.emit(self._control.key, self._control.low)
            self._start()

    def _start(self) -> None:
        assert self._control is not None
        self._timer.start(interval(self._control.high - self._control.low))
        self.changed.emit()

    def pause(self) -> None:
        if self.playing:
            self._timer.stop()
            self.changed.emit()

    def step(self, by: int) -> None:
        """One step back or forward; a replay pauses."""
        self.pause()
        self._move(by)

    def _move(self, by: int) -> None:
        held = self._control
        if held is not None:
            value = min(max(int(held.value) + by, held.low), held.high)
            if value != int(held.value):
                self.moved.emit(held.key, value)

    def _tick(self) -> None:
        held = self._control
        if held is None or int(held.value) >= held.high:
            self.pause()
        else:
            self._move(stride(held.high - held.low))


class PlayButtons(QWidget):
    """Three buttons for a player."""

    def __init__(self, player: Player, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.player, self.theme = player, theme
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.back, self.play, self.forward = (QToolButton() for _ in range(3))
        for button, tip, do in (
            (self.back, "One step back ([)", lambda: player.step(-1)),
            (self.play, "Play or pause (Space)", player.toggle),
            (self.forward, "One step forward (])", lambda: player.step(1)),
        ):
            button.setProperty("icon", True)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(do)
            row.addWidget(button)
        player.changed.connect(self.restyle)
        theme.changed.connect(self.restyle)
        self.restyle()

    def restyle(self) -> None:
        self.back.setIcon(self.theme.icon("ph.skip-back-fill"))
        name = "ph.pause-fill" if self.player.playing else "ph.play-fill"
        self.play.setIcon(self.theme.icon(name))
        self.forward.setIcon(self.theme.icon("ph.skip-forward-fill"))
