"""Fields that a template hides until a button is pressed, and others that it hides.

A terminal has no buttons: a field behind one becomes a hint, as if the template said
`{{hint:Field}}`.  Buttons themselves are dropped.  What no button shows stays hidden:
it is data for a script, which doesn't run.  Of the style only simple rules are read,
such as `.name { display: none }`.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from export.anki.anki_model import NoteType, Template
from export.anki.foreign_json import read_json
from export.anki.html_tree import HIDDEN, VOID, TagMatcher, attributes_of
from export.anki.text_scanner import PairScanner

_NEXT = re.compile(r"<(?=/?[a-zA-Z!?])").finditer
_DISPLAY = re.compile(r"display\s*:", re.IGNORECASE).search
_SELECTOR = re.compile(r"[.#]?[\w-]+").fullmatch
_WORDS = re.compile(r"[\w-]+").findall
_OPAQUE = ("script", "style")
_CONTROLS = ("button", "label", "summary")
_POINTING = ("onclick", "onmousedown", "href", "for", "data-target", "aria-controls")
"""Attributes of a control that may name the element it shows."""

Style = Mapping[str, tuple[int, bool]]
"""For a simple selector where it stands, and whether it hides."""


@lru_cache(maxsize=256)
def with_hints(notetype: NoteType) -> NoteType:
    """Return a note type whose hidden fields are hints, or gone if nothing shows them.

    Args:
        notetype: As in Anki.
    """
    model = read_json(notetype.model) if notetype.model else {}
    css = model.get("css") if isinstance(model, dict) else ""
    style = _style(css if isinstance(css, str) else "")
    if not any(hides for _, hides in style.values()) and not any(
        _may_hide(one.question + one.answer) for one in notetype.templates
    ):
        return notetype
    templates = tuple(_with_hints(one, style) for one in notetype.templates)
    return replace(notetype, templates=templates)


def _may_hide(template: str) -> bool:
    lower = template.lower()
    return "display" in lower or "hidden" in lower or "<button" in lower


def _with_hints(template: Template, style: Style) -> Template:
    if "{{=<%" in template.question + template.answer:
        return template
    question, answer = _Side(template.question, style), _Side(template.answer, style)
    visible = question.visible() | answer.visible()
    return replace(
        template, question=question.written(visible), answer=answer.written(visible)
    )


class _Element(Struct):
    """An element of a template; the first one stands for all of it."""

    name: str
    attributes: dict[str, str]
    piece: int
    """Index of its start tag."""
    parent: int
    hides: bool
    """The template hides it, apart from those around it."""
    is_hidden: bool
    """It or one around it is hidden."""


class _Side:
    """A question or an answer in pieces: tags of HTML, of the template, and text."""

    def __init__(self, template: str, style: Style) -> None:
        self._style, self._tags = style, TagMatcher()
        self._pieces: list[str] = []
        self._fields: list[tuple[int, int]] = []
        """The piece of each field, and the element around it."""
        self._elements = [_Element("", {}, -1, -1, hides=False, is_hidden=False)]
        self._open = [0]
        for found in PairScanner(template, {"{{": "}}", "<!--": "-->"}).pairs():
            if found.opening == "{{":
                self._add_tag(found.inner)
            elif found.opening:
                self._pieces.append(found.opening + found.inner + found.closing)
            else:
                self._add_html(found.inner)

    def _add_tag(self, inner: str) -> None:
        if inner.strip()[:1] not in ("#", "^", "/"):
            self._fields.append((len(self._pieces), self._open[-1]))
        self._pieces.append(f"{{{{{inner}}}}}")

    def _add_html(self, text: str) -> None:
        end = 0
        for found in _NEXT(text):
            tag = (
                self._tags.match(text, found.start()) if found.start() >= end else None
            )
            if tag is None:
                continue
            self._pieces.append(text[end : tag.start()])
            end = tag.end()
            if tag[2] is not None:
                self._add_element(tag)
            self._pieces.append(tag[0])
        self._pieces.append(text[end:])

    def _add_element(self, tag: re.Match[str]) -> None:
        name = tag[2].lower()
        inside = self._elements[self._open[-1]].name
        if inside in _OPAQUE and not (tag[1] and name == inside):
            return
        if tag[1]:
            self._close(name)
            return
        attributes, parent = attributes_of(tag[3]), self._open[-1]
        hides = name == "button" or self._hides(name, attributes)
        around = self._elements[parent].is_hidden
        element = _Element(
            name, attributes, len(self._pieces), parent, hides, hides or around
        )
        self._elements.append(element)
        if name not in VOID:
            self._open.append(len(self._elements) - 1)

    def _close(self, name: str) -> None:
        for place in range(len(self._open) - 1, 0, -1):
            if self._elements[self._open[place]].name == name:
                del self._open[place:]
                return

    def _hides(self, name: str, attributes: Mapping[str, str]) -> bool:
        if "hidden" in attributes:
            return True
        given = attributes.get("style", "")
        if _DISPLAY(given):
            return HIDDEN(given) is not None
        by_id = self._style.get(f"#{attributes.get('id', '').strip()}")
        names = (f".{one}" for one in attributes.get("class", "").split())
        by_class = [self._style[one] for one in names if one in self._style]
        found = by_id or max(by_class, default=None) or self._style.get(name)
        return found is not None and found[1]

    def visible(self) -> set[str]:
        """Return the names of the fields that are shown anyway."""
        return {
            _name(self._pieces[piece])
            for piece, element in self._fields
            if not self._elements[element].is_hidden
            and self._elements[element].name not in _OPAQUE
        }

    def written(self, visible: set[str]) -> str:
        """Return the template without what is hidden.

        Args:
            visible: The fields that are shown anyway.
        """
        pieces = list(self._pieces)
        for element in self._elements:
            if element.hides:
                pieces[element.piece] = _hidden_tag(pieces[element.piece])
        shown = self._shown_by_controls()
        for piece, index in self._fields:
            element = self._elements[index]
            if not element.is_hidden or element.name in _OPAQUE:
                continue
            inner = pieces[piece][2:-2].strip()
            filters = inner.split(":")[:-1]
            if _name(pieces[piece]) in visible or not (
                shown[index] or "cloze" in filters
            ):
                pieces[piece] = ""
            elif shown[index]:
                pieces[piece] = f"{{{{hint:{inner}}}}}"
        return "".join(pieces)

    def _shown_by_controls(self) -> list[bool]:
        """Return for each element whether a control shows it, or one around it."""
        controls = [one for one in self._elements if _is_control(one)]
        beside = {one.parent for one in controls}
        named = {word for one in controls for word in _pointed_at(one)}
        shown: list[bool] = []
        for one in self._elements:
            is_shown = (
                one.hides
                and one.name != "button"
                and (
                    one.parent in beside
                    or one.attributes.get("id", "").strip() in named
                )
            )
            shown.append(is_shown or (one.parent >= 0 and shown[one.parent]))
        return shown


def _name(tag: str) -> str:
    return tag[2:-2].rpartition(":")[2].strip()


def _hidden_tag(tag: str) -> str:
    return re.sub(r"^<[^\s/>]+", r"\g<0> hidden", tag)


def _is_control(element: _Element) -> bool:
    attributes = element.attributes
    is_link = element.name == "a" and attributes.get("href", "").startswith("#")
    return element.name in _CONTROLS or is_link or "onclick" in attributes


def _pointed_at(control: _Element) -> Iterator[str]:
    for name in _POINTING:
        yield from _WORDS(control.attributes.get(name, ""))


@lru_cache(maxsize=256)
def _style(css: str) -> Style:
    """Return what the simple rules of a style say of showing."""
    found: dict[str, tuple[int, bool]] = {}
    pairs = PairScanner(css, {"/*": "*/"}).pairs()
    plain = "".join(one.inner for one in pairs if not one.opening)
    for place, (selectors, declarations) in enumerate(_rules(plain)):
        if _DISPLAY(declarations):
            hides = HIDDEN(declarations) is not None
            names = (one.strip() for one in selectors.split(","))
            found |= {name: (place, hides) for name in names if _SELECTOR(name)}
    return found


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Yield selectors and declarations of the rules outside of `@media` blocks."""
    depth = start = 0
    selectors = ""
    for brace in re.finditer(r"[{}]", css):
        if brace[0] == "{":
            if depth == 0:
                selectors = css[start : brace.start()].rpartition(";")[2].strip()
                start = brace.end()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                if not selectors.startswith("@"):
                    yield selectors, css[start : brace.start()]
                start = brace.end()
