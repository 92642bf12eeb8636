"""Whatever devices edit and when they sync: an edit stays, or it is named."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from devices import OwnDevice, deliver, exchange, rebuilt
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from store_fixtures import NOON, Clock, add, give

from cards.note import (
    Basic,
    Cloze,
    Content,
    ListNote,
    MultiQuestion,
    Note,
    SubQuestion,
)
from cards.questions import question_of
from flash.service.context import AppContext
from flash.service.deck_changes import apply_change, plan_move
from srs.merging.text_updates import TextUpdate, update_notes
from srs.models.cards import Rating
from srs.store.card_actions import suspend
from srs.store.connection import Store
from srs.store.notes import stored_notes
from srs.store.redo import redo_operations
from srs.store.undo import undo_operations

Change = Callable[[Note], Note]


def text(**texts: object) -> Change:
    return lambda note: replace(note, content=replace(note.content, **texts))


def cloze(words: str) -> Change:
    return lambda note: replace(note, content=Cloze(words))


def tag(name: str) -> Change:
    return lambda note: replace(note, tags=(*note.tags, name))


LIST = ListNote("Storage", ("S3", "EBS", "EFS"))
GAPS = Cloze("{{c1::Alpha}} has {{c2::one}} and {{c3::two}}")
ASKED = MultiQuestion((SubQuestion("What?", "w"), SubQuestion("Who?", "x")))
MORE = MultiQuestion((*ASKED.questions, SubQuestion("Why?", "y")))
KINDS: dict[str, tuple[Content, list[Change]]] = {
    "front and reverse": (
        Basic("front", "back"),
        [text(front="other front"), text(reverse=True)],
    ),
    "a gap and a tag": (
        GAPS,
        [cloze("{{c1::Alpha}} has {{c2::one}} and {{c3::two}} {{c4::3}}"), tag("a")],
    ),
    "gaps in another order, and a tag": (
        GAPS,
        [cloze("{{c1::one}} of {{c2::two}}, {{c3::Alpha}}"), tag("a")],
    ),
    "an item and a tag": (LIST, [text(items=("S3", "EBS", "FSx", "EFS")), tag("a")]),
    "a question and a tag": (ASKED, [text(questions=MORE.questions), tag("a")]),
}
EDITS: dict[str, Callable[[Note, str], Note]] = {
    "tag": lambda note, new: replace(note, tags=(*note.tags, new)),
    "deck": lambda note, new: replace(note, deck=new),
    "extra": lambda note, new: replace(note, extra=new),
    "answer": lambda note, new: replace(note, content=Basic("q", new)),
    "gap": lambda note, new: replace(
        note, content=Cloze(f"{{{{c1::a}}}} {{{{c2::{new}}}}}")
    ),
}
device = st.integers(0, 2)
steps = st.lists(
    st.one_of(
        st.tuples(device, st.sampled_from(sorted(EDITS))),
        st.tuples(device, st.just("sync")),
        st.tuples(device, st.just("deliver")),
    ),
    max_size=14,
)


@given(steps=steps)
@settings(max_examples=12, deadline=None, derandomize=True)
def test_an_edit_stays_or_is_named(steps: list[tuple[int, str]]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        devices = [OwnDevice(folder / str(i), Clock(NOON)) for i in range(3)]
        shared = folder / "shared"
        notes = [Note(Basic("q", "a"), "A"), Note(Cloze("{{c1::a}} {{c2::b}}"), "A")]
        with devices[0].opened() as store:
            add(store, notes)
        exchange(devices, shared)
        tags = set[str]()
        for number, (which, what) in enumerate(steps):
            one, new = devices[which], f"new{number}"
            if what == "sync":
                one.sync()
            elif what == "deliver":
                for other in devices:
                    deliver(one.log, other.log)
            else:
                edit_part(one, what, new)
                tags |= {new} if what == "tag" else set()
        exchange(devices, shared)

        found = [one.contents() for one in devices]
        assert found[1:] == found[:1] * 2
        assert rebuilt(folder / "rebuilt", shared) == found[0]
        told = str([found[0]["notes"], *(one.lost for one in devices)])
        assert {tag for tag in tags if tag not in told} == set()


def edit_part(device: OwnDevice, what: str, new: str) -> None:
    """Edit the note that has such a part."""
    with device.opened() as store:
        one = next(
            one
            for one in stored_notes(store)
            if isinstance(one.note.content, Cloze) == (what == "gap")
        )
        note = EDITS[what](one.note, new)
        update_notes(store, [TextUpdate(one.guid, note)], device.clock())


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_cards_keep_their_answers_when_edits_are_joined(
    tmp_path: Path, kind: str, first: int
) -> None:
    content, changes = KINDS[kind]
    devices = started(tmp_path, Note(content, "A"))
    (alone, *_) = started(tmp_path / "alone", Note(content, "A"))
    for change in changes:
        edit(alone, change)
    for device, change in zip(devices, changes, strict=False):
        edit(device, change)

    for device in (devices[first], devices[1 - first]):
        deliver(tmp_path / "shared", device.log)
        device.sync()
        deliver(device.log, tmp_path / "shared")
    exchange(devices, tmp_path / "shared")

    for device in devices:
        assert device.lost == []
        assert notes_of(device) == notes_of(alone)
        assert answers(device) == answers(alone)
        assert device.contents() == devices[0].contents()


def test_a_join_is_no_step_to_undo(tmp_path: Path) -> None:
    devices = started(tmp_path, Note(Basic("q", "a"), "A"))
    edit(devices[0], tag("one"))
    edit(devices[1], tag("two"))
    with devices[1].opened() as store:
        suspend(store, card_ids_of(store), devices[1].clock(), suspended=True)
    exchange(devices, tmp_path / "shared")

    with devices[1].opened() as store:
        undone = undo_operations(store, 1)
    exchange(devices, tmp_path / "shared")

    assert [one.operation.name for one in undone] == ["suspend"]
    assert {one.tags for one in notes_of(devices[2])} == {("two", "one")}


def test_a_card_that_moves_alone_moves_on_all_devices(tmp_path: Path) -> None:
    devices = started(tmp_path, Note(Basic("q", "a", reverse=True), "A"))
    one = devices[1]

    def decks() -> set[tuple[str, ...]]:
        exchange(devices, tmp_path / "shared")
        found = set()
        for device in devices:
            with device.opened() as store:
                (note,) = stored_notes(store)
                found.add((note.note.deck, *(card.deck for card in note.cards)))
        return found

    with one.opened() as store:
        app = AppContext(store, one.clock)
        change = plan_move(app, card_ids_of(store)[1:], "B")
        apply_change(app, change, write=False)
    assert decks() == {("A", "A", "B")}
    with one.opened() as store:
        assert undo_operations(store, 1)
    assert decks() == {("A", "A", "A")}
    with one.opened() as store:
        assert redo_operations(store, 1)
    assert decks() == {("A", "A", "B")}


def test_two_earlier_edits_are_joined_in_one_sync(tmp_path: Path) -> None:
    devices = started(tmp_path, Note(Basic("q", "a"), "A"))
    for number, device in enumerate(devices):
        edit(device, tag(f"tag{number}"))
    exchange(devices, tmp_path / "shared")

    (note,) = notes_of(devices[0])
    assert sorted(note.tags) == ["tag0", "tag1", "tag2"]
    assert [one.lost for one in devices] == [[]] * 3


def test_what_was_removed_is_named(tmp_path: Path) -> None:
    devices = started(tmp_path, Note(LIST, "A"))
    edit(devices[0], text(items=("S3", "EBS")))
    edit(devices[1], text(items=("S3", "EBS", "EFS", "FSx")))
    exchange(devices, tmp_path / "shared")

    named = {(one.texts, one.removed) for each in devices for one in each.lost}
    assert named == {((), ("EFS",))}


def started(folder: Path, note: Note) -> list[OwnDevice]:
    """Make three devices that have a note."""
    folder.mkdir(exist_ok=True)
    devices = [OwnDevice(folder / str(i), Clock(NOON)) for i in range(3)]
    with devices[0].opened() as store:
        add(store, [note])
        for number, card in enumerate(card_ids_of(store)):
            for _ in range(number + 1):
                give(store, card, Rating.GOOD, devices[0].clock())
                devices[0].clock.turn(minutes=1)
    exchange(devices, folder / "shared")
    return devices


def edit(device: OwnDevice, change: Change) -> None:
    with device.opened() as store:
        (one,) = stored_notes(store)
        update = TextUpdate(one.guid, change(one.note))
        update_notes(store, [update], device.clock())


def notes_of(device: OwnDevice) -> list[Note]:
    with device.opened() as store:
        found = [one.note for one in stored_notes(store)]
    return [replace(one, file="", line=0) for one in found]


def card_ids_of(store: Store) -> list[int]:
    return [card.id for one in stored_notes(store) for card in one.cards]


def answers(device: OwnDevice) -> dict[str, int]:
    """Return how often each question that is in use was answered, by its text."""
    with device.opened() as store:
        return {
            f"{question.question} {question.answer}": card.progress.reps
            for one in stored_notes(store)
            for card in one.cards
            for question in [question_of(one.note, card.part)]
        }
