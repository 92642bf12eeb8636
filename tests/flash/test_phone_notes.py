"""Notes made, edited and removed, with real Anki apps as phone and tablet."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from anki_phone import World, world

from flash.service.adding import apply_adding, plan_adding
from flash.service.deck_reading import read_files
from flash.service.removing import apply_removal, plan_removal
from srs.models.cards import StoredNote
from srs.store.notes import stored_notes

pytestmark = pytest.mark.slow
DECK = "deck: Cells\ncards:\n" + "".join(
    f"  - {{front: question {n}, back: answer {n}}}\n" for n in (1, 2)
)


@pytest.fixture
def one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world(tmp_path, "Asia/Tokyo", monkeypatch) as one:
        add(one, DECK)
        one.start()
        one.at(0, 9)
        yield one


def add(one: World, text: str) -> None:
    one.deck.write_text(text)
    with one.app() as app:
        apply_adding(app, plan_adding(app.store, read_files([one.deck])))


def notes(one: World) -> list[StoredNote]:
    with one.app() as app:
        return list(stored_notes(app.store))


def fronts(one: World) -> list[list[str]]:
    """Return the questions in flash and on both apps."""
    here = [each.note.content.front for each in notes(one) if not each.retired]
    apps = (one.phones.ask("fronts", client) for client in ("phone", "tablet"))
    return [sorted(here), *apps]


def test_a_note_that_was_deleted_for_good_stays_so(one: World) -> None:
    one.phones.ask("answer", "phone", count=2, seed=1)
    one.everyone()
    one.deck.write_text(DECK.replace("question 2", "question 3"))
    with one.app() as app:
        apply_removal(app, plan_removal(app, ["question 2"], for_good=True))

    done = one.everyone()

    assert fronts(one) == [["question 1"]] * 3
    assert (done.notes, done.removed) == (0, 1)
    assert one.everyone().removed == 0


def test_a_note_added_again_after_that_starts_anew(one: World) -> None:
    one.phones.ask("answer", "phone", count=2, seed=1)
    one.everyone()
    one.at(1, 9)
    with one.app() as app:
        apply_removal(app, plan_removal(app, ["question 2"], for_good=True))
    add(one, DECK)

    one.everyone()

    assert fronts(one) == [["question 1", "question 2"]] * 3
    (card,) = notes(one)[-1].cards
    assert card.progress.reps == 0
    assert sorted(one.phones.ask("reps", "tablet")) == [0, 1]
    one.phones.ask("answer", "tablet", count=1, seed=1)
    one.everyone()
    assert sum(card.progress.reps for note in notes(one) for card in note.cards) == 2
