"""Heads, separators, columns and edits of tables."""

from pathlib import Path

import pytest

from cards.note import Basic, Note
from export.tables.table_edits import table_edits
from export.tables.table_head import guessed_separator, read_head
from export.tables.table_reader import TableOptions, read_table
from srs.models.cards import StoredNote
from srs.models.incoming import LossReason

FILE = Path("a.csv")


def test_only_a_hash_with_a_blank_begins_a_comment() -> None:
    head, rest, line = read_head("# note\n#deck:D\n#hashtag,b\nc,d\n", FILE)

    assert (rest, line) == ("#hashtag,b\nc,d\n", 3)
    assert (head.deck, len(head.losses)) == ("D", 1)


SEPARATORS = {
    "the same number everywhere": ("a;b,c\nd;e;f,g\n", ","),
    "the first of several": ("a;b,c\nd;e,f\n", ";"),
    "none": ("a\nb\n", ","),
}


@pytest.mark.parametrize(("text", "expected"), SEPARATORS.values(), ids=SEPARATORS)
def test_separator_splits_rows_into_equally_many_cells(
    text: str, expected: str
) -> None:
    assert guessed_separator(text) == expected


@pytest.mark.parametrize(("third", "is_reversed"), [("y", True), ("", False)])
def test_third_field_only_asks_for_the_second_card(
    tmp_path: Path, third: str, is_reversed: bool
) -> None:
    file = tmp_path / "a.txt"
    head = "#separator:tab\n#notetype:Basic (optional reversed card)\n"
    head += "#columns:front\tback\textra\n"
    file.write_text(f"{head}a\tb\t{third}\n", "utf-8")

    (incoming,) = read_table(file, TableOptions("D")).incoming.notes

    assert incoming.note.content == Basic("a", "b", reverse=is_reversed)
    assert incoming.note.extra == ""


EDITS = {
    "tags in another order": ("x", "t s", []),
    "another tag": ("x", "s u", [("x", ("s", "u"))]),
    "an emptied cell": ("", "s t", [("", ("s", "t"))]),
}


@pytest.mark.parametrize(("extra", "tags", "expected"), EDITS.values(), ids=EDITS)
def test_edit_in_a_table_is_a_real_difference(
    tmp_path: Path, extra: str, tags: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"guid,front,back,extra,tags\ng,a,b,{extra},{tags}\n", "utf-8")
    note = Note(Basic("a", "b"), "D", extra="x", tags=("s", "t"))

    edits = table_edits(
        read_table(file, TableOptions("D")), {"g": StoredNote("g", 1, note, 0, ())}
    )

    edited = [one.note for one in edits]
    assert [(one.extra, one.tags) for one in edited if one] == expected


AGAIN = {
    "a card and a note": ["0,basic", "x,basic"],
    "a note and a card": ["x,basic", "0,basic"],
    "a card of another kind and a note": ["0,cloze", ","],
    "two notes": ["x,basic", ","],
    "the same card": ["0,basic", "0,basic"],
    "the same card behind its reverse": ["0,basic", "1,basic", "1,basic"],
}


@pytest.mark.parametrize("rows", AGAIN.values(), ids=AGAIN)
def test_a_second_row_with_a_guid_is_a_loss(tmp_path: Path, rows: list[str]) -> None:
    file = tmp_path / "a.csv"
    lines = [f"g1,{row},q{n},a{n}\n" for n, row in enumerate(rows)]
    file.write_text("guid,ordinal,kind,front,back\n" + "".join(lines), "utf-8")

    found = read_table(file, TableOptions("D"))

    (note,) = found.incoming.notes
    assert isinstance(note.note.content, Basic)
    assert (note.guid, note.note.content.front) == ("g1", "q0")
    assert [(loss.reason, loss.line) for loss in found.losses] == [
        (LossReason.ROW_NOTE, len(rows) + 1)
    ]
