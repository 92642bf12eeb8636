"""Odd notes of Anki are kept, and whatever is changed is listed by name."""

import json
from pathlib import Path

import pytest
from foreign_packages import database, package, zipped
from store_fixtures import NOON, new_store, shelf

from cards.questions import question_of
from cards.text.terminal import plain_text
from flash.messages.exchange import loss_items, loss_lines
from flash.service.context import AppContext
from flash.service.importing import Imported, import_package
from srs.models.incoming import Loss, LossReason
from srs.store.connection import Store
from srs.store.note_media import media_folder

SECOND_CARD = (
    "insert into cards values"
    " (4, {note}, {deck}, 0, 1700000000, -1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, '');"
)


def imported(store: Store, file: Path) -> Imported:
    return import_package(AppContext(store, lambda: NOON), file)


def test_notes_with_one_guid_are_both_kept(tmp_path: Path) -> None:
    note = "insert into notes select 3, guid, mid, mod, usn, tags, flds, sfld, 0, 0, ''"
    script = f"{note} from notes;" + SECOND_CARD.format(note=3, deck=1)
    file = package(tmp_path / "in.apkg", script)
    store = new_store(tmp_path)

    done = imported(store, file)
    again = imported(store, file)

    assert {note.guid for note in shelf(store)} == {"guid", "guid-3"}
    assert (done.merged.new_notes, again.merged.new_notes) == (2, 0)
    assert loss_lines(done.losses) == [
        "1 note with a new guid: it was missing or not unique",
        "  Default: q",
    ]
    store.close()


def test_note_without_a_guid_gets_one(tmp_path: Path) -> None:
    store = new_store(tmp_path)

    imported(store, package(tmp_path / "in.apkg", "update notes set guid = ''"))

    assert [note.guid for note in shelf(store)] == ["anki-1"]
    store.close()


def test_note_without_an_answer_is_suspended(tmp_path: Path) -> None:
    file = package(tmp_path / "in.apkg", "update notes set flds = 'q' || char(31)")
    store = new_store(tmp_path)

    done = imported(store, file)
    imported(store, file)

    (note,) = shelf(store)
    assert note.note.content.back == "(empty)"
    assert note.note.tags == ("empty-side",)
    assert note.cards[0].suspended
    assert loss_items(done.losses) == [
        {
            "deck": "Default",
            "first_field": "q",
            "reason": "1 card suspended: no question or no answer",
        }
    ]
    store.close()


def test_card_in_another_deck_keeps_its_deck(tmp_path: Path) -> None:
    decks = {str(i): {"id": i, "name": name} for i, name in ((1, "A"), (2, "B"))}
    card = {"qfmt": "{{Front}}", "afmt": "{{Back}}"}
    back = {"qfmt": "{{Back}}", "afmt": "{{Front}}"}
    model = {
        "id": 5,
        "name": "M",
        "flds": [{"name": "Front", "ord": 0}, {"name": "Back", "ord": 1}],
        "tmpls": [{"name": "1", "ord": 0} | card, {"name": "2", "ord": 1} | back],
    }
    script = (
        f"update col set decks = '{json.dumps(decks)}',"
        f" models = '{json.dumps({'5': model})}';"
        + SECOND_CARD.format(note=1, deck=2).replace("2, 0, 1700", "2, 1, 1700")
    )
    store = new_store(tmp_path)

    done = imported(store, package(tmp_path / "in.apkg", script))

    (note,) = shelf(store)
    assert [card.deck for card in note.cards] == ["A", "B"]
    assert done.losses == ()
    store.close()


CLOZES: dict[str, dict[int, str]] = {
    "{{c0::a}} {{c1::b}}": {0: "a […]"},
    "{{c1}} {{c2::b}}": {1: "{{c1}} […]"},
    "{{c1::}} {{c2::b}}": {0: "[…] b", 1: "[…]"},
    "{{c99999::a}} {{c1::b}}": {0: "{{c99999::a}} […]"},
    "{{c1,2::a}} b": {0: "[…] b", 1: "[…] b"},
    "{{c1::a {{c2::b}} c}}": {0: "[…]", 1: "a […] c"},
    "{{c1}}": {},
    "{{c0::a}}": {},
}
"""Fields, and the questions of their cards in Anki by ordinal."""


def test_odd_cloze_never_stops_a_good_one(tmp_path: Path) -> None:
    shown = "{{cloze:Text}}"
    template = {"name": "Card 1", "ord": 0, "qfmt": shown, "afmt": shown}
    fields = [{"name": "Text", "ord": 0}]
    model = {"id": 5, "name": "M", "type": 1, "flds": fields, "tmpls": [template]}
    script = f"update col set models = '{json.dumps({'5': model})}';"
    script += "delete from notes; delete from cards;"
    for number, (text, questions) in enumerate(CLOZES.items()):
        script += (
            f"insert into notes values ({number}, '{number}', 5, 1700000000, -1, '',"
            f" '{text}', 'q', 0, 0, '');"
        )
        for ordinal in questions or [0]:
            script += (
                f"insert into cards values ({number * 10 + ordinal}, {number}, 1,"
                f" {ordinal}, 1700000000, -1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, '');"
            )
    store = new_store(tmp_path)

    done = imported(store, package(tmp_path / "in.apkg", script))

    asked: dict[str, dict[int, str]] = {text: {} for text in CLOZES}
    for note in shelf(store):
        asked[list(CLOZES)[int(note.guid)]] = {
            card.ordinal: plain_text(question_of(note.note, card.part).question)
            for card in note.cards
        }
    assert asked == CLOZES
    assert loss_lines(done.losses) == [
        "2 notes left out: invalid cloze: no part is hidden",
        "  Default: {{c1}}",
        "  Default: {{c0::a}}",
    ]
    store.close()


def test_names_of_media_are_compared_in_nfc(tmp_path: Path) -> None:
    nfc, nfd = "がっこう.mp3", "か\u3099っこう.mp3"
    data = database(f"update notes set flds = 'q' || char(31) || '[sound:{nfc}]'")
    listed = json.dumps({"0": nfd}).encode()
    entries = {"collection.anki2": data, "media": listed, "0": b"sound"}
    store = new_store(tmp_path)

    done = imported(store, zipped(tmp_path / "in.apkg", entries))

    assert (done.media, done.missing_media, done.renamed_media) == (1, (), {})
    assert (media_folder(store.path) / nfc).read_bytes() == b"sound"
    store.close()


def test_listed_file_that_is_absent_is_reported(tmp_path: Path) -> None:
    field = '<img src="p.png">'
    data = database(f"update notes set flds = 'q' || char(31) || '{field}'")
    entries = {"collection.anki2": data, "media": b'{"0": "p.png"}'}
    store = new_store(tmp_path)

    done = imported(store, zipped(tmp_path / "in.apkg", entries))

    assert done.missing_media == ("p.png",)
    store.close()


@pytest.mark.parametrize("reason", LossReason)
def test_every_reason_of_a_loss_has_its_sentence(reason: LossReason) -> None:
    of_row = reason.startswith("row") and reason is not LossReason.ROW_KIND
    losses = [Loss(reason, count, "the detail", 7 * of_row) for count in (1, 2)]

    (line,) = loss_lines(losses)

    assert ("7" in line) == of_row
    assert not set("{}") & set(line)


def test_list_of_names_fits_a_screen() -> None:
    losses = [
        Loss(LossReason.NOTE_TYPE, deck="D", first_field=f"note {number}")
        for number in range(50)
    ]

    lines = loss_lines(losses)

    assert len(lines) == 22
    assert lines[-1] == "… and 30 more; --json names all"
    assert len(loss_items(losses)) == 50
