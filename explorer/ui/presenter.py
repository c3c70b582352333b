"""Brings the desk's state onto the widgets: pictures, thumbnails, choices, facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from explorer.methods.names import METHODS, method_named
from explorer.methods.torchvision_names import title_of
from explorer.session.formula_texts import stage_formula
from explorer.session.job import sentence_of
from explorer.session.overhang import widest
from explorer.session.part_switches import exchanged_text, stage_note
from explorer.session.related import Counterpart, box_of, counterparts
from explorer.session.scene import Picture, Pixels, Rect, Scene, ViewState
from explorer.session.scenes import picture
from explorer.session.state import Desk
from explorer.session.summary import headline
from explorer.session.thumbnail import thumbnail
from explorer.trace.base import STAGE_NAMES, StageName
from explorer.trace.stages import Trace
from explorer.ui.bottom_bar import BottomBar
from explorer.ui.canvas_frame import IN_ALL, Frame
from explorer.ui.centre import Centre
from explorer.ui.choices import as_chosen, limit_control, merged_controls, merged_layers
from explorer.ui.map_cells import cell_count, cell_tip, out_of_turn
from explorer.ui.stage_map import MapCell, StageMap
from explorer.ui.status import Status, pending
from explorer.ui.studio import Studio
from explorer.ui.style import Theme
from explorer.ui.thumbnails import paint_thumbnail
from explorer.ui.words import short_count, time_text, total_ms

AGAIN = "Running again …"  # over what was there before
DRAWING = "Drawing …"  # the stage is there, its picture not yet


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture that is on a canvas, and what it was made from."""

    picture: Picture
    trace: Trace
    stage: StageName
    view: ViewState


def photo_alone(photo: NDArray[np.uint8]) -> Picture:
    """The photo before any method has said something about it."""
    rect = (0.0, 0.0, float(photo.shape[1]), float(photo.shape[0]))
    faint = Pixels(name="Photo", values=photo, rect=rect, opacity=0.35)
    scene = Scene(extent=rect, space="photo", layers=(faint,))
    return Picture(title="", summary="", main=scene)


class Presenter(QObject):
    """Owns no state of its own but what is on screen; `show` is called after every change."""

    selection_shown = Signal(object)  # {method: Counterpart}

    def __init__(
        self,
        centre: Centre,
        stage_map: StageMap,
        bottom: BottomBar,
        studio: Studio,
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.centre, self.stage_map, self.bottom = centre, stage_map, bottom
        self.studio, self.theme = studio, theme
        self.desk = Desk()
        self.traces: Mapping[str, Trace] = {}
        self.before: Mapping[str, Trace] = {}  # as they ran, of the methods that are switched
        self.again: Collection[str] = ()  # methods that run again with parts exchanged
        self.status: Mapping[str, Status] = {}
        self.photo: Picture | None = None
        self.shown: dict[str, Shown] = {}
        # What each canvas' latest picture was ordered from.
        self._asked: dict[str, tuple[Trace, StageName, ViewState]] = {}
        # What each canvas' panel was scrolled for: its stage, and whether it stands alone.
        self._scrolled: dict[str, tuple[StageName, str | None]] = {}
        self.found: dict[str, Counterpart] = {}
        theme.changed.connect(self.redraw_thumbnails)

    def show(
        self, desk: Desk, traces: Mapping[str, Trace], status: Mapping[str, Status]
    ) -> None:
        self.desk, self.traces, self.status = desk, traces, status
        alone = bool(desk.method or desk.swipe) or len(desk.enabled) == 1
        self.centre.show_methods(desk.shown(), not alone, desk.enabled if desk.swipe else ())
        self.centre.summary.show_traces(
            [traces[name] for name in desk.enabled if name in traces],
            bool(pending(desk.enabled, status)), desk.view.truth, desk.enabled,
        )
        self.stage_map.show_place(desk.stage, desk.method, desk.enabled)
        self.bottom.show_stage(desk.stage)
        self._select()
        self._scrolled = {name: at for name, at in self._scrolled.items() if name in desk.shown()}
        for method in desk.shown():
            self._ask_picture(method)
        # Of pictures that are there already, parts may be chosen anew. Where none is there or on
        # its way, because the method still runs, the choices of the stage before go.
        if self.shown or not any(method in self._asked for method in desk.shown()):
            self._show_choices()

    def new_photo(self, photo: NDArray[np.uint8]) -> None:
        """Another photo: nothing that is on screen belongs to it."""
        self.photo = photo_alone(photo)
        self.shown.clear()
        self._asked.clear()
        self._scrolled.clear()
        self.studio.forget()
        self.stage_map.cells.clear()
        self.stage_map.update()

    def _select(self) -> None:
        key = self.desk.view.selected
        traces = [self.traces[name] for name in self.desk.enabled if name in self.traces]
        self.found = counterparts(traces, key, self.desk.view.partners) if key is not None else {}
        self.selection_shown.emit(self.found)

    def view_of(self, method: str) -> ViewState:
        """The view state of one method: the selection is its own row that stands for it."""
        at = self.found.get(method)
        return replace(
            self.desk.view, selected=at.key if at else None, before=self.before.get(method)
        )

    def selected_box(self) -> Rect | None:
        """The selected box in photo pixels."""
        key = self.desk.view.selected
        if key is None or key.method not in self.traces:
            return None
        box = box_of(self.traces[key.method], key.stage, key.row)
        return float(box[0]), float(box[1]), float(box[2]), float(box[3])

    # -- canvases --------------------------------------------------------------------------

    def _frame(self, method: str, message: str = "") -> Frame:
        named = method_named(method)
        trace = self.traces.get(method)
        record = trace.stage(self.desk.stage) if trace is not None else None
        note, time = stage_note(method, self.desk.stage, trace), ""
        if trace is not None and record is not None:
            time = time_text(record.ms)
            if self.desk.stage == "detections":
                note, time = headline(trace), time_text(total_ms(trace)) + IN_ALL
        weights = title_of(trace.weights) if trace is not None and method == "fpn" else ""
        title = f"{named.title} · {weights}" if weights else named.title
        if trace is not None and (exchanged := exchanged_text(trace)):
            title = f"{title} · {exchanged}"
        return Frame(method, title, note, time, message)

    def _ask_picture(self, method: str) -> None:
        trace, stage = self.traces.get(method), self.desk.stage
        if trace is None or trace.stage(stage) is None:
            status = self.status.get(method, Status())
            self.shown.pop(method, None)
            self._asked.pop(method, None)
            self._show_message(method, status.text or "Waiting")
            return
        if method not in self.shown and method not in self._asked:
            self._show_message(method, DRAWING)
        view = self.view_of(method)
        wanted = (trace, stage, view)
        if self._asked.get(method) == wanted:  # it is there, or on its way
            if method in self.shown:
                self._put(method)
            return
        self._asked[method] = wanted
        self.studio.ask(
            ("canvas", method),
            partial(picture, trace, stage, view),
            partial(self._arrived, method, wanted),
        )

    def _show_message(self, method: str, message: str) -> None:
        """What a method does or why it has nothing to show, over the faint photo."""
        canvas = self.centre.canvases[method]
        canvas.show_picture(self._frame(method, message), self.photo)

    def show_messages(self) -> None:
        """What methods without a picture are doing now."""
        for method in self.desk.shown():
            if method not in self.shown and method not in self._asked:
                self._show_message(method, self.status.get(method, Status()).text or "Waiting")

    def _arrived(
        self, method: str, wanted: tuple[Trace, StageName, ViewState], result: Picture | Exception
    ) -> None:
        trace, stage, view = wanted
        now = self.traces.get(method)
        if stage != self.desk.stage or now is None or now.stage(stage) is not trace.stage(stage):
            self._asked.pop(method, None)
            return  # another stage is looked at, or the method runs again
        if isinstance(result, Exception):
            self.shown.pop(method, None)
            self._asked.pop(method, None)
            self._show_message(method, sentence_of(result))
            return
        self.shown[method] = Shown(result, trace, stage, view)
        self._put(method)
        self._show_choices()

    def _put(self, method: str) -> None:
        shown = self.shown[method]
        layers = [(layer.name, layer.on) for layer in shown.picture.main.layers]
        if shown.picture.panel is not None:
            layers += [(layer.name, layer.on) for layer in shown.picture.panel.layers]
        # Under a swipe both photos have the same room.
        picture = replace(shown.picture, panel=None) if self.desk.swipe else shown.picture
        canvas = self.centre.canvases[method]
        message = AGAIN if method in self.again else ""
        if self._scrolled.get(method) != (here := (shown.stage, self.desk.method)):
            self._scrolled[method] = here
            canvas.scroll_to_top()
        state = (
            self._frame(method, message), picture, self.desk.hidden(layers, shown.stage),
            self.view_of(method).selected,
        )
        if state != (canvas.frame, canvas.picture, canvas.hidden, canvas.selected):
            canvas.show_picture(*state)

    def apply_layers(self, desk: Desk) -> None:
        """Only layers were switched: the pictures stay."""
        self.desk = desk
        for method in desk.shown():
            if method in self.shown:
                self._put(method)
        self._show_choices()

    def _show_choices(self) -> None:
        """Layers and controls of all pictures on screen, each name once."""
        stage, view = self.desk.stage, self.desk.view
        on_screen = {
            method: shown for method in self.desk.shown()
            if (shown := self.shown.get(method)) is not None and shown.stage == stage
        }
        self.centre.make_room(
            widest(shown.picture.main.beyond for shown in on_screen.values())
        )
        pictures = {method: shown.picture for method, shown in on_screen.items()}
        layers = merged_layers(pictures)
        controls = merged_controls(pictures, self.desk.varied, self.desk.chosen)
        behind = any(self._is_behind(method) for method in on_screen)
        if behind:
            controls = [as_chosen(control, stage, view) for control in controls]
        if any(picture.limited for picture in pictures.values()):
            controls.append(limit_control(view.limit))
        hidden = self.desk.hidden([(layer.name, layer.on) for layer in layers], stage)
        self.bottom.show_choices(
            [replace(layer, on=layer.name not in hidden) for layer in layers], controls, behind
        )

    def _is_behind(self, method: str) -> bool:
        """Whether a newer picture than the one on the method's canvas is on its way."""
        asked = self._asked.get(method)
        return asked is not None and asked[2] != self.shown[method].view

    # -- stage map -------------------------------------------------------------------------

    def show_cells(self, method: str, fresh: Collection[StageName] = ()) -> None:
        """The cells of one method; `fresh`: the stages to be drawn again."""
        trace = self.traces.get(method)
        status = self.status.get(method, Status())
        running = status.state == "running"
        for stage in STAGE_NAMES:
            held = self.stage_map.cells.get((method, stage), MapCell())
            record = trace.stage(stage) if trace is not None else None
            tip = cell_tip(method, stage, trace, status)
            formula = stage_formula(method, stage, trace)
            if record is None or trace is None:
                # Only the stage that comes next is marked as running.
                state = "running" if running else "waiting"
                running = False
                state = status.state if status.state in ("off", "failed") else state
                cell = MapCell(state=state, tip=tip, formula=formula)
                self.stage_map.set_cell(method, stage, cell)
                continue
            self.stage_map.set_cell(
                method, stage,
                MapCell("done", held.thumbnail, short_count(cell_count(record)),
                        time_text(record.ms), tip, out_of_turn(trace, stage), formula),
            )
            if stage in fresh:
                self._ask_thumbnail(method, stage, trace)

    def redraw_thumbnails(self) -> None:
        for method in METHODS:
            trace = self.traces.get(method.name)
            for stage in STAGE_NAMES:
                if trace is not None and trace.stage(stage) is not None:
                    self._ask_thumbnail(method.name, stage, trace)

    def _ask_thumbnail(self, method: str, stage: StageName, trace: Trace) -> None:
        palette = self.theme.palette

        def make() -> QImage:
            return paint_thumbnail(thumbnail(trace, stage), palette)

        self.studio.ask(
            ("thumbnail", method, stage), make, partial(self._thumbnail_made, method, stage), 1
        )

    def _thumbnail_made(
        self, method: str, stage: StageName, result: QImage | Exception
    ) -> None:
        cell = self.stage_map.cells.get((method, stage), MapCell())
        image = None if isinstance(result, Exception) else result
        self.stage_map.set_cell(method, stage, replace(cell, thumbnail=image))

