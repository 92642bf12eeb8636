"""Convert notes of our own note types, as Anki returns them."""

import re

import msgspec

from cards.note import Basic, Choice, Content, MultiQuestion, Source, SubQuestion
from cards.questions import anki_ordinals, parts_of
from export.anki.character_references import unescaped
from export.anki.converted import EMPTY_SIDE, Converted, Unsupported, cloze_content
from export.anki.flash_note_types import BASIC_FIELDS, BASIC_ID, CLOZE_FIELDS
from export.anki.html_to_markdown import to_markdown
from srs.models.incoming import LossReason

_ASKED = re.compile(
    r'<div class="ask">(.*?)<div>\{\{c(\d{1,4})::(.*?)\}\}</div></div>', re.DOTALL
)
_OPTION = re.compile(r"<li>(.*?)</li>", re.DOTALL)
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def convert_own(notetype: int, fields: tuple[str, ...]) -> Converted:
    """Convert the fields of a note of ours, given the id of its type."""
    width = len(BASIC_FIELDS if notetype == BASIC_ID else CLOZE_FIELDS)
    if len(fields) < width:
        fields += ("",) * (width - len(fields))
    incomplete: frozenset[int] = frozenset()
    if notetype == BASIC_ID:
        front, back, reverse, options, _, extra, _, source, checked, name = fields[:10]
        front, back = to_markdown(front), to_markdown(back)
        content = _own_basic(front, back, reverse, options)
        if fields[10] and isinstance(content, Basic):
            content = msgspec.structs.replace(content, typed=True)
        parts = dict(enumerate(parts_of(content)))
        if not (front and back):
            incomplete = frozenset(parts)
    else:
        text, _, extra, _, source, checked, name = fields[:7]
        content, parts = _own_cloze(text)
    return Converted(
        content,
        parts,
        {},
        to_markdown(extra) if extra else "",
        tuple(map(_source, source.split(" · "))) if source else (),
        checked if checked and _DAY.fullmatch(checked) else "",
        unescaped(name) if name else "",
        incomplete,
    )


def _own_basic(front: str, back: str, reverse: str, options: str) -> Content:
    """Return the content for a front and a back in Markdown."""
    if not front and not back:
        raise Unsupported(LossReason.NOTE_SIDES)
    front, back = front or EMPTY_SIDE, back or EMPTY_SIDE
    if options:
        made = tuple(dict.fromkeys(map(to_markdown, _OPTION.findall(options))))
        if back in made and len(made) > 1:
            return Choice(front, made, back)
    return Basic(front, back, bool(reverse))


def _own_cloze(text: str) -> tuple[Content, dict[int, str]]:
    """Convert a cloze; a table becomes its questions, see `export.anki.fields`."""
    asked: dict[int, SubQuestion] = {}
    for question, number, back in _ASKED.findall(text):
        made = SubQuestion(to_markdown(question), to_markdown(back))
        if made.front and made.back:
            asked[int(number) - 1] = made
    if asked:
        several = MultiQuestion(tuple(asked.values()))
        return several, dict(zip(asked, parts_of(several), strict=True))
    cloze = cloze_content(to_markdown(text))
    return cloze, anki_ordinals(cloze)


def _source(text: str) -> Source:
    found = _LINK.fullmatch(text)
    if found is None:
        return Source(unescaped(text))
    return Source(unescaped(found[2]), unescaped(found[1]))
