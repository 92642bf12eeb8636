"""Notes made, edited and removed, with real Anki apps as phone and tablet."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from anki_phone import World, world

from cards.deckfile.reader import read_deck
from cards.questions import media_of
from flash.messages.exchange import loss_lines
from flash.service.adding import apply_adding, plan_adding
from flash.service.deck_changes import apply_change, plan_move
from flash.service.deck_reading import read_files
from flash.service.exporting import notes_from_anki
from flash.service.importing import import_package
from flash.service.removing import apply_removal, plan_removal
from srs.models.cards import StoredNote
from srs.store.notes import stored_notes
from srs.store.settings import save_setting

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


def test_note_types_keep_their_names(one: World, tmp_path: Path) -> None:
    import genanki

    fields, templates = genanki.BASIC_MODEL.fields, genanki.BASIC_MODEL.templates
    kind = genanki.Model(5, "Basic", fields=fields, templates=templates)
    deck = genanki.Deck(7, "From Anki")
    deck.add_note(genanki.Note(kind, ["a question", "an answer"]))
    file = tmp_path / "in.apkg"
    genanki.Package(deck).write_to_file(file)
    with one.app() as app:
        before = import_package(app, file).merged.new_notes

    one.everyone()
    one.phones.ask("answer", "phone", count=2, seed=1)
    done = one.everyone()

    assert (before, done.reviews) == (1, 2)
    with one.app() as app:
        assert notes_from_anki(app).type_names == {5: "Basic"}


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


def test_a_picture_that_comes_after_its_note_is_taken(one: World) -> None:
    one.phones.ask("new", "phone", front="made", back="see", picture="p.png")
    one.phones.ask("new", "phone", front="other", back="b")
    one.phones.ask("sync", "phone", media=False)
    inbox = one.folder / "inbox.yaml"

    (problem,) = one.round().problems
    assert problem.startswith("not written to the inbox yet: made: no such file")
    assert [note.content.front for note in read_deck(inbox).notes] == ["other"]

    assert one.everyone().problems == ()
    assert read_deck(inbox).notes[-1].content.back == "see ![](p.png)"
    assert (one.folder / "p.png").read_bytes() == b"a picture"


def test_a_picture_added_to_a_note_is_taken(one: World) -> None:
    other = one.folder / "other" / "deck.yaml"
    other.parent.mkdir()
    other.write_text("deck: Cells\ncards:\n  - {front: alpha, back: A}\n")
    with one.app() as app:
        apply_adding(app, plan_adding(app.store, read_files([other])))
        with app.store.transaction() as connection:
            # As if an import had brought it, with this folder for its media.
            sql = "update notes set line = 0 where file = ?"
            connection.execute(sql, (str(other),))
    one.everyone()
    (one.folder / "p.png").write_bytes(b"another picture")
    one.at(0, 10)
    for query in ("alpha", "question 1"):
        text = {"field": "Back", "text": "see", "picture": "p.png"}
        one.phones.ask("edit", "phone", query=query, **text)
    one.sync("phone")

    done = one.round(update_text=True)

    (edit,) = done.file_edits
    (name,) = media_of(edit.note)
    assert name.startswith("p-")
    assert (one.folder / name).read_bytes() == b"a picture"
    assert done.updated == 1
    assert (other.parent / "p.png").read_bytes() == b"a picture"
    assert "see ![](p.png)" in [one.note.content.back for one in notes(one)]


def test_an_edit_written_into_its_file_keeps_colours(one: World) -> None:
    red, inbox = '<span style="color:red">fish</span>', one.folder / "inbox.yaml"

    def write(old: str, new: str) -> None:
        one.at(0, one.hour)
        one.hour += 1
        inbox.write_text(inbox.read_text().replace(f"back: {old}", f"back: {new}"))
        with one.app() as app:
            apply_adding(app, plan_adding(app.store, read_files([inbox])))
        one.everyone()

    def backs() -> list[str]:
        clients = ("phone", "tablet")
        return [one.phones.ask("fields", name, query="made")[1] for name in clients]

    one.phones.ask("new", "phone", front="made", back=red)
    one.everyone()
    one.at(0, 10)
    edited = f"{red} <b>more</b>"
    one.phones.ask("edit", "phone", query="made", field="Back", text=edited)
    assert len(one.everyone().file_edits) == 1
    one.hour = 11

    write("fish", "fish **more**")
    assert backs() == [edited] * 2
    write("fish **more**", "fish")
    assert backs() == ["fish"] * 2


def test_an_inbox_without_a_folder_stops_no_answers(one: World) -> None:
    taken = one.folder / "taken"
    taken.write_text("a file")
    with one.app() as app:
        save_setting(app.store, "inbox", str(taken / "inbox.yaml"), one.now_ms)
    one.phones.ask("answer", "phone", count=1, seed=1)
    one.phones.ask("new", "phone", front="made", back="see", picture="p.png")
    one.phones.ask("new", "phone", front="other", back="b")

    done = one.everyone()

    assert (done.reviews, done.notes) == (1, 2)
    assert [str(taken) in problem for problem in done.problems] == [True] * 3


def test_a_card_without_a_file_moves_with_the_phone(one: World) -> None:
    with one.app() as app, app.store.transaction() as connection:
        connection.execute("update notes set file = '', line = 0")
    one.phones.ask("move", "phone", query="question 1", deck="Other::Deck")
    one.phones.ask("move", "phone", query="question 2", deck="Other")
    one.sync("phone")
    (card,) = (each.cards[0].id for each in notes(one) if "2" in str(each.note))
    with one.app() as app:
        apply_change(app, plan_move(app, [card], "Here"), write=False)

    done = one.round()

    assert (done.moved, len(done.losses)) == (1, 1)
    assert [
        (each.note.deck, *(card.deck for card in each.cards)) for each in notes(one)
    ] == [("Other::Deck", "Other::Deck"), ("Here", "Here")]
    done = one.everyone()
    assert (done.moved, done.losses) == (0, ())


def test_notes_deleted_or_moved_on_a_phone_are_named(one: World) -> None:
    one.phones.ask("delete", "phone", query="question 1")
    one.phones.ask("move", "phone", query="question 2", deck="Other")
    one.sync("phone")

    done = one.round()

    assert loss_lines(done.losses) == [
        "1 note deleted on a phone came back: flash remove deletes it,"
        " flash suspend stops its questions",
        "  Cells: question 1",
        "1 note moved to 'Other' on a phone went back to its deck in flash:"
        " move it in its deck file",
        "  Cells: question 2",
    ]
    assert one.everyone().losses == ()
    assert fronts(one) == [["question 1", "question 2"]] * 3
    add(one, DECK.replace("Cells", "Moved").replace("question 2", "question 3"))
    assert one.everyone().losses == ()
