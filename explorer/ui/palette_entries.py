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
from explorer.session.scenes.sliding import SLIDES
from explorer.session.switching import Switch, Value
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.trace.store import GIB
from explorer.ui.actions import COMMANDS
from explorer.ui.boxes_page import CHIPS
from explorer.ui.keeping import BOUNDS
from explorer.ui.opening import sample_title
from explorer.ui.palette_words import COMMAND_WORDS, NAMED_WORDS, STAGE_WORDS, SWITCH_WORDS, WORDS
from explorer.ui.switch_row import Members, now_text, value_text

if TYPE_CHECKING:
    from explorer.ui.switch_row import SwitchRow
    from explorer.ui.switches import SwitchesPanel
    from explorer.ui.window import Window

TURN = 30  # milliseconds
NOW = " (now "  # in a title, between what the entry does and what is so already
PALETTE_KEYS = "Ctrl+Shift+P"
NUMBERS = tuple(str(number) for number, _ in enumerate(METHODS, 1))  # keys of the methods
# Ranks: a method by its name, a stage of all methods, a filter, one of many parts, a setting.
ALONE, BESIDE, LISTED, PART, SETTING = 4.0, 1.0, -1.0, -2.0, -6.0
MERGES, SLIDING = "Merges of segments, one by one", "Sliding window of Faster R-CNN"
# What else such a view is then at: the first step, the window on its way.
THEN: dict[str, tuple[str, str | int]] = {MERGES: ("merge", 0), SLIDING: ("where", SLIDES)}
# Views of a stage that have names of their own: title, stage, methods, what "Show" is then at. The
# method alone on screen is shown where it is one of these, else the first.
NAMED: tuple[tuple[str, StageName, tuple[str, ...], str], ...] = (
    (MERGES, "regions", ("fast_rcnn", "rcnn", "sppnet"), "merges"),
    (SLIDING, "regions", ("faster_rcnn",), "anchors"),
    ("All anchors of FPN", "regions", ("fpn",), "all anchors"),
    ("NMS in Faster R-CNN's RPN", "regions", ("faster_rcnn",), "NMS"),
    ("NMS in FPN's RPN", "regions", ("fpn",), "NMS"),
    ("Top-down pathway of FPN, step by step", "features", ("fpn",), "step by step"),
)


@dataclass(frozen=True)
class Entry:
    """group: what kind of thing it is; keys: those that do the same, "" where there are none.

    also: other words by which it is found. rank: how much rather it is meant than others that fit
    as well, in `fuzzy`'s scores.
    """

    title: str
    group: str
    run: Callable[[], object]
    keys: str = ""
    also: str = ""
    rank: float = 0.0


def entries(window: Window) -> list[Entry]:
    """All that can be done now, in the order in which it is listed with nothing typed."""
    return [
        *_commands(window), *_stages(window), *_methods(window), *_layers(window), *_views(window),
        *_named(window), *_lists(window), *_switches(window), *_parts(window), *_tour(window),
        *_photos(window), *_memory(window),
    ]


def _commands(window: Window) -> Iterator[Entry]:
    for command in COMMANDS:
        if command.shown != PALETTE_KEYS:
            also = COMMAND_WORDS.get(command.keys[0], "")
            rank = ALONE if command.shown in NUMBERS else 0.0
            do = partial(command.do, window)
            yield Entry(command.text, "Command", do, command.shown, also, rank)
    if window.switching.switches():
        yield Entry("Reset all switches to the papers", "Command", window.switching.to_papers)
    # When the palette is through with the key that chose it.
    close = partial(QTimer.singleShot, 0, window, window.close)
    yield Entry("Quit", "Command", close, also="exit end program close")


def _stages(window: Window) -> Iterator[Entry]:
    def show(stage: StageName, method: str | None) -> None:
        desk = window.workbench.desk.at_stage(stage)
        window.go(desk.alone(method) if method else desk.side_by_side())

    for stage in STAGE_NAMES:
        title = f"{STAGE_TITLES[stage]}, all methods"
        do = partial(show, stage, None)
        yield Entry(title, "Stage", do, also=STAGE_WORDS[stage], rank=BESIDE)
    for method in METHODS:
        for stage in STAGE_NAMES:
            title = f"{STAGE_TITLES[stage]} of {method.title}"
            also = WORDS.get((method.name, stage), "")
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
    def show(title: str, stage: StageName, methods: tuple[str, ...], value: str) -> None:
        desk = window.workbench.desk
        method = next((name for name in methods if name == desk.method), methods[0])
        desk = desk.viewing(stage, method, "show", value)
        window.go(desk.with_control(*THEN[title]) if title in THEN else desk)

    for title, stage, methods, value in NAMED:
        also = NAMED_WORDS.get(title, "")
        yield Entry(title, "View", partial(show, title, stage, methods, value), also=also)


def _lists(window: Window) -> Iterator[Entry]:
    """The list of boxes, with those of one fate alone."""
    page = window.side.boxes

    def show(chosen: int) -> None:
        page.clear()
        page.chips[chosen].setChecked(True)
        if not page.isVisible():
            window.side.show_page(page)
        page.take_keys()

    for code, name in CHIPS:
        yield Entry(
            f"List of boxes: {name}", "Filter", partial(show, code), also="filter only search",
            rank=LISTED,
        )


def _switches(window: Window) -> Iterator[Entry]:
    panel = window.side.switches
    for switch in window.switching.switches():
        if switch.kind == "toggle":
            yield Entry(
                f"{switch.title}: {'off' if switch.value else 'on'}", "Switch",
                partial(panel.changed.emit, switch.key, switch.methods, not switch.value),
                also=SWITCH_WORDS.get(switch.key, ""),
            )
        elif switch.kind == "choice":
            for choice in switch.choices:
                if choice != switch.value:
                    yield Entry(
                        f"{switch.title}: {choice}{NOW}{now_text(switch)})", "Switch",
                        partial(panel.changed.emit, switch.key, switch.methods, choice),
                        also=SWITCH_WORDS.get(choice, ""),
                    )
        else:
            title = f"{switch.title}: now {now_text(switch)}"
            also = SWITCH_WORDS.get(switch.key, "")
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
            also = SWITCH_WORDS.get(one.key, "")
            if not values:
                yield Entry(
                    f"{title} · {one.title}: now {value_text(one, one.value)}", "Part",
                    partial(_to_part, window, method, one.key), also=also, rank=PART,
                )
            for value in values:
                yield Entry(
                    f"{title} · {one.title}: {value_text(one, value)}{now}", "Part",
                    partial(panel.exchanged.emit, one.key, method, value), also=also, rank=PART,
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


def _memory(window: Window) -> Iterator[Entry]:
    keeping = window.keeping
    for bound in BOUNDS:
        if bound != keeping.store.most:
            yield Entry(
                f"Keep results in memory: at most {bound / GIB:g} GiB"
                f"{NOW}{keeping.store.most / GIB:g} GiB)",
                "Setting", partial(keeping.choose, bound), also="RAM cache size",
                rank=SETTING,
            )
