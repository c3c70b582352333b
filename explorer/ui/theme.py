"""Colours: the palettes, and the one place where a role becomes a colour.

The five method colours follow Okabe and Ito's colour-blind safe set; the light theme uses darker
variants of the same hues, so that they can be read as text on white. A class has the same hue in
both themes; twenty classes differ in hue and in lightness. How far apart colours are for eyes that
lack one of the three cones is tested.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from PySide6.QtGui import QColor


@dataclass(frozen=True)
class Palette:
    """Colours of one theme as #rrggbb. `canvas` lies behind photos, `surface` behind text.

    stages: of `explorer.session.work.ROLES`; on_bar: of text on them.
    """

    name: str
    window: str
    canvas: str
    surface: str
    raised: str
    hover: str
    line: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    good: str
    bad: str
    selected: str
    methods: dict[str, str]
    levels: tuple[str, ...]
    classes: tuple[str, ...]
    stages: tuple[str, ...]
    on_bar: str


DARK = Palette(
    name="dark",
    window="#0f1116",
    canvas="#0b0d11",
    surface="#161a22",
    raised="#1b2130",
    hover="#232b3b",
    line="#252b36",
    text="#e7eaf0",
    muted="#8d97a8",
    faint="#5a6475",
    accent="#5eb1ff",
    on_accent="#08131f",
    good="#4fd18b",
    bad="#ff6b6b",
    selected="#ffffff",
    methods={
        "rcnn": "#e69f00",
        "sppnet": "#56b4e9",
        "fast_rcnn": "#2bc48a",
        "faster_rcnn": "#e07bb5",
        "fpn": "#f2d64b",
    },
    levels=("#7cc7ff", "#37d3a8", "#f2d64b", "#ff9f5a", "#f078c0"),
    classes=(
        "#23e5be", "#f0a3f3", "#2bc452", "#9468d0", "#e7e99d", "#4473fe", "#f4b68b", "#50c7ef",
        "#ba6369", "#2db19a", "#cd41a5", "#31fa50", "#d075fc", "#bac640", "#a79ee4", "#b0944d",
        "#5591c3", "#fb3a07", "#90f9f7", "#df88a3",
    ),
    stages=(
        "#d6ecf4", "#b96a3e", "#9eb4fd", "#56cbb6", "#ca71ec", "#8aab20", "#ed4e88", "#3395b4",
        "#91fe66", "#f3967c",
    ),
    on_bar="#08131f",
)

LIGHT = Palette(
    name="light",
    window="#f4f6f9",
    canvas="#e6e9ef",
    surface="#ffffff",
    raised="#f1f4f8",
    hover="#e4e9f1",
    line="#d8dde6",
    text="#161b24",
    muted="#5d6878",
    faint="#98a2b1",
    accent="#1668c7",
    on_accent="#ffffff",
    good="#14804a",
    bad="#c62f2f",
    selected="#0b0d11",
    methods={
        "rcnn": "#bd5601",
        "sppnet": "#1a5fae",
        "fast_rcnn": "#0e8566",
        "faster_rcnn": "#951f6c",
        "fpn": "#6b5600",
    },
    levels=("#1a5fae", "#0e8566", "#6b5600", "#bd5601", "#951f6c"),
    classes=(
        "#0c5a38", "#955488", "#073f06", "#53398d", "#745d04", "#242998", "#73390e", "#00597d",
        "#df3b3f", "#108f7b", "#70305e", "#11742d", "#9946bd", "#698430", "#6659ad", "#a96a0b",
        "#2175d5", "#b13c1c", "#0a768f", "#620c30",
    ),
    stages=(
        "#715450", "#b75901", "#404ec2", "#0f8074", "#7e2f9f", "#415c01", "#68005f", "#16567a",
        "#1a2a2a", "#c34a72",
    ),
    on_bar="#ffffff",
)

# For print: white ground everywhere, black text, no grey plates.
PAPER = replace(
    LIGHT,
    name="paper",
    window="#ffffff",
    canvas="#ffffff",
    raised="#f2f2f2",
    hover="#e6e6e6",
    line="#bdbdbd",
    text="#000000",
    muted="#404040",
    faint="#6e6e6e",
    selected="#000000",
)

PALETTES = {"dark": DARK, "light": LIGHT}  # the window's
PAGE_PALETTES = {**PALETTES, "paper": PAPER}  # what pictures can be saved in


def colour(palette: Palette, role: str) -> QColor:
    """The colour of a role of `explorer.session.scene`. Raises KeyError for an unknown one."""
    return QColor(_value(palette.name, role))


@cache
def _value(theme: str, role: str) -> str:
    palette = PAGE_PALETTES[theme]
    if role in palette.methods:
        return palette.methods[role]
    for prefix, values in (
        ("level", palette.levels), ("class", palette.classes), ("stage", palette.stages),
    ):
        number = role.removeprefix(prefix)
        if number != role and number.isdigit():
            return values[int(number) % len(values)]
    value = getattr(palette, role, None)
    if not isinstance(value, str) or role == "name":
        raise KeyError(f"no colour for the role '{role}'")
    return value


def readable_on(background: QColor) -> QColor:
    """Near-black or white, whichever can be read on `background` (its relative luminance)."""
    light = 0.299 * background.redF() + 0.587 * background.greenF() + 0.114 * background.blueF()
    return QColor("#0b0d11") if light > 0.5 else QColor("#ffffff")
