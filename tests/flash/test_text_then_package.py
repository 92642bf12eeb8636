"""Notes that came as Anki's plain text become Anki's with the package."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from anki.collection import Collection
from anki_edits import LATER, AnkiSide, Edit, add, edit_here, note_type
from command_runner import Run


@pytest.fixture
def anki(tmp_path: Path) -> AnkiSide:
    return AnkiSide(tmp_path)


def as_text(collection: Collection) -> None:
    collection.export_note_csv(
        out_path=str(Path("notes.txt").absolute()),
        limit=None,
        with_html=True,
        with_tags=True,
        with_deck=True,
        with_notetype=True,
        with_guid=True,
    )


def own_type(collection: Collection) -> None:
    note_type(collection, "T", "ABC", "{{A}} / {{B}} {{C}}", "{{B}} / {{A}}")


NOTES = {
    "Basic": ("Basic", ["q", '<span style="color:red">a</span>']),
    "reversed": ("Basic (and reversed card)", ["q", "<b>a</b><br>b"]),
    "Cloze": ("Cloze", ["q {{c1::a}} {{c2::b}}", "extra"]),
    "another type": ("T", ["q", "a", "b"]),
}
WORDS = {"plain": (), "update": ("--update-text",)}


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize(("kind", "fields"), NOTES.values(), ids=NOTES)
def test_they_keep_their_type_and_fields(
    flash: Run, anki: AnkiSide, kind: str, fields: list[str], words: tuple[str, ...]
) -> None:
    fill: Edit = lambda one: add(one, kind, *fields)  # noqa: E731
    package = anki.package(own_type, fill, as_text)
    flash("import", "notes.txt")

    flash("import", package, *words)
    again = flash("import", package, *words)[1]
    flash("tag", "add", "new", "q", now=LATER)
    flash("export", "out.apkg")

    assert "updated" not in again
    assert anki.take("out.apkg") == [(fields, ["new"])]
    if words:
        collection = Collection(str(anki.path))
        in_anki = len(collection.find_cards(""))
        collection.close()
        with closing(sqlite3.connect("store.db")) as connection:
            cards = "select count(*) from cards where retired = 0"
            assert connection.execute(cards).fetchone() == (in_anki,)


def test_an_edit_changes_only_its_field(
    flash: Run, anki: AnkiSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = '<span style="color:red">a</span>'
    package = anki.package(lambda one: add(one, "Basic", "q", field), as_text)
    flash("import", "notes.txt")
    flash("import", package)

    edit_here(flash, "front: q", "front: q2", monkeypatch)
    flash("export", "out.apkg")

    assert anki.take("out.apkg") == [(["q2", field], [])]
