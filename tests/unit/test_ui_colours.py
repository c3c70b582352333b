"""Colours that stand for things can be told apart, also by eyes that lack one of the three cones.

Distances are those of OKLab (Ottosson, 2020), where about 0.02 is just noticeable. What such eyes
see is simulated after Machado, Oliveira and Fernandes (IEEE TVCG 2009), table 1, severity 1.
"""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from explorer.session.scenes.common import STAGE_TITLES
from explorer.session.summary import GROUPS
from explorer.session.work import REGIONWISE, ROLES, RPN, SEARCH
from explorer.trace.base import STAGE_NAMES
from explorer.ui.theme import PAGE_PALETTES, PALETTES, Palette, colour, readable_on

Array = NDArray[np.float64]
TO_CONES = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])
TO_LAB = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
])
SEEN_BY = {
    "all cones": np.eye(3),
    "no long": np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]),
    "no medium": np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]),
    "no short": np.array([
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ]),
}


def linear(colours: list[str]) -> Array:
    """(n, 3) intensities of light from #rrggbb."""
    values = np.array([QColor(each).getRgbF()[:3] for each in colours])
    light: Array = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return light


def lab(light: Array) -> Array:
    found: Array = np.cbrt(np.clip(light, 0, 1) @ TO_CONES.T) @ TO_LAB.T
    return found


def closest(colours: list[str], eyes: str) -> float:
    """The least distance of two of the colours."""
    return float(distances(colours, colours, eyes)[np.triu_indices(len(colours), 1)].min())


def distances(some: list[str], others: list[str], eyes: str = "all cones") -> Array:
    """From each of some to each of the others."""
    seen, other = (lab(linear(each) @ SEEN_BY[eyes].T) for each in (some, others))
    apart: Array = np.linalg.norm(seen[:, None] - other[None], axis=-1)
    return apart


def luminance(colours: list[str]) -> Array:
    return linear(colours) @ np.array([0.2126, 0.7152, 0.0722])


def contrast(colours: list[str], ground: str) -> float:
    """The least contrast ratio on the ground, as WCAG 2 defines it."""
    own, other = luminance(colours), luminance([ground])[0]
    return float(((np.maximum(own, other) + 0.05) / (np.minimum(own, other) + 0.05)).min())


def groups(palette: Palette) -> dict[str, list[str]]:
    return {
        "methods": list(palette.methods.values()), "levels": list(palette.levels),
        "stages": list(palette.stages), "classes": list(palette.classes),
        "marks": list(palette.marks),
    }


@pytest.fixture(params=PALETTES)
def palette(request: pytest.FixtureRequest) -> Palette:
    return PALETTES[request.param]


def test_distances_are_those_of_known_colours() -> None:
    white, black = lab(linear(["#ffffff", "#000000"]))
    assert white == pytest.approx([1, 0, 0], abs=1e-3) and black == pytest.approx([0, 0, 0])
    assert contrast(["#ffffff"], "#000000") == pytest.approx(21)
    # Red and green of one lightness: far apart, but not without one of the two cones.
    assert closest(["#a06000", "#6c7800"], "all cones") > 2 * closest(
        ["#a06000", "#6c7800"], "no long"
    )


@pytest.mark.parametrize("group", ["methods", "levels", "stages", "marks"])
def test_few_colours_are_told_apart_by_all_eyes(palette: Palette, group: str) -> None:
    colours = groups(palette)[group]
    assert closest(colours, "all cones") > 0.12
    assert closest(colours, "no long") > 0.055 and closest(colours, "no medium") > 0.055
    assert closest(colours, "no short") > 0.025  # one person in ten thousand


def test_parts_of_the_summarys_bars_are_further_apart(palette: Palette) -> None:
    parts = [colour(palette, role).name() for _, role, _ in GROUPS]
    assert closest(parts, "all cones") > 0.15
    assert closest(parts, "no long") > 0.08 and closest(parts, "no medium") > 0.08


@pytest.mark.parametrize(
    ("group", "least"), [("levels", 0.11), ("stages", 0.1), ("marks", 0.15), ("classes", 0.065)]
)
def test_nothing_else_has_the_colour_of_a_method(
    palette: Palette, group: str, least: float
) -> None:
    colours, methods = groups(palette)[group], list(palette.methods.values())
    assert distances(colours, methods).min() > least
    for eyes in ("no long", "no medium"):
        assert distances(colours, methods, eyes).min() > (0.02 if group == "classes" else 0.034)
    # Ground truth has no hue at all.
    assert lab(linear([palette.truth]))[0, 1:] == pytest.approx([0, 0], abs=0.02)


def test_levels_are_a_ramp(palette: Palette) -> None:
    """They are ordered: each coarser one stands out more from the canvas, in even steps."""
    steps = np.diff(lab(linear([palette.canvas, *palette.levels]))[:, 0])[1:]
    steps = steps if palette.name == "dark" else -steps
    assert steps.min() > 0.06 and steps.max() < 3 * steps.min()


def test_marks_keep_their_colours_as_tints_of_a_photo(palette: Palette) -> None:
    """The parts of a merge lie side by side, translucent; a dark tint takes any photo's hue."""
    seen = lab(linear(list(palette.marks)))
    assert seen[:, 0].min() > 0.4 and np.hypot(seen[:, 1], seen[:, 2]).min() > 0.14
    assert closest(list(palette.marks), "all cones") > 0.3


def test_neighbouring_levels_are_told_apart_also_as_thin_lines(palette: Palette) -> None:
    assert lab(linear(list(palette.levels)))[:, 0].min() > 0.36  # not black on a dark photo
    for one, other in pairwise(palette.levels):
        assert distances([one], [other]).min() > 0.13
        for eyes in ("no long", "no medium"):
            assert distances([one], [other], eyes).min() > 0.085


def test_narrow_parts_of_a_bar_do_not_look_black_or_like_their_neighbours(
    palette: Palette
) -> None:
    names = [SEARCH, RPN, *(STAGE_TITLES[name] for name in STAGE_NAMES[2:-1])]
    colours = [colour(palette, ROLES[name]).name() for name in names]
    assert lab(linear(colours))[:, 0].min() > 0.35
    for one, other in pairwise(colours):
        assert distances([one], [other]).min() > 0.15


def test_a_group_of_stages_has_the_colour_of_none_of_them(palette: Palette) -> None:
    parts = {colour(palette, role).name(): names for _, role, names in GROUPS}
    for name, role in ROLES.items():
        names = parts.get(colour(palette, role).name(), (name,))
        assert names == (name,) or name == REGIONWISE
    assert len({colour(palette, role).name() for role in ROLES.values()}) == len(ROLES)
    assert closest([colour(palette, role).name() for role in ROLES.values()], "all cones") > 0.1


def test_twenty_classes_have_twenty_colours(palette: Palette) -> None:
    assert len(set(palette.classes)) == 20
    assert closest(list(palette.classes), "all cones") > 0.085
    for eyes in ("no long", "no medium", "no short"):
        assert closest(list(palette.classes), eyes) > 0.025
    assert colour(palette, "class20") == colour(palette, "class0")


def test_a_class_has_the_same_hue_in_both_themes() -> None:
    hues = []
    for each in PALETTES.values():
        seen = lab(linear(list(each.classes)))
        hues.append(np.degrees(np.arctan2(seen[:, 2], seen[:, 1])))
    turned = np.abs((hues[0] - hues[1] + 180) % 360 - 180)
    assert turned.max() < 30


def test_marks_and_texts_stand_out_from_their_ground(palette: Palette) -> None:
    for colours in groups(palette).values():
        assert contrast(colours, palette.canvas) >= 3  # WCAG 2, 1.4.11: graphics
        assert contrast(colours, palette.surface) >= 3
    assert contrast(list(palette.methods.values()), palette.surface) >= 4.5  # 1.4.3: texts
    assert contrast([palette.text, palette.muted], palette.surface) >= 4.5
    assert contrast(list(palette.stages), palette.on_bar) >= 4.5


@pytest.mark.parametrize("name", PAGE_PALETTES)
def test_a_label_can_be_read_on_every_role(name: str) -> None:
    palette = PAGE_PALETTES[name]
    roles = [
        *(field.name for field in fields(palette) if field.type == "str" and field.name != "name"),
        *palette.methods,
        *(f"{prefix}{number}" for prefix, values in (
            ("level", palette.levels), ("class", palette.classes), ("stage", palette.stages),
            ("mark", palette.marks),
        ) for number in range(len(values))),
    ]
    for role in roles:
        ground = colour(palette, role)
        assert contrast([readable_on(ground).name()], ground.name()) >= 4.5, role
