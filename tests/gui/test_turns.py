"""What waits for its turn gets it, whatever happens to the others."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.ui.still import Still
from explorer.ui.turns import Turns


def test_one_that_fails_does_not_keep_the_others_from_their_turn(qtbot: QtBot) -> None:
    turns, done = Turns(), []

    def fail() -> None:
        raise ValueError("made up")

    with qtbot.captureExceptions() as raised:
        for do in (fail, lambda: done.append(1), fail, lambda: done.append(2)):
            turns.later(do)
        qtbot.waitUntil(lambda: not turns.busy)
    assert done == [1, 2]
    assert [str(each[1]) for each in raised] == ["made up", "made up"]


def test_a_picture_that_could_not_be_drawn_is_drawn_again(qtbot: QtBot) -> None:
    widget, still, tried = QWidget(), Still(), []
    qtbot.addWidget(widget)
    widget.resize(20, 10)

    def draw(painter: QPainter) -> None:
        tried.append(painter)  # it lives on, as in a traceback
        if len(tried) == 1:
            raise ValueError("made up")

    with pytest.raises(ValueError, match="made up"):
        still.of(widget, draw)
    assert not tried[0].isActive()
    widget.resize(40, 10)
    assert still.of(widget, draw).width() == 40
    assert len(tried) == 2
