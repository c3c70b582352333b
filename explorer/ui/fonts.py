"""The two bundled typefaces, so that a picture looks the same on every machine."""

from __future__ import annotations

import threading
from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from explorer.paths import resources_dir

SANS = "Inter"
MONO = "JetBrains Mono"
FILES = (
    "Inter-Regular.otf",
    "Inter-Medium.otf",
    "Inter-SemiBold.otf",
    "JetBrainsMono-Regular.ttf",
    "JetBrainsMono-Medium.ttf",
)
Weight = QFont.Weight


@cache
def load_fonts() -> None:
    """Make the bundled fonts known to Qt (once, after the QGuiApplication exists).

    Raises RuntimeError naming a font file that Qt cannot read.
    """
    for name in FILES:
        path = resources_dir() / "fonts" / name
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise RuntimeError(f"Cannot read the font {path}; the installation is incomplete.")


def forget_fonts() -> None:
    """The application ends, and with it what Qt knows of fonts: the next one loads them anew."""
    load_fonts.cache_clear()
    _fonts.made.clear()


class _Fonts(threading.local):
    """Fonts of this thread. Copies of a QFont share data that Qt fills in without a lock."""

    def __init__(self) -> None:
        self.made: dict[tuple[str, int, int], QFont] = {}


_fonts = _Fonts()


def _font(family: str, size: float, weight: QFont.Weight) -> QFont:
    key = (family, max(1, round(size)), int(weight.value))
    font = _fonts.made.get(key)
    if font is None:
        font = _fonts.made[key] = QFont(family)
        font.setPixelSize(key[1])
        font.setWeight(weight)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
        # Inter: figures of equal width. JetBrains Mono: no ligatures.
        if family == SANS:
            font.setFeature(QFont.Tag("tnum"), 1)
        else:
            font.setFeature(QFont.Tag("calt"), 0)
    return QFont(font)


def sans(size: float, weight: QFont.Weight = Weight.Normal) -> QFont:
    """Inter at `size` pixels, with figures of equal width."""
    return _font(SANS, size, weight)


def mono(size: float, weight: QFont.Weight = Weight.Normal) -> QFont:
    """JetBrains Mono at `size` pixels, without ligatures."""
    return _font(MONO, size, weight)
