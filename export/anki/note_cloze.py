"""Convert notes of cloze types to one text with clozes.

The text is the question as the template shows it, with all clozes; what the answer
shows besides is the extra.  A template that does more is rendered card by card.
"""

import re
from functools import lru_cache

from cards.questions import anki_ordinals
from cards.translate import _
from export.anki.anki_cloze import cloze_numbers, strict_text
from export.anki.anki_model import Template
from export.anki.converted import Converted, Unsupported, cloze_content
from export.anki.html_to_markdown import to_markdown
from export.anki.note_rendering import NoteFields, hints_html, without_rules
from export.anki.templates import (
    CLOZE_END,
    CLOZE_START,
    FRONT_SIDE,
    Context,
    Side,
    Tag,
    TemplateError,
    parse_template,
    render,
)
from srs.models.incoming import LossReason

OCCLUSION = "image-occlusion:"
"""How the clozes of an image occlusion begin."""
_OF_CARD = ("Card", "CardFlag", "CardID", "Deck", "Subdeck")
"""Special fields that may differ between the cards of a note."""
_MARKS = str.maketrans("", "", CLOZE_START + CLOZE_END + FRONT_SIDE)
_NO_TEXT = re.compile(
    r"(?:[^<&]|<(?!img|audio|video|object|source)[^<>]*>|&nbsp;)*+", re.IGNORECASE
)


def convert_cloze(fields: NoteFields, ordinals: list[int]) -> Converted | None:
    """Convert a note to a cloze text.

    Args:
        fields: The note.
        ordinals: The ordinals of its cards.

    Returns:
        None if its cards have to be rendered one by one.

    Raises:
        Unsupported: The note has no cloze, or is an image occlusion.
    """
    names = _cloze_fields(fields)
    if any(OCCLUSION in fields.own[name] for name in names):
        raise Unsupported(LossReason.OCCLUSION)
    numbers = set[int]().union(*map(cloze_numbers, fields.own.values()))
    if not numbers:
        raise Unsupported(LossReason.CLOZE, _("no part is hidden"))
    template = fields.notetype.templates[0]
    if not _is_one_text(template):
        return None
    texts = fields.of_card(0, template)
    for name in names:
        text = strict_text(fields.own[name])
        if text is None or _is_shown_raw(template, name):
            return None
        texts[name] = text
    try:
        made = _as_text(template, texts, fields, names)
    except Unsupported:
        return None
    wanted = {one for one in ordinals if one + 1 in numbers}
    return made if made and wanted <= made.parts.keys() else None


def _cloze_fields(fields: NoteFields) -> list[str]:
    """Return the fields in which the question hides clozes."""
    templates = fields.notetype.templates
    if not templates:
        raise Unsupported(LossReason.CLOZE_FIELD)
    return [name for name in _named_with_cloze(templates[0]) if name in fields.own]


@lru_cache(maxsize=256)
def _named_with_cloze(template: Template) -> tuple[str, ...]:
    try:
        tags = parse_template(template.question)
    except TemplateError as error:
        detail = f"'{template.name}': {error}"
        raise Unsupported(LossReason.NOTE_TEMPLATE, detail) from None
    hiding = ("cloze", "cloze-only")
    names = (tag.name for tag in tags if any(one in hiding for one in tag.filters))
    return tuple(dict.fromkeys(names))


@lru_cache(maxsize=256)
def _is_one_text(template: Template) -> bool:
    """Return True if all cards of a note show one text with different gaps."""
    try:
        tags = parse_template(template.question) + parse_template(template.answer)
    except TemplateError:
        return False
    return all(map(_is_common, tags))


def _is_shown_raw(template: Template, name: str) -> bool:
    """Return True if a field with clozes is shown without hiding them, too."""
    tags = parse_template(template.question) + parse_template(template.answer)
    hiding = {"cloze", "cloze-only"}
    return any(
        not tag.kind and tag.name == name and hiding.isdisjoint(tag.filters)
        for tag in tags
    )


def _is_common(tag: Tag) -> bool:
    if tag.kind == "text":
        return True
    if tag.kind:
        return not re.fullmatch(r"c[0-9]+", tag.name)
    if tag.filters and tag.filters[-1] == "type":
        return True
    hides = "cloze" in tag.filters or "cloze-only" in tag.filters
    is_plain = tag.filters == ("cloze",) or not hides
    return is_plain and tag.name not in _OF_CARD and tag.name[:1] != "c"


def _as_text(
    template: Template, texts: dict[str, str], fields: NoteFields, names: list[str]
) -> Converted | None:
    context = Context(texts, 1, keeps_clozes=True)
    try:
        front = render(template.question, context)
        back = render(
            template.answer, Context(texts, 1, is_answer=True, keeps_clozes=True)
        )
    except TemplateError:
        return None
    before, core, after = _around_clozes(front.html)
    extra = _extra(front, back)
    if not core or extra is None or "{{c" in before + after:
        return None
    shown: dict[str, int] = {}
    text = before + core + after
    if len(names) == 1 and core.count(CLOZE_START) == 1 and _is_bare(before + after):
        text = core
        shown = {"cloze": fields.notetype.fields.index(names[0])}
    added = _extra_field(template)
    if added in fields.notetype.fields:
        shown["extra"] = fields.notetype.fields.index(added)
    content = cloze_content(to_markdown(text.translate(_MARKS)))
    return Converted(content, anki_ordinals(content), shown, extra)


@lru_cache(maxsize=256)
def _extra_field(template: Template) -> str:
    """Return the field that the answer adds; empty unless it adds just this field."""
    question, answer = (
        parse_template(template.question),
        parse_template(template.answer),
    )
    asked = {tag.name for tag in question}
    added = {tag.name for tag in answer if tag.kind != "text"} - asked - {"FrontSide"}
    is_plain = all(
        _is_bare(tag.name)
        if tag.kind == "text"
        else not tag.filters or "cloze" in tag.filters
        for tag in answer
    )
    is_silent = all(tag.filters in ((), ("cloze",)) for tag in question)
    return added.pop() if len(added) == 1 and is_plain and is_silent else ""


def _around_clozes(rendered: str) -> tuple[str, str, str]:
    """Split a side into the fields with clozes and what is around them."""
    start, end = rendered.find(CLOZE_START), rendered.rfind(CLOZE_END) + 1
    if start < 0 or end <= start:
        return rendered, "", ""
    return rendered[:start], rendered[start:end], rendered[end:]


def _is_bare(around: str) -> bool:
    """Return True for HTML without text and pictures."""
    found = _NO_TEXT.fullmatch(around)
    return found is not None and not to_markdown(around)


def _extra(front: Side, back: Side) -> str | None:
    """Return what the answer adds to the text; None if it shows another text."""
    before, core, after = _around_clozes(front.html)
    answer = without_rules(back.html.replace(FRONT_SIDE, ""))
    start = answer.find(core)
    if not core or start < 0:
        return None
    lead, rest = answer[:start], answer[start + len(core) :]
    if lead.strip() != before.strip() and not _is_bare(lead):
        return None
    if CLOZE_START in rest:
        return None
    after = after.strip()
    if rest.lstrip().startswith(after):
        rest = rest.lstrip()[len(after) :]
    elif after in rest and not _is_bare(after):
        return None
    typed = "".join(f"<div>{text}</div>" for text in front.typed if text not in rest)
    return to_markdown(without_rules(rest + typed + hints_html(front, back, rest)))
