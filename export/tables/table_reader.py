"""Read notes from tables: CSV, and Anki's plain text."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from cards.encodings import EncodingError, decode_text
from cards.errors import reason_of
from cards.files import open_file
from cards.identity.keys import guid_for, text_key
from cards.names import imported_deck_name, split_tags, tidy_tags
from cards.note import Basic, Content, Note
from cards.numbers import whole_number
from cards.questions import cloze_parts
from cards.translate import _
from export.anki.converted import Unsupported, cloze_content
from export.anki.html_to_markdown import to_markdown
from export.anki.markdown_math import with_math
from export.anki.note_cloze import OCCLUSION
from export.files import PackageError
from export.tables.card_rows import (
    CARD_KINDS,
    CardRow,
    incoming_note,
    notes_of_rows,
)
from export.tables.cells import tidy_cell, unguarded
from export.tables.table_columns import ColumnChoice, TableColumn, column_uses
from export.tables.table_head import TableHead, guessed_separator, read_head
from srs.models.incoming import Incoming, IncomingNote, Loss, LossReason

MAX_SIZE = 64 << 20
"""Bytes."""
csv.field_size_limit(MAX_SIZE)  # a deck file may have a text of any length
_CLOZE = re.compile(r"\{\{c\d")
_QUESTION_LABEL = re.compile(r"\s*[QＱ][:：]")
_ANSWER_LABEL = re.compile(r"^[AＡ][:：]", re.MULTILINE)
_QUOTED = re.compile(r'\s*"(?:[^"]|"")*(?:"\s*)?$')
"""A cell in quotes, or the beginning of one that contains a separator or a line."""
_CODE = re.compile(r"`[^`\n]*`")
_HTML = re.compile(
    r"</(?:b|i|u|em|strong|div|span|p|font|sub|sup|li|td|ruby|code|pre|a)>"
    r"|<br ?/?>|<img\s[^<>]*src|&(?:nbsp|lt|gt|amp|quot);",
    re.IGNORECASE,
)


class TableOptions(Struct, frozen=True):
    """How to read a table."""

    deck: str
    """The deck of notes for which the file has none."""
    choice: ColumnChoice = ColumnChoice()
    html: bool | None = None
    """True if the cells are HTML; None to recognize it."""


class TextTable(Struct, frozen=True):
    """The notes of a table, and how it was read."""

    incoming: Incoming
    losses: tuple[Loss, ...]
    columns: tuple[TableColumn, ...]
    has_header: bool
    is_html: bool
    html_recognized: bool
    """True if only the cells say that they are HTML."""
    separator: str
    rows: tuple[CardRow, ...] = ()
    """The rows of a table that flash wrote."""


class _Row(Struct, frozen=True):
    line: int
    cells: list[str]

    @property
    def has_text(self) -> bool:
        return any(cell.strip() for cell in self.cells)


def read_table(path: Path, options: TableOptions, file: str = "") -> TextTable:
    """Read notes from a table.

    Args:
        path: A CSV or text file in UTF-8.
        options: How to read it.
        file: The file name for the notes.

    Raises:
        PackageError: The table can't be read or has no notes.
    """
    head, body, first_line = read_head(_text(path), path)
    if not (head.separator or head.names or options.choice.uses):
        _refuse_labels(body, path, first_line)
    separator = head.separator or guessed_separator(body)
    rows = _rows(path, body, separator, first_line)
    cells = [row.cells for row in rows]
    columns, has_header = column_uses(cells, head, options.choice)
    rows = rows[1:] if has_header else rows
    uses = {one.number - 1: one.use for one in columns if one.use}
    stated = head.is_html if options.html is None else options.html
    if stated is None and "kind" in uses.values():
        stated = False  # flash writes Markdown
    is_html = _has_html(rows) if stated is None else stated
    converter = _RowConverter(uses, head, options.deck, file, is_html=is_html)
    for row in rows:
        converter.add(row)
    card_rows = tuple(converter.card_rows)
    notes = (*notes_of_rows(card_rows), *converter.notes)
    if not notes:
        hint = _("write one note per line: question, answer")
        raise PackageError(str(path), _("no notes in this table"), hint)
    return TextTable(
        Incoming(notes),
        (*head.losses, *converter.losses),
        tuple(columns),
        has_header=has_header,
        is_html=is_html,
        html_recognized=is_html and stated is None,
        separator=separator,
        rows=card_rows,
    )


def _text(path: Path) -> str:
    try:
        with open_file(path) as opened:
            data = opened.read(MAX_SIZE + 1)
    except OSError as error:
        reason = reason_of(error).lower()
        raise PackageError(str(path), reason, _("check the path")) from None
    if len(data) > MAX_SIZE:
        raise PackageError(
            str(path),
            _("larger than {megabytes} MB").format(megabytes=MAX_SIZE >> 20),
            _("split it"),
        )
    try:
        text = decode_text(data)
    except EncodingError as error:
        hint = _("save the file as UTF-8; Excel calls it 'CSV UTF-8'")
        raise PackageError(f"{path}:{error.line}", error.message, hint) from None
    if "\0" in text:
        raise PackageError(
            str(path), _("not a text file: contains NUL"), _("choose a text file")
        )
    return text


def _refuse_labels(body: str, path: Path, first_line: int) -> None:
    """Refuse a text whose lines begin with `Q:` and `A:`."""
    if _QUESTION_LABEL.match(body) and _ANSWER_LABEL.search(body):
        blank = len(body) - len(body.lstrip())
        line = first_line + body.count("\n", 0, blank)
        hint = _(
            "rename it to .md, begin it with the lines '---', 'flash: true' and '---',"
            " and add it with flash add"
        )
        message = _("lines with 'Q:' and 'A:', not a table")
        raise PackageError(f"{path}:{line}", message, hint)


def _rows(path: Path, body: str, separator: str, first_line: int) -> list[_Row]:
    """Split the table into the rows that have text."""
    rows: list[_Row] = []
    line = first_line
    try:
        for row in _split(body, separator, first_line):
            rows.append(row)
            line = row.line + 1
    except csv.Error as error:
        unquoted = _unquoted_rows(body, separator, first_line)
        if unquoted:
            return unquoted
        hint = _("enclose text with quotes or separators in double quotes")
        raise PackageError(f"{path}:{line}", _quoting_error(error), hint) from None
    return [row for row in rows if row.has_text]


def _split(
    body: str, separator: str, first_line: int, *, quoted: bool = True
) -> Iterator[_Row]:
    text = io.StringIO(body, newline="")
    reader = csv.reader(
        text,
        delimiter=separator,
        strict=True,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
    )
    for cells in reader:
        yield _Row(first_line + reader.line_num - 1, cells)


def _unquoted_rows(body: str, separator: str, first_line: int) -> list[_Row]:
    """Split a table in which quotes mean nothing, as that of Quizlet.

    Returns:
        The rows; none if a cell seems to be in quotes, or if there are rows of
        different widths.
    """
    try:
        found = list(_split(body, separator, first_line, quoted=False))
    except csv.Error:
        return []
    rows = [row for row in found if row.has_text]
    has_columns = len({len(row.cells) for row in rows}) == 1 < len(rows[0].cells)
    is_quoted = any(_QUOTED.match(cell) for row in rows for cell in row.cells)
    return rows if has_columns and not is_quoted else []


def _quoting_error(error: csv.Error) -> str:
    """Return in the user's language what the csv module says of a cell."""
    if "expected after" in str(error):
        return _("text after the closing quote of a cell")
    return _("quote is never closed")


def _has_html(rows: Sequence[_Row]) -> bool:
    """Return True if a cell has HTML outside code."""
    return any(
        _HTML.search(_CODE.sub("", cell))
        for row in rows
        for cell in row.cells
        if "<" in cell or "&" in cell
    )


def _ordinal(values: dict[str, str]) -> int | None:
    return whole_number(values.get("ordinal", ""))


class _RowConverter:
    """Makes a note of each row."""

    def __init__(
        self,
        uses: dict[int, str],
        head: TableHead,
        deck: str,
        file: str,
        *,
        is_html: bool,
    ) -> None:
        self._uses, self._head, self._is_html = uses, head, is_html
        self._deck, self._file = imported_deck_name(head.deck) or deck, file
        self._seen: dict[str, set[int | None]] = defaultdict(set)
        """The ordinals of the rows by guid; None for that of a whole note."""
        self.notes: list[IncomingNote] = []
        self.card_rows: list[CardRow] = []
        self.losses: list[Loss] = []

    def add(self, row: _Row) -> None:
        """Keep the note of a row, or the reason why it has none."""
        values = {
            use: tidy_cell(row.cells[i])
            for i, use in self._uses.items()
            if i < len(row.cells)
        }
        if self._is_card(values):
            self._add_card(self._card_row(values, row.line))
            return
        try:
            note = self._note(values)
        except Unsupported as error:
            loss = Loss(error.reason, detail=error.detail, line=row.line)
            self.losses.append(loss)
            return
        named = values.get("guid", "")
        guid = named or guid_for(note.id or text_key(note))
        if guid in self._seen:
            reason = LossReason.ROW_ID if note.id else LossReason.ROW_QUESTION
            reason = LossReason.ROW_NOTE if named else reason
            self.losses.append(Loss(reason, line=row.line, detail=note.id))
            return
        self._seen[guid].add(None)
        self.notes.append(incoming_note(guid, note))

    def _add_card(self, row: CardRow) -> None:
        seen = self._seen[row.guid]
        if seen & {row.ordinal, None}:
            self.losses.append(Loss(LossReason.ROW_NOTE, line=row.line))
            return
        seen.add(row.ordinal)
        self.card_rows.append(row)

    @staticmethod
    def _is_card(values: dict[str, str]) -> bool:
        """Return True for a row that flash wrote."""
        is_numbered = _ordinal(values) is not None and bool(values.get("guid"))
        return is_numbered and values.get("kind") in CARD_KINDS

    def _card_row(self, values: dict[str, str], line: int) -> CardRow:
        """Return a row that flash wrote, with or without `--safe`."""
        for name in ("guid", "deck", "tags"):
            values[name] = unguarded(values.get(name, ""))
        texts = self._texts(values)
        front, back = texts["front"], texts["back"]
        note = self._note_with(values, Basic(front, back), texts["extra"])
        ordinal = _ordinal(values) or 0
        kind = CARD_KINDS[values["kind"]]
        return CardRow(values["guid"], ordinal, kind, front, back, note, line)

    def _texts(self, values: dict[str, str]) -> dict[str, str]:
        texts = {use: values.get(use, "") for use in ("front", "back", "extra")}
        if self._is_html:
            return {use: to_markdown(text) for use, text in texts.items()}
        if self._head.is_html is False:  # Anki's own plain text
            return {use: with_math(text) for use, text in texts.items()}
        return texts

    def _note(self, values: dict[str, str]) -> Note:
        texts = self._texts(values)
        notetype = values.get("notetype") or self._head.notetype
        extra = texts["extra"]
        is_reversed = "revers" in notetype.lower()
        if is_reversed and "optional" in notetype.lower():
            # The third field only asks for the second card.
            is_reversed, extra = bool(extra), ""
        content = _content(texts["front"], texts["back"], is_reversed=is_reversed)
        if cloze_parts(content):
            extra = "\n\n".join(text for text in (texts["back"], extra) if text)
        return self._note_with(values, content, extra)

    def _note_with(self, values: dict[str, str], content: Content, extra: str) -> Note:
        head = self._head
        return Note(
            content=content,
            deck=imported_deck_name(values.get("deck", "")) or self._deck,
            id=values.get("id", ""),
            extra=extra,
            tags=tidy_tags((*head.tags, *split_tags(values.get("tags", "")))),
            file=self._file,
        )


def _content(front: str, back: str, *, is_reversed: bool) -> Content:
    if OCCLUSION in front:
        raise Unsupported(LossReason.OCCLUSION)
    if _CLOZE.search(front):
        return cloze_content(front)
    if not front or not back:
        raise Unsupported(LossReason.ROW)
    return Basic(front, back, reverse=is_reversed)
