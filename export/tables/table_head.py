"""Read the `#name:value` lines at the start of a table, and guess its separator.

Source of the lines: https://docs.ankiweb.net/importing/text-files.html.  A spreadsheet
program that saved the file may have quoted them or filled them up with separators.
"""

import csv
import re
from pathlib import Path

from msgspec import Struct

from cards.names import split_tags
from cards.numbers import whole_number
from cards.translate import _
from export.files import PackageError
from srs.models.incoming import Loss, LossReason

_SEPARATORS = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "space": " ",
    "pipe": "|",
    "colon": ":",
}
_CANDIDATES = "\t;|,"
"""Those least likely inside a text come first."""
_SAMPLE_ROWS = 20
_SETTING = re.compile(r"#([A-Za-z ]+):(.*)")
_QUOTED = re.compile(r'"(#(?:[^"]|"")*)"(.*)')
_EXCEL_SEPARATOR = re.compile(r'"?sep=(.)"?[,;\t|]*')
_PADDING = ",;\t| "
_COLUMN_SETTINGS = ("guid column", "notetype column", "deck column", "tags column")


class TableHead(Struct):
    """Settings from the first lines."""

    separator: str = ""
    """Empty if the file doesn't name it."""
    is_html: bool | None = None
    deck: str = ""
    notetype: str = ""
    tags: tuple[str, ...] = ()
    places: dict[int, str] = {}
    """Columns with a fixed use, by index."""
    names: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()
    """Lines that mean nothing to flash."""


def read_head(text: str, path: Path) -> tuple[TableHead, str, int]:
    """Read the settings of a table.

    Args:
        text: The whole table.
        path: Its file, for errors.

    Returns:
        The settings, the rest of the text and the number of its first line.

    Raises:
        PackageError: A setting has an impossible value.
    """
    head, line = TableHead(places={}), 1
    columns = ""
    while text.startswith(("#", '"#')) or (line == 1 and _EXCEL_SEPARATOR.match(text)):
        first, _end, rest = text.partition("\n")
        first = _unquoted(first.rstrip("\r"))
        found = _SETTING.fullmatch(first)
        excel = _EXCEL_SEPARATOR.fullmatch(first)
        if excel is not None:
            head.separator = excel[1]
        elif found is not None and found[1].lower() == "columns":
            columns = found[2]
        elif found is not None:
            _set(head, found[1].lower(), found[2], path, line)
        elif first.startswith("# "):
            head.losses += (Loss(LossReason.ROW_COMMENT, line=line),)
        else:
            break
        text, line = rest, line + 1
    if columns:
        separator = head.separator or guessed_separator(columns)
        head.names = tuple(one.strip() for one in _cells(columns, separator))
    return head, text, line


def _unquoted(line: str) -> str:
    """Return a line without the quotes around its first cell."""
    found = _QUOTED.fullmatch(line)
    return line if found is None else found[1].replace('""', '"') + found[2]


def _set(head: TableHead, name: str, value: str, path: Path, line: int) -> None:
    padded, value = value, value.strip().rstrip(_PADDING)
    match name:
        case "separator":
            head.separator = _separator(padded, path, line)
        case "html":
            if value.lower() not in ("true", "false"):
                raise _refused(
                    path,
                    line,
                    _("'{value}' is neither true nor false").format(value=value),
                )
            head.is_html = value.lower() == "true"
        case "deck":
            head.deck = value
        case "notetype":
            head.notetype = value
        case "tags":
            head.tags = split_tags(value)
        case _ if name in _COLUMN_SETTINGS:
            number = whole_number(value)
            if not number:
                raise _refused(
                    path,
                    line,
                    _("'{value}' is not the number of a column").format(value=value),
                )
            head.places[number - 1] = name.split(maxsplit=1)[0]
        case _:
            head.losses += (Loss(LossReason.ROW_SETTING, line=line, detail=name),)


def _separator(value: str, path: Path, line: int) -> str:
    """Return the separator that a setting names, by word or as itself."""
    if len(value) == 1:
        return value
    name = value.strip().rstrip(_PADDING) or value.strip()[:1]
    separator = _SEPARATORS.get(name.lower(), name)
    if len(separator) != 1:
        message = _("unknown separator '{name}'").format(name=name)
        raise _refused(
            path, line, message, _("use {names}").format(names=", ".join(_SEPARATORS))
        )
    return separator


def _refused(path: Path, line: int, message: str, hint: str = "") -> PackageError:
    return PackageError(
        f"{path}:{line}", message, hint or _("correct or delete this line")
    )


def guessed_separator(text: str) -> str:
    """Return the separator that splits the first rows into equally many cells."""
    widths = {one: _widths(text, one) for one in _CANDIDATES}
    regular = [one for one, found in widths.items() if found and min(found) > 1]
    if not regular:
        return "\t" if "\t" in text else ","
    return min(regular, key=lambda one: (len(widths[one]), _CANDIDATES.index(one)))


def _widths(text: str, separator: str) -> set[int]:
    lines = iter(text.splitlines(keepends=True))
    rows = csv.reader(lines, delimiter=separator)
    try:
        sample = [row for row, _ in zip(rows, range(_SAMPLE_ROWS), strict=False)]
    except csv.Error:
        return set()
    return {len(row) for row in sample if any(cell.strip() for cell in row)}


def _cells(text: str, separator: str) -> list[str]:
    return next(csv.reader([text], delimiter=separator), [])
