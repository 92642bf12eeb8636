"""Convert notes of Anki: which kind a note type gives, and the content.

A type that asks one field from another gives a basic note, one with clozes a cloze
note, so that the texts can be edited and exported again.  Cards of any other type are
rendered by their templates.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from cards.note import Basic
from export.anki.anki_cloze import cloze_numbers
from export.anki.anki_model import AnkiNote, NoteType, Template
from export.anki.converted import EMPTY_SIDE, Converted, Unsupported
from export.anki.flash_note_types import BASIC_ID, CLOZE_ID
from export.anki.flash_notes import convert_own
from export.anki.hidden_fields import with_hints
from export.anki.html_to_markdown import to_markdown
from export.anki.note_cloze import convert_cloze
from export.anki.note_rendering import (
    SPECIAL_FIELDS,
    NoteFields,
    SpecialFields,
    convert_rendered,
)
from export.anki.templates import Context, Tag, TemplateError, parse_template, render
from srs.models.incoming import LossReason

_NEUTRAL = re.compile(
    r"(?:\s|&nbsp;|<!--[^<>]*-->|<(?:br|hr)[^<>]*>"
    r"|</?(?:div|span|center|p|section|article)(?:\s[^<>]*)?>)*+",
    re.IGNORECASE,
).fullmatch
"""HTML of a template that adds no text and no emphasis."""


def convert_note(
    note: AnkiNote,
    notetype: NoteType,
    ordinals: list[int],
    special: SpecialFields | None = None,
) -> Converted:
    """Convert a note of Anki.

    Args:
        note: The note.
        notetype: Its note type.
        ordinals: The ordinals of its cards.
        special: Returns the special fields of a card, such as `Deck`, by ordinal.

    Raises:
        Unsupported: flash can't ask the note.
    """
    if notetype.id in (BASIC_ID, CLOZE_ID):
        return convert_own(notetype.id, note.fields)
    notetype = with_hints(notetype)
    fields = NoteFields(notetype, note, special)
    made = None
    if notetype.is_cloze:
        made = convert_cloze(fields, ordinals)
    elif plan := _basic_plan(notetype.templates):
        made = _basic(plan, notetype, fields.own, ordinals)
    return made or convert_rendered(fields, ordinals)


def ordinals_of(notetype: NoteType, fields: Iterable[str]) -> set[int]:
    """Return the ordinals of the cards that Anki makes of a note.

    Source:
        CardGenContext in rslib/src/notetype/cardgen.rs of
        https://github.com/ankitects/anki.
    """
    if notetype.is_cloze:
        return {number - 1 for field in fields for number in cloze_numbers(field)}
    named = dict(zip(notetype.fields, fields, strict=False))
    texts = {**dict.fromkeys(SPECIAL_FIELDS, ""), **named}
    shown = {
        ordinal
        for ordinal, template in enumerate(notetype.templates)
        if _has_question(template, Context(texts, ordinal + 1))
    }
    return shown or {0}


def _has_question(template: Template, context: Context) -> bool:
    """Return False if a question shows no field; one with a mistake stays a card."""
    try:
        return not render(template.question, context).is_blank
    except TemplateError:
        return True


class _BasicPlan(Struct, frozen=True):
    """A type that asks one field from another."""

    front: str
    back: str
    has_reverse: bool = False


def _basic(
    plan: _BasicPlan, notetype: NoteType, fields: dict[str, str], ordinals: list[int]
) -> Converted | None:
    if not {plan.front, plan.back} <= set(fields):
        return None
    front, back = to_markdown(fields[plan.front]), to_markdown(fields[plan.back])
    if not front and not back:
        raise Unsupported(LossReason.NOTE_SIDES)
    existing = ordinals_of(notetype, fields.values()) | set(ordinals)
    if 0 not in existing:
        return None  # only the reversed card, which is rendered
    reverse = plan.has_reverse and 1 in existing
    names = notetype.fields
    shown = {"front": names.index(plan.front), "back": names.index(plan.back)}
    content = Basic(front or EMPTY_SIDE, back or EMPTY_SIDE, reverse=reverse)
    incomplete = frozenset() if front and back else frozenset((0, 1))
    parts = {0: "front", 1: "back"}
    return Converted(content, parts, shown, incomplete=incomplete)


@lru_cache(maxsize=256)
def _basic_plan(templates: tuple[Template, ...]) -> _BasicPlan | None:
    """Return the fields of a type that asks in one or both directions."""
    try:
        sides = [
            (_content(one.question), _content(one.answer)) for one in templates[:3]
        ]
    except TemplateError:
        return None
    found = _sides(*sides[0]) if sides else None
    if found is None or len(sides) > 2:
        return None
    front, back = found
    if len(sides) == 1:
        return _BasicPlan(front, back)
    question, answer = sides[1]
    if _is_conditional(question):
        question = question[1:-1]
    if _sides(question, answer) != (back, front):
        return None
    return _BasicPlan(front, back, has_reverse=True)


def _content(template: str) -> tuple[Tag, ...]:
    """Return the tags of a template without neutral HTML and spoken text."""
    return tuple(
        tag
        for tag in parse_template(template)
        if not (tag.kind == "text" and _is_neutral(tag.name))
        and not any(name.startswith("tts ") for name in tag.filters)
    )


def _is_neutral(text: str) -> bool:
    return "display" not in text and _NEUTRAL(text) is not None


def _is_conditional(question: tuple[Tag, ...]) -> bool:
    """Return True for a whole question that needs a text in some field."""
    return len(question) > 2 and question[0].kind == "#" and question[-1].kind == "/"


def _sides(
    question: tuple[Tag, ...], answer: tuple[Tag, ...]
) -> tuple[str, str] | None:
    """Return the fields of question and answer; None if there is anything else."""
    if any(tag.kind for tag in question + answer):
        return None
    shown = [tag.name for tag in question if not tag.filters]
    typed = [tag.name for tag in question if tag.filters]
    if len(shown) != 1 or any(tag.filters not in ((), ("type",)) for tag in question):
        return None
    repeated, answered = answer[:-1], answer[-1:]
    if len(repeated) > 1 or any(
        tag.name not in ("FrontSide", shown[0]) for tag in repeated
    ):
        return None
    names = [tag.name for tag in answered if tag.filters in ((), ("type",))]
    if names in ([], ["FrontSide"], shown) or any(name != names[0] for name in typed):
        return None
    return shown[0], names[0]
