"""Clozes in HTML, as a field of Anki wants them: `{{c1::hidden::hint}}`.

Anki reads a field from left to right and knows no escape: braces and double
colons that the text itself holds are written as entities, so that only a cloze
looks like one.  Inside Markdown a cloze is carried by four characters for private
use, which no parser touches.
"""

import html
import re
from collections.abc import Callable

from cards.text.cloze import Hidden, Parts, parse_cloze, plain
from cards.text.html import ImageOf, to_html

_OPEN, _NUMBERED, _CLOSE, _END = "\U0010fff0", "\U0010fff1", "\U0010fff2", "\U0010fff3"
_MARKS = _OPEN + _NUMBERED + _CLOSE + _END
_MARKED = re.compile(f"[{_MARKS}]").search
_FOREIGN = str.maketrans("", "", _MARKS)
_OPENED = re.compile(f"{_OPEN}(\\d+){_NUMBERED}")
_CLOSED = re.compile(f"{_CLOSE}([^{_MARKS}]*){_END}")
_IN_TAG = re.compile(f"<[^<>]*[{_MARKS}]")
_LOOKS_ACTIVE = re.compile(r"\{\{|\}\}|::").search
_TWIN = re.compile(
    f"\\{{(?=[{{{_OPEN}]|$)|\\}}(?=[}}{_CLOSE}{_END}]|$)|:(?=[:{_MARKS}]|$)"
)
_ENTITIES = {"{": "&#123;", "}": "&#125;", ":": "&#58;"}


def shown_html(text: str, image: ImageOf | None = None) -> str:
    """Render Markdown without clozes for a field in which Anki looks for some.

    Args:
        text: Markdown; what looks like a cloze in it is none.
        image: As for `cards.text.html.to_html`.
    """
    rendered = to_html(text, image)
    if _LOOKS_ACTIVE(rendered):
        return _neutral(rendered)
    return rendered


def hidden_html(number: int, text: str, image: ImageOf | None = None) -> str:
    """Render Markdown that is hidden as a whole under a number.

    Args:
        number: Of the cloze in Anki, 1 or more.
        text: As for `shown_html`.
        image: As for `cards.text.html.to_html`.
    """
    return within_cloze(number, shown_html(text, image))


def within_cloze(number: int, rendered: str) -> str:
    """Hide HTML that was made by `shown_html` or by this function.

    Args:
        number: Of the cloze in Anki, 1 or more.
        rendered: Not empty; a cloze in it is nested.
    """
    if rendered[-1:] in ("}", ":") and not rendered.endswith("}}"):
        rendered = rendered[:-1] + _ENTITIES[rendered[-1]]
    return f"{{{{c{number}::{rendered}}}}}"


def cloze_html(
    text: str, number_of: Callable[[int], int | None], image: ImageOf | None = None
) -> str:
    """Render Markdown with clozes.

    Args:
        text: Markdown with clozes in Anki's syntax.
        number_of: Gives a cloze its number in Anki; None shows its text openly.
        image: As for `cards.text.html.to_html`.

    Returns:
        HTML in which nothing but the clozes looks like one.  Where a cloze stands
        in the address of a link or picture, the text comes without its markup:
        better plain than a card lost.

    Raises:
        ClozeError: The text has a cloze that would make no card.
    """
    parts = parse_cloze(text)
    marked = _marked(parts, number_of)
    rendered = to_html(marked, image)
    wanted = marked.count(_OPEN)
    kept = len(_OPENED.findall(rendered)), len(_CLOSED.findall(rendered))
    if kept != (wanted, wanted) or _IN_TAG.search(rendered):
        rendered = html.escape(marked).replace("\n", "<br>")
    return _with_braces(_neutral(rendered))


def _neutral(rendered: str) -> str:
    """Write braces and colons that come in twos, or next to a mark, as entities."""
    return _TWIN.sub(lambda found: _ENTITIES[found[0]], rendered)


def _with_braces(rendered: str) -> str:
    rendered = _OPENED.sub(r"{{c\1::", rendered)
    return _CLOSED.sub(lambda end: f"::{end[1]}}}}}" if end[1] else "}}", rendered)


def _marked(parts: Parts, number_of: Callable[[int], int | None]) -> str:
    written = ""
    for part in parts:
        if isinstance(part, Hidden):
            inner = _marked(part.parts, number_of)
            number = number_of(part.number)
            hint = part.hint.translate(_FOREIGN)
            if number is not None and plain(part.parts).strip():
                inner = f"{_OPEN}{number}{_NUMBERED}{inner}{_CLOSE}{hint}{_END}"
            written += inner
        else:
            written += part.translate(_FOREIGN) if _MARKED(part) else part
    return written
