"""A note that was moved to another deck in Anki follows in flash."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from anki.collection import Collection
from anki_edits import AnkiSide, Edit, add, only_note, set_fields
from command_runner import Run


@pytest.fixture
def anki(tmp_path: Path) -> AnkiSide:
    return AnkiSide(tmp_path)


def start(collection: Collection) -> None:
    add(collection, "Basic (and reversed card)", "q", "a")


def move(deck: str) -> Edit:
    """Move the cards of the only note."""

    def edit(collection: Collection) -> None:
        note = only_note(collection)
        collection.set_deck(note.card_ids(), collection.decks.id(deck))

    return edit


def decks() -> set[str]:
    with closing(sqlite3.connect("store.db")) as connection:
        sql = """
            select d.name from decks d
             where d.id in (select deck from notes union select deck from cards)
        """
        return {name for (name,) in connection.execute(sql)}


def test_a_note_follows_and_the_old_deck_stays_away(
    flash: Run, anki: AnkiSide, tmp_path: Path
) -> None:
    flash("import", anki.package(start))
    moved = anki.package(move("New::home"))

    assert "moved" not in flash("import", moved, "--reviews-only")[1]
    said = [flash("import", moved)[1] for _ in range(2)]

    line = "1 note moved to the deck that they have in Anki\n"
    assert [line in one for one in said] == [True, False]
    assert decks() == {"New::home"}
    flash("export", str(tmp_path / "out.apkg"))
    back = AnkiSide(tmp_path / "back")
    back.path.parent.mkdir()
    back.take(str(tmp_path / "out.apkg"))
    with closing(sqlite3.connect(back.path)) as collection:
        names = {name for (name,) in collection.execute("select name from decks")}
    assert names == {"Default", "New", "New\x1fhome"}


def test_undo_moves_it_back(flash: Run, anki: AnkiSide) -> None:
    flash("import", anki.package(start))
    moved = anki.package(move("New"))
    flash("import", moved)

    flash("undo")
    flash("import", moved)

    assert decks() == {"Default"}


def test_an_older_package_moves_nothing_back(flash: Run, anki: AnkiSide) -> None:
    first, moved = anki.package(start), anki.package(move("New"))
    flash("import", first)
    flash("import", moved)

    flash("import", first)

    assert decks() == {"New"}


def test_a_note_of_a_deck_file_stays(flash: Run, anki: AnkiSide) -> None:
    flash("import", anki.package(start))
    flash("export", "--yaml", "decks")
    flash("add", "decks")

    flash("import", anki.package(move("New")))

    assert decks() == {"Default"}


def test_a_note_is_moved_and_edited(flash: Run, anki: AnkiSide) -> None:
    flash("import", anki.package(start))
    both = anki.package(move("New"), set_fields("q", "new"))

    flash("import", both, "--update-text")
    flash("export", "out.apkg")

    assert decks() == {"New"}
    assert anki.take("out.apkg") == [(["q", "new"], [])]


def mark(collection: Collection) -> None:
    """Suspend and flag the cards; another card keeps its flag."""
    cards = only_note(collection).card_ids()
    collection.sched.suspend_cards(cards)
    collection.set_user_flag_for_cards(3, cards)
    other = add(collection, "Basic", "other", "b")
    collection.set_user_flag_for_cards(1, other.card_ids())


def clear_and_move(collection: Collection) -> None:
    cards = only_note(collection, "q").card_ids()
    collection.sched.unsuspend_cards(cards)
    collection.set_user_flag_for_cards(0, cards)
    collection.set_deck(cards, collection.decks.id("Other"))


def test_what_is_cleared_in_a_restored_collection_comes(
    flash: Run, anki: AnkiSide
) -> None:
    flash("import", anki.package(start, mark))
    flash("export", "back.colpkg")
    anki.restore("back.colpkg")

    flash("import", anki.package(clear_and_move))

    assert decks() == {"Default", "Other"}
    found = flash.json("list", "q")
    assert [(one["suspended"], one["flag"]) for one in found] == [(False, 0)] * 2


def test_a_restored_collection_alone_changes_nothing(
    flash: Run, anki: AnkiSide
) -> None:
    flash("import", anki.package(start, mark))
    flash("export", "back.colpkg")
    flash("unsuspend", "q", "-y")
    anki.restore("back.colpkg")

    flash("import", anki.package())

    found = flash.json("list", "q")
    assert [(one["suspended"], one["flag"]) for one in found] == [(False, 3)] * 2


@pytest.mark.parametrize("is_restored", [False, True], ids=["theirs", "from flash"])
def test_a_note_deleted_in_a_whole_collection_is_named(
    flash: Run, anki: AnkiSide, is_restored: bool
) -> None:
    def delete(collection: Collection) -> None:
        collection.remove_notes([only_note(collection, "q").id])

    flash("import", anki.whole(start, mark))
    if is_restored:
        flash("export", "back.colpkg")
        anki.restore("back.colpkg")
    line = (
        "1 note deleted in Anki stays here ('flash remove' removes it)\n  Default: q\n"
    )

    assert flash("import", anki.package(delete))[2] == ""
    assert flash("import", anki.whole())[2] == line
    flash("remove", "q", "-y")
    assert flash("import", anki.whole())[2] == ""
