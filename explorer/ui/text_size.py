"""The size of all texts and of what is around them, in percent of the usual one.

Qt scales a whole program by one factor that it reads when it starts: canvases, controls and dialogs
stay as sharp and as well laid out as at the usual size. So a change shows at the next start.
"""

from __future__ import annotations

import os

from PySide6.QtCore import QSettings

SETTING, USUAL = "text size", 100
SIZES = (80, 90, 100, 110, 125, 150, 175, 200)
FACTOR = "QT_SCALE_FACTOR"  # the user's own, where it is set, is multiplied


def text_size(settings: QSettings) -> int:
    """What was chosen, one of SIZES."""
    text = str(settings.value(SETTING, USUAL))
    return int(text) if text.isdigit() and int(text) in SIZES else USUAL


def use_text_size(settings: QSettings) -> None:
    """Before the QApplication is made: this program in the size that was chosen."""
    size = text_size(settings)
    if size != USUAL:
        try:
            own = float(os.environ.get(FACTOR, "") or 1.0)
        except ValueError:
            return  # what Qt makes of it is not known
        os.environ[FACTOR] = f"{own * size / USUAL:g}"


def step_text_size(settings: QSettings, step: int) -> str:
    """The next larger size (step 1) or smaller one (-1); what to say of it."""
    now = text_size(settings)
    at = min(max(SIZES.index(now) + step, 0), len(SIZES) - 1)
    settings.setValue(SETTING, SIZES[at])
    if SIZES[at] == now:
        return f"Texts are at {now} %, the {'largest' if step > 0 else 'smallest'} size there is."
    return f"All texts and controls will be at {SIZES[at]} % when the program is started again."
