"""Session files in the window: saved, opened, their view restored; settings as text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QSettings, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from explorer.session.document import (
    ENDING,
    Document,
    SessionError,
    fields_of,
    has_settings,
    looked_at,
    parse_settings,
    read_document,
    settings_text,
)
from explorer.session.job import sentence_of
from explorer.session.photo_file import PhotoMissingError, find_photo, is_photo
from explorer.session.related import box_of
from explorer.session.saving import PhotoSource, save_session
from explorer.session.scene import Rect
from explorer.session.state import Desk
from explorer.ui.choices import offered_limit
from explorer.ui.opening import left_out
from explorer.ui.reselecting import Reselecting
from explorer.ui.studio import Studio
from explorer.ui.style import Theme
from explorer.ui.workbench import Workbench


@dataclass(frozen=True, eq=False)
class Found:
    """A session that was read, and where its photo is; None where it is nowhere to be found.

    path: the session's own file.
    """

    path: Path
    document: Document
    photo: Path | None
    sentence: str = ""


def _read(path: Path) -> Found:
    document = read_document(path)
    try:
        return Found(path, document, find_photo(document.photo, path))
    except PhotoMissingError as error:
        return Found(path, document, None, str(error))


class Sessions(QObject):
    """go: the step to another desk. use_theme: switches this window's theme by name; the user's
    own stays for the next."""

    said = Signal(str, bool)  # a sentence, whether it is bad news
    used = Signal(object)  # the Path of a session that was saved or read

    def __init__(
        self, bench: Workbench, theme: Theme, settings: QSettings, go: Callable[[Desk], None],
        use_theme: Callable[[str], None], over: QWidget,
    ) -> None:
        super().__init__(over)
        self.bench, self.theme, self.settings = bench, theme, settings
        self._go, self._use_theme, self._over = go, use_theme, over
        self.files = Studio(self)  # reading and hashing a large photo holds up no picture
        self.reselecting = Reselecting(bench, go, self)
        self.reselecting.said.connect(lambda sentence: self.said.emit(sentence, True))
        self._coming: Found | None = None  # its photo is being read
        self._missing: Found | None = None  # its photo is asked for
        bench.photo_shown.connect(self._photo_shown)

    def close(self) -> None:
        self.files.close()

    # -- saving ----------------------------------------------------------------------------

    def ask_save(self) -> None:
        """A dialog for where; then save."""
        bench = self.bench
        if bench.photo is None:
            self.said.emit("There is no session to save yet: open a photo first.", True)
            return
        name = f"{Path(bench.name).stem or 'session'}{ENDING}"
        folder = bench.path.parent if bench.path is not None else \
            Path(str(self.settings.value("folder", "")))
        chosen, _ = QFileDialog.getSaveFileName(
            self._over, "Save session", str(folder / name), f"Sessions (*{ENDING})"
        )
        if chosen:
            self.save(Path(chosen if chosen.endswith(ENDING) else f"{chosen}{ENDING}"))

    def save(self, path: Path) -> None:
        """Write what is on screen to a file; where it is, or why not, is said."""
        bench = self.bench
        if bench.photo is None:
            return
        looked = looked_at(
            bench.desk, bench.camera.centre, bench.camera.zoom,
            "light" if self.theme.palette.name == "light" else "dark", self._selected_box(),
        )
        weights = tuple((name, trace.weights) for name, trace in bench.traces.items())
        source = PhotoSource(bench.path, bench.photo)
        self.files.ask(
            "save", partial(save_session, path, source, fields_of(bench.desk), looked, weights),
            self._saved,
        )

    def _selected_box(self) -> Rect | None:
        key = self.bench.desk.view.selected
        if key is None or key.method not in self.bench.shown:
            return None
        x1, y1, x2, y2 = box_of(self.bench.shown[key.method], key.stage, key.row).tolist()
        return x1, y1, x2, y2

    def _saved(self, result: Path | Exception) -> None:
        if isinstance(result, Exception):
            self.said.emit(sentence_of(result), True)
        else:
            self.used.emit(result)
            self.said.emit(f"Saved {result}.", False)

    # -- opening ---------------------------------------------------------------------------

    def take(self, paths: list[Path]) -> list[Path]:
        """Open the session among dropped files; the others are given back, but for the photo that
        a session waits for."""
        own = [path for path in paths if path.name.endswith(ENDING) and not path.is_dir()]
        if len(own) > 1:
            self.said.emit(left_out("session", own), True)
        if own:
            self._missing = None
            self.files.ask("open", partial(_read, own[0]), self._found)
        elif self._missing is not None and len(paths) == 1 and paths[0].is_file():
            missing, self._missing = self._missing, None
            self.files.ask(
                "open", partial(is_photo, paths[0], missing.document.photo),
                partial(self._compared, missing, paths[0]),
            )
            return []
        return [path for path in paths if path not in own]

    def _compared(self, missing: Found, path: Path, same: bool | Exception) -> None:
        """A photo was opened while one was asked for."""
        if same is True:
            self._found(replace(missing, photo=path))
        else:
            self.bench.open_paths([path])

    def _found(self, found: Found | Exception) -> None:
        if isinstance(found, Exception):
            return self.said.emit(sentence_of(found), True)
        self.used.emit(found.path)
        if found.photo is None:
            self._missing = found
            self.said.emit(found.sentence, True)
        elif self.bench.photo is not None and self.bench.path == found.photo:
            self._restore(found.document)  # its photo is open: nothing has to run again
        else:
            self._coming = found
            self.bench.open_paths([found.photo], found.document.as_desk().shown())

    def _photo_shown(self, name: str, path: Path | None, width: int, height: int) -> None:
        coming = self._coming
        if coming is not None:
            self._coming = None
            if coming.photo == path:
                # After the bench has put the new photo's empty desk on screen.
                QTimer.singleShot(0, self, partial(self._restore, coming.document))

    def _restore(self, document: Document) -> None:
        looked = document.looked
        self._use_theme(looked.theme)
        self._go(document.as_desk().with_limit(offered_limit(looked.limit)))
        self.bench.camera.look_at(looked.centre, looked.zoom)
        self.reselecting.begin(document)

    # -- settings as text ------------------------------------------------------------------

    def copy_settings(self) -> None:
        QGuiApplication.clipboard().setText(settings_text(self.bench.desk))
        self.said.emit("Copied the settings as text. Paste them in another window to apply.", False)

    def take_data(self, data: QMimeData, name: str) -> None:
        """What was pasted or dropped and is no file: settings as text, or a picture."""
        text = data.text() if data.hasText() else ""
        if not has_settings(text):
            self.bench.open_data(data, name)
            return
        try:
            settings = parse_settings(text)
        except SessionError as error:
            self.said.emit(str(error), True)
            return
        self._go(replace(self.bench.desk, **dict(settings)))
        self.said.emit("Applied the pasted settings; Ctrl+Z takes them back.", False)
