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
    truth: str
    methods: dict[str, str]
    levels: tuple[str, ...]
    marks: tuple[str, ...]
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
    truth="#ffffff",
    methods={
        "rcnn": "#e69f00",
        "sppnet": "#56b4e9",
        "fast_rcnn": "#2bc48a",
        "faster_rcnn": "#e07bb5",
        "fpn": "#f2d64b",
    },
    levels=("#0065e4", "#717fc4", "#b576fe", "#ff88ff", "#ffc2fd"),
    marks=("#d636f4", "#00ffdb"),
    classes=(
        "#1ce6bb", "#f3a5fd", "#2bc43f", "#9468d0", "#e6eca5", "#4473fe", "#ff905a", "#63d1e6",
        "#ba6369", "#26ac9c", "#cd41a5", "#31fa50", "#d075fc", "#bac640", "#ab9fdc", "#b0944d",
        "#5491c5", "#fb3a07", "#90f9f7", "#f698b1",
    ),
    stages=(
        "#fffffe", "#a57c1e", "#cbbaff", "#67eed4", "#e34ff1", "#a7c055", "#a56ecc", "#0193f0",
        "#bcff55", "#fcbe8f", "#fc0680",
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
    truth="#0b0d11",
    methods={
        "rcnn": "#bd5601",
        "sppnet": "#1a5fae",
        "fast_rcnn": "#0e8566",
        "faster_rcnn": "#951f6c",
        "fpn": "#6b5600",
    },
    levels=("#f71fa5", "#9e41ec", "#c10a41", "#3f2ad6", "#800702"),
    marks=("#5808c8", "#f01888"),
    classes=(
        "#0c5a38", "#955488", "#073f06", "#53398d", "#7c6939", "#242998", "#73390e", "#00597d",
        "#e03b44", "#40918c", "#70305e", "#09782b", "#9946bd", "#6a8532", "#675fa9", "#ac730c",
        "#2175d5", "#ab3810", "#0a768f", "#620c30",
    ),
    stages=(
        "#5c2b56", "#2367fe", "#6205b6", "#008a00", "#8c1600", "#0a3d89", "#ce2d76", "#0018fa",
        "#024f0f", "#c311d3", "#92599b",
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
    truth="#000000",
)

PALETTES = {"dark": DARK, "light": LIGHT}  # the window's
PAGE_PALETTES = {**PALETTES, "paper": PAPER}  # what pictures can be saved in
INKS = (QColor("#0b0d11"), QColor("#ffffff"))  # of texts on a colour


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
        ("mark", palette.marks),
    ):
        number = role.removeprefix(prefix)
        if number != role and number.isdigit():
            return values[int(number) % len(values)]
    value = getattr(palette, role, None)
    if not isinstance(value, str) or role == "name":
        raise KeyError(f"no colour for the role '{role}'")
    return value


def readable_on(background: QColor) -> QColor:
    """Near-black or white, whichever contrasts more with `background`."""
    return max(INKS, key=lambda ink: contrast(ink, background))


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two colours as WCAG 2 defines it: from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(ink: QColor) -> float:
    """Relative luminance: of the light that a screen gives, not of the numbers sent to it."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (ink.redF(), ink.greenF(), ink.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def edge_of(palette: Palette) -> QColor:
    """Around outlines that have to stand out from any photo: of the other lightness than theirs."""
    return QColor(0, 0, 0, 110) if palette.name == "dark" else QColor(255, 255, 255, 170)
