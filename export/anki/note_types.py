"""Convert notes of Anki: which kind a note type gives, and the content."""

import html
import re
from typing import Any

from msgspec import Struct

from cards.note import Basic, Choice, Cloze, Content, MultiQuestion, Source, SubQuestion
from cards.questions import anki_ordinals, cloze_parts, parts_of
from cards.text.cloze import ClozeError
from export.anki.anki_model import AnkiNote, NoteType
from export.anki.flash_note_types import BASIC_FIELDS, BASIC_ID, CLOZE_FIELDS, CLOZE_ID
from export.anki.html_to_markdown import to_markdown
from srs.models.incoming import LossReason

_FIELD = re.compile(r"\{\{([^{}#^/!&=>]+)\}\}")
_PLAIN = re.compile(r"\s*\{\{([^{}#^/!&=>:]+)\}\}\s*(?:\{\{type:([^{}]+)\}\}\s*)?")
_SECTION = re.compile(r"\s*\{\{#([^{}]+)\}\}(.*)\{\{/\1\}\}\s*", re.DOTALL)
_RULE = re.compile(r"<hr[^<>]*>")
_CLOZE_FIELD = re.compile(r"\{\{(?:[^{}:]+:)*cloze:(?:[^{}:]+:)*([^{}:]+)\}\}")
_EMPTY = re.compile(r"(?:\s|&nbsp;|<br\s*/?>|<div>\s*</div>)*")
_ASKED = re.compile(
    r'<div class="ask">(.*?)<div>\{\{c(\d{1,4})::(.*?)\}\}</div></div>', re.DOTALL
)
_OPTION = re.compile(r"<li>(.*?)</li>", re.DOTALL)
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_OCCLUSION = "image-occlusion:"


class Unsupported(Exception):
    """A note that flash can't ask, with the reason."""

    def __init__(self, reason: LossReason, detail: str = "") -> None:
        """Store the reason and a parser's message."""
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason} {detail}".strip())


class Converted(Struct, frozen=True):
    """A converted note."""

    content: Content
    parts: dict[int, str]
    """Part by ordinal."""
    shown: dict[str, int]
    """Index of the field for each text of the content."""
    extra: str = ""
    sources: tuple[Source, ...] = ()
    checked: str = ""
    id: str = ""


def convert_note(note: AnkiNote, notetype: NoteType, ordinals: list[int]) -> Converted:
    """Convert a note of Anki.

    Args:
        note: The note.
        notetype: Its note type.
        ordinals: The ordinals of its cards.

    Raises:
        Unsupported: flash can't ask the note.
    """
    if notetype.id in (BASIC_ID, CLOZE_ID):
        return _own(notetype.id, note.fields)
    fields = dict(zip(notetype.fields, note.fields, strict=False))
    if notetype.is_cloze:
        return _cloze(notetype, fields)
    basic = _as_basic(notetype, fields)
    return basic or _rendered(notetype, fields, ordinals)


def _own(notetype: int, fields: tuple[str, ...]) -> Converted:
    width = len(BASIC_FIELDS if notetype == BASIC_ID else CLOZE_FIELDS)
    if len(fields) < width:
        fields += ("",) * (width - len(fields))
    if notetype == BASIC_ID:
        front, back, reverse, options, _, extra, _, source, checked, name = fields[:10]
        content = _own_basic(front, back, reverse, options)
        parts = dict(enumerate(parts_of(content)))
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
        html.unescape(name) if name else "",
    )


def _own_basic(front: str, back: str, reverse: str, options: str) -> Content:
    front, back = to_markdown(front), to_markdown(back)
    if not front or not back:
        raise Unsupported(LossReason.NOTE_SIDES)
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
    cloze = _cloze_content(to_markdown(text))
    return cloze, anki_ordinals(cloze)


def _source(text: str) -> Source:
    found = _LINK.fullmatch(text)
    if found is None:
        return Source(html.unescape(text))
    return Source(html.unescape(found[2]), html.unescape(found[1]))


def _cloze(notetype: NoteType, fields: dict[str, str]) -> Converted:
    template = notetype.templates[0] if notetype.templates else None
    found = _CLOZE_FIELD.search(template.question) if template else None
    name = found[1].strip() if found else ""
    if name not in fields:
        raise Unsupported(LossReason.CLOZE_FIELD)
    if _OCCLUSION in fields[name]:
        raise Unsupported(LossReason.OCCLUSION)
    content = _cloze_content(to_markdown(fields[name]))
    others = [
        to_markdown(text)
        for other, text in fields.items()
        if other != name and template and f"{{{{{other}}}}}" in template.answer
    ]
    extra = "\n\n".join(text for text in others if text)
    shown = {"cloze": list(notetype.fields).index(name)}
    return Converted(content, anki_ordinals(content), shown, extra)


def _cloze_content(text: str) -> Cloze:
    content = Cloze(text)
    try:
        cloze_parts(content)
    except ClozeError as error:
        raise Unsupported(LossReason.CLOZE, error.message) from None
    return content


def _as_basic(notetype: NoteType, fields: dict[str, str]) -> Converted | None:
    """Convert a type that asks one field from another, in one or both directions."""
    if not 1 <= len(notetype.templates) <= 2:
        return None
    first = notetype.templates[0]
    sides = _sides(first.question, first.answer)
    if sides is None or not set(sides) <= set(fields):
        return None
    front, back = sides
    reverse = False
    if len(notetype.templates) == 2:
        second = notetype.templates[1]
        asked = second.question
        section = _SECTION.fullmatch(asked)
        if section:
            asked = section[2]
        if _sides(asked, second.answer) != (back, front):
            return None
        reverse = section is None or not is_empty(fields.get(section[1].strip(), ""))
    question, answer = to_markdown(fields[front]), to_markdown(fields[back])
    if not question or not answer:
        raise Unsupported(LossReason.NOTE_SIDES)
    names = list(notetype.fields)
    shown = {"front": names.index(front), "back": names.index(back)}
    content = Basic(question, answer, reverse=reverse)
    return Converted(content, {0: "front", 1: "back"}, shown)


def _sides(question: str, answer: str) -> tuple[str, str] | None:
    """Return the fields of question and answer; None if the template has more."""
    found = _PLAIN.fullmatch(question)
    if found is None:
        return None
    front = found[1].strip()
    rest = _RULE.sub("", answer)
    rest = rest.replace("{{FrontSide}}", "").replace(f"{{{{{front}}}}}", "")
    shown = _FIELD.findall(rest)
    names = {name.rpartition(":")[2].strip() for name in shown}
    if len(names) != 1 or _FIELD.sub("", rest).strip():
        return None
    back = names.pop()
    typed = (found[2] or back).strip()
    return (front, back) if typed == back else None


def _rendered(
    notetype: NoteType, fields: dict[str, str], ordinals: list[int]
) -> Converted:
    """Convert any other type by rendering its templates."""
    asked: list[SubQuestion] = []
    kept: list[int] = []
    for ordinal in sorted(set(ordinals)):
        if not 0 <= ordinal < len(notetype.templates):
            continue
        template = notetype.templates[ordinal]
        front = _filled(template.question, fields)
        bare = template.answer.replace("{{FrontSide}}", "")
        question = to_markdown(front)
        answer = to_markdown(_filled(_RULE.sub("", bare), fields))
        if question and answer:
            asked.append(SubQuestion(question, answer))
            kept.append(ordinal)
    if not asked:
        raise Unsupported(LossReason.NOTE_SIDES)
    content = MultiQuestion(tuple(asked))
    return Converted(content, dict(zip(kept, parts_of(content), strict=True)), {})


def _filled(template: str, fields: dict[str, str]) -> str:
    """Render a template as Anki does, without filters."""
    import chevron
    from chevron import ChevronError

    def plain(found: re.Match[str]) -> str:
        name = found[1].rpartition(":")[2].strip()
        return f"{{{{{{{name}}}}}}}" if name in fields else ""

    values: dict[str, Any] = {
        name: "" if is_empty(text) else text for name, text in fields.items()
    }
    try:
        # Mustache reads a dot in a field name as a path.
        renamed = {name: f"f{index}" for index, name in enumerate(values)}
        text = _FIELD.sub(plain, template)
        for name, short in sorted(renamed.items(), key=lambda one: -len(one[0])):
            tag = r"(\{\{[{#^/]?\s*)" + re.escape(name) + r"(\s*\}\})"
            text = re.sub(tag, rf"\g<1>{short}\2", text)
        return str(chevron.render(text, {renamed[n]: v for n, v in values.items()}))
    except (ChevronError, ValueError, KeyError, IndexError, RecursionError) as error:
        raise Unsupported(LossReason.TEMPLATE, str(error)) from None


def is_empty(field: str) -> bool:
    """Return True if Anki considers a field empty."""
    return _EMPTY.fullmatch(field) is not None
