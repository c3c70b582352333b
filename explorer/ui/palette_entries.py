"""What the command palette offers: commands, stages, methods, photos, layers, switches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox

from explorer.methods.names import METHODS, method_named
from explorer.paths import samples
from explorer.session.document import ENDING
from explorer.session.scenes.common import STAGE_TITLES
from explorer.session.switching import Switch, Value
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.ui.actions import COMMANDS
from explorer.ui.opening import sample_title
from explorer.ui.switch_row import Members, now_text, value_text

if TYPE_CHECKING:
    from explorer.ui.switch_row import SwitchRow
    from explorer.ui.switches import SwitchesPanel
    from explorer.ui.window import Window

TURN = 30  # milliseconds
NOW = " (now "  # in a title, between what the entry does and what is so already
PALETTE_KEYS = "Ctrl+Shift+P"
# What the papers call a method's stage, beside the name that it has here.
ALSO: dict[tuple[str, StageName], str] = {
    **{(name, "regions"): "selective search proposals" for name in ("rcnn", "sppnet", "fast_rcnn")},
    ("faster_rcnn", "regions"): "RPN proposals anchors objectness",
    ("fpn", "regions"): "RPN proposals anchors objectness",
    ("fpn", "features"): "pyramid top-down lateral",
    ("fpn", "assignment"): "pyramid level",
    ("rcnn", "assignment"): "crop warp context",
    ("sppnet", "pooling"): "spatial pyramid",
    ("fast_rcnn", "pooling"): "RoI pooling",
    ("faster_rcnn", "pooling"): "RoI pooling",
    ("fpn", "pooling"): "RoI Align",  # found too, but after the parts that are exchanged for it
}
# Words that a command does not use of itself, by its first key; of a switch or part, by its key.
ALSO_COMMANDS = {
    "+": "zoom in larger", "-": "zoom out smaller", "F": "zoom fit reset view",
    **{f"Shift+{side}": "pan" for side in ("Left", "Right", "Up", "Down")},
    "Space": "animate replay start stop", "<": "speed", ">": "speed",
    "0": "compare", "V": "compare", "T": "speed FLOPs cost", "M": "compare table",
    "R": "compare proposals", "G": "annotate label", "S": "settings parameters",
    "W": "checkpoint model", "Ctrl+S": "store", "Ctrl+C": "screenshot clipboard image",
    "Ctrl+E": "save image PNG SVG PDF GIF MP4 movie animation JSON CSV",
    "Ctrl++": "font zoom", "Ctrl+-": "font zoom", "L": "tutorial lesson explain",
    "?": "help shortcuts", "Esc": "deselect clear",
}
ALSO_SWITCHES = {
    "nms_threshold": "NMS threshold", "score_threshold": "score threshold",
    "detection_threshold": "score threshold confidence", "proposals": "proposals number",
    "padding": "padding", "levels": "bins SPP", "scales": "multi-scale single-scale",
    "svd_fc6": "truncated compress", "svd_fc7": "truncated compress",
    "only_level": "single level only", "sizes_used": "anchors sizes",
}


# Views of a stage that have names of their own: title, stage, method, what "Show" is then at.
NAMED: tuple[tuple[str, StageName, str, str], ...] = (
    ("Merges of segments, one by one", "regions", "fast_rcnn", "merges"),
    ("Sliding window of Faster R-CNN", "regions", "faster_rcnn", "objectness"),
    ("All anchors of FPN", "regions", "fpn", "all anchors"),
    ("NMS in Faster R-CNN's RPN", "regions", "faster_rcnn", "NMS"),
    ("NMS in FPN's RPN", "regions", "fpn", "NMS"),
    ("Top-down pathway of FPN, step by step", "features", "fpn", "step by step"),
)


@dataclass(frozen=True)
class Entry:
    """group: what kind of thing it is; keys: those that do the same, "" where there are none.

    also: other words by which it is found.
    """

    title: str
    group: str
    run: Callable[[], object]
    keys: str = ""
    also: str = ""


def entries(window: Window) -> list[Entry]:
    """All that can be done now, in the order in which it is listed with nothing typed."""
    return [
        *_commands(window), *_stages(window), *_methods(window), *_layers(window), *_views(window),
        *_named(window), *_switches(window), *_parts(window), *_tour(window), *_photos(window),
    ]


def _commands(window: Window) -> Iterator[Entry]:
    for command in COMMANDS:
        if command.shown != PALETTE_KEYS:
            also = ALSO_COMMANDS.get(command.keys[0], "")
            yield Entry(command.text, "Command", partial(command.do, window), command.shown, also)
    if window.switching.switches():
        yield Entry("Reset all switches to the papers", "Command", window.switching.to_papers)


def _stages(window: Window) -> Iterator[Entry]:
    def show(stage: StageName, method: str | None) -> None:
        desk = window.workbench.desk.at_stage(stage)
        window.go(desk.alone(method) if method else desk.side_by_side())

    for stage in STAGE_NAMES:
        title = f"{STAGE_TITLES[stage]}, all methods"
        yield Entry(title, "Stage", partial(show, stage, None))
    for method in METHODS:
        for stage in STAGE_NAMES:
            title = f"{STAGE_TITLES[stage]} of {method.title}"
            also = ALSO.get((method.name, stage), "")
            yield Entry(title, "Stage", partial(show, stage, method.name), also=also)


def _methods(window: Window) -> Iterator[Entry]:
    enabled = window.workbench.desk.enabled
    for method in METHODS:
        on = method.name in enabled
        title = f"{'Hide' if on else 'Run'} {method.title}"
        yield Entry(title, "Method", partial(window.top.method_toggled.emit, method.name))


def _layers(window: Window) -> Iterator[Entry]:
    for name, box in window.bottom.boxes.items():
        title = f"{'Hide' if box.isChecked() else 'Show'} layer {name}"
        yield Entry(title, "Layer", box.click)


def _views(window: Window) -> Iterator[Entry]:
    """The choices of the stage on screen, below its canvases."""
    for field in window.bottom.controls.values():
        if isinstance(field, QComboBox):
            for at in range(field.count()):
                if at != field.currentIndex():
                    text = field.itemText(at)
                    yield Entry(
                        f"{field.accessibleName()}: {text}", "View",
                        partial(field.textActivated.emit, text),
                    )


def _named(window: Window) -> Iterator[Entry]:
    def show(stage: StageName, method: str, value: str) -> None:
        window.go(window.workbench.desk.viewing(stage, method, "show", value))

    for title, stage, method, value in NAMED:
        also = ALSO.get((method, stage), "")
        yield Entry(title, "View", partial(show, stage, method, value), also=also)


def _switches(window: Window) -> Iterator[Entry]:
    panel = window.side.switches
    for switch in window.switching.switches():
        if switch.kind == "toggle":
            yield Entry(
                f"{switch.title}: {'off' if switch.value else 'on'}", "Switch",
                partial(panel.changed.emit, switch.key, switch.methods, not switch.value),
            )
        elif switch.kind == "choice":
            for choice in switch.choices:
                if choice != switch.value:
                    yield Entry(
                        f"{switch.title}: {choice}{NOW}{now_text(switch)})", "Switch",
                        partial(panel.changed.emit, switch.key, switch.methods, choice),
                    )
        else:
            title = f"{switch.title}: now {now_text(switch)}"
            also = ALSO_SWITCHES.get(switch.key, "")
            yield Entry(title, "Switch", partial(_to_switch, window, switch), also=also)


def _to_switch(window: Window, switch: Switch) -> None:
    """Bring the switch up, ready to be moved with the arrow keys."""
    _to_switches(window)
    for row in window.side.switches.rows:
        if (row.switch.key, row.switch.methods) == (switch.key, switch.methods):
            row.field.setFocus()


def _to_switches(window: Window) -> None:
    side = window.side
    if not side.isVisible() or side.pages.currentWidget() is not side.switches:
        side.show_page(side.switches)


def _to_part(window: Window, method: str, key: str) -> None:
    """Bring a part up whose values are too many for a list."""
    _to_switches(window)
    panel = window.side.switches
    card = panel.parts.get(method)
    if card is None:
        return
    card.head.setChecked(True)
    row = card.rows[key]
    (row.field.buttons[0] if isinstance(row.field, Members) else row.field).setFocus()
    _bring_up(panel, row)


def _bring_up(panel: SwitchesPanel, row: SwitchRow, placed: bool = False) -> None:
    """Scroll to a row when it has its place: what was just unfolded is laid out in some turns."""
    if placed:
        panel.area.ensureWidgetVisible(row)
    elif panel.isVisible():
        QTimer.singleShot(TURN, row, partial(_bring_up, panel, row, row.isVisible()))


def _parts(window: Window) -> Iterator[Entry]:
    """Parts of the methods: the values of those that have a few, the way to the others."""
    panel = window.side.switches
    for group in window.switching.groups():
        method, title = group.method, method_named(group.method).title
        for one in group.switches:
            values: tuple[Value, ...] = ()
            if one.kind == "toggle":
                values = (not one.value,)
            elif one.kind == "choice":
                values = tuple(choice for choice in one.choices if choice != one.value)
            now = f"{NOW}{value_text(one, one.value)})" if one.kind == "choice" else ""
            also = ALSO_SWITCHES.get(one.key, "")
            if not values:
                yield Entry(
                    f"{title} · {one.title}: now {value_text(one, one.value)}", "Part",
                    partial(_to_part, window, method, one.key), also=also,
                )
            for value in values:
                yield Entry(
                    f"{title} · {one.title}: {value_text(one, value)}{now}", "Part",
                    partial(panel.exchanged.emit, one.key, method, value), also=also,
                )


def _tour(window: Window) -> Iterator[Entry]:
    for method in METHODS:
        yield Entry(f"Tour of {method.title}", "Tour", partial(window.tour.begin_with, method.name))


def _photos(window: Window) -> Iterator[Entry]:
    def opened(path: Path) -> None:
        window.open_paths([path])

    for path, title in window.entrance.recent.titles():
        kind = "session" if path.name.endswith(ENDING) else "photo"
        yield Entry(title, f"Recent {kind}", partial(opened, path))
    for path in samples():
        yield Entry(sample_title(path), "Sample photo", partial(opened, path))
