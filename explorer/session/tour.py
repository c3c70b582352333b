"""The tour's pages: one for each stage of each paper, read from resources/tour/*.md.

A file is one paper: `# Title`, then `## stage` and its text, in the order in which the method runs
its stages. A paragraph that is a line between dollar signs is a formula in TeX's notation.
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
from explorer.trace.base import STAGE_NAMES, StageName

HOLDER = re.compile(r"\[\[([\w.]+)\]\]")


@dataclass(frozen=True)
class Block:
    """A paragraph in Markdown, or a formula in TeX's notation."""

    text: str
    formula: bool = False


@dataclass(frozen=True)
class Page:
    method: str
    stage: StageName
    blocks: tuple[Block, ...]

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
            stage = next((name for name in STAGE_NAMES if name == heading.strip()), None)
            if stage is None:
                raise ValueError(f"{path}: there is no stage '{heading.strip()}'")
            found.append(Page(method, stage, _blocks(text)))
    return tuple(found)


def _blocks(text: str) -> tuple[Block, ...]:
    blocks = []
    for part in re.split(r"\n\s*\n", text.strip()):
        one = " ".join(part.split())
        formula = len(one) > 1 and one.startswith("$") and one.endswith("$")
        blocks.append(Block(one, formula))
    return tuple(blocks)
