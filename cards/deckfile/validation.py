"""What a card must hold beyond the right types: text, matching rows, real dates."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from cards.deckfile.fields import FieldErrors, sources_of
from cards.deckfile.yaml_walker import Spots
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
    Source,
)
from cards.questions import is_empty_cell, option_of
from cards.text.cloze import ClozeError, parse_cloze

_Path = tuple[str | int, ...]
_ADDRESS = re.compile(r"https?://[^\s/][^\s]*").fullmatch
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*").fullmatch


def check_header(refusals: FieldErrors, header: Header, spots: Spots) -> None:
    """Gather what is wrong with the lines above the cards."""
    segments = header.deck.split("::")
    if not all(segment.strip() for segment in segments):
        hint = "name it, and each part between '::'"
        refusals.add(spots, ("deck",), "empty deck name", hint)
    if header.language and not _LANGUAGE(header.language):
        message = f"language '{header.language}'"
        refusals.add(spots, ("language",), message, "write en, ja or pt-BR")
    _check_tags(refusals, header.tags, spots)
    _check_sources(refusals, sources_of(header.source), spots)


def check_card(
    refusals: FieldErrors,
    content: Content | None,
    common: Common | None,
    spots: Spots,
    *,
    folder: Path | None,
) -> None:
    """Gather what is wrong with one card.

    Args:
        refusals: Takes the problems.
        content: What the card asks; None where that was refused already.
        common: What stands beside it; None likewise.
        spots: Places of the card.
        folder: Folder of the file, where pictures are; None where the file
            mentions none.
    """
    if content is not None:
        _check_content(refusals, content, spots)
    if common is not None:
        _check_common(refusals, common, spots)
    if content is not None and common is not None and folder is not None:
        for path, text in _texts(content, common):
            if "![" in text:
                _check_media(refusals, path, text, spots, folder)


def _check_common(refusals: FieldErrors, common: Common, spots: Spots) -> None:
    if common.tags:
        _check_tags(refusals, common.tags, spots)
    if common.source:
        _check_sources(refusals, sources_of(common.source), spots)
    if common.changed is not None:
        _check_change(refusals, common.changed, spots)
    for name in ("checked", "recheck"):
        day = getattr(common, name)
        if day is not None and not _is_date(day):
            refusals.add(spots, (name,), f"no such day: '{day}'", "look at a calendar")
    if "id" in spots and isinstance(spots["id"][1], tuple) and not common.id.strip():
        refusals.add(spots, ("id",), "empty id", "name it or remove the line")


def _check_content(refusals: FieldErrors, content: Content, spots: Spots) -> None:
    match content:
        case Basic():
            if is_empty_cell(content.front):
                refusals.add(spots, ("front",), "empty front", "write the question")
            if is_empty_cell(content.back):
                refusals.add(spots, ("back",), "empty back", "write the answer")
        case Cloze():
            _check_cloze(refusals, content, spots)
        case ListNote():
            if not content.list.strip():
                refusals.add(spots, ("list",), "empty list name", "say what it lists")
            _check_several(refusals, "items", content.items, spots)
        case Choice():
            _check_choice(refusals, content, spots)
        case Compare():
            _check_compare(refusals, content, spots)
        case MultiQuestion():
            _check_asked(refusals, content, spots)


def _check_asked(refusals: FieldErrors, content: MultiQuestion, spots: Spots) -> None:
    if not content.questions:
        hint = "write '- front:' and 'back:' under it"
        refusals.add(spots, ("questions",), "no questions", hint)
    for index, one in enumerate(content.questions):
        path = ("questions", index)
        if is_empty_cell(one.front):
            refusals.add(spots, (*path, "front"), "empty front", "write the question")
        if is_empty_cell(one.back):
            refusals.add(spots, (*path, "back"), "empty back", "write the answer")


def _check_cloze(refusals: FieldErrors, content: Cloze, spots: Spots) -> None:
    try:
        parse_cloze(content.cloze)
    except ClozeError as error:
        refusals.add(spots, ("cloze",), error.message, error.hint)


def _check_several(
    refusals: FieldErrors, name: str, texts: tuple[str, ...], spots: Spots
) -> None:
    if len(texts) < 2:
        refusals.add(spots, (name,), f"'{name}' wants two or more", "add another")
    seen: set[str] = set()
    for index, text in enumerate(texts):
        if not text.strip():
            hint = "write it or remove it"
            refusals.add(spots, (name, index), f"empty entry in '{name}'", hint)
        elif text in seen:
            message = f"'{text}' twice in '{name}'"
            refusals.add(spots, (name, index), message, "remove one")
        seen.add(text)


def _check_choice(refusals: FieldErrors, content: Choice, spots: Spots) -> None:
    if not content.choice.strip():
        refusals.add(spots, ("choice",), "empty question", "write the question")
    texts = tuple(option_of(option).text for option in content.options)
    _check_several(refusals, "options", texts, spots)
    if content.answer not in texts:
        hint = "repeat one of the options word for word"
        message = f"the answer '{content.answer}' is no option"
        refusals.add(spots, ("answer",), message, hint)


def _check_compare(refusals: FieldErrors, content: Compare, spots: Spots) -> None:
    _check_several(refusals, "compare", content.compare, spots)
    wanted = len(content.compare)
    if not content.by:
        refusals.add(spots, ("by",), "no rows", "add a row: 'property: [a, b]'")
    for row, cells in content.by.items():
        if not row.strip():
            refusals.add(spots, ("by", row), "a row without a name", "name it")
        if len(cells) != wanted:
            cells_there = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            message = f"{cells_there} in row '{row}' for {wanted} subjects"
            hint = 'give one for each subject; "" where nothing is to be asked'
            refusals.add(spots, ("by", row), message, hint)
    if content.by and all(is_empty_cell(c) for r in content.by.values() for c in r):
        refusals.add(spots, ("by",), "a table of empty cells", "fill in at least one")


def _check_tags(refusals: FieldErrors, tags: tuple[str, ...], spots: Spots) -> None:
    for index, tag in enumerate(tags):
        if not tag.strip():
            refusals.add(spots, ("tags", index), "empty tag", "name it or remove it")
        elif tag.split() != [tag]:
            hint = f"write '{'-'.join(tag.split())}'"
            refusals.add(spots, ("tags", index), f"space in the tag '{tag}'", hint)


def _check_sources(
    refusals: FieldErrors, sources: tuple[Source, ...], spots: Spots
) -> None:
    is_list = "source" in spots and isinstance(spots["source"][1], list)
    for index, source in enumerate(sources):
        path: _Path = ("source", index) if is_list else ("source",)
        _check_source(refusals, source, spots, path)


def _check_source(
    refusals: FieldErrors, source: Source, spots: Spots, path: _Path
) -> None:
    if not source.title.strip() and not source.url.strip():
        refusals.add(spots, path, "a source without title and url", "add one")
    if source.url and not _ADDRESS(source.url):
        hint = "begin it with https://, and write %20 for a space"
        refusals.add(spots, (*path, "url"), f"url '{source.url}'", hint)


def _check_change(refusals: FieldErrors, change: Change, spots: Spots) -> None:
    if not change.was.strip():
        hint = "say what older notes say"
        refusals.add(spots, ("changed", "was"), "empty 'was'", hint)
    if change.since is not None and not _is_date((change.since + "-01-01")[:10]):
        message = f"no such day: '{change.since}'"
        refusals.add(spots, ("changed", "since"), message, "look at a calendar")
    if isinstance(change.source, Source):
        _check_source(refusals, change.source, spots, ("changed", "source"))


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _texts(content: Content, common: Common) -> Iterator[tuple[_Path, str]]:
    yield ("extra",), common.extra
    match content:
        case Basic():
            yield ("front",), content.front
            yield ("back",), content.back
        case Cloze():
            yield ("cloze",), content.cloze
        case ListNote():
            yield ("list",), content.list
            yield from ((("items", i), item) for i, item in enumerate(content.items))
        case Choice():
            yield ("choice",), content.choice
            for index, option in enumerate(content.options):
                yield ("options", index), option_of(option).text
        case Compare():
            yield from _table_texts(content)
        case MultiQuestion():
            for index, one in enumerate(content.questions):
                yield ("questions", index, "front"), one.front
                yield ("questions", index, "back"), one.back


def _table_texts(content: Compare) -> Iterator[tuple[_Path, str]]:
    for index, subject in enumerate(content.compare):
        yield ("compare", index), subject
    for row, cells in content.by.items():
        yield ("by", row), row
        for index, cell in enumerate(cells):
            yield ("by", row, index), cell


def _check_media(
    refusals: FieldErrors, path: _Path, text: str, spots: Spots, folder: Path
) -> None:
    from cards.text.media import media_paths

    base = folder.resolve()
    for name, _ in media_paths(text):
        try:
            target = (base / name).resolve()
            is_there = target.is_file()
        except (OSError, RuntimeError, ValueError):
            hint = "name a file beside this one"
            refusals.add(spots, path, f"no path of a file: '{name[:60]}'", hint)
            continue
        if not target.is_relative_to(base):
            hint = "keep pictures and sounds beside the file"
            message = f"'{name}' leaves the deck's folder"
            refusals.add(spots, path, message, hint)
        elif not is_there:
            hint = f"put it at {target}"
            refusals.add(spots, path, f"no such file: '{name}'", hint)
