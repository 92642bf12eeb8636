"""One note edited in flash and on a phone, with a real Anki app."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from anki_phone import World, world
from msgspec.structs import replace

from cards.errors import FlashError
from flash.service.adding import apply_adding, plan_adding
from flash.service.deck_reading import read_files
from flash.service.importing import import_package
from flash.service.phone_round import PhoneRound
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
def test_edits_of_an_imported_note_are_joined(one: World, rounds: int) -> None:
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


def edit_file(one: World, hour: int, front: str, back: str) -> None:
    one.at(0, hour)
    one.deck.write_text(f"deck: Cells\ncards:\n  - {{front: {front}, back: {back}}}\n")
    add(one)


@pytest.mark.parametrize(
    "hours", [(9, 10), (10, 9)], ids=["flash later", "flash first"]
)
def test_edits_of_a_deck_file_and_a_phone_are_joined(
    one: World, hours: tuple[int, int]
) -> None:
    edit_there(one, hours[0], "horse", "Back", "there")
    edit_file(one, hours[1], "Horse", "answer")
    one.at(0, 11)

    first = one.everyone()

    (edit,) = first.file_edits
    assert (edit.note.content.front, edit.note.content.back) == ("Horse", "there")
    assert first.conflicts == ()
    assert one.everyone().file_edits == ()
    edit_file(one, 12, "Horse", "there")
    assert one.everyone().conflicts == ()
    assert on_phone(one, "Cells") == ["Horse", "there"]


def test_an_edit_that_waits_survives_edits_of_the_file(one: World) -> None:
    edit_there(one, 9, "horse", "Back", "there")
    one.at(0, 10)
    one.everyone()

    for hour, front in ((11, "Horse"), (12, "HORSE")):
        edit_file(one, hour, front, "answer")
        one.everyone()

        assert on_phone(one, "Cells") == [front, "there"]

    (edit,) = one.round(update_text=True).file_edits
    assert edit.note.content.back == "there"


@pytest.mark.parametrize(("hours", "kept", "outcome"), SIDES.values(), ids=SIDES)
def test_a_text_of_a_deck_file_edited_there_too_is_named(
    one: World, hours: tuple[int, int], kept: str, outcome: EditOutcome
) -> None:
    edit_there(one, hours[0], "horse", "Back", "there")
    edit_file(one, hours[1], "horse", "here")
    one.at(0, 11)
    one.sync("phone")

    done = one.round()

    if outcome == EditOutcome.TAKEN:
        outcome = EditOutcome.OFFERED
    assert done.conflicts == (EditConflict("horse", "here", "there", outcome),)
    assert ("horse", "here") in here(one)
    one.sync("phone")
    assert on_phone(one, "Cells") == ["horse", kept]
    assert one.everyone().conflicts == ()
    edit_file(one, 12, "horse", "later")
    one.everyone()
    assert on_phone(one, "Cells") == ["horse", "later"]


def test_an_edit_of_a_text_sent_meanwhile_is_joined(one: World) -> None:
    edit_file(one, 9, "Horse", "answer")
    one.round()
    edit_there(one, 10, "horse", "Back", "there")
    one.at(0, 11)

    (edit,) = one.everyone().file_edits

    assert (edit.note.content.front, edit.note.content.back) == ("Horse", "there")
    edit_file(one, 12, "Horse", "there")
    one.everyone()
    assert on_phone(one, "Cells") == ["Horse", "there"]


def test_an_edit_of_an_imported_text_sent_meanwhile(one: World) -> None:
    edit_here(one, 9, "whale", front="Whale")
    one.round()
    edit_there(one, 10, "whale", "Back", "there")
    one.at(0, 11)
    one.everyone()

    one.round(update_text=True)

    assert ("Whale", "there") in here(one)
    one.everyone()
    assert on_phone(one, "Imported") == ["Whale", "there"]


@pytest.mark.parametrize("rounds", [0, 1, 2])
def test_edits_of_a_note_without_a_file_are_joined(one: World, rounds: int) -> None:
    with one.app() as app, app.store.transaction() as connection:
        # As if a table had brought it.
        connection.execute("update notes set file = '', line = 0")
    edit_there(one, 9, "horse", "Back", "there")
    edit_here(one, 10, "horse", front="Horse")
    one.at(0, 11)
    one.sync("phone")
    shown = [one.everyone() for _ in range(rounds)]

    done = one.round(update_text=True)

    assert [each.other_edits for each in shown] == [1, 0][:rounds]
    assert done.updated == 1
    assert ("Horse", "there") in here(one)
    one.everyone()
    assert on_phone(one, "Cells") == ["Horse", "there"]


def test_a_sync_that_is_cut_short_loses_no_edit(one: World) -> None:
    edit_there(one, 9, "horse", "Back", "there")
    edit_file(one, 10, "Horse", "answer")
    one.at(0, 11)
    one.sync("phone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PhoneRound, "_exchange", fail)
        with pytest.raises(FlashError):
            one.round()

    (edit,) = one.everyone().file_edits

    assert (edit.note.content.front, edit.note.content.back) == ("Horse", "there")
    assert on_phone(one, "Cells") == ["Horse", "there"]


def fail(*_: object, **__: object) -> None:
    raise FlashError("cut short")
