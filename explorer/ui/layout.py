"""The sizes of the window's parts and the pages that are open, from one start to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.ui.side import WIDE, SideKept

if TYPE_CHECKING:
    from explorer.ui.frame import Frame

WISHES = {"": None, "shown": True, "hidden": False}  # what the user chose of the side


def restore_sizes(frame: Frame) -> None:
    """As they were when the window was closed."""
    settings, narrow = frame.settings, frame.width() < WIDE
    frame.splitter.setSizes([316 if narrow else 366, 900, 330 if narrow else 344])
    state = settings.value("splitter")
    if state is not None:
        frame.splitter.restoreState(state)


def restore_pages(frame: Frame) -> None:
    """Those of the side and of the drawer that were open. What the settings cannot have said is as
    at first."""
    settings = frame.settings
    names = [tab.text() for tab in frame.drawer.tabs.buttons()]
    name = str(settings.value("drawer", ""))
    frame.drawer.put_back(names.index(name) if name in names else None)
    names = [tab.text() for tab in frame.side.tabs.buttons()]
    name, wish = str(settings.value("side", "")), str(settings.value("side wanted", ""))
    if name in names and wish in WISHES:
        beside = str(settings.value("side beside the drawer", "")) == "yes"
        frame.side.put_back(SideKept(names.index(name), WISHES[wish], not beside))


def keep_layout(frame: Frame) -> None:
    """For the next start."""
    settings, drawer, side = frame.settings, frame.drawer.kept(), frame.side.kept()
    settings.setValue("geometry", frame.saveGeometry())
    settings.setValue("splitter", frame.splitter.saveState())
    settings.setValue("drawer", "" if drawer is None else frame.drawer.tabs.button(drawer).text())
    settings.setValue("side", frame.side.tabs.button(side.page).text())
    wish = next(name for name, wanted in WISHES.items() if wanted is side.wanted)
    settings.setValue("side wanted", wish)
    settings.setValue("side beside the drawer", "" if side.yields else "yes")
