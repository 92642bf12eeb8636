"""Cloze deletions in Anki's syntax, `{{c1::hidden}}` and `{{c1::hidden::hint}}`.

Nesting is allowed, as in Anki.  Clozes that Anki would silently drop (empty, never
closed, with several numbers) are errors, so that no card is lost.
"""

import re
from collections.abc import Callable, Iterator

from msgspec import Struct

from cards.numbers import whole_number
from cards.text.verbatim import masked
from cards.translate import _

CLOZE_MARK = re.compile(r"\{\{c[0-9]+::")
"""Begins a hidden part."""
MISTYPED_MARK = r"(?!\{\{c[0-9]+::)[{｛]{2}\s*(?:[cCｃＣ]\s*)?\d[\d,，、–-]*\s*[:：]{2}"
"""Looks like the beginning of a hidden part, with full-width signs or a wrong number;
Anki and flash show it as typed."""
MISTYPED_CLOZE = (
    rf"(?:{MISTYPED_MARK}"
    r"|(?!\{\{c[0-9]+::)[{｛]{2}\s*[cCｃＣ]\s*\d[\d,，、–-]*"
    r"(?:\s*[:：;；|]|[}｝]{2}|(?=\s[^{}｛｝\n]*[}｝]{2}))"
    r"|[{｛]{2}\s*[cCｃＣ]\s*[:：]{2}|(?<![{｛])[{｛][cｃ]\d+[:：]{2})[^}｝]{0,20}"
)
"""Looks like a hidden part, also with other signs than colons."""
_TOKEN = re.compile(r"\{\{c([0-9,]+)::|\}\}")
# Compiled on first use: a question without a cloze is shown sooner.  Stored cards were
# read with this pattern, so others are warned about.
_SUSPECT = (
    r"\{\{(?!c[0-9,]+::)\s*[cC](?:[0-9,]+\s*(?::|\}\})|\s*::)[^}]{0,20}"
    r"|(?<!\{)\{c[0-9]+::[^}]{0,20}"
)
MAX_NUMBER = 500
"""The highest number for which Anki makes a card."""
MAX_DEPTH = 8
"""Nested clozes; deeper ones could not be answered."""


class ClozeError(ValueError):
    """A cloze would make no card."""

    def __init__(self, message: str, hint: str, offset: int) -> None:
        """Keep message, hint, and the offset in the text (from 0)."""
        self.message, self.hint, self.offset = message, hint, offset
        super().__init__(message)


class Hidden(Struct, frozen=True):
    """A hidden part; its text may contain others."""

    number: int
    parts: tuple["str | Hidden", ...]
    hint: str = ""


Parts = tuple[str | Hidden, ...]


def parse_cloze(text: str) -> Parts:
    """Split a text at its clozes.

    Args:
        text: Markdown with at least one cloze.

    Returns:
        Visible and hidden parts in order.

    Raises:
        ClozeError: There is no cloze, or one would make no card.
    """
    stack: list[tuple[int, int, list[str | Hidden]]] = [(0, 0, [])]
    end = 0
    for token in _TOKEN.finditer(text):
        stack[-1][2].append(text[end : token.start()])
        end = token.end()
        if token[1] is not None:
            if len(stack) > MAX_DEPTH:
                hint = _("nest at most {most}").format(most=MAX_DEPTH)
                raise ClozeError(_("clozes nested too deeply"), hint, token.start())
            stack.append((_number(token), token.start(), []))
        elif len(stack) == 1:
            stack[-1][2].append("}}")
        else:
            number, start, parts = stack.pop()
            stack[-1][2].append(_hidden(number, parts, start))
    if len(stack) > 1:
        hint = _("close it with '}}'")
        raise ClozeError(_("cloze is never closed"), hint, stack[-1][1])
    stack[0][2].append(text[end:])
    whole = tuple(part for part in stack[0][2] if part != "")
    _refuse(re.search(_SUSPECT, text))
    if not any(isinstance(part, Hidden) for part in whole):
        _refuse(looks_like(MISTYPED_CLOZE, text))
        raise ClozeError(_("no part is hidden"), _("hide one as {{c1::text}}"), 0)
    return whole


def _number(token: re.Match[str]) -> int:
    digits = token[1]
    if not digits.isdecimal():
        first = digits.split(",")[0] or "1"
        hint = _(
            "write {{{{c{first}::…}}}} and nest a cloze with the other number"
        ).format(first=first)
        raise ClozeError(_("one cloze with several numbers"), hint, token.start())
    number = whole_number(digits, MAX_NUMBER)
    if not number:
        hint = _("number clozes from 1 to {most}").format(most=MAX_NUMBER)
        raise ClozeError(
            _("invalid cloze number '{digits}'").format(digits=digits[:20]),
            hint,
            token.start(),
        )
    return number


def _hidden(number: int, parts: list[str | Hidden], start: int) -> Hidden:
    hint = ""
    last = parts[-1]
    if isinstance(last, str) and "::" in last:
        visible, hint = last.split("::", 1)
        parts[-1] = visible
    kept = tuple(part for part in parts if part != "")
    if not plain(kept).strip():
        raise ClozeError(_("empty cloze"), _("write the hidden text after '::'"), start)
    return Hidden(number, kept, hint.strip())


def looks_like(pattern: str, text: str) -> re.Match[str] | None:
    """Find a pattern of braces, such as `MISTYPED_CLOZE`, outside code and math."""
    if ("{" in text or "｛" in text) and re.search(pattern, text):
        return re.search(pattern, masked(text))
    return None


def _refuse(suspect: re.Match[str] | None) -> None:
    if suspect:
        hint = _("a cloze is written {{c1::text}}")
        raise ClozeError(
            _("not a cloze: '{suspect}'").format(suspect=suspect[0]),
            hint,
            suspect.start(),
        )


def walk(parts: Parts) -> Iterator[Hidden]:
    """Yield all hidden parts, outer before inner."""
    for part in parts:
        if isinstance(part, Hidden):
            yield part
            yield from walk(part.parts)


def plain(parts: Parts) -> str:
    """Return the whole text with everything shown."""
    return "".join(p if isinstance(p, str) else plain(p.parts) for p in parts)


def numbers(parts: Parts) -> tuple[int, ...]:
    """Return the numbers in use, each once, in order of first appearance."""
    return tuple(dict.fromkeys(hidden.number for hidden in walk(parts)))


def hidden_text(parts: Parts, number: int) -> str:
    """Return the text hidden by one number, several places joined by ` … `."""
    found = [plain(hidden.parts) for hidden in walk(parts) if hidden.number == number]
    return " … ".join(dict.fromkeys(found))


def render_cloze(parts: Parts, number: int, mark: Callable[[Hidden], str]) -> str:
    """Render the text as one card shows it.

    Args:
        parts: The parsed text.
        number: The number that the card asks for.
        mark: Makes the placeholder of a part with that number.

    Returns:
        The text; parts of other numbers are shown.
    """
    return "".join(
        part
        if isinstance(part, str)
        else mark(part)
        if part.number == number
        else render_cloze(part.parts, number, mark)
        for part in parts
    )


def renumber(parts: Parts, number_of: Callable[[int], int]) -> str:
    """Write the text in Anki's syntax with other numbers."""
    return "".join(
        part
        if isinstance(part, str)
        else "{{c"
        f"{number_of(part.number)}::{renumber(part.parts, number_of)}"
        + (f"::{part.hint}" if part.hint else "")
        + "}}"
        for part in parts
    )
