"""`flash log`, `undo`, `backup`, `restore` and `doctor`."""

import json
import sqlite3
from pathlib import Path

import pytest
from command_runner import Run

DECK = """\
deck: Cells
language: en
cards:
  - id: powerhouse
    front: Which organelle makes most ATP?
    back: Mitochondrion
  - front: What does DNA stand for?
    back: Deoxyribonucleic acid
"""


@pytest.fixture
def flash(flash: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("FLASH_DB", "store.db")
    monkeypatch.setenv("COLUMNS", "100")
    Path("cells.yaml").write_text(DECK, "utf-8")
    return flash


def backups() -> list[str]:
    return sorted(path.name for path in Path("store.db.backups").glob("*"))


def test_log_lists_operations_and_undo_reverts_them(flash: Run) -> None:
    flash("add", "cells.yaml")
    flash("config", "new_per_day", "5", "--deck", "Cells")
    flash("suspend", "powerhouse")
    flash("undo")

    assert flash("log")[1] == (
        "2026-11-23 09:00  Suspended 1 card  (undone)\n"
        "2026-11-23 09:00  Changed new_per_day of Cells\n"
        "2026-11-23 09:00  Added cells.yaml: 2 new\n"
    )
    assert flash.json("log", "--limit", "1") == [
        {
            "at": "2026-11-23T09:00:00+00:00",
            "name": "suspend",
            "what": "Suspended 1 card",
            "count": 1,
            "undone": True,
        }
    ]


def test_empty_log_says_so(flash: Run) -> None:
    assert flash("log") == (0, "No operations yet.\n", "")


def test_undo_dry_run_changes_nothing(flash: Run) -> None:
    flash("add", "cells.yaml")
    flash("config", "rollover", "5")
    expected = (
        "Restored rollover.\n"
        "Undid adding cells.yaml (2 new notes are removed)."
        " Files on disk are unchanged.\n"
    )

    dry = flash("undo", "2", "--dry-run")
    assert dry == (0, expected + "(dry run: nothing was changed)\n", "")
    assert flash("config", "rollover")[1].split() == ["rollover", "5"]

    assert flash("undo", "2") == (0, expected, "")
    assert flash("config", "rollover")[1].split() == ["rollover", "4"]
    assert flash.json("list") == []
    assert flash.json("undo") == {"undone": [], "dry_run": False}


def test_review_makes_one_backup_a_day(flash: Run) -> None:
    flash("add", "cells.yaml")

    flash("review", "--plain", typed="q\n")
    assert not Path("store.db.backups").exists()

    flash("review", "--plain", typed="\n3\nq\n")
    flash("review", "--plain", typed="\n3\nq\n", now="2026-11-23T10:00:00+00:00")
    flash("review", "--plain", typed="\n3\nq\n", now="2026-11-24T09:00:00+00:00")

    assert backups() == ["2026-11-23T090000.db", "2026-11-24T090000.db"]
    shown = flash.json("backup", "--list")
    assert [one["reviews"] for one in shown] == [3, 1]


def test_review_succeeds_without_a_possible_backup(flash: Run) -> None:
    flash("add", "cells.yaml")
    Path("store.db.backups").touch()

    code, _, err = flash("review", "--plain", typed="\n3\nq\n")

    assert code == 0
    assert err.startswith("flash: warning: no backup was made: store.db.backups/")


def test_backups_are_listed_with_their_contents(flash: Run) -> None:
    assert flash("restore") == (0, "No backups in store.db.backups.\n", "")
    flash("add", "cells.yaml")
    flash("backup")
    Path("store.db.backups/2026-11-01T000000.db").write_bytes(b"nothing" * 99)

    code, out, _ = flash("restore")

    assert (code, out) == flash("backup", "--list")[:2]
    head, *lines = out.splitlines()
    assert head == "store.db.backups"
    assert [line.split() for line in lines[1:]] == [
        ["2026-11-23T090000.db", lines[1].split()[1], "2", "2", "0", "-"],
        ["2026-11-01T000000.db", "0.0", "-", "-", "-", "damaged"],
    ]


def test_restore_shows_the_changes_and_asks(flash: Run) -> None:
    flash("add", "cells.yaml")
    flash("backup")
    flash("review", "--plain", typed="\n3\nq\n")
    name = "2026-11-23T090000.db"
    change = (
        f"{name} replaces store.db\n"
        "                                now  then  change\n"
        "notes                             2     2      +0\n"
        "cards                             2     2      +0\n"
        "reviews                           1     0      -1\n"
        "last review (UTC)  2026-11-23 09:00     -\n"
    )

    dry = flash("restore", name, "--dry-run")
    assert dry == (0, change + "(dry run: nothing was changed)\n", "")
    refused = flash("restore", name)
    assert refused == (
        1,
        change,
        "flash: nothing was changed (add --yes to replace the store)\n",
    )
    assert backups() == [name]

    code, out, _ = flash("restore", name, "--yes")
    kept = "store.db.backups/2026-11-23T090000-2.db"
    assert (code, out) == (
        0,
        change + f"Restored. Backup of the previous store: {kept}\n",
    )
    assert [one["reps"] for one in flash.json("list")] == [0, 0]

    again = flash.json("restore", kept, "--yes")
    assert (again["now"]["reviews"], again["then"]["reviews"]) == (0, 1)
    assert again["backup"] == "store.db.backups/2026-11-23T090000-3.db"


def test_restore_replaces_an_unreadable_store(flash: Run) -> None:
    flash("add", "cells.yaml")
    flash("backup")
    Path("store.db").write_bytes(bytes(5000))
    code, _, err = flash("stats")
    assert (code, err) == (
        1,
        "flash: store.db: file is not a database (name another file with --db, or "
        "'flash doctor' says what it can be rebuilt from)\n",
    )

    code, out, _ = flash("restore", "2026-11-23T090000.db", "--yes")

    assert code == 0
    assert "The present store can't be read; a copy of it is kept.\n" in out
    assert backups() == ["2026-11-23T090000.damaged", "2026-11-23T090000.db"]
    assert len(flash.json("list")) == 2


def test_doctor_finds_and_repairs(flash: Run) -> None:
    flash("add", "cells.yaml")
    assert flash("doctor") == (0, "No problems found.\n", "")
    with sqlite3.connect("store.db") as connection:
        connection.execute("update cards set reps = 4")
    connection.close()

    assert flash("doctor") == (
        1,
        "problem: 2 card states that differ from the review log (--fix: rebuilt from the log)\n"
        "(nothing was changed)\n",
        "",
    )
    assert flash("doctor", "--fix") == (
        0,
        "fixed: 2 card states that differ from the review log (rebuilt from the log)\n"
        "Backup before the repair: store.db.backups/2026-11-23T090000.db\n",
        "",
    )
    assert flash.json("doctor", "--fix") == {"findings": [], "backup": None}


def test_doctor_reports_what_it_cannot_repair(flash: Run) -> None:
    flash("add", "cells.yaml")
    flash("review", "--plain", typed="\n3\nq\n", now="2027-11-23T09:00:00+00:00")

    code, out, _ = flash("doctor", "--fix", "--json")

    assert code == 1
    assert json.loads(out) == {
        "findings": [
            {
                "what": "clock",
                "message": "1 review in the future, the last at 2027-11-23 09:00",
                "count": 1,
                "fix": "is the clock right? they count until then",
                "fixable": False,
                "fixed": False,
            }
        ],
        "backup": None,
    }


def test_changes_by_hand_count_nowhere_as_reviews(flash: Run) -> None:
    flash("add", "cells.yaml")
    flash("review", "--plain", typed="\n3\nq\n")
    flash("set-due", "2", "Cells", "--yes")
    Path("log").mkdir()

    flash("backup", "kept.db")
    flash("sync", "log")
    other = ("--db", "other.db")
    again = ("--db", "again.db")

    assert flash.json("stats")["reviews"] == 1
    assert flash.json("restore", "kept.db", "--dry-run")["then"]["reviews"] == 1
    assert flash.json("export", "all.apkg", "--with-schedule")["reviews"] == 1
    assert flash.json("sync", "log", *other)["reviews"] == 1
    assert flash.json("import", "all.apkg", *again)["reviews"] == 1
    assert flash.json("import", "all.apkg", *again)["known_reviews"] == 1
    assert flash.json("remove", "Cells", "--forever", "--dry-run")["reviews"] == 1


@pytest.mark.parametrize(
    "words", [["undo"], ["remove", "Large", "--forever", "--yes"]], ids=" ".join
)
def test_a_store_shrinks_with_what_is_taken_out(flash: Run, words: list[str]) -> None:
    cards = "".join(f"  - {{front: Q{n}, back: {'b' * 500}}}\n" for n in range(2000))
    Path("large.yaml").write_text(f"deck: Large\nlanguage: en\ncards:\n{cards}")
    flash("add", "cells.yaml")
    flash("add", "large.yaml")
    before = Path("store.db").stat().st_size

    assert flash(*words)[0] == 0

    assert Path("store.db").stat().st_size < before / 2
    assert flash("doctor")[1] == "No problems found.\n"


def test_a_listing_of_backups_takes_no_file(flash: Run) -> None:
    code, out, err = flash("backup", "copy.db", "--list")

    assert (code, out, "name a file or --list, not both" in err) == (2, "", True)
    assert not Path("copy.db").exists()


@pytest.mark.parametrize("file", ["cards.yaml", "cards.yml", "out/", "out"])
def test_an_export_without_a_format_names_yaml(flash: Run, file: str) -> None:
    code, out, err = flash("export", file)

    assert (code, out, "--yaml writes deck files" in err) == (2, "", True)
