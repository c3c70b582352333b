"""Where the columns of a table stand: each as wide as its widest text, the rest shared evenly."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.session import chart
from explorer.session.scenes.panel import Cell, Column, fitted, text_width

HEAD = 11.0  # size of the names of columns
APART = 8.0  # the least room between two columns
SMALLEST = 8.0  # size of figures


def sized_table(
    panel: Column, head: Sequence[str], rows: Sequence[Sequence[str]], chosen: int = -1,
    roles: Sequence[str] = (), size: float = 12.0,
) -> None:
    """A table whose first column are names and whose others are figures, which end at the right.

    Where the room is short, figures become smaller and then names are cut. See `Column.table`.
    """
    indent = 16.0 if roles else 0.0
    while size > SMALLEST and _free(panel, head, rows, indent, size) < 0:
        size -= 0.5
    short = -min(0.0, _free(panel, head, rows, indent, size))
    if short:
        room = _names(head, rows, size) - short
        rows = [(fitted(row[0], room, size), *row[1:]) for row in rows]
    widths = _figures(head, rows, size)
    gap = APART + max(0.0, _free(panel, head, rows, indent, size)) / max(1, len(widths))
    cells, x = [Cell(indent, mono=False)], indent + _names(head, rows, size)
    for width in widths:
        x += gap + width
        cells.append(Cell(x, "right"))
    panel.table(cells, head if any(head) else (), rows, chosen, roles, size)


def _names(head: Sequence[str], rows: Sequence[Sequence[str]], size: float) -> float:
    """The width of the first column; a chosen row is bold."""
    return max(
        chart.text_width(head[0], HEAD), *(chart.text_width(row[0], size, True) for row in rows)
    )


def _figures(
    head: Sequence[str], rows: Sequence[Sequence[str]], size: float
) -> list[float]:
    """The widths of all other columns."""
    return [
        max(chart.text_width(name, HEAD), *(text_width(row[at], size, True) for row in rows))
        for at, name in enumerate(head) if at
    ]


def _free(
    panel: Column, head: Sequence[str], rows: Sequence[Sequence[str]], indent: float, size: float
) -> float:
    """What is left of the panel's width beside the columns and the least gaps between them."""
    widths = _figures(head, rows, size)
    return panel.inner - indent - _names(head, rows, size) - sum(widths) - APART * len(widths)
