"""Short texts for durations, devices and numbers."""

from __future__ import annotations

from explorer.trace.base import Floats

SPACE = "\u00a0"  # no line is broken there
TIMES = f"{SPACE}×{SPACE}"
MOST_DIGITS = 6  # more than that, a float32 near 1 has not


def time_text(ms: float) -> str:
    """ "<0.1 ms", "0.4 ms", "612 ms", "4.1 s", "1 min 12 s"."""
    if ms < 0.05:
        return "<0.1 ms"
    if ms < 9.95:
        return f"{ms:.1f} ms"
    if ms < 999.5:
        return f"{ms:.0f} ms"
    if ms < 59_950:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(round(ms / 1000), 60)
    return f"{minutes} min {seconds} s"


def device_text(device: str) -> str:
    """ "cpu · float32" -> "CPU · float32"."""
    head, dot, tail = device.partition(" ")
    return f"{head.upper()}{dot}{tail}"


def number(value: float, digits: int = 2) -> str:
    """A number with a true minus sign, so that columns of figures line up."""
    text = f"{value:.{digits}f}"
    if text.startswith("-") and not text.strip("-0."):
        text = text[1:]
    return text.replace("-", "−")


def plural(number: int, one: str, many: str | None = None) -> str:
    """'1 box', '2,000 boxes'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def probability(value: float, digits: int = 3) -> str:
    """As `number`; '<0.001' and '>0.999' for what is not quite 0 or 1."""
    text = number(value, digits)
    if value > 0 and text == number(0, digits):
        return f"<{number(10**-digits, digits)}"
    if value < 1 and text == number(1, digits):
        return f">{number(1 - 10**-digits, digits)}"
    return text


def signed(value: float, digits: int = 2) -> str:
    """As `number`, with a plus sign where it is not negative."""
    text = number(value, digits)
    return text if text.startswith("−") else f"+{text}"


def apart(value: float, threshold: float, digits: int = 2) -> str:
    """As `number`, in as many more digits as it takes not to read like the threshold that the value
    is above or below: '0.3004' beside '> 0.30'."""
    return both_apart(value, threshold, digits)[0]


def short_apart(value: float, threshold: float, digits: int = 3) -> str:
    """As `number`, in no more digits, for columns of figures; '>0.300' or '<0.500' where it would
    read like the threshold that it is above or below."""
    text = number(value, digits)
    if value == threshold or text != number(threshold, digits):
        return text
    return f"{'>' if value > threshold else '<'}{text}"


def span_text(values: Floats, threshold: float, between: str = " to ") -> str:
    """'0.310 to 0.972' of values (n,), n > 0, or the one that all are; see `short_apart`."""
    low, high = (short_apart(float(end), threshold) for end in (values.min(), values.max()))
    return low if low == high else f"{low}{between}{high}"


def both_apart(value: float, threshold: float, digits: int = 2) -> tuple[str, str]:
    """The value and the threshold, both in as many digits: ('−1.001', '−1.000')."""
    texts = number(value, digits), number(threshold, digits)
    while texts[0] == texts[1] and digits < MOST_DIGITS:
        digits += 1
        texts = number(value, digits), number(threshold, digits)
    return texts
