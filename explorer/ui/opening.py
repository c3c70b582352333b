"""Where photos come from: the open menu, drops, the clipboard, recent files, samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QSettings
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from explorer.ops.images import check_size
from explorer.paths import samples
from explorer.session.album import SUFFIXES
from explorer.session.document import ENDING
from explorer.session.job import sentence_of
from explorer.ui.images import from_image

RECENT = 10


def paths_of(data: QMimeData) -> list[Path]:
    """The local files and folders of a drop or of the clipboard."""
    urls = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if urls or not data.hasText():
        return urls
    # Some programs copy a path as text.
    text = data.text().strip().strip('"')
    path = Path(text) if "\n" not in text and len(text) < 4096 else Path()
    return [path] if path.is_absolute() and path.exists() else []


class NoPicture(Exception):
    """`str()` says what to do."""


def image_in(data: QMimeData, name: str) -> NDArray[np.uint8]:
    """The picture of a drop or of the clipboard as uint8 RGB.

    Raises NoPicture where there is none, and PhotoError, which calls it `name`, where it is larger
    than a photo may be.
    """
    image = data.imageData() if data.hasImage() else None
    if isinstance(image, QPixmap):
        image = image.toImage()
    if not isinstance(image, QImage) or image.isNull():
        raise NoPicture("There is no photo in it: copy a picture or a file first.")
    check_size(image.width(), image.height(), name)
    return from_image(image)


class Recent:
    """The photos and sessions opened or saved last, newest first, in the settings."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    def paths(self) -> list[Path]:
        held = self._settings.value("recent", [])
        # A list of one comes back as text from some settings files.
        texts = held if isinstance(held, list) else [held] if isinstance(held, str) else []
        return [Path(str(text)) for text in texts]

    def titles(self) -> list[tuple[Path, str]]:
        """Those that are still there, and what to call them."""
        there = [path for path in self.paths() if path.exists()]
        return list(zip(there, told_apart(there), strict=True))

    def add(self, path: Path) -> None:
        path = path.resolve()
        rest = [other for other in self.paths() if other != path]
        self._settings.setValue("recent", [str(p) for p in [path, *rest][:RECENT]])


def told_apart(paths: Sequence[Path]) -> list[str]:
    """The files' names; where they are equal, with as much of the folders as tells them apart."""
    titles = []
    for path in paths:
        alike = [other for other in paths if other.name == path.name and other != path]
        depth, most = 0, len(path.parent.parts)
        while depth < most and any(_end(other, depth) == _end(path, depth) for other in alike):
            depth += 1
        titles.append(f"{path.name} · {'/'.join(_end(path, depth))}" if depth else path.name)
    return titles


def _end(path: Path, depth: int) -> tuple[str, ...]:
    """The last `depth` folders that a file is in."""
    return path.parent.parts[-depth:] if depth else ()


def fill_open_menu(
    menu: QMenu,
    recent: Recent,
    ask_file: Callable[[], None],
    ask_folder: Callable[[], None],
    paste: Callable[[], None],
    open_path: Callable[[Path], None],
    ask_truth: Callable[[], None],
    save_session: Callable[[], None],
) -> None:
    """Build the open menu anew, with today's recent files and the bundled samples."""
    menu.clear()
    menu.addAction("Open photos…\tCtrl+O", ask_file)
    menu.addAction("Open folder…\tCtrl+Shift+O", ask_folder)
    menu.addAction("Paste\tCtrl+V", paste)
    menu.addAction("Open ground truth…", ask_truth)
    menu.addAction("Save session…\tCtrl+S", save_session)
    there = recent.titles()
    if there:
        menu.addSeparator()
        title = menu.addAction("Recent")
        title.setEnabled(False)
        for path, name in there:
            action = menu.addAction(name.replace("&", "&&"), partial(open_path, path))
            action.setToolTip(str(path))
    bundled = samples()
    if bundled:
        menu.addSeparator()
        title = menu.addAction("Samples")
        title.setEnabled(False)
        for path in bundled:
            menu.addAction(sample_title(path), partial(open_path, path))


def sample_title(path: Path) -> str:
    """"Grace Hopper"."""
    return path.stem.replace("_", " ").title()


def ask_files(parent: QWidget, folder: str) -> list[Path]:
    """The files chosen in a dialog, none when it was cancelled."""
    endings = " ".join(f"*{suffix}" for suffix in sorted(SUFFIXES))
    chosen, _ = QFileDialog.getOpenFileNames(
        parent, "Open photos or a session", folder,
        f"Photos and sessions ({endings} *{ENDING});;All files (*)",
    )
    return [Path(path) for path in chosen]


def ask_folder(parent: QWidget, folder: str) -> list[Path]:
    chosen = QFileDialog.getExistingDirectory(parent, "Open a folder of photos", folder)
    return [Path(chosen)] if chosen else []


def left_out(kind: str, paths: Sequence[Path]) -> str:
    """Of several files of which one is taken: which are not."""
    first, *others = (path.name for path in paths)
    names = " and ".join(filter(None, (", ".join(others[:-1]), others[-1])))
    return f"{first} is taken, {names} not: one {kind} at a time."


def opening_sentence(error: OSError) -> str:
    """What is wrong with a path that cannot be opened."""
    if error.filename is None:
        return sentence_of(error)
    return f"Cannot open {error.filename}: {error.strerror or 'it cannot be read'}."

