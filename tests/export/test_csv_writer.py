"""Cards as CSV and JSON, and files that are replaced as a whole."""

import csv
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from cards.note import Basic, Note, Source
from export.files import ExportError, replace_file
from export.tables.csv_writer import COLUMNS, write_csv, write_json
from export.tables.table_reader import TableOptions, read_table
from srs.models.cards import SchedulingState, State, StoredCard, StoredNote

NOTE = StoredNote(
    guid="g1",
    anki_id=1,
    note=Note(
        Basic('Who said "a, b"?', "You\nand me", reverse=True),
        deck="D::E",
        tags=("x", "y"),
        sources=(Source("Book"), Source("", "https://a.example")),
        checked="2026-11-23",
    ),
    modified_ms=0,
    cards=(
        StoredCard(
            1, "g1", 0, "front", 1, SchedulingState(State.REVIEW, 0, 8.5, 5.0, reps=3)
        ),
        StoredCard(2, "g1", 1, "back", 2, retired=True),
    ),
)
ROW = {
    "guid": "g1",
    "ordinal": 0,
    "deck": "D::E",
    "kind": "basic",
    "question": 'Who said "a, b"?',
    "answer": "You\nand me",
    "extra": "",
    "tags": "x y",
    "source": "Book; https://a.example",
    "checked": "2026-11-23",
    "state": "review",
    "stability": 8.5,
    "difficulty": 5.0,
    "reps": 3,
    "lapses": 0,
}


def test_csv_has_a_header_and_a_row_for_each_card(tmp_path: Path) -> None:
    assert write_csv(tmp_path / "cards.csv", [NOTE]) == 1

    with (tmp_path / "cards.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [{name: str(value) for name, value in ROW.items()}]


def test_json_has_an_object_for_each_card(tmp_path: Path) -> None:
    assert write_json(tmp_path / "cards.json", [NOTE]) == 1

    assert json.loads((tmp_path / "cards.json").read_text("utf-8")) == [ROW]
    assert tuple(ROW) == COLUMNS


@pytest.mark.parametrize("write", [write_csv, write_json])
def test_nothing_to_write_leaves_no_file(tmp_path: Path, write: object) -> None:
    assert callable(write)

    with pytest.raises(ExportError, match="no cards to write"):
        write(tmp_path / "cards", [])

    assert list(tmp_path.iterdir()) == []


def test_failed_write_leaves_no_temporary_file(tmp_path: Path) -> None:
    (tmp_path / "taken" / "inside").mkdir(parents=True)

    with pytest.raises(ExportError):
        replace_file(tmp_path / "taken", b"new")

    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize("start", list("=+-@＝＋－＠\t\r"))
def test_safe_csv_has_no_formulas(tmp_path: Path, start: str) -> None:
    note = Note(Basic(f"{start}1+1", "2"), deck="-D", tags=("@t",), checked="")
    stored = replace(NOTE, note=note)
    raw, safe = tmp_path / "raw.csv", tmp_path / "safe.csv"

    write_csv(raw, [stored])
    write_csv(safe, [stored], safe=True)

    found = [
        next(csv.DictReader(file.read_text("utf-8").splitlines(keepends=True)))
        for file in (raw, safe)
    ]
    columns = ("question", "answer", "deck", "tags")
    assert [found[0][name] for name in columns[1:]] == ["2", "-D", "@t"]
    assert [found[1][name] for name in columns[1:]] == ["2", "'-D", "'@t"]
    assert safe.read_text("utf-8").count("'") == 3


def test_safe_csv_is_marked_as_utf_8(tmp_path: Path) -> None:
    raw, safe = tmp_path / "raw.csv", tmp_path / "safe.csv"

    write_csv(raw, [NOTE])
    write_csv(safe, [NOTE], safe=True)

    assert safe.read_bytes() == b"\xef\xbb\xbf" + raw.read_bytes()
    columns = (
        read_table(path, TableOptions("D")).columns[0].name for path in (raw, safe)
    )
    assert len(set(columns)) == 1
