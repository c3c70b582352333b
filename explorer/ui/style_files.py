"""Puts the style sheet on the application, with the two small pictures it needs as files."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from explorer.paths import resources_dir
from explorer.ui.fonts import load_fonts, sans
from explorer.ui.style import Theme, style_sheet

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


def apply_style(app: QCoreApplication | None, theme: Theme, window: QWidget) -> None:
    """Fonts and colours of the theme for all windows, its style sheet for `window` and its dialogs.

    The sheet of an application is worked out for each widget once for every widget around it, five
    times as long.
    """
    assert isinstance(app, QApplication)
    folder = resources_dir() / "style"
    name = theme.palette.name
    sheet = style_sheet(
        theme.palette,
        tick=(folder / f"tick-{name}.svg").as_posix(),
        chevron=(folder / f"chevron-{name}.svg").as_posix(),
    )
    if window.styleSheet() == sheet:
        return  # Qt would work it out for every widget again
    app.setPalette(_qt_palette(theme))
    window.setStyleSheet(sheet)


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
