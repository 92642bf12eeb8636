"""Validate what types can't express: non-empty text, table sizes, dates, media."""

import re
from collections.abc import Collection
from datetime import date
from pathlib import Path

from cards.deckfile.fields import FieldErrors, sources_of
from cards.deckfile.text_warnings import text_warnings
from cards.deckfile.yaml_walker import Spots
from cards.languages import is_language, meant_language
from cards.media_places import is_inside, on_disk
from cards.names import COMMA, nested_name
from cards.note import (
    Basic,
    Change,
    Choice,
    Cloze,
    Common,
    Compare,
    Content,
    Header,
    ListNote,
    MultiQuestion,
    Row,
    Source,
)
from cards.questions import TextPath, choice_options, parts_of, texts_of
from cards.table_rows import (
    SUBJECT,
    VALUE,
    cells_of,
    is_empty_cell,
    is_reversed,
    row_of,
)
from cards.text.cloze import MAX_NUMBER, ClozeError, parse_cloze, plain, walk
from cards.text.media import media_paths
from cards.translate import _, ngettext

_ADDRESS = re.compile(r"https?://[^\s/][^\s]*").fullmatch
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*").fullmatch


def check_header(errors: FieldErrors, header: Header, spots: Spots) -> None:
    """Collect the problems of the keys above the cards."""
    segments = header.deck.split("::")
    if not all(segment.strip() for segment in segments):
        hint = _("name it, and each part between '::'")
        errors.add(spots, ("deck",), _("empty deck name"), hint)
    elif (near := nested_name(header.deck)) != header.deck:
        message = _("the colons of '{deck}' are not '::'").format(deck=header.deck)
        hint = _("did you mean '{near}'?").format(near=near)
        errors.warn(spots, ("deck",), message, hint)
    if header.language and not _LANGUAGE(header.language):
        message = _("invalid language '{language}'").format(language=header.language)
        errors.add(spots, ("language",), message, _("write en, ja or pt-BR"))
    elif header.language and not is_language(header.language):
        message = _("unknown language '{language}'").format(language=header.language)
        near = meant_language(header.language)
        hint = _("did you mean '{near}'?") if near else _("write en, ja or pt-BR")
        errors.warn(spots, ("language",), message, hint.format(near=near))
    _check_tags(errors, header.tags, spots)
    check_sources(errors, sources_of(header.source), spots)


def check_card(
    errors: FieldErrors,
    content: Content | None,
    common: Common | None,
    spots: Spots,
    *,
    file: Path | None,
    media: Collection[str] | None = None,
) -> None:
    """Collect the problems of one card.

    Args:
        errors: Collects the problems.
        content: The question; None if it has errors already.
        common: The common keys; None if they have errors already.
        spots: Places of the card.
        file: The absolute path of the file; None if it refers to no media.
        media: The media of a card without a file.
    """
    if content is not None:
        before = len(errors.problems)
        _check_content(errors, content, spots)
        if len(errors.problems) == before:
            _check_count(errors, content, spots)
        if len(errors.problems) == before:
            extra = common.extra if common is not None else ""
            for path, message, hint in text_warnings(content, extra):
                errors.warn(spots, path, message, hint)
    if common is not None:
        _check_common(errors, common, spots)
    if content is not None and common is not None and file is not None:
        for path, text in ((("extra",), common.extra), *texts_of(content)):
            if "![" in text and media is None:
                _check_media(errors, path, text, spots, file)
            elif "![" in text:
                _check_kept(errors, path, text, spots, media or ())


def is_valid(content: Content) -> bool:
    """Return True if a deck file may have a content."""
    errors, spots = FieldErrors(""), (1, 1)
    _check_content(errors, content, spots)
    if not errors.problems:
        _check_count(errors, content, spots)
    return not errors.problems


def _check_common(errors: FieldErrors, common: Common, spots: Spots) -> None:
    if common.tags:
        _check_tags(errors, common.tags, spots)
    if common.source:
        check_sources(errors, sources_of(common.source), spots)
    if common.changed is not None:
        _check_change(errors, common.changed, spots)
    for name in ("checked", "recheck"):
        day = getattr(common, name)
        if day is not None and not is_date(day):
            errors.add(
                spots,
                (name,),
                _("no such day: '{day}'").format(day=day),
                _("check the calendar"),
            )
    if "id" in spots and isinstance(spots["id"][1], tuple) and not common.id.strip():
        errors.add(spots, ("id",), _("empty id"), _("name it or remove the line"))


def _check_content(errors: FieldErrors, content: Content, spots: Spots) -> None:
    match content:
        case Basic():
            if not content.front.strip():
                errors.add(spots, ("front",), _("empty front"), _("write the question"))
            if not content.back.strip():
                errors.add(spots, ("back",), _("empty back"), _("write the answer"))
        case Cloze():
            _check_cloze(errors, content, spots)
        case ListNote():
            if not content.list.strip():
                errors.add(
                    spots,
                    ("list",),
                    _("empty list name"),
                    _("say what the list contains"),
                )
            _check_entries(errors, "items", content.items, spots)
        case Choice():
            _check_choice(errors, content, spots)
        case Compare():
            _check_compare(errors, content, spots)
        case MultiQuestion():
            _check_questions(errors, content, spots)


def _check_count(errors: FieldErrors, content: Content, spots: Spots) -> None:
    """Limit the cards of a note: each one may show the others, and Anki stops there."""
    count = len(parts_of(content))
    if count > MAX_NUMBER:
        message = _("{count} cards from one note, {most} at most").format(
            count=count, most=MAX_NUMBER
        )
        errors.add(spots, (), message, _("split it into several notes"))


def _check_questions(errors: FieldErrors, content: MultiQuestion, spots: Spots) -> None:
    if not content.questions:
        hint = _("write '- front:' and 'back:' under it")
        errors.add(spots, ("questions",), _("no questions"), hint)
    for index, sub in enumerate(content.questions):
        path = ("questions", index)
        if not sub.front.strip():
            errors.add(
                spots, (*path, "front"), _("empty front"), _("write the question")
            )
        if not sub.back.strip():
            errors.add(spots, (*path, "back"), _("empty back"), _("write the answer"))


def _check_cloze(errors: FieldErrors, content: Cloze, spots: Spots) -> None:
    try:
        parts = parse_cloze(content.cloze)
    except ClozeError as error:
        errors.add(spots, ("cloze",), error.message, error.hint)
        return
    for hidden in walk(parts):
        text = plain(hidden.parts)
        is_math = "$" in content.cloze or "\\" in text
        if is_math and text.count("{") > text.count("}"):
            message = _("'}}}}' in the math ends the cloze after '{text}'").format(
                text=text[-20:]
            )
            errors.add(spots, ("cloze",), message, _("write '} }' in the math"))


def _check_entries(
    errors: FieldErrors, name: str, texts: tuple[str, ...], spots: Spots
) -> None:
    if len(texts) < 2:
        errors.add(
            spots,
            (name,),
            _("'{name}' needs two or more entries").format(name=name),
            _("add another"),
        )
    seen: set[str] = set()
    for index, text in enumerate(texts):
        if not text.strip():
            hint = _("write it or remove it")
            errors.add(
                spots,
                (name, index),
                _("empty entry in '{name}'").format(name=name),
                hint,
            )
        elif text in seen:
            message = _("'{text}' twice in '{name}'").format(text=text, name=name)
            errors.add(spots, (name, index), message, _("remove one"))
        seen.add(text)


def _check_choice(errors: FieldErrors, content: Choice, spots: Spots) -> None:
    if not content.choice.strip():
        errors.add(spots, ("choice",), _("empty question"), _("write the question"))
    texts = tuple(option.text for option in choice_options(content))
    _check_entries(errors, "options", texts, spots)
    if content.answer not in texts:
        hint = _("repeat an option word for word")
        message = _("the answer '{answer}' is not an option").format(
            answer=content.answer
        )
        errors.add(spots, ("answer",), message, hint)


def _check_compare(errors: FieldErrors, content: Compare, spots: Spots) -> None:
    _check_entries(errors, "compare", content.compare, spots)
    wanted = len(content.compare)
    if not content.by:
        errors.add(spots, ("by",), _("no rows"), _("add a row: 'property: [a, b]'"))
    for row, cells in cells_of(content).items():
        if not row.strip():
            errors.add(spots, ("by", row), _("a row without a name"), _("name it"))
        if len(cells) != wanted:
            message = ngettext(
                "{n} cell in row '{row}' for {wanted} subjects",
                "{n} cells in row '{row}' for {wanted} subjects",
                len(cells),
            ).format(n=len(cells), row=row, wanted=wanted)
            hint = _('write one cell per subject, "" for no card')
            errors.add(spots, ("by", row), message, hint)
        _check_row(errors, row, row_of(content.by[row]), spots)
    every = [cell for row in cells_of(content).values() for cell in row]
    if content.by and all(map(is_empty_cell, every)):
        errors.add(spots, ("by",), _("all cells are empty"), _("fill in at least one"))


def _check_row(errors: FieldErrors, name: str, row: Row, spots: Spots) -> None:
    if row.ask and SUBJECT not in row.ask:
        hint = _("write {subject} where the subject belongs").format(subject=SUBJECT)
        message = _("the question '{ask}' names no subject").format(ask=row.ask)
        errors.add(spots, ("by", name, "ask"), message, hint)
    if is_reversed(row) and row.reverse != "true" and VALUE not in row.reverse:
        hint = _("write {value} where the cell belongs, or 'reverse: true'").format(
            value=VALUE
        )
        message = _("the question '{reverse}' names no value").format(
            reverse=row.reverse
        )
        errors.add(spots, ("by", name, "reverse"), message, hint)


def _check_tags(errors: FieldErrors, tags: tuple[str, ...], spots: Spots) -> None:
    for index, tag in enumerate(tags):
        if not tag.strip():
            errors.add(
                spots, ("tags", index), _("empty tag"), _("name it or remove it")
            )
        elif tag.split() != [tag]:
            hint = _("write '{joined}'").format(joined="-".join(tag.split()))
            errors.add(
                spots,
                ("tags", index),
                _("space in the tag '{tag}'").format(tag=tag),
                hint,
            )
        elif COMMA.search(tag):
            message = _("comma in the tag '{tag}'").format(tag=tag)
            hint = _("make a list item of each tag")
            errors.warn(spots, ("tags", index), message, hint)


def check_sources(
    errors: FieldErrors, sources: tuple[Source, ...], spots: Spots
) -> None:
    """Collect the problems of the sources at the key `source`."""
    is_list = "source" in spots and isinstance(spots["source"][1], list)
    for index, source in enumerate(sources):
        path: TextPath = ("source", index) if is_list else ("source",)
        _check_source(errors, source, spots, path)


def _check_source(
    errors: FieldErrors, source: Source, spots: Spots, path: TextPath
) -> None:
    if not (source.title.strip() or source.url.strip() or source.note):
        errors.add(spots, path, _("a source without title, url and note"), _("add one"))
    first, last = source.line_numbers
    if last < first:
        message = _("invalid '{name}': '{value}'")
        message = message.format(name="lines", value=source.lines)
        hint = _("write the first line first: {lines}")
        swapped = hint.format(lines=f"{last}-{first}")
        errors.add(spots, (*path, "lines"), message, swapped)
    if source.url and not _ADDRESS(source.url):
        hint = _("begin it with https://, and write %20 for a space")
        errors.add(
            spots, (*path, "url"), _("invalid url '{url}'").format(url=source.url), hint
        )


def _check_change(errors: FieldErrors, change: Change, spots: Spots) -> None:
    if not change.was.strip():
        hint = _("write the earlier state")
        errors.add(spots, ("changed", "was"), _("empty 'was'"), hint)
    if change.since is not None and not is_date((change.since + "-01-01")[:10]):
        message = _("no such day: '{since}'").format(since=change.since)
        errors.add(spots, ("changed", "since"), message, _("check the calendar"))
    if isinstance(change.source, Source):
        _check_source(errors, change.source, spots, ("changed", "source"))


def is_date(text: str) -> bool:
    """Return True if a text is a day of the calendar."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check_kept(
    errors: FieldErrors,
    path: TextPath,
    text: str,
    spots: Spots,
    media: Collection[str],
) -> None:
    for name, _place in media_paths(text):
        if name not in media:
            hint = _("a card without a deck file can only have the files that it has")
            errors.add(spots, path, _("no such file: '{name}'").format(name=name), hint)


def _check_media(
    errors: FieldErrors, path: TextPath, text: str, spots: Spots, file: Path
) -> None:
    for name, _place in media_paths(text):
        try:
            target = on_disk(file.parent / name).resolve()
            is_there, is_allowed = target.is_file(), is_inside(file, name)
        except (OSError, RuntimeError, ValueError):
            hint = _("name a file in the folder of the deck")
            errors.add(
                spots, path, _("not a file path: '{name}'").format(name=name[:60]), hint
            )
            continue
        if not is_allowed:
            hint = _("keep pictures and sounds in the folder of the deck")
            message = _("'{name}' is outside the deck's folder").format(name=name)
            errors.add(spots, path, message, hint)
        elif not is_there:
            hint = _("put it at {target}").format(target=target)
            errors.add(spots, path, _("no such file: '{name}'").format(name=name), hint)
