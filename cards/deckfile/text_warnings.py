"""Texts that will not appear as typed: warnings, not errors.

Markdown drops a `*` or `_` that it takes for emphasis, a cloze ends at the first `}}`
and turns what follows `::` into a hint.  Each may be meant, so a deck with warnings is
valid.  Cheap patterns come first: few texts are worth the parser.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from cards.note import Cloze, Content
from cards.questions import TextPath, texts_of
from cards.table_rows import is_empty_cell
from cards.text.cloze import (
    CLOZE_MARK,
    MISTYPED_CLOZE,
    MISTYPED_MARK,
    Hidden,
    looks_like,
    parse_cloze,
    plain,
    walk,
)
from cards.text.cloze_writing import escaped_colons
from cards.text.markdown import is_simple, plain_as_markdown
from cards.text.terminal import plain_text
from cards.text.verbatim import (
    VerbatimKind,
    VerbatimSpan,
    replaced,
    verbatim_spans,
)
from cards.translate import _

TextWarning = tuple[TextPath, str, str]
"""Path of the text, message, hint."""

_CHANGES = ("*", "_", "\n", "{", "｛", "::")
"""Signs without which a text appears as typed."""
_MAY_VANISH = re.compile(
    r"\W*\Z|\s*(?:`{3,}|~{3,})[^\n]*\s*\Z|\s*\[[^\]\n]*\]:|\[\s*\]\(|\s*&"
).match
"""A text of signs, or one that begins with a fence, the target of a link or a code."""
_IN_A_WORD = re.compile(
    r"(?<=[A-Za-z0-9])\*+(?=[A-Za-z0-9])|(?<=[:/.])\*+|(?<!\w)__(?=\w+__(?!\w))"
)
"""Marks between letters or after a path sign of ASCII, and names like `__init__`."""
_ITEM = re.compile(
    r"^[^\S\n]*(([・•●○■□◆◇※\u2460-\u24ff\u2776-\u2793]"
    r"|[0-9０-９]{1,3}[．）、]|[（(][0-9０-９]{1,3}[）)])[^\n]*)",
    re.MULTILINE,
)
"""A line that is an item of a list to Japanese readers, and not to Markdown."""
_DRAWN = "•│─☐☑ \n\xa0"
"""Blanks, and what the terminal shows for bullets, quotations and lines."""
_MOST_SUSPECTS, _MOST_PARSED = 50, 20_000
"""Marks per text that are tried, and characters: each mark takes a parse of it."""


def text_warnings(content: Content, extra: str) -> list[TextWarning]:
    """Find what in the texts of a card will not appear as typed.

    Args:
        content: A validated content.
        extra: The text under the answer.
    """
    found: list[TextWarning] = []
    for path, text in texts_of(content):
        for sign in _CHANGES:
            if sign in text:
                found += _warnings_of(content, path, text)
                break
        if text[:1].isalnum() or not _MAY_VANISH(text):
            continue  # most texts: a letter is shown
        if not (path[0] == "by" and is_empty_cell(text)):
            found += ((path, *one) for one in _vanished(text))
    if extra:
        found += _warnings_of(content, ("extra",), extra)
    return found


def _warnings_of(content: Content, path: TextPath, text: str) -> Iterator[TextWarning]:
    is_cloze = isinstance(content, Cloze) and path == ("cloze",)
    if is_cloze:
        yield from ((path, *found) for found in _mistyped(text))
    elif CLOZE_MARK.search(text) or looks_like(MISTYPED_MARK, text):
        name = next(step for step in reversed(path) if isinstance(step, str))
        hint = _("write 'cloze:' for a text with gaps")
        message = _("cloze marks in '{name}' are shown as typed")
        yield path, message.format(name=name), hint
    shown = plain(parse_cloze(text)) if is_cloze else text
    if "*" in text or "_" in text:
        yield from ((path, *found) for found in _lost_marks(shown))
    if "\n" in text:
        yield from ((path, *found) for found in _lost_breaks(shown))
    if is_cloze:
        hidden = walk(parse_cloze(text))
        yield from ((path, *found) for one in hidden for found in _hints(one))


def _vanished(text: str) -> Iterator[tuple[str, str]]:
    """Find a text of which nothing is shown but a bullet or a line."""
    if text.strip() and not plain_text(text).strip(_DRAWN):
        message = _("no text of '{text}' is shown: it is markup")
        hint = _("write {escaped}, or put it in backticks")
        shown = plain_as_markdown(text)
        yield message.format(text=text[:20]), hint.format(escaped=shown[:40])


def _mistyped(text: str) -> Iterator[tuple[str, str]]:
    """Find what looks like a cloze and is shown as typed."""
    suspect = looks_like(MISTYPED_CLOZE, text)
    if suspect:
        hint = _("a cloze is written {{c1::text}}")
        yield _("not a cloze: '{suspect}'").format(suspect=suspect[0]), hint


def _lost_marks(text: str) -> Iterator[tuple[str, str]]:
    """Find marks that vanish in a word, and asterisks that stay visible."""
    if is_simple(text) and not _IN_A_WORD.search(text):
        return
    bare = replaced(text, verbatim_spans(text, comments=False), _blank)
    most = max(1, min(_MOST_SUSPECTS, _MOST_PARSED // (len(bare) or 1)))
    suspects = list(islice(_IN_A_WORD.finditer(bare), most))
    may_stay = bare.count("**") > 1 and not is_simple(bare)
    if not suspects and not may_stay:
        return
    shown = plain_text(bare)
    seen = _visible(shown)
    if suspects and seen < _visible(plain_text(_IN_A_WORD.sub(_escape, bare))):
        # Escaping one of three stars may only pair the others: then name the first.
        lost = [one for one in suspects if seen < _visible(_escaped(bare, one))]
        first = {one[0][0]: one.start() for one in reversed(lost or suspects)}
        for mark, at in first.items():
            hint = _("write \\{mark}, or put the text in backticks").format(mark=mark)
            message = _("'{mark}' is not shown near '{text}'")
            yield message.format(mark=mark, text=_near(bare, at)), hint
    elif may_stay and "**" in shown:
        hint = _("put it next to a letter, or write \\*\\*")
        yield _("'**' stays visible: it does not open or close emphasis"), hint


def _lost_breaks(text: str) -> Iterator[tuple[str, str]]:
    """Find lines that look like items of a list and are joined to the line before."""
    items = _ITEM.findall(text)
    if not items:
        return
    shown = Counter(mark for _, mark in _ITEM.findall(plain_text(text)))
    for item, mark in items:
        if not shown[mark]:
            hint = _("begin the lines with '- ', or end the line before them with '\\'")
            message = _("the line break before '{text}' is not shown")
            yield message.format(text=_near(item, 0)), hint
            return
        shown[mark] -= 1


def _blank(span: VerbatimSpan, _inside: str) -> str:
    """Blank out code and math; what touches a mark of emphasis stays."""
    return "$x$" if span.kind is VerbatimKind.MATH else "`x`"


def _escape(found: re.Match[str]) -> str:
    return "".join(f"\\{mark}" for mark in found[0])


def _escaped(text: str, found: re.Match[str]) -> str:
    """Show a text with one mark escaped."""
    start, end = found.span()
    return plain_text(text[:start] + _escape(found) + text[end:])


def _visible(shown: str) -> int:
    return shown.count("*") + shown.count("_")


def _near(text: str, at: int) -> str:
    return " ".join(text[max(0, at - 10) : at + 10].split())


def _hints(hidden: Hidden) -> Iterator[tuple[str, str]]:
    """Find a `::` of the text that was taken for the start of a hint."""
    if not hidden.hint:
        return
    answer = plain(hidden.parts)
    cut_code = answer.count("`") % 2 == 1
    is_cut = cut_code or answer.endswith("\\") or "arn:" in answer
    if is_cut or hidden.hint.startswith(":"):
        whole = f"{answer}::{hidden.hint}".replace("`", "")
        escaped = escaped_colons(whole.replace("\\:", ":"))
        hint = _("write {escaped} if it belongs to the text").format(escaped=escaped)
        yield _("'::' makes '{text}' a hint").format(text=hidden.hint), hint
