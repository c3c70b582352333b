"""What the views of selective search share."""

from __future__ import annotations

from explorer.methods.parts import SEARCHED, STRATEGY
from explorer.ops.strategies import STRATEGIES
from explorer.session import control_texts
from explorer.session.digits import adding
from explorer.session.scene import Control, ViewState
from explorer.session.scenes.common import Focus, number
from explorer.session.scenes.panel import Column, text_width
from explorer.trace.stages import Grouping, SearchStage

SHOWS = ("boxes", "segments", "merges")
SIMILARITIES = ("colour", "texture", "size", "fill")


def run_name(grouping: Grouping) -> str:
    """'HSV · k 50 · C+T+S+F'."""
    return f"{grouping.colour_space} · {mix_name(grouping)}"


def mix_name(grouping: Grouping) -> str:
    """'k 50 · C+T+S+F': a run, among those in its colour space."""
    return f"k {grouping.k:g} · {added(grouping)}"


def segments_of(grouping: Grouping) -> int:
    """How many regions of a run are its over-segmentation; what merges made comes after them."""
    return len(grouping.boxes) - len(grouping.merges)


def added(grouping: Grouping) -> str:
    """'C+T+S+F': the similarities that a run adds."""
    return "+".join(
        letter for letter, weight in zip("CTSF", grouping.weights, strict=True) if weight
    )


def controls(stage: SearchStage, show: str) -> tuple[Control, ...]:
    """What all views of the search offer; another strategy runs it again."""
    return (
        Control(key="show", title="Show", kind="choice", value=show, choices=SHOWS,
                why=control_texts.SEARCH_SHOW),
        Control(
            key=STRATEGY, title="Strategy", kind="choice", value=stage.strategy,
            choices=tuple(STRATEGIES), part=STRATEGY, why=SEARCHED,
        ),
    )


def run_controls(stage: SearchStage, run: int) -> tuple[Control, ...]:
    """Which run of the search is looked at: its colour space, its k and its similarity."""
    at = stage.groupings[run]
    own = [each for each in stage.groupings if each.colour_space == at.colour_space]
    return (
        Control(
            key="space", title="Colours", kind="choice", value=at.colour_space,
            choices=stage.spaces, why=control_texts.SPACE,
        ),
        Control(
            key="run", title="k, similarity", kind="choice", value=mix_name(at),
            choices=tuple(map(mix_name, own)), why=control_texts.RUN,
        ),
    )


def run_looked_at(stage: SearchStage, state: ViewState, at: Focus | None) -> int:
    """The chosen run; else the one that made the focused region. What a search has not got is as
    if it were not chosen, the k and the similarity before the colour space."""
    default = stage.groupings[int(stage.grouping[at.region]) if at is not None else 0]
    space = str(state.control("regions", "space", default.colour_space))
    mix = str(state.control("regions", "run", mix_name(default)))
    if space not in stage.spaces:
        space = default.colour_space
    for wanted in ((space, mix), (space, mix_name(default))):
        for index, each in enumerate(stage.groupings):
            if (each.colour_space, mix_name(each)) == wanted:
                return index
    return next(i for i, each in enumerate(stage.groupings) if each.colour_space == space)


def similarity_bars(panel: Column, grouping: Grouping, merge: int) -> None:
    values = grouping.similarities[merge]
    top = max(1.0, float(values.max()))
    total = float(grouping.total[merge])
    digits = adding((v * w for v, w in zip(values.tolist(), grouping.weights, strict=True)),
                    total, 3)
    room = max(52.0, text_width(number(0, digits), 12, True) + 10)  # of a number
    for name, value, weight in zip(SIMILARITIES, values, grouping.weights, strict=True):
        text = number(float(value), digits)
        caption = name if weight else f"{name}: off"
        panel.bar(caption, text, float(value) / top, "accent" if weight else "muted",
                  value_width=room)
    panel.pair("Weighted sum", number(total, digits))
