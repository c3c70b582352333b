"""What each method did for a photo, in numbers: milliseconds, passes, regions, multiply-adds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.session.scenes.common import STAGE_TITLES, plural
from explorer.trace.base import STAGE_NAMES, Stage
from explorer.trace.stages import FeaturesStage, RpnStage, SearchStage, Trace

SEARCH, RPN = "Selective search", "RPN"
FEATURES = STAGE_TITLES["features"]
# What papers do not take apart.
REGIONWISE, OTHER = "Per region", "All stages"
# The colour of each part, wherever times are drawn. The stage "regions" is two: a search on the
# CPU, or a network. What is done for each region has a colour of its own where its stages are not
# taken apart; what is not taken apart at all has none.
ROLES: dict[str, str] = {
    STAGE_TITLES["image"]: "stage0",
    SEARCH: "stage1",
    RPN: "stage2",
    **{STAGE_TITLES[name]: f"stage{i}" for i, name in enumerate(STAGE_NAMES[2:], 3)},
    REGIONWISE: f"stage{len(STAGE_NAMES) + 1}",
    OTHER: "muted",
}


@dataclass(frozen=True)
class PartWork:
    """name: one of ROLES; ms: its wall time; multiply_adds: see `explorer.trace.base.Stage`.

    what: of selective search, "fast, 8 runs".
    """

    name: str
    ms: float
    multiply_adds: int
    what: str = ""


@dataclass(frozen=True)
class Work:
    """parts: in the order in which they ran. passes: images or crops that went through the CNN.

    anchors: 0 for methods that search. device: where it ran.
    """

    method: str
    device: str
    parts: tuple[PartWork, ...]
    passes: int
    regions: int
    anchors: int

    @property
    def ms(self) -> float:
        return sum(part.ms for part in self.parts)

    @property
    def multiply_adds(self) -> int:
        return sum(part.multiply_adds for part in self.parts)


def part_name(stage: Stage) -> str:
    """The part that a stage's time counts to."""
    if stage.name == "regions":
        return RPN if isinstance(stage, RpnStage) else SEARCH
    return STAGE_TITLES[stage.name]


def _what(stage: Stage) -> str:
    if not isinstance(stage, SearchStage) or not stage.groupings:
        return ""
    return f"{stage.strategy}, {plural(len(stage.groupings), 'run')}"


def work_of(trace: Trace) -> Work:
    """What a method did so far."""
    features, regions = trace.stage("features"), trace.stage("regions")
    passes = 0
    if isinstance(features, FeaturesStage):
        scales = {each.scale for each in features.maps}
        passes = len(scales) if features.maps else features.passes
    return Work(
        trace.method,
        trace.device,
        tuple(
            PartWork(part_name(each), each.ms, each.multiply_adds, _what(each))
            for each in trace.stages
        ),
        passes,
        len(regions.boxes) if isinstance(regions, SearchStage | RpnStage) else 0,
        len(regions.anchors) if isinstance(regions, RpnStage) else 0,
    )


def amount_text(number: int) -> str:
    """'0', '840 k', '12.3 M', '4.56 G': three digits and what they are multiplied by."""
    for size, letter in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= 0.9995 * size:
            value = number / size
            return f"{value:.{0 if value >= 99.95 else 1 if value >= 9.995 else 2}f} {letter}"
    return str(number)
