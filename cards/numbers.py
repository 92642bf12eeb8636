"""Read numbers that others wrote.

Python refuses to convert a text of thousands of digits, and takes digits of every
script.
"""

_BILLION = 10**9


def whole_number(text: str, most: int = _BILLION) -> int | None:
    """Return the number that a text of digits is.

    Args:
        text: Any text; a number may begin with zeros.
        most: The largest number that has a meaning; 0 or more.

    Returns:
        The number, 0 or more; None if the text is none or the number is larger.
    """
    digits = text.lstrip("0") or text[:1]
    if not text.isdecimal() or len(digits) > len(str(most)):
        return None
    number = int(digits)
    return number if number <= most else None
