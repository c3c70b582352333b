"""The strategies of selective search, as plain data: the window names them before a search runs.

Uijlings et al., IJCV 2013, section 5.3, table 6: which groupings are run and combined.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

# a1..a4 of equation 6: what colour, texture, size and fill weigh in the similarity.
Weights = tuple[float, float, float, float]
CTSF: Weights = (1.0, 1.0, 1.0, 1.0)
TSF: Weights = (0.0, 1.0, 1.0, 1.0)
FILL: Weights = (0.0, 0.0, 0.0, 1.0)
SIZE: Weights = (0.0, 0.0, 1.0, 0.0)

SPACES = ("HSV", "Lab", "rgI", "H", "I")  # the colour spaces, section 3.2


@dataclass(frozen=True)
class Strategy:
    """One run of the grouping for every combination of colour space, k and similarity mix."""

    spaces: tuple[str, ...]
    ks: tuple[int, ...]
    mixes: tuple[Weights, ...]

    @property
    def runs(self) -> int:
        return len(self.spaces) * len(self.ks) * len(self.mixes)


STRATEGIES: dict[str, Strategy] = {
    "single": Strategy(("HSV",), (100,), (CTSF,)),
    "fast": Strategy(("HSV", "Lab"), (50, 100), (CTSF, TSF)),
    "quality": Strategy(SPACES, (50, 100, 150, 300), (CTSF, TSF, FILL, SIZE)),
}


def strategy_named(name: str, spaces: tuple[str, ...] = ()) -> Strategy:
    """The strategy of that name, in these colour spaces instead of its own where there are any.

    Raises ValueError with what there is for another strategy or colour space.
    """
    if name not in STRATEGIES:
        raise ValueError(f"no strategy '{name}'; there are {', '.join(STRATEGIES)}")
    for space in spaces:
        if space not in SPACES:
            raise ValueError(f"no colour space '{space}'; there are {', '.join(SPACES)}")
    return replace(STRATEGIES[name], spaces=spaces) if spaces else STRATEGIES[name]
