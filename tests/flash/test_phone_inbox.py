"""The inbox file, into which notes made on a phone are written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cards.deckfile.reader import read_deck
from cards.note import Basic, Note
from flash.service.context import AppContext, open_app
from flash.service.phone_inbox import for_inbox, write_inbox
from srs.merging.merge import merge
from srs.models.incoming import AnkiFields, Incoming, IncomingNote
from srs.store.import_rows import known_guids
from srs.store.notes import stored_notes

WRITTEN = "deck: Inbox\ncards:\n  - front: 犬\n    back: dog\n"
WRONG = "deck: Inbox\ncards:\n  - fron: x\n"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppContext]:
    monkeypatch.setenv("FLASH_NOW", "2026-12-01T09:00:00+00:00")
    with open_app(tmp_path / "store.db") as app:
        yield app


def made(app: AppContext, *texts: tuple[str, str]) -> list[str]:
    """Take notes of a phone and write them; return what was not written."""
    inbox, known = Path(app.options.inbox), known_guids(app.store)
    notes = tuple(
        IncomingNote(
            f"g{len(known) + index}",
            10**12 - len(known) - index,  # made before those that came earlier
            Note(Basic(front, back), "Default", file=str(inbox)),
            {0: "front"},
            app.now(),
            (),
            AnkiFields(1, (front, back), {"front": 0, "back": 1}),
        )
        for index, (front, back) in enumerate(texts)
    )
    incoming = Incoming(notes=notes, notetypes={1: "{}"})
    incoming = for_inbox(app, incoming, known)
    merge(app.store, app.options, incoming, app.now(), is_round=True)
    return list(write_inbox(app))


def inbox(app: AppContext) -> list[tuple[str, str, str]]:
    return [
        (note.id, note.content.front, note.content.back)
        for note in read_deck(Path(app.options.inbox)).notes
    ]


def test_two_notes_with_one_question_get_ids(app: AppContext) -> None:
    assert made(app, ("犬", "dog"), ("犬", "hound"), ("猫", "cat")) == []

    assert sorted(inbox(app)) == [
        ("", "猫", "cat"),
        ("g0", "犬", "dog"),
        ("g1", "犬", "hound"),
    ]


def test_a_question_of_the_inbox_made_again_gets_an_id(app: AppContext) -> None:
    made(app, ("犬", "dog"))

    assert made(app, ("犬", "hound")) == []

    assert inbox(app) == [("", "犬", "dog"), ("g1", "犬", "hound")]
    found = {one.guid: one.note for one in stored_notes(app.store)}
    assert {key: one.content.back for key, one in found.items()} == {
        "g0": "dog",
        "g1": "hound",
    }


def test_a_note_without_its_file_holds_back_no_other(app: AppContext) -> None:
    picture = Path(app.options.inbox).with_name("p.png")
    expected = (
        "not written to the inbox yet: see it: no such file: 'p.png' "
        f"(put it at {picture})"
    )

    assert made(app, ("see it", "![](p.png)"), ("犬", "dog")) == [expected]
    assert inbox(app) == [("", "犬", "dog")]

    picture.write_bytes(b"a picture")
    assert made(app) == []
    assert [front for _, front, _ in inbox(app)] == ["犬", "see it"]


def test_a_mistake_in_the_inbox_stops_no_exchange(app: AppContext) -> None:
    file = Path(app.options.inbox)
    file.write_text(WRONG)

    (problem,) = made(app, ("猫", "cat"))

    assert problem.startswith(f"not written to the inbox yet: {file}:3:5:")
    assert file.read_text() == WRONG
    file.write_text(WRITTEN.replace("Inbox", "New ones"))
    assert made(app) == []
    assert inbox(app) == [("", "犬", "dog"), ("g0", "猫", "cat")]
    assert {one.note.deck for one in stored_notes(app.store)} == {"New ones"}


def test_a_note_in_the_file_already_is_not_written_again(app: AppContext) -> None:
    made(app, ("猫", "cat"))
    app.store.connection.execute("update notes set line = 0")  # cut short
    app.store.connection.commit()

    assert made(app) == []

    assert inbox(app) == [("", "猫", "cat")]
    assert [one.note.line for one in stored_notes(app.store)] == [3]
