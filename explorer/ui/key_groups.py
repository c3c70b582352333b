"""The keys under headings, as the list of keys shows them."""

from __future__ import annotations

from explorer.ui.actions import COMMANDS, Command

# Heading -> the commands under it, each by its first key. What is named nowhere comes last.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Methods and stages", ("1", "2", "3", "4", "5", "0", "V", "Left", "Right")),
    ("Steps of a stage", ("Space", "[", "]", "<", ">")),
    ("Boxes", ("Down", "Up", "Z", "Esc", "G", "Del")),
    ("Panels", ("I", "B", "S", "T", "M", "R", "L")),
    ("Photos and pictures", (
        "PgUp", "PgDown", "Ctrl+O", "Ctrl+Shift+O", "Ctrl+V", "Ctrl+C", "Ctrl+E", "Ctrl+S",
        "Ctrl+Shift+C",
    )),
)
REST = "Window"


def grouped() -> tuple[tuple[str, tuple[Command, ...]], ...]:
    """(heading, commands) of all commands."""
    by_key = {command.keys[0]: command for command in COMMANDS}
    groups = [
        (heading, tuple(by_key[key] for key in keys if key in by_key)) for heading, keys in GROUPS
    ]
    named = {key for _, keys in GROUPS for key in keys}
    rest = tuple(command for command in COMMANDS if command.keys[0] not in named)
    return (*groups, (REST, rest))
