"""Convert notes of any type by rendering their templates, one question per card."""

import html
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from cards.note import MultiQuestion, SubQuestion
from cards.questions import parts_of
from export.anki.anki_cloze import cloze_numbers
from export.anki.anki_model import AnkiCard, AnkiNote, NoteType, Template
from export.anki.converted import EMPTY_SIDE, Converted, Unsupported
from export.anki.html_to_markdown import to_markdown
from export.anki.media_references import has_media, media_names
from export.anki.templates import FRONT_SIDE, Context, Side, TemplateError, render
from srs.models.incoming import LossReason

SPECIAL_FIELDS = ("Tags", "Type", "Card", "Deck", "Subdeck", "CardFlag", "CardID")
"""Fields that a template has besides those of the note: no card is made for them."""
SpecialFields = Callable[[int], Mapping[str, str]]
"""Returns the special fields of a card by its ordinal."""

_RULES = re.compile(r"\A(?:\s*<hr[^<>]*>)++|(?:<hr[^<>]*>\s*)++\Z", re.IGNORECASE)


def special_fields(
    cards: Iterable[AnkiCard], decks: Mapping[int, str]
) -> SpecialFields:
    """Return a function from the ordinal of a card to its special fields.

    Args:
        cards: The cards of a note.
        decks: Names by id.
    """

    def special(ordinal: int) -> Mapping[str, str]:
        for card in cards:
            if card.ordinal == ordinal:
                deck = decks.get(card.deck, "(Deck)")
                return {
                    "Deck": deck,
                    "Subdeck": deck.rpartition("::")[2],
                    "CardFlag": f"flag{card.flag}",
                    "CardID": str(card.id),
                }
        return {}

    return special


class NoteFields:
    """A note with the texts for its templates."""

    def __init__(
        self, notetype: NoteType, note: AnkiNote, special: SpecialFields | None
    ) -> None:
        """Keep the note; see `export.anki.note_types.convert_note`."""
        self.notetype = notetype
        self.own = dict(zip(notetype.fields, note.fields, strict=False))
        self._note, self._special = note, special

    def template(self, ordinal: int) -> Template | None:
        """Return the template of a card."""
        templates = self.notetype.templates
        if self.notetype.is_cloze:
            return templates[0] if templates else None
        return templates[ordinal] if 0 <= ordinal < len(templates) else None

    def of_card(self, ordinal: int, template: Template) -> dict[str, str]:
        """Return the fields and the special fields of a card."""
        special = self._special(ordinal) if self._special else {}
        return {
            "Tags": " ".join(self._note.tags),
            "Type": self.notetype.name,
            "Card": template.name,
            "Deck": "",
            "Subdeck": "",
            "CardFlag": "flag0",
            "CardID": "",
            **special,
            **self.own,
        }

    def is_asked(self, ordinal: int) -> bool:
        """Return False for the card of a cloze that the note doesn't have."""
        if not self.notetype.is_cloze:
            return True
        return any(ordinal + 1 in cloze_numbers(text) for text in self.own.values())


def convert_rendered(fields: NoteFields, ordinals: list[int]) -> Converted:
    """Convert a note by rendering the templates of its cards.

    Raises:
        Unsupported: No card can be asked.
    """
    asked: dict[int, SubQuestion] = {}
    broken: dict[int, str] = {}
    incomplete: set[int] = set()
    for ordinal in sorted(set(ordinals)):
        template = fields.template(ordinal)
        if template is None or not fields.is_asked(ordinal):
            continue
        try:
            made = _question(fields, ordinal, template)
        except TemplateError as error:
            broken[ordinal] = f"'{fields.notetype.name}', '{template.name}': {error}"
            continue
        if made.front or made.back:
            asked[ordinal] = SubQuestion(
                made.front or EMPTY_SIDE, made.back or EMPTY_SIDE
            )
        if not made.front or not made.back:
            incomplete.add(ordinal)
    if not asked:
        if broken:
            raise Unsupported(LossReason.NOTE_TEMPLATE, next(iter(broken.values())))
        raise Unsupported(LossReason.NOTE_SIDES)
    content = MultiQuestion(tuple(asked.values()))
    parts = dict(zip(asked, parts_of(content), strict=True))
    return Converted(
        content, parts, {}, incomplete=frozenset(incomplete), broken=broken
    )


def _question(fields: NoteFields, ordinal: int, template: Template) -> SubQuestion:
    texts = fields.of_card(ordinal, template)
    front = render(template.question, Context(texts, ordinal + 1))
    back = render(template.answer, Context(texts, ordinal + 1, is_answer=True))
    if front.is_blank and not fields.notetype.is_cloze:
        return SubQuestion("", "")
    answer = to_markdown(without_rules(answer_html(front, back)))
    if not answer:
        answer = to_markdown(back.html.replace(FRONT_SIDE, front.html))
    return SubQuestion(to_markdown(front.html), answer)


def answer_html(front: Side, back: Side) -> str:
    """Return the answer without the question, which flash shows above it."""
    answer = back.html
    typed = "".join(f"<div>{text}</div>" for text in front.typed if text not in answer)
    asked = front.html.strip()
    if FRONT_SIDE in answer:
        answer = answer.replace(FRONT_SIDE, typed)
    elif asked and answer.lstrip().startswith(asked):
        answer = answer.lstrip()[len(asked) :]
    return answer + hints_html(front, back, answer)


def hints_html(front: Side, back: Side, answer: str) -> str:
    """Return the hints that the answer doesn't show anyway."""
    hints = dict(front.hints + back.hints)
    return "".join(
        f"<div>{html.escape(name)}: {text}</div>"
        for name, text in hints.items()
        if text not in answer
    )


def note_files(notetype: NoteType | None, fields: tuple[str, ...]) -> dict[str, None]:
    """Return the names of the files in the fields of a note and on its cards.

    A template may name a file itself, or make its name from a field. Names that begin
    with `_` belong to the templates of all notes and are left out there.
    """
    found: dict[str, None] = {}
    if has_media("\n".join(fields)):
        found = dict.fromkeys(name for field in fields for name in media_names(field))
    if notetype is None or not _show_media(notetype.templates):
        return found
    note = AnkiNote(0, "", notetype.id, 0, (), fields)
    texts = NoteFields(notetype, note, None)
    for ordinal, template in enumerate(notetype.templates):
        of_card = texts.of_card(ordinal, template)
        try:
            sides = (
                render(template.question, Context(of_card, ordinal + 1)),
                render(template.answer, Context(of_card, ordinal + 1, is_answer=True)),
            )
        except TemplateError:
            continue
        names = (name for side in sides for name in media_names(side.html))
        found |= dict.fromkeys(name for name in names if not name.startswith("_"))
    return found


@lru_cache(maxsize=256)
def _show_media(templates: tuple[Template, ...]) -> bool:
    return any(has_media(one.question + one.answer) for one in templates)


def without_rules(answer: str) -> str:
    """Remove the rule between question and answer."""
    return _RULES.sub("", answer)
