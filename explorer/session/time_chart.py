"""Where each method's time goes, what it counts to, and what the papers measured: one panel."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from explorer.methods.names import METHODS, MethodName
from explorer.session.axis import Axis, axis_for
from explorer.session.chart import Chart, Drawing, text_width
from explorer.session.published import PUBLISHED, Published
from explorer.session.words import device_text, time_text
from explorer.session.work import ROLES, SEARCH, Work, amount_text, work_of
from explorer.trace.stages import Trace

EDGE, NAME, TOTAL, COUNT, SAID = 18.0, 100.0, 70.0, 66.0, 196.0
BETWEEN = 30.0  # blocks side by side
TOP = 60.0  # of the first row, below the headings and the axis
LINE, LEAST_ROW = 14.0, 30.0  # a published bar; a method
THREE, TWO = 940.0, 640.0  # widths from which on so many blocks stand side by side
COUNTS: tuple[tuple[str, str], ...] = (
    ("passes", "Images or crops that went through the CNN."),
    ("regions", "Regions that were pooled and classified."),
    ("anchors", "Boxes that the RPN scored. Selective search has none."),
    ("mult-adds", "Multiplications, each with its addition, of all convolutions and fully "
                  "connected layers, counted from the networks at this photo's sizes."),
)
MEASURED = "Measured once, on this photo: first use of a network and other load are included."


@dataclass(frozen=True)
class Rows:
    """Where the methods' rows lie: the middle of each, and the bottom of the last."""

    middles: Mapping[str, float]
    bottom: float


def time_chart(
    traces: Sequence[Trace], width: float, log: bool = False, note: str = ""
) -> Chart:
    """A panel as wide as `width`. Linear or log time axes; on the log scale both have the same.

    note: a sentence to stand below.
    """
    works = {trace.method: work_of(trace) for trace in traces if trace.stages}
    going = {trace.method for trace in traces if trace.stage("detections") is None}
    ours = [work.ms for work in works.values()]
    theirs = [each.ms for each in PUBLISHED]
    if log:
        axis = said = axis_for([*ours, *theirs], True)
    else:
        axis, said = axis_for(ours, False), axis_for(theirs, False)
    drawing = Drawing(width)
    right = width - EDGE
    counts = COUNT * len(COUNTS)
    if width >= THREE:
        room = right - EDGE - NAME - TOTAL - counts - SAID - 2 * BETWEEN
        end = EDGE + NAME + 0.58 * room + TOTAL
        rows = _rows(TOP, [_published_height(method) for method in METHODS])
        _measured(drawing, works, going, axis, EDGE, end, rows, 0.0)
        _counts(drawing, works, going, end + BETWEEN, rows, 0.0)
        _said(drawing, said, end + counts + 2 * BETWEEN, right, rows, 0.0, names=False)
        bottom = rows.bottom
    else:
        beside = width >= TWO
        rows = _rows(TOP, [LEAST_ROW] * len(METHODS))
        end = right - (counts + BETWEEN if beside else 0.0)
        _measured(drawing, works, going, axis, EDGE, end, rows, 0.0)
        top = 0.0
        if not beside:
            top = rows.bottom + 14
            rows = _rows(top + TOP, [LEAST_ROW] * len(METHODS))
            _names(drawing, EDGE, rows)
        _counts(drawing, works, going, right - counts, rows, top)
        top = rows.bottom + 14
        rows = _rows(top + TOP, [_published_height(method) for method in METHODS])
        _said(drawing, said, EDGE, right, rows, top, names=True)
        bottom = rows.bottom
    return drawing.chart(_foot(drawing, works, bottom + 16, log, note) + 12)


def _rows(top: float, heights: list[float]) -> Rows:
    middles, y = {}, top
    for method, height in zip(METHODS, heights, strict=True):
        middles[method.name] = y + height / 2
        y += height
    return Rows(middles, y)


def _published_height(method: MethodName) -> float:
    lines = sum(1 for each in PUBLISHED if each.method == method.name)
    return max(LEAST_ROW, LINE * lines + 7)


def _names(drawing: Drawing, left: float, rows: Rows) -> None:
    for method in METHODS:
        drawing.text(left, rows.middles[method.name], method.title, 13, method.name)


def _heading(drawing: Drawing, left: float, top: float, text: str, note: str) -> None:
    drawing.text(left, top + 22, text, 14, bold=True)
    drawing.text(left + text_width(text, 14, bold=True) + 12, top + 22, note, 11.5, "muted")


def _measured(
    drawing: Drawing, works: Mapping[str, Work], going: Collection[str], axis: Axis, left: float,
    right: float, rows: Rows, top: float,
) -> None:
    """This photo's bars, with the total behind each. going: methods that have not ended."""
    device = next((device_text(work.device) for work in works.values()), "")
    _heading(drawing, left, top, "This photo", f"measured on {device}" if device else "")
    _names(drawing, left, rows)
    left, right = left + NAME, right - TOTAL
    if works:
        drawing.axis(axis, left, right, top + TOP - 6, rows.bottom)
    for method in METHODS:
        y, work = rows.middles[method.name], works.get(method.name)
        if work is None:
            drawing.text(right + TOTAL, y, "–", 12.5, "muted", "right")
            continue
        parts = [
            (part.ms, ROLES[part.name], time_text(part.ms), _part_tip(method, work, index))
            for index, part in enumerate(work.parts)
        ]
        drawing.bar(axis, left, right, y, 16, parts)
        up = 6 if method.name in going else 0
        drawing.text(right + TOTAL, y - up, time_text(work.ms), 12.5, "text", "right", bold=True)
        if up:
            drawing.text(right + TOTAL, y + 7, "so far", 11, "muted", "right")


def _part_tip(method: MethodName, work: Work, index: int) -> str:
    part = work.parts[index]
    share = f", {100 * part.ms / work.ms:.0f}% of {time_text(work.ms)}" if work.ms > 0 else ""
    what = f" ({part.what})" if part.what else ""
    lines = [f"{method.title} · {part.name}{what}", f"{time_text(part.ms)}{share}"]
    if part.multiply_adds:
        lines.append(f"{amount_text(part.multiply_adds)} multiply-adds")
    if part.name == SEARCH:
        lines.append("Methods whose searches are alike share one, counted in full for each.")
    return "\n".join(lines)


def _counts(
    drawing: Drawing, works: Mapping[str, Work], going: Collection[str], left: float, rows: Rows,
    top: float,
) -> None:
    """Of methods that are through; a part of a count would look like one."""
    _heading(drawing, left, top, "Counts", "")
    for column, (name, why) in enumerate(COUNTS, 1):
        x = left + COUNT * column
        drawing.text(x, top + TOP - 14, name, 11, "muted", "right")
        drawing.tips.append(((x - COUNT + 4, top + TOP - 24, x, rows.bottom), why))
    for method in METHODS:
        work = works.get(method.name)
        if work is None:
            continue
        y = rows.middles[method.name]
        if method.name in going:
            for column in range(1, len(COUNTS) + 1):
                drawing.text(left + COUNT * column, y, "–", 12.5, "muted", "right")
            continue
        values = (
            f"{work.passes:,}", f"{work.regions:,}",
            f"{work.anchors:,}" if work.anchors else "–", amount_text(work.multiply_adds),
        )
        for column, value in enumerate(values, 1):
            drawing.text(left + COUNT * column, y, value, 12.5, "text", "right")
        right = left + COUNT * len(COUNTS)
        drawing.tips.append(((right - COUNT + 4, y - 12, right, y + 12), _adds_tip(method, work)))


def _adds_tip(method: MethodName, work: Work) -> str:
    lines = [f"{method.title} · multiply-adds"]
    lines += [
        f"{part.name}  {amount_text(part.multiply_adds)}"
        for part in work.parts if part.multiply_adds
    ]
    return "\n".join(lines)


def _said(
    drawing: Drawing, axis: Axis, left: float, right: float, rows: Rows, top: float, names: bool
) -> None:
    """The papers' bars: what was timed and where stands behind each."""
    _heading(drawing, left, top, "As published", "other photos, other networks")
    if names:
        _names(drawing, left, rows)
        left += NAME
    right -= SAID
    drawing.axis(axis, left, right, top + TOP - 6, rows.bottom)
    for method in METHODS:
        own = [each for each in PUBLISHED if each.method == method.name]
        y = rows.middles[method.name] - LINE * (len(own) - 1) / 2
        for each in own:
            parts = [
                (ms, ROLES[name], "", _said_tip(method, each, name)) for name, ms in each.parts
            ]
            drawing.bar(axis, left, right, y, 9, parts)
            x = right + 8
            drawing.text(x + 44, y, time_text(each.ms), 11.5, "text", "right")
            drawing.text(x + 52, y, each.what, 11, "muted")
            whole = _said_tip(method, each, "")
            drawing.tips.append(((right + 4, y - LINE / 2, right + SAID, y + LINE / 2), whole))
            y += LINE


def _said_tip(method: MethodName, each: Published, part: str) -> str:
    lines = [f"{method.title} · {each.network} · {each.machine}"]
    if part and len(each.parts) > 1:
        lines.append(f"{part} {time_text(dict(each.parts)[part])} of {time_text(each.ms)}")
    else:
        lines.append(f"{time_text(each.ms)} a photo")
    return "\n".join([*lines, each.source, *([each.note] if each.note else [])])


def _foot(
    drawing: Drawing, works: Mapping[str, Work], y: float, log: bool, note: str
) -> float:
    """The legend of all parts that are seen, and what has to be said; returns the last line's y."""
    y = drawing.legend(drawing.visible(ROLES.items()), EDGE, drawing.width - EDGE, y)
    notes = [note] if note else []
    if works:
        notes.append(MEASURED)
    if log:
        notes.append("Log scale: a bar's length is its total, its colours are shares of the total.")
    searches = {part for work in works.values() for part in work.parts if part.name == SEARCH}
    if searches:
        notes.append(
            "Selective search ran once and is counted in full for each method that starts from it."
            if len(searches) == 1 else
            f"{len(searches)} selective searches ran; each is counted in full for all methods that "
            "start from it."
        )
    x = drawing.width
    for text in notes:
        wide = text_width(text, 11.5)
        if x + wide > drawing.width - EDGE:
            x, y = EDGE, y + 19
        drawing.text(x, y, text, 11.5, "muted")
        x += wide + 12
    return y
