"""What the style sheet makes of the window's widgets."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from explorer.session.job import Engine
from explorer.ui.window import Window
from tests.gui.conftest import MadeUpEngine


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
