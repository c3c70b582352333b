"""What the style sheet makes of the window's widgets."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.session.job import Engine
from explorer.ui.theme import DARK, PALETTES
from explorer.ui.window import Window
from tests.gui.conftest import MadeUpEngine
from tests.unit.test_ui_colours import contrast

NAMED = 'color: {}; outline'  # the rule that gives every widget its ink


def test_figures_have_one_width_from_the_start(
    make_window: Callable[[Callable[[], Engine]], Window]
) -> None:
    QApplication.setFont(QFont("Sans Serif"))  # as before the first window of a program
    window = make_window(lambda: MadeUpEngine())
    tabular = QFont.Tag("tnum")
    texts = [*window.findChildren(QLabel), *window.findChildren(QPushButton)]
    inter = [each for each in texts if each.font().family() == "Inter"]
    assert len(inter) > 20
    assert [each for each in inter if not each.font().isFeatureSet(tabular)] == []


def test_buttons_with_nothing_but_an_icon_are_about_square(window: Window) -> None:
    for button in (window.top.help, window.top.side, window.bottom.back, window.bottom.forward):
        size = button.sizeHint()
        assert abs(size.width() - size.height()) <= 6


def inked(window: Window, theme: str) -> list[QWidget]:
    """The parts whose style sheet is of that theme."""
    ink = NAMED.format(PALETTES[theme].text)
    return [part for part in window.styled() if ink in part.styleSheet()]


def test_another_theme_dresses_part_after_part(window: Window, qtbot: QtBot) -> None:
    parts = window.styled()
    assert inked(window, "dark") == parts
    turns: list[int] = []
    window.use_theme("light")
    assert inked(window, "dark") == parts  # none in the turn that was asked
    while window.centre.turns.busy:
        window.centre.turns._next()
        turns.append(len(inked(window, "light")))
    assert all(after - before <= 1 for before, after in zip([0, *turns], turns, strict=False))
    assert inked(window, "light") == parts
    # Two changes at once end in the last one.
    window.use_theme("dark")
    window.use_theme("light")
    qtbot.waitUntil(lambda: not window.centre.turns.busy)
    assert inked(window, "light") == parts
    assert window.styleSheet() == ""  # it would be worked out for all of them at once


def test_no_widget_is_left_without_the_style(window: Window) -> None:
    """Every control lies in a part that has it, and dialogs and menus belong to one."""
    window.show_keys()
    parts = window.styled()
    kinds = (QLabel, QPushButton)
    for widget in [each for kind in kinds for each in window.findChildren(kind)]:
        above: QWidget | None = widget
        while above is not None and above not in parts:
            above = above.parentWidget()
        assert above is not None, widget.objectName()
    for menu in (window.open_menu, window.weights_menu):
        assert menu.parentWidget() in parts
    for dialog in window.findChildren(QDialog):
        assert dialog.parentWidget() in parts
        dialog.close()


def test_placeholders_can_be_read(window: Window) -> None:
    for field, ground in (
        (window.commands.line, "surface"), (window.side.findChild(QLineEdit), "raised"),
    ):
        assert isinstance(field, QLineEdit)
        field.ensurePolished()
        ink = field.palette().placeholderText().color()
        assert ink.alpha() == 255 and ink.name() == DARK.muted
        assert contrast([ink.name()], getattr(DARK, ground)) >= 4.5  # WCAG 2, 1.4.3: texts


def test_a_button_with_a_menu_shows_an_arrow_clear_of_its_words(window: Window) -> None:
    button = window.top.open
    image = button.grab().toImage()
    ratio = image.devicePixelRatio()
    width, height = round(button.width() * ratio), round(button.height() * ratio)
    empty = image.pixel(width // 2, 4)

    def drawn(left: float, right: float) -> bool:
        """Whether something is drawn between two distances from the right edge."""
        return any(
            image.pixel(x, y) != empty
            for x in range(width - round(left * ratio), width - round(right * ratio))
            for y in range(8, height - 8)
        )

    assert drawn(15, 5) and not drawn(19, 17)
