"""A note copied in Anki is another note, although it has the id of its original."""

from pathlib import Path

import pytest
from anki.collection import Collection
from anki_edits import AnkiSide, only_note
from command_runner import Run

DECK = "deck: D\ncards:\n- {front: q, back: a, id: one}\n"
NAMED = "1 note without its id 'one': another note has it\n  D: copy\n"


@pytest.fixture
def anki(tmp_path: Path) -> AnkiSide:
    return AnkiSide(tmp_path)


def copy_note(collection: Collection) -> None:
    """Do what *Create Copy* does, and change the text."""
    original = only_note(collection)
    copy = collection.new_note(original.note_type())
    copy.fields = ["copy", *original.fields[1:]]
    collection.add_note(copy, original.cards()[0].did)


def start(flash: Run, anki: AnkiSide) -> None:
    Path("d.yaml").write_text(DECK, "utf-8")
    flash("add", "d.yaml")
    flash("export", "out.apkg")
    anki.take("out.apkg")


def test_copied_note_leaves_the_original_to_its_file(
    flash: Run, anki: AnkiSide
) -> None:
    start(flash, anki)

    _, _, named = flash("import", anki.package(copy_note))
    added = flash("add", "d.yaml")[1]
    flash("export", "--yaml", "out")
    taken = flash("add", "out")

    assert named == NAMED
    assert added == "1 unchanged; 1 card\n"
    assert sorted(card["question"] for card in flash.json("list")) == ["copy", "q"]
    assert taken[0] == 0, taken


def test_of_two_new_notes_the_older_keeps_the_id(flash: Run, anki: AnkiSide) -> None:
    start(flash, anki)
    both = anki.package(copy_note)

    named = flash("import", both, "--db", "new.db")[2]

    assert named == NAMED
    flash("export", "--yaml", "out", "--db", "new.db")
    assert "- id: one\n  front: q\n" in Path("out/D.yaml").read_text()


def test_copied_note_can_be_edited_in_anki(flash: Run, anki: AnkiSide) -> None:
    start(flash, anki)
    flash("import", anki.package(copy_note))

    def edit(collection: Collection) -> None:
        note = only_note(collection, "Front:copy")
        note.fields[0] = "edited"
        collection.update_note(note)

    out, _ = flash("import", anki.package(edit), "--update-text")[1:]

    assert "1 note updated with the text of Anki" in out
    assert sorted(card["question"] for card in flash.json("list")) == ["edited", "q"]


def test_id_of_a_table_that_another_note_has_is_dropped(flash: Run) -> None:
    Path("a.csv").write_text("id,front,back,guid\none,q,a,x\n")
    Path("b.csv").write_text("id,front,back,guid\none,r,b,y\n")
    flash("import", "a.csv")

    named = flash("import", "b.csv")[2]

    assert "1 note without its id 'one': another note has it\n" in named
