"""Plays a stage's steps (NMS, merges, bins): back, play or pause, forward, and how fast."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from explorer.session.scene import Control
from explorer.ui.style import Theme

FRAMES = 120  # a long replay takes strides: about so many
WHOLE = 45_000  # milliseconds that a replay takes at most, or little more
SLOWEST = 1_500  # milliseconds a step where there are few: each is read
FILM = 125  # milliseconds a step of one motion, which is watched, not read; or as fast as drawn
SPEEDS = {"½×": 0.5, "1×": 1.0, "2×": 2.0, "4×": 4.0}
USUAL, SETTING = "1×", "replay speed"


def stride(steps: int) -> int:
    """How many steps are taken at once."""
    return max(1, steps // FRAMES)


def interval(steps: int, speed: float = 1.0, motion: bool = False) -> int:
    """Milliseconds that each picture of so many steps stands. motion: see `Control`."""
    slowest = min(FILM, SLOWEST) if motion else SLOWEST
    return round(min(slowest, WHOLE * stride(steps) // max(steps, 1)) / speed)


def kept_speed(settings: QSettings) -> str:
    """What was chosen, one of SPEEDS."""
    name = str(settings.value(SETTING, USUAL))
    return name if name in SPEEDS else USUAL


class Player(QObject):
    """Holds what can be played on screen; `moved` asks for the next step.

    speed: one of SPEEDS, the same for all that plays.
    """

    moved = Signal(str, object)  # the control's key, its value
    changed = Signal()  # playing or not, or the speed

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.speed = USUAL
        self._control: Control | None = None
        self._behind = False
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

    def show(self, control: Control | None, behind: bool = False) -> None:
        """The control that can be played now, with its present value. behind: the picture of it is
        not on screen yet; playing waits for it, so that every step is seen."""
        self._behind = behind
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
        steps = self._control.high - self._control.low
        self._timer.start(interval(steps, SPEEDS[self.speed], self._control.motion))
        self.changed.emit()

    def choose_speed(self, name: str) -> None:
        """Play at one of SPEEDS, now and from now on."""
        if name == self.speed:
            return
        self.speed = name
        if self.playing:
            self._start()
        else:
            self.changed.emit()

    def step_speed(self, step: int) -> None:
        """The next faster speed (1) or slower one (-1), as far as there is one."""
        names = tuple(SPEEDS)
        at = names.index(self.speed) + step
        self.choose_speed(names[min(max(at, 0), len(names) - 1)])

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
        if self._behind:
            return
        if held is None or int(held.value) >= held.high:
            self.pause()
        else:
            self._move(stride(held.high - held.low))


class PlayButtons(QWidget):
    """Three buttons for a player, and its speed."""

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
            button.setProperty("compact", True)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(do)
            row.addWidget(button)
        self.speed = QComboBox()
        self.speed.addItems(list(SPEEDS))
        self.speed.setToolTip("Speed of all replays (< slower, > faster)")
        self.speed.setAccessibleName("Speed of all replays")
        self.speed.textActivated.connect(player.choose_speed)
        row.addWidget(self.speed)
        player.changed.connect(self.restyle)
        theme.changed.connect(self.restyle)
        self.restyle()

    def restyle(self) -> None:
        self.back.setIcon(self.theme.icon("ph.skip-back-fill"))
        name = "ph.pause-fill" if self.player.playing else "ph.play-fill"
        self.play.setIcon(self.theme.icon(name))
        self.forward.setIcon(self.theme.icon("ph.skip-forward-fill"))
        self.speed.setCurrentText(self.player.speed)
