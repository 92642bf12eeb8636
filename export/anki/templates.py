"""Render the templates of a note type as Anki does.

Templates are filled from left to right.  A stack of conditions replaces a tree, so
that the nesting of a hostile template costs nothing.

What a terminal shows differently: a field to type into is nothing on the question and
the field on the answer, and a hint is collected, to be shown under the answer.

Source: https://docs.ankiweb.net/templates/intro.html; the rules for braces, blanks and
errors were read off rslib/src/template.rs of https://github.com/ankitects/anki.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from cards.translate import _
from export.anki.template_filters import apply_filter
from export.anki.text_scanner import PairScanner

FRONT_SIDE = "\ufdd1"
"""Stands for `{{FrontSide}}` in a rendered answer."""

CLOZE_START, CLOZE_END = "\ufdd2", "\ufdd3"
"""Enclose each field with clozes if these are kept."""

_OTHER_DELIMITERS = "{{=<% %>=}}"
_CLOZE_CONDITION = re.compile(r"c[0-9]+").fullmatch
_EMPTY = re.compile(r"(?:\s|</?(?:br|div) ?/?>)*+", re.IGNORECASE)


class TemplateError(Exception):
    """A template that Anki can't render, with the reason."""


class Tag(Struct, frozen=True):
    """A piece of a template."""

    kind: str
    """Text, `#`, `^` or `/` for conditions, or empty for a field."""
    name: str
    filters: tuple[str, ...] = ()
    """In the order in which they are applied."""


class Side(Struct, frozen=True):
    """A rendered question or answer."""

    html: str
    is_blank: bool
    """No field with a text is shown; Anki has no card then."""
    hints: tuple[tuple[str, str], ...] = ()
    """Name and text of fields that are shown on request."""
    typed: tuple[str, ...] = ()
    """Texts to type in."""


class Context(Struct, frozen=True):
    """What the templates of one card are filled with."""

    fields: Mapping[str, str]
    """With the special fields."""
    number: int
    """Ordinal of the card plus 1, which is its cloze number."""
    is_answer: bool = False
    keeps_clozes: bool = False
    """Leave clozes in the text instead of hiding the one of the card."""


@lru_cache(maxsize=1024)
def parse_template(template: str) -> tuple[Tag, ...]:
    """Split a template into text, fields and conditions.

    Raises:
        TemplateError: A condition is not closed, or closed without being open.
    """
    opening, closing = "{{", "}}"
    stripped = template.lstrip()
    if stripped.startswith(_OTHER_DELIMITERS):
        template = stripped.removeprefix(_OTHER_DELIMITERS)
        opening, closing = "<%", "%>"
    tags = tuple(_tags(template, opening, closing))
    _check_conditions(tags)
    return tags


def _tags(template: str, opening: str, closing: str) -> Iterator[Tag]:
    scanner = PairScanner(template, {opening: closing, "<!--": "-->"})
    for found in scanner.pairs():
        if found.opening == opening:
            yield _tag(found.inner)
        else:
            yield Tag("text", found.opening + found.inner + found.closing)


def _tag(inner: str) -> Tag:
    name = inner.lstrip("{").strip()
    if len(name) > 1 and name[0] in "#^/":
        return Tag(name[0], name[1:].lstrip())
    *filters, name = name.split(":")
    return Tag("", name, tuple(reversed(filters)))


def _check_conditions(tags: tuple[Tag, ...]) -> None:
    opened: list[str] = []
    for tag in tags:
        if tag.kind in ("#", "^"):
            opened.append(tag.name)
        elif tag.kind == "/":
            if not opened:
                raise _mistake(_("{tag} closes nothing"), f"/{tag.name}")
            if opened.pop() != tag.name:
                raise _mistake(_("{tag} closes another condition"), f"/{tag.name}")
    if opened:
        raise _mistake(_("{tag} is missing"), f"/{opened[-1]}")


def _mistake(message: str, tag: str) -> TemplateError:
    return TemplateError(message.format(tag=f"{{{{{tag}}}}}"))


def render(template: str, context: Context) -> Side:
    """Fill a template.

    Args:
        template: Of a question or an answer.
        context: The card.

    Raises:
        TemplateError: The template has a mistake or an unknown field.
    """
    return _Rendering(context).side(parse_template(template))


class _Rendering:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._written: list[str] = []
        self._hints: dict[str, str] = {}
        self._typed: list[str] = []
        self._is_blank = True

    def side(self, tags: tuple[Tag, ...]) -> Side:
        shown = [True]
        for tag in tags:
            if tag.kind in ("#", "^"):
                holds = self._holds(tag) == (tag.kind == "#")
                shown.append(shown[-1] and holds)
            elif tag.kind == "/":
                shown.pop()
            elif tag.kind == "text":
                self._written += [tag.name] if shown[-1] else []
            else:
                text = self._field(tag, shown=shown[-1])
                self._written += [text] if shown[-1] else []
        html = "".join(self._written)
        hints = tuple(self._hints.items())
        return Side(html, self._is_blank, hints, tuple(self._typed))

    def _holds(self, tag: Tag) -> bool:
        fields = self._context.fields
        if tag.name in fields:
            return not is_empty(fields[tag.name])
        if _CLOZE_CONDITION(tag.name):
            return tag.name == f"c{self._context.number}"
        raise _mistake(_("{tag}: no such field"), tag.kind + tag.name)

    def _field(self, tag: Tag, *, shown: bool) -> str:
        """Return the text of a field; hidden fields are only looked up."""
        if tag.name == "FrontSide":
            return FRONT_SIDE if self._context.is_answer else ""
        if not tag.name and tag.filters:
            return ""
        text = self._context.fields.get(tag.name)
        if text is None and tag.name == f"c{self._context.number}":
            text = "1"
        if text is None:
            raise _mistake(_("{tag}: no such field"), tag.name)
        if not shown:
            return ""
        self._is_blank = self._is_blank and is_empty(text)
        filters = tag.filters
        if filters and filters[-1] == "type":
            return self._type(text, filters)
        for index, name in enumerate(filters):
            if name == "hint":
                self._hint(tag.name, text)
                return ""
            text = self._filtered(name, text, filters[index + 1 :])
        return text

    def _type(self, text: str, filters: tuple[str, ...]) -> str:
        """Show a text to type in with the answer only."""
        context = self._context
        if filters == ("cloze", "type"):
            if context.keeps_clozes:
                return ""
            text = apply_filter("cloze-typed", text, context.number, is_answer=True)
        self._typed.append(text)
        return text if context.is_answer else ""

    def _hint(self, name: str, text: str) -> None:
        if text.strip():
            self._hints.setdefault(name, text)

    def _filtered(self, name: str, text: str, later: tuple[str, ...]) -> str:
        context = self._context
        if name == "cloze" and context.keeps_clozes and not later:
            return f"{CLOZE_START}{text}{CLOZE_END}"
        return apply_filter(name, text, context.number, is_answer=context.is_answer)


def is_empty(field: str) -> bool:
    """Return True if Anki considers a field empty."""
    found = _EMPTY.match(field)
    return found is not None and found.end() == len(field)
