"""The README lists the window's keys as the window itself does."""

from __future__ import annotations

import re
from pathlib import Path

from explorer.ui.actions import keys_text


def test_the_readme_lists_the_windows_keys(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    section = text.split("\n## Keys\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", section, re.MULTILINE)
    assert tuple(rows[2:]) == keys_text()
