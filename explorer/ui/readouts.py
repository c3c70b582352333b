"""What a control of the bar says beside its number: "26 of 49", "0.30 / 0.50"; and in its tip,
what it is and which method has which."""

from __future__ import annotations

from explorer.session.class_names import on_screen
from explorer.session.scene import Control
from explorer.session.scenes.common import count
from explorer.session.switching import number_text, same_text
from explorer.ui.choices import different

DIFFERS = "differs"  # in place of more values than can stand beside each other
FOR_ALL = "Moved here, all of them get the same."
AT_THEIR_LAST = "Who has fewer stays at its last."


def value_text(control: Control, value: object) -> str:
    """ "26", "1,354", "0.30", "all classes"."""
    if control.unit != 1:
        return number_text(int(str(value)) * control.unit)
    if control.kind == "number":
        return count(int(str(value)))
    return on_screen(str(value))


def all_text(control: Control) -> str:
    """The values of methods that differ: "0.30 / 0.50", or a word for more of them."""
    some = different(control)
    return " / ".join(value_text(control, one) for one in some) if len(some) == 2 else DIFFERS


def beside(control: Control) -> tuple[str, bool]:
    """What stands at the right of its number, and whether it stands in place of it."""
    some = different(control)
    if len(some) > 2:
        return DIFFERS, True
    if some:
        return f"/ {value_text(control, some[1])}", False
    return (widest(control), False) if control.plays else ("", False)


def widest(control: Control) -> str:
    """What stands there as soon as all methods are at one value."""
    return f"of {count(control.high)}" if control.plays else ""


def tip(control: Control) -> str:
    """What it is, and which method is where, as far as the readout cannot tell."""
    return "\n".join(filter(None, (control.why, _apart(control))))


def _apart(control: Control) -> str:
    methods = [own.method for own in control.owns]
    if different(control):
        each = same_text(
            methods, [own.value for own in control.owns], lambda one: value_text(control, one)
        )
        return f"Now {each}.\n{FOR_ALL}"
    lasts = [own.high for own in control.owns]
    if control.plays and len(set(lasts)) > 1:
        each = same_text(methods, lasts, lambda last: count(int(str(last))))
        return f"{each} in all.\n{AT_THEIR_LAST}"
    return ""
