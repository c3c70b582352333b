"""Pages of a gallery's pictures: one with all of them, and small sheets with one for each view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

SIDE = 300  # pixels that a picture is wide on a sheet
COLUMNS = 4
GAP = 4


def by_view(folder: Path) -> dict[str, list[Path]]:
    """The pictures of a gallery in order: view -> `VIEW__THEME-WIDTHxHEIGHT@SCALE.png`."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*__*.png")):
        found.setdefault(path.name.partition("__")[0], []).append(path)
    return found


def write_index(folder: Path) -> None:
    """`index.html`: the pictures in the folder, by view."""
    parts = ["<!doctype html><meta charset=utf-8><title>Two-Stage Explorer: gallery</title>",
             "<style>body{font:15px sans-serif;margin:2em;background:#888}"
             "img{width:24%;margin:.3%}</style>"]
    for view, paths in by_view(folder).items():
        parts.append(f"<h2>{view}</h2>")
        parts += [f'<a href="{p.name}"><img src="{p.name}" alt="{p.stem}"></a>' for p in paths]
    (folder / "index.html").write_text("\n".join(parts) + "\n", encoding="utf-8")


def write_sheets(pictures: Path, folder: Path, about: str) -> None:
    """A sheet of small pictures for every view, `VIEW.webp`, and a page with them, `README.md`.

    about: what the page says first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    views = by_view(pictures)
    for view, paths in views.items():
        sheet(paths).save(folder / f"{view}.webp", quality=40, method=4)
    (folder / "README.md").write_text(_page(views, about), encoding="utf-8")


def sheet(paths: Sequence[Path]) -> Image.Image:
    """The pictures side by side, each SIDE pixels wide, COLUMNS in a row."""
    small = []
    for path in paths:
        with Image.open(path) as image:
            height = round(image.height * SIDE / image.width)
            # reducing_gap: whole pixels are averaged first, which takes a fraction of the time.
            small.append(image.convert("RGB").resize(
                (SIDE, height), Image.Resampling.LANCZOS, reducing_gap=2.0
            ))
    rows = [small[at : at + COLUMNS] for at in range(0, len(small), COLUMNS)]
    heights = [max(picture.height for picture in row) for row in rows]
    width = max(len(row) for row in rows) * (SIDE + GAP) - GAP
    whole = Image.new("RGB", (width, sum(heights) + GAP * (len(rows) - 1)), (136, 136, 136))
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for column, picture in enumerate(row):
            whole.paste(picture, (column * (SIDE + GAP), top))
        top += height + GAP
    return whole


def _page(views: Mapping[str, Sequence[Path]], about: str) -> str:
    first = next(iter(views.values()), ())
    order = ", ".join(path.stem.partition("__")[2].replace("-", " ") for path in first)
    lines = ["# Gallery", "", about, "", f"In each sheet, row by row: {order}.", ""]
    for view in views:
        lines += [f"## {view}", "", f"![{view}]({view}.webp)", ""]
    return "\n".join(lines)
