"""Cards that Anki doesn't make, because their question would be empty."""

import json
import sqlite3
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest
from anki.collection import Collection
from anki_backend import import_package
from anki_edits import AnkiSide, add, edit_card, note_type, set_fields
from command_runner import Run

BLANKS = ("", "<br>", "<div><br></div>", " \n", "&nbsp;")
TYPES = {
    "Basic": 2,
    "Basic (and reversed card)": 2,
    "Basic (optional reversed card)": 3,
    "Basic (type in the answer)": 2,
    "Several": 2,
    "Styled": 2,
    "Negated": 2,
}
LATER = "2027-06-01T09:00:00+00:00"
"""After the edits in Anki."""


@pytest.fixture
def anki(tmp_path: Path) -> AnkiSide:
    return AnkiSide(tmp_path)


def rows(sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect("store.db")) as connection:
        return connection.execute(sql).fetchall()


def one_of_each(collection: Collection) -> None:
    """Add a note of each type with each of its fields blank or not."""
    note_type(
        collection, "Several", "AB", "{{A}} / {{B}}", "{{B}} / x", "{{B}}? / {{A}}"
    )
    note_type(collection, "Styled", "AB", "<b>{{A}}</b> / {{B}}", "{{B}} / {{A}}")
    note_type(collection, "Negated", "AB", "{{B}} / {{A}}", "{{^B}}{{A}}{{/B}} / no")
    for name, width in TYPES.items():
        for fields in product(*[("", "text")] * width):
            add(collection, name, *fields)
    for number, blank in enumerate(BLANKS):
        add(collection, "Basic (and reversed card)", f"a{number}", blank)
        add(collection, "Basic (and reversed card)", blank, f"b{number}")
        add(collection, "Basic (optional reversed card)", f"c{number}", blank, "y")


def cards_of(collection: Collection) -> set[tuple[object, ...]]:
    """Return guid and ordinal of the cards of notes with some text."""
    sql = """
        select n.guid, c.ord from cards c join notes n on n.id = c.nid
         where n.flds not in (char(31), char(31, 31), char(31, 31) || 'text')
    """
    return {tuple(row) for row in collection.db.all(sql)}


def test_flash_and_anki_have_the_same_cards(
    flash: Run, anki: AnkiSide, tmp_path: Path
) -> None:
    package = anki.package(one_of_each)
    there = Collection(str(anki.path))
    made = cards_of(there)
    there.close()

    flash("import", package)
    flash("export", "out.apkg")

    back = Collection(str(tmp_path / "back.anki2"))
    import_package(back, Path("out.apkg"))
    taken = cards_of(back)
    back.close()
    assert set(rows("select note, ordinal from cards")) == made
    assert taken == made


@pytest.mark.parametrize("missing", [0, 1], ids=["front", "back"])
def test_reversed_card_comes_with_the_missing_side(
    flash: Run, anki: AnkiSide, missing: int
) -> None:
    sides = ["front", "back"]
    sides[missing] = "<br>"
    kind = "Basic (and reversed card)"
    flash("import", anki.package(lambda one: add(one, kind, *sides)))

    flash("import", anki.package(set_fields("front", "back")), "--update-text")

    sql = (
        "select ordinal, part, suspended from cards where not retired order by ordinal"
    )
    assert rows(sql) == [(0, "front", 0), (1, "back", 0)]
    assert flash("doctor", now=LATER)[0] == 0


def test_card_that_became_empty_is_left_out_by_name(flash: Run, anki: AnkiSide) -> None:
    kind = "Basic (and reversed card)"
    anki.package(lambda one: add(one, kind, "front", "back"))
    flash("import", anki.package(set_fields("front", "")))

    err = flash("export", "out.apkg")[2]

    assert rows("select ordinal, suspended from cards") == [(0, 1), (1, 1)]
    assert err == (
        "1 card left out: its note has no such card in Anki\n  Default: front\n"
    )


EMPTY = {
    "a back": ("Basic (and reversed card)", ["q", ""], ["q", "x"]),
    "a front": ("Basic", ["", "a"], ["x", "a"]),
}
MARKS = "select c.suspended, n.tags from cards c join notes n on n.guid = c.note"


@pytest.mark.parametrize(("kind", "fields", "filled"), EMPTY.values(), ids=EMPTY)
def test_a_side_filled_in_flash_unsuspends_the_cards(
    flash: Run,
    anki: AnkiSide,
    kind: str,
    fields: list[str],
    filled: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flash("import", anki.package(lambda one: add(one, kind, *fields)))
    ((card,),) = rows("select id from cards")

    edit_card(flash, f"card:{card}", "(empty)", "x", monkeypatch)

    assert rows(MARKS) == [(0, "[]")]
    flash("export", "out.apkg")
    assert anki.take("out.apkg") == [(filled, [])]
    flash("undo", now=LATER)
    flash("undo", now=LATER)
    assert rows(MARKS) == [(1, '["empty-side"]')]


@pytest.mark.parametrize("is_edit", [True, False], ids=["edit", "add"])
def test_a_side_filled_in_a_deck_file_unsuspends_the_cards(
    flash: Run, anki: AnkiSide, is_edit: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("import", anki.package(lambda one: add(one, "Basic", "q", "")))
    flash("export", "--yaml", "decks")
    flash("add", "decks")
    (file,) = Path("decks").glob("*.yaml")
    text = file.read_text("utf-8")

    if is_edit:
        edit_card(flash, "q", "back: (empty)", "back: a", monkeypatch)
    else:
        file.write_text(text.replace("back: (empty)", "back: a"), "utf-8")
        flash("add", "decks", now=LATER)

    assert [suspended for suspended, _ in rows(MARKS)] == [0]


def test_a_side_filled_in_flash_stays_filled(
    flash: Run, anki: AnkiSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("import", anki.package(lambda one: add(one, "Basic", "q", "")))
    anki.package()
    edit_card(flash, "q", "back: (empty)", "back: a", monkeypatch)

    flash("import", anki.package(set_fields("new q", "")), "--update-text")

    assert rows(MARKS) == [(0, "[]")]


def test_only_the_cards_without_a_side_are_counted(flash: Run, anki: AnkiSide) -> None:
    sides = ("{{A}} ? / {{B}}", "{{A}} ! / yes", "{{A}} # / {{B}}")
    package = anki.package(
        lambda one: note_type(one, "T", "AB", *sides),
        lambda one: add(one, "T", "a", ""),
        lambda one: add(one, "T", "b", ""),
    )

    err = flash("import", package)[2]

    assert err == (
        "4 cards suspended: no question or no answer\n  Default: a\n  Default: b\n"
    )
    assert rows("select sum(suspended), count(*) from cards") == [(4, 6)]


NAMES = {
    "another field": (["<br>", "an answer"], "an answer"),
    "a text beside a picture": (['<img src="a.png">', "why"], "why"),
    "a picture": (['<img src="a.png">', ""], "a.png"),
}


@pytest.mark.parametrize(("fields", "name"), NAMES.values(), ids=NAMES)
def test_a_note_without_a_front_is_named_otherwise(
    flash: Run, anki: AnkiSide, fields: list[str], name: str
) -> None:
    def without_guid(collection: Collection) -> None:
        add(collection, "Basic", *fields)
        collection.db.execute("update notes set guid = ''")

    found = flash("import", anki.package(without_guid), "--json")[1]

    assert {one["first_field"] for one in json.loads(found)["items"]} == {name}
