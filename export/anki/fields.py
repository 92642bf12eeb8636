"""The fields of a stored note in Anki, as HTML.

A note that came from Anki keeps its own fields; only an edited field is rendered.
"""

import html
import json
import re
import unicodedata
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from cards.added_words import former_text
from cards.note import (
    Cloze,
    Compare,
    Content,
    ListNote,
    MultiQuestion,
    Note,
    Source,
    with_texts,
)
from cards.questions import (
    REVERSED,
    SEPARATOR,
    Question,
    cell_part,
    cloze_parts,
    is_two_sided,
    questions,
    texts_of,
)
from cards.table_rows import cells_of, is_empty_cell
from cards.text.html import (
    ImageOf,
    cloze_html,
    hidden_html,
    literal,
    shown_html,
    to_html,
    within_cloze,
)
from cards.text.media import medium_of, with_links_of
from srs.models.cards import StoredNote
from srs.models.incoming import OriginalFields
from srs.models.media import MediaFiles

_SOUND = re.compile(r"\[sound:([^\]]+)\]")
_CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]").search
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


def fields_of(stored: StoredNote, image: ImageOf | None = None) -> tuple[str, ...]:
    """Render the fields of a note.

    Args:
        stored: The note with its cards; text of retired cards is not hidden.
        image: Name of a media file in the package.

    Returns:
        The fields of its note type, see `export.anki.flash_note_types`.
    """
    note = stored.note
    typed = ""
    if is_two_sided(note.content):
        asked = questions(note.content)[0]
        fields = _two_sides(stored, asked, image)
        typed = "1" if asked.typed else ""
    else:
        fields = _hidden_parts(stored, image)
    fields = (*fields, *_common(note, image), typed, "", "")
    whole = "".join(fields)
    if whole.isascii() and (whole.isprintable() or not _CONTROL(whole)):
        return fields
    return tuple(
        unicodedata.normalize("NFC", field.translate(_CONTROLS)) for field in fields
    )


def _hidden_parts(stored: StoredNote, image: ImageOf | None) -> tuple[str, ...]:
    note = stored.note
    numbers = {card.part: card.ordinal for card in stored.cards if not card.retired}
    fields: tuple[str, ...] = ()
    match note.content:
        case Cloze() as cloze:
            fields = (_cloze(cloze, cloze.cloze, numbers, image), "")
        case ListNote() as listing:
            fields = (_listing(listing, numbers, image), "")
        case Compare() as table:
            fields = (_asked(note, numbers, image), _table(table, numbers, image))
            fields = (_on_request(fields[0]), _on_request(fields[1]))
        case MultiQuestion():
            fields = (_on_request(_asked(note, numbers, image)), "")
    return fields


def _two_sides(
    stored: StoredNote, question: Question, image: ImageOf | None
) -> tuple[str, ...]:
    is_reversed = any(card.part == "back" and not card.retired for card in stored.cards)
    items = "".join(f"<li>{to_html(it.text, image)}</li>" for it in question.options)
    return (
        to_html(question.question, image),
        to_html(question.answer, image),
        "1" if is_reversed else "",
        f"<ol>{items}</ol>" if items else "",
        "",
    )


def _cloze(
    content: Content, text: str, numbers: dict[str, int], image: ImageOf | None = None
) -> str:
    """Render clozes under the numbers of their cards."""
    parts = cloze_parts(content)

    def number_of(number: int) -> int | None:
        ordinal = numbers.get(parts[number])
        return None if ordinal is None else ordinal + 1

    return cloze_html(text, number_of, image)


def _hidden(text: str, ordinal: int | None, image: ImageOf | None) -> str:
    """Hide a text in the cloze of its card; without a card, show it."""
    if ordinal is None:
        return shown_html(text, image)
    return hidden_html(ordinal + 1, text, image)


def _listing(listing: ListNote, numbers: dict[str, int], image: ImageOf | None) -> str:
    items = "".join(
        f"<li>{_hidden(item, numbers.get(item), image)}</li>" for item in listing.items
    )
    kind = "ol" if listing.ordered else "ul"
    name = shown_html(listing.list, image)
    return f"<div>{name}</div><{kind}>{items}</{kind}>"


def _asked(note: Note, numbers: dict[str, int], image: ImageOf | None) -> str:
    """Render each question; the style shows only the active one."""
    sections: list[str] = []
    for question in questions(note.content, note.language):
        ordinal = numbers.get(question.part)
        if ordinal is None:
            continue
        asked, among = question.question, ""
        if question.part.endswith(SEPARATOR + REVERSED):
            asked, _, among = asked.rpartition("\n\n")
            among = f'<div class="among">{shown_html(among, image)}</div>'
        text = f'<div class="about">{shown_html(asked, image)}</div>{among}'
        answer = hidden_html(ordinal + 1, question.answer, image)
        sections.append(f'<div class="ask">{text}<div>{answer}</div></div>')
    return "".join(sections)


def _on_request(rendered: str) -> str:
    """Write players instead of sounds: Anki plays those of hidden sections, too."""

    def player(found: re.Match[str]) -> str:
        kind = "video" if medium_of(found[1]) == "video" else "audio"
        return f'<{kind} controls preload="none" src="{found[1]}"></{kind}>'

    return _SOUND.sub(player, rendered) if "[sound:" in rendered else rendered


def _table(table: Compare, numbers: dict[str, int], image: ImageOf | None) -> str:
    head = "".join(f"<th>{shown_html(name, image)}</th>" for name in table.compare)
    rows = "".join(
        f"<tr><th>{shown_html(row, image)}</th>"
        + "".join(
            f"<td>{_cell(row, subject, cell, numbers, image)}</td>"
            for subject, cell in zip(table.compare, cells, strict=True)
        )
        + "</tr>"
        for row, cells in cells_of(table).items()
    )
    return f"<table><tr><th></th>{head}</tr>{rows}</table>"


def _cell(
    row: str, subject: str, cell: str, numbers: dict[str, int], image: ImageOf | None
) -> str:
    """Render a cell in the clozes of its card and of the reversed card."""
    if is_empty_cell(cell):
        return ""
    written = shown_html(cell, image)
    for is_reversed in (False, True):
        ordinal = numbers.get(cell_part(row, subject, is_reversed=is_reversed))
        if ordinal is not None:
            written = within_cloze(ordinal + 1, written)
    return written


def _common(note: Note, image: ImageOf | None) -> tuple[str, ...]:
    if not (note.extra or note.changed or note.sources or note.id):
        return "", "", "", note.checked, ""
    changed = _changed(note, image) if note.changed is not None else ""
    # The passage of a note means something only where the note is.
    pages = [source for source in note.sources if source.title or source.url]
    sources = " · ".join(map(_source, pages))
    # In a cloze note, cloze syntax in any field would create a card.
    extra = shown_html(note.extra, image) if note.extra else ""
    name = _text(note.id) if note.id else ""
    return extra, changed, sources, note.checked, name


def _changed(note: Note, image: ImageOf | None) -> str:
    if note.changed is None:
        return ""
    was, since = shown_html(note.changed.was, image), note.changed.since
    source = note.changed.source
    link = ""
    if source:
        link = " · " + _source(Source(source) if isinstance(source, str) else source)
    return former_text(_text(since or ""), f"<s>{was}</s>", note.language) + link


def _source(source: Source) -> str:
    title = _text(source.title or source.url)
    if not source.url:
        return title
    return f'<a href="{_text(source.url)}">{title}</a>'


def _text(text: str) -> str:
    """Render a text that isn't Markdown."""
    return literal(html.escape(text)).replace("{", "&#123;").replace("}", "&#125;")


def _with_lost_files(content: Content, kept: OriginalFields) -> Content:
    """Return a content that shows the files which its deck file could only name."""
    if "`" not in "".join(text for _, text in texts_of(content)):
        return content
    old = msgspec.json.decode(kept.content, type=Content)
    before = "\n\n".join(text for _, text in texts_of(old))
    return with_texts(content, lambda text: with_links_of(text, before))


class OriginalNotes(Struct, frozen=True):
    """Notes that came from Anki, with their note types."""

    notes: dict[str, OriginalFields]
    """By guid."""
    notetypes: dict[int, str]
    """JSON by id."""
    media: MediaFiles = MediaFiles()
    are_current: bool = False
    """Anki has these fields now: writing them again replaces nothing there."""
    joined: Mapping[str, tuple[tuple[str, ...], str]] = {}
    """Fields and exact data of notes of ours with edits of Anki that flash lacks."""

    @property
    def type_names(self) -> dict[int, str]:
        """The names of the note types by id."""
        return {key: json.loads(one)["name"] for key, one in self.notetypes.items()}


def raw_fields(
    stored: StoredNote, kept: OriginalFields, image: ImageOf | None = None
) -> tuple[tuple[str, ...], bool]:
    """Return the fields of a note from Anki; only edited texts are rendered.

    Args:
        stored: The present note.
        kept: Its original fields and the content they were converted to.
        image: Name of a media file in the package.

    Returns:
        The fields, and whether they hold every edit.
    """
    raw = kept.raw
    content = _with_lost_files(stored.note.content, kept)
    encoded = msgspec.json.encode(content)
    extra = _edited_extra(stored.note.extra, kept.extra)
    if encoded.decode() == kept.content and extra is None:
        return raw.fields, True
    old, new = msgspec.json.decode(kept.content), msgspec.json.decode(encoded)
    if extra is not None:
        old["extra"], new["extra"] = kept.extra, extra
    changed = {key for key in old | new if old.get(key) != new.get(key)}
    fields = list(raw.fields)
    ordinals = {card.part: card.ordinal for card in stored.cards}
    for key in changed & raw.shown.keys() & new.keys():
        match key:
            case "cloze":
                written = _cloze(content, new[key], ordinals, image)
            case "extra":
                # In a cloze note, cloze syntax in any field would create a card.
                written = shown_html(new[key], image) if new[key] else ""
            case _:
                written = to_html(new[key], image)
        fields[raw.shown[key]] = written
    return tuple(fields), changed <= raw.shown.keys() & new.keys()


def _edited_extra(ours: str, kept: str | None) -> str | None:
    """Return the extra if it was edited here; None if it wasn't, or that is unknown."""
    if kept is None:
        return None
    extra = with_links_of(ours, kept)  # a deck file may only name the files
    return None if extra == kept else extra
