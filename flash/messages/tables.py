"""Texts about imported tables: what each column became, and what differs."""

from collections.abc import Sequence

from cards.names import COMMA
from cards.translate import _, ngettext
from export.tables.table_columns import TableColumn
from export.tables.table_reader import TextTable
from flash.messages.phrases import count_notes

_SAMPLE_LENGTH = 30


def column_lines(table: TextTable) -> list[str]:
    """Say what each column became; columns that are left out share the last lines."""
    lines = [
        _("column {number} ({sample}): {use}").format(
            number=one.number, sample=_shown(one), use=use_name(one.use)
        )
        for one in table.columns
        if one.use
    ]
    left_out = [one for one in table.columns if not one.use]
    return lines + _left_out(left_out)


def _left_out(columns: Sequence[TableColumn]) -> list[str]:
    if not columns:
        return []
    line = ngettext(
        "{count} column left out: {columns}",
        "{count} columns left out: {columns}",
        len(columns),
    )
    shown = ", ".join(
        f"{one.number} ({text})" if (text := _shown(one)) else str(one.number)
        for one in columns
    )
    return [line.format(count=len(columns), columns=shown)]


def _shown(column: TableColumn) -> str:
    """Return the name of a column, else its first cell, shortened."""
    text = " ".join((column.name or column.sample).split())
    return text if len(text) <= _SAMPLE_LENGTH else text[: _SAMPLE_LENGTH - 1] + "…"


def use_name(use: str) -> str:
    """Return what a column becomes, in words."""
    names = {
        "front": _("question"),
        "back": _("answer"),
        "extra": _("extra"),
        "tags": _("tags"),
        "deck": _("deck"),
        "id": _("id"),
        "guid": _("guid"),
        "notetype": _("note type"),
        "ordinal": _("number of the card"),
        "kind": _("kind"),
    }
    return names[use]


def table_remarks(table: TextTable, *, columns_named: bool) -> list[str]:
    """Say what was recognized without being told, and how to say otherwise."""
    remarks: list[str] = []
    if table.has_header:
        remarks.append(_("the first row was read as the header (else: --no-header)"))
    elif not (columns_named or any(map(_is_named, table.columns))):
        remarks.append(
            _(
                "the columns have no names (--header if the first row has them, or "
                "--columns front,back,…)"
            )
        )
    if table.html_recognized:
        remarks.append(_("the cells were read as HTML (else: --no-html)"))
    tags = (tag for one in table.incoming.notes for tag in one.note.tags)
    if tag := next(filter(COMMA.search, tags), ""):
        text = _("comma in the tag '{tag}' (spaces separate the tags of a cell)")
        remarks.append(text.format(tag=tag))
    return remarks


def _is_named(column: TableColumn) -> bool:
    """Return True if a first row or a line of Anki says what a column is."""
    return bool(column.name) or column.use in ("deck", "guid", "notetype")


def differing_text(count: int) -> str:
    """Count the known notes whose text in the table differs."""
    text = ngettext(
        "{n} note differs from the table and was kept (--update-text updates it)",
        "{n} notes differ from the table and were kept (--update-text updates them)",
        count,
    )
    return text.format(n=count)


def updated_text(count: int) -> str:
    """Count the notes that got the text of the table."""
    return _("{notes} updated with the text of the table").format(
        notes=count_notes(count)
    )
