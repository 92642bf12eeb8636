"""One note edited in flash and on a phone, with a real Anki app."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from anki_phone import World, world
from msgspec.structs import replace

from flash.service.adding import apply_adding, plan_adding
from flash.service.deck_reading import read_files
from flash.service.importing import import_package
from srs.merging.text_updates import TextUpdate, update_notes
from srs.models.incoming import EditConflict, EditOutcome
from srs.store.notes import stored_notes

pytestmark = pytest.mark.slow


@pytest.fixture
def one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A note of Anki's type without a deck file, and one of a deck file."""
    import genanki

    fields, templates = genanki.BASIC_MODEL.fields, genanki.BASIC_MODEL.templates
    kind = genanki.Model(5, "Basic", fields=fields, templates=templates)
    deck = genanki.Deck(7, "Imported")
    deck.add_note(genanki.Note(kind, ["whale", "answer"]))
    file = tmp_path / "in.apkg"
    genanki.Package(deck).write_to_file(file)
    with world(tmp_path, "Asia/Tokyo", monkeypatch) as one:
        with one.app() as app:
            import_package(app, file)
        one.deck.write_text("deck: Cells\ncards:\n  - {front: horse, back: answer}\n")
        add(one)
        one.start()
        yield one


def add(one: World) -> None:
    with one.app() as app:
        apply_adding(app, plan_adding(app.store, read_files([one.deck])))


def edit_there(one: World, hour: int, query: str, field: str, text: str) -> None:
    one.at(0, hour)
    one.phones.ask("edit", "phone", query=query, field=field, text=text)


def edit_here(one: World, hour: int, query: str, **texts: str) -> None:
    one.at(0, hour)
    with one.app() as app:
        (found,) = (n for n in stored_notes(app.store) if n.note.content.front == query)
        content = replace(found.note.content, **texts)
        update = TextUpdate(found.guid, replace(found.note, content=content))
        update_notes(app.store, [update], app.now())


def here(one: World) -> list[tuple[str, str]]:
    with one.app() as app:
        return [
            (n.note.content.front, n.note.content.back) for n in stored_notes(app.store)
        ]


def on_phone(one: World, deck: str) -> list[str]:
    return one.phones.ask("fields", "phone", query=f"deck:{deck}")[:2]


@pytest.mark.parametrize("rounds", [0, 1, 2])
def test_edits_of_both_sides_are_joined(one: World, rounds: int) -> None:
    edit_there(one, 9, "whale", "Back", "there")
    edit_here(one, 10, "whale", front="Whale")
    one.at(0, 11)
    one.sync("phone")
    shown = [one.everyone() for _ in range(rounds)]

    done = one.round(update_text=True)

    assert [each.other_edits for each in shown] == [1, 0][:rounds]
    assert (done.updated, done.conflicts) == (1, ())
    assert ("Whale", "there") in here(one)
    one.everyone()
    assert on_phone(one, "Imported") == ["Whale", "there"]
    assert one.round(update_text=True).updated == 0


def test_an_undone_edit_does_not_come_back_with_a_join(one: World) -> None:
    edit_there(one, 9, "whale", "Back", "there")
    edit_here(one, 10, "whale", front="Whale")
    one.at(0, 11)
    one.everyone()
    edit_here(one, 12, "Whale", front="whale")

    one.everyone()
    one.round(update_text=True)

    assert ("whale", "there") in here(one)


SIDES = {
    "flash later": ((9, 10), "here", EditOutcome.KEPT),
    "phone later": ((10, 9), "there", EditOutcome.TAKEN),
}


@pytest.mark.parametrize(("hours", "kept", "outcome"), SIDES.values(), ids=SIDES)
def test_a_text_edited_on_both_sides_is_named(
    one: World, hours: tuple[int, int], kept: str, outcome: EditOutcome
) -> None:
    edit_there(one, hours[0], "whale", "Back", "there")
    edit_here(one, hours[1], "whale", back="here")
    one.at(0, 11)
    one.sync("phone")

    done = one.round(update_text=True)

    assert done.conflicts == (EditConflict("whale", "here", "there", outcome),)
    assert ("whale", kept) in here(one)
    one.sync("phone")
    assert on_phone(one, "Imported") == ["whale", kept]
    assert one.everyone().conflicts == ()
