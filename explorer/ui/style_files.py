"""Puts the style sheet on the parts of a window, with the two small pictures it needs as files.

The window itself has none: Qt works a sheet out for every widget below at once, some 0.15 ms each,
and a window of all parts would not answer meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from explorer.paths import resources_dir
from explorer.ui.fonts import load_fonts, sans
from explorer.ui.style import Theme, style_sheet
from explorer.ui.turns import Turns

Role = QPalette.ColorRole


def use_fonts(app: QCoreApplication | None, window: QWidget) -> None:
    """The style and the font of all widgets, before those of `window` are made.

    A style sheet cannot name figures of equal width, and leaves a widget the font that it has from
    the widget around it but for what it names. The window itself gets the application's later.
    """
    assert isinstance(app, QApplication)
    load_fonts()
    if app.style().name() != "fusion":
        app.setStyle("Fusion")
    app.setFont(sans(13))
    window.setFont(sans(13))


def apply_style(
    app: QCoreApplication | None, theme: Theme, parts: Sequence[QWidget],
    turns: Turns | None = None,
) -> None:  # fmt: skip
    """The colours of the theme for all windows, and its style sheet for each of `parts` and for the
    dialogs that belong to one.

    turns: each part gets it in a turn of its own; none: all get it now.
    """
    assert isinstance(app, QApplication)
    app.setPalette(_qt_palette(theme))
    for part in parts:
        if turns is None:
            _dress(part, theme)
        else:
            turns.later(lambda part=part: _dress(part, theme))  # type: ignore[misc]


def _dress(part: QWidget, theme: Theme) -> None:
    """The sheet of the theme as it is now, also where it has changed again since it was asked."""
    folder, name = resources_dir() / "style", theme.palette.name
    sheet = style_sheet(
        theme.palette,
        tick=(folder / f"tick-{name}.svg").as_posix(),
        chevron=(folder / f"chevron-{name}.svg").as_posix(),
    )
    if part.styleSheet() != sheet:  # else Qt would work it out again
        part.setStyleSheet(sheet)


def _qt_palette(theme: Theme) -> QPalette:
    """For what style sheets do not reach: dialogs, placeholders, disabled texts."""
    colours = theme.palette
    palette = QPalette()
    for roles, value in (
        ((Role.Window, Role.Base), colours.window),
        ((Role.Button, Role.AlternateBase, Role.ToolTipBase), colours.raised),
        ((Role.WindowText, Role.Text, Role.ButtonText, Role.ToolTipText), colours.text),
        ((Role.PlaceholderText,), colours.muted),
        ((Role.Highlight, Role.Link, Role.Accent), colours.accent),
        ((Role.HighlightedText,), colours.on_accent),
    ):
        for role in roles:
            palette.setColor(role, QColor(value))
    for role in (Role.WindowText, Role.Text, Role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.faint))
    return palette
