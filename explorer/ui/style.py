"""The style sheet of the window, made from a palette, and the theme that widgets share."""

from __future__ import annotations

from string import Template

import qtawesome
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon

from explorer.ui.theme import PALETTES, Palette

SHEET = Template("""
* { font-family: "Inter"; font-size: 13px; color: $text; outline: none; }
QDialog { background: $window; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 5px 8px;
  font-size: 12px; }
#topbar { background: $surface; border-bottom: 1px solid $line; }
#bottombar { background: $surface; border-top: 1px solid $line; }
#side, #drawer { background: $surface; }
#centre { background: $window; }
#appname { font-size: 14px; font-weight: 600; }
#heading { font-size: 14px; font-weight: 600; }
QLabel[quiet="true"] { color: $muted; }
QLabel[small="true"] { font-size: 12px; }
QPushButton, QToolButton { background: $raised; border: 1px solid $line; border-radius: 7px;
  padding: 6px 12px; font-weight: 500; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:focus, QToolButton:focus, QComboBox:focus { border-color: $accent; }
QPushButton:disabled, QToolButton:disabled { color: $faint; }
QToolButton::menu-indicator { image: url("$chevron"); width: 11px; height: 11px;
  subcontrol-origin: padding; subcontrol-position: center right; right: 4px; }
QToolButton[compact="true"] { padding: 6px 7px; }
#topbar QToolButton { padding-top: 5px; padding-bottom: 4px; }
QToolButton[flat="true"] { background: transparent; border-color: transparent; }
QToolButton[flat="true"]:hover { background: $hover; }
QToolButton[tiny="true"] { background: transparent; border: none; padding: 2px; }
QToolButton[tiny="true"]:hover { background: $hover; }
QPushButton[primary="true"], QToolButton[primary="true"] { background: $accent;
  color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[primary="true"]:hover, QToolButton[primary="true"]:hover { background: $accent_up; }
QPushButton[primary="true"]:disabled, QToolButton[primary="true"]:disabled {
  background: $raised; border-color: $line; color: $faint; }
QPushButton[chip="true"], QLabel[chip="true"] { background: $raised; border: 1px solid $line;
  border-radius: 14px; padding: 5px 12px; font-weight: 500; }
QPushButton[chip="true"]:hover { background: $hover; }
QPushButton[tab="true"] { background: transparent; border-color: transparent; color: $muted;
  padding: 5px 10px; }
QPushButton[tab="true"]:hover { background: $hover; }
QPushButton[tab="true"]:checked { background: $raised; border-color: $line; color: $text; }
QPushButton[filter="true"] { background: transparent; border: 1px solid $line; color: $muted;
  border-radius: 9px; padding: 3px 8px; font-size: 12px; }
QPushButton[filter="true"]:hover { background: $hover; }
QPushButton[filter="true"]:checked { background: $hover; border-color: $accent; color: $text; }
QPushButton[toggle="true"]:!checked { color: $muted; background: transparent; }
QCheckBox { spacing: 7px; padding: 3px 0; }
QCheckBox::indicator { width: 15px; height: 15px; border-radius: 4px;
  border: 1px solid $faint; background: transparent; }
QCheckBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$tick"); }
QCheckBox:focus { color: $accent; }
QComboBox { background: $raised; border: 1px solid $line; border-radius: 7px;
  padding: 5px 10px; min-height: 18px; }
QComboBox:hover { background: $hover; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url("$chevron"); width: 11px; height: 11px; }
QComboBox QAbstractItemView, QMenu { background: $raised; border: 1px solid $line;
  border-radius: 8px; padding: 5px; }
#morelayers { background: $raised; border: 1px solid $line; }
QToolButton[slim="true"] { padding: 1px 3px; }
QComboBox QAbstractItemView { selection-background-color: $hover; selection-color: $text;
  border-radius: 0; }
QComboBox { combobox-popup: 0; }
QComboBox QAbstractItemView::item { padding: 4px 6px; border-radius: 5px; }
QComboBox QAbstractItemView::item:selected { background: $hover; }
QFileDialog QToolButton { padding: 3px; }
QMenu { menu-scrollable: 1; }
QMenu::item { padding: 6px 26px 6px 12px; border-radius: 5px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 5px 6px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
  background: $knob; border: none; }
QSlider::handle:horizontal:focus { background: $accent; border: 2px solid $text; width: 10px;
  height: 10px; }
QSpinBox, QDoubleSpinBox, QLineEdit { background: $raised; border: 1px solid $line;
  placeholder-text-color: $muted;
  border-radius: 6px; padding: 3px 6px; selection-background-color: $accent; }
QProgressBar { background: $line; border: none; border-radius: 2px; max-height: 4px;
  min-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QTableView { background: transparent; border: none; selection-background-color: $hover;
  selection-color: $text; font-family: "JetBrains Mono"; font-size: 11px; }
QTableView::item { padding: 0 2px; border: none; }
#boxes::item { padding: 0; }
QTableView::item:hover:!selected { background: $raised; }
QHeaderView { background: transparent; font-size: 11px; }
QHeaderView::section { background: transparent; color: $muted; border: none;
  border-bottom: 1px solid $line; padding: 3px 4px; }
#boxes QHeaderView::section { padding: 3px; }
QHeaderView::up-arrow, QHeaderView::down-arrow { image: none; width: 0; height: 0; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QHeaderView::section:hover { color: $text; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar::handle:vertical { background: $faint; border-radius: 3px; min-height: 30px; }
QScrollBar::handle:vertical:hover { background: $muted; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle:horizontal { background: $faint; border-radius: 3px; min-width: 30px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QDialog QPushButton[tab="true"] { background: transparent; border-color: transparent; color: $muted;
  padding: 5px 10px; }
QPushButton[tab="true"]:hover { background: $hover; }
QPushButton[tab="true"]:checked { background: $raised; border-color: $line; color: $text; }
QPushButton[toggle="true"]:!checked { color: $muted; }
QDialog QPushButton[toggle="true"]:checked { border-color: $accent; }
QPushButton[toggle="true"]:disabled { color: $faint; border-style: dashed; }
#card { background: $raised; border: 1px solid $line; border-radius: 9px; }
#card:hover { border-color: $faint; }
#card[here="true"] { border-color: $accent; }
#card:focus { border-color: $accent; }
#cardtitle { font-weight: 600; }
#formula { font-family: "JetBrains Mono"; font-size: 11px; }
#keys { font-family: "JetBrains Mono"; font-size: 12px; color: $muted; }
#banner { background: $raised; border: 1px solid $bad; border-radius: 9px; }
#banner[good="true"] { border-color: $good; }
#palette { background: $surface; border: 1px solid $faint; border-radius: 12px; }
#paletteline { background: transparent; border: none; border-bottom: 1px solid $line;
  border-radius: 0; padding: 13px 16px; font-size: 15px; }
#palette QListView { background: transparent; border: none; }
#notice { background: $raised; border: 1px solid $line; border-radius: 9px; }
QPushButton[chip="true"]:focus, QPushButton[tab="true"]:focus, QPushButton[toggle="true"]:focus,
  QToolButton[flat="true"]:focus,
  QToolButton[compact="true"]:focus, QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus {
  border-color: $accent; }
QPushButton[filter="true"]:focus { border-color: $text; }
QToolButton[tiny="true"]:focus { background: $hover; border: 1px solid $accent;
  border-radius: 5px; padding: 1px; }
QPushButton[primary="true"]:focus, QToolButton[primary="true"]:focus { border-color: $text; }
""")


def style_sheet(palette: Palette, tick: str, chevron: str) -> str:
    """The whole sheet. tick, chevron: paths of two small pictures that style sheets need as files.
    """
    values = {
        name: value for name, value in vars(palette).items() if isinstance(value, str)
    }
    lighter = {"dark": "#86c5ff", "light": "#0f559f"}[palette.name]
    knob = {"dark": "#ffffff", "light": palette.accent}[palette.name]
    return SHEET.substitute(values, accent_up=lighter, knob=knob, tick=tick, chevron=chevron)


class Theme(QObject):
    """The palette that all widgets draw with; `changed` after a switch."""

    changed = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.palette = PALETTES.get(name, PALETTES["dark"])

    def switch(self, name: str) -> None:
        """Raises KeyError for a theme that is not in PALETTES."""
        self.palette = PALETTES[name]
        self.changed.emit()

    def icon(self, name: str, role: str = "text") -> QIcon:
        """An icon of qtawesome's fonts in the palette's colour, e.g. "ph.export"."""
        value: str = getattr(self.palette, role)
        icon: QIcon = qtawesome.icon(name, color=value, color_disabled=self.palette.faint)
        return icon
