"""The tour's pages: one for each stage of each paper, read from resources/tour/*.md.

A file is one paper: `# Title`, then `## stage` and its text, in the order in which the method runs
its stages. Behind the stage stands what the canvas is to show of it, if not what it shows at first:
`## regions: show = merges`; `photo = NAME` is the sample on which the text's words can be seen.
A paragraph that is a line between dollar signs is a formula in TeX's notation.
`[[name]]` stands for the method's setting of that name, `[[paper.name]]` for the paper's value of
it, and `[[here.name]]` for a count on the photo that is shown: `explorer.session.tour_values`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from explorer.methods.names import NAMES
from explorer.paths import resources_dir
from explorer.session.state import Desk
from explorer.trace.base import STAGE_NAMES, StageName

HOLDER = re.compile(r"\[\[([\w.]+)\]\]")


@dataclass(frozen=True)
class Block:
    """A paragraph in Markdown, or a formula in TeX's notation."""

    text: str
    formula: bool = False


@dataclass(frozen=True)
class Page:
    """controls: of the stage, and their values. photo: a sample's name, "" for any."""

    method: str
    stage: StageName
    blocks: tuple[Block, ...]
    controls: tuple[tuple[str, str], ...] = ()
    photo: str = ""

    def desk(self) -> Desk:
        """What is looked at while the page is read."""
        desk = Desk().at_stage(self.stage).alone(self.method)
        for key, value in self.controls:
            desk = desk.with_control(key, value)
        return desk

    def filled(self, value_of: Callable[[str], str]) -> tuple[Block, ...]:
        """The blocks with every [[name]] replaced by `value_of(name)`."""
        return tuple(
            Block(HOLDER.sub(lambda found: value_of(found[1]), block.text), block.formula)
            for block in self.blocks
        )


def pages(folder: Path | None = None) -> tuple[Page, ...]:
    """All pages, paper by paper. Raises ValueError naming the file for a stage there is not."""
    folder = folder or resources_dir() / "tour"
    found: list[Page] = []
    for method in NAMES:
        path = folder / f"{method}.md"
        _, *sections = re.split(r"^## *", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for section in sections:
            heading, _, text = section.partition("\n")
            title, _, shown = heading.partition(":")
            stage = next((name for name in STAGE_NAMES if name == title.strip()), None)
            if stage is None:
                raise ValueError(f"{path}: there is no stage '{title.strip()}'")
            controls = dict(_control(path, one) for one in shown.split(",") if one.strip())
            photo = controls.pop("photo", "")
            found.append(Page(method, stage, _blocks(text), tuple(controls.items()), photo))
    return tuple(found)


def _control(path: Path, text: str) -> tuple[str, str]:
    """'show = merges' as key and value."""
    key, sign, value = (part.strip() for part in text.partition("="))
    if not (key and sign and value):
        raise ValueError(f"{path}: '{text.strip()}' is no control and its value")
    return key, value


def _blocks(text: str) -> tuple[Block, ...]:
    blocks = []
    for part in re.split(r"\n\s*\n", text.strip()):
        one = " ".join(part.split())
        formula = len(one) > 1 and one.startswith("$") and one.endswith("$")
        blocks.append(Block(one, formula))
    return tuple(blocks)
