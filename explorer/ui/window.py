"""The main window: wires its parts, and turns actions into steps of the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from explorer.ui.frame import Frame
from explorer.ui.text_size import SETTING, USUAL, largest, next_size, text_size

if TYPE_CHECKING:
    from explorer.session.job import Engine
    from explorer.session.related import Counterpart
    from explorer.session.scene import Key
    from explorer.session.state import Desk

NOTHING_SELECTED = "Nothing is selected to zoom to: click a box first."


class Window(Frame):
    """make_engine: called in the worker when the first photo is opened.

    furnished: False for a window that is shown empty first; `furnish` makes it whole.
    """

    text_size_chosen = Signal(str)  # another than this window's; what to say of it

    def __init__(
        self, make_engine: Callable[[], Engine], settings: QSettings, furnished: bool = True
    ) -> None:
        super().__init__(settings)
        self._make_engine = make_engine
        self.text_size = text_size(settings)
        if furnished:
            self.furnish()

    def styled(self) -> list[QWidget]:
        return [*super().styled(), self.commands]

    def furnish(self) -> None:
        """All parts of the window. Reads NumPy and most of the program from disk."""
        from explorer.ui.actions import add_actions
        from explorer.ui.command_palette import CommandPalette
        from explorer.ui.comparing import Comparing
        from explorer.ui.keeping import Keeping
        from explorer.ui.outlet import Outlet
        from explorer.ui.presenter import Presenter
        from explorer.ui.runner import Runner
        from explorer.ui.sessions import Sessions
        from explorer.ui.style_files import apply_style
        from explorer.ui.time_page import TimePage
        from explorer.ui.tour import Tour
        from explorer.ui.weights import FpnWeights
        from explorer.ui.workbench import Workbench

        self.build()
        self.centre.enlarge(self.text_size / USUAL)
        settings = self.settings
        self.runner = Runner(self._make_engine, self)
        self.presenter = Presenter(
            self.centre, self.stage_map, self.bottom, self.studio, self.theme, self
        )
        self.workbench = Workbench(self.runner, self.presenter, self.camera, self)
        self.weights = FpnWeights(
            self.workbench, settings, self.weights_menu, self.centre, self
        )
        self.keeping = Keeping(self.workbench, settings, self.open_menu, self)
        self.outlet = Outlet(self.workbench, self.studio, self.theme, settings, self.strip)
        self.sessions = Sessions(
            self.workbench, self.theme, settings, self.go, partial(self.use_theme, keep=False),
            self.strip,
        )
        self.time_page = TimePage(self.workbench, self.drawer, self.theme)
        self.comparing = Comparing(
            self.workbench, self.drawer, self.centre, self.theme, self.go, self
        )
        self.tour, self.commands = Tour(self), CommandPalette(self)
        self._wire()
        add_actions(self)
        apply_style(QApplication.instance(), self.theme, self.styled())
        self.restore_sizes()
        self._show_methods()
        self.centre.setFocus()  # else the first method's chip has it, and looks chosen
        self.furnished = True
        self.restore_pages()
        self._place_side()

    def _wire(self) -> None:
        from explorer.ui.cycling import Cycling
        from explorer.ui.following import Following
        from explorer.ui.playing import Playing
        from explorer.ui.switching import Switching
        from explorer.ui.truth_desk import TruthDesk
        from explorer.ui.words import device_text

        bench = self.workbench
        bench.failed.connect(self.banner.say)
        self.truth = TruthDesk(
            bench, self.truth_bar, list(self.centre.canvases.values()), self.theme, self.go, self
        )
        self.truth.said.connect(self.banner.say)
        self.entrance.truth_wanted.connect(self.truth.ask)
        self.comparing.recall.draw_wanted.connect(self.truth.toggle)
        self.weights.said.connect(self.banner.say)
        bench.photo_shown.connect(self._photo_shown)
        bench.steps.stepped.connect(self._stepped)
        bench.working.connect(self.strip.working)
        bench.idle.connect(self.strip.idle)
        bench.traces_changed.connect(self._show_methods)
        bench.steps.variants.came.connect(self._show_methods)
        bench.steps.decided.connect(self._show_methods)
        bench.device_known.connect(lambda text: self.top.show_device(device_text(text)))
        self.strip.cancelled.connect(self.runner.cancel)
        self.stage_map.cell_chosen.connect(
            lambda method, stage: self.go(bench.desk.at_stage(stage).alone(method))
        )
        self.stage_map.row_chosen.connect(
            lambda stage: self.go(bench.desk.at_stage(stage).side_by_side())
        )
        self.stage_map.method_chosen.connect(self.show_alone)
        self.bottom.stepped.connect(self.step_stage)
        self.bottom.layer_switched.connect(
            lambda name, on: bench.switch_layers(bench.desk.with_layer(name, on))
        )
        self.bottom.control_changed.connect(self._control_changed)
        self.bottom.switch_moved.connect(
            lambda key, value: self.go(bench.desk.switched(bench.desk.shown(), key, value), key)
        )
        self.top.method_toggled.connect(lambda name: self.go(bench.desk.toggled(name)))
        self.top.theme_wanted.connect(self.switch_theme)
        self.top.export_wanted.connect(self.outlet.ask)
        self.outlet.asking.connect(self.bottom.player.pause)
        self.outlet.said.connect(self.banner.say)
        self.top.help_wanted.connect(self.show_keys)
        self.top.side_wanted.connect(self.side.toggle)
        self.drawer.turned.connect(self._place_side)
        self.side.crowding.connect(self.drawer.hide)
        self.entrance.came.connect(self.open_paths)
        self.entrance.data_came.connect(self.sessions.take_data)
        self.entrance.save_wanted.connect(self.sessions.ask_save)
        self.sessions.said.connect(self.banner.say)
        self.sessions.used.connect(self.entrance.recent.add)
        self.centre.hinted.connect(self.strip.hint.setText)
        for canvas in self.centre.canvases.values():
            canvas.picked.connect(self.select)
            canvas.opened.connect(self.show_alone)
            canvas.is_said = lambda text: self.strip.hint.text() == text
        self.presenter.selection_shown.connect(self._selection_shown)
        self.following = Following(bench, self.side, self.centre, self.select, self.go, self)
        self.switching = Switching(bench, self.side.switches, self._show_methods, self)
        self.playing = Playing(bench, self.bottom.player, self.settings, self.go, self)
        self.playing.said.connect(self.strip.say)
        self.cycling = Cycling(self.centre.canvases.values(), self)

    def _selection_shown(self, found: Mapping[str, Counterpart]) -> None:
        bench = self.workbench
        self.side.inspector.show_selection(bench.shown, bench.desk, found)
        self._place_side()

    def _place_side(self) -> None:
        selected = self.workbench.desk.view.selected is not None
        self.side.place(self.width(), selected, not self.drawer.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.furnished:
            self._place_side()

    # -- steps of the desk -----------------------------------------------------------------

    def go(self, desk: Desk, gesture: str = "") -> None:
        """Every change of what is looked at comes through here. gesture: see `History.to`."""
        self.workbench.move_to(desk, gesture)
        self._show_methods()

    def _control_changed(self, key: str, value: str | int) -> None:
        from explorer.ui.choices import LIMITS

        desk = self.workbench.desk
        if key == "limit":
            self.go(desk.with_limit(LIMITS[str(value)]))
        else:
            self.go(desk.with_control(key, value), f"{desk.stage} {key}")

    def step_stage(self, step: int) -> None:
        self.go(self.workbench.desk.next_stage(step))

    def show_alone(self, method: str) -> None:
        """One method alone; once more: all side by side again."""
        desk = self.workbench.desk
        self.go(desk.side_by_side() if desk.method == method else desk.alone(method))

    def select(self, key: Key | None) -> None:
        self.comparing.mark_missed(None)
        self.go(self.workbench.desk.selecting(key))

    def reset(self) -> None:
        self.camera.fit()
        self.comparing.mark_missed(None)
        self.go(self.workbench.desk.reset())

    def zoom_to_selection(self) -> None:
        box = self.presenter.selected_box()
        if box is None:
            self.strip.say(NOTHING_SELECTED)
        else:
            self.centre.canvases[self.workbench.desk.shown()[0]].zoom_to(box)

    def switch_theme(self) -> None:
        self.use_theme("light" if self.theme.palette.name == "dark" else "dark")

    def use_theme(self, name: str, keep: bool = True) -> None:
        """keep: from the next start on too."""
        from explorer.ui.style_files import apply_style

        if name == self.theme.palette.name:
            return
        self.theme.switch(name)
        apply_style(QApplication.instance(), self.theme, self.styled(), self.centre.turns)
        if keep:
            self.settings.setValue("theme", name)
        self.workbench.show_name()

    # -- opening ---------------------------------------------------------------------------

    def open_paths(self, paths: list[Path]) -> None:
        """Open photos, folders, sessions, ground truth, weights; the banner says what is wrong."""
        photos = self.truth.take(self.weights.take(self.sessions.take(paths)))
        if photos or not paths:
            self.workbench.open_paths(photos)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()
            self.strip.hint.setText("Drop to open")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.strip.hint.setText("")

    def dropEvent(self, event: QDropEvent) -> None:
        self.strip.hint.setText("")
        event.acceptProposedAction()
        self.entrance.take(event.mimeData(), "Dropped picture")

    def _stepped(self, before: Desk) -> None:
        """Also by undo and redo: the chips say what is on screen, and what was said of a box under
        the pointer may not hold in another picture."""
        now = self.workbench.desk
        if (now.enabled, now.varied) != (before.enabled, before.varied):
            self._show_methods()
        if (now.stage, now.shown(), now.chosen, now.varied) != (
            before.stage, before.shown(), before.chosen, before.varied
        ):
            self.strip.hint.setText("")
        elif not self.bottom.player.playing:  # whose steps nobody takes one by one
            self.strip.acted()

    def _photo_shown(self, name: str, path: Path | None, width: int, height: int) -> None:
        self.top.show_photo(name, self.workbench.album.place, width, height)
        self.setWindowTitle(f"{name} — Two-Stage Explorer")
        self.strip.hint.setText("")
        if path is not None:
            self.entrance.recent.add(path)
        self._show_methods()

    def _show_methods(self) -> None:
        bench = self.workbench
        self.top.show_methods(bench.desk.enabled, bench.steps.timed(bench.traces))

    # -- the rest --------------------------------------------------------------------------

    def step_text_size(self, step: int) -> None:
        """The next larger size of texts (step 1) or smaller one (-1), in a window that follows."""
        if self.weights.download.running is not None:
            self.banner.say("Texts change their size once the weights are downloaded.")
            return
        size, sentence = next_size(self.text_size, step, largest(self.screen(), self.text_size))
        if size == self.text_size:
            self.strip.say(sentence)
        else:
            self.settings.setValue(SETTING, size)
            self.text_size_chosen.emit(sentence)

    def show_keys(self) -> None:
        from explorer.ui.dialogs import KeysDialog

        KeysDialog(self.strip).open()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.furnished:
            return super().closeEvent(event)
        self.keep_layout()
        self.hide()
        self.outlet.close()
        self.sessions.close()
        self.weights.close()
        self.truth.close()
        self.runner.cancel()
        self.runner.close()
        self.tour.close()
        self.studio.close()
        event.accept()

    def start_with(self, paths: list[Path]) -> None:
        """Open `paths` once the window is painted."""
        from explorer.ui.beginning import Beginning

        Beginning(self.centre, self.workbench, partial(self.open_paths, paths))
