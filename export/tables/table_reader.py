"""Read notes from tables: CSV, and Anki's plain text.

Source of the `#` lines: https://docs.ankiweb.net/importing/text-files.html
"""

import csv
import io
import re
from pathlib import Path

from msgspec import Struct

from cards.identity.keys import guid_for, text_key
from cards.note import Basic, Cloze, Content, Note
from cards.questions import anki_ordinals, cloze_parts
from cards.text.cloze import ClozeError
from export.anki.html_to_markdown import to_markdown
from export.files import PackageError
from srs.models.incoming import Incoming, IncomingNote, Loss, LossReason

MAX_SIZE = 64 << 20
"""Bytes."""
COLUMNS = ("front", "back", "extra", "tags", "deck", "id", "guid", "notetype")
_OTHER_NAMES = {
    "question": "front",
    "text": "front",
    "term": "front",
    "answer": "back",
    "definition": "back",
    "back extra": "extra",
    "note type": "notetype",
}
_SEPARATORS = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "space": " ",
    "pipe": "|",
    "colon": ":",
}
_GUESSED = "\t;|,"
"""Those least likely inside a text come first."""
_SETTING = re.compile(r"#([a-z ]+):(.*)")
_CLOZE = re.compile(r"\{\{c\d")


class _Head(Struct):
    """Settings from the first lines."""

    separator: str = ""
    is_html: bool = False
    deck: str = ""
    tags: tuple[str, ...] = ()
    columns: dict[int, str] = {}
    names: tuple[str, ...] = ()


class TextTable(Struct, frozen=True):
    """The notes of a table."""

    incoming: Incoming
    losses: tuple[Loss, ...]


def read_table(
    path: Path, deck: str, columns: tuple[str, ...] = (), file: str = ""
) -> TextTable:
    """Read notes from a table.

    Args:
        path: A CSV or text file in UTF-8; its separator is detected.
        deck: The deck of notes for which the file has none.
        columns: Names from `COLUMNS`, empty for a column to skip; by default those of
            the first row or of Anki's `#` lines, else front, back, tags.
        file: The file name for the notes.

    Raises:
        PackageError: The table can't be read or has no notes.
    """
    text = _text(path)
    head, body, first_line = _head(text)
    separator = head.separator or _separator(body)
    rows = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    named: dict[int, str] = dict(enumerate(columns)) or _named(head)
    notes: list[IncomingNote] = []
    losses: list[Loss] = []
    seen: set[str] = set()
    try:
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if not named:
                named = _from_first_row(row)
                if named:
                    continue
                named = {0: "front", 1: "back", 2: "tags"}
            line = first_line + rows.line_num - 1
            note = _note(row, named, head, deck, file)
            if note is None:
                losses.append(Loss(LossReason.ROW, line=line))
                continue
            guid = note[0] or guid_for(note[1].id or text_key(note[1]))
            if guid in seen:
                reason = LossReason.ROW_NOTE if note[0] else LossReason.ROW_QUESTION
                losses.append(Loss(reason, line=line))
                continue
            seen.add(guid)
            notes.append(_incoming(guid, note[1]))
    except csv.Error as error:
        place = f"{path}:{first_line + rows.line_num - 1}"
        hint = "enclose text with quotes or separators in double quotes"
        raise PackageError(place, str(error), hint) from None
    if not notes:
        hint = "write one note per line: question, answer"
        raise PackageError(str(path), "no notes in this table", hint)
    return TextTable(Incoming(tuple(notes)), tuple(losses))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            data = opened.read(MAX_SIZE + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PackageError(str(path), reason, "check the path") from None
    if len(data) > MAX_SIZE:
        raise PackageError(str(path), f"larger than {MAX_SIZE >> 20} MB", "split it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x}"
        place = f"{path}:{line}"
        raise PackageError(place, message, "save the file as UTF-8") from None
    if "\0" in text:
        raise PackageError(
            str(path), "not a text file: contains NUL", "choose a text file"
        )
    return text


def _head(text: str) -> tuple[_Head, str, int]:
    """Read Anki's `#name:value` lines; return the rest and its first line number."""
    head, line = _Head(columns={}), 1
    while text.startswith("#"):
        first, _, rest = text.partition("\n")
        found = _SETTING.fullmatch(first.strip())
        if found is None:
            if not first.startswith("# "):
                break
        else:
            _set(head, found[1], found[2].strip())
        text, line = rest, line + 1
    return head, text, line


def _set(head: _Head, name: str, value: str) -> None:
    match name:
        case "separator":
            head.separator = _SEPARATORS.get(value.lower(), value[:1])
        case "html":
            head.is_html = value.lower() == "true"
        case "deck":
            head.deck = value
        case "tags":
            head.tags = tuple(value.split())
        case "columns":
            cells = value.split(head.separator or _separator(value))
            head.names = tuple(cell.strip() for cell in cells)
        case "guid column" | "notetype column" | "deck column" | "tags column":
            if value.isdecimal():
                head.columns[int(value) - 1] = name.split(maxsplit=1)[0]
        case _:
            pass


def _separator(text: str) -> str:
    """Return the separator that occurs equally often in the first lines."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    counts = {one: [line.count(one) for line in lines] for one in _GUESSED}
    regular = [one for one, found in counts.items() if found and min(found) > 0]
    if not regular:
        return "\t" if "\t" in text else ","
    return min(regular, key=lambda one: (len(set(counts[one])), _GUESSED.index(one)))


def _named(head: _Head) -> dict[int, str]:
    if head.names:
        named = {
            index: _column(name)
            for index, name in enumerate(head.names)
            if _column(name)
        }
        if "front" in named.values():
            return named | head.columns
    if not head.columns:
        return {}
    # Anki's own export: the fields are between the named columns.
    free = [i for i in range(20) if i not in head.columns]
    fields = dict(zip(free, ("front", "back", "extra"), strict=False))
    return fields | head.columns


def _column(name: str) -> str:
    name = name.strip().lower()
    name = _OTHER_NAMES.get(name, name)
    return name if name in COLUMNS else ""


def _from_first_row(row: list[str]) -> dict[int, str]:
    """Return the column names of the first row if they include the question."""
    found = {i: _column(cell) for i, cell in enumerate(row) if _column(cell)}
    return found if "front" in found.values() and len(found) > 1 else {}


def _note(
    row: list[str], named: dict[int, str], head: _Head, deck: str, file: str
) -> tuple[str, Note] | None:
    values = {
        name: row[i].strip() for i, name in named.items() if name and i < len(row)
    }
    texts = {
        name: to_markdown(values.get(name, ""))
        if head.is_html
        else values.get(name, "")
        for name in ("front", "back", "extra")
    }
    content = _content(texts["front"], texts["back"], values.get("notetype", ""))
    if content is None:
        return None
    extra = texts["extra"]
    if cloze_parts(content):
        extra = "\n\n".join(text for text in (texts["back"], extra) if text)
    return values.get("guid", ""), Note(
        content=content,
        deck=values.get("deck") or head.deck or deck,
        id=values.get("id", ""),
        extra=extra,
        tags=tuple(dict.fromkeys((*head.tags, *values.get("tags", "").split()))),
        file=file,
    )


def _content(front: str, back: str, notetype: str) -> Content | None:
    if _CLOZE.search(front):
        try:
            cloze_parts(Cloze(front))
        except ClozeError:
            return None
        return Cloze(front)
    if not front or not back:
        return None
    return Basic(front, back, reverse="revers" in notetype.lower())


def _incoming(guid: str, note: Note) -> IncomingNote:
    return IncomingNote(
        guid=guid,
        id=0,
        note=note,
        parts=anki_ordinals(note.content),
        changed_ms=0,
        cards=(),
    )
