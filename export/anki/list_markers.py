"""The markers of an HTML list: numbers, letters and what else a style names.

Markdown has lists that count on from a number, and no others.

Source: https://html.spec.whatwg.org/#ordinal-value and
https://www.w3.org/TR/css-counter-styles-3/#predefined-counters
"""

import re
from collections.abc import Sequence

from export.anki.html_tree import Element

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
_HIRAGANA = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろ"
    "わゐゑをん"
)
_KATAKANA = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロ"
    "ワヰヱヲン"
)
_IROHA = (
    "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマ"
    "ケフコエテアサキユメミシヱヒモセス"
)
_ALPHABETS = {
    "lower-alpha": _LATIN,
    "lower-latin": _LATIN,
    "upper-alpha": _LATIN.upper(),
    "upper-latin": _LATIN.upper(),
    "lower-greek": _GREEK,
    "hiragana": _HIRAGANA,
    "katakana": _KATAKANA,
    "katakana-iroha": _IROHA,
}
_TYPES = {
    "1": "decimal",
    "a": "lower-alpha",
    "A": "upper-alpha",
    "i": "lower-roman",
    "I": "upper-roman",
}
_COUNTED = {*_ALPHABETS, "decimal", "lower-roman", "upper-roman"}
_BULLETS = {"none", "disc", "circle", "square"}
_STYLE = re.compile(r"list-style(?:-type)?\s*:([^;]*)", re.IGNORECASE).findall
_NUMBER = re.compile(r"\s*+([+-]?[0-9]{1,7})(?![0-9])").match
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc")),
    *((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


def markers(listing: Element, items: Sequence[Element]) -> list[str]:
    """Return the markers of the items of a list, such as `1.` or `A.`.

    Args:
        listing: An element `ol` or `ul`.
        items: The items that are shown.

    Returns:
        An empty text is a bullet.
    """
    style = _style(listing, "" if listing.name == "ul" else "decimal")
    step = -1 if "reversed" in listing.attributes else 1
    number = _number(listing, "start", len(items) if step < 0 else 1)
    found: list[str] = []
    for item in items:
        number = _number(item, "value", number)
        found.append(_written(_style(item, style), number))
        number += step
    return found


def first_number(found: Sequence[str]) -> int | None:
    """Return the number from which markers count on; None if they do something else."""
    digits = found[0].removesuffix(".") if found else ""
    if not digits.isdecimal():
        return None
    first = int(digits)
    counted = [f"{number}." for number in range(first, first + len(found))]
    return first if counted == list(found) else None


def _style(element: Element, given: str) -> str:
    names = " ".join(_STYLE(element.attributes.get("style", ""))).lower().split()
    known = [name for name in names if name in _COUNTED or name in _BULLETS]
    by_type = _TYPES.get(element.attributes.get("type", ""), given)
    style = known[-1] if known else by_type
    return "" if style in _BULLETS else style


def _number(element: Element, name: str, given: int) -> int:
    found = _NUMBER(element.attributes.get(name, ""))
    return int(found[1]) if found else given


def _written(style: str, number: int) -> str:
    if not style:
        return ""
    if number > 0 and style in _ALPHABETS:
        end = "." if style.endswith(("alpha", "latin", "greek")) else "、"
        return _in_letters(_ALPHABETS[style], number) + end
    if 0 < number < 4000 and style.endswith("roman"):
        letters = _in_roman(number)
        return (letters.upper() if style.startswith("upper") else letters) + "."
    return f"{number}."


def _in_letters(alphabet: str, number: int) -> str:
    letters = ""
    while number:
        number, index = divmod(number - 1, len(alphabet))
        letters = alphabet[index] + letters
    return letters


def _in_roman(number: int) -> str:
    letters = ""
    for value, letter in _ROMAN:
        count, number = divmod(number, value)
        letters += letter * count
    return letters
