"""What the user removed is not brought back by importing it again."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from blake3 import blake3
from command_runner import Run

TABLE = "a\tb\nSalut\thi\n"
EARLY = "2026-11-23T08:00:00+00:00"
DECK = Path("hashcards-decks/Keys.yaml")


@pytest.fixture
def table(flash: Run) -> str:
    Path("q.txt").write_text(TABLE, "utf-8")
    return "q.txt"


@pytest.fixture
def package(flash: Run, table: str) -> str:
    """The notes of the table, as another store exports them."""
    flash("import", table, "--db", "other.db")
    flash("export", "q.apkg", "--db", "other.db")
    return "q.apkg"


@pytest.fixture
def ahead(flash: Run) -> str:
    """The notes of a deck file of another store, an hour after `EARLY`."""
    cards = "  - {id: a, front: a, back: b}\n  - {id: s, front: Salut, back: hi}\n"
    Path("deck.yaml").write_text(f"deck: D\ncards:\n{cards}", "utf-8")
    flash("add", "deck.yaml", "--db", "other.db")
    flash("export", "ahead.apkg", "--db", "other.db")
    return "ahead.apkg"


@pytest.fixture
def hashcards(flash: Run) -> str:
    folder = Path("cards")
    folder.mkdir()
    with closing(sqlite3.connect(folder / "hashcards.db")) as database, database:
        database.executescript(
            "create table cards (card_hash, due_date, interval_days, stability,"
            " difficulty, last_reviewed_at, review_count);"
            "create table reviews (card_hash, reviewed_at, grade, interval_days);"
            "create table sessions (session_id);"
        )
    write(folder, ("a", "b"), ("Salut", "hi"))
    return "cards"


def write(folder: Path, *sides: tuple[str, str]) -> None:
    text = "".join(f"Q: {front}\nA: {back}\n" for front, back in sides)
    (folder / "Keys.md").write_text(text, "utf-8")


def answer(folder: Path, front: str, back: str) -> None:
    name = blake3(f"Basic{front}{back}".encode()).hexdigest()
    at = "2026-11-20T20:00:00.000"
    with closing(sqlite3.connect(folder / "hashcards.db")) as database, database:
        row = (name, "2026-11-23", 3, 3.17, 3.25, at, 1)
        database.execute("insert into cards values (?, ?, ?, ?, ?, ?, ?)", row)
        log = (name, at, "good", 3)
        database.execute("insert into reviews values (?, ?, ?, ?)", log)


def asked(flash: Run) -> list[str]:
    return [card["question"] for card in flash.json("list")]


SOURCES = ["table", "package", "hashcards"]


@pytest.mark.parametrize("kind", SOURCES)
def test_a_removed_note_stays_removed(
    flash: Run, kind: str, request: pytest.FixtureRequest
) -> None:
    source = request.getfixturevalue(kind)
    flash("import", source)
    flash("remove", "Salut", "-y")

    code, out, _ = flash("import", source)

    assert (code, asked(flash)) == (0, ["a"])
    assert out.startswith("0 new notes, 0 cards, 0 new reviews\n1 note known already")
    assert "1 note left out: removed here\n" in out
    assert flash("undo")[1] == "'Salut' is back: 1 card.\n"
    assert asked(flash) == ["a", "Salut"]


@pytest.mark.parametrize("kind", SOURCES)
def test_the_notes_of_an_undone_import_return(
    flash: Run, kind: str, request: pytest.FixtureRequest
) -> None:
    source = request.getfixturevalue(kind)
    flash("import", source)
    flash("review", "--plain", "Salut", typed="\n3\n")
    flash("undo")
    flash("undo")
    assert asked(flash) == []

    words = ["--out", "again"] if kind == "hashcards" else []
    found = flash.json("import", source, *words)

    assert (found["new_notes"], found["removed"]) == (2, 0)
    assert sorted(asked(flash)) == ["Salut", "a"]


@pytest.mark.parametrize("kind", ["table", "package"])
def test_notes_of_an_undone_import_return_after_an_edit(
    flash: Run, kind: str, request: pytest.FixtureRequest
) -> None:
    source = request.getfixturevalue(kind)
    flash("import", source)
    assert flash("tag", "add", "greeting", "Salut") == (0, "", "Changed 1 note.\n")
    assert flash("undo", "2")[0] == 0
    assert asked(flash) == []

    found = flash.json("import", source)

    assert (found["new_notes"], found["removed"]) == (2, 0)
    assert asked(flash) == ["a", "Salut"]


@pytest.mark.parametrize("steps", [["undo"], ["undo", "redo", "undo"]], ids=" ".join)
def test_notes_of_an_undone_import_return_after_an_undone_add(
    flash: Run, ahead: str, steps: list[str]
) -> None:
    flash("import", ahead)
    flash("undo")
    returned = flash("add", "deck.yaml", now="2026-11-23T09:05:00+00:00")[1]
    assert returned.splitlines()[-1] == "2 returned; 2 cards"
    for command in steps:
        assert flash(command)[0] == 0
    assert asked(flash) == []

    code, out, _ = flash("import", ahead)

    assert code == 0
    assert out == "2 new notes, 2 cards, 0 new reviews\n"
    assert asked(flash) == ["a", "Salut"]


@pytest.mark.parametrize("kind", SOURCES)
def test_a_note_deleted_for_good_is_new(
    flash: Run, kind: str, request: pytest.FixtureRequest
) -> None:
    source = request.getfixturevalue(kind)
    flash("import", source)
    flash("remove", "Salut", "--forever", "-y")

    words = ["--out", "again"] if kind == "hashcards" else []
    assert flash.json("import", source, *words)["new_notes"] == 1
    assert sorted(asked(flash)) == ["Salut", "a"]


def test_a_card_deleted_from_a_new_file_stays_deleted(
    flash: Run, hashcards: str
) -> None:
    flash("import", hashcards)
    text = DECK.read_text("utf-8")
    DECK.write_text(text[: text.index("- front: Salut")], "utf-8")
    flash("add", "hashcards-decks", "--yes")
    answer(Path(hashcards), "a", "b")

    code, out, _ = flash("import", hashcards)

    assert (code, asked(flash)) == (0, ["a"])
    assert out.startswith("0 new notes, 0 cards, 1 new review\n")
    assert "1 note left out: removed here\n" in out


def test_answers_are_imported_without_new_cards(flash: Run, hashcards: str) -> None:
    flash("import", hashcards)
    write(Path(hashcards), ("a", "b"), ("Salut", "hi"), ("new", "card"))
    answer(Path(hashcards), "a", "b")

    refused = flash("import", hashcards)
    code, out, _ = flash("import", hashcards, "--reviews-only")

    assert refused[2] == (
        "flash: hashcards-decks: it exists already, and 1 note is new"
        " (name a new folder with --out, or add --reviews-only)\n"
    )
    assert (code, asked(flash)) == (0, ["a", "Salut"])
    assert out.startswith("0 new notes, 0 cards, 1 new review\n")
    assert "1 note left out: not in flash\n" in out


def test_an_import_undone_on_another_device_returns(flash: Run, package: str) -> None:
    Path("log").mkdir()
    flash("import", package)
    for db in ("store.db", "second.db"):
        assert flash("sync", "log", "--yes", "--db", db)[0] == 0
    flash("undo")
    for db in ("store.db", "second.db"):
        assert flash("sync", "--db", db)[0] == 0
    assert flash.json("list", "--db", "second.db") == []

    found = flash.json("import", package, "--db", "second.db")

    assert (found["new_notes"], found["removed"]) == (2, 0)
    for db in ("second.db", "store.db"):
        assert flash("sync", "--db", db)[0] == 0
    assert sorted(asked(flash)) == ["Salut", "a"]


def test_a_note_removed_on_another_device_stays_removed(
    flash: Run, package: str
) -> None:
    Path("log").mkdir()
    flash("import", package)
    for db in ("store.db", "second.db"):
        flash("sync", "log", "--yes", "--db", db)
    flash("remove", "Salut", "-y")
    for db in ("store.db", "second.db"):
        flash("sync", "--db", db)

    found = flash.json("import", package, "--db", "second.db")

    assert (found["new_notes"], found["removed"]) == (0, 1)


def test_an_undone_import_returns_if_the_clock_of_anki_is_ahead(
    flash: Run, ahead: str
) -> None:
    flash("import", ahead, now=EARLY)
    flash("undo", now=EARLY)

    code, out, _ = flash("import", ahead, now=EARLY)

    assert code == 0
    assert out.startswith("2 new notes, 2 cards")
    flash("remove", "Salut", "-y", now=EARLY)
    assert "1 note left out: removed here" in flash("import", ahead, now=EARLY)[1]


def test_a_damaged_note_is_not_removed_if_anki_is_ahead(flash: Run, ahead: str) -> None:
    flash("import", ahead, now=EARLY)
    with closing(sqlite3.connect("store.db")) as database, database:
        database.execute("update notes set fields = '{' where fields like '%Salut%'")
    assert flash("doctor", "--fix", now=EARLY)[0] == 0
    assert asked(flash) == ["a"]

    out = flash("import", ahead, now=EARLY)[1]

    assert out == (
        "0 new notes, 0 cards, 0 new reviews\n2 notes known already, with 0 reviews\n"
    )
