"""Card types that are moved, removed or added in Anki."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection
from anki_backend import import_package, rendered
from anki_edits import AnkiSide, Edit, add, answer, note_type, only_note
from command_runner import Run

SIDES = ("{{A}} / one", "{{B}} / two", "{{C}} / three")
LATER = "2027-06-01T09:00:00+00:00"
"""After the edits in Anki."""


@pytest.fixture
def anki(tmp_path: Path) -> AnkiSide:
    return AnkiSide(tmp_path)


def rows(sql: str, db: str = "store.db") -> list[Any]:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql).fetchall()


def start(collection: Collection) -> None:
    note_type(collection, "T", "ABC", *SIDES)
    add(collection, "T", "a", "b", "c")
    add(collection, "T", "d", "e", "f")
    for _ in range(4):
        answer(collection)


def move_first(collection: Collection) -> None:
    models = collection.models
    kind: Any = models.by_name("T")
    models.reposition_template(kind, kind["tmpls"][0], 2)
    models.update_dict(kind)


def remove_first(collection: Collection) -> None:
    models = collection.models
    kind: Any = models.by_name("T")
    models.remove_template(kind, kind["tmpls"][0])
    models.update_dict(kind)


def add_first(collection: Collection) -> None:
    models = collection.models
    kind: Any = models.by_name("T")
    template = models.new_template("New")
    template["qfmt"], template["afmt"] = "new {{A}}", "zero"
    models.add_template(kind, template)
    models.reposition_template(kind, template, 0)
    models.update_dict(kind)


def replace_type(place: int) -> Edit:
    """Remove a card type and add another one."""

    def edit(collection: Collection) -> None:
        models = collection.models
        kind: Any = models.by_name("T")
        models.remove_template(kind, kind["tmpls"][place])
        template = models.new_template("New")
        template["qfmt"], template["afmt"] = "new {{A}}", "zero"
        models.add_template(kind, template)
        models.update_dict(kind)

    return edit


def answer_all(collection: Collection) -> None:
    for _ in range(4):
        answer(collection, 1)


CHANGES: dict[str, Edit] = {
    "moved": move_first,
    "removed": remove_first,
    "added before the others": add_first,
}
WORDS = {"plain": (), "update": ("--update-text",), "reviews": ("--reviews-only",)}


def log_in_anki(path: Path) -> set[tuple[int, int]]:
    with closing(sqlite3.connect(path)) as collection:
        return set(collection.execute("select cid, id from revlog"))


def log_in_anki_cards(path: Path) -> list[tuple[int]]:
    with closing(sqlite3.connect(path)) as collection:
        return collection.execute("select id from cards").fetchall()


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize("edit", CHANGES.values(), ids=CHANGES)
def test_each_card_keeps_its_own_answers(
    flash: Run, anki: AnkiSide, edit: Edit, words: tuple[str, ...]
) -> None:
    flash("import", anki.package(start))
    known = {card for (card,) in rows("select id from cards")}

    flash("import", anki.package(edit, answer_all), *words)

    mine, theirs = set(rows("select card, id from reviews")), log_in_anki(anki.path)
    of_known = [{row for row in log if row[0] in known} for log in (mine, theirs)]
    assert of_known[0] == of_known[1]
    assert flash("doctor", now=LATER)[0] == 0


@pytest.mark.parametrize("legacy", [False, True], ids=["new format", "old format"])
@pytest.mark.parametrize("place", range(3))
def test_a_new_card_type_gets_cards_and_answers_of_its_own(
    flash: Run, anki: AnkiSide, place: int, *, legacy: bool
) -> None:
    flash("import", anki.package(start))
    before = set(rows("select card, id from reviews"))

    changed = anki.package(replace_type(place), answer_all, answer_all, legacy=legacy)
    for _ in range(2):
        out = flash("import", changed, "--update-text")
        assert "left out" not in out[2]

    of_new = "select r.id from reviews r join cards c on c.id = r.card"
    mine = rows(f"{of_new} where c.part like 'new %' and c.retired = 0")
    with closing(sqlite3.connect(anki.path)) as collection:
        sql = "select r.id from revlog r join cards c on c.id = r.cid where c.ord = 2"
        assert sorted(mine) == sorted(collection.execute(sql))
    known = {row for row in log_in_anki(anki.path) if row[0] in dict(before)}
    mine = rows("select card, id from reviews")
    assert {row for row in mine if row[0] in dict(before)} == known | before


@pytest.mark.parametrize("words", [("--reviews-only",), ()], ids=["reviews", "plain"])
def test_answers_of_a_new_card_type_go_to_no_other_card(
    flash: Run, anki: AnkiSide, words: tuple[str, ...]
) -> None:
    flash("import", anki.package(start))
    cards = {card for (card,) in log_in_anki_cards(anki.path)}

    changed = anki.package(replace_type(2), answer_all, answer_all)
    err = flash("import", changed, *words)[2]

    mine = set(rows("select card, id from reviews"))
    assert {row for row in log_in_anki(anki.path) if row[0] in cards} <= mine
    assert "2 cards left out: the notes have no such questions in flash\n" in err
    new = {row for row in log_in_anki(anki.path) if row[0] not in cards}
    assert {at for _, at in mine}.isdisjoint(at for _, at in new)


@pytest.mark.parametrize("edit", CHANGES.values(), ids=CHANGES)
def test_exported_cards_are_asked_as_in_anki(
    flash: Run, anki: AnkiSide, edit: Edit, tmp_path: Path
) -> None:
    flash("import", anki.package(start))
    flash("import", anki.package(edit, answer_all))

    flash("export", "out.apkg", "--with-schedule")

    there, back = Collection(str(anki.path)), Collection(str(tmp_path / "b.anki2"))
    import_package(back, Path("out.apkg"))
    asked = {card: rendered(there, card) for card in there.find_cards("")}
    found = {card: rendered(back, card) for card in back.find_cards("")}
    there.close(), back.close()
    assert found == {card: asked[card] for card in found}
    assert len(found) == 4 if edit is remove_first else 6


def test_removed_card_type_is_named_at_the_export(flash: Run, anki: AnkiSide) -> None:
    flash("import", anki.package(start))
    flash("import", anki.package(remove_first))

    err = flash("export", "out.apkg")[2]

    assert err == (
        "2 cards left out: the notes have no such cards in Anki\n"
        "  Default: a\n  Default: d\n"
    )


def test_notes_that_are_not_in_the_package_follow(flash: Run, anki: AnkiSide) -> None:
    flash("import", anki.package(start))
    before = dict(rows("select part, ordinal from cards"))

    def only_one(collection: Collection) -> None:
        move_first(collection)
        collection.remove_notes([only_note(collection, "A:a").id])

    flash("import", anki.package(only_one))

    after = dict(rows("select part, ordinal from cards"))
    assert after == {part: (ordinal + 2) % 3 for part, ordinal in before.items()}


def test_other_devices_follow(flash: Run, anki: AnkiSide, tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    flash("import", anki.package(start), "--db", "a.db")
    for db in ("a.db", "b.db"):
        flash("sync", "log", "--db", db, "-y")
    flash("tag", "add", "x", "Default", "--db", "b.db", now=LATER)

    def new_note(collection: Collection) -> None:
        move_first(collection)
        add(collection, "T", "g", "h", "i")

    flash("import", anki.package(new_note), "--db", "a.db")
    for db in ("a.db", "b.db", "a.db", "b.db"):
        flash("sync", "log", "--db", db, "-y")

    sql = "select part, ordinal from cards order by part"
    assert rows(sql, "a.db") == rows(sql, "b.db")
    assert dict(rows(sql, "b.db"))["b"] == 0


def test_cloze_that_is_gone_in_anki_is_not_exported(flash: Run, anki: AnkiSide) -> None:
    def without_second(collection: Collection) -> None:
        note = only_note(collection)
        note.fields[0] = "{{c1::a}} b"
        collection.update_note(note)
        collection.remove_cards_and_orphaned_notes(
            [card.id for card in note.cards() if card.ord == 1]
        )

    flash(
        "import",
        anki.package(lambda one: add(one, "Cloze", "{{c1::a}} {{c2::b}}", "")),
    )
    flash("import", anki.package(without_second))

    err = flash("export", "out.apkg")[2]

    assert err == (
        "1 card left out: its note has no such card in Anki\n  Default: {{c1::a}} b\n"
    )
    anki.take("out.apkg")
    collection = Collection(str(anki.path))
    assert len(collection.find_cards("")) == 1
    collection.close()
