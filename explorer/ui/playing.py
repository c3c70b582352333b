"""Space: plays what is on screen; where its steps are behind a choice, that is made first.
The speed is remembered from one start to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QSettings, Signal

from explorer.session.replay import playing_view
from explorer.session.scene import ViewState
from explorer.session.state import Desk
from explorer.trace.base import StageName
from explorer.trace.stages import Trace
from explorer.ui.player import SETTING, Player, kept_speed
from explorer.ui.workbench import Workbench

NO_STEPS = "This view has no steps to play."
Choice = tuple[str, str | int, str]  # of a stage's control, and the control that plays then


def _find(shown: Sequence[tuple[Trace, ViewState]], stage: StageName) -> Choice | None:
    """The choice with which one of the methods plays the stage."""
    for trace, view in shown:
        found = playing_view(trace, stage, view)
        if found is not None:
            made, control = found
            ((name, value),) = set(made.controls) - set(view.controls) or {("", "")}
            return name.removeprefix(f"{stage}."), value, control.key
    return None


class Playing(QObject):
    said = Signal(str)  # why nothing plays

    def __init__(
        self, bench: Workbench, player: Player, settings: QSettings, go: Callable[[Desk], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.bench, self.player, self._go = bench, player, go
        player.choose_speed(kept_speed(settings))
        player.changed.connect(lambda: settings.setValue(SETTING, player.speed))

    def step_speed(self, step: int) -> None:
        """Faster (1) or slower (-1), and say how fast."""
        self.player.step_speed(step)
        self.said.emit(f"Replays play at {self.player.speed} the usual speed.")

    def toggle(self) -> None:
        """Play or pause."""
        if self.player.ready:
            self.player.toggle()
            return
        desk, presenter = self.bench.desk, self.bench.presenter
        shown = [
            (presenter.shown[name].trace, presenter.view_of(name))
            for name in desk.shown() if name in presenter.shown
        ]
        presenter.studio.ask(
            ("play",), partial(_find, shown, desk.stage), partial(self._found, desk)
        )

    def _found(self, desk: Desk, found: Choice | Exception | None) -> None:
        if desk is not self.bench.desk or isinstance(found, Exception):
            return
        if found is None:
            self.said.emit(NO_STEPS)
            return
        name, value, plays = found
        self.player.await_control(plays)
        if name:
            self._go(desk.with_control(name, value))
