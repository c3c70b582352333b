"""The size of all texts and of what is around them, in percent of the usual one.

Qt scales a whole program by one factor: canvases, controls and dialogs stay as sharp and as well
laid out as at the usual size. It reads the factor when its application is made, so
`explorer.ui.program` makes another one for another size.
"""

from __future__ import annotations

import os

from PySide6.QtCore import QSettings, QSize
from PySide6.QtGui import QScreen

SETTING, USUAL = "text size", 100
SIZES = (80, 90, 100, 110, 125, 150, 175, 200)
FACTOR = "QT_SCALE_FACTOR"  # the user's own, where it is set, is multiplied
LEAST = QSize(960, 600)  # the smallest window in which nothing is cut off, in pixels of its size


def text_size(settings: QSettings) -> int:
    """What was chosen, one of SIZES."""
    text = str(settings.value(SETTING, USUAL))
    return int(text) if text.isdigit() and int(text) in SIZES else USUAL


def use_text_size(size: int, own: str | None) -> int:
    """Before the QApplication is made: all that it shows in this size. own: the value of FACTOR
    that the user had set. Returns the size that will be."""
    try:
        factor = float(own or 1.0)
    except ValueError:
        return USUAL  # what Qt makes of it is not known
    if size != USUAL:
        os.environ[FACTOR] = f"{factor * size / USUAL:g}"
    elif own is None:
        os.environ.pop(FACTOR, None)
    else:
        os.environ[FACTOR] = own
    return size


def largest(screen: QScreen, now: int) -> int:
    """The largest size at which a whole window is on the screen, at least the usual one. now: the
    size that the screen's pixels are counted in."""
    room = screen.availableGeometry()
    share = min(room.width() / LEAST.width(), room.height() / LEAST.height())
    return max([USUAL, *(size for size in SIZES if size <= share * now + 0.5)])


def next_size(now: int, step: int, most: int) -> tuple[int, str]:
    """The next larger size (step 1) or smaller one (-1), and what to say of it."""
    at = min(max(SIZES.index(now) + step, 0), len(SIZES) - 1)
    if SIZES[at] == now:
        return now, f"Texts are at {now} %, the {'largest' if step > 0 else 'smallest'} size."
    if SIZES[at] > max(most, now):
        return now, f"Texts are at {now} %; larger ones have no room on this screen."
    return SIZES[at], f"All texts and controls are at {SIZES[at]} %."
