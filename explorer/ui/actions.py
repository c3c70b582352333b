"""Keys: what they do, and the list of them that "?" shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from explorer.methods.names import METHODS
from explorer.ui.leafing import leaf
from explorer.ui.undoing import redo, undo

NEARER = 1.25  # a step of the zoom
PANEL_STEP = 80  # pixels
# The main window; it imports this module, so its type cannot be named here.
Window = Any


@dataclass(frozen=True)
class Command:
    """keys: Qt's names; shown: as the list writes them, "" where another line says it."""

    keys: tuple[str, ...]
    text: str
    do: Callable[[Window], object]
    shown: str = ""


def _alone(name: str) -> Callable[[Window], object]:
    return lambda window: window.show_alone(name)


COMMANDS: tuple[Command, ...] = (
    *(
        Command((str(number),), f"Show only {method.title} (again: all)", _alone(method.name),
                str(number))
        for number, method in enumerate(METHODS, 1)
    ),
    Command(("0", "C"), "All methods side by side",
            lambda w: w.go(w.workbench.desk.side_by_side()), "0 or C"),
    Command(("V",), "Swipe between two methods", lambda w: w.comparing.swipe(), "V"),
    Command(("Left",), "Previous stage", lambda w: w.tour.step(-1) or w.step_stage(-1), "←"),
    Command(("Right",), "Next stage", lambda w: w.tour.step(1) or w.step_stage(1), "→"),
    Command(("Space",), "Play or pause the steps of a stage", lambda w: w.playing.toggle(),
            "Space"),
    Command(("[",), "One step back", lambda w: w.bottom.player.step(-1), "["),
    Command(("]",), "One step forward", lambda w: w.bottom.player.step(1), "]"),
    Command(("<",), "Slower replays", lambda w: w.playing.step_speed(-1), "<"),
    Command((">",), "Faster replays", lambda w: w.playing.step_speed(1), ">"),
    Command(("Down",), "Next box under the pointer, or the last click",
            lambda w: w.cycling.step(1), "↓"),
    Command(("Up",), "Previous box under the pointer, or the last click",
            lambda w: w.cycling.step(-1), "↑"),
    Command(("Z",), "Zoom to the selected box", lambda w: w.zoom_to_selection(), "Z"),
    Command(("F", "Home"), "Whole photo", lambda w: w.camera.fit(), "F or Home"),
    Command(("+", "="), "Zoom in", lambda w: w.camera.zoom_at(*w.camera.centre, NEARER), "+"),
    Command(("-",), "Zoom out", lambda w: w.camera.zoom_at(*w.camera.centre, 1 / NEARER), "−"),
    Command(("Shift+Left",), "Scroll the view left",
            lambda w: w.camera.look_further(-1, 0), "Shift+←"),
    Command(("Shift+Right",), "Scroll the view right",
            lambda w: w.camera.look_further(1, 0), "Shift+→"),
    Command(("Shift+Up",), "Scroll the view up", lambda w: w.camera.look_further(0, -1), "Shift+↑"),
    Command(("Shift+Down",), "Scroll the view down",
            lambda w: w.camera.look_further(0, 1), "Shift+↓"),
    Command(("Ctrl+Up",), "Scroll the panel beside the photo up",
            lambda w: w.centre.scroll_panels(-PANEL_STEP), "Ctrl+↑"),
    Command(("Ctrl+Down",), "Scroll the panel beside the photo down",
            lambda w: w.centre.scroll_panels(PANEL_STEP), "Ctrl+↓"),
    Command(("Esc",), "Clear the selection, reset layers and controls",
            lambda w: w.tour.leave() or w.truth.leave() or w.reset(), "Esc"),
    Command(("PgUp",), "Previous photo", lambda w: leaf(w, -1), "Page Up"),
    Command(("PgDown",), "Next photo", lambda w: leaf(w, 1), "Page Down"),
    Command(("Ctrl+O",), "Open photos or a session", lambda w: w.entrance.ask_files(), "Ctrl+O"),
    Command(("Ctrl+Shift+O",), "Open a folder", lambda w: w.entrance.ask_folder(), "Ctrl+Shift+O"),
    Command(("Ctrl+V",), "Open what was copied, or apply copied settings",
            lambda w: w.entrance.paste(), "Ctrl+V"),
    Command(("G",), "Draw ground truth by hand", lambda w: w.truth.toggle(), "G"),
    Command(("Del", "Backspace"), "Remove the chosen ground-truth box",
            lambda w: w.truth.remove(), "Delete"),
    Command(("W",), "Weights of FPN", lambda w: w.top.show_weights(), "W"),
    Command(("Ctrl+S",), "Save the session", lambda w: w.sessions.ask_save(), "Ctrl+S"),
    Command(("Ctrl+Shift+C",), "Copy the settings as text", lambda w: w.sessions.copy_settings(),
            "Ctrl+Shift+C"),
    Command(("Ctrl+C",), "Copy this view as a picture", lambda w: w.outlet.copy_view(), "Ctrl+C"),
    Command(("Ctrl+E",), "Export pictures", lambda w: w.outlet.ask(), "Ctrl+E"),
    Command(("Ctrl+T",), "Dark or light theme", lambda w: w.switch_theme(), "Ctrl+T"),
    Command(("I",), "Journey of the selected box",
            lambda w: w.side.open_page(w.side.inspector), "I"),
    Command(("B",), "List of the stage's boxes", lambda w: w.side.open_page(w.side.boxes), "B"),
    Command(("S",), "Switches: thresholds, NMS, box regression",
            lambda w: w.side.open_page(w.side.switches), "S"),
    Command(("T",), "Time: milliseconds, passes and multiply-adds",
            lambda w: w.drawer.show_page(w.time_page), "T"),
    Command(("M",), "Found: matches of the methods' detections",
            lambda w: w.drawer.show_page(w.comparing.found), "M"),
    Command(("R",), "Recall of the methods' regions",
            lambda w: w.drawer.show_page(w.comparing.recall), "R"),
    Command(("Ctrl+Z",), "Undo: switches, layers, selection", undo, "Ctrl+Z"),
    Command(("Ctrl+Shift+Z", "Ctrl+Y"), "Redo", redo, "Ctrl+Shift+Z"),
    Command(("Ctrl+Shift+R",), "Reset all switches to what the program ran",
            lambda w: w.go(w.workbench.desk.as_run()), "Ctrl+Shift+R"),
    Command(("Ctrl++", "Ctrl+="), "Larger texts and controls",
            lambda w: w.step_text_size(1), "Ctrl++"),
    Command(("Ctrl+-",), "Smaller texts and controls",
            lambda w: w.step_text_size(-1), "Ctrl+−"),
    Command(("F11",), "Full screen",
            lambda w: w.setWindowState(w.windowState() ^ Qt.WindowState.WindowFullScreen), "F11"),
    Command(("L",), "Learn: a tour of the five papers, stage by stage",
            lambda w: w.tour.toggle(), "L"),
    Command(("Ctrl+Shift+P",), "Command palette: search all that can be done",
            lambda w: w.commands.toggle(), "Ctrl+Shift+P"),
    Command(("?", "F1"), "List of keys", lambda w: w.show_keys(), "? or F1"),
)


def add_actions(window: Window) -> None:
    """Give the window an action for every command."""

    def act(do: Callable[[Window], object]) -> None:
        window.strip.acted()
        do(window)

    for command in COMMANDS:
        action = QAction(command.text, window)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.triggered.connect(lambda _=False, do=command.do: act(do))
        window.addAction(action)


def keys_text() -> tuple[tuple[str, str], ...]:
    """(keys, what they do), in order."""
    return tuple((command.shown, command.text) for command in COMMANDS)
