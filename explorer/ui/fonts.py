"""The two bundled typefaces, so that a picture looks the same on every machine."""

from __future__ import annotations

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


@cache
def _font(family: str, size: float, weight: int) -> QFont:
    font = QFont(family)
    # Sub-pixel sizes by way of the stretch-free pixel size: scenes scale their text smoothly.
    font.setPixelSize(max(1, round(size)))
    font.setWeight(Weight(weight))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    if family == SANS:
        font.setFeature(QFont.Tag("tnum"), 1)
    else:
        font.setFeature(QFont.Tag("calt"), 0)
    return font


def sans(size: float, weight: QFont.Weight = Weight.Normal) -> QFont:
    """Inter at `size` pixels, with figures of equal width."""
    return QFont(_font(SANS, float(size), int(weight.value)))


def mono(size: float, weight: QFont.Weight = Weight.Normal) -> QFont:
    """JetBrains Mono at `size` pixels, without ligatures."""
    return QFont(_font(MONO, float(size), int(weight.value)))
