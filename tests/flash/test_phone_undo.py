"""Undo and redo of an edited text, with real Anki apps as phone and tablet."""

from pathlib import Path

import pytest
from anki_phone import World, world

from flash.service.adding import apply_adding, plan_adding
from flash.service.deck_reading import read_files
from srs.store.notes import stored_notes
from srs.store.redo import redo_operations
from srs.store.undo import undo_last

DECK = "deck: Cells\ncards:\n  - {front: What makes ATP?, back: mitochondria}\n"


def add(one: World, text: str) -> None:
    one.deck.write_text(text)
    with one.app() as app:
        apply_adding(app, plan_adding(app.store, read_files([one.deck])))


def undo(one: World) -> None:
    with one.app() as app:
        assert undo_last(app.store, app.options) is not None


def redo(one: World) -> None:
    with one.app() as app:
        assert len(redo_operations(app.store, 1)) == 1


def backs(one: World) -> list[str]:
    """Return the answer in flash and on both apps."""
    with one.app() as app:
        (note,) = (each.note for each in stored_notes(app.store) if not each.retired)
    shown = [
        one.phones.ask("fields", client, query="deck:*")[1]
        for client in ("phone", "tablet")
    ]
    return [note.content.back, *shown]


@pytest.mark.slow
def test_an_undone_edit_is_undone_on_phones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world(tmp_path, "Asia/Tokyo", monkeypatch) as one:
        add(one, DECK)
        one.start()
        one.at(0, 9)
        add(one, DECK.replace("mitochondria", "a mistake"))
        one.everyone()
        assert backs(one) == ["a mistake"] * 3

        for step, text in (
            (undo, "mitochondria"),
            (redo, "a mistake"),
            (undo, "mitochondria"),
        ):
            one.at(0, 10)
            step(one)
            done = one.everyone()
            assert backs(one) == [text] * 3
            assert done.file_edits == ()
