"""Bars of a card have the colours of what they stand for."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from explorer.ui.cards import ROW, Bars, CardView
from explorer.ui.style import Theme
from explorer.ui.theme import colour


def test_each_bar_has_its_own_colour(qtbot: QtBot) -> None:
    theme = Theme("dark")
    several = [("cat", 1.0, "0.9"), ("dog", 1.0, "0.9")]
    for roles, expected in ((("class7", "muted"), ("class7", "muted")), ((), ("fpn", "fpn"))):
        card = CardView("Class scores", "", [], several, "fpn", theme, roles=roles)
        qtbot.addWidget(card)
        bars = card.findChild(Bars)
        assert isinstance(bars, Bars)
        bars.resize(300, 2 * ROW)
        image = bars.grab().toImage()
        for row, role in enumerate(expected):
            assert image.pixelColor(150, row * ROW + ROW // 2) == colour(theme.palette, role)
