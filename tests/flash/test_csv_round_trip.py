"""A table that flash wrote is imported again: into the same store, into a new one."""

import csv
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from command_runner import Run

KINDS = """\
deck: D
tags: [z, a]
cards:
  - front: |
      What?
    back: A
    reverse: true
  - cloze: Water is {{c1::hydrogen}} and {{c2::oxygen}}.
    extra: " e "
  - list: Gases?
    items: [helium, neon]
  - choice: "-x is?"
    answer: a
    options: [a, b]
  - compare: [S3, EBS]
    by: {unit: [object, block]}
  - questions:
      - {front: q1, back: "`<br>` <b>x</b> &amp;"}
      - {front: q2, back: a2}
  - front: "=1+1\\r\\nis?"
    back: "'=2"
  - id: "-3"
    front: "{{c1::x}}"
    back: "-"
"""
LEFT_OUT = [
    "2 cards left out: a table can't hold their kind, cloze (export --yaml can)",
    "  D: Water is […] and oxygen.",
    "  D: Water is hydrogen and […].",
    "2 cards left out: a table can't hold their kind, list (export --yaml can)",
    "  D: Gases? - […] - neon",
    "  D: Gases? - helium - […]",
    "1 card left out: a table can't hold its kind, choice (export --yaml can)",
    "  D: -x is?",
    "2 cards left out: a table can't hold their kind, compare (export --yaml can)",
    "  D: S3: unit?",
    "  D: EBS: unit?",
    "2 cards left out: a table can't hold their kind, questions (export --yaml can)",
    "  D: q1",
    "  D: q2",
]
Rows = list[dict[str, str]]


@pytest.fixture
def flash(flash: Run) -> Run:
    """A note of each kind."""
    Path("d.yaml").write_text(KINDS, "utf-8")
    assert flash("add", "d.yaml")[0] == 0
    return flash


def forget_files() -> None:
    """Let the notes have come from another device, which has their deck file."""
    with closing(sqlite3.connect("store.db")) as connection, connection:
        connection.execute("update notes set file = '', line = 0")


def edited(flash: Run, change: Callable[[Rows], object]) -> None:
    """Export all cards, and change the rows as a spreadsheet program would."""
    assert flash("export", "cards.csv")[0] == 0
    with Path("cards.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    with Path("cards.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def row_of(rows: Rows, question: str) -> dict[str, str]:
    return next(row for row in rows if row["question"].strip() == question)


@pytest.mark.parametrize("words", [[], ["--safe"]], ids=["raw", "safe"])
def test_an_unedited_table_has_no_edits(flash: Run, words: list[str]) -> None:
    flash("export", "cards.csv", *words)

    found = flash.json("import", "cards.csv", "--update-text")
    kept = flash.json("import", "cards.csv")

    assert (found["new_notes"], found["known_notes"]) == (0, 8)
    assert (found["patches"], found["losses"], found["updated"]) == ([], [], 0)
    assert kept["differing"] == 0


def test_the_former_name_of_a_kind_is_read(flash: Run) -> None:
    def rename(rows: Rows) -> None:
        for row in rows:
            row["kind"] = row["kind"].replace("questions", "several")

    edited(flash, rename)

    assert flash.json("import", "cards.csv")["differing"] == 0
    assert flash("import", "cards.csv", "--db", "new.db")[2].splitlines()[1:] == (
        LEFT_OUT
    )


def test_other_kinds_are_left_out_by_name(flash: Run) -> None:
    flash("export", "cards.csv")

    code, out, err = flash("import", "cards.csv", "--db", "new.db")

    assert (code, out.partition(",")[0]) == (0, "3 new notes")
    assert err.splitlines()[1:] == LEFT_OUT
    listed = flash.json("list", "--db", "new.db")
    assert [(one["question"].strip(), one["answer"].strip()) for one in listed] == [
        ("What?", "A"),
        ("A", "What?"),
        ("=1+1\nis?", "'=2"),
        ("{{c1::x}}", "-"),
    ]
    flash("add", "d.yaml", "--db", "new.db")
    shown = flash.json("list", "--db", "new.db", "--retired")
    assert (len(shown), any(one["retired"] for one in shown)) == (13, False)


def test_a_basic_card_takes_the_edit_of_its_row(flash: Run) -> None:
    forget_files()
    edited(flash, lambda rows: row_of(rows, "What?").update(answer="B"))

    assert flash.json("import", "cards.csv")["differing"] == 1
    assert flash.json("import", "cards.csv", "--update-text")["updated"] == 1
    listed = flash.json("list")
    assert [one["answer"].strip() for one in listed][:2] == ["B", "What?"]
    assert listed[1]["question"] == "B"


def test_the_row_of_a_reverse_card_edits_its_note(flash: Run) -> None:
    edited(flash, lambda rows: row_of(rows, "A").update(question="B"))

    (patch,) = flash.json("import", "cards.csv", "--update-text")["patches"]

    assert "-  - front: |\n" not in patch
    assert "-    back: A\n+    back: B\n" in patch


OTHER_EDITS: dict[str, Callable[[Rows], object]] = {
    "the answer of a cloze": lambda rows: row_of(
        rows, "Water is […] and oxygen."
    ).update(answer="helium"),
    "a card that the note lacks": lambda rows: row_of(rows, "q1").update(ordinal="7"),
    "two rows contradict each other": lambda rows: [
        row_of(rows, "What?").update(answer="B"),
        row_of(rows, "A").update(question="C"),
    ],
}


@pytest.mark.parametrize("change", OTHER_EDITS.values(), ids=OTHER_EDITS)
def test_other_edits_are_named(flash: Run, change: Callable[[Rows], object]) -> None:
    edited(flash, change)

    (line,) = flash.json("import", "cards.csv", "--update-text")["patches"]

    assert line.endswith("edited in the table; change this card by hand")


def test_tags_of_a_cloze_are_taken_from_its_row(flash: Run) -> None:
    forget_files()
    edited(
        flash,
        lambda rows: [
            row.update(tags="a z new") for row in rows if row["kind"] == "cloze"
        ],
    )

    assert flash.json("import", "cards.csv", "--update-text")["updated"] == 1
    listed = flash.json("list")
    tags = [one["tags"] for one in listed if one["question"].startswith("Water")]
    assert tags == [["a", "z", "new"]] * 2


def test_a_row_added_to_the_table_is_a_new_note(flash: Run) -> None:
    added = {"question": "new?", "answer": "yes", "deck": "D"}
    empty = {"guid": "x", "ordinal": "0", "kind": "basic", "question": "half?"}
    edited(flash, lambda rows: rows.extend([added, empty]))

    found = flash.json("import", "cards.csv")

    assert (found["new_notes"], found["known_notes"]) == (1, 8)
    assert found["losses"] == ["line 25 left out: no question or no answer"]


def test_a_column_named_kind_alone_is_left_out(flash: Run) -> None:
    Path("in.csv").write_text("front,back,kind\nq,a,list\n", "utf-8")

    found = flash.json("import", "in.csv")

    assert [one["use"] for one in found["columns"]] == ["front", "back", ""]
    assert found["new_notes"] == 1


def test_a_row_of_a_card_whose_file_is_away_is_named(flash: Run) -> None:
    Path("d.yaml").rename("away.yaml")
    edited(flash, lambda rows: row_of(rows, "What?").update(answer="B"))

    found = flash.json("import", "cards.csv", "--update-text")

    assert found["updated"] == 0
    assert "change this card by hand" in found["patches"][0]
